from contextlib import suppress
from dataclasses import replace

from django.core.management.base import CommandError
from django.db import transaction
from django.utils import timezone

from indicators import recording
from indicators.imports import files, table
from indicators.imports.looking import known_to, remembered
from indicators.imports.reading import Read, Reading, TooManyRefused
from indicators.management.importing import ImportCommand
from indicators.models import Import

LARGEST = 50 * files.MEGABYTE
MOST_ROWS = 500_000
LONGEST_SOURCE = Import._meta.get_field("source").max_length


class Command(ImportCommand):
    help = "Takes a table of figures in, as CSV, XLSX or ODS: indicator, period and value, and area, status and note."
    source = "observations"

    def add_arguments(self, parser):
        super().add_arguments(parser)
        parser.add_argument(
            "--source",
            default="Figures from a command",
            help="Whose figures these are. Columns are read as remembered for this source, else by their headers.",
        )
        parser.add_argument("--indicator", default="", metavar="SLUG", help="The one indicator that all rows are of.")

    def handle(self, **options):
        if len(options["source"]) > LONGEST_SOURCE:
            raise CommandError(f"The name of the source is longer than {LONGEST_SOURCE} characters. Shorten it.")
        super().handle(**options)

    def read(self, told):
        """With the proposals of all files kept for ``take``."""
        reading, self.proposals = Reading(), {}
        with suppress(TooManyRefused):
            for path in told.paths:
                name = files.name_of(path)
                with files.refusing(reading, name):
                    grid = table.read_file(path, limit=LARGEST, most_rows=MOST_ROWS)
                    self._read_grid(told, reading, grid, name)
        return reading

    def _read_grid(self, told, reading, grid, file):
        columns, indicator = self._columns(told, grid.header)
        indicator = told.options["indicator"] or indicator
        known = known_to(told.partnership, indicator)
        if indicator and known.one is None:
            reading.refuse(None, "", indicator, f"There is no indicator {indicator}.", file=file)
        elif not table.is_complete(columns, indicator):
            reason = "The columns of the indicator, the period or the value are not found by their headers."
            reading.refuse(1, "", ", ".join(grid.header), reason, file=file)
        else:
            proposals, refused = table.read_figures(grid, columns, known, on=told.today)
            reading.refused += [replace(one, file=file) for one in refused]
            self._add(told, reading, proposals, file)
        for warning in grid.warnings:
            reading.warn(warning, file=file)
        self.progress(len(grid.rows))

    def _columns(self, told, header):
        kept = told.partnership.column_matchings.filter(source=told.options["source"]).first()
        return (kept and remembered(kept, header)) or (table.guess(header), "")

    def _add(self, told, reading, proposals, file):
        """Keep the proposals for ``take``; ``reading`` counts them, and refuses a second figure for one place."""
        titles = dict(told.partnership.indicators.values_list("pk", "title"))
        areas = {area.pk: (area.code, area.name) for area in told.partnership.areas.all()}
        for one in proposals:
            self.proposals.setdefault(one.key, one)
            area = areas.get(one.area, ("", "whole area"))
            read = Read(titles[one.indicator], *area, one.start, one.end, one.value, missing=one.missing, row=one.row)
            reading.add(read, file=file)

    @transaction.atomic
    def take(self, told, reading, origins):
        found, arrival = recording.load(
            told.partnership,
            list(self.proposals.values()),
            source=told.options["source"],
            origins=origins,
            warnings=[one.text for one in reading.warnings],
            at=timezone.now(),
        )
        if told.dry_run:
            transaction.set_rollback(True)
        return {"figures": found.counts, "import": arrival.pk if arrival and not told.dry_run else None}
