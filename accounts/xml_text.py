"""Words inside XML and HTML."""

import re
from html import escape as html_escape

_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def escape(words: str) -> str:
    """``words`` without the characters that XML cannot hold, and with none that it would read as its own."""
    return html_escape(_NOT_IN_XML.sub("", words))
