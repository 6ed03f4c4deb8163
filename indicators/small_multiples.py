"""Small charts of one measure, area by area, on the same scales, so that they may be compared by eye."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from indicators import figures, svg
from indicators.chart_marks import BreakLine, Point, facts, like_neighbours, marks_in_order
from indicators.drawing import Scale, Text, circle, round_ticks, short, text_width, wrapped
from priorities.dates import british

_FONT = 14
_WIDTH, _HEIGHT = 260, 150


@dataclass(frozen=True)
class Panel:
    """One area's chart; ``latest`` is its latest figure in words, "" where none is known."""

    name: str
    latest: str
    svg: str


@dataclass(frozen=True)
class _Scales:
    x: Scale
    y: Scale
    ticks: list[Decimal]
    tick_words: list[str]
    edge: float


def small_multiples(
    areas: Mapping[str, Sequence[Point]],
    *,
    ident: str,
    title: str,
    unit: str,
    decimals: int = 0,
    breaks: Iterable[BreakLine] = (),
    zero_baseline: bool = True,
) -> list[Panel]:
    """A Panel for each area, in the order given: its points by its name. The same bytes for the same input.

    All have one scale for values and one for time, name their area and write its latest figure; text is 14 px high
    in a picture 260 px wide. An area without points has a panel that says so. The ids of the pictures are
    ``{ident}-1`` and on. Raises ValueError where no area has any point.
    """
    lines = tuple(sorted(breaks, key=lambda one: (one.date, one.number)))
    series = {name: [mark for mark in marks_in_order(points) if not mark.restated] for name, points in areas.items()}
    everything = [mark.point for marks in series.values() for mark in marks]
    if not everything:
        raise ValueError("Small multiples need at least one point.")
    said = {name: [_said(mark.point, unit, decimals) for mark in marks] for name, marks in series.items()}
    heads = {name: _head(name, words) for name, words in said.items()}
    rows = max(text.y for texts in heads.values() for text in texts)
    scales = _scales(everything, unit, decimals, zero_baseline, top=rows + _FONT)
    panels = []
    for number, (name, marks) in enumerate(series.items(), start=1):
        words = said[name]
        about = _about(title, name, marks, words), _description(marks, words, lines)
        drawn = _drawn(marks, lines, scales) + "".join(map(svg.written, heads[name] + _scale_texts(marks, scales)))
        picture = svg.picture(f"{ident}-{number}", *about, width=_WIDTH, height=_HEIGHT, font=_FONT, drawn=drawn)
        panels.append(Panel(name, words[-1] if words else "", picture))
    return panels


def _said(point, unit, decimals):
    return figures.figure(point.value, unit, point.qualifier, decimals)


def _head(name, said):
    """The area's name at the left and its latest figure at the right."""
    latest = said[-1] if said else figures.NOT_AVAILABLE
    left = _WIDTH - text_width(latest, _FONT)
    lines = wrapped(name, _FONT, left - _FONT)
    return [
        *(Text(words, 0, (1 + 1.2 * line) * _FONT, _FONT) for line, words in enumerate(lines)),
        Text(latest, left, _FONT, _FONT),
    ]


def _scales(everything, unit, decimals, zero_baseline, top):
    ticks = round_ticks([point.value for point in everything], decimals, zero_baseline, most=9)
    short_unit = "£" if figures.is_money(unit) else unit
    ends = [ticks[0], ticks[-1]]
    words = [figures.figure(tick, short_unit, "exact", decimals if tick % 1 else 0) for tick in ends]
    edge = max(text_width(one, _FONT) for one in words) + 0.5 * _FONT
    days = [facts(point.period).day for point in everything]
    return _Scales(
        x=Scale(min(days), max(days), edge + 8, _WIDTH - 8),
        y=Scale(ticks[0], ticks[-1], _HEIGHT - 1.7 * _FONT, top),
        ticks=ends,
        tick_words=words,
        edge=edge,
    )


def _drawn(marks, breaks, scales):
    places = [(scales.x.at(mark.when.day), scales.y.at(mark.point.value)) for mark in marks]
    low, high = scales.y.start, scales.y.end
    uprights = [scales.x.on(one.date) for one in breaks]
    steps = [f"{short(x)} {short(y)}" for x, y in places]
    joins = like_neighbours(marks, breaks)
    alone = set(range(len(marks))) - {place for pair in joins for place in pair}
    dots = {svg.FILLED: [], svg.HOLLOW: []}
    for index in sorted(alone | {len(marks) - 1} if marks else alone):
        paint = svg.HOLLOW if marks[index].point.provisional else svg.FILLED
        dots[paint].append(circle(*places[index], 3.5))
    return svg.layers(
        (svg.GRID, [f"M{short(scales.edge)} {short(high)}H{_WIDTH}"]),
        (svg.AXIS, [f"M{short(scales.edge)} {short(low)}H{_WIDTH}"]),
        (svg.BREAK, [f"M{short(x)} {short(high)}V{short(low)}" for x in uprights if scales.edge < x < _WIDTH]),
        (svg.THIN_LINE, [f"M{steps[before]}L{steps[after]}" for before, after in joins]),
        *dots.items(),
    )


def _scale_texts(marks, scales):
    texts = []
    for tick, words in zip(scales.ticks, scales.tick_words, strict=True):
        left = scales.edge - 0.5 * _FONT - text_width(words, _FONT)
        texts.append(Text(words, left, scales.y.at(tick) + 0.35 * _FONT, _FONT))
    if marks:
        first, last = (marks[place].when.label for place in (0, -1))
        foot = scales.y.start + 1.3 * _FONT
        end = _WIDTH - text_width(last, _FONT)
        if first != last and scales.edge + text_width(first, _FONT) + _FONT <= end:
            texts.append(Text(first, scales.edge, foot, _FONT))
        texts.append(Text(last, end, foot, _FONT))
    return texts


def _about(title, name, marks, said):
    if not marks:
        return f"Chart: {title}, {name}. No figures."
    span = dict.fromkeys(marks[place].when.label for place in (0, -1))
    values = f"from {said[0]} to {said[-1]}" if len(said) > 1 else said[0]
    return f"Line chart: {title}, {name}, {' until '.join(span)}: {values}."


def _description(marks, said, breaks):
    parts = [
        f"{mark.when.label}: {words}{'; provisional' if mark.point.provisional else ''}."
        for mark, words in zip(marks, said, strict=True)
    ]
    return " ".join([*parts, *(f"Break {one.number}, {british(one.date)}: {one.title}." for one in breaks)])
