"""What WeasyPrint's PDF/UA lacks, put in afterwards: see each rule of ``_Mending``."""

import re
from io import BytesIO

import pikepdf
from pikepdf import Array, Dictionary, Name, String

from reports.rendering.pdf_joins import Joiner, is_annotation, is_element, role
from reports.rendering.pdf_sources import name_of

_MARKED = re.compile(rb"/\w+\s<</MCID (\d+)>>\sBDC")
_ARTIFACT = b"/Artifact <</Type /Pagination>> BDC"
_POINTS_IN_A_PIXEL = 0.75
_PRINTED = 4


def mend(pdf, sources):
    """The PDF with a complete structure. ``sources`` is what ``pdf_sources.remember_sources`` gathered."""
    with pikepdf.open(BytesIO(pdf)) as opened:
        _Mending(opened, sources).run()
        out = BytesIO()
        opened.save(out, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return out.getvalue()


class _Mending:
    def __init__(self, pdf, sources):
        self.pdf = pdf
        self.sources = sources
        self.root = pdf.Root.StructTreeRoot
        self.reached = set()
        self.ids = {}
        self.rules = {
            "TH": self._header_cell,
            "TD": self._cell,
            "Figure": self._figure,
            "L": self._list,
            "LI": self._item,
            "Link": self._link,
            "NonStruct": self._part_of_link,
        }

    def run(self):
        joiner = Joiner(self.sources)
        (document,) = self.root.K
        joiner.join_pages(document)
        self.same = joiner.same
        self._visit(document)
        self._set_apart_what_is_not_content()
        self.root.IDTree = self.pdf.make_indirect(Dictionary(Names=self._id_names()))

    def _visit(self, element):
        """Apply the rules to ``element``, then to its children."""
        self.reached.add(element.objgen)
        rule = self.rules.get(role(element))
        if rule:
            rule(element)
        if "/ID" in element:
            self.ids[bytes(element.ID)] = element
        for kid in element.K:
            if is_element(kid):
                self._visit(kid)

    def _source(self, element):
        return self.sources[element.objgen[0]]

    def _header_cell(self, cell):
        """Readers that do not follow Headers need the scope."""
        in_head = role(cell.P.P) == "THead"
        scope = self._source(cell).element.get("scope") or ("col" if in_head else "row")
        cell.A.Scope = Name.Row if scope.startswith("row") else Name.Column

    def _cell(self, cell):
        """A cell on a later page names the headers on the first one."""
        if "/Headers" in cell.A:
            named = [self.same.get(bytes(header), header) for header in cell.A.Headers]
            cell.A.Headers = Array(named)

    def _figure(self, figure):
        """From CSS pixels below the top left corner to points above the bottom left one."""
        left, top, right, bottom = (float(length) * _POINTS_IN_A_PIXEL for length in figure.A.BBox)
        height = float(figure.Pg.MediaBox[3])
        figure.A.BBox = Array([round(length, 2) for length in (left, height - bottom, right, height - top)])

    def _list(self, element):
        source = self._source(element)
        if "app-report__entries" in source.classes:
            self._contents(element)
            return
        numbering = Name.Decimal if source.tag == "ol" else Name.Disc
        if "app-report__unnumbered" in source.classes:
            numbering = Name("/None")
        element.A = Dictionary(O=Name.List, ListNumbering=numbering)

    def _contents(self, entries):
        """A list of contents is a TOC of TOCI, each a Reference of link and page number, and the TOC below it."""
        entries.S = Name.TOC
        for entry in entries.K:
            entry.S = Name.TOCI
            parts = [part for body in entry.K for part in body.K]
            for part in parts:
                part.P = entry
                if role(part) == "Span":
                    part.S = Name.Reference
            entry.K = Array(parts)

    def _item(self, item):
        """An item is one label and one body. The body of an endnote is a Note, which must have an ID."""
        label = [kid for kid in item.K if role(kid) == "Lbl"]
        bodies = [kid for kid in item.K if role(kid) != "Lbl"]
        body = bodies[0] if len(bodies) == 1 and role(bodies[0]) == "LBody" else self._element(Name.LBody, item, bodies)
        item.K = Array([*label, body])
        source = self._source(item)
        if "app-report__note" in source.classes:
            note = self._element(Name.Note, body, body.K)
            note.ID = String(source.element.get("id"))
            body.K = Array([note])

    def _element(self, kind, parent, kids):
        """A new structure element around ``kids``."""
        made = self.pdf.make_indirect(Dictionary(Type=Name.StructElem, S=kind, P=parent, K=Array(kids)))
        for kid in made.K:
            kid.P = made
        return made

    def _link(self, link):
        """A link says where it leads; WeasyPrint writes the target's id. A note's number is a Reference."""
        anchor = self._source(link).element
        for kid in link.K:
            if is_annotation(kid):
                self._name(kid.Obj, anchor)
        if anchor.get("aria-label"):
            link.Alt = String(anchor.get("aria-label"))
        if anchor.get("role") == "doc-noteref" and role(link.P) == "NonStruct":
            link.P.S = Name.Reference

    def _part_of_link(self, element):
        """Emphasised words in a link have an annotation of their own, which belongs to the link."""
        annotations = [kid for kid in element.K if is_annotation(kid)]
        if not annotations:
            return
        element.K = Array([kid for kid in element.K if not is_annotation(kid)])
        link = element.P
        while role(link) != "Link":
            link = link.P
        numbers = self.root.ParentTree.Nums
        for kid in annotations:
            link.K.append(kid)
            self._name(kid.Obj, self._source(link).element)
            place = next(at for at in range(0, len(numbers), 2) if numbers[at] == kid.Obj.StructParent)
            numbers[place + 1] = link

    def _name(self, annotation, anchor):
        annotation.Contents = String(name_of(anchor))
        annotation.F = _PRINTED

    def _set_apart_what_is_not_content(self):
        """Page headers, page footers and repeated header rows are artifacts, outside the structure."""
        numbers = list(self.root.ParentTree.Nums)
        for page, elements in zip(self.pdf.pages, numbers[1::2], strict=False):
            unreached = {mcid for mcid, element in enumerate(elements) if element.objgen not in self.reached}
            for mcid in unreached:
                elements[mcid] = None
            content = page.Contents.read_bytes()
            page.Contents.write(_MARKED.sub(lambda mark, gone=unreached: _artifact(mark, gone), content))

    def _id_names(self):
        return Array([part for ident in sorted(self.ids) for part in (String(ident), self.ids[ident])])


def _artifact(mark, unreached):
    return _ARTIFACT if int(mark[1]) in unreached else mark[0]
