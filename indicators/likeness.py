"""Which figures of a series are alike: the current ones, those to be compared, and those to be tested together.

A figure is anything with start, end, value, missing and status. What a period is and which two are like for like is
``periods``' business; here it is remembered, because a page of fifty series asks it of the same periods fifty times.
"""

from bisect import bisect_left
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from indicators.periods import Period, comparable, latest_run


def current(observations):
    """The current figures that are known, in order of period. One that was since withdrawn is not known.

    A blank says nothing, and leaves the figure before it standing; so does one of which part was not supplied: it
    would look like a fall.
    """
    standing = {}
    for one in observations:
        if (one.value is not None or one.missing) and one.status != "incomplete":
            standing[one.end, one.start] = one
    return [standing[key] for key in sorted(standing) if standing[key].value is not None]


def period(figure):
    return _period(figure.start, figure.end)


class _Pair(NamedTuple):
    """Two neighbouring periods: why they are not in one run, or "", and how many like them lie between."""

    why_apart: str
    missing: int


@lru_cache(maxsize=16384)
def _period(start, end):
    return Period(start, end)


@lru_cache(maxsize=16384)
def _pair(start, end, next_start, next_end):
    earlier, later = _period(start, end), _period(next_start, next_end)
    reason = latest_run([earlier, later]).reason
    if reason or earlier.is_point:
        return _Pair(reason, 0)
    if earlier.months:
        between = (next_start.year - start.year) * 12 + next_start.month - start.month
        return _Pair("", round(between / earlier.months) - 1)
    return _Pair("", round((next_start - start).days / earlier.days) - 1)


def _neighbours(one, after):
    return _pair(one.start, one.end, after.start, after.end)


def before(known, dates):
    """The latest figure before the last that is like for like and shares no day with it, or None."""
    latest = known[-1]
    for one in reversed(known[:-1]):
        if one.end < latest.start and comparable(period(one), period(latest), dates):
            return one
    return None


def run(known):
    """The figures that may be tested together, and why earlier ones are left out, or ""."""
    for place in range(len(known) - 1, 0, -1):
        one, after = known[place - 1], known[place]
        if why := _neighbours(one, after).why_apart:
            return known[place:], why
    return known, ""


def with_gaps(run):
    """``run`` with None for each period that is missing between two figures."""
    if len(run) < 2:
        return run
    if period(run[0]).is_point:
        days = [(after.start - one.start).days for one, after in pairwise(run)]
        missing = [round(step / min(days)) - 1 for step in days]
    else:
        missing = [_neighbours(one, after).missing for one, after in pairwise(run)]
    if not any(missing):
        return run
    filled = [run[0]]
    for gap, one in zip(missing, run[1:], strict=True):
        filled += [None] * gap + [one]
    return filled


def group_starts(tested, dates):
    """The places at which a new group begins, the first always 0: a break's is that of the first figure after it."""
    places = [place for place, one in enumerate(tested) if one]
    starts = [tested[place].start for place in places]
    found = {0}
    for day in dates:
        index = bisect_left(starts, day)
        if 0 < index < len(places):
            found.add(places[index])
    return sorted(found)
