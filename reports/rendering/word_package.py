"""The package of parts that a Word file is (ECMA-376, part 2): relationships, content types, the ZIP file."""

from pathlib import Path

from accounts.xml_text import escape
from accounts.zipped import zipped
from reports.rendering import word_xml as xml

PARTS = Path(__file__).parent / "word"

_TYPES = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_PROPERTIES = "application/vnd.openxmlformats-package.core-properties+xml"

# The list of bullets in numbering.xml; each numbered list is one more.
BULLETS = 1
_NUMBERED_FORM = 1


class Relationships:
    """What one part names beside itself: other parts, and addresses outside."""

    def __init__(self):
        self._all = []
        self._outside = {}

    def part(self, kind, target):
        """The id of the relationship to the part ``target``."""
        return self._add(kind, target, "")

    def outside(self, address):
        """The id of the relationship to an address outside the package; one for each address."""
        if address not in self._outside:
            self._outside[address] = self._add("hyperlink", address, ' TargetMode="External"')
        return self._outside[address]

    def _add(self, kind, target, mode):
        ident = f"rId{len(self._all) + 1}"
        self._all.append(f'<Relationship Id="{ident}" Type="{_OFFICE}/{kind}" Target="{escape(target)}"{mode}/>')
        return ident

    def written(self):
        namespace = f'xmlns="{_PACKAGE}/relationships"'
        return f"{xml.DECLARATION}<Relationships {namespace}>{''.join(self._all)}</Relationships>"


class Package:
    """A Word file in the making: what its text needs beside it."""

    def __init__(self):
        self.links = Relationships()
        self.note_links = Relationships()
        self._parts = {}
        self._pictures = []
        self._footnotes = []
        self._numbered_lists = 0
        self._idents = 0
        for name in ("styles", "settings", "numbering", "footnotes"):
            self.links.part(name, f"{name}.xml")

    def ident(self):
        """A number that no other bookmark or picture of the document has."""
        self._idents += 1
        return self._idents

    def numbered_list(self):
        """The number of a new list that counts from 1."""
        self._numbered_lists += 1
        return BULLETS + self._numbered_lists

    def picture(self, png):
        """The relationship of a new picture."""
        self._pictures.append(png)
        return self.links.part("image", f"media/image{len(self._pictures)}.png")

    def margin(self, kind, content):
        """The relationship of a new ``kind``, "header" or "footer", of paragraphs."""
        name = f"{kind}{sum(one.startswith(kind) for one in self._parts) + 1}.xml"
        self._parts[name] = (kind, xml.part("w:hdr" if kind == "header" else "w:ftr", content))
        return self.links.part(kind, name)

    @property
    def footnotes(self):
        """How many there are so far."""
        return len(self._footnotes)

    def footnote(self, content):
        """The number of a new footnote of paragraphs."""
        self._footnotes.append(content)
        return len(self._footnotes)

    def written(self, body, properties):
        """The whole file, with the document's ``body`` and the text of docProps/core.xml."""
        parts = {
            "document.xml": ("document.main", xml.part("w:document", f"<w:body>{body}</w:body>")),
            "styles.xml": ("styles", (PARTS / "styles.xml").read_text(encoding="utf-8")),
            "settings.xml": ("settings", (PARTS / "settings.xml").read_text(encoding="utf-8")),
            "numbering.xml": ("numbering", self._numbering()),
            "footnotes.xml": ("footnotes", self._footnotes_part()),
            **self._parts,
        }
        files = {"[Content_Types].xml": _content_types(parts), "_rels/.rels": _root(), "docProps/core.xml": properties}
        files |= {f"word/{name}": content for name, (_, content) in parts.items()}
        files["word/_rels/document.xml.rels"] = self.links.written()
        files["word/_rels/footnotes.xml.rels"] = self.note_links.written()
        encoded = [(name, content.encode()) for name, content in files.items()]
        pictures = [(f"word/media/image{place}.png", png) for place, png in enumerate(self._pictures, start=1)]
        return zipped([*encoded, *pictures], stored={name for name, _ in pictures})

    def _numbering(self):
        lists = "".join(
            f'<w:num w:numId="{BULLETS + place}"><w:abstractNumId w:val="{_NUMBERED_FORM}"/>{_FROM_ONE}</w:num>'
            for place in range(1, self._numbered_lists + 1)
        )
        forms = (PARTS / "numbering.xml").read_text(encoding="utf-8")
        return forms.replace("</w:numbering>", f"{lists}</w:numbering>")

    def _footnotes_part(self):
        separators = "".join(
            f'<w:footnote w:type="{kind}" w:id="{ident}"><w:p><w:pPr><w:spacing w:after="0"/></w:pPr>'
            f"<w:r><w:{kind}/></w:r></w:p></w:footnote>"
            for kind, ident in (("separator", -1), ("continuationSeparator", 0))
        )
        notes = "".join(
            f'<w:footnote w:id="{ident}">{content}</w:footnote>'
            for ident, content in enumerate(self._footnotes, start=1)
        )
        return xml.part("w:footnotes", separators + notes)


_FROM_ONE = "".join(
    f'<w:lvlOverride w:ilvl="{level}"><w:startOverride w:val="1"/></w:lvlOverride>' for level in range(9)
)


def _content_types(parts):
    overrides = "".join(
        f'<Override PartName="/word/{name}" ContentType="{_TYPES}.{kind}+xml"/>' for name, (kind, _) in parts.items()
    )
    return (
        f'{xml.DECLARATION}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/><Default Extension="png" ContentType="image/png"/>'
        f'{overrides}<Override PartName="/docProps/core.xml" ContentType="{_PROPERTIES}"/></Types>'
    )


def _root():
    return (
        f'{xml.DECLARATION}<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="word/document.xml"/>'
        f'<Relationship Id="rId2" Type="{_PACKAGE}/relationships/metadata/core-properties" '
        'Target="docProps/core.xml"/></Relationships>'
    )
