"""Whether a claim about a change can be true of its figures, whatever values their printing allows.

Each function gives None where some of those values make it true, else what is wrong: the rule, what would be right, and
a message.
"""

from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from reports.claims.amounts import INFINITY
from reports.claims.roles import AFTER, BEFORE, DIFFERENCE, MULTIPLE, PERCENT, POINTS
from reports.claims.wording import grouped

_HUNDRED = Decimal(100)


class Wrong(NamedTuple):
    rule: str
    expected: str
    message: str


def of_pair(claim, before, after):
    """``claim`` is an Item of role percent, points, difference or multiple; ``before`` and ``after`` are Amounts."""
    return _OF_PAIR[claim.role](claim, before, after) if before.kind == after.kind else None


def direction(said, before, after):
    """``said`` is 1 or -1; no change is neither."""
    if (said > 0 and after.high <= before.low) or (said < 0 and after.low >= before.high):
        return _wrong_way(said, before, after)
    return None


def of_difference(percent, difference, known):
    """A percentage against a difference and one of the two values, all Items: "a rise of 345 (6.8%) to 4,532".

    Where it is not said which of the two the value is, either will do.
    """
    value, gap = known.amount, difference.amount
    said = percent.direction or difference.direction
    if gap.kind != value.kind or value.low <= 0:
        return None
    bases = [] if known.role == AFTER else [(value.low, value.value, value.high)]
    if known.role != BEFORE and said:
        ends = [end - said * size for end in (value.low, value.high) for size in (gap.low, gap.high)]
        bases.append((min(ends), value.value - said * gap.value, max(ends)))
    if not bases or any(low <= 0 or middle <= 0 or high == INFINITY for low, middle, high in bases):
        return None
    for low, _, high in bases:
        if gap.low / high * _HUNDRED <= percent.amount.high and gap.high / low * _HUNDRED >= percent.amount.low:
            return None
    truth = _size(gap.value / bases[-1][1] * _HUNDRED, percent.amount)
    preposition = "on" if known.role == BEFORE else "to"
    return Wrong("percentage", truth, f"A change of {grouped(gap.value)} {preposition} {number(value)} is {truth}.")


def _percentage(claim, before, after):
    stated = claim.amount
    if before.low <= 0 or stated.low < 0:
        return None
    low, high = ((ratio - 1) * _HUNDRED for ratio in _ratios(before, after))
    are_shares = before.kind == "percent"
    if _meets(stated, claim.direction, low, high) or (
        are_shares and _meets(stated, claim.direction, *_gap(before, after))
    ):
        return None
    truth = (after.value / before.value - 1) * _HUNDRED
    if claim.direction and truth and _meets(stated, -claim.direction, low, high):
        return _wrong_way(claim.direction, before, after)
    size = _size(truth, stated)
    sign = "-" if claim.direction * truth < 0 else ""
    message = f"From {number(before)} to {number(after)} is a {'rise' if truth > 0 else 'fall'} of {size}."
    return Wrong("percentage", sign + size, message)


def _points(claim, before, after):
    if before.kind != "percent" or _meets(claim.amount, claim.direction, *_gap(before, after)):
        return None
    truth = grouped(abs(after.value - before.value))
    message = f"From {number(before)} to {number(after)} is {truth} percentage points."
    return Wrong("difference", f"{truth} points", message)


def _difference(claim, before, after):
    if claim.amount.kind != before.kind or _meets(claim.amount, claim.direction, *_gap(before, after)):
        return None
    truth = after.value - before.value
    if claim.direction and truth and _meets(claim.amount, -claim.direction, *_gap(before, after)):
        return _wrong_way(claim.direction, before, after)
    size = number(replace(before, value=abs(truth)))
    return Wrong("difference", size, f"The difference between {number(before)} and {number(after)} is {size}.")


def _multiple(claim, before, after):
    if before.low <= 0:
        return None
    low, high = _ratios(before, after)
    if low <= claim.high and high >= claim.low:
        return None
    truth = f"{grouped(_rounded(after.value / before.value, 2))} times"
    return Wrong("multiple", truth, f"{number(after)} is {truth} {number(before)}.")


_OF_PAIR = {PERCENT: _percentage, POINTS: _points, DIFFERENCE: _difference, MULTIPLE: _multiple}


def _wrong_way(said, before, after):
    truth = "no change" if before.value == after.value else "a rise" if after.value > before.value else "a fall"
    stated = "a rise" if said > 0 else "a fall"
    message = f"From {number(before)} to {number(after)} is {truth}, but the text says that it is {stated}."
    return Wrong("direction", truth, message)


def _ratios(before, after):
    """The smallest and the largest ratio of after to before."""
    low = Decimal(0) if before.high == INFINITY else after.low / before.high
    return low, INFINITY if after.high == INFINITY else after.high / before.low


def _gap(before, after):
    """The smallest and the largest difference of after and before."""
    return after.low - before.high, after.high - before.low


def _meets(stated, said, low, high):
    """Whether a size stated as a rise, as a fall, or as neither, meets a change between ``low`` and ``high``."""
    is_rise = stated.low <= high and stated.high >= low
    is_fall = -stated.high <= high and -stated.low >= low
    return is_rise if said > 0 else is_fall if said < 0 else is_rise or is_fall


def _size(percent, stated):
    """The size with one decimal, or with as many as are stated."""
    return f"{_rounded(abs(percent), max(1, stated.decimals)):f}%"


def _rounded(value, decimals):
    try:
        return value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    except ArithmeticError:  # too long a number for that many decimals
        return value


def number(amount):
    return f"{'£' if amount.kind == 'money' else ''}{grouped(amount.value)}{'%' if amount.kind == 'percent' else ''}"
