"""Ask the leads once more for what is overdue."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from accounts import history, post
from accounts.models import Letter
from actions import notices, permissions
from actions.models import Round

CHASED = "chased"


def leads_of(agreement):
    """{number of a priority: [the people who may write on it]}. One query."""
    people = {}
    for held in notices.posts_held(agreement.priorities.all()).order_by("lead__position", "user__name", "user_id"):
        people.setdefault(held.lead.priority_id, {})[held.user] = None
    return {priority: list(users) for priority, users in people.items()}


@transaction.atomic
def chase(round, updates, *, by, at):
    """Write to the leads of those of ``updates`` that are overdue. Returns the people who are written to now.

    Nobody gets two such letters about a round on one day. The round is held, so that of two who ask at once the second
    finds the letters of the first.
    """
    if not permissions.can_run_rounds(by, round.agreement):
        raise PermissionDenied
    Round.objects.hold(round)
    day = timezone.localdate(at)
    if not round.is_overdue(day):
        return []
    leads = leads_of(round.agreement)
    priorities = updates.outstanding().filter(round=round).values_list("action__priority", flat=True).distinct()
    letters = {f"{notices.CHASE}:{round.pk}:{lead.pk}:{day}": lead for one in priorities for lead in leads.get(one, ())}
    known = set(Letter.objects.filter(key__in=letters).values_list("key", flat=True))
    asked = {key: lead for key, lead in letters.items() if key not in known}
    for key, lead in asked.items():
        post.queue(
            kind=notices.CHASE,
            to=lead,
            key=key,
            at=at,
            partnership=round.agreement.partnership,
            about={"round": round.pk},
        )
    if asked:
        history.record(round, verb=CHASED, by=by, at=at, note=", ".join(map(str, asked.values())))
    return list(asked.values())
