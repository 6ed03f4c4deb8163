"""What a reader must find in a report, in order of reading, told from the tree alone; and a report to try things on."""

import re
from dataclasses import replace
from html import unescape

from priorities.text import plain, replace_note_references
from reports.models import Edition
from reports.summary import (
    ActionRow,
    Document,
    Figure,
    IndicatorPart,
    Lead,
    Note,
    NumberedBreak,
    PriorityPart,
    Section,
    build_summary,
)

YEARS = ["2016/17", "2017/18", "2018/19", "2022/23"]
CHART = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 10" width="20" height="10"><title>Line chart: Casualties'
    '</title><path d="M0 0L20 10" stroke="#12436D"/></svg>'
)


def document_of(year):
    return build_summary(
        Edition.objects.get(agreement__partnership__slug="kent", agreement__year=int(year[:4]), slug="annual-summary")
    )


def squeezed(text):
    """Without any white space: lines and columns break where they like."""
    return "".join(text.split())


def words_of_html(html):
    """The visible words of an HTML file or part, squeezed."""
    for hidden in (r"<head>.*?</head>", r"<svg.*?</svg>", r'<span class="govuk-visually-hidden">.*?</span>'):
        html = re.sub(hidden, "", html, flags=re.DOTALL)
    return squeezed(unescape(re.sub(r"<[^>]+>", "", html)))


def blocks(document):
    """Every heading, paragraph, bullet, figure and note of the tree, squeezed, in order of reading."""
    yield from map(squeezed, [document.title, document.partnership_name, "Contents"])
    yield from _lines(document.introduction, {})
    for priority in document.priorities:
        numbers = {note.key: note.number for note in priority.notes}
        yield squeezed(priority.title)
        for lead in priority.leads:
            yield squeezed(lead.role)
        for section in priority.sections:
            yield squeezed(section.heading)
            yield from _lines(section.body, numbers)
        for action in priority.actions:
            yield squeezed(action.reference + action.title)
            yield from _lines(action.progress, numbers)
        for indicator in sorted(priority.indicators, key=lambda one: not one.chart):
            yield from _indicator(indicator)
        for note in priority.notes:
            yield from map(squeezed, filter(None, [note.publisher, note.title, note.published]))
            yield from _lines(note.text, numbers)


def _lines(html, numbers):
    numbered = replace_note_references(html, lambda key: str(numbers[key] or "note"))
    yield from map(squeezed, filter(None, plain(numbered).split("\n")))


def _indicator(indicator):
    if indicator.chart:
        yield squeezed(indicator.title)
        yield squeezed(indicator.definition)
    for figure in indicator.figures:
        if not indicator.chart:
            yield squeezed(indicator.title + "," + indicator.area)
        yield squeezed(figure.period + figure.text)
        yield from map(squeezed, filter(None, [figure.note, figure.restatement]))


def first_missing(words, wanted):
    """The first of the blocks that does not come in its turn in the squeezed words, or None."""
    place = 0
    for block in wanted:
        found = words.find(block, place)
        if found < 0:
            return block
        place = found + len(block)
    return None


def small_document(in_priority=None, **changes):
    """One priority that has one of everything, with other values for fields of the priority and of the document."""
    note = Note("n1", 1, "Department for Transport", "Road casualties", "May 2023", "<p>A caveat.</p>")
    figures = [
        Figure(
            "2015-01-01", "2015-12-31", "2015", "5799", "5,799", "exact", "validated", "2016/17", "2017-08", "", "", ""
        ),
        Figure(
            "2022-01-01", "2022-12-31", "2022", "4532", "4,532", "exact", "provisional", "2022/23", "2023-07",
            "Not yet validated.", "Restated: 2021/22 gave 4,600.", "",
        ),
    ]  # fmt: skip
    indicator = IndicatorPart(
        "casualties", "Casualties", "People hurt.", "casualties", "proxy", "Kent", "Kent Police", "Returns",
        "Fewer is better.", CHART, figures, [NumberedBreak(1, "2020-04-01", "COVID-19", "Traffic fell.")],
    )  # fmt: skip
    other = replace(indicator, slug="speeding", title="Speeding", chart="", figures=figures[:1])
    text = '<p>Fewer crashes.<sup data-note="n1"></sup></p><h3>Below</h3><p>More.<sup data-note="n1"></sup></p>'
    priority = PriorityPart(
        code="RS",
        slug="road-safety",
        title="Road Safety",
        leads=[Lead("Chair of Safer Roads", "Kent Police")],
        sections=[Section("Context", text, "2023-03")],
        actions=[
            ActionRow("RS-A1", "Make roads safer.", "<ul><li>A campaign ran.</li></ul>", False, "2023-03"),
            ActionRow("RS-A2", "Teach.", "", True, ""),
            ActionRow("RS-A3", "Watch.", "", False, ""),
        ],
        indicators=[indicator, other],
        notes=[note, Note("n2", None, "", "An uncited guide", "", "")],
    )
    priority = replace(priority, **in_priority or {})
    whole = Document(
        schema=1,
        partnership="kent",
        partnership_name="Kent Community Safety Partnership",
        year="2022/23",
        title="Action Plan 2022/23",
        running_header="Appendix B: Action Plan",
        as_at="2023-07",
        is_demonstration=False,
        is_draft=False,
        introduction="<p>This report sums up.</p>",
        priorities=[priority],
    )
    return replace(whole, **changes)
