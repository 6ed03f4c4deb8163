"""How a figure is written: the only home of rounding, separators, money in words, signs and qualifiers.

Values are Decimal from end to end; nothing here is a float. Data (``number``) carries the ASCII hyphen-minus, so that
it parses back; text for readers (``figure``, ``signed_percent``) carries the true minus sign, U+2212.
"""

from decimal import ROUND_HALF_UP, Context, Decimal

NOT_AVAILABLE = "not available"
MINUS = "\N{MINUS SIGN}"

QUALIFIERS = {
    "exact": "",
    "approx": "approx. ",
    "over": "over ",
    "just over": "just over ",
    "at least": "at least ",
    "estimate": "estimated ",
}

# Of measures whose source does not say what they are: counts, percentages or rates.
UNKNOWN_UNIT = "as the source gives it"

_POUND = "£"
_LARGE = ((Decimal(10**9), "billion"), (Decimal(10**6), "million"))
# Room for any stored figure: the default of 28 digits would refuse long ones.
_WIDE = Context(prec=80)


def round_half_up(value: Decimal, decimals: int) -> Decimal:
    """``value`` to ``decimals`` places, halves away from zero (0.5 to 1, -0.5 to -1); never a negative zero.

    Raises ValueError for a value that is not a finite number.
    """
    if not value.is_finite():
        raise ValueError(f"{value} is not a number that can be rounded.")
    rounded = value.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP, context=_WIDE)
    return rounded.copy_abs() if rounded.is_zero() else rounded


def number(value: Decimal | None, decimals: int) -> str:
    """ "27,528", "4.9", "-12"; None is "not available", for blank is not zero."""
    if value is None:
        return NOT_AVAILABLE
    return f"{round_half_up(value, decimals):,f}"


def figure(value: Decimal | None, unit: str, qualifier: str, decimals: int, *, with_unit: bool = False) -> str:
    """The figure as a reader meets it: "over 3,000", "15.5%", "estimated £21.5 billion a year".

    "%" and units that begin with "£" are part of the figure; any other unit is added, as it is recorded, only on
    ``with_unit``: "27,528 incidents". Raises ValueError for a qualifier that is not one of QUALIFIERS.
    """
    if qualifier not in QUALIFIERS:
        raise ValueError(f"Unknown qualifier: {qualifier!r}.")
    if value is None:
        return NOT_AVAILABLE
    return QUALIFIERS[qualifier] + _measured(value, unit, decimals, with_unit)


def signed_number(value: Decimal, decimals: int) -> str:
    """A change, for readers: 345 is "+345", -3000 is "−3,000"; what rounds to zero has no sign."""  # noqa: RUF002
    rounded = round_half_up(value, decimals)
    return f"{'+' if rounded > 0 else ''}{_for_readers(rounded, decimals)}"


def signed_percent(value: Decimal, decimals: int = 1) -> str:
    """A change in per cent: 4.7 is "+4.7%", -0.9 is "−0.9%"."""  # noqa: RUF002
    return f"{signed_number(value, decimals)}%"


def is_money(unit: str) -> bool:
    return unit.startswith(_POUND)


def last_digit(value: Decimal, unit: str, decimals: int) -> Decimal:
    """What a one is worth in the last place that ``figure`` prints: 1, 0.1, or 100,000 in "£1.3 million"."""
    large = _in_words(round_half_up(value, decimals).copy_abs()) if is_money(unit) else None
    if large:
        tenths, size, _ = large
        return size if tenths % 10 == 0 else size / 10
    return Decimal(1).scaleb(-decimals)


def _measured(value, unit, decimals, with_unit):
    if is_money(unit):
        return _money(value, decimals) + unit.removeprefix(_POUND)
    if unit == "%":
        return f"{_for_readers(value, decimals)}%"
    return _for_readers(value, decimals) + (f" {unit}" if with_unit and unit else "")


def _money(value, decimals):
    """ "£1.3 million" where one decimal says it exactly, otherwise in full: "£1,345,678"."""
    rounded = round_half_up(value, decimals)
    sign, amount = (MINUS if rounded < 0 else ""), rounded.copy_abs()
    if large := _in_words(amount):
        tenths, _, word = large
        return f"{sign}{_POUND}{number(tenths / 10, 0 if tenths % 10 == 0 else 1)} {word}"
    return f"{sign}{_POUND}{number(amount, decimals)}"


def _in_words(amount):
    """(tenths of the largest size that fits, that size, its word), or None where tenths do not say it exactly."""
    for size, word in _LARGE:
        if amount >= size:
            tenths = _WIDE.divide(amount, size / 10)
            return (tenths, size, word) if tenths == tenths.to_integral_value() else None
    return None


def _for_readers(value, decimals):
    return number(value, decimals).replace("-", MINUS)
