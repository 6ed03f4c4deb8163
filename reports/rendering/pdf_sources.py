"""Which HTML element each structure element of a PDF was made from. WeasyPrint keeps the tag's name alone.

Leans on the pinned WeasyPrint: ``weasyprint.pdf.tags._build_box_tree`` makes the structure elements of one box.
"""

import contextlib
from typing import NamedTuple


class Source(NamedTuple):
    """``element`` is the HTML element, ``tag`` its name, with "::marker" and the like for what CSS adds."""

    element: object
    tag: str

    @property
    def classes(self):
        return self.element.get("class", "").split()


@contextlib.contextmanager
def remember_sources():
    """While it lasts, fills the yielded dict: {number of the structure element's PDF object: Source}."""
    from weasyprint.pdf import tags

    sources = {}
    build = tags._build_box_tree

    def build_and_remember(box, *rest):
        placed = getattr(box, "_box", box)
        for made in build(box, *rest):
            if placed.element is not None:
                sources.setdefault(made.number, Source(placed.element, placed.element_tag))
            yield made

    tags._build_box_tree = build_and_remember
    try:
        yield sources
    finally:
        tags._build_box_tree = build


def name_of(link):
    """What a reader hears of the HTML link: its label, or else its words."""
    return link.get("aria-label") or " ".join("".join(link.itertext()).split())
