"""Line charts as SVG text: no styles and no scripts (strict CSP), few paths and start-anchored labels (quick in PDF).

Lengths are units of the viewBox, x to the right and y down. Every mark has a shape of its own, so nothing is told by
colour alone: a filled circle is a figure, a hollow circle is provisional, a hollow square has since been restated.
"""

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from html import escape

from indicators.chart_layout import BreakLine, Layout, Point, marks_in_order
from indicators.drawing import Text, circle, short, square, text_width
from priorities.dates import british

__all__ = ["BreakLine", "Point", "line_chart"]

# Government Analysis Function palette.
_CLEAR = 'fill="#FFFFFF"'
_GRID = 'fill="none" stroke="#CECECE"'
_AXIS = 'fill="none" stroke="#3D3D3D" stroke-width="1.5"'
_BREAK = 'fill="none" stroke="#3D3D3D" stroke-width="1.5" stroke-dasharray="6 5"'
_LINE = 'fill="none" stroke="#12436D" stroke-width="3" stroke-linecap="round"'
_FILLED = 'fill="#12436D" stroke="#12436D" stroke-width="2.5"'
_HOLLOW = 'fill="#FFFFFF" stroke="#12436D" stroke-width="2.5"'
_SQUARE = 'fill="#FFFFFF" stroke="#801650" stroke-width="2.5"'
_TEXT = 'font-family="Arial, Liberation Sans, Helvetica, sans-serif" fill="#0B0C0C"'

_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def line_chart(
    points: Sequence[Point],
    *,
    ident: str,
    title: str,
    unit: str,
    decimals: int = 0,
    breaks: Iterable[BreakLine] = (),
    width: int = 640,
    height: int = 300,
    zero_baseline: bool = True,
) -> str:
    """The chart as one ``<svg>`` element, the same bytes for the same input.

    Of several values for one period the last given is current and carries the line; the others are restated. A
    line joins two figures only where they are like for like, with no break and no gap in time between them. Labels
    that would collide are left out (the description has every figure); ``height`` grows where the labels need it.
    ``ident`` must be unique in the page. Raises ValueError without points.
    """
    if not points:
        raise ValueError("A chart needs at least one point.")
    ordered = tuple(sorted(breaks, key=lambda one: (one.date, one.number)))
    chart = Layout(marks_in_order(points), ordered, unit, decimals, width, height, zero_baseline)
    size = f'viewBox="0 0 {width} {chart.full_height}" width="{width}" height="{chart.full_height}"'
    ident = _escape(ident)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="{ident}-title" '
        f'aria-describedby="{ident}-desc" {size} font-size="{chart.font}" {_TEXT}>'
        f'<title id="{ident}-title">{_escape(_sentence(chart, title))}</title>'
        f'<desc id="{ident}-desc">{_escape(_description(chart))}</desc>'
        f"{_paths(chart)}{''.join(map(_written, _texts(chart)))}</svg>"
    )


def _texts(chart):
    font = chart.font
    texts = [Text(chart.heading, 0, font, font)] if chart.heading else []
    texts += chart.break_labels
    for tick, words in zip(chart.ticks, chart.tick_words, strict=True):
        left = chart.edge - 0.6 * font - text_width(words, font)
        texts.append(Text(words, left, chart.y.at(tick) + 0.35 * font, font))
    texts += chart.value_labels
    texts += [Text(text.words, text.x, text.y + chart.y.start + 0.4 * font, font) for text in chart.period_labels]
    return texts


def _paths(chart):
    """One path a layer, from the back to the front."""
    base = chart.y.at(max(chart.ticks[0], min(Decimal(0), chart.ticks[-1])))
    places = {_FILLED: [], _HOLLOW: [], _SQUARE: []}
    for mark in chart.marks:
        kind = _SQUARE if mark.restated else _HOLLOW if mark.point.provisional else _FILLED
        places[kind].append(chart.place(mark))
    radius = 0.28 * chart.font
    return "".join(
        f'<path d="{"".join(steps)}" {paint}/>'
        for paint, steps in (
            (_GRID, [_across(chart, chart.y.at(tick)) for tick in chart.ticks]),
            (_AXIS, [_across(chart, base), *(_tick_mark(chart, one) for one in chart.periods)]),
            (_BREAK, [_upright(chart, one) for one in chart.shown_breaks]),
            (_CLEAR, [_cleared(text.box) for text in chart.value_labels]),
            (_LINE, [f"M{short(x1)} {short(y1)}L{short(x2)} {short(y2)}" for (x1, y1), (x2, y2) in chart.joins]),
            (_SQUARE, [square(x, y, 1.4 * radius) for x, y in places[_SQUARE]]),
            (_FILLED, [circle(x, y, radius) for x, y in places[_FILLED]]),
            (_HOLLOW, [circle(x, y, radius) for x, y in places[_HOLLOW]]),
        )
        if steps
    )


def _cleared(box):
    """A value label's box, blanked so that the grid and the breaks do not run through it; the line still may."""
    left, top, right, bottom = map(short, box)
    return f"M{left} {top}H{right}V{bottom}H{left}z"


def _across(chart, y):
    return f"M{short(chart.edge)} {short(y)}H{short(chart.width)}"


def _tick_mark(chart, period):
    return f"M{short(chart.x.on(period.midpoint))} {short(chart.y.start)}v{short(0.4 * chart.font)}"


def _upright(chart, one):
    return f"M{short(chart.x.on(one.date))} {short(chart.top)}V{short(chart.y.start)}"


def _sentence(chart, title):
    """What the chart shows, for its title: the span, how many points, and the first and last current figures."""
    current = [mark for mark in chart.marks if not mark.restated]
    first, last = (chart.written(mark, chart.unit) for mark in (current[0], current[-1]))
    labels = [current[0].point.period.label, current[-1].point.period.label]
    if len(chart.periods) == 1:
        span = labels[0]
    else:
        span = f"first {labels[0]}, last {labels[1]}" if " to " in "".join(labels) else " to ".join(labels)
    size = "1 point" if len(chart.marks) == 1 else f"{len(chart.marks)} points"
    values = f"from {first} to {last}" if len(current) > 1 else last if len(chart.marks) == 1 else f"the latest {last}"
    return f"{'Line chart' if chart.joins else 'Chart'}: {title}, {span}. {size}, {values}."


def _description(chart):
    """Every figure and every break that the chart was given, in words."""
    parts = [chart.heading] if chart.heading else []
    for mark in chart.marks:
        point = mark.point
        remarks = (
            ["provisional"] * point.provisional + ["since restated"] * mark.restated + [point.note] * bool(point.note)
        )
        parts.append("; ".join([f"{point.period.label}: {chart.written(mark, chart.unit)}", *remarks]))
    parts += [f"Break {one.number}, {british(one.date)}: {one.title}" for one in chart.breaks]
    return " ".join(f"{part.rstrip('.')}." for part in parts)


def _written(text):
    return f'<text x="{short(text.x)}" y="{short(text.y)}">{_escape(text.words)}</text>'


def _escape(words):
    return escape(_NOT_IN_XML.sub("", words))
