"""Raise a concern, escalate it, close it with a decision: the only place where its state changes.

Each deed is one compare-and-set with its line of history in the same transaction. Conflict means that somebody was
first and that nothing was changed; PermissionDenied, that the person may not do it. ``at`` is the moment.
"""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from accounts import history
from accounts.models import Partnership, partnership_of
from actions import permissions
from actions.models import Concern
from actions.workflow import Conflict
from priorities.text import sanitise

State = Concern.State


@transaction.atomic
def raise_concern(*, about, fact, comment, recommendation, by, at):
    """A concern about an Action, a Priority or an Indicator. The same form sent twice raises one concern."""
    # One at a time in each partnership, so that the second sending finds what the first one made.
    partnership = Partnership.objects.hold(partnership_of(about))
    if not permissions.can_raise_concern(by, partnership):
        raise PermissionDenied
    if not fact:
        raise ValidationError({"fact": "Say what has happened."})
    said = {
        about._meta.model_name: about,
        "fact": sanitise(fact),
        "comment": sanitise(comment),
        "recommendation": sanitise(recommendation),
    }
    if same := Concern.objects.filter(raised_by=by, state=State.RAISED, **said).first():
        return same
    concern = Concern.objects.create(partnership=partnership, raised_by=by, raised_at=at, **said)
    history.record(concern, verb="raised", by=by, at=at)
    return concern


def escalate(concern, *, by, at, comment=""):
    """Lay the concern before the governing group; ``comment`` is what the Working Group says to it."""
    changes = {"escalated_at": at, "escalated_by": by}
    return _move(
        concern, frm=State.RAISED, to=State.ESCALATED, verb="escalated", by=by, at=at, note=comment, changes=changes
    )


def close(concern, *, state, decision, decided_on, by, at):
    """Record what was decided on the concern that ``by`` read in ``state``.

    That of the Working Group for a concern that was raised, that of the governing group for one that was escalated.
    """
    if not decision:
        raise ValidationError({"decision": "Say what was decided."})
    if decided_on > timezone.localdate(at):
        raise ValidationError({"decided_on": "The date of the decision lies in the future."})
    changes = {"decision": sanitise(decision), "decided_on": decided_on, "decided_at": at, "decided_by": by}
    return _move(concern, frm=state, to=State.CLOSED, verb="closed", by=by, at=at, changes=changes)


@transaction.atomic
def _move(concern, *, frm, to, verb, by, at, changes, note=""):
    if not permissions.can_handle_concern(by, concern):
        raise PermissionDenied
    moved = Concern.objects.open().filter(pk=concern.pk, state=frm).update(state=to, **changes)
    current = Concern.objects.with_about().select_related("raised_by", "escalated_by").get(pk=concern.pk)
    if not moved:
        raise Conflict(current)
    history.record(current, verb=verb, by=by, at=at, note=note)
    return current
