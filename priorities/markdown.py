"""Markdown in, rich text of our vocabulary out, and back. Used for fixtures, imports and editing without JavaScript.

Of Markdown, only what the vocabulary has is read; everything else stands as it was typed, so that no word is lost.
Markdown cannot say cells that span, row headings, captions, line breaks or several paragraphs in a cell, and line
breaks in a heading: ``to_markdown`` keeps their words and gives up the form.
"""

import re
from itertools import count

from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.rules_block import paragraph

from priorities import tidy
from priorities.text import sanitise

_NOTE = re.compile(r"\[\^([\w-]+)\]")
_OTHER_NUMBER = re.compile(r"0*(?!0*1[.)])\d+[.)](\s|$)")
_NOT_READ = ["blockquote", "code", "fence", "hr", "lheading", "reference", "backticks", "image"]


def _note(state, silent):
    """``[^KEY]``, read before links are."""
    match = _NOTE.match(state.src, state.pos)
    if match and not silent:
        state.push("note", "sup", 0).meta["key"] = match[1]
    if match:
        state.pos = match.end()
    return bool(match)


def _list_from_other_number(state, line, end, silent):
    """A list counts from 1. "2019. A good year" and "3. The third" are paragraphs."""
    start = state.bMarks[line] + state.tShift[line]
    if silent or not _OTHER_NUMBER.match(state.src, start):
        return False
    return paragraph(state, line, end, silent)


def _heading(self, tokens, index, options, env):
    level = 3 if tokens[index].tag in ("h1", "h2", "h3") else 4
    return f"<h{level}>" if tokens[index].nesting > 0 else f"</h{level}>\n"


def _parser(**options):
    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": 100} | options)
    parser.enable("table").disable(_NOT_READ)
    parser.inline.ruler.before("link", "note", _note)
    parser.block.ruler.before("list", "list_from_other_number", _list_from_other_number)
    parser.add_render_rule("heading_open", _heading)
    parser.add_render_rule("heading_close", _heading)
    parser.add_render_rule("note", _note_html)
    parser.normalizeLink = str
    parser.normalizeLinkText = str
    return parser


def _note_html(self, tokens, index, options, env):
    return f'<sup data-note="{escapeHtml(env["note_key"](tokens[index].meta["key"]))}"></sup>'


_prose, _typed = _parser(), _parser(breaks=True)


def to_html(markdown, note_key=str, typed=False):
    """Rich text for ``markdown``. ``[^1]`` becomes a reference to the note named ``note_key("1")``.

    With ``typed``, for a text that a person types into a form, each new line is a line of its own.
    """
    parser = _typed if typed else _prose
    return sanitise(parser.render(markdown, {"note_key": note_key})).strip()


def to_markdown(html):
    """Markdown for rich text: ``to_html(…, typed=True)`` of it means the same as ``html``, and reads as if typed."""
    return "\n\n".join(map(_block, tidy.blocks(html)))


# Marks for bold and italic, until it is known what stands beside them.
_SIGNS = {"strong": ("\ue000", "\ue001"), "em": ("\ue002", "\ue003")}
_SIGN = re.compile("[\ue000-\ue003]")
_LETTER = r"[^\s!-/:-@\[-`{-~\ue000-\ue003]"  # or any sign beyond ASCII, to be safe
# CommonMark takes ** and _ for marks only beside a space or a punctuation sign; a letter there is written as one.
_BESIDE_MARK = re.compile(
    rf"{_LETTER}(?=\ue002|\ue000[\W_])|(?:(?<=\ue003)|(?<=[\W_]\ue001)){_LETTER}",
)
_SPECIAL = re.compile(r"[\\*_\[\]`|]|<(?=[a-zA-Z])|&(?=[#a-zA-Z])|!(?=$)|(?<!.)[:^]")
_LINE_START = re.compile(r"^([-+#>~=]|\d{1,9}(?=[.)](?:\s|$)))", re.MULTILINE)
_ADDRESS_SPECIAL = re.compile(r"[\\<>|*_`]|&(?=[#a-zA-Z])")


def _inline(pieces):
    text = tidy.written(pieces, _opening, _closing, _content)
    while (safe := _BESIDE_MARK.sub(lambda match: f"&#{ord(match[0])};", text)) != text:
        text = safe
    return _SIGN.sub(lambda match: "**" if match[0] < "\ue002" else "_", text)


def _opening(mark):
    return "[" if mark[0] == "a" else _SIGNS[mark[0]][0]


def _closing(mark):
    tag, address = mark
    if tag != "a":
        return _SIGNS[tag][1]
    safe = _ADDRESS_SPECIAL.sub(r"\\\g<0>", address)
    return f"](<{safe}>)" if re.search(r"[\s()]", address) else f"]({safe})"


def _content(piece):
    if piece.note:
        return f"[^{piece.note}]"
    return _SPECIAL.sub(r"\\\g<0>", _SIGN.sub("", piece.text))


def _line(pieces):
    def escape_start(match):
        return match[1] + "\\" if match[1][0].isdigit() else "\\" + match[1]

    # An empty line would end the paragraph; a lone backslash there is a line break too.
    return re.sub(r"\n(?=\n)", r"\n\\", _LINE_START.sub(escape_start, _inline(pieces)))


def _block(block):
    match block:
        case tidy.Line("p", pieces):
            return _line(pieces)
        case tidy.Line(tag, pieces):
            # Signs "#" at the end would close the heading.
            return "#" * int(tag[1]) + " " + re.sub(r"#(?=#*$)", r"\#", _inline(pieces))
        case tidy.List(tag, items):
            markers = ("- " for _ in items) if tag == "ul" else (f"{number}. " for number in count(1))
            return "\n".join(map(_item, markers, items))
        case tidy.Table(caption, head, body):
            return _table(caption, head, body)


def _item(marker, inner):
    only_lists_follow = all(isinstance(block, tidy.List) for block in inner[1:])
    text = ("\n" if only_lists_follow else "\n\n").join(map(_block, inner))
    return marker + re.sub(r"\n(?!\n)", "\n" + " " * len(marker), text)


def _table(caption, head, body):
    above = f"{_line(caption)}\n\n" if caption else ""
    heading, rows = head[:1], head[1:] + body
    width = max(map(len, heading + rows))
    lines = [[_cell(cell) for cell in row] + [""] * (width - len(row)) for row in heading or [[]]]
    lines.append(["---"] * width)
    lines += [[_cell(cell) for cell in row] for row in rows]
    return above + "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(cell):
    return " ".join(_words(cell.blocks)).replace("\n", " ")


def _words(inner):
    """The lines of blocks, one after the other."""
    for block in inner:
        match block:
            case tidy.Line(_, pieces):
                yield _inline(pieces)
            case tidy.List(_, items):
                for item in items:
                    yield from _words(item)
            case tidy.Table(caption, head, body):
                yield _inline(caption)
                for row in head + body:
                    for cell in row:
                        yield from _words(cell.blocks)
