"""Lead posts of a priority, and the people who hold them: several may, so that a deputy can write too.

Each deed writes its line of history on the priority in the same transaction. Conflict means that the post is no longer
as it was read and that nothing was changed; PermissionDenied, that the person may not do it. ``at`` is the moment.
"""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Max

from accounts import history
from accounts.models import Role, User
from actions import permissions
from actions.workflow import Conflict
from priorities.models import Lead, Priority

ADDED, CHANGED = "lead post added", "lead post changed"


def eligible(partnership):
    """The people who may be given a post: active members with the role of a lead."""
    return User.objects.filter(
        is_active=True, memberships__partnership=partnership, memberships__role=Role.LEAD
    ).distinct()


def as_read(lead):
    """What a person has read of a post, as one text: to be sent back with what they change."""
    return "|".join([lead.role_title, str(lead.agency_id), *sorted(str(user.pk) for user in lead.users.all())])


@transaction.atomic
def add(priority, *, role_title, agency, people, by, at):
    """A further post, after those that there are. Sent twice, it is the one that there is already."""
    _hold(priority, by)
    for same in priority.leads.filter(role_title=role_title, agency=agency).prefetch_related("users"):
        if set(same.users.all()) == set(people):
            return same
    last = priority.leads.aggregate(last=Max("position"))["last"] or 0
    lead = Lead(priority=priority, position=last + 1, role_title=role_title, agency=agency)
    return _put(lead, people, had=set(), verb=ADDED, by=by, at=at)


@transaction.atomic
def change(lead, *, read, role_title, agency, people, by, at):
    """Another name, agency or other people, over the post as it was ``read`` (see ``as_read``).

    Who loses the post can no longer write from the next request on.
    """
    _hold(lead.priority, by)
    lead = Lead.objects.select_related("agency", "priority__agreement__partnership").get(pk=lead.pk)
    if as_read(lead) != read:
        raise Conflict(lead)
    had = set(lead.users.all())
    if had == set(people) and (lead.role_title, lead.agency) == (role_title, agency):
        return lead
    lead.role_title, lead.agency = role_title, agency
    return _put(lead, people, had=had, verb=CHANGED, by=by, at=at)


def _hold(priority, by):
    """Posts of a priority change one at a time."""
    if not permissions.can_appoint_leads(by, priority.agreement):
        raise PermissionDenied
    Priority.objects.hold(priority)


def _put(lead, people, *, had, verb, by, at):
    partnership = lead.priority.agreement.partnership
    people = set(people)
    if lead.agency and lead.agency.partnership_id != partnership.pk:
        raise ValidationError({"agency": "Choose an agency of this partnership."})
    if people - had - set(eligible(partnership)):
        raise ValidationError({"people": "Give the person the role of a priority lead first."})
    lead.save()
    lead.users.set(people)
    note = _sentences(lead, given=people - had, taken=had - people)
    history.record(lead.priority, verb=verb, by=by, at=at, note=note)
    return lead


def _sentences(lead, *, given, taken):
    """The post by its name, and who got or lost it, in words for the history."""
    said = [f"{lead}."]
    said += [f"Given to {', '.join(sorted(map(str, given)))}."] if given else []
    said += [f"Taken from {', '.join(sorted(map(str, taken)))}."] if taken else []
    return " ".join(said)
