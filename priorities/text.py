"""The one vocabulary of rich text: what is allowed, and how text is cleaned and read.

Text is stored as HTML of p, ul, ol, li, strong, em, a, h3, h4, table and its parts, and note references:
``<sup data-note="KEY"></sup>`` names a Note of the same priority; its number is made when the text is shown.
"""

import re
from html import unescape

import nh3
from django.db import models

TAGS = {"p", "ul", "ol", "li", "strong", "em", "a", "h3", "h4", "sup", "br"} | {
    "table",
    "caption",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
}
ATTRIBUTES = {"a": {"href"}, "sup": {"data-note"}, "th": {"scope", "colspan", "rowspan"}, "td": {"colspan", "rowspan"}}
_NOTE_REFERENCE = re.compile(r'<sup data-note="([^"]+)"></sup>')
_BLOCK_END = re.compile(r"</(?:p|li|h3|h4|td|th|caption)>|<br>")
_TAG = re.compile(r"<[^>]+>")


def sanitise(html):
    """``html`` with everything outside the vocabulary taken out. Safe to show."""
    return nh3.clean(html, tags=TAGS, attributes=ATTRIBUTES, url_schemes={"http", "https", "mailto"}, link_rel=None)


def note_keys(html):
    """The keys of the notes that the text refers to, in order, repeats included."""
    return _NOTE_REFERENCE.findall(html)


def replace_note_references(html, replacement):
    """``html`` with each note reference replaced by ``replacement(key)``."""
    return _NOTE_REFERENCE.sub(lambda match: replacement(match[1]), html)


def shift_headings(html, by):
    """``html`` with each heading ``by`` levels lower, so that it fits below the heading of its place."""
    return re.sub(r"<(/?)h([34])>", lambda match: f"<{match[1]}h{int(match[2]) + by}>", html)


def plain(html):
    """The words of the text, one line a block, without note references."""
    lines = _BLOCK_END.split(_NOTE_REFERENCE.sub("", html))
    words = (" ".join(unescape(_TAG.sub("", line)).split()) for line in lines)
    return "\n".join(line for line in words if line)


class RichTextField(models.TextField):
    """Rich text of the vocabulary, cleaned on its way into the database."""

    def get_prep_value(self, value):
        value = super().get_prep_value(value)
        return sanitise(value) if value else value
