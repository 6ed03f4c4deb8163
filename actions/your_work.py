"""What a lead has to answer, round by round."""

import datetime as dt
from dataclasses import dataclass
from itertools import groupby

from django.db.models import Case, Value, When

from actions.models import ProgressUpdate, Round
from priorities.years import FinancialYear


@dataclass(frozen=True)
class Call:
    """One round and the updates that it asks of one lead; ``on`` is the day of looking at it."""

    round: Round
    updates: list[ProgressUpdate]
    on: dt.date

    @property
    def ready(self):
        return sum(update.state in ProgressUpdate.LAID_BEFORE for update in self.updates)

    @property
    def days_left(self):
        return (self.round.due - self.on).days

    @property
    def days_over(self):
        return -self.days_left

    @property
    def is_overdue(self):
        return self.round.is_overdue(self.on) and self.ready < len(self.updates)


def calls(user, *, on):
    """The Calls of the rounds that are asked about now, by due date. In each, what was sent back comes first.

    Rounds of earlier years stand among them for as long as something is owed.
    """
    year = FinancialYear.of(on).start_year
    updates = (
        _written_by_lead(user)
        .with_reasons()
        .in_current_rounds()
        .asked()
        .filter(round__agreement__year__gte=year - 1)
        .order_by("round__due", "round", _sent_back_first(), "action__priority__position", "action__position")
    )
    found = [Call(round, list(group), on) for round, group in groupby(updates, key=lambda update: update.round)]
    return [call for call in found if call.round.agreement.year >= year or call.ready < len(call.updates)]


def left_behind(user):
    """Drafts of earlier rounds, newest round first."""
    return (
        _written_by_lead(user).left_behind().order_by("-round__due", "action__priority__position", "action__position")
    )


def next_unfinished(user, *, after):
    """What ``user`` may write next in the current rounds, besides the update ``after``; None when all is done."""
    waiting = _written_by_lead(user).in_current_rounds().outstanding().exclude(pk=after.pk)
    return waiting.order_by("round__due", _sent_back_first(), "action__priority__position", "action__position").first()


def _written_by_lead(user):
    # Who leads a priority may read all its updates: visible_to would only ask the same once more.
    return ProgressUpdate.objects.led_by(user).select_related(
        "round__agreement__partnership", "action__priority__agreement__partnership"
    )


def _sent_back_first():
    return Case(When(state=ProgressUpdate.State.RETURNED, then=Value(0)), default=Value(1))
