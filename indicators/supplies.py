"""Which figures suppliers owe and when: from an indicator's rhythm of supply and the latest period that came."""

import datetime as dt
from dataclasses import dataclass
from itertools import count

from django.db import models
from django.db.models import Exists, OuterRef, Q, Subquery

from accounts.models import Membership, User
from indicators.models import Indicator, Observation
from indicators.periods import Period

DAY = dt.timedelta(days=1)
SOON_DAYS = 14
# Of a supplier who has been silent for long, the newest figures are named and the earlier ones counted.
MOST_NAMED = 12


class State(models.TextChoices):
    LATE = "late", "Late"
    DUE_SOON = "due soon", "Due soon"
    EXPECTED = "expected", "Expected"


@dataclass(frozen=True)
class Owed:
    """A figure that has not come: the period it is for and the last day on which it is in time."""

    period: Period
    due: dt.date

    def state(self, today):
        if self.due < today:
            return State.LATE
        return State.DUE_SOON if (self.due - today).days <= SOON_DAYS else State.EXPECTED


@dataclass(frozen=True)
class Supply:
    """What one indicator's supplier owes on a day, oldest first. ``unnamed`` counts what is older than ``owed``.

    Nothing is owed where no figure is expected, and before the first figure: it says from when on.
    """

    indicator: Indicator
    owed: tuple[Owed, ...]
    unnamed: int = 0

    def late(self, today):
        return [one for one in self.owed if one.state(today) == State.LATE]


def owed(indicator, latest, today):
    """The Supply of ``indicator``, of which the last figure that came is for the Period ``latest`` (or None).

    Owed are all later figures whose period has ended by ``today``, and always the next one.
    """
    if indicator.supply_months is None or latest is None:
        return Supply(indicator, ())
    found = []
    for step in count(1):
        period = _moved(latest, step * indicator.supply_months)
        if found and period.end >= today:
            break
        found.append(Owed(period, period.end + indicator.supply_days * DAY))
    return Supply(indicator, tuple(found[-MOST_NAMED:]), max(0, len(found) - MOST_NAMED))


def latest_of(figures):
    """The latest Period among ``figures`` of the whole area that came, or None. A stated reason is an answer too."""
    came = (one for one in figures if one.value is not None or one.missing)
    latest = max(came, key=lambda one: (one.end, one.start), default=None)
    return latest and latest.period


def supplied():
    """The indicators of which figures are expected, each with its latest period and whether its contact is a member.

    ``latest_start`` and ``latest_end`` are None before the first figure.
    """
    came = (
        Observation.objects.of_whole_area()
        .filter(~Q(value=None) | ~Q(missing=""), indicator=OuterRef("pk"))
        .order_by("-end", "-start")
    )
    contacts = Membership.objects.filter(
        user=OuterRef("supply_contact"), partnership=OuterRef("partnership"), user__is_active=True
    )
    return (
        Indicator.objects.filter(supply_months__isnull=False)
        .annotate(
            latest_start=Subquery(came.values("start")[:1]),
            latest_end=Subquery(came.values("end")[:1]),
            contact_is_member=Exists(contacts),
        )
        .select_related("partnership", "supply_contact")
    )


def contact(indicator):
    """Whom to ask for the figures of one of ``supplied``; None where that falls to the officers."""
    return indicator.supply_contact if indicator.contact_is_member else None


def outstanding(indicators, today):
    """A Supply for each of ``indicators``, a queryset of ``supplied``."""
    return [owed(one, _latest(one), today) for one in indicators]


@dataclass(frozen=True)
class Line:
    """One owed figure of a supply calendar. ``contact`` is who is reminded; None where that falls to the officers."""

    indicator: Indicator
    owed: Owed
    state: State
    contact: User | None


@dataclass(frozen=True)
class Calendar:
    """``lines`` by due date; ``silent`` are the indicators of which no figure has come yet."""

    lines: list[Line]
    silent: list[Indicator]
    unnamed: list[Supply]

    @property
    def groups(self):
        """(State, its lines) for each state that occurs, late ones first."""
        return [(state, found) for state in State if (found := [one for one in self.lines if one.state == state])]


def calendar(indicators, today):
    """The Calendar of ``indicators``, a queryset of ``supplied``. ``unnamed`` are those who owe more than is named."""
    every = outstanding(indicators, today)
    lines = [
        Line(supply.indicator, one, one.state(today), contact(supply.indicator))
        for supply in every
        for one in supply.owed
    ]
    return Calendar(
        sorted(lines, key=lambda line: line.owed.due),
        [supply.indicator for supply in every if not supply.owed],
        [supply for supply in every if supply.unnamed],
    )


def _latest(indicator):
    return indicator.latest_end and Period(indicator.latest_start, indicator.latest_end)


def _moved(period, months):
    """The period that lies ``months`` later. One within months keeps its days of the month."""
    if period.months is not None or period.is_point:
        return period.shifted(months)
    start, end = (Period.point(day).shifted(months).start for day in (period.start, period.end))
    return Period(start, end)
