"""Rich text as Word paragraphs, lists and tables, and the addresses that it may link to."""

from dataclasses import dataclass, replace
from itertools import groupby
from urllib.parse import quote, urlsplit

from priorities import tidy
from reports.rendering import word_xml as xml
from reports.rendering.word_package import BULLETS

_MOST_COLUMNS = 63  # that Word opens
_DEEPEST_LEVEL = 8
_INDENT = 284
_LONGEST_ADDRESS = 2000
_SCHEMES = {"http", "https", "mailto"}
_KEPT = "!#$%&'()*+,/:;=?@[]~"


@dataclass(frozen=True)
class Place:
    """Where a text stands: the style of its paragraphs and the width it has, in twips.

    ``below`` is the level of the Word heading that it stands under; 0 where its headings are bold paragraphs.
    """

    style: str
    width: int
    below: int = 0


class TextWriter:
    """Writes rich text into one part of a document.

    ``links`` are the part's Relationships; ``reference(key)`` gives the run that refers to a note, and
    ``heading(level, runs, words)`` the paragraph of a heading.
    """

    def __init__(self, package, links, reference, heading=None):
        self._package = package
        self._links = links
        self._reference = reference
        self._heading = heading

    def written(self, html, place, *, opening=""):
        """The paragraphs and tables of the text, "" for none. The first paragraph begins with the runs ``opening``."""
        self._level = place.below
        blocks = tidy.blocks(html) if html else []
        if not opening:
            return self._blocks(blocks, place)
        if blocks and isinstance(blocks[0], tidy.Line):
            opening += self.runs(blocks.pop(0).pieces)
        return xml.paragraph(opening, place.style) + self._blocks(blocks, place)

    def runs(self, pieces, *, bold=False):
        """The runs of one line, with its links."""
        written = ""
        for address, group in groupby(pieces, key=_address):
            target = usable(address)
            inner = "".join(self._run(piece, "Hyperlink" if target else "", bold) for piece in group)
            written += xml.link_outside(self._links.outside(target), inner) if target else inner
        return written

    def _run(self, piece, style, bold):
        if piece.note:
            return self._reference(piece.note)
        marks = dict(piece.marks)
        return xml.run(piece.text, style=style, bold=bold or "strong" in marks, italic="em" in marks)

    def _blocks(self, blocks, place, level=-1):
        """``level`` is that of the list item around them, -1 for none."""
        return "".join(self._block(block, place, level) for block in blocks)

    def _block(self, block, place, level):
        match block:
            case tidy.Line(tag, pieces) if tag in tidy.HEADINGS:
                return self._title(tag, pieces, place)
            case tidy.Line(_, pieces) if level < 0:
                return xml.paragraph(self.runs(pieces), place.style)
            case tidy.Line(_, pieces):
                return xml.paragraph(self.runs(pieces), "ListContinue", indent=_INDENT * (level + 1))
            case tidy.List(tag, items):
                return self._list(tag, items, place, min(level + 1, _DEEPEST_LEVEL))
            case tidy.Table():
                return self._table(block, place)

    def _title(self, tag, pieces, place):
        """One level after another below the heading of the place, without a gap."""
        if not place.below:
            return xml.paragraph(self.runs(pieces, bold=True), place.style, keep_next=True)
        wanted = place.below + (2 if tag == "h4" else 1)
        self._level = min(wanted, self._level + 1)
        return self._heading(self._level, self.runs(pieces), "".join(piece.text for piece in pieces))

    def _list(self, tag, items, place, level):
        number = BULLETS if tag == "ul" else self._package.numbered_list()
        style = "ListBullet" if tag == "ul" else "ListNumber"
        written = ""
        for first, *rest in items:
            if isinstance(first, tidy.Line):
                runs = self.runs(first.pieces, bold=first.tag in tidy.HEADINGS)
                written += xml.paragraph(runs, style, numbered=xml.numbering(number, level))
            else:
                rest = [first, *rest]
            written += self._blocks(rest, place, level)
        return written

    def _table(self, table, place):
        caption = xml.paragraph(self.runs(table.caption), "Caption") if table.caption else ""
        grid = Grid([*table.head, *table.body])
        if grid.columns > _MOST_COLUMNS:
            return caption + self._as_lines(table, place)
        width = place.width // grid.columns
        headers = len(table.head) if table.body else 0
        rows = [
            self._row(slots, headers > number, replace(place, width=width, style="TableText"))
            for number, slots in enumerate(grid.rows)
        ]
        words = "".join(piece.text for piece in table.caption)
        return caption + xml.table([width] * grid.columns, rows, words=words) + xml.paragraph("", "TableText")

    def _row(self, slots, header, place):
        cells = []
        for slot in slots:
            width = place.width * slot.span
            inner = replace(place, width=width, style="TableHeading" if header else "TableText")
            content = "" if slot.merge == "continue" else self._blocks(slot.cell.blocks, inner)
            cells.append(xml.cell(width, content, span=slot.span, merge=slot.merge))
        return xml.row(cells, header=header)

    def _as_lines(self, table, place):
        """A table that is too wide for Word, cell after cell."""
        return "".join(self._blocks(cell.blocks, place) for row in (*table.head, *table.body) for cell in row)


@dataclass(frozen=True)
class Slot:
    """A place in a row of a table: its cell, over ``span`` columns, one of several rows where ``merge`` says so."""

    cell: tidy.Cell
    span: int
    merge: str


class Grid:
    """Where the cells of a table stand: ``rows`` of Slots that fill as many ``columns`` each.

    A column in which no cell begins is left out, so a span is never wider than what it spans.
    """

    def __init__(self, rows):
        self._taken = {}
        for number, row in enumerate(rows):
            column = 0
            for cell in row:
                while (number, column) in self._taken:
                    column += 1
                across, down = _span(cell, "colspan"), min(_span(cell, "rowspan"), len(rows) - number)
                across = self._free(number, column, across)
                for below in range(down):
                    for beside in range(across):
                        self._taken.setdefault((number + below, column + beside), (cell, number, column))
                column += across
        begins = sorted({column for _, _, column in self._taken.values()})
        self.columns = len(begins)
        self.rows = [list(self._slots(number, begins)) for number in range(len(rows))]

    def _free(self, number, column, across):
        """How many of ``across`` columns are free."""
        return next((gone for gone in range(across) if (number, column + gone) in self._taken), across)

    def _slots(self, number, begins):
        places = [self._taken.get((number, column)) for column in begins]
        at = 0
        for place, group in groupby(places, key=lambda place: place and place[1:]):
            span = len(list(group))
            if place is None:
                yield from [Slot(tidy.Cell("td", {}, []), 1, "")] * span
            else:
                cell, first = self._taken[(place[0], place[1])][0], place[0] == number
                last = self._taken.get((number + 1, begins[at]), ("", "", ""))[1:] != place
                yield Slot(cell, span, "" if first and last else "restart" if first else "continue")
            at += span


def _span(cell, name):
    """What a cell says that it spans, within reason."""
    written = cell.attributes.get(name, "")
    return max(1, min(int(written), 1000)) if written.isascii() and written.isdigit() else 1


def _address(piece):
    return "" if piece.note else dict(piece.marks).get("a", "")


def usable(address):
    """``address`` as a file may name it, or "" where a link to it would spoil the file."""
    try:
        parts = urlsplit(address)
        _ = parts.hostname, parts.port
    except ValueError:
        return ""
    written = quote(address.strip(), safe=_KEPT)
    whole = parts.netloc or parts.scheme == "mailto"
    return written if parts.scheme in _SCHEMES and whole and len(written) <= _LONGEST_ADDRESS else ""
