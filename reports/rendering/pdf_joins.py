"""Whole elements again: WeasyPrint tags the parts of a table, list or paragraph on two pages as two of them."""

from pikepdf import Array, Dictionary

# Their content is numbered by page, so that parts on two pages stay two elements.
_APART = {"Link", "Figure"}


class Joiner:
    """Joins the parts of each element that was cut by a page's end.

    The header rows that later pages repeat go. ``same`` maps the ID of a structure element that went to that of the
    one which stands for it.
    """

    def __init__(self, sources):
        self.sources = sources
        self.same = {}

    def join_pages(self, document):
        """Join what the pages hold, directly below the structure element ``document``."""
        parts = list(document.K)
        document.K = Array()
        self._add(document, parts)

    def _add(self, whole, parts):
        kids = {self._key(kid): kid for kid in whole.K if is_element(kid)}
        for part in parts:
            key = self._key(part) if is_element(part) else None
            begun = kids.get(key) if key else None
            if begun is None:
                self._adopt(whole, part)
                if key:
                    kids[key] = part
            elif role(part) == "THead":
                self._replace(part, begun)
            else:
                self._replace_id(part, begun)
                self._add(begun, list(part.K))

    def _key(self, element):
        """The same for all parts of one HTML element; None where parts must stay apart."""
        source = self.sources.get(element.objgen[0])
        if source is None or role(element) in _APART:
            return None
        return id(source.element), source.tag, role(element)

    def _adopt(self, whole, part):
        whole.K.append(part)
        if is_element(part):
            part.P = whole

    def _replace(self, part, begun):
        """Let the header cells of ``begun`` stand for those of its repetition ``part``."""
        for first, again in zip(header_cells(begun), header_cells(part), strict=True):
            self._replace_id(again, first)

    def _replace_id(self, gone, kept):
        if "/ID" in gone and "/ID" in kept:
            self.same[bytes(gone.ID)] = kept.ID


def is_element(kid):
    return isinstance(kid, Dictionary) and "/S" in kid


def is_annotation(kid):
    """Whether it is a reference to the clickable area of a link."""
    return isinstance(kid, Dictionary) and kid.get("/Type") == "/OBJR"


def role(element):
    """Its kind: "P", "Table", "LI" and so on."""
    return str(element.S).removeprefix("/")


def header_cells(head):
    return [cell for row in head.K for cell in row.K if is_element(cell)]
