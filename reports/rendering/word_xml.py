"""The XML of Word documents (ECMA-376), as text: runs, paragraphs, tables, fields and pictures.

Whatever is not XML already goes in through ``escape``. Lengths on a page are twips, 1,440 to the inch, unless it says
otherwise.
"""

from accounts.xml_text import escape

NAMESPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)
DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'

_EMU_IN_A_TWIP = 635
_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006"


def part(element, content):
    """A whole part of the package: its root ``element``, such as "w:footnotes", around ``content``."""
    return f"{DECLARATION}<{element} {NAMESPACES}>{content}</{element}>"


def run(text, *, style="", bold=False, italic=False):
    """Words in one character style, "" for none. A newline is a line break."""
    if not text:
        return ""
    properties = f'<w:rStyle w:val="{style}"/>' if style else ""
    properties += "<w:b/>" * bold + "<w:i/>" * italic
    lines = '</w:t><w:br/><w:t xml:space="preserve">'.join(escape(text).split("\n"))
    return f'<w:r>{_properties("w:rPr", properties)}<w:t xml:space="preserve">{lines}</w:t></w:r>'


def paragraph(content, style="", *, keep_next=False, numbered="", indent=0, section=""):
    """A paragraph of runs. ``numbered`` is what ``numbering`` gives; ``section`` ends a section of the document."""
    properties = f'<w:pStyle w:val="{style}"/>' if style else ""
    properties += "<w:keepNext/>" * keep_next + numbered
    properties += f'<w:ind w:left="{indent}"/>' if indent else ""
    return f"<w:p>{_properties('w:pPr', properties + section)}{content}</w:p>"


def numbering(number, level):
    """Membership of the list ``number`` at ``level``, from 0."""
    return f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>'


def bookmark(ident, name, content):
    return f'<w:bookmarkStart w:id="{ident}" w:name="{name}"/>{content}<w:bookmarkEnd w:id="{ident}"/>'


def link_inside(name, content):
    return f'<w:hyperlink w:anchor="{name}" w:history="1">{content}</w:hyperlink>'


def link_outside(relationship, content):
    return f'<w:hyperlink r:id="{relationship}" w:history="1">{content}</w:hyperlink>'


def field(instruction, content):
    """A field with the ``content``, runs, that stands there until Word works it out again."""
    return field_start(instruction) + content + FIELD_END


def field_start(instruction):
    return (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        f'<w:r><w:instrText xml:space="preserve"> {escape(instruction)} </w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
    )


FIELD_END = '<w:r><w:fldChar w:fldCharType="end"/></w:r>'


def table(widths, rows, *, words="", first_column=False):
    """A table of ``rows`` in columns of ``widths``. ``words`` tell what it is; ``first_column``: it names the rows."""
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    caption = f'<w:tblCaption w:val="{escape(words)}"/>' if words else ""
    # The first number says the same as the words after it, for older readers.
    look = "06A0" if first_column else "0620"
    return (
        f'<w:tbl><w:tblPr><w:tblStyle w:val="ReportTable"/><w:tblW w:w="{sum(widths)}" w:type="dxa"/>'
        f'<w:tblLayout w:type="fixed"/><w:tblLook w:val="{look}" w:firstRow="1" w:lastRow="0" '
        f'w:firstColumn="{int(first_column)}" w:lastColumn="0" w:noHBand="1" w:noVBand="1"/>{caption}</w:tblPr>'
        f"<w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>"
    )


def row(cells, *, header=False, whole=True):
    """A row. A ``header`` comes again on each page; a ``whole`` row stays on one page."""
    properties = "<w:cantSplit/>" * (header or whole) + "<w:tblHeader/>" * header
    return f"<w:tr>{_properties('w:trPr', properties)}{''.join(cells)}</w:tr>"


def cell(width, content, *, span=1, merge=""):
    """A cell of paragraphs and tables. A cell of several rows: ``merge`` is "restart", in the rows below "continue"."""
    properties = f'<w:tcW w:w="{width}" w:type="dxa"/>'
    properties += f'<w:gridSpan w:val="{span}"/>' if span > 1 else ""
    properties += f'<w:vMerge w:val="{merge}"/>' if merge else ""
    # A cell must end in a paragraph.
    end = "" if content.endswith("</w:p>") else paragraph("", "TableText")
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{content}{end}</w:tc>"


def inline_picture(relationship, ident, name, words, width, height):
    """A run that holds the picture ``relationship``, ``width`` by ``height``; ``words`` are what is read for it."""
    extent = f'cx="{width * _EMU_IN_A_TWIP}" cy="{height * _EMU_IN_A_TWIP}"'
    return (
        '<w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0" '
        f'xmlns:wp="{_DRAWING}/wordprocessingDrawing"><wp:extent {extent}/>'
        f'<wp:docPr id="{ident}" name="{escape(name)}" descr="{escape(words)}"/>'
        f'<a:graphic xmlns:a="{_DRAWING}/main"><a:graphicData uri="{_DRAWING}/picture">'
        f'<pic:pic xmlns:pic="{_DRAWING}/picture"><pic:nvPicPr><pic:cNvPr id="{ident}" name="{escape(name)}"/>'
        f'<pic:cNvPicPr/></pic:nvPicPr><pic:blipFill><a:blip r:embed="{relationship}"/>'
        f'<a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext {extent}/>'
        '</a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic>'
        "</a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
    )


def _properties(element, content):
    return f"<{element}>{content}</{element}>" if content else ""
