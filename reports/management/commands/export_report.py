import contextlib
import os
import secrets
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from accounts.models import Partnership
from priorities.years import FinancialYear
from reports.rendering.data import render_json
from reports.rendering.html import render_standalone
from reports.rendering.pdf import RenderingFailed, render_pdf
from reports.summary import build_summary

FORMATS = {
    "pdf": render_pdf,
    "html": lambda document: render_standalone(document).encode(),
    "json": render_json,
}


class Command(BaseCommand):
    help = "Writes a report, as its data stand now, to a file. It says Draft until a copy of it is published."

    def add_arguments(self, parser):
        parser.add_argument("partnership", help="The partnership's short name, such as kent.")
        parser.add_argument("year", help="2022/23 or 2022-23.")
        parser.add_argument("--format", choices=FORMATS, default="pdf")
        parser.add_argument("--output", type=Path, required=True, help="The file to write. An older one is replaced.")
        parser.add_argument("--edition", default="annual-summary", help="Which report: annual-summary if not given.")

    def handle(self, *, partnership, year, format, output, edition, **options):
        edition = find_edition(partnership, year, edition)
        if output.is_dir():
            raise CommandError(f"{output} is a folder. Name the file to write.")
        if not output.parent.is_dir():
            raise CommandError(f"{output} cannot be written: there is no folder {output.parent}.")
        is_draft = not edition.frozen.published().exists()
        document = build_summary(edition, is_draft=is_draft)
        try:
            content = FORMATS[format](document)
            write_whole(output, content)
        except RenderingFailed as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"{output} cannot be written: {error.strerror}.") from error
        self.stdout.write(f"{output}: {len(content):,} bytes")


def find_edition(partnership_slug, written_year, edition_slug):
    """The edition, or a CommandError that names what there is instead."""
    partnership = Partnership.objects.filter(slug=partnership_slug).first()
    if partnership is None:
        known = _listed(Partnership.objects.order_by("slug").values_list("slug", flat=True))
        raise CommandError(f"There is no partnership {partnership_slug!r}. There is: {known}.")
    try:
        year = FinancialYear.parse(written_year)
    except ValueError as error:
        raise CommandError(f"{error} {_years_of(partnership)}") from error
    agreement = partnership.agreements.filter(year=year.start_year).first()
    if agreement is None:
        raise CommandError(f"{partnership.name} has no agreement for {year}. {_years_of(partnership)}")
    edition = agreement.editions.select_related("agreement__partnership").filter(slug=edition_slug).first()
    if edition is None:
        known = _listed(agreement.editions.order_by("slug").values_list("slug", flat=True))
        raise CommandError(f"{partnership.name} has no report {edition_slug!r} for {year}. There is: {known}.")
    return edition


def write_whole(path, content):
    """Write ``content`` to ``path``, so that nobody ever finds half of it there. OSError if it cannot be done."""
    part = path.parent / f".{path.name}.{secrets.token_hex(4)}"
    try:
        with part.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            part.unlink()
        raise


def _listed(names):
    return ", ".join(names) or "none"


def _years_of(partnership):
    starts = partnership.agreements.order_by("year").values_list("year", flat=True)
    return f"There is: {_listed(FinancialYear(start).label for start in starts)}."
