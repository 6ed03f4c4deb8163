"""A passage as the rules read it: blocks, sentences, and a copy of the text in which what is no prose is blanked out.

Every copy is as long as the text that was given, so that a place in one is the same place in all.
"""

import re
from dataclasses import dataclass
from functools import cached_property

# What stands for a date or a period, for a number that is no figure (an age, a page, a time), and for "per 1,000".
PERIOD, OPAQUE, RATE = "\x01", "\x02", "\x03"

_NO_PROSE = re.compile(
    r"`[^`\n]*`"  # code
    r"|\]\([^()\s]*(?:\s\"[^\"\n]*\")?\)"  # where a link leads
    r"|<https?:[^>\s]*>|(?:https?://|www\.)[^\s<>)\]]+"
    r"|</?[a-zA-Z][^<>\n]{0,300}>"
    r"|\[\^[^\]\s]{1,40}\]"
)
_MARKS = re.compile(r"\*{1,3}|(?<![A-Za-z0-9])_{1,3}|_{1,3}(?![A-Za-z0-9])|[\[\]\\]|~~")
_MAILS = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,6}")
_SPACES = re.compile(r"[\u00a0\u2000-\u200b\u202f\ufeff\t\r\x00-\x08\x0b\x0c\x0e-\x1f]")

_BULLET = re.compile(
    r"^([ \t>]*)(?:[-*+\u2022\u25cf\u25aa\u25e6\u2023\u00b7\u2013]|\(?(?:\d{1,2}|[a-z]|[ivx]{1,5})[.)])[ \t]+(?=\S)"
)
_NOTE = re.compile(r"^[ \t]*\[\^([^\]\s]{1,40})\]:")
_HEADING = re.compile(r"^[ \t]{0,3}#{1,6}\s")

_SENTENCE_END = re.compile(r"[.!?]+[\"'\u2019\u201d)]*\s+(?=[\"'\u2018\u201c(]?[A-Z0-9\u00a3\x01-\x03])")
_ABBREVIATION = re.compile(
    r"(?:\b(?:approx|no|nos|dr|mr|mrs|ms|st|vs|etc|p|pp|cf|fig|para|sec|inc|ltd|co|prof|rev|hon|gov|est|c|e\.g|i\.e"
    r"|jan|feb|mar|apr|jun|jul|aug|sept|sep|oct|nov|dec)|\b[A-Z])\.$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Block:
    """``kind`` is "paragraph", "item", "heading", "row" (of a table) or "note"; ``level`` is an item's indentation."""

    kind: str
    start: int
    end: int
    level: int = 0
    key: str = ""


@dataclass(frozen=True)
class Sentence:
    start: int
    end: int
    block: int


class Passage:
    def __init__(self, text: str):
        self.text = text

    @cached_property
    def clean(self):
        """The text without links, notes and marks of emphasis, each blanked out; lines end where they ended."""
        text = _NO_PROSE.sub(_blank, self.text)
        if "@" in text:
            text = _MAILS.sub(_blank, text)
        return _SPACES.sub(" ", _MARKS.sub(_blank, text))

    @cached_property
    def blocks(self):
        return tuple(_blocks(self.text))

    @cached_property
    def sentences(self):
        """In order. None runs over the end of its block; rows of tables have none."""
        return tuple(
            Sentence(start, end, place)
            for place, block in enumerate(self.blocks)
            if block.kind != "row"
            for start, end in _sentences(self.clean, block)
        )

    def joined(self, block):
        """The block's clean text in one line, as long as before."""
        return self.clean[block.start : block.end].replace("\n", " ")

    def stated(self, start, end):
        return " ".join(self.text[start:end].split())


def blank(text, spans, mark):
    """``text`` with every (start, end) of ``spans`` overwritten by ``mark``."""
    parts, at = [], 0
    for start, end in sorted(spans):
        if start >= at:
            parts += [text[at:start], mark * (end - start)]
            at = end
    return "".join([*parts, text[at:]])


def _blank(match):
    return " " * len(match[0])


def _blocks(text):
    """Paragraphs, items and so on. A line belongs to the block above it unless it begins one of its own."""
    open_block, at = None, 0
    for line in text.splitlines(keepends=True):
        start, at = at, at + len(line)
        end = start + len(line.rstrip())
        if not line.strip():
            if open_block:
                yield open_block
            open_block = None
            continue
        begun = _begun(line, start, end)
        if begun.kind != "paragraph" or open_block is None or _is_finished(text, open_block):
            if open_block:
                yield open_block
            open_block = begun
        else:
            open_block = Block(open_block.kind, open_block.start, end, open_block.level, open_block.key)
    if open_block:
        yield open_block


def _is_finished(text, block):
    """Plain text has paragraphs of one line each: such a line ends a sentence or is a heading."""
    return block.kind in {"heading", "row"} or (block.kind == "paragraph" and text[block.end - 1] in ".:!?")


def _begun(line, start, end):
    if note := _NOTE.match(line):
        return Block("note", start + note.end(), max(end, start + note.end()), key=note[1])
    if _HEADING.match(line):
        return Block("heading", start, end)
    if line.lstrip().startswith("|"):
        return Block("row", start, end)
    if bullet := _BULLET.match(line):
        return Block("item", start + bullet.end(), end, level=len(bullet[1].expandtabs(4)))
    return Block("paragraph", start, end)


def _sentences(clean, block):
    text = clean[block.start : block.end].replace("\n", " ")
    at = 0
    for match in _SENTENCE_END.finditer(text):
        if not _ABBREVIATION.search(text[max(at, match.start() - 12) : match.start() + 1]):
            yield block.start + at, block.start + match.end()
            at = match.end()
    if text[at:].strip():
        yield block.start + at, block.end
