"""A line without words, small enough to stand in a row of a table."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from accounts.xml_text import escape
from indicators import svg
from indicators.chart_marks import BreakLine, Point, like_neighbours, marks_in_order
from indicators.drawing import Scale, circle, short


def sparkline(
    points: Sequence[Point],
    *,
    breaks: Iterable[BreakLine] = (),
    title: str = "",
    width: int = 120,
    height: int = 30,
    zero_baseline: bool = True,
) -> str:
    """The series as one small ``<svg>`` without text, the same bytes for the same input.

    Current figures only; lines join what is like for like, so breaks and gaps interrupt them. The last figure is
    marked, hollow where it is provisional. With a ``title`` the picture has that name; without one it is hidden from
    assistive technology, for the words beside it say the same. Raises ValueError without points.
    """
    if not points:
        raise ValueError("A sparkline needs at least one point.")
    current = [mark for mark in marks_in_order(points) if not mark.restated]
    radius = height / 9
    values = [mark.point.value for mark in current] + [Decimal(0)] * zero_baseline
    days = [mark.when.day for mark in current]
    x = Scale(days[0], days[-1], radius + 1, width - radius - 2)
    y = Scale(min(values), max(values), height - radius - 2, radius + 2)
    places = [f"{short(x.at(day))} {short(y.at(mark.point.value))}" for day, mark in zip(days, current, strict=True)]
    last = current[-1].point
    mark = circle(x.at(days[-1]), y.at(last.value), radius)
    joins = like_neighbours(current, breaks)
    joined = {place for pair in joins for place in pair}
    drawn = svg.layers(
        (svg.THIN_LINE, [f"M{places[before]}L{places[after]}" for before, after in joins]),
        # A figure that no line reaches would not be seen: a dot, as a line of no length with round ends.
        (svg.THIN_LINE, [f"M{place}h0" for index, place in enumerate(places) if index not in joined]),
        (svg.HOLLOW if last.provisional else svg.FILLED, [mark]),
    )
    named = f'role="img" aria-label="{escape(title)}"' if title else 'aria-hidden="true"'
    size = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {named} focusable="false" {size}>{drawn}</svg>'
