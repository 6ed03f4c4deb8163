"""What a report holds: database -> one document tree. HTML, PDF and JSON are made from the tree alone.

The tree is of plain dataclasses and serialises as JSON (docs/report-tree.md). Texts are HTML of the
vocabulary of ``priorities/text.py``; a note reference names the key of a note of the same priority, or of none
in the introduction. Dates are ISO text to the day or month. Charts are SVG. ``SCHEMA`` grows when the shape changes.
"""

import typing
from dataclasses import asdict, dataclass, fields, is_dataclass
from functools import cache

from django.db.models import Exists, OuterRef, Prefetch, Q

from actions.models import ProgressUpdate
from indicators import disclosure, series
from indicators.models import Break, Indicator, Observation
from indicators.series import Figure, NumberedBreak
from priorities.notes import numbers

SCHEMA = 1


@dataclass(frozen=True)
class Lead:
    role: str
    agency: str


@dataclass(frozen=True)
class Section:
    heading: str
    body: str
    as_at: str


@dataclass(frozen=True)
class Note:
    """``number`` is None for a note that stands unnumbered below the numbered ones."""

    key: str
    number: int | None
    publisher: str
    title: str
    published: str
    text: str


@dataclass(frozen=True)
class ActionRow:
    """``progress`` is accepted text, or "" where no update is accepted."""

    reference: str
    title: str
    progress: str
    no_progress: bool
    as_at: str


@dataclass(frozen=True)
class IndicatorPart:
    """``chart`` is SVG, or "" where there are too few periods for one."""

    slug: str
    title: str
    definition: str
    unit: str
    kind: str
    area: str
    supplier: str
    source: str
    direction_note: str
    chart: str
    figures: list[Figure]
    breaks: list[NumberedBreak]


@dataclass(frozen=True)
class PriorityPart:
    code: str
    slug: str
    title: str
    leads: list[Lead]
    sections: list[Section]
    actions: list[ActionRow]
    indicators: list[IndicatorPart]
    notes: list[Note]


@dataclass(frozen=True)
class Document:
    schema: int
    partnership: str
    partnership_name: str
    year: str
    title: str
    running_header: str
    as_at: str
    is_demonstration: bool
    is_draft: bool
    introduction: str
    priorities: list[PriorityPart]


def build_summary(edition, *, is_draft=False):
    """The Document of ``edition`` from what is accepted and stored now. A fixed number of queries."""
    agreement = edition.agreement
    return Document(
        schema=SCHEMA,
        partnership=agreement.partnership.slug,
        partnership_name=agreement.partnership.name,
        year=agreement.financial_year.label,
        title=edition.title,
        running_header=edition.running_header,
        as_at=edition.as_at,
        is_demonstration=agreement.is_demonstration or agreement.partnership.is_demonstration,
        is_draft=is_draft,
        introduction=edition.introduction,
        priorities=[_priority(priority) for priority in _priorities(agreement)],
    )


def _priorities(agreement):
    """The agreement's priorities with all that a report says of them.

    Figures are those that an edition of its own year or an earlier one printed, and those supplied, whenever that was,
    for periods that had begun by the end of the year. Breaks are those of the year or earlier, or within its figures.
    """
    accepted = ProgressUpdate.objects.accepted().newest_round_first()
    last_day = agreement.financial_year.end
    supplied = Q(printed_in="", start__lte=last_day)
    known = Observation.objects.filter(disclosure.DECIDING, Q(printed_year__lte=agreement.year) | supplied)
    figures_since = known.filter(indicator=OuterRef("indicator"), end__gte=OuterRef("date"))
    breaks = Break.objects.filter(Q(date__lte=last_day) | Exists(figures_since))
    own = Indicator.objects.filter(partnership=agreement.partnership)
    return agreement.priorities.with_leads().prefetch_related(
        "sections",
        "notes",
        Prefetch("actions__updates", accepted, to_attr="accepted_updates"),
        Prefetch("indicators", own),
        Prefetch("indicators__observations", known, to_attr="known_observations"),
        Prefetch("indicators__breaks", breaks),
    )


def _priority(priority):
    return PriorityPart(
        code=priority.code,
        slug=priority.slug,
        title=priority.title,
        leads=[Lead(lead.role_title, lead.agency.name if lead.agency else "") for lead in priority.leads.all()],
        sections=[Section(section.heading, section.body, section.as_at) for section in priority.sections.all()],
        actions=[_action(action) for action in priority.actions.all()],
        indicators=[
            _indicator(priority, indicator, published)
            for indicator in priority.indicators.all()
            if (published := _published(indicator))
        ],
        notes=_notes(priority),
    )


def _action(action):
    latest = next(iter(action.accepted_updates), None)
    return ActionRow(
        reference=action.reference,
        title=action.title,
        progress=latest.in_report if latest else "",
        no_progress=latest.no_progress if latest else False,
        as_at=latest.as_at if latest else "",
    )


def _published(indicator):
    """The figures of the whole area as they may be published."""
    published = disclosure.for_publication(indicator, indicator.known_observations)
    return [one for one in published if one.area_id is None]


def _indicator(priority, indicator, observations):
    return IndicatorPart(
        slug=indicator.slug,
        title=indicator.title,
        definition=indicator.definition,
        unit=indicator.unit,
        kind=indicator.kind,
        area=indicator.geography_name,
        supplier=indicator.supplier,
        source=indicator.source,
        direction_note=indicator.direction_note,
        chart=series.chart(indicator, observations, f"chart-{priority.slug}-{indicator.slug}"),
        figures=series.in_words(indicator, observations),
        breaks=series.numbered_breaks(indicator),
    )


def _notes(priority):
    listed = priority.notes.all()
    number_of = numbers(listed)
    return [
        Note(
            key=note.key,
            number=number_of[note.key],
            publisher=note.publisher,
            title=note.title,
            published=note.published,
            text=note.text,
        )
        for note in listed
    ]


def to_data(document):
    """The tree as plain lists and dicts, ready for JSON."""
    return asdict(document)


def from_data(data):
    """The Document that ``to_data`` made ``data`` of. ValueError for another schema."""
    if data.get("schema") != SCHEMA:
        raise ValueError(f"This document has schema {data.get('schema')!r}; this version reads schema {SCHEMA}.")
    return _read(Document, data)


@cache
def _types(kind):
    """(name, type) of each field; asked once, as a report has thousands of parts."""
    types = typing.get_type_hints(kind)
    return [(field.name, types[field.name]) for field in fields(kind)]


def _read(kind, value):
    if is_dataclass(kind):
        return kind(**{name: _read(type_, value[name]) for name, type_ in _types(kind)})
    if typing.get_origin(kind) is list:
        (item,) = typing.get_args(kind)
        return [_read(item, one) for one in value]
    return value
