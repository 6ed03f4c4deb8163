"""The ONS's tables of recorded crime by Community Safety Partnership (Table C2), as published in CSV or XLSX.

Some lines of words come first, among them the year that the table is for; then the headers, which run over several
lines; then a row for each police force, its partnerships and the crimes that it could place in none of them. Rows are
joined on codes. A partnership that is one local authority's is found by the authority's code as well; one of several
authorities, such as Dartford and Gravesham, by its own code only.
"""

import contextlib
import re
from collections import Counter
from dataclasses import dataclass

from indicators.imports import cells, files
from indicators.imports.archives import FileRefused
from indicators.imports.reading import Areas, Read, Reading, TooManyRefused
from indicators.periods import Period

_HEADERS = {
    "force": ["Police Force Area code"],
    "force_name": ["Police Force Area name"],
    "csp": ["Community Safety Partnership code"],
    "csp_name": ["Community Safety Partnership name"],
    "authority": ["Local Authority code"],
}
_NOT_OFFENCES = {"local authority name"}
_MOST_LINES_BEFORE = 30
_NOTE = re.compile(r"\s*\[note [0-9]+\]", re.IGNORECASE)
_YEAR_ENDING = re.compile(r"year ending ([A-Za-z]+) ((?:19|20)[0-9]{2})", re.IGNORECASE)
_CODE = re.compile(r"[EWKSN][0-9]{8}")


@dataclass(frozen=True)
class _Row:
    """One row of the table: codes and names without notes, and {offence: cell}. The force's total has no csp_name."""

    line: int
    force: str
    force_name: str
    csp: str
    csp_name: str
    authority: str
    offences: dict

    @property
    def codes(self) -> set[str]:
        """The codes that say which area the row is for."""
        given = (self.csp, self.authority) if self.csp_name else (self.force,)
        return {code for code in given if _CODE.fullmatch(code)}


def read(given, *, areas: Areas, progress=None, force="") -> Reading:
    """Read tables by partnership in ``given``: paths or open binary files.

    The rows taken are those of the police force ``force`` (a code), which need not be named where a row for one of
    ``areas`` tells it: by the code of a partnership (E22...), of a local authority (E06..., E07...) or of the force
    itself (E23...). Rows whose code is not in ``areas`` are in ``unplaced``, with the crimes placed nowhere.
    """
    reading = Reading()
    with contextlib.suppress(TooManyRefused):
        for file in given:
            name = files.name_of(file)
            with files.refusing(reading, name), files.open_table(file, prefer="Table C2") as table:
                _read_table(reading, table, areas, force, name, progress)
    return reading


def _read_table(reading, table, areas, force, file, progress):
    reading.warnings += table.warnings
    refused = len(reading.refused)
    period, header = _before_rows(table.rows)
    columns = files.columns(reading, header, _HEADERS, file=file)
    if len(reading.refused) > refused:
        return
    rows = [_row(row, columns, header.cells) for row in table.rows]
    if progress:
        progress(len(rows))
    force = force or _force_of(rows, areas)
    if not force:
        raise FileRefused(f"No row is for {areas.name} or one of its districts. Their codes are looked for, not names.")
    ours = [row for row in rows if row.force == force]
    if not ours:
        raise FileRefused(f"No row is for the police force {force}.")
    _check_codes(reading, rows, ours, areas, force, file)
    force_name = Counter(row.force_name for row in ours).most_common(1)[0][0]
    for row in ours:
        _read_row(reading, row, force_name, period, areas, file)
    if len(reading.refused) == refused:
        _check_sums(reading, period, [row for row in ours if row.force_name == force_name], file)
        _warn_of_unplaced(reading, file)


def _before_rows(rows):
    """(the year that the words before the headers name, the row of headers). Raises FileRefused."""
    said, header = [], None
    for row in rows:
        heads = [_clean(cell).lower() for cell in row.cells]
        if _HEADERS["csp"][0].lower() in heads or row.line > _MOST_LINES_BEFORE:
            header = files.Row(row.line, list(map(_clean, row.cells)))
            break
        said += heads
    if header is None or row.line > _MOST_LINES_BEFORE:
        raise FileRefused('No row has the header "Community Safety Partnership code". Give the table as published.')
    years = {found.groups() for text in said for found in _YEAR_ENDING.finditer(text)}
    if len(years) != 1:
        raise FileRefused('The lines above the headers must name one year, as "year ending June 2025". Keep the title.')
    month, year = years.pop()
    return _year_ending(month, int(year)), header


def _year_ending(month, year):
    try:
        return Period.year_ending(year, cells.day(f"1 {month} {year}").month)
    except cells.CellProblem:
        raise FileRefused(f'The title says "year ending {month} {year}", which is no month. Correct it.') from None


def _clean(cell):
    """The text of a header or a name on one line, without "[note 4]"."""
    return " ".join(_NOTE.sub("", cells.text(cell)).split())


def _row(row, columns, heads):
    padded = [*row.cells, *[""] * (len(heads) - len(row.cells))]
    words = {name: _clean(padded[place]) for name, place in columns.items()}
    offences = {
        head: padded[place]
        for place, head in enumerate(heads)
        if head and place not in columns.values() and head.lower() not in _NOT_OFFENCES
    }
    return _Row(row.line, **words, offences=offences)


def _force_of(rows, areas):
    """The code of the police force to which most rows for ``areas`` belong, or ""."""
    forces = Counter(row.force for row in rows if row.codes & _wanted(areas))
    return forces.most_common(1)[0][0] if forces else ""


def _wanted(areas):
    return {areas.code, *areas.districts, *areas.wholes}


def _check_codes(reading, rows, ours, areas, force, file):
    """Refuse a row for one of our areas under another force's code, and a partnership that stands twice."""
    seen = {}
    for row in rows:
        if row.force != force and row.codes & (_wanted(areas) - {force}):
            reason = (
                f"{row.csp_name} is one of the areas of {areas.name}, whose force is {force}, but the row carries the "
                f"code of another, {row.force}. Correct the code that is wrong."
            )
            reading.refuse(row.line, _HEADERS["force"][0], row.force, reason, file=file)
    for row in ours:
        if row.csp and seen.setdefault(row.csp, row.line) != row.line:
            reason = f"The partnership's code stands on line {seen[row.csp]} already. Correct the code that is wrong."
            reading.refuse(row.line, _HEADERS["csp"][0], row.csp, reason, file=file)


def _read_row(reading, row, force_name, period, areas, file):
    """Add the figures of a row. One under our force's code that names another force is refused or, empty, left out."""
    if row.force_name != force_name:
        said = f"The row carries the code of {force_name}, {row.force}, but is for {row.force_name}"
        if any(map(cells.text, row.offences.values())):
            said += ". Correct the code, or delete the row."
            reading.refuse(row.line, _HEADERS["force"][0], row.force, said, file=file)
        else:
            reading.warn(f"{said}. It holds no figures and is left out.", row=row.line, file=file)
        return
    code, name = _area_of(row, areas)
    for offence, cell in row.offences.items():
        try:
            found = cells.figure(cell, may_be_negative=False, whole=True)
        except cells.CellProblem as problem:
            reading.refuse(row.line, offence, cells.text(cell), problem.reason, file=file)
            continue
        read = Read(offence, code, name, period.start, period.end, found.value, found.status, found.missing, row.line)
        reading.add(read, file=file, placed=code in areas)


def _area_of(row, areas):
    """(code, name) of the area that a row is for: a code that ``areas`` has, before one that it has not."""
    if not row.csp_name:
        return row.force, row.force_name
    return next((code for code in (row.authority, row.csp) if code in areas), row.csp), row.csp_name


def _check_sums(reading, period, ours, file):
    """Warn of each offence whose parts do not add up to the force's own total."""
    for offence in ours[0].offences:
        values = {row.line: cells.number(row.offences[offence]).value for row in ours}
        totals = [values[row.line] for row in ours if not row.csp_name]
        parts = [values[row.line] for row in ours if row.csp_name]
        if None in values.values() or not totals or sum(totals) == sum(parts):
            continue
        reading.warn(
            f"{offence}, {period.label}: the parts of {ours[0].force_name} add up to {sum(parts):,}, and its total is "
            f"{sum(totals):,}. A row may be missing.",
            file=file,
        )


def _warn_of_unplaced(reading, file):
    """Name the areas whose figures are not taken, with the codes that would place them."""
    areas = dict.fromkeys((read.area_name, read.area_code) for read in reading.unplaced)
    named = [f"{name} ({code})" if code else name for name, code in areas]
    if named:
        reading.warn(
            f"No area here has the code of {', '.join(named)}: their figures are shown and not loaded.", file=file
        )
