"""What the page of one indicator shows of its figures: the whole area in full, each of its parts in a line."""

from dataclasses import dataclass
from decimal import Decimal

from indicators import charts, markers, series
from indicators.assessment import Assessment, assess
from indicators.models import Observation
from indicators.plotly_figure import line_figure

# A table of more periods than this hides the earlier ones until they are asked for.
RECENT = 24


@dataclass(frozen=True)
class Part:
    """A part of the area: its latest figure as a series.Row, and what happened there."""

    name: str
    row: series.Row
    assessment: Assessment


@dataclass(frozen=True)
class Bars:
    """The parts' figures of one period as a bar chart, SVG in two widths."""

    period: str
    wide: str
    narrow: str


@dataclass(frozen=True)
class Profile:
    """``wide`` and ``narrow`` are the chart as SVG, "" where there are too few periods; ``key`` tells its marks.

    ``recent`` are the figures of the last RECENT periods, ``earlier`` those before. ``bars`` are the parts side by side
    in the newest period, None where fewer than two can be. ``panels`` are the parts' charts, on one scale.
    """

    assessment: Assessment
    wide: str
    narrow: str
    key: list[str]
    earlier: list[series.Row]
    recent: list[series.Row]
    parts: list[Part]
    bars: Bars | None
    panels: list[charts.Panel]
    breaks: list[series.NumberedBreak]

    @property
    def rows(self):
        """All that the page shows."""
        return [*self.earlier, *self.recent, *(part.row for part in self.parts)]

    @property
    def marks(self):
        """The marks that occur on the page, with their meanings."""
        return markers.explained(mark for row in self.rows for mark in row.marks)

    @property
    def any_held_back(self):
        return any(row.is_held_back for row in self.rows)


def profile(indicator, shown, held):
    """The Profile of the observations ``shown`` of all areas. ``held`` as disclosure.held_back gives it."""
    shown = series.in_order(shown)
    whole = [one for one in shown if one.area_id is None]
    assessment = assess(indicator, whole, indicator.breaks.all())
    rows = series.rows(indicator, whole, held=held)
    first_recent = _first_recent(rows)
    areas = indicator.partnership.areas.all()
    parts = [part for area in areas if (part := _part(indicator, area, shown, held))]
    return Profile(
        assessment=assessment,
        wide=series.chart(indicator, whole, "chart", limits=assessment.limits),
        narrow=series.chart(indicator, whole, "chart-narrow", limits=assessment.limits, width=charts.NARROW),
        key=charts.key(series.points(whole), breaks=series.break_lines(indicator), limits=assessment.limits),
        earlier=rows[:first_recent],
        recent=rows[first_recent:],
        parts=parts,
        bars=_bars(indicator, parts),
        panels=_panels(indicator, areas, shown),
        breaks=series.numbered_breaks(indicator),
    )


def screen_figure(indicator, shown):
    """The chart of the whole area for plotly.js, or None where there are too few periods."""
    whole = [one for one in series.in_order(shown) if one.area_id is None]
    points = series.points(whole)
    if not series.is_charted(points):
        return None
    limits = assess(indicator, whole, indicator.breaks.all()).limits
    return line_figure(points, limits, series.break_lines(indicator), indicator.unit, indicator.decimals)


def _first_recent(rows):
    """The place of the first row of the last RECENT periods."""
    periods = list(dict.fromkeys((row.figure.start, row.figure.end) for row in rows))
    recent = set(periods[-RECENT:])
    return next((place for place, row in enumerate(rows) if (row.figure.start, row.figure.end) in recent), 0)


def _part(indicator, area, shown, held):
    own = [one for one in shown if one.area_id == area.pk]
    if not own:
        return None
    # A break before the last period marks it, so the one before is read too.
    periods = list(dict.fromkeys((one.start, one.end) for one in own))[-2:]
    row = series.rows(indicator, [one for one in own if (one.start, one.end) in periods], [area], held)[-1]
    return Part(area.name, row, assess(indicator, own, indicator.breaks.all()))


def _bars(indicator, parts):
    """Bars of the parts whose newest figure is of the last period, and whole."""
    last = max(((part.row.figure.end, part.row.figure.start) for part in parts), default=None)
    shown = {part.name: part.row.figure for part in parts if _is_beside_the_others(part.row.figure, last)}
    if sum(figure.value is not None for figure in shown.values()) < 2:
        return None
    bars = [
        charts.Part(name, Decimal(one.value)) if one.value is not None else charts.Part(name, None, one.text)
        for name, one in shown.items()
    ]
    period = next(iter(shown.values())).period
    wide, narrow = (
        charts.bar_chart(
            bars,
            ident=ident,
            title=f"{indicator.title}, {period}, by area",
            unit=indicator.unit,
            decimals=indicator.decimals,
            width=width,
        )
        for ident, width in (("bars", charts.WIDE), ("bars-narrow", charts.NARROW))
    )
    return Bars(period, wide, narrow)


def _is_beside_the_others(figure, last):
    is_whole = figure.status != Observation.Status.INCOMPLETE and (figure.value is None or Decimal(figure.value) >= 0)
    return (figure.end, figure.start) == last and is_whole


def _panels(indicator, areas, shown):
    points = {area.name: series.points([one for one in shown if one.area_id == area.pk]) for area in areas}
    points = {name: found for name, found in points.items() if found}
    if not any(series.is_charted(found) for found in points.values()):
        return []
    return charts.small_multiples(
        points,
        ident="part",
        title=indicator.title,
        unit=indicator.unit,
        decimals=indicator.decimals,
        breaks=series.break_lines(indicator),
    )
