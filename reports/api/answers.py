"""The shapes of the answers. They are the contract of version 1: fields may be added to them, none changed or removed.

Dates and moments are ISO text; an address is absolute.
"""

from typing import Generic, TypeVar

from ninja import Schema

from indicators.series import NumberedBreak
from reports.open_data import PublishedFigure

Item = TypeVar("Item")


class Problem(Schema):
    """What is wrong, in a sentence."""

    detail: str


class Start(Schema):
    """The addresses to begin with."""

    partnerships: str
    openapi: str
    explanation: str


class Page(Schema, Generic[Item]):
    """A page of a list: ``count`` is of all pages; ``next`` and ``previous`` are addresses or null."""

    count: int
    page: int
    pages: int
    next: str | None
    previous: str | None
    items: list[Item]


class PublishedPartnership(Schema):
    """A partnership that has published: its ``name`` in the newest report, and addresses of what is published."""

    partnership: str
    name: str
    last_published: str
    editions: str
    indicators: str


class PublishedVersion(Schema):
    """One published version of a report. ``data``, ``figures`` and ``actions`` are addresses of its contents.

    ``sha256`` is that of the bytes at ``data``. ``page`` and ``pdf`` show the newest version, so that they are null for
    an earlier one; ``pdf_bytes`` and ``pdf_sha256`` are of this version's own PDF.
    """

    partnership: str
    year: str
    edition: str
    version: int
    title: str
    as_at: str
    is_demonstration: bool
    is_newest: bool
    published_at: str
    schema_number: int
    sha256: str
    data: str
    figures: str
    actions: str
    page: str | None
    pdf: str | None
    pdf_bytes: int
    pdf_sha256: str


class PublishedIndicator(Schema):
    """An indicator as its newest report describes it. ``figures`` is the address of its figures in all reports."""

    partnership: str
    indicator: str
    title: str
    definition: str
    unit: str
    kind: str
    area: str
    supplier: str
    source: str
    direction_note: str
    years: list[str]
    figures: str


class Series(Page[PublishedFigure]):
    """The figures of one indicator in all published reports, and the breaks between which they can be compared."""

    indicator: PublishedIndicator
    breaks: list[NumberedBreak]
