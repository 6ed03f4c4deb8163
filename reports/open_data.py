"""What is open to everyone, and rows made of it: published, not withdrawn frozen editions, and nothing else.

Every word and figure comes from the tree as it was frozen. The live rows behind a report lend their short names only,
which are its address. So nothing that was not published can be given away.
"""

from dataclasses import dataclass

from django.db.models import Exists, F, OuterRef
from django.db.models.fields.json import KT

from priorities.years import FinancialYear
from reports.models import FrozenEdition
from reports.summary import from_data


class NotPublished(LookupError):
    """Nothing is published there. Says nothing about what else there may be."""


class Withdrawn(LookupError):
    """It was published and taken back: ``at`` a moment, ``reason`` as it was given."""

    def __init__(self, at, reason):
        super().__init__(reason)
        self.at = at
        self.reason = reason


@dataclass(frozen=True)
class Place:
    """Where a published version stands: ``year`` as "2022-23"; ``version`` from 1."""

    partnership: str
    year: str
    edition: str
    version: int


@dataclass(frozen=True)
class PublishedFigure:
    """One figure of one published edition.

    ``start`` and ``end`` are the first and the last day of the period, and ``period`` is the same in words. ``value``
    is decimal text, or null where it is not known, which is not zero; ``text`` is the figure as the report prints it.
    ``marks`` are of p (provisional), r (revised), e (estimated), u (an incomplete supply), c (confidential, or too
    small a number to be published), x (not available) and z (not applicable). ``printed_in`` and ``as_at`` name the
    report that printed the figure, or the day on which it was recorded. ``restatement`` is what an earlier report gave
    for the period. ``breaks`` are the dates at which the figures stop being comparable, with their titles.
    """

    partnership: str
    year: str
    edition: str
    version: int
    priority: str
    indicator: str
    title: str
    unit: str
    area: str
    start: str
    end: str
    period: str
    value: str | None
    text: str
    qualifier: str
    status: str
    marks: list[str]
    printed_in: str
    as_at: str
    note: str
    restatement: str
    breaks: str


@dataclass(frozen=True)
class PublishedAction:
    """One action of one published edition. ``progress`` is HTML, "" where no progress was accepted."""

    partnership: str
    year: str
    edition: str
    version: int
    priority: str
    priority_title: str
    reference: str
    title: str
    progress: str
    no_progress: bool
    as_at: str


# --- What is published --------------------------------------------------------------------------------------------


def published():
    """Every published version, newest year and version first, as a dict: its place, dates, sizes and frozen title."""
    return (
        FrozenEdition.objects.published()
        .annotate(
            partnership=F("edition__agreement__partnership__slug"),
            start_year=F("edition__agreement__year"),
            slug=F("edition__slug"),
            title=KT("content__title"),
            written=KT("content__as_at"),
            is_demonstration=F("content__is_demonstration"),
            is_newest=~Exists(_published_later("edition")),
        )
        .order_by("-start_year", "slug", "-number")
        .values(
            "partnership",
            "start_year",
            "slug",
            "number",
            "title",
            "written",
            "is_demonstration",
            "is_newest",
            "published_at",
            "schema",
            "digest",
            "pdf_size",
            "pdf_digest",
        )
    )


def partnerships():
    """Each partnership that has published, in order, as a dict: short name, and full name in its newest report."""
    return (
        FrozenEdition.objects.published()
        .filter(~Exists(_published_later("edition__agreement__partnership", "edition__agreement__year", "pk")))
        .annotate(partnership=F("edition__agreement__partnership__slug"), name=KT("content__partnership_name"))
        .order_by("partnership")
        .values("partnership", "name", "published_at")
    )


def _published_later(within, *order):
    """Published versions after the outer one of the same ``within``, by ``order`` (the version's number by default)."""
    first, *rest = order or ("number",)
    later = FrozenEdition.objects.published().filter(**{within: OuterRef(within)})
    after = later.filter(**{f"{first}__gt": OuterRef(first)})
    for field in rest:
        after |= later.filter(**{first: OuterRef(first), f"{field}__gt": OuterRef(field)})
    return after


def place_of(version):
    """The Place of a dict of ``published``."""
    year = FinancialYear(version["start_year"]).slug
    return Place(version["partnership"], year, version["slug"], version["number"])


def version_at(partnership, year, slug, number=None):
    """(Place, Document) of a published edition: version ``number``, or the newest. NotPublished or Withdrawn."""
    versions = FrozenEdition.objects.filter(
        edition__agreement__partnership__slug=partnership,
        edition__agreement__year=year.start_year,
        edition__slug=slug,
    ).order_by("-number")
    if number is not None:
        versions = versions.filter(number=number)
    if frozen := versions.published().first():
        return Place(partnership, year.slug, slug, frozen.number), document(frozen)
    if gone := versions.filter(withdrawn_at__isnull=False).values("withdrawn_at", "withdrawn_reason").first():
        raise Withdrawn(gone["withdrawn_at"], gone["withdrawn_reason"])
    raise NotPublished


def newest_documents(partnership):
    """[(Place, Document)] of the newest published version of each of its editions, newest year first."""
    newest = (
        FrozenEdition.objects.published()
        .filter(~Exists(_published_later("edition")), edition__agreement__partnership__slug=partnership)
        .select_related("edition__agreement")
        .only("content", "number", "edition__slug", "edition__agreement__year")
        .order_by("-edition__agreement__year", "edition__slug")
    )
    return [
        (Place(partnership, one.edition.agreement.financial_year.slug, one.edition.slug, one.number), document(one))
        for one in newest
    ]


def document(frozen):
    """The tree of ``frozen`` by value."""
    return from_data(frozen.content)


# --- Rows of a tree -----------------------------------------------------------------------------------------------


def action_rows(place, tree):
    """A PublishedAction for each action of the Document ``tree``, in the order of the report."""
    return [
        PublishedAction(
            **vars(place),
            priority=priority.slug,
            priority_title=priority.title,
            reference=action.reference,
            title=action.title,
            progress=action.progress,
            no_progress=action.no_progress,
            as_at=action.as_at,
        )
        for priority in tree.priorities
        for action in priority.actions
    ]


def figure_rows(place, tree):
    """A PublishedFigure for each figure of the Document ``tree``, in the order of the report."""
    return [
        row
        for priority in tree.priorities
        for indicator in priority.indicators
        for row in _figure_rows(place, priority, indicator)
    ]


def indicators_in(documents):
    """{short name: [(Place, PriorityPart, IndicatorPart)]} of [(Place, Document)], in their order.

    An indicator that serves several priorities of an edition counts once in it, under the first.
    """
    found = {}
    for place, tree in documents:
        of_edition = {}
        for priority in tree.priorities:
            for indicator in priority.indicators:
                of_edition.setdefault(indicator.slug, (place, priority, indicator))
        for slug, part in of_edition.items():
            found.setdefault(slug, []).append(part)
    return dict(sorted(found.items()))


def series_rows(parts):
    """The FigureRows of one indicator of ``indicators_in``, in order of period and then of edition, oldest first."""
    rows = [row for part in reversed(parts) for row in _figure_rows(*part)]
    return sorted(rows, key=lambda row: (row.start, row.end))


def _figure_rows(place, priority, indicator):
    breaks = "; ".join(f"{one.date} {one.title}" for one in indicator.breaks)
    return [
        PublishedFigure(
            **vars(place),
            priority=priority.slug,
            indicator=indicator.slug,
            title=indicator.title,
            unit=indicator.unit,
            area=indicator.area,
            start=figure.start,
            end=figure.end,
            period=figure.period,
            value=figure.value,
            text=figure.text,
            qualifier=figure.qualifier,
            status=figure.status,
            marks=_marks(figure),
            printed_in=figure.printed_in,
            as_at=figure.as_at,
            note=figure.note,
            restatement=figure.restatement,
            breaks=breaks,
        )
        for figure in indicator.figures
    ]


def _marks(figure):
    """The marks of a frozen figure, in the order in which the site shows them."""
    found = {
        "p": figure.status == "provisional",
        "r": figure.status == "revised" or figure.restatement.startswith("Restated:"),
        "e": "estimate" in (figure.status, figure.qualifier),
        "u": figure.status == "incomplete",
    }
    marks = [mark for mark, holds in found.items() if holds]
    return marks if figure.value is not None else [*marks, _why_missing(figure)]


def _why_missing(figure):
    if figure.text == "confidential":
        return "c"
    return "z" if figure.text == "not applicable" else "x"
