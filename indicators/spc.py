"""Process behaviour charts (XmR): is a change more than the ordinary variation from one period to the next?

The rules are those of Making Data Count (NHS England). Limits stand 2.66 times the mean moving range either side of the
mean. A point has a special cause, and the first that holds is the one told, if it is

1. outside a limit;
2. part of a trend: 7 or more points in a row, each above (or each below) the one before; a tie breaks it;
3. one of at least two points out of three in a row beyond two thirds of the way to one limit and within it, all three
   on that side of the mean;
4. part of a shift: 7 or more points in a row on one side of the mean; a point on the mean breaks it.

A run is flagged from its first point on. A point that ends one trend and begins another belongs to the later one.

Plain floats in and out, no database. Two numbers that differ by no more than ``SAME`` of the largest of their group
count as equal, so that the last bits of a float never make a signal.
"""

import math
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

LIMIT = 2.66  # mean moving ranges from the mean to a limit
NEAR = 2 / 3  # of the way from the mean to a limit
RUN = 7  # points in a trend or a shift
SCREEN = 3.267  # times the mean moving range: a range of this much or more is an outlier
SAME = 1e-12

FEWEST_POINTS = 6
FEWEST_FOR_LIMITS = 13
FEWEST_FOR_FIXED_LIMITS = 12


class SpecialCause(StrEnum):
    """Which rule a point meets, in words; NONE is empty and false."""

    NONE = ""
    ABOVE_UPPER = "above the upper limit"
    BELOW_LOWER = "below the lower limit"
    RISING = "part of 7 or more points rising"
    FALLING = "part of 7 or more points falling"
    NEAR_UPPER = "2 of 3 points near the upper limit"
    NEAR_LOWER = "2 of 3 points near the lower limit"
    ABOVE_MEAN = "part of 7 or more points above the mean"
    BELOW_MEAN = "part of 7 or more points below the mean"


class Variation(StrEnum):
    """The class of a point, and of a series by its last point. Neutral: no direction is desired."""

    COMMON = "common cause"
    IMPROVEMENT = "special cause improvement"
    CONCERN = "special cause concern"
    NEUTRAL_HIGH = "special cause neutral high"
    NEUTRAL_LOW = "special cause neutral low"


class Assurance(StrEnum):
    """What the process, left as it is, will do about its target."""

    PASS = "pass"  # noqa: S105 - not a password
    FAIL = "fail"
    HIT_OR_MISS = "hit or miss"


# The special causes of each rule, by the direction of the signal.
_OUTSIDE, _TREND, _NEAR, _SHIFT = (
    {0: SpecialCause.NONE, 1: high, -1: low}
    for high, low in (
        (SpecialCause.ABOVE_UPPER, SpecialCause.BELOW_LOWER),
        (SpecialCause.RISING, SpecialCause.FALLING),
        (SpecialCause.NEAR_UPPER, SpecialCause.NEAR_LOWER),
        (SpecialCause.ABOVE_MEAN, SpecialCause.BELOW_MEAN),
    )
)
_UPWARD = {cause: sign for rule in (_OUTSIDE, _TREND, _NEAR, _SHIFT) for sign, cause in rule.items()}
_CLASSES = {
    "up": {0: Variation.COMMON, 1: Variation.IMPROVEMENT, -1: Variation.CONCERN},
    "down": {0: Variation.COMMON, 1: Variation.CONCERN, -1: Variation.IMPROVEMENT},
    None: {0: Variation.COMMON, 1: Variation.NEUTRAL_HIGH, -1: Variation.NEUTRAL_LOW},
}


@dataclass(frozen=True, slots=True)
class Point:
    """One period. ``value`` is None where it is missing; ``mean`` and limits are None where there are none."""

    value: float | None
    mean: float | None
    lower: float | None
    upper: float | None
    special_cause: SpecialCause
    variation: Variation


@dataclass(frozen=True)
class Group:
    """The points [start, stop) of a series, between two breaks, with their mean and limits.

    ``count`` is how many of them have a value; ``baseline`` from how many of those the mean and limits were computed.
    """

    start: int
    stop: int
    count: int
    baseline: int
    mean: float | None
    lower: float | None
    upper: float | None

    @property
    def is_trial(self):
        """Trial limits: they may still move a good deal. True of groups that are too few, too."""
        return self.count < FEWEST_FOR_LIMITS or self.baseline < FEWEST_FOR_FIXED_LIMITS

    @property
    def is_too_few(self):
        """Too few points to tell: limits and special causes are computed, and should not be shown or told."""
        return min(self.count, self.baseline) < FEWEST_POINTS


@dataclass(frozen=True)
class XmR:
    """A series under the rules. ``variation`` is that of the last point with a value, None if there is none.

    ``assurance`` is None without a target, a desired direction or limits. ``never_negative``: no value is below zero.
    """

    points: tuple[Point, ...]
    groups: tuple[Group, ...]
    variation: Variation | None
    assurance: Assurance | None
    never_negative: bool

    @property
    def last_group(self):
        """The group of the last point with a value, None if there is none: what the series is judged by."""
        return _last_with_values(self.groups)

    @property
    def is_trial(self):
        return self.last_group is None or self.last_group.is_trial

    @property
    def is_too_few(self):
        return self.last_group is None or self.last_group.is_too_few

    def shown_lower(self, part):
        """The lower limit of a Point or a Group as it is drawn and printed: counts cannot fall below zero.

        The rules use the computed limit, which stays as it is.
        """
        if part.lower is None or not self.never_negative:
            return part.lower
        return max(part.lower, 0.0)


def xmr(values, *, desired=None, rebase_at=(), fix_after=None, screen_outliers=False, target=None):
    """The XmR of ``values``, oldest first: numbers (float, int, Decimal), None where a period has no figure.

    ``desired``: "up", "down" or None, which makes no point better or worse. ``rebase_at``: the places in ``values``
    (the first is 0) at which a new group begins; each group has its own mean, limits and runs, and no moving range
    leads from one into the next. ``fix_after``: mean and limits come from the first so many points with a value of
    each group and are held for the rest of it. ``screen_outliers`` leaves out moving ranges of at least 3.267 times
    their mean, once. ``target``: for the assurance, by the limits of the last group; a target on a limit is within it.

    A missing period has no moving range on either side and breaks trends, shifts and threes: across a gap nothing is
    claimed. A group in which no two neighbouring periods have values has no limits.

    Groups of any size are computed; whether they are enough is told by ``is_trial`` (under 13 points, or limits held
    from under 12) and ``is_too_few`` (under 6) of the result and of each group, for the caller to say.

    Raises ValueError for another ``desired``, a place outside the series, a ``fix_after`` below 2 and a value or target
    that is not a finite number.
    """
    numbers = [None if value is None else float(value) for value in values]
    target = None if target is None else float(target)
    _check(numbers, desired, rebase_at, fix_after, target)
    edges = sorted({0, *rebase_at, len(numbers)})
    points, groups = [], []
    for start, stop in pairwise(edges):
        part = numbers[start:stop]
        groups.append(_group(part, start, fix_after, screen_outliers))
        points += _points(part, groups[-1], _CLASSES[desired])
    return XmR(
        points=tuple(points),
        groups=tuple(groups),
        variation=next((point.variation for point in reversed(points) if point.value is not None), None),
        assurance=_assurance(_last_with_values(groups), target, desired),
        never_negative=all(number is None or number >= 0 for number in numbers),
    )


def _check(numbers, desired, rebase_at, fix_after, target):
    if desired not in _CLASSES:
        raise ValueError(f'The desired direction is "up", "down" or None, not {desired!r}.')
    if any(not 0 <= place <= len(numbers) for place in rebase_at):
        raise ValueError(f"A break lies outside the {len(numbers)} points: {list(rebase_at)}.")
    if fix_after is not None and fix_after < 2:
        raise ValueError("Limits need at least 2 points.")
    if not all(number is None or math.isfinite(number) for number in [*numbers, target]):
        raise ValueError("Every value and the target must be a finite number.")


def _group(values, start, fix_after, screen_outliers):
    baseline = _first(values, fix_after)
    known = [value for value in baseline if value is not None]
    mean = math.fsum(known) / len(known) if known else None
    moving_range = _mean_moving_range(baseline, screen_outliers)
    reach = None if moving_range is None else LIMIT * moving_range
    return Group(
        start=start,
        stop=start + len(values),
        count=len(values) - values.count(None),
        baseline=len(known),
        mean=mean,
        lower=None if reach is None else mean - reach,
        upper=None if reach is None else mean + reach,
    )


def _first(values, count):
    """``values`` up to the ``count``-th that is not missing; all of them if ``count`` is None."""
    places = [place for place, value in enumerate(values) if value is not None]
    return values if count is None or len(places) <= count else values[: places[count - 1] + 1]


def _mean_moving_range(values, screen_outliers):
    """The mean difference between neighbours; None where no two neighbours have a value."""
    ranges = [abs(b - a) for a, b in pairwise(values) if a is not None and b is not None]
    if not ranges:
        return None
    mean = math.fsum(ranges) / len(ranges)
    # In a constant series every range is 0, and so is 3.267 times their mean: none of them is an outlier.
    if not screen_outliers or mean == 0:
        return mean
    kept = [one for one in ranges if one < SCREEN * mean]
    return math.fsum(kept) / len(kept)


def _points(values, group, classes):
    """The Points of one group: its values against its own mean and limits."""
    mean, lower, upper = group.mean, group.lower, group.upper
    return [
        Point(value, mean, lower, upper, cause, classes[_UPWARD[cause]])
        for value, cause in zip(values, _special_causes(values, group), strict=True)
    ]


def _special_causes(values, group):
    """For every value of the group the first of the rules that it meets."""
    same = SAME * max((abs(value) for value in values if value is not None), default=0.0)
    sides = [_side(value, group.mean, same) for value in values]
    outside, near = _beyond(values, group, same)
    steps = [0, *(_side(b, a, same) for a, b in pairwise(values))]
    trends = whole_runs(run_ends(steps, RUN - 1), RUN)
    shifts = whole_runs(run_ends(sides, RUN), RUN)
    threes = two_of_three([abs(sign) for sign in near], sides)
    return [
        _OUTSIDE[out] or _TREND[trend] or (three and _NEAR[close]) or _SHIFT[shift]
        for out, trend, three, close, shift in zip(outside, trends, threes, near, shifts, strict=True)
    ]


def _side(value, line, same):
    """1 if ``value`` is above ``line``, -1 if below, 0 if they are the same within ``same`` or one is missing."""
    if value is None or line is None or abs(value - line) <= same:
        return 0
    return 1 if value > line else -1


def _beyond(values, group, same):
    """Two lists of signs: values outside the limits, and values near a limit but not outside it."""
    if group.upper is None:
        return [0] * len(values), [0] * len(values)
    limit = group.upper - group.mean + same
    near = NEAR * (group.upper - group.mean) + same
    away = [0.0 if value is None else value - group.mean for value in values]
    outside = [1 if one > limit else -1 if one < -limit else 0 for one in away]
    close = [1 if near < one <= limit else -1 if -limit <= one < -near else 0 for one in away]
    return outside, close


def run_ends(signs, length):
    """For each place its sign if that and the ``length`` - 1 before it are all 1 or all -1, otherwise 0."""
    ends, run, before = [], 0, 0
    for sign in signs:
        run = run + 1 if sign == before else 1
        before = sign
        ends.append(sign if run >= length else 0)
    return ends


def whole_runs(ends, length):
    """``ends`` with the ``length`` - 1 places before each end flagged as well; the later of two runs has the place."""
    flags = list(ends)
    for place, sign in enumerate(ends):
        if sign:
            flags[place - length + 1 : place + 1] = [sign] * length
    return flags


def two_of_three(near, sides):
    """True for each place in a window of three on one side of the mean of which two or more are ``near`` (0 or 1)."""
    within = [False] * len(near)
    for first in range(len(near) - 2):
        window = slice(first, first + 3)
        if sum(near[window]) >= 2 and abs(sum(sides[window])) == 3:
            within[window] = [True] * 3
    return within


def _last_with_values(groups):
    return next((group for group in reversed(groups) if group.count), None)


def _assurance(group, target, desired):
    if target is None or desired is None or group is None or group.upper is None:
        return None
    same = SAME * max(abs(target), abs(group.lower), abs(group.upper))
    if abs(target - group.mean) <= group.upper - group.mean + same:
        return Assurance.HIT_OR_MISS
    return Assurance.PASS if (target < group.mean) == (desired == "up") else Assurance.FAIL
