"""The geometry of a drawing: scales, round ticks, shapes, and words that wrap or drop out rather than collide.

Lengths are units of the drawing, x to the right and y down. A box is (left, top, right, bottom); a line is
((x, y), (x, y)). What the words say is no business of this module.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from functools import lru_cache
from itertools import count, pairwise
from math import inf
from typing import NamedTuple

# Advance widths of Arial and Liberation Sans in thousandths of the font size; other characters count as 1,000.
# fmt: off
_WIDTHS = {character: width for width, characters in (
    (191, "'"), (222, "ijl"), (260, "|"), (278, " !,./:;[]\\ftI"), (333, "()-`r"), (334, "{}"), (355, '"'),
    (389, "*"), (469, "^"), (500, "Jcksvxyz"), (556, "#$0123456789?L_abdeghnopqu£"), (584, "+<=>~\u2212"),
    (611, "FTZ"), (667, "&ABEKPSVXY"), (722, "CDHNRUw"), (778, "GOQ"), (833, "Mm"), (889, "%"), (944, "W"),
) for character in characters}
# fmt: on


class Text(NamedTuple):
    """Words on one line: ``x`` is their left edge, ``y`` their baseline."""

    words: str
    x: float
    y: float
    font: int

    @property
    def box(self):
        return self.x, self.y - 0.75 * self.font, self.x + text_width(self.words, self.font), self.y + 0.2 * self.font


@dataclass(frozen=True)
class Scale:
    """Places along one axis; with nothing to tell apart, everything stands in the middle."""

    low: Decimal
    high: Decimal
    start: float
    end: float

    def at(self, value: Decimal) -> float:
        share = float((value - self.low) / (self.high - self.low)) if self.high > self.low else 0.5
        return self.start + share * (self.end - self.start)

    def on(self, day: date) -> float:
        return self.at(Decimal(day.toordinal()))


def round_ticks(values: Sequence[Decimal], decimals: int, zero_baseline: bool, most: int = 5) -> list[Decimal]:
    """Three to ``most`` round values around ``values``: multiples of 1, 2 or 5 times a power of ten."""
    low, high = min(values), max(values)
    if zero_baseline:
        low, high = min(low, Decimal(0)), max(high, Decimal(0))
    for power in count(-decimals):
        for step in (Decimal(digit).scaleb(power) for digit in (1, 2, 5)):
            first = int((low / step).to_integral_value(ROUND_FLOOR)) - (low == high != 0)
            last = max(int((high / step).to_integral_value(ROUND_CEILING)), first + 2)
            if last - first < most:
                return [step * number for number in range(first, last + 1)]


def short(length: float) -> str:
    """To a tenth, without a needless ".0"."""
    return f"{length:.1f}".removesuffix(".0")


def circle(x: float, y: float, r: float) -> str:
    return f"M{short(x - r)} {short(y)}{_around(r)}"


@lru_cache(maxsize=16)
def _around(r):
    half = f"a{short(r)} {short(r)} 0 1 0 "
    return f"{half}{short(2 * r)} 0{half}{short(-2 * r)} 0z"


def square(x: float, y: float, r: float) -> str:
    return f"M{short(x - r)} {short(y - r)}h{short(2 * r)}v{short(2 * r)}h{short(-2 * r)}z"


def diamond(x: float, y: float, r: float) -> str:
    step, back = short(r), short(-r)
    return f"M{short(x)} {short(y - r)}l{step} {step}l{back} {step}l{back} {back}z"


def triangle(x: float, y: float, r: float) -> str:
    """Pointing up; pointing down for a negative ``r``."""
    return f"M{short(x)} {short(y - r)}l{short(abs(r))} {short(1.8 * r)}h{short(-2 * abs(r))}z"


def cross(x: float, y: float, r: float) -> str:
    """A plus sign with thick arms."""
    arm = short(2 * r / 3)
    return f"M{short(x - r / 3)} {short(y - r)}h{arm}v{arm}h{arm}v{arm}h-{arm}v{arm}h-{arm}v-{arm}h-{arm}v-{arm}h{arm}z"


def text_width(words: str, font: float) -> float:
    """How wide the words run in Arial or Liberation Sans at that font size, in the unit of the font size."""
    return _thousandths(words) * font / 1000


@lru_cache(maxsize=4096)
def _thousandths(words):
    return sum([_WIDTHS.get(character, 1000) for character in words])


def centred(words: str, x: float, y: float, font: int, width: float = inf) -> Text:
    """The words centred on ``x``, or as near as a drawing of that width allows."""
    half = text_width(words, font) / 2
    return Text(words, max(0, min(x, width - half) - half), y, font)


@lru_cache(maxsize=4096)
def wrapped(words: str, font: float, limit: float) -> tuple[str, ...]:
    """The words as lines no wider than ``limit`` where they allow it; a longer word has a line of its own."""
    lines = []
    for word in words.split():
        if lines and text_width(f"{lines[-1]} {word}", font) <= limit:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return tuple(lines)


def touching(a, b, gap: float = 0) -> bool:
    """Whether two boxes overlap, or stand less than ``gap`` apart from side to side."""
    return a[0] < b[2] + gap and b[0] < a[2] + gap and a[1] < b[3] and b[1] < a[3]


def row(labels, font: int, width: float) -> list[tuple[int, list[Text]]]:
    """Labels, given as (words, x) from left to right, centred on their places with the row's top at y = 0.

    What is returned are the lines of each label that stays, with its number among ``labels``.

    They wrap as far as is needed to keep them apart; where that is not enough, labels are left out, the last being
    the surest to stay.
    """
    for limit in (inf, 8 * font, 5.5 * font):
        # Blocks stand in order of their places, so only neighbours need to be held apart.
        if _all_apart(_block(words, x, font, width, limit) for words, x in labels):
            break
    kept, free = [], inf
    for number, (words, x) in reversed(list(enumerate(labels))):
        if x > free:  # whatever its width, it would touch the last one kept
            continue
        block = _block(words, x, font, width, limit)
        left, right = _sides(block)
        if right <= free:
            kept.append((number, block))
            free = left - font / 3
    return kept[::-1]


def beside(wanted, *, within, obstacles, lines, font: int) -> list[Text]:
    """Labels beside their marks, given as (words, x, y), the most important first.

    A label stands inside the box ``within`` and touches no obstacle and no other label, or it is left out; of the
    places that remain it takes the nearest that the fewest lines run through.
    """
    taken, texts = list(obstacles), []
    lines = [sorted(line) for line in lines]
    for words, x, y in wanted:
        wide = text_width(words, font)
        # No place of the label reaches beyond these.
        left, top, right, bottom = x - wide - font, y - 3 * font, x + wide + font, y + 3 * font
        near = [box for box in taken if box[0] < right and left < box[2] and box[1] < bottom and top < box[3]]
        passing = [line for line in lines if line[0][0] <= right and left <= line[1][0]]
        best, fewest = None, inf
        for text in _free_places(words, x, y, wide, within, near, font):
            crossings = sum(_runs_through(line, text.box) for line in passing)
            if crossings < fewest:
                best, fewest = text, crossings
            if not crossings:
                break
        if best is not None:
            taken.append(best.box)
            texts.append(best)
    return texts


def _free_places(words, x, y, wide, within, near, font):
    """The places for a label, the best first, inside ``within`` and off the boxes ``near``."""
    half, gap = wide / 2, font / 5
    outer_left, outer_top, outer_right, outer_bottom = within
    for side, dx, dy in _PLACES:
        left, base = x + side * half + dx * font - half, y + dy * font
        top, right, bottom = base - 0.75 * font, left + wide, base + 0.2 * font
        if left < outer_left or right > outer_right or top < outer_top or bottom > outer_bottom:
            continue
        for box in near:
            if left < box[2] + gap and box[0] < right + gap and top < box[3] and box[1] < bottom:
                break
        else:
            yield Text(words, left, base, font)


# Where a label may stand, the best first: how far its middle is from its mark, as a share of its half width, plus a
# distance to the right and one down in font sizes.
_PLACES = (
    (0, 0, -0.75),
    (0, 0, 1.35),
    (1, 0, -0.75),
    (-1, 0, -0.75),
    (1, 0, 1.35),
    (-1, 0, 1.35),
    (1, 0.6, 0.3),
    (-1, -0.6, 0.3),
    (0, 0, -1.85),
    (0, 0, 2.45),
    (1, 0, -1.85),
    (-1, 0, -1.85),
    (1, 0, 2.45),
    (-1, 0, 2.45),
)


def _block(words, x, font, width, limit):
    """Words as lines no wider than ``limit`` where they allow it, centred together on ``x``."""
    lines = wrapped(words, font, limit)
    half = max([text_width(line, font) for line in lines]) / 2
    middle = max(half, min(x, width - half))
    return [centred(line, middle, (1 + 1.15 * number) * font, font) for number, line in enumerate(lines)]


def _all_apart(blocks):
    """Side by side, whichever lines they share: a label under another's end would read as part of it."""
    return all(_sides(before)[1] + before[0].font / 3 <= _sides(after)[0] for before, after in pairwise(blocks))


def _sides(block):
    left = min([text.x for text in block])
    return left, max([text.x + text_width(text.words, text.font) for text in block])


def _runs_through(line, box):
    (x1, y1), (x2, y2) = line
    left, right = max(x1, box[0]), min(x2, box[2])
    if left > right:
        return False
    slope = (y2 - y1) / (x2 - x1) if x2 > x1 else 0
    ends = (y1 + slope * (left - x1), y1 + slope * (right - x1)) if x2 > x1 else (y1, y2)
    return min(ends) < box[3] and max(ends) > box[1]
