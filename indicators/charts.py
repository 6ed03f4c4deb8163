"""The pictures of indicators as SVG text: for pages, PDF, Word and e-mail, the same bytes for the same input.

Lengths are units of the viewBox, x to the right and y down. Every mark has a shape of its own, so nothing is told by
colour alone: a filled circle is a figure, a hollow mark is provisional, a hollow square has since been restated, a
diamond is a signal of concern, a triangle one of improvement and a cross one that is neither.

What others use: ``line_chart``, ``key``, ``sparkline``, ``small_multiples``, ``bar_chart`` and what they are given.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from indicators import figures, svg
from indicators.bars import Part, bar_chart
from indicators.chart_layout import Layout
from indicators.chart_marks import BreakLine, Limit, Point, marks_in_order
from indicators.drawing import Text, circle, short, square, text_width
from indicators.small_multiples import Panel, small_multiples
from indicators.sparkline import sparkline
from priorities.dates import british

__all__ = [
    "BreakLine",
    "Limit",
    "Panel",
    "Part",
    "Point",
    "bar_chart",
    "key",
    "line_chart",
    "small_multiples",
    "sparkline",
]

# Wide for pages, print and Word; narrow for a screen of 320 px, where a wide chart's text would be too small.
WIDE, NARROW = 640, 320

SIGNAL_WORDS = {
    "improvement": "signal of improvement",
    "concern": "signal of concern",
    "neither": "signal, neither better nor worse",
}


def line_chart(
    points: Sequence[Point],
    *,
    ident: str,
    title: str,
    unit: str,
    decimals: int = 0,
    breaks: Iterable[BreakLine] = (),
    limits: Iterable[Limit] = (),
    width: int = WIDE,
    height: int = 300,
    zero_baseline: bool = True,
) -> str:
    """The chart as one ``<svg>`` element, the same bytes for the same input.

    Of several values for one period the last given is current and carries the line; the others are restated. A
    line joins two figures only where they are like for like, with no break and no gap in time between them. Labels
    that would collide are left out (the description has every figure); ``height`` grows where the labels need it.
    ``ident`` must be unique in the page. Raises ValueError without points.

    ``limits``, one for each period that has any, draw the average as a thin line and the limits dotted, ending at
    breaks and wherever they change, and mark the signals. With limits, or with many figures, only the telling
    figures are written: the latest, highest, lowest, first and the signals. ``zero_baseline`` may be False for rates
    and scores, never for counts. At ``width=NARROW`` the text is 14 px high.
    """
    if not points:
        raise ValueError("A chart needs at least one point.")
    ordered = tuple(sorted(breaks, key=lambda one: (one.date, one.number)))
    chart = Layout(marks_in_order(points), ordered, unit, decimals, width, height, zero_baseline, tuple(limits))
    return svg.picture(
        ident,
        _sentence(chart, title),
        _description(chart),
        width=width,
        height=chart.full_height,
        font=chart.font,
        drawn=_paths(chart) + "".join(map(svg.written, _texts(chart))),
    )


def key(points: Sequence[Point], *, breaks: Iterable[BreakLine] = (), limits: Iterable[Limit] = ()) -> list[str]:
    """What the marks of that line chart mean, for its caption: a sentence for each kind of mark that occurs in it."""
    if not points:
        return []
    chart = Layout(marks_in_order(points), tuple(breaks), "", 0, WIDE, 0, True, tuple(limits))
    signals = set(chart.signals.values())
    provisional = [mark.point.period for mark in chart.current if mark.point.provisional]
    hollow = "circle, diamond, triangle or cross" if any(one in chart.signals for one in provisional) else "circle"
    kinds = (
        (chart.shown_breaks, "Dashed upright lines mark breaks in the series."),
        (provisional, f"A hollow {hollow} is a provisional figure."),
        (len(chart.current) < len(chart.marks), "A hollow square is a figure that has since been restated."),
        (chart.runs, "The thin line is the average; dotted lines are the limits of what is expected."),
        ("concern" in signals, "A diamond is a signal of concern."),
        ("improvement" in signals, "A triangle is a signal of improvement."),
        ("neither" in signals, "A cross is a signal of a change that is neither better nor worse."),
    )
    return [words for occurs, words in kinds if occurs]


def _texts(chart):
    font = chart.font
    texts = [Text(words, 0, (1 + 1.4 * line) * font, font) for line, words in enumerate(chart.heading_lines)]
    texts += chart.break_labels
    for tick, words in zip(chart.ticks, chart.tick_words, strict=True):
        left = chart.edge - 0.6 * font - text_width(words, font)
        texts.append(Text(words, left, chart.y.at(tick) + 0.35 * font, font))
    texts += chart.value_labels
    texts += [Text(text.words, text.x, text.y + chart.y.start + 0.4 * font, font) for text in chart.period_labels]
    return texts


def _paths(chart):
    base = chart.y.at(max(chart.ticks[0], min(Decimal(0), chart.ticks[-1])))
    means = [_level(left, right, mean) for left, right, (mean, _, _) in chart.limit_lines]
    bounds = [_level(left, right, y) for left, right, (_, *both) in chart.limit_lines for y in both]
    return svg.layers(
        (svg.GRID, [_across(chart, chart.y.at(tick)) for tick in chart.ticks]),
        (svg.AXIS, [_across(chart, base), *_tick_marks(chart)]),
        (svg.BREAK, [_upright(chart, one) for one in chart.shown_breaks]),
        (svg.LIMIT, [step for step in bounds if step]),
        (svg.MEAN, [step for step in means if step]),
        (svg.CLEAR, [_cleared(text.box) for text in chart.value_labels]),
        (svg.LINE, [f"M{short(x1)} {short(y1)}L{short(x2)} {short(y2)}" for (x1, y1), (x2, y2) in chart.joins]),
        *_marks(chart).items(),
    )


def _marks(chart):
    """The steps of every mark by its paint, from the back to the front: squares, circles, signals."""
    radius = chart.radius
    large = max(radius, 0.22 * chart.font)  # so that a shape can be told
    steps = {svg.SQUARE: [], svg.FILLED: [], svg.HOLLOW: []}
    signals, means = chart.signals, _means(chart)
    for (point, restated, _), (x, y) in zip(chart.marks, chart.places, strict=True):
        signal = signals.get(point.period, "") if signals and not restated else ""
        if restated:
            steps[svg.SQUARE].append(square(x, y, 1.4 * large))
        elif signal:
            above = point.value >= means.get(point.period, point.value)
            paint = svg.signal_paint(signal, provisional=point.provisional)
            steps.setdefault(paint, []).append(svg.signal_shape(signal, x, y, large, above=above))
        else:
            paint, r = (svg.HOLLOW, large) if point.provisional else (svg.FILLED, radius)
            steps[paint].append(circle(x, y, r))
    return steps


def _means(chart):
    return {one.period: one.lines[0] for one in chart.drawn_limits if one.signal and one.mean is not None}


def _level(left, right, y):
    return "" if y is None else f"M{short(left)} {short(y)}H{short(right)}"


def _cleared(box):
    """A value label's box, blanked so that the grid and the breaks do not run through it; the line still may."""
    left, top, right, bottom = map(short, box)
    return f"M{left} {top}H{right}V{bottom}H{left}z"


def _across(chart, y):
    return f"M{short(chart.edge)} {short(y)}H{short(chart.width)}"


def _tick_marks(chart):
    foot = f" {short(chart.y.start)}v{short(0.4 * chart.font)}"
    return [f"M{short(x)}{foot}" for x in chart.tick_marks]


def _upright(chart, one):
    return f"M{short(chart.x.on(one.date))} {short(chart.top)}V{short(chart.y.start)}"


def _sentence(chart, title):
    """What the chart shows, for its title: the span, how many points, the first and last current figures, signals."""
    current = [words for mark, words in zip(chart.marks, chart.full_words, strict=True) if not mark.restated]
    labels = [chart.current[place].when.label for place in (0, -1)]
    if len(current) == 1:
        span = labels[0]
    else:
        span = f"first {labels[0]}, last {labels[1]}" if " to " in "".join(labels) else " to ".join(labels)
    size = "1 point" if len(chart.marks) == 1 else f"{len(chart.marks)} points"
    if len(current) > 1:
        values = f"from {current[0]} to {current[-1]}"
    else:
        values = current[0] if len(chart.marks) == 1 else f"the latest {current[0]}"
    kind = "Line chart" if chart.joins else "Chart"
    return f"{kind}: {title}, {span}. {size}, {values}.{_counted_signals(chart)}"


def _counted_signals(chart):
    if not chart.runs:
        return ""
    given = list(chart.signals.values())
    counted = [f"{given.count(one)} {words}" for one, words in _COUNTED.items() if one in given]
    return f" Signals: {', '.join(counted)}." if counted else " No signals."


_COUNTED = {"improvement": "of improvement", "concern": "of concern", "neither": "neither better nor worse"}


def _description(chart):
    """Every figure, limit, signal and break that the chart was given, in words."""
    parts = [chart.heading] if chart.heading else []
    signals = chart.signals
    for (point, restated, when), words in zip(chart.marks, chart.full_words, strict=True):
        said = f"{when.label}: {words}"
        if point.provisional:
            said += "; provisional"
        if restated:
            said += "; since restated"
        elif signals and point.period in signals:
            said += f"; {SIGNAL_WORDS[signals[point.period]]}"
        if point.note:
            said += f"; {point.note}"
        parts.append(said)
    parts += [_limits_in_words(chart, run) for run in chart.runs]
    parts += [f"Break {one.number}, {british(one.date)}: {one.title}" for one in chart.breaks]
    return " ".join([f"{part.rstrip('.')}." for part in parts])


def _limits_in_words(chart, run):
    labels = dict.fromkeys([run.first.label, run.last.label])
    names = ("average", "lower limit", "upper limit")
    levels = [
        f"{name} {level_in_words(level, chart.unit, chart.decimals)}"
        for name, level in zip(names, run.lines, strict=True)
        if level is not None
    ]
    return f"Expected, {' until '.join(labels)}: {', '.join(levels)}"


def level_in_words(level: Decimal, unit: str, decimals: int) -> str:
    """A calculated level, one decimal finer than the figures where they are small."""
    return figures.figure(level, unit, "exact", decimals if abs(level) >= 100 else decimals + 1)
