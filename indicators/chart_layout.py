"""Where everything in a line chart stands, worked out from its points and breaks; ``charts`` writes it as SVG."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from itertools import groupby
from math import ceil

from indicators import figures
from indicators.drawing import Scale, beside, centred, round_ticks, row, text_width, touching
from indicators.periods import Period, comparable


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
class Mark:
    point: Point
    restated: bool


def marks_in_order(points):
    """Marks in order of time. Of a period's figures the last is current; one given twice is drawn as last given."""
    ordered = sorted(points, key=lambda point: (point.period.midpoint, point.period))
    marks = []
    for _, same_period in groupby(ordered, key=lambda point: point.period):
        distinct = {}
        for point in same_period:
            distinct.pop((point.value, point.qualifier), None)
            distinct[point.value, point.qualifier] = point
        *restated, current = distinct.values()
        marks += [*(Mark(point, restated=True) for point in restated), Mark(current, restated=False)]
    return tuple(marks)


@dataclass(frozen=True)
class Layout:
    """What is drawn and, worked out from it, where."""

    marks: tuple[Mark, ...]
    breaks: tuple[BreakLine, ...]
    unit: str
    decimals: int
    width: int
    height: int
    zero_baseline: bool

    @cached_property
    def font(self):
        return ceil(self.width * 9 / 320)  # 9 px when the chart is shown 320 px wide

    @cached_property
    def periods(self):
        return list(dict.fromkeys(mark.point.period for mark in self.marks))

    @cached_property
    def shown_breaks(self):
        """Those after the first period's start and no later than the last point: others part no two points."""
        first, last = min(period.start for period in self.periods), self.periods[-1].midpoint
        return [one for one in self.breaks if first < one.date <= last]

    @cached_property
    def ticks(self):
        return round_ticks([mark.point.value for mark in self.marks], self.decimals, self.zero_baseline)

    @cached_property
    def tick_words(self):
        decimals = self.decimals if any(tick % 1 for tick in self.ticks) else 0
        return [figures.figure(tick, _short(self.unit), "exact", decimals) for tick in self.ticks]

    @cached_property
    def edge(self):
        """Where the plot begins, right of the tick labels."""
        return max(text_width(words, self.font) for words in self.tick_words) + 0.6 * self.font

    @cached_property
    def x(self):
        days = [one.midpoint for one in self.periods] + [one.date for one in self.shown_breaks]
        first, last = (Decimal(day.toordinal()) for day in (min(days), max(days)))
        margins = [self._margin(mark) for mark in (self.marks[0], self.marks[-1])]
        return Scale(first, last, self.edge + margins[0], self.width - margins[1])

    def _margin(self, mark):
        """Room for half of an outermost value label, within reason."""
        half = text_width(self.written(mark, _short(self.unit)), self.font) / 2
        return max(2 * self.font, min(half + 2, self.width / 8))

    @cached_property
    def period_labels(self):
        labels = [(one.label, self.x.on(one.midpoint)) for one in self.periods]
        return row(labels, self.font, self.width)

    @cached_property
    def heading(self):
        return "" if self.unit in ("%", "£") else self.unit[:1].upper() + self.unit[1:]

    @cached_property
    def top(self):
        """The highest place of a value label: below the unit's row and the breaks' row, where there are such."""
        return (1.4 * bool(self.heading) + 1.4 * bool(self.shown_breaks)) * self.font

    @cached_property
    def foot(self):
        return max(text.y for text in self.period_labels) + 0.8 * self.font

    @cached_property
    def full_height(self):
        return ceil(max(self.height, self.top + self.foot + 7 * self.font))

    @cached_property
    def y(self):
        start = self.full_height - self.foot
        return Scale(self.ticks[0], self.ticks[-1], start, self.top + 1.6 * self.font)

    def written(self, mark, unit):
        return figures.figure(mark.point.value, unit, mark.point.qualifier, self.decimals)

    def place(self, mark):
        return self.x.on(mark.point.period.midpoint), self.y.at(mark.point.value)

    @cached_property
    def value_labels(self):
        return _value_labels(self)

    @cached_property
    def break_labels(self):
        return _break_labels(self)

    @cached_property
    def joins(self):
        """The lines between marks, as ((x, y), (x, y))."""
        dates = [one.date for one in self.breaks]
        current = [mark for mark in self.marks if not mark.restated]
        pairs = []
        for index, mark in enumerate(current):
            following = (one for one in current[index + 1 :] if one.point.period.same_length(mark.point.period))
            after = next(following, None)
            if after and _joined(mark.point.period, after.point.period, dates):
                pairs.append((self.place(mark), self.place(after)))
        return pairs


def _joined(before, after, dates):
    """Like for like, sharing no day, no break drawn between them, and at most one and a half periods apart."""
    if before.overlaps(after):
        return False
    near = 2 * (after.midpoint - before.midpoint).days <= 3 * max(before.days, after.days)
    return near and comparable(before, after, dates) and not any(before.midpoint < d <= after.midpoint for d in dates)


def _short(unit):
    """ "£ a year" as "£": the chart's heading says the rest once."""
    return "£" if figures.is_money(unit) else unit


def _value_labels(chart):
    """The latest figure's label is placed first and the restated last, in case there is not room for all."""
    current = [mark for mark in chart.marks if not mark.restated]
    restated = [mark for mark in chart.marks if mark.restated]
    wanted = [(chart.written(mark, _short(chart.unit)), *chart.place(mark)) for mark in current[::-1] + restated]
    reach = 0.4 * chart.font
    upright = [((chart.x.on(one.date), chart.top), (chart.x.on(one.date), chart.y.start)) for one in chart.shown_breaks]
    return beside(
        wanted,
        within=(chart.edge, chart.top, chart.width, chart.y.start),
        obstacles=[(x - reach, y - reach, x + reach, y + reach) for x, y in map(chart.place, chart.marks)],
        lines=chart.joins + upright,
        font=chart.font,
    )


def _break_labels(chart):
    """ "Break 1" above its line; breaks too near for labels of their own share one."""
    labels, groups = [], []
    for one in chart.shown_breaks:
        groups.append([one])
        labels.append(_break_label(chart, [one]))
        while len(labels) > 1 and touching(labels[-2].box, labels[-1].box, chart.font / 2):
            groups[-2:] = [groups[-2] + groups[-1]]
            labels[-2:] = [_break_label(chart, groups[-1])]
    return labels


def _break_label(chart, group):
    numbers = [str(one.number) for one in group]
    words = f"Break {numbers[0]}" if len(group) == 1 else f"Breaks {', '.join(numbers[:-1])} and {numbers[-1]}"
    middle = sum(chart.x.on(one.date) for one in group) / len(group)
    return centred(words, middle, chart.top - 0.4 * chart.font, chart.font, chart.width)
