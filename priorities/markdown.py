"""Markdown in, rich text of our vocabulary out. Used for fixtures, imports and editing without JavaScript."""

import re

from markdown_it import MarkdownIt

from priorities.text import sanitise

_parser = MarkdownIt("commonmark", {"html": False}).enable("table")
_FOOTNOTE = re.compile(r"\[\^([\w-]+)\]")


def to_html(markdown, note_key=str):
    """Rich text for ``markdown``. ``[^1]`` becomes a reference to the note named ``note_key("1")``."""
    html = _parser.render(markdown)
    html = _FOOTNOTE.sub(lambda match: f'<sup data-note="{note_key(match[1])}"></sup>', html)
    return sanitise(html).strip()
