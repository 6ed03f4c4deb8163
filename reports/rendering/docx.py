"""The document tree as a Word file: styles, footnotes, contents, tables with header rows. Needs nothing but the tree.

The same tree gives the same bytes. Its numbered headings, captions and lists are Word's own, so that it can be edited.
"""

from priorities.dates import british
from priorities.years import FinancialYear
from reports.rendering import word_xml as xml
from reports.rendering.html import PriorityPage
from reports.rendering.markings import markings
from reports.rendering.pdf import RenderingFailed
from reports.rendering.pictures import picture_of
from reports.rendering.word_notes import Footnotes, source_runs
from reports.rendering.word_package import Package
from reports.rendering.word_text import Place, TextWriter

WORD_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

# Twips: A4 with the margins of the PDF.
_PAGE = '<w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1361" w:right="1134" w:bottom="1247" w:left="1134" '
_PAGE += 'w:header="680" w:footer="624" w:gutter="0"/>'
_WIDTH = 9638
_CHART_WIDTH = 6804
_ACTION_COLUMNS = (3277, 6361)
_FIGURE_COLUMNS = (1446, 1446, 1156, 1735, 3855)
_OTHER_COLUMNS = (2024, 1060, 1446, 1156, 3952)

_DEEPEST_IN_CONTENTS = 2


def render_docx(document):
    """The document as the bytes of a .docx file. RenderingFailed where a chart cannot be drawn."""
    return _Word(document).written()


class _Word:
    def __init__(self, document):
        self.document = document
        self.package = Package()
        self.entries = []  # of the contents: level, bookmark, words

    def written(self):
        priorities = self.document.priorities
        introduction = self._introduction()
        parts = [self._priority(priority) for priority in priorities]
        # The contents list what the rest has written.
        parts.insert(0, self._cover() + self._contents() + introduction)
        body = ""
        for number, part in enumerate(parts):
            section = self._section(first=number == 0)
            last = number == len(parts) - 1
            end = xml.paragraph("", "SectionEnd", section="" if last else section)
            body += part + end + section * last
        return self.package.written(body, _core_properties(self.document))

    def _section(self, *, first):
        """The properties of a section, which begins on a new page; the first has the cover."""
        margins = self._margins() if first else ""
        return f"<w:sectPr>{margins}{_PAGE}{'<w:titlePg/>' * first}</w:sectPr>"

    def _margins(self):
        lines = [self.document.running_header, " \N{MIDDLE DOT} ".join(markings(self.document))]
        header = "".join(xml.paragraph(xml.run(line), "Header") for line in lines if line)
        page, pages = (xml.field(name, xml.run("1")) for name in ("PAGE", "NUMPAGES"))
        footer = xml.paragraph(f"{xml.run('Page ')}{page}{xml.run(' of ')}{pages}", "Footer")
        empty = xml.paragraph("", "Header")
        named = [("header", "default", header or empty), ("header", "first", empty)]
        named += [("footer", "default", footer), ("footer", "first", footer)]
        return "".join(
            f'<w:{kind}Reference w:type="{pages}" r:id="{self.package.margin(kind, content)}"/>'
            for kind, pages, content in named
        )

    # --- Cover, contents, introduction --------------------------------------------------------------------------------

    def _cover(self):
        document = self.document
        lines = [("Normal", document.running_header), ("Title", document.title)]
        lines += [("Subtitle", document.partnership_name), ("Subtitle", document.year), ("Small", _as_at(document))]
        lines += [("Marking", words) for words in markings(self.document)]
        return "".join(xml.paragraph(xml.run(words), style) for style, words in lines if words)

    def _contents(self):
        """A field that Word fills with page numbers. Until then it holds the headings, as links."""
        start = xml.field_start(rf'TOC \o "1-{_DEEPEST_IN_CONTENTS}" \h \z \u')
        lines = [
            xml.paragraph(("" if place else start) + xml.link_inside(name, xml.run(words)), f"TOC{level}")
            for place, (level, name, words) in enumerate(self.entries)
        ]
        lines = lines or [xml.paragraph(start, "TOC1")]
        return (
            '<w:sdt><w:sdtPr><w:docPartObj><w:docPartGallery w:val="Table of Contents"/><w:docPartUnique/>'
            f"</w:docPartObj></w:sdtPr><w:sdtContent>{xml.paragraph(xml.run('Contents'), 'TOCHeading')}"
            f"{''.join(lines)}{xml.paragraph(xml.FIELD_END)}</w:sdtContent></w:sdt>"
        )

    def _heading(self, level, runs, words):
        if level > _DEEPEST_IN_CONTENTS:
            return xml.paragraph(runs, f"Heading{level}")
        ident = self.package.ident()
        name = f"_Toc{ident:08}"
        self.entries.append((level, name, words))
        return xml.paragraph(xml.bookmark(ident, name, runs), f"Heading{level}")

    def _plain_heading(self, level, words):
        return self._heading(level, xml.run(words), words)

    def _introduction(self):
        if not self.document.introduction:
            return ""
        writer = TextWriter(self.package, self.package.links, _without_note, self._heading)
        heading = self._plain_heading(1, "Introduction")
        return heading + writer.written(self.document.introduction, Place("Normal", _WIDTH, below=1))

    # --- A priority ---------------------------------------------------------------------------------------------------

    def _priority(self, priority):
        notes = Footnotes(priority, self.package, _WIDTH)
        writer = TextWriter(self.package, self.package.links, notes.reference, self._heading)
        page = PriorityPage(priority)
        return "".join(
            [
                self._plain_heading(1, priority.title),
                *map(_lead, priority.leads),
                *(self._narrative(section, writer) for section in priority.sections),
                self._actions(page, writer),
                self._indicators(page),
                self._uncited(notes.uncited, writer),
            ]
        )

    def _narrative(self, section, writer):
        heading = self._plain_heading(2, section.heading)
        return heading + writer.written(section.body, Place("Normal", _WIDTH, below=2)) + _small(_as_at(section))

    def _actions(self, page, writer):
        if not page.actions:
            return ""
        rows = [_header(_ACTION_COLUMNS, ["Actions", "Progress"])]
        rows += [_action(action, writer) for action in page.actions]
        words = f"Actions and progress: {page.priority.title}"
        table = xml.table(_ACTION_COLUMNS, rows, words=words, first_column=True)
        return self._plain_heading(2, "Actions and progress") + table

    def _indicators(self, page):
        if not page.priority.indicators:
            return ""
        parts = [self._plain_heading(2, "Indicators"), *map(self._indicator, page.charted)]
        return "".join(parts) + (self._others(page) if page.others else "")

    def _indicator(self, part):
        indicator = part.indicator
        facts = f"Area: {indicator.area}. Supplier: {indicator.supplier}."
        facts += f" Source: {indicator.source}" if indicator.source else ""
        caption = f"Figures: {indicator.title}" + (f" ({indicator.unit})" if indicator.unit else "")
        breaks = [f"Break {one['number']}, {_break(one)}" for one in part.breaks]
        return "".join(
            [
                self._plain_heading(3, indicator.title),
                xml.paragraph(xml.run(indicator.definition), keep_next=True),
                xml.paragraph(xml.run(facts), "Small", keep_next=True),
                self._chart(indicator),
                xml.paragraph(xml.run(caption), "Caption"),
                _figures(part, caption),
                _small_list(breaks) or xml.paragraph("", "TableText"),
                xml.paragraph(xml.run(indicator.direction_note)) if indicator.direction_note else "",
            ]
        )

    def _chart(self, indicator):
        try:
            picture = picture_of(indicator.chart)
        except ValueError as error:
            raise RenderingFailed(f"The Word file could not be made. {indicator.title}: {error}") from error
        height = round(_CHART_WIDTH * picture.height / picture.width)
        relationship, ident = self.package.picture(picture.png), self.package.ident()
        name = f"Chart: {indicator.title}"
        inline = xml.inline_picture(relationship, ident, name, picture.words, _CHART_WIDTH, height)
        return xml.paragraph(inline, "Chart")

    def _others(self, page):
        header = ["Indicator", "Period", "Figure", "Status", "What it counts, and notes"]
        rows = [row for part in page.others for row in _other_rows(part)]
        words = f"Other figures: {page.priority.title}"
        table = _rows_of_figures(_OTHER_COLUMNS, header, rows, words)
        breaks = [f"{_break(one)} In: {'; '.join(one['indicators'])}." for one in page.breaks]
        lead_in = "Breaks in these series. Figures before and after a break are not compared."
        return (
            self._plain_heading(3, "Other figures")
            + table
            + (xml.paragraph(xml.run(lead_in), "Small", keep_next=True) + _small_list(breaks) if breaks else "")
        )

    def _uncited(self, notes, writer):
        """Notes that no text refers to have no place for a footnote."""
        if not notes:
            return ""
        return self._plain_heading(2, "Notes") + "".join(_uncited(note, writer) for note in notes)


def _lead(lead):
    who = ", ".join(filter(None, [lead.role, lead.agency]))
    return xml.paragraph(xml.run("Priority lead: ", bold=True) + xml.run(who))


def _action(action, writer):
    source = action.source
    title = xml.run(source.reference, bold=True) + xml.run(f"\n{source.title}")
    place = Place("TableText", _ACTION_COLUMNS[1], below=2)
    if source.progress:
        progress = writer.written(source.progress, place)
    else:
        words = "No progress this round." if source.no_progress else "No update has been accepted for this action."
        progress = xml.paragraph(xml.run(words), place.style)
    cells = [
        xml.cell(_ACTION_COLUMNS[0], xml.paragraph(title, place.style)),
        xml.cell(_ACTION_COLUMNS[1], progress + _small(_as_at(source))),
    ]
    return xml.row(cells, whole=action.is_short)


def _figures(part, words):
    header = ["Period", "Figure", "Status", "Printed in, as at", "Note"]
    rows = [
        [
            row.figure.period,
            row.figure.text + _provisional(row),
            row.status,
            ", ".join(filter(None, [row.figure.printed_in, row.as_at])),
            " ".join(row.remarks),
        ]
        for row in part.figures
    ]
    return _rows_of_figures(_FIGURE_COLUMNS, header, rows, words)


def _other_rows(part):
    indicator = part.indicator
    about = [indicator.definition, indicator.direction_note if indicator.kind == "proxy" else ""]
    about += [f"Source: {indicator.source}." if indicator.source else ""]
    for place, row in enumerate(part.figures):
        unit = f" {part.unit}" if part.unit and row.figure.value is not None else ""
        remarks = [*([] if place else about), *row.remarks]
        yield [
            f"{indicator.title}, {indicator.area}",
            row.figure.period,
            f"{row.figure.text}{unit}{_provisional(row)}",
            row.status,
            " ".join(filter(None, remarks)),
        ]


def _provisional(row):
    return " (provisional)" if row.is_provisional else ""


def _rows_of_figures(widths, header, rows, words):
    """A table of plain words. Its last row does not stand alone on a page."""
    written = [_header(widths, header)]
    for place, row in enumerate(rows, start=2):
        cells = [
            xml.cell(width, xml.paragraph(xml.run(text), "TableFigures", keep_next=place == len(rows)))
            for width, text in zip(widths, row, strict=True)
        ]
        written.append(xml.row(cells))
    return xml.table(widths, written, words=words, first_column=True)


def _header(widths, titles):
    cells = zip(widths, titles, strict=True)
    return xml.row([xml.cell(width, _styled("TableHeading", title)) for width, title in cells], header=True)


def _uncited(note, writer):
    source, text = source_runs(note), writer.written(note.text, Place("Normal", _WIDTH))
    return (xml.paragraph(source, keep_next=bool(text)) if source else "") + text


def _break(one):
    return f"{one['date']}: {one['title']}" + (f". {one['note']}" if one["note"] else "")


def _small_list(lines):
    return "".join(_styled("SmallBullet", line) for line in lines)


def _small(words):
    return _styled("Small", words) if words else ""


def _styled(style, words):
    return xml.paragraph(xml.run(words), style)


def _as_at(source):
    return f"As at {british(source.as_at)}" if source.as_at else ""


def _without_note(key):
    return xml.run(f"[note {key} is missing]", style="FootnoteReference")


def _core_properties(document):
    """Whose the report is, and when it was written: as the tree says, whatever machine makes the file."""
    about = f"{document.title}: priorities, actions and progress, and proxy indicators, {document.year}."
    day = document.as_at or FinancialYear.parse(document.year).end.isoformat()
    written = f"{day if len(day) == len('2023-03-31') else f'{day}-01'}T00:00:00Z"
    elements = [("dc:title", f"{document.title} \N{EN DASH} {document.partnership_name}"), ("dc:subject", about)]
    elements += [("dc:creator", document.partnership_name), ("cp:lastModifiedBy", document.partnership_name)]
    elements += [("dc:language", "en-GB")]
    elements += [("cp:contentStatus", "Draft" if document.is_draft else "Final")]
    stated = "".join(f"<{name}>{xml.escape(words)}</{name}>" for name, words in elements)
    dates = "".join(
        f'<dcterms:{name} xsi:type="dcterms:W3CDTF">{written}</dcterms:{name}>' for name in ("created", "modified")
    )
    return (
        f"{xml.DECLARATION}<cp:coreProperties "
        'xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
        f'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">{stated}{dates}</cp:coreProperties>'
    )
