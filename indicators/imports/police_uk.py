"""Street-level crime of data.police.uk: rows counted by month, district and crime type.

A file is one month's CSV, the same compressed with gzip, or the site's zip of many months. Millions of rows pass
through in chunks (see street_rows.py); only counts are kept. A row's district is found by its LSOA.
"""

import contextlib
import gzip
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from functools import partial

from indicators.imports import archives, files, gaps, geography, street_rows
from indicators.imports.archives import FileRefused
from indicators.imports.reading import Areas, Read, Reading, TooManyRefused, counted, shortened

OUTSIDE, NO_LOCATION = "(outside the area)", "(no location)"
_SHOWN = 5


def read(
    given,
    *,
    areas: Areas,
    progress: Callable[[int], None] | None = None,
    former_names: Mapping[str, str] | None = None,
    lookup: Mapping[str, str] | None = None,
    earlier: Mapping[date, Mapping[str, Decimal]] | None = None,
    today: date | None = None,
) -> Reading:
    """Count the street-level rows in ``given``: paths or open binary files.

    The district is the one that ``lookup`` {LSOA code: district code} says, otherwise the LSOA's name without its
    last five characters, under today's name or a former one (``former_names``, {old: today's}, adds to those known).
    The partnership's own figure is the sum of its districts. ``earlier`` is {first day of a month: {crime type:
    count}} of the partnership's stored figures, with which the first months are compared for a gap in supply.
    """
    reading = Reading()
    names = (
        {code: code for code in areas.parts} if lookup is not None else geography.names_of_parts(areas, former_names)
    )
    totals = _Totals(reading, areas, names)
    rules = street_rows.Rules(today or date.today(), lookup)
    with contextlib.suppress(TooManyRefused), contextlib.ExitStack() as stack:
        for file in given:
            with files.refusing(reading, files.name_of(file)):
                _read_file(file, stack, totals, rules, progress)
    if not reading.refused:
        totals.report()
        monthly = _add_figures(reading, totals.rows, areas)
        gaps.look(reading, monthly, earlier or {})
    return reading


class _Totals:
    """Rows by (month, area's code or OUTSIDE or NO_LOCATION, crime type), over all files."""

    def __init__(self, reading, areas, names):
        self.reading, self.areas, self.names = reading, areas, names
        self.rows, self.outside, self.forces, self.types = Counter(), Counter(), Counter(), Counter()
        self._given_in = {}

    def add(self, source, counted):
        """Add the rows of one file by (force, month, place, crime type), or refuse it as a whole."""
        ours = 0
        for (force, month, place, kind), count in counted.items():
            area = NO_LOCATION if place == street_rows.NOWHERE else self.names.get(place, OUTSIDE)
            self.rows[month, area, kind] += count
            self.forces[force] += count
            self.types[kind] += count
            self.outside[place] += count if area == OUTSIDE else 0
            ours += count if area in self.areas else 0
        if not ours:
            self._refuse_other_force(source, sorted({force for force, *_ in counted}))
        for force, month in sorted({(force, month) for force, month, *_ in counted}):
            self._refuse_twice(source, force, month)

    def _refuse_other_force(self, source, forces):
        given = ", ".join(forces[:_SHOWN])
        reason = f"None of its rows lies in {self.areas.name}; they are of {given}. Give the file of your own force."
        self.reading.refuse(None, "LSOA name", "", reason, file=source.name)

    def _refuse_twice(self, source, force, month):
        """A month of a force that an earlier file has given would be counted twice."""
        other = self._given_in.setdefault((force, month), source)
        if other is not source:
            reason = f'{force} for {month} is in "{other.name}" already. Give each month once.'
            self.reading.refuse(None, "Month", month, reason, file=source.name)

    def report(self):
        """Warn of rows that are in no figure, of more than one force, and of crime types not seen before."""
        warn, whole = self.reading.warn, self.rows.total()
        if outside := self.outside.total():
            named = [f"{place} {count:,}" for place, count in (+self.outside).most_common(_SHOWN)]
            more = ", and others" if len(+self.outside) > _SHOWN else ""
            warn(f"Outside the area, and in no figure: {outside:,} of {whole:,} rows ({', '.join(named)}{more}).")
        if nowhere := sum(count for (_, area, _), count in self.rows.items() if area == NO_LOCATION):
            warn(f"Without a location, and in no figure: {nowhere:,} of {whole:,} rows.")
        if len(self.forces) > 1:
            named = ", ".join(f"{name} {count:,}" for name, count in self.forces.most_common(_SHOWN))
            warn(f"More than one force has reported the rows, and they are counted together: {named}.")
        for kind in sorted(set(self.types) - street_rows.CRIME_TYPES):
            rows = counted(self.types[kind], "row")
            warn(f'"{shortened(kind)}" is a new crime type, of {rows}. It is counted as it stands.')


def _read_file(file, stack, totals, rules, progress):
    """Count each street-level CSV in one file that was given."""
    for source in _sources(file, stack, totals.reading):
        with files.refusing(totals.reading, source.name):
            shown = partial(_show, progress, totals.rows.total()) if progress else None
            counted = street_rows.count(source, totals.reading, rules, shown)
            if counted is not None:
                totals.add(source, counted)


def _show(progress, before, rows):
    progress(before + rows)


def _sources(file, stack, reading) -> Iterable[street_rows.Source]:
    """The street-level CSVs in ``file``; other files of a zip are named in a warning. Raises FileRefused."""
    handle, name = stack.enter_context(files.opened(file)), files.name_of(file)
    kind = files.kind_of(handle)
    if kind != "zip":
        yield street_rows.Source(name, lambda: _unpacked(handle, kind))
        return
    archive = stack.enter_context(archives.opened(handle, archives.MONTHS_OF_CSV))
    entries = [info for info in archive.infolist() if not info.is_dir()]
    wanted = [info for info in entries if info.filename.lower().endswith("-street.csv")]
    if not wanted:
        raise FileRefused("The zip file holds no street-level file, whose name ends in -street.csv.")
    if others := ", ".join(info.filename for info in entries if info not in wanted):
        reading.warn(f"Only street-level files are read, not {shortened(others, 200)}.", file=name)
    for info in sorted(wanted, key=lambda info: info.filename):
        yield street_rows.Source(info.filename, lambda info=info: archive.open(info))


@contextlib.contextmanager
def _unpacked(handle, kind):
    handle.seek(0)
    if kind == "gzip":
        with gzip.GzipFile(fileobj=handle) as unpacked:
            yield unpacked
    else:
        yield handle


def _add_figures(reading, rows, areas):
    """Add a figure for each month, area and type, zero where the month has the type and the area none of it.

    The partnership's own counts come back, as {first day of a month: {crime type: count}}.
    """
    monthly = {}
    types = {
        month: sorted({kind for one, _, kind in rows if one == month}) for month in sorted({key[0] for key in rows})
    }
    for month, kinds in types.items():
        first = date.fromisoformat(f"{month}-01")
        own = monthly[first] = Counter()
        for kind in kinds:
            for code, name in areas.parts.items():
                own[kind] += rows[month, code, kind]
                _add(reading, kind, code, name, first, rows[month, code, kind])
            if areas.districts:
                _add(reading, kind, areas.code, areas.name, first, own[kind])
            for area in (NO_LOCATION, OUTSIDE):
                if count := rows[month, area, kind]:
                    _add(reading, kind, "", area, first, count, placed=False)
    return monthly


def _add(reading, kind, code, name, first, count, *, placed=True):
    end = gaps.month_of(first).end
    reading.add(Read(kind, code, name, first, end, Decimal(count)), placed=placed)
