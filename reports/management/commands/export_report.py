import contextlib
import os
import secrets
from dataclasses import replace
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from reports.management.finding import add_edition_arguments, find_edition, find_version, report_and_version
from reports.rendering.csv_tables import render_csv
from reports.rendering.data import digest, render_json
from reports.rendering.docx import render_docx
from reports.rendering.html import render_standalone
from reports.rendering.ods import render_ods
from reports.rendering.pdf import RenderingFailed, render_pdf
from reports.summary import build_summary, from_data

FORMATS = {
    "pdf": render_pdf,
    "html": lambda document: render_standalone(document).encode(),
    "docx": render_docx,
    "ods": render_ods,
    "csv": render_csv,
    "json": render_json,
}


class Command(BaseCommand):
    help = (
        "Writes a report to a file: as its data stand now, or a frozen version of it from its stored content. It says "
        "Draft unless it is what was published. csv is a ZIP file of two tables, actions.csv and figures.csv."
    )

    def add_arguments(self, parser):
        add_edition_arguments(parser, versions=True)
        parser.add_argument("--format", choices=FORMATS, default="pdf")
        parser.add_argument("--output", type=Path, required=True, help="The file to write. An older one is replaced.")

    def handle(self, *, partnership, year, format, output, edition, **options):
        slug, number = report_and_version(edition)
        edition = find_edition(partnership, year, slug)
        frozen = find_version(edition, number) if number is not None else None
        if output.is_dir():
            raise CommandError(f"{output} is a folder. Name the file to write.")
        if not output.parent.is_dir():
            raise CommandError(f"{output} cannot be written: there is no folder {output.parent}.")
        try:
            content = FORMATS[format](document_of_version(frozen) if frozen else document_of(edition))
            write_whole(output, content)
        except RenderingFailed as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"{output} cannot be written: {error.strerror}.") from error
        self.stdout.write(f"{output}: {len(content):,} bytes")


def document_of_version(frozen):
    """The stored document of a frozen version: a draft until the version is published."""
    document = from_data(frozen.content)
    return document if frozen.published_at else replace(document, is_draft=True)


def document_of(edition):
    """The document of the live data: a draft, unless it is that of the newest published copy to the byte."""
    document = build_summary(edition)
    newest = edition.frozen.published().order_by("-number").values_list("digest", flat=True).first()
    return document if newest == digest(document) else replace(document, is_draft=True)


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
