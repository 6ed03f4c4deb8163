"""What changed between two texts, word by word. Plain data in, plain data out."""

import re
from collections import Counter
from dataclasses import dataclass
from difflib import SequenceMatcher

from priorities.text import plain, replace_note_references

_LINE_END = "\n"
# Above this, comparing takes seconds: the same few words thousands of times, which nobody writes.
_MOST_WORD_PAIRS = 1_000_000
_LINK = re.compile(r'<a href="([^"]*)">(.*?)</a>', re.DOTALL)


@dataclass(frozen=True)
class Piece:
    """Some words; ``kind`` is "same", "added" or "removed"."""

    kind: str
    words: str


def wording(before, after):
    """The Pieces of one line of plain text, ``after`` against ``before``."""
    lines = _lines(before.split(), after.split())
    return lines[0] if lines else []


def words(before_html, after_html):
    """Lists of Pieces, one a paragraph, bullet or cell: ``after_html`` against ``before_html``.

    A bullet begins with "•", a link ends with its address and a note reference stands as "[note KEY]", so that a
    change of these shows too. "¶" marks paragraphs that were joined or parted. Bold and italics are not compared.
    """
    return _lines(_tokens(before_html), _tokens(after_html))


def _tokens(html):
    shown = replace_note_references(html, lambda key: f" [note {key}]")
    shown = _LINK.sub(lambda link: f"{link[2]} ({link[1]})", shown).replace("<li>", "<li>• ")
    return [token for line in plain(shown).splitlines() for token in (*line.split(), _LINE_END)]


def _lines(old, new):
    lines, line = [], []
    for kind, token in _compared(old, new):
        if token != _LINE_END:
            line.append((kind, token))
            continue
        if kind != "same" and any(other == "same" for other, _ in line):
            line.append((kind, "¶"))
        lines.append(line)
        line = []
    return [_pieces(line) for line in [*lines, line] if line]


def _compared(old, new):
    """Each token with its kind, in reading order, what was removed before what stands in its place."""
    if _pairs(old, new) > _MOST_WORD_PAIRS:
        opcodes = [("replace", 0, len(old), 0, len(new))]
    else:
        opcodes = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    for tag, i1, i2, j1, j2 in opcodes:
        if tag == "equal":
            yield from (("same", token) for token in new[j1:j2])
        else:
            yield from (("removed", token) for token in old[i1:i2])
            yield from (("added", token) for token in new[j1:j2])


def _pairs(old, new):
    """How many pairs of equal tokens there are: what the comparison costs."""
    counts = Counter(new)
    return sum(times * counts[token] for token, times in Counter(old).items())


def _pieces(line):
    pieces = []
    for kind, token in line:
        if pieces and pieces[-1].kind == kind:
            pieces[-1] = Piece(kind, f"{pieces[-1].words} {token}")
        else:
            pieces.append(Piece(kind, token))
    return pieces
