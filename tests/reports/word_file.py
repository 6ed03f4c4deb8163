"""A Word file read without the code that made it: its parts, its words in order, and what is wrong with it."""

import posixpath
import re
import xml.etree.ElementTree as ET
import zipfile
from io import BytesIO

from report_words import squeezed

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
TYPES = "{http://schemas.openxmlformats.org/package/2006/content-types}"
RELATIONSHIPS = "{http://schemas.openxmlformats.org/package/2006/relationships}"

# The order of child elements that ECMA-376 (part 1, annex A) lays down, as far as reports have them.
ORDER = {
    "document": "body",
    "tbl": "tblPr tblGrid tr",
    "tr": "trPr tc",
    "tblPr": "tblStyle tblW jc tblInd tblBorders shd tblLayout tblCellMar tblLook tblCaption tblDescription",
    "tcPr": "tcW gridSpan vMerge tcBorders shd",
    "pPr": "pStyle keepNext keepLines pageBreakBefore widowControl numPr pBdr tabs spacing ind jc outlineLvl sectPr",
    "numPr": "ilvl numId",
    "rPr": "rStyle rFonts b bCs i iCs color sz szCs u vertAlign lang",
    "sectPr": "headerReference footerReference type pgSz pgMar cols titlePg",
    "style": "name basedOn next qFormat pPr rPr tblPr tcPr tblStylePr",
    "tblStylePr": "pPr rPr tblPr trPr tcPr",
    "tblBorders": "top left bottom right insideH insideV",
    "tcBorders": "top left bottom right",
    "tblCellMar": "top left bottom right",
    "lvl": "start numFmt lvlText lvlJc pPr",
    "abstractNum": "multiLevelType lvl",
    "num": "abstractNumId lvlOverride",
    "numbering": "abstractNum num",
    "settings": "zoom updateFields footnotePr compat themeFontLang decimalSymbol listSeparator",
    "footnotePr": "footnote",
    "sdt": "sdtPr sdtContent",
    "docPartObj": "docPartGallery docPartUnique",
    "styles": "docDefaults style",
    "p": None,
}
FIRST_ALONE = {"p": "pPr", "r": "rPr", "tc": "tcPr"}


class WordFile:
    def __init__(self, content):
        with zipfile.ZipFile(BytesIO(content)) as archive:
            self.entries = archive.infolist()
            self.parts = {entry.filename: archive.read(entry) for entry in self.entries}
        self.trees = {
            name: ET.fromstring(content) for name, content in self.parts.items() if name.endswith((".xml", ".rels"))
        }
        self.body = self.trees["word/document.xml"][0]

    def all(self, name, part="word/document.xml"):
        return list(self.trees[part].iter(W + name))

    def footnotes(self):
        """{number in the file: its element} of the notes, without the separators."""
        found = {int(one.get(W + "id")): one for one in self.all("footnote", "word/footnotes.xml")}
        return {ident: one for ident, one in found.items() if ident > 0}

    def relationships(self, part):
        """{id: (kind, target, whether it is outside)} of a part."""
        name = posixpath.join(posixpath.dirname(part), "_rels", f"{posixpath.basename(part)}.rels")
        return {
            one.get("Id"): (one.get("Type").rpartition("/")[2], one.get("Target"), one.get("TargetMode") == "External")
            for one in self.trees.get(name, ())
        }

    def paragraphs(self, style):
        """The words of the paragraphs of one style, in order."""
        return [words(one) for one in self.all("p") if style_of(one) == style]

    def words(self):
        """The squeezed words in order of reading: numbers of notes where they are cited, notes at the section's end."""
        notes, read, cited, count = self.footnotes(), [], [], 0
        for element in self.trees["word/document.xml"].iter():
            if element.tag == W + "t":
                read.append(element.text or "")
            elif element.tag == W + "footnoteReference":
                cited.append(element)
                count += 1
                read.append(str(count))
            elif element.tag == W + "sectPr":
                read += [words(notes[int(one.get(W + "id"))]) for one in cited]
                cited = []
        return squeezed("".join(read))


def words(element):
    return "".join(one.text or "" for one in element.iter(W + "t"))


def style_of(paragraph):
    style = paragraph.find(f"{W}pPr/{W}pStyle")
    return "" if style is None else style.get(W + "val")


def faults(content):
    """What Word or another reader could stumble over, in words; [] for a sound file."""
    file = WordFile(content)
    found = [*_package_faults(file)]
    for name, tree in file.trees.items():
        if name.startswith("word/") and name.endswith(".xml"):
            found += [f"{name}: {fault}" for fault in _part_faults(file, name, tree)]
    return found


def _package_faults(file):
    if file.entries[0].filename != "[Content_Types].xml":
        yield "the content types do not come first"
    types = file.trees["[Content_Types].xml"]
    overridden = {one.get("PartName") for one in types.iter(TYPES + "Override")}
    extensions = {one.get("Extension") for one in types.iter(TYPES + "Default")}
    for name in file.parts:
        if name.endswith(".xml") and name != "[Content_Types].xml" and f"/{name}" not in overridden:
            yield f"{name} has no content type"
        if name.rpartition(".")[2] not in extensions:
            yield f"{name} has an unknown extension"
    yield from (f"{name} is named but is not there" for name in overridden if name[1:] not in file.parts)
    for name in [name for name in file.parts if name.endswith(".rels")]:
        source = posixpath.join(posixpath.dirname(posixpath.dirname(name)), posixpath.basename(name)[: -len(".rels")])
        for kind, target, outside in file.relationships(source).values():
            if outside and (kind != "hyperlink" or not re.match(r"(?:https?://|mailto:)\S+$", target)):
                yield f"{source} leads outside to {target}"
            if not outside and posixpath.join(posixpath.dirname(source), target) not in file.parts:
                yield f"{source} names {target}, which is not there"


def _part_faults(file, name, tree):
    styles = {one.get(W + "styleId") for one in file.all("style", "word/styles.xml")}
    lists = {one.get(W + "numId") for one in file.all("num", "word/numbering.xml")}
    known, used = file.relationships(name), set()
    idents, bookmarks = [], set(file_bookmarks(file))
    for element in tree.iter():
        kind = element.tag.removeprefix(W)
        yield from _order_faults(kind, [child.tag.removeprefix(W) for child in element])
        value = element.get(W + "val")
        if kind in {"pStyle", "rStyle", "tblStyle", "basedOn", "next"} and value not in styles:
            yield f"style {value} is not defined"
        if kind == "numId" and value not in lists:
            yield f"list {value} is not defined"
        used |= {text for attribute, text in element.attrib.items() if attribute.startswith(R)}
        if kind == "hyperlink" and element.get(W + "anchor", next(iter(bookmarks), "")) not in bookmarks:
            yield f"a link leads to {element.get(W + 'anchor')}, which is not there"
        if kind == "instrText" and re.search(r"NOTEREF (\S+)", element.text or ""):
            target = element.text.split()[1]
            if target not in bookmarks:
                yield f"a field names {target}, which is not there"
        if kind in {"bookmarkStart", "docPr"} or element.tag.endswith("}docPr"):
            idents.append(element.get(W + "id") or element.get("id"))
        if kind == "tbl":
            yield from _table_faults(element)
    if len(idents) != len(set(idents)):
        yield "an id occurs twice"
    if used - set(known):
        yield f"relationships {used - set(known)} are not there"
    if name == "word/document.xml":
        cited = [int(one.get(W + "id")) for one in tree.iter(W + "footnoteReference")]
        if sorted(cited) != sorted(file.footnotes()):
            yield "the footnotes and the references to them differ"
        yield from _field_faults(tree)


def file_bookmarks(file):
    return [one.get(W + "name") for one in file.all("bookmarkStart")]


def _order_faults(kind, children):
    if ORDER.get(kind):
        order = ORDER[kind].split()
        places = [order.index(child) if child in order else -1 for child in children]
        if places != sorted(places) or -1 in places:
            yield f"{kind} holds {children}"
    first = FIRST_ALONE.get(kind)
    if first in children[1:]:
        yield f"{kind} holds {first} after other elements"
    if kind == "tc" and children[-1:] != ["p"]:
        yield "a cell does not end in a paragraph"


def _table_faults(table):
    columns = len(table.findall(f"{W}tblGrid/{W}gridCol"))
    for row in table.findall(W + "tr"):
        spans = [cell.find(f"{W}tcPr/{W}gridSpan") for cell in row.findall(W + "tc")]
        if sum(1 if span is None else int(span.get(W + "val")) for span in spans) != columns:
            yield f"a row does not fill {columns} columns"
    if not 1 <= columns <= 63:
        yield f"a table has {columns} columns"


def _field_faults(tree):
    open_fields = 0
    for one in tree.iter(W + "fldChar"):
        open_fields += {"begin": 1, "separate": 0, "end": -1}[one.get(W + "fldCharType")]
        if open_fields < 0:
            yield "a field ends that has not begun"
    if open_fields:
        yield "a field does not end"
