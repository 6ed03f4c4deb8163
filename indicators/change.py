"""The change between two figures, as far as their printing lets it be told; Decimal from end to end.

A figure stands for every value that would have been printed so, its *range*:

- an exact count is that number;
- any other exact figure (a percentage, a rate, money) lies within half of its last printed digit. The ends are left
  out: rounding keeps order, so of two figures rounded alike the larger one is the larger value;
- "approx." and "estimated": within half of the last digit that says something, where zeros before the decimal point
  say nothing, ends included: approx. 29,000 is 28,500 to 29,500;
- "over": above it and below the next value of that digit, because people round down to it: over 3,000 is below 4,000;
- "just over": above it by less than half as much;
- "at least": it, or any value above.

The range of a change is what the ranges of its two figures allow, and its direction is told only where the whole range
lies on one side of zero. Two exact figures printed alike and equally finely are no change.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from functools import cached_property

from indicators import figures
from indicators.periods import Period, separates
from priorities.dates import british

UP, DOWN, NO_CHANGE, UNKNOWN = "up", "down", "no change", "cannot be told"

_INFINITY = Decimal("Infinity")
# How far above a figure its value may lie, in units of its last digit that says something.
_ABOVE = {"over": Decimal(1), "just over": Decimal("0.5"), "at least": _INFINITY}


@dataclass(frozen=True)
class Range:
    """All values from ``low`` to ``high``, either of which may be infinite; ``is_open`` leaves both ends out."""

    low: Decimal
    high: Decimal
    is_open: bool = False

    def __contains__(self, value):
        return self.low < value < self.high or (not self.is_open and value in (self.low, self.high))


@dataclass(frozen=True)
class Figure:
    """A figure as it is printed, or rounded to the nearest ``step`` before that.

    Raises ValueError for a qualifier that is not one of figures.QUALIFIERS.
    """

    value: Decimal | None
    qualifier: str = "exact"
    decimals: int = 0
    unit: str = ""
    step: Decimal | None = None

    def __post_init__(self):
        if self.qualifier not in figures.QUALIFIERS:
            raise ValueError(f"Unknown qualifier: {self.qualifier!r}.")

    def __str__(self):
        return figures.figure(self.value, self.unit, self.qualifier, self.decimals)

    @cached_property
    def printed(self) -> Decimal | None:
        return None if self.value is None else figures.round_half_up(self.value, self.decimals)

    @property
    def is_counted(self) -> bool:
        """Whether the figure counts something, so that a small one is a small base: no percentage, rate or money."""
        known = self.unit not in ("%", figures.UNKNOWN_UNIT)
        return known and not self.unit.startswith("per ") and not figures.is_money(self.unit)

    @cached_property
    def last_digit(self) -> Decimal:
        return self.step or figures.last_digit(self.value, self.unit, self.decimals)

    @property
    def _last_meant(self):
        """What a one is worth in the last digit that says something: zeros before the decimal point may be rounding."""
        if self.last_digit < 1 or not self.printed:
            return self.last_digit
        return max(self.last_digit, Decimal(1).scaleb(self.printed.normalize().as_tuple().exponent))

    @cached_property
    def range(self) -> Range | None:
        """The values that the printing allows, as the head of this module says; None where there is no figure."""
        if self.value is None:
            return None
        if self.qualifier == "exact":
            if self.step is None and self.is_counted and self.decimals == 0 and self.value == self.printed:
                return Range(self.printed, self.printed)
            return Range(self.printed - self.last_digit / 2, self.printed + self.last_digit / 2, is_open=True)
        if self.qualifier in _ABOVE:
            above = self.printed + _ABOVE[self.qualifier] * self._last_meant
            return Range(self.printed, above, is_open=self.qualifier != "at least")
        return Range(self.printed - self._last_meant / 2, self.printed + self._last_meant / 2)


@dataclass(frozen=True)
class Change:
    """From ``before`` to ``after``. ``absolute``, ``percent`` and ``points`` are those of the figures as printed.

    Each is None where there is none: ``points`` (percentage points) for any unit but "%", ``percent`` for the reason
    in ``no_percent``. They say nothing of what the printing hides; ``direction``, the ranges and ``words`` do.
    """

    before: Figure
    after: Figure
    direction: str
    absolute: Decimal | None
    absolute_range: Range | None
    percent: Decimal | None
    percent_range: Range | None
    no_percent: str

    @property
    def points(self) -> Decimal | None:
        return self.absolute if self.after.unit == "%" else None

    def words(self) -> str:
        """ "Fell by 15.5% to 27,528", "Rose from 0 to 12", "No change, at 63%", "Cannot be told: ..."; no full stop.

        The size of a change has one decimal where every value in its range rounds to that; otherwise it is "about" a
        whole per cent where every value rounds to that, or else the whole per cents between which it must lie.
        """
        if self.direction == UNKNOWN:
            return f"Cannot be told: {self._doubt()}"
        if self.direction == NO_CHANGE:
            return f"No change, at {self.after}"
        verb = "Rose" if self.direction == UP else "Fell"
        size = self._points_in_words() if self.points is not None else self._percent_in_words()
        return f"{verb} {f'by {size}' if size else f'from {_phrase(self.before)}'} to {_phrase(self.after)}"

    def _doubt(self):
        missing = _which(self.before.value is None, self.after.value is None)
        if missing:
            return f"{missing} not available"
        ranges = (self.before.range, self.after.range)
        doubt = "rounded" if all(one.high.is_finite() for one in ranges) else "not exact"
        return f"{_which(*(one.low != one.high for one in ranges))} {doubt}"

    def _percent_in_words(self):
        if self.percent is None or self.after.printed == 0:
            return ""
        low, high = self._sizes(self.percent_range)
        return _size(low, high, decimals=1, fewer=0, sign="%")

    def _points_in_words(self):
        decimals = max(self.before.decimals, self.after.decimals)
        if self.before.qualifier == self.after.qualifier == "exact":
            low = high = abs(self.points)
        else:
            low, high = self._sizes(self.absolute_range)
        size = _size(low, high, decimals, fewer=decimals, sign="")
        return size and f"{size} percentage point{'' if size == '1' else 's'}"

    def _sizes(self, span):
        """The least and the greatest size; no greatest where a figure has none, though a fall cannot pass 100%."""
        low, high = (span.low, span.high) if self.direction == UP else (-span.high, -span.low)
        return low, (high if self.before.range.high.is_finite() else _INFINITY)


def between(before: Figure, after: Figure, *, small_base: int = 20) -> Change:
    """The change from ``before`` to ``after``; a count below ``small_base`` is no base for a percentage.

    Raises ValueError where the two have different units.
    """
    if before.unit != after.unit:
        raise ValueError(f"Figures in {before.unit!r} and in {after.unit!r} cannot be compared.")
    if before.value is None or after.value is None:
        missing = f"{_which(before.value is None, after.value is None)} not available"
        return Change(before, after, UNKNOWN, None, None, None, None, missing)
    why_none = _no_percent(before, after, small_base)
    return Change(
        before,
        after,
        _direction(before, after),
        after.printed - before.printed,
        _difference(before.range, after.range),
        None if why_none else _percent(before.printed, after.printed),
        None if why_none else _percent_range(before.range, after.range),
        why_none,
    )


def compared_with(before_period: Period, after_period: Period, breaks: Iterable[tuple[date, str]] = ()) -> str:
    """The comparison by name: "compared with 2021/22", "compared with the year ending September 2017".

    ``breaks`` are the dates and titles of the series' breaks; those that separate the two periods are named. A title
    in lower case is read as a phrase ("before the recording change"), any other is quoted with its date ("before the
    break of 1 April 2020 (COVID-19)").
    """
    label = before_period.label
    named = f"compared with {'the ' if label.startswith('year ending') else ''}{label}"
    crossed = [_break(*one) for one in sorted(breaks) if separates(one[0], before_period, after_period)]
    return f"{named}, before {' and '.join(crossed)}" if crossed else named


def _break(day, title):
    if not title[:1].islower():
        return f"the break of {british(day)}" + (f" ({title})" if title else "")
    return title if title.startswith("the ") else f"the {title}"


def _phrase(figure):
    return f"an {figure}" if figure.qualifier == "estimate" else str(figure)


def _direction(before, after):
    alike = (before.printed, before.last_digit) == (after.printed, after.last_digit)
    if alike and before.qualifier == after.qualifier == "exact":
        return NO_CHANGE
    change = _difference(before.range, after.range)
    if 0 in change:
        return UNKNOWN
    return UP if change.low >= 0 else DOWN


def _no_percent(before, after, small_base):
    """Why there is no percentage, or ""."""
    if before.unit == "%":
        return "the change is in percentage points"
    if before.printed == 0:
        return "there is no percentage from zero"
    if before.unit == figures.UNKNOWN_UNIT:
        return "it is not known what is counted"
    if before.printed < 0 or after.printed < 0:
        return "there is no percentage of figures below zero"
    if before.is_counted and before.printed < small_base:
        return "too small a base for a percentage"
    return ""


def _difference(before, after):
    return Range(after.low - before.high, after.high - before.low, before.is_open or after.is_open)


def _percent(before, after):
    return after / before * 100 - 100


def _percent_range(before, after):
    """``before`` lies above zero, so that the extremes are at the ends of the two ranges."""
    ends = [
        _percent(old, new)
        for old in (before.low, before.high)
        for new in (after.low, after.high)
        if old.is_finite() or new.is_finite()
    ]
    return Range(min(ends), max(ends), before.is_open or after.is_open)


def _size(low, high, decimals, fewer, sign):
    """A size from ``low`` to ``high``, both at least zero, in words with as many decimals as hold; "" if unknown."""
    fine = _rounded_alike(low, high, decimals)
    if fine is not None:
        smallest = Decimal(1).scaleb(-decimals)
        return f"{'' if fine else 'less than '}{figures.number(fine or smallest, decimals)}{sign}"
    if coarse := _rounded_alike(low, high, fewer):
        return f"about {figures.number(coarse, fewer)}{sign}"
    whole = Decimal(1).scaleb(-fewer)
    least = low.quantize(whole, rounding=ROUND_FLOOR)
    from_least = f"{figures.number(least, fewer)}{sign}" if least else ""
    if high.is_infinite():
        return from_least and f"at least {from_least}"
    most = f"{figures.number(high.quantize(whole, rounding=ROUND_CEILING), fewer)}{sign}"
    return f"between {from_least} and {most}" if least else f"up to {most}"


def _rounded_alike(low, high, decimals):
    """What both round to, or None."""
    if high.is_infinite():
        return None
    rounded = figures.round_half_up(low, decimals)
    return rounded if rounded == figures.round_half_up(high, decimals) else None


def _which(earlier, later):
    """The subject of a sentence about one of the figures or both, or ""."""
    if earlier and later:
        return "the figures are"
    return "the earlier figure is" if earlier else "the later figure is" if later else ""
