"""Where everything in a line chart stands, worked out from its points and breaks; ``charts`` writes it as SVG."""

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from itertools import pairwise
from math import ceil

from indicators import figures
from indicators.chart_marks import BreakLine, Limit, Mark, like_neighbours, runs, shown_breaks
from indicators.drawing import Scale, Text, beside, centred, round_ticks, row, text_width, touching, wrapped

# With more figures than this, or with limits, only the telling ones are written beside their marks.
MOST_LABELLED = 16


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
    limits: tuple[Limit, ...] = ()

    @cached_property
    def font(self):
        """9 px or more when a wide chart is shown 320 px wide; a narrow chart's own text is 14 px."""
        return max(14, ceil(self.width * 9 / 320))

    @cached_property
    def current(self):
        """One mark for each period."""
        return [mark for mark in self.marks if not mark.restated]

    @cached_property
    def shown_breaks(self):
        return shown_breaks(self.current, self.breaks)

    @cached_property
    def drawn_limits(self):
        drawn = {mark.point.period for mark in self.current} if self.limits else ()
        return [one for one in self.limits if one.period in drawn]

    @cached_property
    def signals(self):
        """The signal of each period whose current figure is one."""
        return {one.period: one.signal for one in self.drawn_limits if one.signal}

    @cached_property
    def runs(self):
        return runs(self.drawn_limits, self.breaks)

    @cached_property
    def ticks(self):
        values = [mark.point.value for mark in self.marks]
        values += [line for run in self.runs for line in run.lines if line is not None]
        return round_ticks(values, self.decimals, self.zero_baseline)

    @cached_property
    def tick_words(self):
        decimals = self.decimals if any(tick % 1 for tick in self.ticks) else 0
        return [figures.figure(tick, self.short_unit, "exact", decimals) for tick in self.ticks]

    @cached_property
    def edge(self):
        """Where the plot begins, right of the tick labels."""
        return max([text_width(words, self.font) for words in self.tick_words]) + 0.6 * self.font

    @cached_property
    def x(self):
        days = [self.marks[0].when.day, self.marks[-1].when.day]
        days += [Decimal(one.date.toordinal()) for one in self.shown_breaks]
        margins = [self._margin(place) for place in (0, -1)]
        return Scale(min(days), max(days), self.edge + margins[0], self.width - margins[1])

    def _margin(self, place):
        """Room for half of an outermost value label, within reason."""
        half = text_width(self.words[place], self.font) / 2
        return max(2 * self.font, min(half + 2, self.width / 8))

    @cached_property
    def period_labels(self):
        return [text for _, lines in self._labelled_periods for text in lines]

    @cached_property
    def _labelled_periods(self):
        labels = [(mark.when.label, x) for mark, x in zip(self.current, self.middles, strict=True)]
        return row(labels, self.font, self.width)

    @cached_property
    def is_dense(self):
        return len(self.current) > MOST_LABELLED

    @cached_property
    def tick_marks(self):
        """Where the axis is marked: at every period; of many, at those that are labelled."""
        return [self.middles[number] for number, _ in self._labelled_periods] if self.is_dense else self.middles

    @cached_property
    def radius(self):
        """Of a mark: smaller where marks stand close, but still to be seen."""
        full = 0.28 * self.font
        if not self.is_dense:
            return full
        return min(full, max(1.5, 0.36 * (self.middles[-1] - self.middles[0]) / len(self.middles)))

    @cached_property
    def heading(self):
        return "" if self.unit in ("%", "£") else self.unit[:1].upper() + self.unit[1:]

    @cached_property
    def heading_lines(self):
        return wrapped(self.heading, self.font, self.width)

    @cached_property
    def top(self):
        """The highest place of a value label: below the unit's row and the breaks' row, where there are such."""
        return (1.4 * len(self.heading_lines) + 1.4 * bool(self.shown_breaks)) * self.font

    @cached_property
    def foot(self):
        return max([text.y for text in self.period_labels]) + 0.8 * self.font

    @cached_property
    def full_height(self):
        return ceil(max(self.height, self.top + self.foot + 7 * self.font))

    @cached_property
    def y(self):
        start = self.full_height - self.foot
        return Scale(self.ticks[0], self.ticks[-1], start, self.top + 1.6 * self.font)

    @cached_property
    def short_unit(self):
        """ "£ a year" as "£": the chart's heading says the rest once."""
        return "£" if figures.is_money(self.unit) else self.unit

    @cached_property
    def full_words(self):
        """Each mark's figure with its whole unit."""
        return self._in_unit(self.unit)

    @cached_property
    def words(self):
        """Each mark's figure as it is written beside it."""
        return self.full_words if self.short_unit == self.unit else self._in_unit(self.short_unit)

    def _in_unit(self, unit):
        points = [mark.point for mark in self.marks]
        return [figures.figure(point.value, unit, point.qualifier, self.decimals) for point in points]

    @cached_property
    def middles(self):
        """Where each current mark stands from left to right."""
        return [self.x.at(mark.when.day) for mark in self.current]

    @cached_property
    def places(self):
        """Where each mark stands, as (x, y)."""
        x, y = self.x, self.y
        return [(x.at(mark.when.day), y.at(mark.point.value)) for mark in self.marks]

    @cached_property
    def value_labels(self):
        return _value_labels(self)

    @cached_property
    def break_labels(self):
        return _break_labels(self)

    @cached_property
    def joins(self):
        """The lines between marks, as ((x, y), (x, y))."""
        places = [place for mark, place in zip(self.marks, self.places, strict=True) if not mark.restated]
        return [(places[before], places[after]) for before, after in like_neighbours(self.current, self.breaks)]

    @cached_property
    def limit_lines(self):
        """(left, right, (mean, lower, upper)) for each Run: ends in x, values in y or None."""
        return _limit_lines(self)


def _limit_lines(chart):
    """A line reaches a little beyond its outermost marks, never over a break or into the limits of another run."""
    steps = [after - before for before, after in pairwise(chart.middles) if after > before]
    reach = 0.4 * min(steps, default=2 * chart.font)
    uprights = [chart.x.on(one.date) for one in chart.shown_breaks]
    lines = []
    for run in chart.runs:
        first, last = chart.x.at(run.first.day), chart.x.at(run.last.day)
        left = max([first - reach, chart.edge, *(x + 2 for x in uprights if x <= first)])
        right = min([last + reach, chart.width, *(x - 2 for x in uprights if x > last)])
        lines.append((left, right, tuple(None if line is None else chart.y.at(line) for line in run.lines)))
    return lines


def _value_labels(chart):
    """The most telling figure's label is placed first, in case there is not room for all."""
    reach = 0.4 * chart.font
    upright = [((chart.x.on(one.date), chart.top), (chart.x.on(one.date), chart.y.start)) for one in chart.shown_breaks]
    return beside(
        [(chart.words[index], *chart.places[index]) for index in _labelled(chart)],
        within=(chart.edge, chart.top, chart.width, chart.y.start),
        obstacles=[(x - reach, y - reach, x + reach, y + reach) for x, y in chart.places],
        lines=chart.joins + upright,
        font=chart.font,
    )


def _labelled(chart):
    """Which marks' figures are written: all, the latest first and the restated last; of many, only the telling ones."""
    current = [index for index, mark in enumerate(chart.marks) if not mark.restated]
    if not chart.is_dense and not chart.limits:
        return current[::-1] + [index for index, mark in enumerate(chart.marks) if mark.restated]
    values = {index: chart.marks[index].point.value for index in current}
    telling = [current[-1], max(current, key=values.get), min(current, key=values.get), current[0]]
    if not chart.is_dense:
        telling += [index for index in current[::-1] if chart.marks[index].point.period in chart.signals]
    return list(dict.fromkeys(telling))


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


def _break_label(chart, group) -> Text:
    numbers = [str(one.number) for one in group]
    words = f"Break {numbers[0]}" if len(group) == 1 else f"Breaks {', '.join(numbers[:-1])} and {numbers[-1]}"
    middle = sum(chart.x.on(one.date) for one in group) / len(group)
    return centred(words, middle, chart.top - 0.4 * chart.font, chart.font, chart.width)
