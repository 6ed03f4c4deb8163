"""What the import commands share: what they are told, how they tell what they read, and how they end."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.models import Partnership
from indicators import feeding
from indicators.imports import origin
from indicators.imports.archives import FileRefused
from indicators.imports.files import name_of
from indicators.imports.reading import Reading


@dataclass
class Told:
    """What a run is to do: for whom, with which files, and whether it is only to say what it would do."""

    partnership: Partnership
    paths: list[str]
    today: date
    dry_run: bool
    options: dict = field(default_factory=dict)


class ImportCommand(BaseCommand):
    """Exit 0: done, or nothing new. Exit 1: refused, and nothing changed. With --json, only JSON on standard output."""

    source = ""

    def add_arguments(self, parser):
        parser.add_argument("partnership", help="The partnership's short name, such as kent.")
        parser.add_argument("files", nargs="+", metavar="FILE", help="The files, as they were published.")
        parser.add_argument("--dry-run", action="store_true", help="Say what would be done, and change nothing.")
        parser.add_argument("--json", action="store_true", dest="as_json", help="Say it as JSON.")

    def handle(self, *, partnership, files, dry_run, as_json, verbosity, **options):
        told = Told(find_partnership(partnership), files, timezone.localdate(), dry_run, options)
        self._shows_progress = self.stderr.isatty() or verbosity > 1
        with ThreadPoolExecutor(1) as beside:
            hashed = beside.submit(origins, files)
            reading = self.read(told)
        report = {"partnership": told.partnership.slug, "source": self.source, "dry_run": dry_run}
        report |= {"files": [one.fields for one in hashed.result()], **_read(reading)}
        if not reading.refused:
            report |= self.take(told, reading, hashed.result())
        report |= {"refused": [_refused(one) for one in reading.refused], "done": not reading.refused}
        self._say(report, as_json)
        if reading.refused:
            raise CommandError(f"Nothing was changed: {len(reading.refused)} refused.")

    def read(self, told):
        """The Reading of ``told.paths``."""
        raise NotImplementedError

    def take(self, told, reading, origins):
        """Keep the figures; what became of them, as JSON. What it refuses in ``reading`` it must not have kept."""
        raise NotImplementedError

    def progress(self, rows):
        """Given to the readers: how many rows are read so far."""
        if self._shows_progress:
            self.stderr.write(f"\r{rows:,} rows", ending="")

    def _say(self, report, as_json):
        if self._shows_progress:
            self.stderr.write("")
        if as_json:
            self.stdout.write(json.dumps(report, ensure_ascii=False))
            return
        for line in lines(report):
            self.stdout.write(line)


class FeedCommand(ImportCommand):
    """A command that takes a public source in. ``feed`` is its Indicator.Feed, ``reader`` its module's ``read``."""

    feed = None

    @property
    def source(self):
        return self.feed.value

    def add_arguments(self, parser):
        super().add_arguments(parser)
        parser.add_argument(
            "--existing-only", action="store_true", help="Make no indicator for a measure that none is fed with."
        )

    def take(self, told, reading, origins):
        taken = feeding.take(
            told.partnership,
            self.feed,
            reading,
            origins=origins,
            at=timezone.now(),
            existing_only=told.options["existing_only"],
            dry_run=told.dry_run,
        )
        return {
            "figures": taken.sorted.counts,
            "left_out": dict(taken.left_out),
            "indicators_made": [one.slug for one in taken.made],
            "import": (taken.arrival and not told.dry_run and taken.arrival.pk) or None,
        }


def find_partnership(slug):
    """The Partnership, or a CommandError that names what there is instead."""
    partnership = Partnership.objects.filter(slug=slug).first()
    if partnership is None:
        known = ", ".join(Partnership.objects.order_by("slug").values_list("slug", flat=True)) or "none"
        raise CommandError(f"There is no partnership {slug!r}. There is: {known}.")
    return partnership


def origins(paths):
    """The Origin of each file; for one that cannot be opened, which the reader refuses, one that says nothing."""
    return [_origin(path) for path in paths]


def lines(report):
    """A run's report in words, a text for each line."""
    for warning in report["warnings"]:
        yield f"Warning: {_placed(warning)}"
    for refused in report["refused"]:
        yield f"Refused: {_placed(refused)}"
    if "figures" not in report:
        return
    for why, number in report.get("left_out", {}).items():
        yield f"Left out: {number:,} figures, because {why}."
    if made := report.get("indicators_made"):
        yield f"Indicators made: {', '.join(made)}"
    said = ", ".join(f"{number:,} {outcome}" for outcome, number in report["figures"].items())
    yield f"{'Would be kept' if report['dry_run'] else 'Figures'}: {said}"


def _origin(path):
    try:
        return origin.of_file(path)
    except FileRefused:
        return origin.Origin(name_of(path), "", 0)


def _read(reading: Reading):
    warnings = [{"file": one.file, "row": one.row, "reason": one.text} for one in reading.warnings]
    return {"counts": reading.counts, "warnings": warnings}


def _refused(one):
    return {"file": one.file, "row": one.row, "column": one.column, "value": one.value, "reason": one.reason}


def _placed(one):
    where = [one["file"], one["row"] and f"line {one['row']}", one.get("column")]
    return ": ".join(filter(None, [", ".join(map(str, filter(None, where))), one["reason"]]))
