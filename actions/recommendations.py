"""Keep a recommendation of Scrutiny, and its answer.

Each deed writes its line of history in the same transaction. Conflict means that somebody was first and that nothing
was changed; PermissionDenied, that the person may not do it. ``at`` is the moment.
"""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from accounts import history
from actions import permissions
from actions.models import Recommendation
from actions.workflow import Conflict
from priorities.models import Agreement
from priorities.text import sanitise


@transaction.atomic
def add(agreement, *, text, made_on, actions, by, at):
    """What Scrutiny recommended on ``made_on``. The same form sent twice keeps one recommendation."""
    _may_keep(by, agreement)
    # One at a time in each year, so that the second sending finds what the first one made.
    Agreement.objects.hold(agreement)
    if not text:
        raise ValidationError({"text": "Enter what Scrutiny recommends."})
    if made_on > timezone.localdate(at):
        raise ValidationError({"made_on": "The date of the recommendation lies in the future."})
    if any(action.priority.agreement_id != agreement.pk for action in actions):
        raise ValidationError({"actions": "Choose actions of this year."})
    said = {"agreement": agreement, "text": sanitise(text), "made_on": made_on}
    if same := Recommendation.objects.filter(responded_on=None, **said).first():
        return same
    recommendation = Recommendation.objects.create(**said)
    recommendation.actions.set(actions)
    history.record(recommendation, verb="added", by=by, at=at)
    return recommendation


@transaction.atomic
def answer(recommendation, *, response, responded_on, by, at):
    """The response, once and for all, as it was given to Scrutiny on ``responded_on``."""
    _may_keep(by, recommendation.agreement)
    if not response:
        raise ValidationError({"response": "Enter the response."})
    if responded_on < recommendation.made_on:
        raise ValidationError({"responded_on": "The response cannot be older than the recommendation."})
    if responded_on > timezone.localdate(at):
        raise ValidationError({"responded_on": "The date of the response lies in the future."})
    answered = Recommendation.objects.filter(pk=recommendation.pk, responded_on=None).update(
        response=sanitise(response), responded_on=responded_on
    )
    current = Recommendation.objects.select_related("agreement__partnership").get(pk=recommendation.pk)
    if not answered:
        raise Conflict(current)
    history.record(current, verb="answered", by=by, at=at)
    return current


def _may_keep(user, agreement):
    if not permissions.can_keep_recommendations(user, agreement):
        raise PermissionDenied
