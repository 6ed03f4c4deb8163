"""An indicator's stored figures as pages and reports show them: worded, marked, in order, with their chart."""

from dataclasses import dataclass
from itertools import groupby

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


def in_words(indicator, observations):
    """A Figure for each observation, in order of period and then of printing."""
    ordered = sorted(observations, key=_period_then_edition)
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
    ordered = sorted((one for one in observations if one.value is not None), key=_period_then_edition)
    if len({one.period for one in ordered}) < FEWEST_PERIODS_FOR_A_CHART:
        return ""
    points = [charts.Point(one.period, one.value, one.is_provisional, one.note, one.qualifier) for one in ordered]
    breaks = sorted(indicator.breaks.all(), key=lambda one: (one.date, one.title))
    lines = [charts.BreakLine(one.date, one.title, number) for number, one in enumerate(breaks, start=1)]
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
    newest = {one.period: one for one in sorted(indicator.observations.all(), key=_period_then_edition)}
    known = [one for one in newest.values() if one.value is not None]
    if not known:
        return Travel("", "No figure is known.")
    latest = max(known, key=lambda one: one.end)
    breaks = [one.date for one in indicator.breaks.all()]
    earlier = [
        one
        for one in known
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
    if before.value == after.value:
        return Travel("No change", f"No change {words}.")
    word = "Up" if after.value > before.value else "Down"
    return Travel(word, f"{word} {words}.")


def _placed(indicator, observation):
    """The figure and its period, marked where it is provisional: "4,532 in 2022 (provisional)"."""
    words = f"{_words(indicator, observation)} in {observation.period.label}"
    return f"{words} (provisional)" if observation.is_provisional else words


def _period_then_edition(observation):
    return (observation.end, observation.start, observation.printed_year, observation.as_at, observation.printed_in)


def _words(indicator, observation):
    return figures.figure(observation.value, indicator.unit, observation.qualifier, indicator.decimals)


def _restatement(indicator, earlier, observation):
    if earlier is None or earlier.value == observation.value:
        return ""
    given = f"{earlier.printed_in} gave {_words(indicator, earlier)}."
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
