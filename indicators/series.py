"""An indicator's stored figures as pages and reports show them: worded, marked, in order, with their chart."""

import datetime as dt
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from indicators import charts, disclosure, figures, likeness, markers
from indicators.models import Observation
from indicators.periods import Period, separates

# A line of fewer periods says nothing that the table does not.
FEWEST_PERIODS_FOR_A_CHART = 3

RESTATED = "Restated:"


@dataclass(frozen=True)
class Figure:
    """One observation in words. Dates are ISO text; ``value`` is decimal text or None (blank is not zero)."""

    start: str
    end: str
    period: str
    value: str | None
    text: str
    qualifier: str
    status: str
    printed_in: str
    as_at: str
    note: str
    restatement: str
    stated_change: str

    @property
    def status_label(self):
        return Observation.Status(self.status).label


@dataclass(frozen=True)
class NumberedBreak:
    number: int
    date: str
    title: str
    note: str


@dataclass(frozen=True)
class Row:
    """A Figure of one area as a table shows it: with its marks, keys of markers.MEANINGS.

    ``area`` and ``area_code`` are "" for the whole area, ``file_name`` for a figure that no file brought.
    ``is_held_back``: those who see it must not publish it.
    """

    figure: Figure
    area: str
    area_code: str
    marks: tuple[str, ...]
    file_name: str
    is_held_back: bool


def in_order(observations):
    """Those of the whole area first, then those of its parts; of an area in order of period, then of printing."""
    return sorted(observations, key=lambda one: (one.area_id is not None, one.area_id, one.order))


def in_words(indicator, observations):
    """A Figure for each observation, ``in_order``."""
    result = []
    for _, same in groupby(in_order(observations), key=lambda one: (one.area_id, one.start, one.end)):
        earlier = None
        for observation in same:
            result.append(_figure(indicator, observation, _restatement(indicator, earlier, observation)))
            earlier = observation
    return result


def rows(indicator, observations, areas=(), held=frozenset()):
    """A Row for each observation, ``in_order``. ``areas`` name the parts; ``held`` as disclosure.held_back gives it."""
    names = {area.pk: area for area in areas}
    ordered = in_order(observations)
    dates = [one.date for one in indicator.breaks.all()]
    first_after = _first_after_breaks(ordered, dates)
    result = []
    for observation, figure in zip(ordered, in_words(indicator, ordered), strict=True):
        area = names.get(observation.area_id)
        marks = markers.of(
            observation,
            indicator.decimals,
            restates=figure.restatement.startswith(RESTATED),
            after_break=(observation.area_id, observation.start, observation.end) in first_after,
        )
        result.append(
            Row(
                figure=figure,
                area=area.name if area else "",
                area_code=area.code if area else "",
                marks=marks,
                file_name=getattr(observation, "file_name", None) or "",
                is_held_back=disclosure.is_held_back(observation, held),
            )
        )
    return result


def _first_after_breaks(ordered, dates):
    """The (area, start, end) of the first known figures after a break, of an area that has one before it."""
    found, before = set(), None
    for one in (one for one in ordered if one.value is not None):
        same_area = before and before.area_id == one.area_id
        if same_area and any(separates(day, likeness.period(before), likeness.period(one)) for day in dates):
            found.add((one.area_id, one.start, one.end))
        before = one
    return found


def numbered_breaks(indicator):
    """The indicator's breaks, numbered from 1 in order of date."""
    ordered = sorted(indicator.breaks.all(), key=lambda one: (one.date, one.title))
    return [
        NumberedBreak(number, one.date.isoformat(), one.title, one.note) for number, one in enumerate(ordered, start=1)
    ]


def points(observations):
    """The chart Points of one area's ``observations``; none of a period whose figure was since withdrawn.

    None of a figure of which part was not supplied either: it would be drawn as a fall.
    """
    ordered = sorted((one for one in observations if not one.is_incomplete), key=attrgetter("order"))
    standing = {(one.start, one.end): one.value for one in ordered if one.value is not None or one.missing}
    return [
        charts.Point(likeness.period(one), one.value, one.is_provisional, one.note, one.qualifier)
        for one in ordered
        if one.value is not None and standing[one.start, one.end] is not None
    ]


def is_charted(points):
    return len({one.period for one in points}) >= FEWEST_PERIODS_FOR_A_CHART


def break_lines(indicator):
    return [
        charts.BreakLine(dt.date.fromisoformat(one.date), one.title, one.number) for one in numbered_breaks(indicator)
    ]


def chart(indicator, observations, ident, *, limits=(), width=charts.WIDE):
    """The chart as SVG, or "" where there are too few periods. ``ident`` makes its ids unique in the page."""
    drawn = points(observations)
    if not is_charted(drawn):
        return ""
    return charts.line_chart(
        drawn,
        ident=ident,
        title=indicator.title,
        unit=indicator.unit,
        decimals=indicator.decimals,
        breaks=break_lines(indicator),
        limits=limits,
        width=width,
    )


def _words(indicator, observation):
    """The figure, or why there is none: "confidential", "not applicable", "not available"."""
    if observation.value is None and observation.missing:
        return observation.missing
    return figures.figure(observation.value, indicator.unit, observation.qualifier, indicator.decimals)


def _restatement(indicator, earlier, observation):
    """What the edition before gave for the same period, if both gave a value and the two differ."""
    if earlier is None or None in (earlier.value, observation.value) or earlier.value == observation.value:
        return ""
    given = f"{earlier.given_in[:1].upper()}{earlier.given_in[1:]} gave {_words(indicator, earlier)}."
    return f"{RESTATED} {given}" if earlier.qualifier == Observation.Qualifier.EXACT else given


def _stated_change(indicator, observation):
    """The change that the edition printed beside the figure, right or wrong: "+6.8%, +345 on 2021"."""
    percent, absolute = observation.stated_percent, observation.stated_absolute
    changes = [figures.signed_percent(percent, 1 if percent % 1 else 0)] if percent is not None else []
    changes += [figures.signed_number(absolute, indicator.decimals)] if absolute is not None else []
    if not changes:
        return ""
    before = observation.against_start and Period(observation.against_start, observation.against_end).label
    return f"Change as printed: {', '.join(changes)}{f' on {before}' if before else ''}."


def _note(observation):
    low = "More than zero, but rounds to zero." if getattr(observation, "is_low", False) else ""
    return " ".join(filter(None, [observation.note, low]))


def _figure(indicator, observation, restatement):
    return Figure(
        start=observation.start.isoformat(),
        end=observation.end.isoformat(),
        period=observation.period.label,
        value=None if observation.value is None else f"{observation.value.normalize():f}",
        text=_words(indicator, observation),
        qualifier=observation.qualifier,
        status=observation.status,
        printed_in=observation.given_in,
        as_at=observation.as_at,
        note=_note(observation),
        restatement=restatement,
        stated_change=_stated_change(indicator, observation),
    )
