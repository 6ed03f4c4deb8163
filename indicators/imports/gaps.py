"""Gaps in supply: months in which recorded crime collapses because it was not supplied, not because it fell.

In November and December 2018 Kent Police supplied a third of its recorded crime while anti-social behaviour, which
comes from another of its systems, stayed as it was. Such a month is named and held back, never charted as a fall.
"""

from datetime import date
from decimal import Decimal
from itertools import pairwise

from indicators.periods import Period

ASB = "Anti-social behaviour"
# In the worst month of 2020 recorded crime was down by about a third; nothing but a gap has taken it below this.
_SMALLEST_SHARE = Decimal("0.6")
_SMALLEST_BASE = 100
_MONTHS_BACK = 24
_BASE_MONTHS = 3


def look(reading, monthly, earlier):
    """Add to ``reading.gaps`` and its warnings what ``monthly`` shows: {first day of a month: {crime type: count}}.

    Each month is compared with the middle one of the three before it that are not gaps themselves, be they of these
    files or of ``earlier``, which has the same shape.
    """
    known = {**earlier, **monthly}
    for month in sorted(monthly):
        before = [one for one in sorted(known) if _is_base(one, month) and one not in reading.gaps][-_BASE_MONTHS:]
        if before:
            base = sorted(before, key=lambda one: _recorded(known[one], known[one]))[len(before) // 2]
            _compare(reading, month, known[month], base, known[base])
    _warn_of_missing_months(reading, sorted(monthly))


def month_of(first) -> Period:
    """The month that begins on the day ``first``."""
    return Period.month(first.year, first.month)


def _is_base(one, month):
    return 0 < _number(month) - _number(one) <= _MONTHS_BACK


def _compare(reading, month, counts, base, base_counts):
    was, now = _recorded(base_counts, base_counts), _recorded(counts, base_counts)
    if was < _SMALLEST_BASE or now >= was * _SMALLEST_SHARE:
        return
    reading.gaps.add(month)
    meanwhile = ""
    if ASB in base_counts:
        meanwhile = f", while anti-social behaviour went from {base_counts[ASB]:,} to {counts.get(ASB, 0):,}"
    reading.warn(
        f"{_label(month)} looks incomplete: recorded crime goes from {was:,} in {_label(base)} to {now:,}{meanwhile}. "
        "That is a gap in what the force supplied, not a fall in crime: this month is neither compared nor drawn."
    )


def _recorded(counts, types):
    """Crimes but for anti-social behaviour, of the types that stand in ``types``."""
    return sum(counts.get(kind, 0) for kind in types if kind != ASB)


def _warn_of_missing_months(reading, months):
    for one, following in pairwise(months):
        if missing := [_first_day(number) for number in range(_number(one) + 1, _number(following))]:
            named = _label(missing[0]) if len(missing) == 1 else f"{_label(missing[0])} to {_label(missing[-1])}"
            reading.warn(f"There are no rows for {named}, between months that have some.")


def _number(month):
    return month.year * 12 + month.month - 1


def _first_day(number):
    return date(number // 12, number % 12 + 1, 1)


def _label(month):
    return month_of(month).label
