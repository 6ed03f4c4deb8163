"""What Word and Outlook leave in pasted text, put right.

Word writes a list as paragraphs that begin with a bullet sign and non-breaking spaces, and a note as a link to an
anchor that is not part of the text.
"""

import re
from itertools import groupby

from bs4 import BeautifulSoup, NavigableString

# "o" and "§" are letters of Word's own fonts. As words ("§ 17", "o'clock") they stand before one plain space at most.
_BULLET = re.compile(r"\s*(?:[·•]\s*|[o§](?:\s{2,}|\s*\xa0\s*))")
_NAMES = {"b": "strong", "i": "em", "h1": "h3", "h2": "h3", "h5": "h4", "h6": "h4"}


def repair(html):
    """``html`` of any origin, with lists for paragraphs with bullet signs and without links into the same page."""
    soup = BeautifulSoup(html, "html.parser")
    for element in soup.find_all(list(_NAMES)):
        element.name = _NAMES[element.name]
    for link in soup.find_all("a", href=re.compile(r"^\s*#")):
        link.unwrap()
    paragraphs = [node for node in soup.find_all("p") if _bullet(node)]
    for parent in {id(node.parent): node.parent for node in paragraphs}.values():
        _make_lists(soup, parent)
    return str(soup)


def _bullet(node):
    """The text at the start of ``node`` that stands for a bullet, or nothing."""
    if getattr(node, "name", None) != "p":
        return ""
    match = _BULLET.match(node.get_text())
    return match[0] if match else ""


def _make_lists(soup, parent):
    """A list for each run of paragraphs with bullets in ``parent``. White space and empty paragraphs do not end it."""
    children = [node for node in parent.children if node.get_text().strip()]
    for has_bullet, group in groupby(children, lambda node: bool(_bullet(node))):
        if has_bullet:
            paragraphs = list(group)
            bullets = soup.new_tag("ul")
            paragraphs[0].insert_before(bullets)
            for paragraph in paragraphs:
                _drop_start(paragraph, len(_bullet(paragraph)))
                paragraph.name, paragraph.attrs = "li", {}
                bullets.append(paragraph.extract())


def _drop_start(node, length):
    """Takes the first ``length`` characters of text out of ``node``."""
    for text in node.find_all(string=lambda text: type(text) is NavigableString):  # comments and the like are not
        taken = min(length, len(text))
        text.replace_with(NavigableString(text[taken:]))
        length -= taken
