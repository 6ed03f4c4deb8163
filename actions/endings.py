"""End an action, saying how and why, and take a wrong ending back."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from accounts import history
from accounts.models import HistoryEntry
from actions import permissions
from actions.models import Action
from actions.workflow import Conflict
from priorities.models import Agreement

Status, Outcome = Action.Status, Action.Outcome
ENDED = "ended"  # the verb in the history


@transaction.atomic
def end(action, *, outcome, reason, by, at, into=None):
    """Close an open action. ``into`` is the open action of the same year into which it is merged.

    What its lead is writing stays in the history of the update, which is asked for no more.
    """
    may_end(by, action.priority.agreement)
    # One ending or rollover of a year at a time, so that two actions are never merged into each other.
    Agreement.objects.hold(action.priority.agreement)
    if (outcome == Outcome.MERGED) != (into is not None):
        raise ValidationError("A merged action, and no other, names the action into which it goes.")
    if into and not _others(action).filter(pk=into.pk).exists():
        raise ValidationError("Choose an action of the same year that is open.")
    history.keep_first(Action.objects.get(pk=action.pk), at=at)
    return close(action, outcome=outcome, reason=reason, into=into, by=by, at=at)


@transaction.atomic
def resume(action, *, reason, by, at):
    """Open a closed action again, with the status that it had."""
    may_end(by, action.priority.agreement)
    if not reason.strip():
        raise ValidationError("Say why the action is opened again.")
    changes = {"status": former_status(action), "outcome": "", "outcome_reason": "", "merged_into": None}
    history.keep_first(Action.objects.get(pk=action.pk), at=at)
    return move(action, frm=Status.CLOSED, changes=changes, verb="opened again", note=reason, by=by, at=at)


def mergeable(action):
    """The actions into which ``action`` can be merged."""
    return _others(action).select_related("priority")


def may_end(user, agreement):
    if not permissions.can_end_actions(user, agreement):
        raise PermissionDenied


def close(action, *, outcome, reason, into, by, at):
    """The closing itself, for callers that have asked who may and hold the lock."""
    if outcome not in Outcome.values:
        raise ValidationError("Choose how the action ends.")
    if not reason.strip():
        raise ValidationError("Say why the action ends.")
    if action.status == Status.CLOSED:
        raise Conflict(action)
    changes = {"status": Status.CLOSED, "outcome": outcome, "outcome_reason": reason.strip(), "merged_into": into}
    return move(action, frm=action.status, changes=changes, verb=ENDED, by=by, at=at)


def move(action, *, frm, changes, verb, by, at, note=""):
    """Change an action that is still as it was read: in the status ``frm``, and with the outcome of ``action``."""
    moved = Action.objects.filter(pk=action.pk, status=frm, outcome=action.outcome).update(**changes)
    if not moved:
        raise Conflict(Action.objects.select_related("priority__agreement__partnership").get(pk=action.pk))
    for name, value in changes.items():
        setattr(action, name, value)
    # As it stands: the rest of it may have been changed since ``action`` was read.
    history.record(Action.objects.for_history().get(pk=action.pk), verb=verb, by=by, at=at, note=note)
    return action


def former_status(action):
    """The last status before the ending that the history knows. Without one, it was in hand."""
    entries = HistoryEntry.objects.about(action)
    statuses = (entry.values.get("status") for entry in entries)
    return next((one for one in statuses if one in (Status.PLANNED, Status.CONTINUING)), Status.CONTINUING)


def _others(action):
    return Action.objects.in_agreement(action.priority.agreement).open().exclude(pk=action.pk)
