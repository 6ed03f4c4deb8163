"""What waits for the Working Group, in which order it is read, and what a reviewer should know of it."""

from django.db.models import Exists, OuterRef, Subquery

from actions.models import ProgressUpdate, UpdateEvent

Kind = UpdateEvent.Kind
State = ProgressUpdate.State
# What a lead writes, kept out of queries that need no more than the state.
WORDS = ["text", "rating_reason", "particulars"]


def waiting(agreement, user):
    """The submitted updates of the year that ``user`` may read: by priority, the oldest submission first."""
    submitted = ProgressUpdate.objects.visible_to(user).filter(round__agreement=agreement, state=State.SUBMITTED)
    return (
        with_submission(submitted, user)
        .defer(*WORDS)
        .select_related("round", "action__priority__agreement__partnership")
        .order_by("action__priority__position", "submitted_at", "pk")
    )


def with_submission(updates, user):
    """Each with ``submitted_at``, ``submitted_by`` (a name), and ``is_own`` where ``user`` wrote at it."""
    events = UpdateEvent.objects.filter(update=OuterRef("pk"))
    last = events.filter(kind=Kind.SUBMITTED).order_by("-at", "-pk")
    return updates.annotate(
        submitted_at=Subquery(last.values("at")[:1]),
        submitted_by=Subquery(last.values("by__name")[:1]),
        is_own=Exists(events.written_by(user)),
    )


def following(queue, update, *, priority_first=False):
    """Which of ``queue`` to read after ``update``: the next in order, at the end the first again; None for nothing.

    ``priority_first`` ends the priority of ``update`` before going on. What one wrote oneself is left out.
    """
    here = _order(update)
    others = [one for one in queue if one.pk != update.pk and not one.is_own]
    ahead = sorted(others, key=lambda one: (_order(one) < here, _order(one)))
    if priority_first:
        ahead.sort(key=lambda one: one.action.priority_id != update.action.priority_id)
    return next(iter(ahead), None)


def _order(update):
    return (update.action.priority.position, update.submitted_at, update.pk)


def returns(update, user):
    """The lines of its history that sent ``update`` back to its lead, newest first."""
    sent_back = UpdateEvent.objects.visible_to(user).filter(update=update, kind__in=[Kind.RETURNED, Kind.REOPENED])
    return sent_back.defer(*WORDS).select_related("by").order_by("-at", "-pk")


def last_event(update):
    """Who did what to it last, and when."""
    return update.events.defer(*WORDS).select_related("by").order_by("-at", "-pk").first()
