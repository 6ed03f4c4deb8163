"""What a chart is made of: points, breaks and limits as they are given, and what of them is drawn, in order of time."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from indicators.periods import Period, comparable

SIGNALS = ("improvement", "concern", "neither")


@dataclass(frozen=True)
class Point:
    """One figure of one period; ``qualifier`` is one of figures.QUALIFIERS, ``note`` is described but not drawn."""

    period: Period
    value: Decimal
    provisional: bool = False
    note: str = ""
    qualifier: str = "exact"


@dataclass(frozen=True)
class BreakLine:
    """A break in the series; ``number`` is the caller's, who lists the breaks' titles beside the chart."""

    date: date
    title: str
    number: int


@dataclass(frozen=True)
class Limit:
    """What process behaviour says of one period's current figure, in the series' unit; None draws no such line.

    ``signal`` is "" (within what is expected) or one of SIGNALS. Numbers may be int, float or Decimal. Raises
    ValueError for another signal.
    """

    period: Period
    mean: float | Decimal | None
    lower: float | Decimal | None
    upper: float | Decimal | None
    signal: str = ""

    def __post_init__(self):
        if self.signal and self.signal not in SIGNALS:
            raise ValueError(f"Unknown signal: {self.signal!r}.")

    @property
    def levels(self):
        return self.mean, self.lower, self.upper

    @property
    def lines(self):
        """The levels as Decimals or None."""
        return tuple([None if one is None else Decimal(str(one)) for one in self.levels])


class Facts(NamedTuple):
    """What a chart asks of a period; ``day`` is the ordinal of its middle, ``days`` its length."""

    label: str
    midpoint: date
    day: Decimal
    days: int


class Run(NamedTuple):
    """Neighbouring periods with the same limits; ``lines`` as in Limit."""

    first: Facts
    last: Facts
    lines: tuple[Decimal | None, ...]


class Mark(NamedTuple):
    point: Point
    restated: bool
    when: Facts


@lru_cache(maxsize=4096)
def facts(period: Period) -> Facts:
    middle = period.midpoint
    return Facts(period.label, middle, Decimal(middle.toordinal()), period.days)


def marks_in_order(points):
    """Marks in order of time. Of a period's figures the last is current; one given twice is drawn as last given."""
    ordered = sorted([(*_in_time(point), place, point) for place, point in enumerate(points)])
    marks = []
    for _, same_period in groupby(ordered, key=itemgetter(1, 2)):
        (*_, first), *others = same_period
        when = facts(first.period)
        if not others:
            marks.append(Mark(first, False, when))
            continue
        distinct = {}
        for point in (first, *(other[-1] for other in others)):
            distinct.pop((point.value, point.qualifier), None)
            distinct[point.value, point.qualifier] = point
        *restated, current = distinct.values()
        marks += [*(Mark(point, True, when) for point in restated), Mark(current, False, when)]
    return tuple(marks)


def _in_time(point):
    return facts(point.period).midpoint, point.period.start, point.period.end


def shown_breaks(current, breaks):
    """Those after the first period's start and no later than the last point: others part no two points."""
    if not breaks:
        return []
    first, last = min(mark.point.period.start for mark in current), current[-1].when.midpoint
    return [one for one in breaks if first < one.date <= last]


def like_neighbours(current, breaks):
    """Pairs of places in ``current`` (marks in order of time) that a line may join: like for like, nothing between."""
    dates = [one.date for one in breaks]
    pairs = []
    for index, mark in enumerate(current):
        for place in range(index + 1, len(current)):
            after = current[place]
            if _same_length(mark.point.period, after.point.period):
                if _joined(mark, after, dates):
                    pairs.append((index, place))
                break
    return pairs


@lru_cache(maxsize=4096)
def _same_length(before, after):
    return before.same_length(after)


def _joined(before, after, dates):
    """Of two of one length: they share no day, no break is drawn between them, and they are near in time."""
    first, second = before.point.period, after.point.period
    near = 2 * (after.when.day - before.when.day) <= 3 * max(before.when.days, after.when.days)
    if not near or first.overlaps(second):
        return False
    dates = [day for day in dates if first.start < day <= second.end]
    return not dates or (not _between(before.when, after.when, dates) and comparable(first, second, dates))


def _between(before, after, dates):
    return any(before.midpoint < day <= after.midpoint for day in dates)


def runs(limits, breaks):
    """Limits in order of time as Runs: a new one where the limits change or a break lies between."""
    ordered = sorted([one for one in limits if one.levels != (None, None, None)], key=_in_time)
    dates = [one.date for one in breaks]
    found, levels = [], None
    for one in ordered:
        when = facts(one.period)
        if one.levels == levels and not _between(found[-1].last, when, dates):
            found[-1] = Run(found[-1].first, when, found[-1].lines)
        else:
            found.append(Run(when, when, one.lines))
        levels = one.levels
    return found
