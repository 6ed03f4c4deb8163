"""The Department for Transport's STATS19 road casualty data: casualties and collisions by district, year and month.

"Killed or seriously injured" counts people, so it is only given with the casualties file; each casualty's place and day
are those of its collision. The columns may have the names in use since 2024 (collision_index) or those before
(Accident_Index, accident_index).
"""

import contextlib
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from indicators.imports import cells, files
from indicators.imports.archives import FileRefused
from indicators.imports.reading import INCOMPLETE, Areas, Read, Reading, TooManyRefused, counted
from indicators.periods import Period

CASUALTIES = "Casualties"
KSI = "Killed or seriously injured casualties"
FATAL_CASUALTIES = "Fatal casualties"
COLLISIONS = "Collisions"
BY_SEVERITY = {1: "Fatal collisions", 2: "Serious collisions", 3: "Slight collisions"}
FIRST_YEAR = 1979
_PROGRESS_EVERY = 50_000

_INDEX = ["collision_index", "accident_index"]
_COLLISION_HEADERS = {
    "index": _INDEX,
    "severity": ["collision_severity", "accident_severity"],
    "casualties": ["number_of_casualties"],
    "date": ["date"],
    "district": ["local_authority_ons_district"],
    "highway": ["local_authority_highway", "local_authority_(highway)"],
}
_CASUALTY_HEADERS = {
    "index": _INDEX,
    "vehicle": ["vehicle_reference"],
    "casualty": ["casualty_reference"],
    "severity": ["casualty_severity"],
}


@dataclass
class _Collision:
    """A collision in one of our areas. ``found`` is how many of its casualties the casualties file has."""

    area: str
    day: date
    casualties: int
    line: int
    found: int = 0


@dataclass
class _Counts:
    """What is counted, by (measure, area's code, year, month)."""

    counted: Counter = field(default_factory=Counter)
    ours: dict = field(default_factory=dict)
    last_months: dict = field(default_factory=dict)
    elsewhere: int = 0
    done: int = 0

    def add(self, measure, collision, number=1):
        self.counted[measure, collision.area, collision.day.year, collision.day.month] += number


def read(given, *, areas: Areas, progress=None, today: date | None = None) -> Reading:
    """Read collisions files and casualties files in ``given``, in any order: paths or open binary files.

    The partnership's own figure is the sum of its districts; without districts, it is that of the rows which carry its
    code as district or as highway authority. A month or a year of the collisions files has 0 where an area has none.
    """
    reading, counts = Reading(), _Counts()
    with contextlib.suppress(TooManyRefused):
        kinds = {"collisions": [], "casualties": []}
        for file in given:
            with files.refusing(reading, files.name_of(file)):
                kinds[_kind_of(file)].append(file)
        collisions = _Collisions(counts, areas, today or date.today())
        for file in kinds["collisions"]:
            _each(reading, file, _COLLISION_HEADERS, collisions, progress)
        casualties = _Casualties(counts)
        for file in kinds["casualties"]:
            _each(reading, file, _CASUALTY_HEADERS, casualties, progress)
        if not reading.refused:
            _finish(reading, counts, areas, kinds)
    return reading


def _kind_of(file):
    with files.open_table(file, limit=files.COMMAND_LIMIT) as table:
        heads = {cells.text(cell).lower() for cell in next(table.rows, files.Row(1, [])).cells}
    if "casualty_severity" in heads:
        return "casualties"
    if heads & {"collision_severity", "accident_severity"}:
        return "collisions"
    raise FileRefused("This is no file of collisions or casualties: there is no severity. Give it as published.")


def _each(reading, file, headers, reader, progress):
    """Give each row of a file to ``reader``, with the cells by the names in ``headers``."""
    name = files.name_of(file)
    with files.refusing(reading, name), files.open_table(file, limit=files.COMMAND_LIMIT) as table:
        reading.warnings += table.warnings
        refused = len(reading.refused)
        columns = files.columns(reading, next(table.rows), headers, file=name, optional=("highway",))
        if len(reading.refused) > refused:
            return
        widest = max(columns.values())
        for row in table.rows:
            if len(row.cells) <= widest:
                reason = f"The row has only {len(row.cells)} cells. Correct it, or fetch the file again."
                reading.refuse(row.line, "", "", reason, file=name)
                continue
            reader.take(_Row(reading, name, row, columns, headers))
            reader.counts.done += 1
            if progress and reader.counts.done % _PROGRESS_EVERY == 0:
                progress(reader.counts.done)
    if progress:
        progress(reader.counts.done)


class _Row:
    """The cells of one row by name; one that cannot be taken is refused, and None comes in its place."""

    def __init__(self, reading, file, row, columns, headers):
        self.reading, self.file, self.line, self.headers = reading, file, row.line, headers
        self._cells = {name: row.cells[place] for name, place in columns.items()}

    def __getitem__(self, name) -> str:
        return cells.text(self._cells.get(name))

    def count(self, name, allowed):
        """The whole number in a cell, which must be in ``allowed``."""
        try:
            value = cells.figure(self._cells[name], may_be_negative=False, whole=True).value
        except cells.CellProblem as problem:
            return self.refuse(name, problem.reason)
        if value is None or int(value) not in allowed:
            most = f"{allowed.start} to {allowed.stop - 1}"
            return self.refuse(name, f'"{self[name]}" is not a whole number from {most}. Correct it.')
        return int(value)

    def day(self, name, first, last):
        """The date in a cell, which must not be before ``first`` or after ``last``."""
        try:
            day = cells.day(self._cells[name])
        except cells.CellProblem as problem:
            return self.refuse(name, problem.reason)
        if not first <= day <= last:
            return self.refuse(name, f"{self[name]} is out of range: no collision can be of that day. Correct it.")
        return day

    def refuse(self, name, reason):
        self.reading.refuse(self.line, self.headers[name][0], self[name], reason, file=self.file)


class _Collisions:
    """Counts collisions, and remembers those of our areas for the casualties file."""

    def __init__(self, counts, areas, today):
        self.counts, self.areas, self.today = counts, areas, today

    def take(self, row):
        severity, casualties = row.count("severity", range(1, 4)), row.count("casualties", range(1, 1000))
        day = row.day("date", date(FIRST_YEAR, 1, 1), self.today)
        if None in (severity, casualties, day):
            return
        last_months = self.counts.last_months
        last_months[day.year] = max(last_months.get(day.year, 1), day.month)
        area = self._area_of(row)
        if not area:
            self.counts.elsewhere += 1
        elif not row["index"]:
            row.refuse("index", "The collision has no number, so its casualties cannot be found. Correct it.")
        elif before := self.counts.ours.get(row["index"]):
            row.refuse("index", f"The collision stands on line {before.line} already. Delete one of the two rows.")
        else:
            collision = self.counts.ours[row["index"]] = _Collision(area, day, casualties, row.line)
            self.counts.add(COLLISIONS, collision)
            self.counts.add(BY_SEVERITY[severity], collision)

    def _area_of(self, row):
        if row["district"] in self.areas.parts:
            return row["district"]
        return self.areas.code if not self.areas.districts and row["highway"] == self.areas.code else ""


class _Casualties:
    """Counts the casualties of our collisions."""

    def __init__(self, counts):
        self.counts = counts
        self.seen = set()

    def take(self, row):
        collision = self.counts.ours.get(row["index"])
        severity = row.count("severity", range(1, 4)) if collision else None
        if severity is None:
            return
        key = row["index"], row["vehicle"], row["casualty"]
        if key in self.seen:
            row.refuse("casualty", "The same casualty stands twice. Delete one of the two rows.")
            return
        self.seen.add(key)
        collision.found += 1
        self.counts.add(CASUALTIES, collision)
        if severity <= 2:
            self.counts.add(KSI, collision)
        if severity == 1:
            self.counts.add(FATAL_CASUALTIES, collision)


def _finish(reading, counts, areas, kinds):
    """Check the two kinds of file against each other, and add the figures."""
    if not kinds["collisions"]:
        reason = "The collisions file is missing: it says where and when each casualty was. Give both files."
        reading.refuse(None, "", "", reason)
    elif not counts.ours:
        reading.refuse(None, "", "", f"No collision is in {areas.name}. District codes are looked for, not names.")
    elif kinds["casualties"]:
        _check_casualties(reading, counts)
        measures = [CASUALTIES, KSI, FATAL_CASUALTIES, COLLISIONS, *BY_SEVERITY.values()]
    else:
        for collision in counts.ours.values():
            counts.add(CASUALTIES, collision, collision.casualties)
        measures = [CASUALTIES, COLLISIONS, *BY_SEVERITY.values()]
        reading.warn(
            "Without the casualties file there is no figure for people killed or seriously injured: a collision's "
            "severity is that of its worst casualty, and says nothing of the others."
        )
    if not reading.refused:
        _add_figures(reading, counts, areas, measures)


def _check_casualties(reading, counts):
    """Refuse a year of collisions without casualties; warn of collisions that have fewer or more than they say."""
    for year in sorted({collision.day.year for collision in counts.ours.values()}):
        ours = [collision for collision in counts.ours.values() if collision.day.year == year]
        if not any(collision.found for collision in ours):
            reason = f"The collisions of {year} have no casualties. Give the casualties file of the same years."
            reading.refuse(None, _INDEX[0], str(year), reason)
        elif wrong := [collision for collision in ours if collision.found != collision.casualties]:
            said, found = (sum(getattr(one, name) for one in wrong) for name in ("casualties", "found"))
            reading.warn(
                f"{counted(len(wrong), 'collision')} of {year} should have {counted(said, 'casualty row')}; the "
                f"casualties file has {found:,}. Are both files of the same release?"
            )


def _add_figures(reading, counts, areas, measures):
    if counts.elsewhere:
        reading.warn(f"Outside the area, and in no figure: {counted(counts.elsewhere, 'collision')}.")
    named = dict(areas.parts)
    if areas.districts:
        named[areas.code] = areas.name
    for year, last_month in sorted(counts.last_months.items()):
        if last_month < 12:
            last = Period.month(year, last_month).label
            reading.warn(f"No collision is later than {last}: the figures of {year} are marked incomplete.")
        for measure in measures:
            for code, name in named.items():
                _add_year(reading, counts, areas, (measure, code, name), year, last_month)


def _add_year(reading, counts, areas, figure, year, last_month):
    measure, code, name = figure
    codes = areas.districts if areas.districts and code == areas.code else [code]
    status = {"status": INCOMPLETE} if last_month < 12 else {}
    months = [sum(counts.counted[measure, one, year, month] for one in codes) for month in range(1, last_month + 1)]
    whole = Period.calendar_year(year)
    reading.add(Read(measure, code, name, whole.start, whole.end, Decimal(sum(months)), **status))
    for month, count in enumerate(months, start=1):
        period = Period.month(year, month)
        reading.add(Read(measure, code, name, period.start, period.end, Decimal(count), **status))
