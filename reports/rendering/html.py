"""The document tree as HTML: a part of a site page, a file that stands alone, and the source of the PDF."""

import re
from dataclasses import dataclass
from functools import cached_property

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.safestring import mark_safe

from indicators.figures import is_money
from priorities.dates import british
from priorities.notes import NoteLinks
from priorities.text import shift_headings

STYLESHEET = settings.BASE_DIR / "static" / "css" / "report.css"

FONT_FOLDER = settings.BASE_DIR / "static" / "vendor" / "liberation-sans"
FONTS = [
    (FONT_FOLDER / f"LiberationSans-{face}.ttf", weight, style)
    for face, weight, style in (
        ("Regular", 400, "normal"),
        ("Bold", 700, "normal"),
        ("Italic", 400, "italic"),
        ("BoldItalic", 700, "italic"),
    )
]

# Characters of a row's text beyond which it may go on on the next page: about a quarter of a page.
LONGEST_ON_ONE_PAGE = 1300

_HEADING = re.compile(r"<h([3-6])>(.*?)</h\1>", re.DOTALL)


def render_body(document):
    """The document as one ``<article>`` for the ``<main>`` of a page that links to report.css."""
    return mark_safe(render_to_string("reports/document/body.html", _context(document)))  # noqa: S308 - a template's


def render_standalone(document):
    """The document as a whole HTML file that needs no other file."""
    return render_to_string("reports/document/document.html", _context(document) | {"stylesheet": _stylesheet()})


def render_for_pdf(document):
    """The standalone HTML with the typeface that the PDF embeds, and no other: charts, too, are set in it."""
    context = _context(document) | {"stylesheet": _stylesheet() + _font_faces()}
    html = render_to_string("reports/document/document.html", context)
    return html.replace('font-family="Arial, Liberation Sans, ', 'font-family="Liberation Sans, ')


def _font_faces():
    """CSS that names the files of the typeface, below the project's static folder."""
    return mark_safe(  # noqa: S308 - our own files' names
        "".join(
            f'@font-face {{ font-family: "Liberation Sans"; font-weight: {weight}; font-style: {style};'
            f' src: url("{path.as_uri()}"); }}\n'
            for path, weight, style in FONTS
        )
    )


def _stylesheet():
    return mark_safe(STYLESHEET.read_text(encoding="utf-8"))  # noqa: S308 - our own file


def _context(document):
    return {
        "document": document,
        "as_at": british(document.as_at),
        "introduction": _text(document.introduction, below=2),
        "priorities": [PriorityPage(priority) for priority in document.priorities],
    }


def _text(html, *, below, notes=None):
    """Rich text with linked notes, its headings one level after another below a heading of level ``below``."""
    html = shift_headings(html, below - 2)
    level = below

    def without_a_gap(heading):
        nonlocal level
        level = min(int(heading[1]), level + 1)
        return f"<h{level}>{heading[2]}</h{level}>"

    html = _HEADING.sub(without_a_gap, html)
    return mark_safe(notes.link(html) if notes else html)  # noqa: S308 - text is sanitised when it is stored


@dataclass(frozen=True)
class Text:
    """A text ready to show; ``ident`` is its heading's or row's id."""

    ident: str
    source: object
    body: str
    as_at: str

    @property
    def is_short(self):
        """Whether on paper it stays on one page."""
        return len(self.body) < LONGEST_ON_ONE_PAGE


class PriorityPage:
    """A priority as the templates need it: texts linked in order of reading, figures put in tables."""

    def __init__(self, priority):
        self.priority = priority
        self.ident = f"priority-{priority.slug}"
        self._links = NoteLinks({note.key: note.number for note in priority.notes}, priority.slug)
        self.sections = [
            Text(f"{self.ident}-{place}", section, self._linked(section.body, below=3), british(section.as_at))
            for place, section in enumerate(priority.sections, start=1)
        ]
        self.actions = [
            Text(f"action-{action.reference}", action, self._linked(action.progress, below=3), british(action.as_at))
            for action in priority.actions
        ]

    def _linked(self, html, below):
        return _text(html, below=below, notes=self._links)

    @cached_property
    def charted(self):
        return [IndicatorPage(self.ident, indicator) for indicator in self.priority.indicators if indicator.chart]

    @cached_property
    def others(self):
        return [IndicatorPage(self.ident, indicator) for indicator in self.priority.indicators if not indicator.chart]

    @cached_property
    def breaks(self):
        """The breaks of the indicators without a chart, each once, with the indicators that it is in."""
        titles = {}
        for part in self.others:
            for one in part.breaks:
                titles.setdefault((one["date"], one["title"], one["note"]), []).append(part.indicator.title)
        return [
            {"date": date, "title": title, "note": note, "indicators": indicators}
            for (date, title, note), indicators in titles.items()
        ]

    @cached_property
    def notes(self):
        """Each note with its text and the places that cite it; a note may cite another."""
        texts = [(note, self._linked(note.text, below=3)) for note in self.priority.notes]
        return [
            {"ident": self._links.note_id(note.key), "note": note, "text": self._with_links_back(note, text)}
            for note, text in texts
        ]

    def _with_links_back(self, note, text):
        """``text`` with links to the places that cite the note, at the end of its last paragraph."""
        context = {"note": note, "citations": self._links.citations[note.key]}
        links = render_to_string("reports/document/links_back.html", context)
        if text.endswith("</p>"):
            return mark_safe(f"{text.removesuffix('</p>')}{links}</p>")  # noqa: S308 - sanitised, and a template's
        return text + links

    @property
    def numbered_notes(self):
        return [one for one in self.notes if one["note"].number is not None]

    @property
    def other_notes(self):
        return [one for one in self.notes if one["note"].number is None]


class IndicatorPage:
    """An indicator with its figures and breaks in words."""

    def __init__(self, priority_ident, indicator):
        self.indicator = indicator
        self.ident = f"{priority_ident}-{indicator.slug}"
        self.chart = mark_safe(indicator.chart)  # noqa: S308 - made by indicators/charts.py
        self.figures = [FigureRow(figure) for figure in indicator.figures]
        # "%" and pounds are part of the figure's own text.
        self.unit = "" if indicator.unit == "%" or is_money(indicator.unit) else indicator.unit
        self.breaks = [
            {"number": one.number, "date": british(one.date), "title": one.title, "note": one.note}
            for one in indicator.breaks
        ]


class FigureRow:
    def __init__(self, figure):
        self.figure = figure
        self.is_provisional = figure.status == "provisional"
        self.status = figure.status.capitalize()
        self.as_at = british(figure.as_at)
        self.remarks = [remark for remark in (figure.note, figure.restatement) if remark]
