"""What a lead has to answer, round by round."""

import datetime as dt
from dataclasses import dataclass
from itertools import groupby

from django.db.models import Case, Q, Value, When

from actions.models import ProgressUpdate, Round
from priorities.models import Priority
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
    def is_overdue(self):
        return self.round.is_overdue(self.on) and self.ready < len(self.updates)


@dataclass(frozen=True)
class Work:
    """What one lead has to do.

    ``calls`` are the rounds that are asked about now, by due date; in each, what was sent back comes first. Those of
    the year before stand among them for as long as something is owed. ``left_behind`` are the updates begun in other
    rounds and never submitted, newest round first.
    """

    calls: list[Call]
    left_behind: list[ProgressUpdate]


def work(user, *, on):
    year = FinancialYear.of(on).start_year
    rounds = {
        round.pk: round
        for round in Round.objects.current()
        .filter(agreement__year__gte=year - 1, agreement__in=Priority.objects.led_by(user).values("agreement"))
        .select_related("agreement__partnership")
    }
    updates = (
        _written_by_lead(user)
        .with_reasons()
        .asked()
        .filter(Q(round__in=rounds) | Q(state__in=ProgressUpdate.BEGUN))
        .order_by("round__due", "round", _sent_back_first(), "action__priority__position", "action__position")
    )
    calls, left_behind = [], []
    for pk, group in groupby(updates, key=lambda update: update.round_id):
        if pk in rounds:
            calls.append(Call(rounds[pk], list(group), on))
        else:
            left_behind[:0] = group
    calls = [call for call in calls if call.round.agreement.year >= year or call.ready < len(call.updates)]
    return Work(calls, left_behind)


def next_unfinished(user, *, after):
    """What ``user`` may write next in the current rounds, besides the update ``after``; None when all is done."""
    waiting = _written_by_lead(user).in_current_rounds().outstanding().exclude(pk=after.pk)
    return waiting.order_by("round__due", _sent_back_first(), "action__priority__position", "action__position").first()


def _written_by_lead(user):
    # Who leads a priority may read all its updates: visible_to would only ask the same once more.
    return ProgressUpdate.objects.led_by(user).select_related("round", "action__priority__agreement__partnership")


def _sent_back_first():
    return Case(When(state=ProgressUpdate.State.RETURNED, then=Value(0)), default=Value(1))
