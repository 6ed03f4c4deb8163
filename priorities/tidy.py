"""One way to write each text. Two texts that mean the same become the same HTML, whatever wrote them.

A text is read into blocks: Line (paragraph, heading), List and Table. A line holds pieces: words with their marks
(bold, italic, link) and note references. White space is joined and moved out of marks, empty parts disappear.
"""

import re
from dataclasses import dataclass
from html import escape
from itertools import groupby, takewhile

from bs4 import BeautifulSoup, NavigableString

from priorities.text import sanitise

MARKS = {"strong", "em", "a"}
HEADINGS = {"h3", "h4"}
LISTS = {"ul", "ol"}
_BLOCKS = {"p", "table", "caption", "thead", "tbody", "tr", "th", "td", "li"} | HEADINGS | LISTS
_DEEPEST = 30  # elements within each other; what lies deeper keeps its words alone
_PARTS = re.compile(r"\s+|\S+")


@dataclass(frozen=True)
class Piece:
    """Words (``text``, a line break as a newline) or a note reference (``note``, its key), with marks, outermost first.

    A mark is ("strong", ""), ("em", "") or ("a", address).
    """

    marks: tuple
    text: str = ""
    note: str = ""


@dataclass(frozen=True)
class Line:
    tag: str
    pieces: list


@dataclass(frozen=True)
class List:
    tag: str
    items: list  # of lists of blocks


@dataclass(frozen=True)
class Cell:
    tag: str
    attributes: dict
    blocks: list


@dataclass(frozen=True)
class Table:
    caption: list  # of pieces
    head: list  # of rows, which are lists of cells
    body: list


def tidy(html):
    """``html`` in the one way to write it, sanitised. Empty where nothing remains."""
    return sanitise("".join(map(_block_html, blocks(html))))


def blocks(html):
    """The blocks of ``html``, sanitised."""
    return _blocks(BeautifulSoup(sanitise(html), "html.parser").children)


def _blocks(nodes, depth=0):
    found = []
    for is_block, group in groupby(_unwrapped(nodes, depth), _is_block):
        if is_block:
            for node in group:
                found += _block(node, depth + 1)
        elif pieces := _line(group, depth):
            found.append(Line("p", pieces))
    return _joined(found)


def _unwrapped(nodes, depth):
    """``nodes``, with the content of a mark in its place where it holds blocks."""
    for node in nodes:
        if getattr(node, "name", None) in MARKS and depth < _DEEPEST and node.find(_is_block):
            yield from _unwrapped(node.children, depth + 1)
        else:
            yield node


def _is_block(node):
    return getattr(node, "name", None) in _BLOCKS


def _joined(found):
    """Lists of one kind that follow each other are one list, as in Markdown."""
    joined = []
    for block in found:
        if isinstance(block, List) and joined and isinstance(joined[-1], List) and joined[-1].tag == block.tag:
            joined[-1] = List(block.tag, joined[-1].items + block.items)
        else:
            joined.append(block)
    return joined


def _block(node, depth):
    """The blocks that ``node``, a block element, stands for."""
    if depth > _DEEPEST:
        pieces = _line([NavigableString(node.get_text(" "))], depth)
        return [Line("p", pieces)] if pieces else []
    if node.name in LISTS:
        items = [_blocks([item] if item.name != "li" else item.children, depth) for item in node.children]
        return [List(node.name, items)] if (items := [item for item in items if item]) else []
    if node.name == "table":
        return _table(node, depth)
    if node.name in HEADINGS:
        pieces = _line(node.children, depth, breaks=False)
        return [Line(node.name, pieces)] if pieces else []
    return _blocks(node.children, depth)


def _table(node, depth):
    caption = node.find("caption", recursive=False)
    rows = [
        [
            Cell(cell.name, _spans(cell), _blocks(cell.children, depth))
            for cell in row.find_all(["th", "td"], recursive=False)
        ]
        for row in node.find_all("tr")
        if row.find_parent("table") is node
    ]
    rows = [row for row in rows if row]
    if not any(cell.blocks for row in rows for cell in row):
        return _blocks(caption.children, depth) if caption else []
    in_head = len(node.select(":scope > thead > tr"))
    if not in_head and all(cell.tag == "th" for cell in rows[0]):
        in_head = 1
    head = [row for row in rows[:in_head] if any(cell.blocks for cell in row)]
    return [Table(_line(caption.children, depth) if caption else [], head, rows[in_head:])]


def _spans(cell):
    return {name: value for name, value in cell.attrs.items() if not (name.endswith("span") and value == "1")}


def _line(nodes, depth, breaks=True):
    """The pieces of one line. White space has the marks that stay open across it."""
    groups = [(gap, list(group)) for gap, group in groupby(_pieces(nodes, (), depth), _is_gap)]
    if groups and groups[0][0]:
        del groups[0]
    if groups and groups[-1][0]:
        del groups[-1]
    pieces = []
    for index, (gap, group) in enumerate(groups):
        if gap:
            group = [Piece(_shared(pieces[-1].marks, groups[index + 1][1][0].marks), _gap(group, breaks))]
        for piece in group:
            if pieces and piece.text and pieces[-1].text and pieces[-1].marks == piece.marks:
                pieces[-1] = Piece(piece.marks, pieces[-1].text + piece.text)
            else:
                pieces.append(piece)
    return pieces


def _shared(before, after):
    return tuple(mark for mark, _ in takewhile(lambda pair: pair[0] == pair[1], zip(before, after, strict=False)))


def _is_gap(piece):
    return piece.text.isspace()


def _gap(group, breaks):
    together = "".join(piece.text for piece in group)
    if "\n" in together and breaks:
        return "\n" * together.count("\n")
    return together if together == "\xa0" else " "


def _pieces(nodes, marks, depth):
    for node in nodes:
        if isinstance(node, NavigableString):
            for part in _PARTS.findall(node):
                yield Piece(marks, part if part == "\xa0" or not part.isspace() else " ")
        elif node.name == "br":
            yield Piece(marks, "\n")
        elif node.name == "sup" and node.get("data-note"):
            yield Piece(marks, note=node["data-note"])
        elif depth > _DEEPEST:
            yield from _pieces([NavigableString(node.get_text(" "))], marks, depth)
        else:
            mark = (node.name, node.get("href", ""))
            known = node.name not in MARKS or node.name in dict(marks) or mark == ("a", "")
            yield from _pieces(node.children, marks if known else tuple(sorted({*marks, mark})), depth + 1)


def written(pieces, opening, closing, content):
    """The pieces as one string: ``content(piece)``, and ``opening(mark)``, ``closing(mark)`` around what is marked."""
    out, stack = [], []
    for piece in (*pieces, Piece(())):
        while stack and tuple(stack) != piece.marks[: len(stack)]:
            out.append(closing(stack.pop()))
        for mark in piece.marks[len(stack) :]:
            stack.append(mark)
            out.append(opening(mark))
        out.append(content(piece))
    return "".join(out)


def _line_html(pieces):
    return written(pieces, _open_tag, lambda mark: f"</{mark[0]}>", _piece_html)


def _open_tag(mark):
    tag, address = mark
    return f'<a href="{escape(address)}">' if tag == "a" else f"<{tag}>"


def _piece_html(piece):
    if piece.note:
        return f'<sup data-note="{escape(piece.note)}"></sup>'
    return escape(piece.text, quote=False).replace("\n", "<br>")


def _block_html(block):
    match block:
        case Line(tag, pieces):
            return f"<{tag}>{_line_html(pieces)}</{tag}>"
        case List(tag, items):
            return f"<{tag}>{''.join(f'<li>{_content_html(item)}</li>' for item in items)}</{tag}>"
        case Table(caption, head, body):
            caption = f"<caption>{_line_html(caption)}</caption>" if caption else ""
            return f"<table>{caption}{_rows_html('thead', head)}{_rows_html('tbody', body)}</table>"


def _rows_html(tag, rows):
    html = "".join(f"<tr>{''.join(map(_cell_html, row))}</tr>" for row in rows)
    return f"<{tag}>{html}</{tag}>" if rows else ""


def _cell_html(cell):
    attributes = "".join(f' {name}="{escape(value)}"' for name, value in sorted(cell.attributes.items()))
    return f"<{cell.tag}{attributes}>{_content_html(cell.blocks)}</{cell.tag}>"


def _content_html(inner):
    """What a list item or a cell holds: a first paragraph that is the only one stands without its element."""
    html = [_block_html(block) for block in inner]
    if [getattr(block, "tag", "") for block in inner].count("p") == 1 and inner[0].tag == "p":
        html[0] = _line_html(inner[0].pieces)
    return "".join(html)
