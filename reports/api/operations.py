"""What the open data interface answers. Loaded at its first request; ``reports/open_data.py`` alone reads for it."""

import json
from dataclasses import asdict, fields, is_dataclass
from decimal import Decimal
from typing import Literal
from urllib.parse import urlencode

from django.core.paginator import EmptyPage, Paginator
from django.http import HttpResponse
from django.urls import URLResolver, reverse
from django.urls.resolvers import RegexPattern
from django.utils.formats import date_format
from django.utils.timezone import localtime
from ninja import NinjaAPI, P, PathEx, Query, QueryEx, Schema
from ninja.errors import ValidationError
from pydantic import Field

from accounts.csv_export import csv_response
from priorities.years import FinancialYear
from reports import open_data
from reports.api import answers
from reports.api.problems import problem
from reports.open_data import NotPublished, PublishedAction, PublishedFigure, Withdrawn
from reports.rendering.data import render_json
from reports.summary import Document

DESCRIPTION = """Published reports of community safety partnerships: actions, progress and figures.

Only what is published is here, as it was frozen for publication. A report that is withdrawn is gone at once. All of it
is read only, needs no key and may be read from pages of other sites. Lists come as JSON, or with `format=csv` as one
CSV file."""

api = NinjaAPI(
    title="Community safety open data",
    version="1",
    description=DESCRIPTION,
    openapi_url=None,
    docs_url=None,
    urls_namespace="open-data",
)

NAME = "^[-a-zA-Z0-9_]{1,60}$"
PartnershipName = PathEx[str, P(pattern=NAME, description="Short name of the partnership.", example="kent")]
Year = PathEx[str, P(pattern="^[0-9]{4}-[0-9]{2}$", description="A financial year.", example="2022-23")]
EditionName = PathEx[str, P(pattern=NAME, description="Short name of the report.", example="annual-summary")]
IndicatorName = PathEx[str, P(pattern=NAME, description="Short name of the indicator.", example="asb-incidents")]
Version = QueryEx[int | None, P(ge=1, le=32767, description="A published version; without it the newest.")]
Format = QueryEx[Literal["json", "csv"], P(description="JSON, or CSV for a spreadsheet.")]


class Part(Schema):
    """Which page of a list. CSV is the whole list."""

    format: Literal["json", "csv"] = "json"
    page: int = Field(1, ge=1, le=100_000)
    size: int = Field(100, ge=1, le=1000, description="Items on a page.")


def read(path, answer, *, csv=False):
    """Declare the operation at ``path``, with what it may answer."""
    content = {"text/csv": {"schema": {"type": "string"}}} if csv else {}
    return api.get(
        path,
        response={200: answer, (400, 404, 410, 429): answers.Problem},
        openapi_extra={"responses": {200: {"content": content}}} if csv else None,
    )


# --- Operations ---------------------------------------------------------------------------------------------------


@read("/", answers.Start)
def start(request):
    """Where to begin."""
    return {
        "partnerships": address(request, "partnerships"),
        "openapi": address(request, "openapi.json"),
        "explanation": request.build_absolute_uri(reverse("open-data")),
    }


@api.get("/openapi.json", include_in_schema=False)
def openapi(request):
    return HttpResponse(
        json.dumps(api.get_openapi_schema(path_prefix=reverse("open-data-api", args=[""]))),
        content_type="application/json",
    )


@read("/partnerships", answers.Page[answers.PublishedPartnership], csv=True)
def partnerships(request, part: Query[Part]):
    """The partnerships that have published a report."""

    def row(one):
        own = f"partnerships/{one['partnership']}"
        return answers.PublishedPartnership(
            partnership=one["partnership"],
            name=one["name"],
            last_published=one["published_at"].isoformat(),
            editions=address(request, f"{own}/editions"),
            indicators=address(request, f"{own}/indicators"),
        )

    return listed(request, part, answers.PublishedPartnership, open_data.partnerships(), row)


@read("/partnerships/{partnership}/editions", answers.Page[answers.PublishedVersion], csv=True)
def editions(request, partnership: PartnershipName, part: Query[Part]):
    """A partnership's published reports in all their versions, newest year and version first."""
    versions = open_data.published().filter(partnership=partnership)
    if not versions.exists():
        raise NotPublished
    return listed(request, part, answers.PublishedVersion, versions, lambda one: _version(request, one))


def _version(request, one):
    place = open_data.place_of(one)
    own = f"partnerships/{place.partnership}/editions/{place.year}/{place.edition}"
    site = [place.partnership, FinancialYear(one["start_year"]), place.edition]
    return answers.PublishedVersion(
        **asdict(place),
        title=one["title"],
        as_at=one["written"],
        is_demonstration=one["is_demonstration"],
        is_newest=one["is_newest"],
        published_at=one["published_at"].isoformat(),
        schema_number=one["schema"],
        sha256=one["digest"],
        data=address(request, own, version=place.version),
        figures=address(request, f"{own}/figures", version=place.version),
        actions=address(request, f"{own}/actions", version=place.version),
        page=request.build_absolute_uri(reverse("edition-detail", args=site)) if one["is_newest"] else None,
        pdf=request.build_absolute_uri(reverse("edition-pdf", args=site)) if one["is_newest"] else None,
        pdf_bytes=one["pdf_size"],
        pdf_sha256=one["pdf_digest"],
    )


@read("/partnerships/{partnership}/editions/{year}/{edition}", Document)
def edition(request, partnership: PartnershipName, year: Year, edition: EditionName, version: Version = None):
    """A report: its priorities, actions with their progress, and indicators, byte for byte as it was frozen."""
    _, tree = _version_at(partnership, year, edition, version)
    return HttpResponse(render_json(tree), content_type="application/json")


@read("/partnerships/{partnership}/editions/{year}/{edition}/actions", list[PublishedAction], csv=True)
def actions(
    request,
    partnership: PartnershipName,
    year: Year,
    edition: EditionName,
    version: Version = None,
    format: Format = "json",
):
    """The actions of a report with their progress."""
    place, tree = _version_at(partnership, year, edition, version)
    rows = open_data.action_rows(place, tree)
    return whole(format, f"{_stem(place)}-actions", PublishedAction, rows)


@read("/partnerships/{partnership}/editions/{year}/{edition}/figures", list[PublishedFigure], csv=True)
def figures(
    request,
    partnership: PartnershipName,
    year: Year,
    edition: EditionName,
    version: Version = None,
    format: Format = "json",
):
    """All figures of a report."""
    place, tree = _version_at(partnership, year, edition, version)
    rows = open_data.figure_rows(place, tree)
    return whole(format, f"{_stem(place)}-figures", PublishedFigure, rows)


@read("/partnerships/{partnership}/indicators", answers.Page[answers.PublishedIndicator], csv=True)
def indicators(request, partnership: PartnershipName, part: Query[Part]):
    """The indicators with figures in the newest versions of a partnership's reports."""
    found = open_data.indicators_in(_newest(partnership))
    return listed(
        request, part, answers.PublishedIndicator, list(found.values()), lambda parts: _indicator(request, parts)
    )


@read("/partnerships/{partnership}/indicators/{indicator}", answers.Series, csv=True)
def series(request, partnership: PartnershipName, indicator: IndicatorName, part: Query[Part]):
    """An indicator's figures in the newest versions of all reports, by period and then by year of the report."""
    found = open_data.indicators_in(_newest(partnership))
    if indicator not in found:
        raise NotPublished
    parts = found[indicator]
    answer = listed(request, part, PublishedFigure, open_data.series_rows(parts), lambda row: row)
    if part.format == "csv":
        return answer
    newest = parts[0][2]
    return answer | {"indicator": _indicator(request, parts), "breaks": newest.breaks}


def _indicator(request, parts):
    place, _, newest = parts[0]
    return answers.PublishedIndicator(
        partnership=place.partnership,
        indicator=newest.slug,
        title=newest.title,
        definition=newest.definition,
        unit=newest.unit,
        kind=newest.kind,
        area=newest.area,
        supplier=newest.supplier,
        source=newest.source,
        direction_note=newest.direction_note,
        years=sorted({part[0].year for part in parts}),
        figures=address(request, f"partnerships/{place.partnership}/indicators/{newest.slug}"),
    )


def _newest(partnership):
    documents = open_data.newest_documents(partnership)
    if not documents:
        raise NotPublished
    return documents


def _version_at(partnership, year, edition, version):
    try:
        financial_year = FinancialYear.parse(year)
    except ValueError:
        raise NotPublished from None
    return open_data.version_at(partnership, financial_year, edition, version)


# --- Lists and addresses --------------------------------------------------------------------------------------------


def listed(request, part, kind, found, row):
    """The ``part`` of a list ``found``: one page, or all as CSV. ``row`` makes a ``kind`` of each."""
    if part.format == "csv":
        return whole("csv", "-".join(request.path.strip("/").split("/")[2:]), kind, [row(one) for one in found])
    paginator = Paginator(found, part.size)
    page = paginator.page(part.page)
    return {
        "count": paginator.count,
        "page": page.number,
        "pages": paginator.num_pages,
        "next": _page_address(request, part, page.number + 1) if page.has_next() else None,
        "previous": _page_address(request, part, page.number - 1) if page.has_previous() else None,
        "items": [row(one) for one in page],
    }


def _page_address(request, part, number):
    return request.build_absolute_uri(f"{request.path}?{urlencode({'page': number, 'size': part.size})}")


def whole(format, stem, kind, rows):
    """All ``rows``, each a ``kind``: as they are for JSON, or as a CSV file called after ``stem``."""
    if format == "json":
        return rows
    columns = [field.name for field in fields(kind)] if is_dataclass(kind) else list(kind.model_fields)
    return csv_response(f"{stem}.csv", columns, [[_cell(row, column) for column in columns] for row in rows])


def _cell(row, column):
    value = getattr(row, column)
    if column == "value" and value is not None:
        return Decimal(value)
    return " ".join(value) if isinstance(value, list) else value


def _stem(place):
    return f"{place.partnership}-{place.year}-{place.edition}-version-{place.version}"


def address(request, rest, **parameters):
    query = f"?{urlencode(parameters)}" if parameters else ""
    return request.build_absolute_uri(reverse("open-data-api", args=[rest]) + query)


# --- Refusals -----------------------------------------------------------------------------------------------------


@api.exception_handler(NotPublished)
def not_published(request, error):
    return problem(404, "Nothing is published at this address.")


@api.exception_handler(EmptyPage)
def no_such_page(request, error):
    return problem(404, "The list has no such page.")


@api.exception_handler(Withdrawn)
def withdrawn(request, error):
    day = date_format(localtime(error.at), "j F Y")
    return problem(410, f"This report was withdrawn on {day}. The reason: {error.reason}")


@api.exception_handler(ValidationError)
def not_valid(request, error):
    if any(one["loc"][0] == "path" for one in error.errors):
        return not_published(request, error)
    return problem(400, "; ".join(f"{one['loc'][-1]}: {one['msg']}" for one in error.errors) + ".")


resolver = URLResolver(RegexPattern(r"^"), api.urls[0])
