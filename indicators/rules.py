"""By which rules a series is judged, and how that is said at the foot of its chart.

The rules themselves are in ``spc`` (process behaviour) and ``trend`` (the recent trend of five points).
"""

from indicators import change, spc, trend

XMR, TREND, NONE = "xmr", "trend", "none"

# Yearly series of fewer points than this are short: they are put to the recent trend first.
_LONG = spc.FEWEST_FOR_LIMITS
_YEARLY = 300  # days from one figure to the next, or more

_XMR_RULES = (
    "Process behaviour chart (XmR), by the rules of Making Data Count. A signal is a point outside the limits, two of "
    "three points near one limit, seven or more points in a row rising or falling, or seven or more on one side of the "
    "average."
)
_TREND_RULES = (
    "Recent trend, as in Fingertips: the last five figures show a trend where a line through them slopes by more than "
    "chance, and still slopes the same way whichever of them is left out."
)
_CHANCE = (
    "How far a count moves by chance is reckoned from its size (95% limits, Byar's method), as if every event came "
    "alone: large counts nearly always move by more."
)


def chosen(indicator, since_break):
    """ "xmr", "trend" or "none": what the indicator is set to, or what suits its figures ``since_break``.

    By itself, a series of months or quarters is put to the process behaviour chart, and a short one of years to the
    recent trend; but where chance cannot be reckoned, so that no trend could be found, to the chart if it has points.
    """
    if indicator.rule_set != "auto":
        return indicator.rule_set
    known = [one for one in since_break if one]
    if not known or len(known) >= _LONG or not _is_yearly(known):
        return XMR
    return XMR if len(known) >= spc.FEWEST_POINTS and not is_testable(indicator, known) else TREND


def trend_points(indicator, tested):
    """TrendPoints of ``tested``; those of exact counts with the limits that chance alone allows."""
    points = []
    for one in tested:
        limits = trend.count_limits(one.value) if one and _has_limits(indicator, one) else (None, None)
        points.append(trend.TrendPoint(one and one.value, *limits))
    return points


def is_testable(indicator, tested):
    """Whether chance can be reckoned for each of the last five figures."""
    known = [one for one in tested if one]
    return all(_has_limits(indicator, one) for one in known[-trend.POINTS :])


def as_figure(indicator, one):
    return change.Figure(one.value, one.qualifier, indicator.decimals, indicator.unit, _step(one))


def explained(indicator, method, result, tested, *, since_break):
    """The rules in sentences, and on how many figures they rest."""
    if method == NONE:
        return ["No rules are applied: this indicator is set to show its figures only."]
    since = " since the last break" if since_break else ""
    said = _xmr_explained(indicator, result, since) if method == XMR else _trend_explained(indicator, tested, since)
    rounded = sum(one.qualifier not in ("exact", "estimate") or _step(one) is not None for one in tested if one)
    if rounded:
        said.append(f"{_points(rounded)} {'is' if rounded == 1 else 'are'} rounded or approximate.")
    return said


def _xmr_explained(indicator, result, since):
    group = result.last_group
    if result.is_too_few:
        count = min(group.count, group.baseline) if group else 0
        return [_XMR_RULES, f"{_points(count)}{since}; {spc.FEWEST_POINTS} are needed: too few points to tell."]
    if group.upper is None:
        return [_XMR_RULES, "No two figures follow each other, so there are no limits."]
    said = [_XMR_RULES]
    if group.baseline < group.count:
        said.append(f"{_points(group.count)}{since}; the limits are held from the first {group.baseline}.")
    else:
        said.append(f"The limits come from {_points(group.count)}{since}.")
    if group.is_trial:
        said.append(f"Under {spc.FEWEST_FOR_LIMITS} points these are trial limits, which may still move.")
    screened = "are left out" if indicator.screen_outliers else "are not left out"
    return [*said, f"Extreme moves {screened} when the limits are worked out."]


def _trend_explained(indicator, tested, since):
    count = sum(one is not None for one in tested)
    if count < trend.POINTS:
        return [_TREND_RULES, f"{_points(count)}{since}; {trend.POINTS} are needed: too few points to tell."]
    if is_testable(indicator, tested):
        return [_TREND_RULES, _CHANCE]
    return [_TREND_RULES, "No confidence limits are kept for these figures, so chance cannot be told from change."]


def _is_yearly(known):
    """Whether a figure comes once a year or more seldom: by its period, or for points in time by the last step."""
    last = known[-1]
    if last.start == last.end and len(known) > 1:
        return (last.start - known[-2].start).days >= _YEARLY
    return (last.end - last.start).days >= _YEARLY


def _has_limits(indicator, one):
    counted = indicator.decimals == 0 and as_figure(indicator, one).is_counted
    return counted and one.qualifier == "exact" and one.value >= 0 and not _step(one)


def _step(one):
    """To what a figure was rounded before it was shown (disclosure.py), or None."""
    return getattr(one, "rounded_to", None)


def _points(count):
    return f"{count} point{'' if count == 1 else 's'}"
