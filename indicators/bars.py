"""Bars for shares of a whole: lying, from zero, each with its name above and its value at its end."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from math import ceil

from indicators import figures, svg
from indicators.drawing import Text, short, text_width, wrapped


@dataclass(frozen=True)
class Part:
    """One bar; ``remark`` is written after its value, or in its place where there is none ("confidential")."""

    label: str
    value: Decimal | None
    remark: str = ""


@dataclass(frozen=True)
class _Row:
    label: tuple[str, ...]
    value: str
    length: float
    top: float


def bar_chart(parts: Iterable[Part], *, ident: str, title: str, unit: str, decimals: int = 0, width: int = 640) -> str:
    """The parts as one ``<svg>``, the largest first and those without a value last; the same bytes for the same input.

    The bars begin at zero and every value is written, so there is no axis. ``ident`` must be unique in the page.
    Raises ValueError without parts, and for a value below zero.
    """
    parts = list(parts)
    if not parts:
        raise ValueError("A bar chart needs at least one part.")
    if any(part.value is not None and part.value < 0 for part in parts):
        raise ValueError("A bar chart shows shares: no value can be below zero.")
    ordered = sorted(parts, key=lambda part: (part.value is None, -(part.value or 0), part.label))
    font = max(14, ceil(width * 9 / 320))
    said = [_said(part, unit, decimals) for part in ordered]
    heading = wrapped("" if unit in ("%", "£") else unit[:1].upper() + unit[1:], font, width)
    texts = [Text(words, 0, (1 + 1.2 * line) * font, font) for line, words in enumerate(heading)]
    rows = _rows(ordered, said, font, width, top=1.6 * font * bool(heading) + 1.2 * font * max(0, len(heading) - 1))
    bars = []
    for row in rows:
        texts += [Text(words, 0, row.top + (1 + 1.2 * line) * font, font) for line, words in enumerate(row.label)]
        under = row.top + (0.35 + 1.2 * len(row.label)) * font
        bars.append(f"M0 {short(under)}h{short(row.length)}v{short(1.2 * font)}h{short(-row.length)}z")
        texts.append(Text(row.value, row.length and row.length + 0.4 * font, under + 0.95 * font, font))
    height = ceil(under + 1.6 * font)
    return svg.picture(
        ident,
        f"Bar chart: {title}. {len(ordered)} {'part' if len(ordered) == 1 else 'parts'}.",
        " ".join(f"{part.label}: {words}." for part, words in zip(ordered, said, strict=True)),
        width=width,
        height=height,
        font=font,
        drawn=svg.layers((svg.BAR, bars)) + "".join(map(svg.written, texts)),
    )


def _said(part, unit, decimals):
    if part.value is None:
        return part.remark or figures.NOT_AVAILABLE
    return " ".join(filter(None, [figures.figure(part.value, unit, "exact", decimals), part.remark]))


def _rows(parts, said, font, width, top):
    """Lengths leave room at the right for every value that is written there."""
    largest = max([part.value for part in parts if part.value] or [Decimal(1)])
    room = width - max(text_width(words, font) for words in said) - 0.5 * font
    rows = []
    for part, words in zip(parts, said, strict=True):
        length = max(0, room) * float((part.value or 0) / largest)
        lines = wrapped(part.label, font, width)
        rows.append(_Row(lines, words, length, top))
        top += (1.2 * len(lines) + 2) * font
    return rows
