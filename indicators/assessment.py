"""What happened to an indicator, judged by the rules that it is set to: the change, whether it is more than noise, why.

No database and no clock: whoever has the figures asks. Which figures are compared and tested is ``likeness``, by which
rules ``rules``; here is what comes of it, and what is said of that. A page of fifty series asks for fifty assessments,
so what every point needs is kept cheap, and words are made only when they are read.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from indicators import change, figures, likeness, rules, spc, trend
from indicators.charts import Limit
from indicators.rules import NONE, TREND, XMR

_SIGNALS = {
    spc.Variation.COMMON: "",
    spc.Variation.IMPROVEMENT: "improvement",
    spc.Variation.CONCERN: "concern",
    spc.Variation.NEUTRAL_HIGH: "neither",
    spc.Variation.NEUTRAL_LOW: "neither",
}
_SIGNAL_WORDS = {
    "improvement": "a signal of improvement",
    "concern": "a signal of concern",
    "neither": "a signal, neither better nor worse",
}
_WORDS = {change.UP: "Up", change.DOWN: "Down", change.NO_CHANGE: "No change"}
_ASSURANCE = {
    spc.Assurance.PASS: "Left as it is, the process will meet its target of {target}.",
    spc.Assurance.FAIL: "Left as it is, the process will not meet its target of {target}.",
    spc.Assurance.HIT_OR_MISS: "Left as it is, the process may meet its target of {target} or miss it, by chance.",
}


@dataclass(frozen=True)
class Signal:
    """A figure that meets a rule: ``kind`` is "improvement", "concern" or "neither", ``words`` say which rule."""

    figure: Any
    kind: str
    words: str


@dataclass(frozen=True)
class Assessment:
    """What may be said of a series. ``figures`` are its current ones that are known, in order of time.

    ``before`` is the figure with which ``latest`` is compared, ``change`` that comparison; all None where there is
    none. ``tested`` are the figures that were put to the rules ``method`` ("xmr", "trend" or "none"), None for a
    period that is missing between them; ``result`` is an spc.XmR or a trend.Trend. ``since_break``: it tells of the
    figures since a break. ``left_out`` says why earlier ones were not tested, or is "". ``is_withheld``: there are
    figures, and none of them may be shown.
    """

    indicator: Any
    breaks: tuple
    figures: list
    latest: Any
    before: Any
    change: change.Change | None
    tested: list
    method: str
    result: spc.XmR | trend.Trend | None
    since_break: bool
    left_out: str
    is_withheld: bool

    @property
    def word(self):
        """The direction in a word: "Up", "Down", "No change", or "" where it cannot be told."""
        return _WORDS.get(self.change.direction, "") if self.change else ""

    @cached_property
    def signals(self):
        """The figures that meet a rule of the process behaviour chart, in order; none where points are too few."""
        if self.method != XMR:
            return ()
        return tuple(
            Signal(figure, _SIGNALS[point.variation], str(point.special_cause))
            for figure, point, group in self._points()
            if figure and point.special_cause and not group.is_too_few
        )

    @cached_property
    def signal(self):
        """What the latest figure or the recent trend signals: "improvement", "concern", "neither" or ""."""
        if self.method == XMR:
            last = self.signals[-1] if self.signals else None
            return last.kind if last and last.figure is self.latest else ""
        if self.method == TREND and self.result in (trend.Trend.INCREASING, trend.Trend.DECREASING):
            wanted = {"up": trend.Trend.INCREASING, "down": trend.Trend.DECREASING}.get(self.indicator.desired)
            return "neither" if wanted is None else "improvement" if wanted == self.result else "concern"
        return ""

    @cached_property
    def limits(self):
        """A chart Limit for each figure that has limits to show."""
        if self.method != XMR:
            return []
        return [
            Limit(
                likeness.period(figure),
                point.mean,
                self.result.shown_lower(point),
                point.upper,
                _SIGNALS[point.variation],
            )
            for figure, point, group in self._points()
            if figure and point.upper is not None and not group.is_too_few
        ]

    @cached_property
    def sentence(self):
        """What happened, the comparison named: "Fell by 15.5% to 27,528 in 2022/23, compared with 2021/22; ..."."""
        if self.latest is None:
            return "No figure is published." if self.is_withheld else "No figure is known."
        if self.before is None:
            placed = self._placed(self.latest)
            return f"{placed[:1].upper()}{placed[1:]}. {self._why_not_compared()}"
        if self.change.direction == change.UNKNOWN:
            words = f"from {self._placed(self.before)} to {self._placed(self.latest)}"
            return f"Rounded figures, {words}: the direction cannot be told."
        finding = self.finding
        return f"{self._compared()}{f'; {finding}' if finding else ''}."

    @cached_property
    def finding(self):
        """What the rules find, as the end of a sentence; "" where there are none."""
        if self.method == NONE:
            return ""
        return self._xmr_finding() if self.method == XMR else self._trend_finding()

    @property
    def assurance(self):
        """A sentence about the target, or ""."""
        if self.method != XMR or self.result.is_too_few or self.result.assurance is None:
            return ""
        target = figures.figure(self.indicator.target, self.indicator.unit, "exact", self.indicator.decimals)
        return _ASSURANCE[self.result.assurance].format(target=target)

    @cached_property
    def rules(self):
        """Which rules the series was put to and on how many points, as sentences for the foot of its chart."""
        said = rules.explained(self.indicator, self.method, self.result, self.tested, since_break=self.since_break)
        return [*said, self.left_out] if self.left_out and self.method != NONE else said

    def _points(self):
        """(figure or None, its point, its group) for each place tested."""
        for group in self.result.groups:
            for place in range(group.start, group.stop):
                yield self.tested[place], self.result.points[place], group

    def _compared(self):
        before, after = map(likeness.period, (self.before, self.latest))
        named = change.compared_with(before, after)
        doubt = " (provisional)" if self.before.status == "provisional" else ""
        return f"{self.change.words()} {_when(after)}{_provisional(self.latest)}, {named}{doubt}"

    def _why_not_compared(self):
        """Whether a break stands between the figure and one that is otherwise like it."""
        latest = likeness.period(self.latest)
        for one in reversed(self.figures):
            earlier = likeness.period(one)
            if one.end < self.latest.start and earlier.same_length(latest):
                breaks = [(one.date, one.title) for one in self.breaks]
                return f"Not {change.compared_with(earlier, latest, breaks)}."
        return "No earlier figure can be compared with it."

    def _placed(self, figure):
        """The figure and its period, marked where it is provisional: "4,532 in 2022 (provisional)"."""
        words = figures.figure(figure.value, self.indicator.unit, figure.qualifier, self.indicator.decimals)
        return f"{words} {_when(likeness.period(figure))}{_provisional(figure)}"

    def _xmr_finding(self):
        if self.result.is_too_few:
            return self._too_few()
        if self.result.last_group.upper is None:
            return "not tested, because no two figures follow each other"
        if self.signal:
            return f"{_SIGNAL_WORDS[self.signal]}: {self.signals[-1].words}"
        trial = " (trial limits)" if self.result.is_trial else ""
        return f"within the range expected from earlier {_plural(self.latest)}{trial}"

    def _trend_finding(self):
        if self.result == trend.Trend.TOO_FEW:
            return self._too_few()
        if self.signal:
            course = "rising" if self.result == trend.Trend.INCREASING else "falling"
            return f"{_SIGNAL_WORDS[self.signal]}: the last five figures are {course}"
        if rules.is_testable(self.indicator, self.tested):
            return "the last five figures show no trend beyond chance"
        return "whether there is a trend cannot be tested"

    def _too_few(self):
        if self.left_out and "overlap" in self.left_out:
            return "not tested for a trend, because periods overlap"
        return "too few points to call a trend"


def assess(indicator, observations, breaks: Iterable) -> Assessment:
    """The Assessment of one area's ``observations`` of ``indicator``, with the ``breaks`` of its series.

    An observation is anything with start, end, value, missing, qualifier and status. Of several for one period the
    last given is current, so give them in the order of ``Observation.order``; periods may come in any order. A break
    has a date and a title. The indicator's unit, decimals, desired, rule_set, baseline_points, screen_outliers and
    target are read.
    """
    observations = list(observations)
    breaks = tuple(sorted(breaks, key=lambda one: one.date))
    dates = [one.date for one in breaks]
    known = likeness.current(observations)
    latest = known[-1] if known else None
    before = likeness.before(known, dates) if known else None
    return Assessment(
        indicator=indicator,
        breaks=breaks,
        figures=known,
        latest=latest,
        before=before,
        change=change.between(*(rules.as_figure(indicator, one) for one in (before, latest))) if before else None,
        is_withheld=not known and any(one.missing == "confidential" for one in observations),
        **_tested(indicator, known, dates),
    )


def _tested(indicator, known, dates):
    """What the rules find in the ``known`` figures, by the names of the fields of an Assessment."""
    run, left_out = likeness.run(known)
    tested = likeness.with_gaps(run)
    starts = likeness.group_starts(tested, dates)
    method = rules.chosen(indicator, tested[starts[-1] :])
    result = None
    if method == TREND:
        tested = tested[starts[-1] :]
        result = trend.recent_trend(rules.trend_points(indicator, tested))
    elif method == XMR:
        result = _xmr(indicator, tested, starts)
    since_break = bool(starts[-1])
    # A break parts the figures from what came before it, whatever else does.
    reason = "" if since_break else left_out
    return {"tested": tested, "method": method, "result": result, "since_break": since_break, "left_out": reason}


def _xmr(indicator, tested, starts):
    baseline = indicator.baseline_points
    return spc.xmr(
        [one and one.value for one in tested],
        desired=None if indicator.desired == "neither" else indicator.desired,
        rebase_at=starts[1:],
        fix_after=baseline if baseline and baseline > 1 else None,
        screen_outliers=indicator.screen_outliers,
        target=indicator.target,
    )


def _when(period):
    """The period with its preposition: "in 2022/23", "in the year ending June 2018", "on 31 March 2023"."""
    if period.is_point:
        return f"on {period.label}"
    if period.months is None:
        return f"in the days from {period.label}"
    return f"in {'the ' if period.label.startswith('year ending') else ''}{period.label}"


def _provisional(figure):
    return " (provisional)" if figure.status == "provisional" else ""


def _plural(figure):
    period = likeness.period(figure)
    if period.months == 1:
        return "months"
    if period.months == 3:
        return "quarters"
    return "years" if period.months == 12 else "figures"
