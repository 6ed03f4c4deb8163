"""The geometry of a drawing: scales, round ticks, shapes, and words that wrap or drop out rather than collide.

Lengths are units of the drawing, x to the right and y down. A box is (left, top, right, bottom); a line is
((x, y), (x, y)). What the words say is no business of this module.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from itertools import combinations, count
from math import inf

# Advance widths of Arial and Liberation Sans in thousandths of the font size; other characters count as 1,000.
# fmt: off
_WIDTHS = {character: width for width, characters in (
    (191, "'"), (222, "ijl"), (260, "|"), (278, " !,./:;[]\\ftI"), (333, "()-`r"), (334, "{}"), (355, '"'),
    (389, "*"), (469, "^"), (500, "Jcksvxyz"), (556, "#$0123456789?L_abdeghnopqu£"), (584, "+<=>~\u2212"),
    (611, "FTZ"), (667, "&ABEKPSVXY"), (722, "CDHNRUw"), (778, "GOQ"), (833, "Mm"), (889, "%"), (944, "W"),
) for character in characters}
# fmt: on


@dataclass(frozen=True)
class Text:
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


def round_ticks(values: Sequence[Decimal], decimals: int, zero_baseline: bool) -> list[Decimal]:
    """Three to five round values around ``values``: multiples of 1, 2 or 5 times a power of ten."""
    low, high = min(values), max(values)
    if zero_baseline:
        low, high = min(low, Decimal(0)), max(high, Decimal(0))
    for power in count(-decimals):
        for step in (Decimal(digit).scaleb(power) for digit in (1, 2, 5)):
            first = int((low / step).to_integral_value(ROUND_FLOOR)) - (low == high != 0)
            last = max(int((high / step).to_integral_value(ROUND_CEILING)), first + 2)
            if last - first <= 4:
                return [step * number for number in range(first, last + 1)]


def short(length: float) -> str:
    """To a tenth, without a needless ".0"."""
    return f"{length:.1f}".removesuffix(".0")


def circle(x: float, y: float, r: float) -> str:
    half = f"a{short(r)} {short(r)} 0 1 0 "
    return f"M{short(x - r)} {short(y)}{half}{short(2 * r)} 0{half}{short(-2 * r)} 0z"


def square(x: float, y: float, r: float) -> str:
    return f"M{short(x - r)} {short(y - r)}h{short(2 * r)}v{short(2 * r)}h{short(-2 * r)}z"


def text_width(words: str, font: float) -> float:
    """How wide the words run in Arial or Liberation Sans at that font size, in the unit of the font size."""
    return sum(_WIDTHS.get(character, 1000) for character in words) * font / 1000


def centred(words: str, x: float, y: float, font: int, width: float = inf) -> Text:
    """The words centred on ``x``, or as near as a drawing of that width allows."""
    half = text_width(words, font) / 2
    return Text(words, max(0, min(x, width - half) - half), y, font)


def touching(a, b, gap: float = 0) -> bool:
    """Whether two boxes overlap, or stand less than ``gap`` apart from side to side."""
    return a[0] < b[2] + gap and b[0] < a[2] + gap and a[1] < b[3] and b[1] < a[3]


def row(labels, font: int, width: float) -> list[Text]:
    """Labels, given as (words, x) from left to right, centred on their places with the row's top at y = 0.

    They wrap as far as is needed to keep them apart; where that is not enough, labels are left out, the last being
    the surest to stay.
    """
    for limit in (inf, 8, 5.5):
        blocks = [_block(words, x, font, width, limit * font) for words, x in labels]
        if not any(_blocks_touch(a, b) for a, b in combinations(blocks, 2)):
            break
    kept = []
    for block in reversed(blocks):
        if not any(_blocks_touch(block, other) for other in kept):
            kept.insert(0, block)
    return [text for block in kept for text in block]


def beside(wanted, *, within, obstacles, lines, font: int) -> list[Text]:
    """Labels beside their marks, given as (words, x, y), the most important first.

    A label stands inside the box ``within`` and touches no obstacle and no other label, or it is left out; of the
    places that remain it takes the nearest that no line runs through.
    """
    taken, texts = list(obstacles), []
    for words, x, y in wanted:
        half = text_width(words, font) / 2
        free = [
            text
            for text in (
                Text(words, x + side * half + dx * font - half, y + dy * font, font) for side, dx, dy in _PLACES
            )
            if _inside(text.box, within) and not any(touching(text.box, box, font / 5) for box in taken)
        ]
        if free:
            best = min(free, key=lambda text: sum(_runs_through(line, text.box) for line in lines))
            taken.append(best.box)
            texts.append(best)
    return texts


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
    lines = []
    for word in words.split():
        if lines and text_width(f"{lines[-1]} {word}", font) <= limit:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    half = max(text_width(line, font) for line in lines) / 2
    middle = max(half, min(x, width - half))
    return [centred(line, middle, (1 + 1.15 * number) * font, font) for number, line in enumerate(lines)]


def _blocks_touch(a, b):
    """Side by side, whichever lines they share: a label under another's end would read as part of it."""
    (a_left, a_right), (b_left, b_right) = _sides(a), _sides(b)
    gap = a[0].font / 3
    return a_left < b_right + gap and b_left < a_right + gap


def _sides(block):
    boxes = [text.box for text in block]
    return min(box[0] for box in boxes), max(box[2] for box in boxes)


def _inside(box, outer):
    return outer[0] <= box[0] and outer[1] <= box[1] and box[2] <= outer[2] and box[3] <= outer[3]


def _runs_through(line, box):
    (x1, y1), (x2, y2) = sorted(line)
    left, right = max(x1, box[0]), min(x2, box[2])
    if left > right:
        return False
    slope = (y2 - y1) / (x2 - x1) if x2 > x1 else 0
    ends = (y1 + slope * (left - x1), y1 + slope * (right - x1)) if x2 > x1 else (y1, y2)
    return min(ends) < box[3] and max(ends) > box[1]
