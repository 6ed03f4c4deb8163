"""The recent trend of a short series: five points, weighed by their 95% confidence limits, as in OHID's Fingertips.

For annual figures, too few for process limits (``indicators.spc``). A straight line is fitted to the five most recent
points by weighted least squares. It is a trend if the slope differs from none beyond chance (a chi-square of one degree
of freedom above 9.5495, which chance reaches about once in 500), and if its direction stays when any one of the points
is left out.

Points without limits cannot be tested: without them nobody knows how far a figure moves by chance. Published limits are
the best. For counts of events ``count_limits`` gives limits; for a percentage or an average without limits or numbers
behind it there are none, and this module invents none.
"""

from dataclasses import dataclass
from enum import StrEnum
from math import sqrt

POINTS = 5
CRITICAL = 9.54953570608324
Z = 1.96  # standard errors from a value to its 95% confidence limit
LEVEL = 1e-12  # a slope of no more than this times the largest value is the last bits of floats


class Trend(StrEnum):
    INCREASING = "increasing"
    DECREASING = "decreasing"
    NO_CHANGE = "no change"
    TOO_FEW = "too few points"


@dataclass(frozen=True)
class TrendPoint:
    """One period's figure and its 95% confidence limits; None where it has none."""

    value: float | None
    lower: float | None = None
    upper: float | None = None


def recent_trend(points):
    """The Trend of the five most recent of ``points``, which are oldest first, one for each period.

    A point is anything with ``value``, ``lower`` and ``upper`` (numbers or None). One without a value is passed over
    and keeps its place in time. TOO_FEW also stands for limits rounded until they meet: they tell nothing of chance.
    NO_CHANGE means no significant change; where a point has no limits it means no more than that nothing can be shown:
    ask ``is_testable`` and say so.
    """
    recent = _recent(points)
    if len(recent) < POINTS:
        return Trend.TOO_FEW
    if not _all_have_limits(recent):
        return Trend.NO_CHANGE
    weighted = [(place, float(point.value), _weight(point)) for place, point in recent]
    if any(weight is None for _, _, weight in weighted):
        return Trend.TOO_FEW
    slope, chi_square = _fit(weighted)
    if chi_square <= CRITICAL:
        return Trend.NO_CHANGE
    for place in range(POINTS):
        without, _ = _fit(weighted[:place] + weighted[place + 1 :])
        if without * slope <= 0:
            return Trend.NO_CHANGE
    return Trend.INCREASING if slope > 0 else Trend.DECREASING


def is_testable(points):
    """Are there five recent points with confidence limits, so that a trend could have been found?"""
    recent = _recent(points)
    return len(recent) == POINTS and _all_have_limits(recent) and all(_weight(point) is not None for _, point in recent)


def count_limits(count):
    """The 95% confidence limits of ``count`` events (0 or more), as two floats, by Byar's method.

    They reckon with chance alone, as if events came one by one and apart (Poisson). Crimes come in series and depend on
    how they are recorded: counts of thousands nearly always differ beyond such limits. Byar's limits are within 0.1 of
    the exact ones. A rate's limits are those of its count, divided by the same population.

    Raises ValueError for a count below zero.
    """
    count = float(count)
    if count < 0:
        raise ValueError(f"{count} is not a count of events.")
    return (_byar(count, -Z) if count else 0.0), _byar(count + 1, Z)


def _byar(count, z):
    return count * (1 - 1 / (9 * count) + z / (3 * sqrt(count))) ** 3


def _recent(points):
    """The five most recent points that have a value, or fewer, as (place in time, point)."""
    return [(place, point) for place, point in enumerate(points) if point.value is not None][-POINTS:]


def _all_have_limits(recent):
    return all(point.lower is not None and point.upper is not None for _, point in recent)


def _weight(point):
    """One over the variance that the limits tell; None if they are not apart."""
    error = (float(point.upper) - float(point.lower)) / (2 * Z)
    return 1 / error**2 if error > 0 else None


def _fit(weighted):
    """The slope of the line through (place, value, weight) by weighted least squares, and its chi-square.

    Both are 0 for a level line.
    """
    total = sum(weight for _, _, weight in weighted)
    middle = sum(weight * place for place, _, weight in weighted) / total
    height = sum(weight * value for _, value, weight in weighted) / total
    spread = sum(weight * (place - middle) ** 2 for place, _, weight in weighted)
    slope = sum(weight * (place - middle) * (value - height) for place, value, weight in weighted) / spread
    if abs(slope) <= LEVEL * max(abs(value) for _, value, _ in weighted):
        return 0.0, 0.0
    return slope, slope**2 * spread
