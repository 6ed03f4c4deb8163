"""All indicators of a year as the Working Group looks at them: true values, what moved, what changed, what is late.

A page of fifty indicators reads thousands of figures, so they are read as plain rows and not as model instances.
"""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from itertools import groupby
from typing import NamedTuple

from django.db.models import Count
from django.utils import timezone
from django.utils.safestring import mark_safe

from actions.models import Round
from indicators import assessment, charts, disclosure, figures, likeness, series, supplies
from indicators.models import Break, Indicator, Observation, given_order

READ = [
    "pk",
    "slug",
    "title",
    "unit",
    "decimals",
    "desired",
    "rule_set",
    "baseline_points",
    "screen_outliers",
    "target",
    "suppression_threshold",
    "secondary_suppression",
    "supply_months",
    "supply_days",
]
SIGNAL_LABELS = {"improvement": "Improvement", "concern": "Concern", "neither": "Signal"}
NONE = "No priority"
# More would not be seen in so small a picture.
MOST_POINTS = 36  # three years of months


class Show(StrEnum):
    """Which indicators are listed; as in the address."""

    ALL = "all"
    CHANGED = "changed"
    LATE = "late"
    SIGNALS = "signals"


class Figure(NamedTuple):
    """What the page reads of an Observation, under the same names."""

    indicator_id: int
    start: dt.date
    end: dt.date
    value: Decimal | None
    missing: str
    qualifier: str
    status: str
    printed_year: int
    recorded_at: dt.datetime | None
    as_at: str
    printed_in: str

    area_id = None  # figures of the whole area alone are read

    @property
    def period(self):
        return likeness.period(self)


class Deciding(NamedTuple):
    """What ``disclosure`` reads of an Observation of any area."""

    indicator_id: int
    area_id: int | None
    start: dt.date
    end: dt.date
    value: Decimal | None


@dataclass(frozen=True)
class Row:
    """One indicator: what its figures say, which of them were ``recorded`` since the last meeting, which are late.

    ``held`` are the places of figures that are not to be published, as ``disclosure.held_back`` gives them.
    """

    indicator: Indicator
    assessed: assessment.Assessment
    recorded: list[Figure]
    supply: supplies.Supply
    held: set
    today: dt.date

    @property
    def latest(self):
        """The latest figure and its period, or None where no figure is known."""
        one, indicator = self.assessed.latest, self.indicator
        return one and {
            "text": figures.figure(one.value, indicator.unit, one.qualifier, indicator.decimals),
            "period": one.period.label,
            "is_provisional": one.status == Observation.Status.PROVISIONAL,
            "is_held_back": disclosure.is_held_back(one, self.held),
        }

    @property
    def signal_label(self):
        return SIGNAL_LABELS.get(self.assessed.signal, "")

    @property
    def newest_recorded(self):
        """The period of the newest figure that was recorded since the last meeting."""
        return max(self.recorded, key=lambda one: (one.end, one.start)).period.label

    @cached_property
    def late(self):
        """The owed figures whose date has passed, oldest first."""
        return self.supply.late(self.today)

    @property
    def late_count(self):
        return len(self.late) + self.supply.unnamed

    @property
    def sparkline(self):
        if len(self.assessed.figures) < series.FEWEST_PERIODS_FOR_A_CHART:
            return ""
        points = [
            charts.Point(one.period, one.value, one.status == Observation.Status.PROVISIONAL, "", one.qualifier)
            for one in self.assessed.figures[-MOST_POINTS:]
        ]
        lines = [charts.BreakLine(one.date, one.title, place) for place, one in enumerate(self.assessed.breaks, 1)]
        return mark_safe(charts.sparkline(points, breaks=lines))  # noqa: S308 - our own drawing, without words

    def is_of(self, show):
        return {
            Show.ALL: True,
            Show.CHANGED: bool(self.recorded),
            Show.LATE: bool(self.late),
            Show.SIGNALS: bool(self.assessed.signal),
        }[show]


class Group(NamedTuple):
    """The Rows of one priority; those of none have no ``slug``."""

    title: str
    slug: str
    rows: list[Row]


class Since(NamedTuple):
    """The last meeting, or else the last round that was opened: what is newer is a change. ``first`` is a day."""

    title: str
    first: dt.date
    is_meeting: bool

    @property
    def meeting(self):
        return self.first - dt.timedelta(days=1)


@dataclass(frozen=True)
class Watch:
    """What the page shows: all Groups, and since when a figure counts as new (None: there was no meeting yet)."""

    all_groups: list[Group]
    since: Since | None

    def groups(self, show):
        """The Groups with the Rows of ``show`` alone, without those that are then empty."""
        kept = [group._replace(rows=[row for row in group.rows if row.is_of(show)]) for group in self.all_groups]
        return [group for group in kept if group.rows]

    @cached_property
    def counts(self):
        """{Show: how many indicators}, each counted once however many priorities it serves."""
        rows = {row.indicator.pk: row for group in self.all_groups for row in group.rows}.values()
        return {show: sum(row.is_of(show) for row in rows) for show in Show}


def look(agreement, today):
    """The Watch of a year: the indicators of its priorities, and those of the partnership that serve none at all."""
    served = list(
        agreement.priorities.order_by("position", "pk", "indicators__position", "indicators__title").values_list(
            "title", "slug", "indicators"
        )
    )
    of_a_priority = {number for _, _, number in served}
    indicators = {one.pk: one for one in _indicators(agreement, of_a_priority)}
    since = last_meeting(agreement, today)
    rows = _rows(indicators, since, today)
    groups = [
        Group(title, slug, [rows[number] for _, _, number in of_one if number in rows])
        for (title, slug), of_one in groupby(served, key=lambda one: one[:2])
    ]
    unserved = Group(NONE, "", [row for number, row in rows.items() if number not in of_a_priority])
    return Watch([*groups, unserved], since)


def last_meeting(agreement, today):
    """The last meeting before ``today`` of the partnership's Working Group, or else the last round that was opened."""
    rounds = Round.objects.filter(agreement__partnership=agreement.partnership_id).order_by("pk")
    rounds = list(rounds.values_list("title", "meets", "opened_at"))
    meetings = [(meets, title) for title, meets, _ in rounds if meets and meets < today]
    if meetings:
        day, title = max(meetings)
        return Since(title, day + dt.timedelta(days=1), is_meeting=True)
    opened = [(at, title) for title, _, at in rounds if at and timezone.localdate(at) <= today]
    if opened:
        at, title = max(opened)
        return Since(title, timezone.localdate(at), is_meeting=False)
    return None


def _indicators(agreement, served):
    """Those of the partnership whose number is among ``served``, or that serve no priority of any year."""
    own = Indicator.objects.filter(partnership=agreement.partnership_id).annotate(serves=Count("priorities"))
    return [one for one in own.only(*READ) if one.pk in served or not one.serves]


def _rows(indicators, since, today):
    """{number of an indicator: its Row}, in the order of ``indicators``."""
    given, breaks = defaultdict(list), defaultdict(list)
    observations = Observation.objects.of_whole_area().filter(indicator__in=indicators).order_by()
    for one in map(Figure._make, observations.values_list(*Figure._fields)):
        given[one.indicator_id].append(one)
    for one in given.values():
        _sort_restated(one)
    for one in Break.objects.filter(indicator__in=indicators):
        breaks[one.indicator_id].append(one)
    held = _held_back(indicators)
    return {
        number: Row(
            indicator,
            assessment.assess(indicator, given[number], breaks[number]),
            [one for one in given[number] if since and _is_recorded(one, since)],
            supplies.owed(indicator, supplies.latest_of(given[number]), today),
            held[number],
            today,
        )
        for number, indicator in indicators.items()
    }


def _held_back(indicators):
    """{number of an indicator: the places that are held back}; those of no threshold hold nothing back."""
    guarded = [number for number, one in indicators.items() if one.suppression_threshold is not None]
    deciding = defaultdict(list)
    rows = Observation.objects.filter(disclosure.DECIDING, indicator__in=guarded).order_by()
    for one in map(Deciding._make, rows.values_list(*Deciding._fields)):
        deciding[one.indicator_id].append(one)
    return {number: disclosure.held_back(one, deciding[number]) for number, one in indicators.items()}


def _sort_restated(figures):
    """Put several figures of one period in order; with one each, any order will do."""
    if len({(one.start, one.end) for one in figures}) < len(figures):
        figures.sort(key=given_order)


def _is_recorded(figure, since):
    return figure.recorded_at is not None and timezone.localdate(figure.recorded_at) >= since.first
