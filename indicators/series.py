"""An indicator's stored figures as pages and reports show them: worded, marked, in order, with their chart."""

import datetime as dt
from copy import copy
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from indicators import charts, figures
from indicators.models import Observation
from indicators.periods import Period, comparable

# A line of fewer periods says nothing that the table does not.
FEWEST_PERIODS_FOR_A_CHART = 3


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


def for_publication(indicator, observations):
    """``observations`` as they may be published: a count below the indicator's threshold has no value.

    Nothing that tells the value is kept: no note, no stated change.
    """
    return [_suppressed(one) if _is_small(indicator, one) else one for one in observations]


def _is_small(indicator, observation):
    threshold = indicator.suppression_threshold
    return threshold is not None and observation.value is not None and observation.value < threshold


def _suppressed(observation):
    hidden = copy(observation)
    hidden.value = hidden.stated_percent = hidden.stated_absolute = None
    hidden.note = "Suppressed: too small a number to be published."
    return hidden


def in_words(indicator, observations):
    """A Figure for each observation, in order of period and then of printing."""
    ordered = sorted(observations, key=attrgetter("order"))
    result = []
    for _, same_period in groupby(ordered, key=lambda observation: observation.period):
        earlier = None
        for observation in same_period:
            result.append(_figure(indicator, observation, _restatement(indicator, earlier, observation)))
            earlier = observation
    return result


def numbered_breaks(indicator):
    """The indicator's breaks, numbered from 1 in order of date."""
    ordered = sorted(indicator.breaks.all(), key=lambda one: (one.date, one.title))
    return [
        NumberedBreak(number, one.date.isoformat(), one.title, one.note) for number, one in enumerate(ordered, start=1)
    ]


def chart(indicator, observations, ident):
    """The chart as SVG, or "" where there are too few periods. ``ident`` makes its ids unique in the page."""
    ordered = sorted((one for one in observations if one.value is not None), key=attrgetter("order"))
    if len({one.period for one in ordered}) < FEWEST_PERIODS_FOR_A_CHART:
        return ""
    points = [charts.Point(one.period, one.value, one.is_provisional, one.note, one.qualifier) for one in ordered]
    lines = [
        charts.BreakLine(dt.date.fromisoformat(one.date), one.title, one.number) for one in numbered_breaks(indicator)
    ]
    return charts.line_chart(
        points, ident=ident, title=indicator.title, unit=indicator.unit, decimals=indicator.decimals, breaks=lines
    )


@dataclass(frozen=True)
class Travel:
    """Direction of travel: ``word`` is "Up", "Down", "No change" or "", ``sentence`` says the comparison."""

    word: str
    sentence: str


def direction_of_travel(indicator):
    """The latest figure against the latest earlier one that is like for like, or why there is none."""
    known = sorted((one for one in indicator.observations.all() if one.value is not None), key=attrgetter("order"))
    if not known:
        return Travel("", "No figure is known.")
    newest = {one.period: one for one in known}.values()
    latest = max(newest, key=lambda one: one.end)
    breaks = [one.date for one in indicator.breaks.all()]
    earlier = [
        one
        for one in newest
        if one.end < latest.end
        and not one.period.overlaps(latest.period)
        and comparable(one.period, latest.period, breaks)
    ]
    if not earlier:
        return Travel("", f"{_placed(indicator, latest)}. No earlier figure can be compared with it.")
    return _compare(indicator, max(earlier, key=lambda one: one.end), latest)


def _compare(indicator, before, after):
    words = f"from {_placed(indicator, before)} to {_placed(indicator, after)}"
    if {before.qualifier, after.qualifier} != {Observation.Qualifier.EXACT}:
        return Travel("", f"Rounded figures, {words}: the direction cannot be told.")
    shown = [figures.round_half_up(one.value, indicator.decimals) for one in (before, after)]
    if shown[0] == shown[1]:
        return Travel("No change", f"No change {words}.")
    word = "Up" if shown[1] > shown[0] else "Down"
    return Travel(word, f"{word} {words}.")


def _placed(indicator, observation):
    """The figure and its period, marked where it is provisional: "4,532 in 2022 (provisional)"."""
    words = f"{_words(indicator, observation)} in {observation.period.label}"
    return f"{words} (provisional)" if observation.is_provisional else words


def _words(indicator, observation):
    return figures.figure(observation.value, indicator.unit, observation.qualifier, indicator.decimals)


def _restatement(indicator, earlier, observation):
    """What the edition before gave for the same period, if both gave a value and the two differ."""
    if earlier is None or None in (earlier.value, observation.value) or earlier.value == observation.value:
        return ""
    given = f"{earlier.given_in[:1].upper()}{earlier.given_in[1:]} gave {_words(indicator, earlier)}."
    return f"Restated: {given}" if earlier.qualifier == Observation.Qualifier.EXACT else given


def _stated_change(indicator, observation):
    """The change that the edition printed beside the figure, right or wrong: "+6.8%, +345 on 2021"."""
    percent, absolute = observation.stated_percent, observation.stated_absolute
    changes = [figures.signed_percent(percent, 1 if percent % 1 else 0)] if percent is not None else []
    changes += [figures.signed_number(absolute, indicator.decimals)] if absolute is not None else []
    if not changes:
        return ""
    before = observation.against_start and Period(observation.against_start, observation.against_end).label
    return f"Change as printed: {', '.join(changes)}{f' on {before}' if before else ''}."


def _figure(indicator, observation, restatement):
    return Figure(
        start=observation.start.isoformat(),
        end=observation.end.isoformat(),
        period=observation.period.label,
        value=None if observation.value is None else f"{observation.value.normalize():f}",
        text=_words(indicator, observation),
        qualifier=observation.qualifier,
        status=observation.status,
        printed_in=observation.printed_in,
        as_at=observation.as_at,
        note=observation.note,
        restatement=restatement,
        stated_change=_stated_change(indicator, observation),
    )
