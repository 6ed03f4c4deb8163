"""One CSV of street-level rows, counted by force, month, place and crime type.

The fast pass (pandas, in chunks) looks at each distinct force, month, LSOA and crime type once, and at the number of
lines. Where one of them looks wrong, a slow pass finds the lines.
"""

import io
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from indicators.imports import files
from indicators.imports.archives import FileRefused
from indicators.imports.gaps import ASB
from indicators.imports.reading import Reading, shortened

CHUNK = 250_000
NOWHERE = ""
FIRST_MONTH = "2010-12"

# The types in use since 2013, and those before.
CRIME_TYPES = {
    ASB, "Bicycle theft", "Burglary", "Criminal damage and arson", "Drugs", "Other crime", "Other theft",
    "Possession of weapons", "Public order", "Robbery", "Shoplifting", "Theft from the person", "Vehicle crime",
    "Violence and sexual offences", "Violent crime", "Public disorder and weapons",
}  # fmt: skip

_HEADERS = {
    "force": ["Reported by"],
    "month": ["Month"],
    "code": ["LSOA code"],
    "name": ["LSOA name"],
    "type": ["Crime type"],
}
_MONTH = re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])")
_LSOA_NAME = re.compile(r"(.+) [0-9]{3}[A-Z]")
_LSOA_CODE = re.compile(r"[EW]01[0-9]{6}")
_START = 64 * 1024


@dataclass
class Source:
    """A street-level CSV: ``open`` gives a context with its binary file, from the start, each time."""

    name: str
    open: Callable
    encoding: str = "utf-8"
    width: int = 0
    columns: dict = field(default_factory=dict)


@dataclass
class Counted:
    """Rows by (force, month, place, crime type). ``looks_right`` is False where only the slow pass can tell."""

    by: Counter = field(default_factory=Counter)
    rows: int = 0
    looks_right: bool = True


def count(source: Source, reading: Reading, rules: "Rules", progress=None) -> Counter | None:
    """The source's rows by (force, month, place, crime type), or None where it is refused in ``reading``.

    The place is a district's name or, with a lookup, its code; NOWHERE for a row without a location.
    Raises FileRefused, and TooManyRefused.
    """
    refused = len(reading.refused)
    _read_header(source, reading)
    if len(reading.refused) > refused:
        return None
    counted = _count_as_text(source, rules, progress, reading)
    if not counted.looks_right:
        rows = _find_lines(source, rules, reading)
        if len(reading.refused) == refused and rows != counted.rows:
            raise FileRefused("Its rows and lines do not agree. Fetch the file again.")
    if not counted.rows:
        raise FileRefused("The file holds no rows, only headers. Give a file with rows, or leave it out.")
    return counted.by if len(reading.refused) == refused else None


class Rules:
    """What may stand in a row, on the day ``today``, and which place an LSOA is in. Answers are remembered."""

    def __init__(self, today: date, lookup=None):
        self.last_month = f"{today:%Y-%m}"
        self.lookup = lookup
        self.lsoa = "name" if lookup is None else "code"
        self._problems = {}

    def problem(self, column, value) -> str:
        """Why ``value`` cannot stand in the column ("force", "month", "name", "code" or "type"), or ""."""
        key = column, value
        if key not in self._problems:
            self._problems[key] = getattr(self, f"_{column}_problem")(value)
        return self._problems[key]

    def place(self, lsoa) -> str:
        """The district of an LSOA in which there is no problem: its name or, with a lookup, its code."""
        if not lsoa or self.lookup is None:
            return _LSOA_NAME.fullmatch(lsoa)[1] if lsoa else NOWHERE
        return self.lookup.get(lsoa, f"LSOA {lsoa}")

    def _force_problem(self, value):
        return "" if value.strip() else "There is no police force. Fetch the file again, or delete the row."

    def _month_problem(self, value):
        if not _MONTH.fullmatch(value):
            return f'"{shortened(value)}" is not a month such as 2018-10. Correct it.'
        if not FIRST_MONTH <= value <= self.last_month:
            return f"{value} is out of range: months run from {FIRST_MONTH} to {self.last_month}. Correct it."
        return ""

    def _name_problem(self, value):
        return "" if not value or _LSOA_NAME.fullmatch(value) else _not_lsoa(value, 'name such as "Ashford 001B"')

    def _code_problem(self, value):
        return "" if not value or _LSOA_CODE.fullmatch(value) else _not_lsoa(value, 'code such as "E01023987"')

    def _type_problem(self, value):
        if value in CRIME_TYPES or re.fullmatch(r"[A-Z][A-Za-z ,'/()-]{3,59}", value):
            return ""
        return f'"{shortened(value)}" is not a crime type. Correct it, or fetch the file again.'


def _not_lsoa(value, wanted):
    return f'"{shortened(value)}" is not an LSOA\'s {wanted}. A stray comma moves cells: look at the whole row.'


def _read_header(source, reading):
    """Set the source's encoding, its number of columns and {field: place}; what is wrong with them is refused."""
    with source.open() as handle:
        start = handle.read(_START)
    source.encoding = "utf-16" if start[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"
    text = start[: len(start) // 2 * 2 if source.encoding == "utf-16" else None].decode(source.encoding, "replace")
    row = next(files.lines_of(io.StringIO(text.removeprefix("\ufeff"), newline=""), ","), None)
    if row is None:
        raise FileRefused("The file is empty.")
    source.width = len(row.cells)
    source.columns = files.columns(reading, row, _HEADERS, file=source.name)


def _count_as_text(source, rules, progress, reading):
    """Count in UTF-8 or UTF-16 and, where that is not what the bytes are, once more as Windows-1252."""
    try:
        return _count_in_chunks(source, rules, progress)
    except UnicodeDecodeError:
        source.encoding = "cp1252"
    reading.warnings.append(files.windows_warning(source.name))
    try:
        return _count_in_chunks(source, rules, progress)
    except UnicodeDecodeError:
        raise FileRefused("The file is not text in UTF-8, UTF-16 or Windows-1252. Fetch it again.") from None


def _count_in_chunks(source, rules, progress):
    import pandas

    wanted = {name: source.columns[name] for name in ("force", "month", rules.lsoa, "type")}
    counted = Counted()
    with source.open() as handle:
        guarded = files.Guarded(handle, files.COMMAND_LIMIT, wide=source.encoding == "utf-16")
        try:
            with pandas.read_csv(
                io.BufferedReader(guarded, files.BLOCK),
                usecols=list(wanted.values()),
                dtype="category",
                keep_default_na=False,
                index_col=False,
                encoding=source.encoding,
                chunksize=CHUNK,
            ) as chunks:
                for chunk in chunks:
                    _count_chunk(counted, chunk.set_axis(sorted(wanted, key=wanted.get), axis=1), rules)
                    if progress:
                        progress(counted.rows)
        except UnicodeDecodeError:
            raise
        except ValueError:  # pandas gives up at a stray quote, among others
            counted.looks_right = False
    # The header has a line too; the last row may lack its line's end.
    counted.looks_right &= guarded.lines - counted.rows in (0, 1)
    return counted


def _count_chunk(counted, chunk, rules):
    """Add the chunk's rows, unless a value in it is a problem."""
    import pandas

    counted.rows += len(chunk)
    if any(rules.problem(name, value) for name in chunk for value in chunk[name].cat.categories):
        counted.looks_right = False
        return
    lsoas = chunk[rules.lsoa].cat
    places = pandas.Categorical([rules.place(lsoa) for lsoa in lsoas.categories])
    chunk["place"] = pandas.Categorical.from_codes(places.codes[lsoas.codes], places.categories)
    counted.by.update(chunk.groupby(["force", "month", "place", "type"], observed=True).size().to_dict())


def _find_lines(source, rules, reading) -> int:
    """Refuse each bad row with its line, reading the source again row by row; how many rows it has."""
    rows = -1
    with source.open() as handle:
        for row in files.csv_rows(handle, "utf-8-sig" if source.encoding == "utf-8" else source.encoding, ","):
            rows += 1
            if rows:
                _check_row(source, rules, reading, row)
    return rows


def _check_row(source, rules, reading, row):
    if len(row.cells) != source.width:
        reason = (
            f"The row has {len(row.cells)} cells and the header {source.width}. Correct it, or fetch the file again."
        )
        reading.refuse(row.line, "", ",".join(row.cells), reason, file=source.name)
        return
    if any("\n" in cell or "\r" in cell for cell in row.cells):
        reason = "A cell of this row goes over more than one line. Look for a stray quote."
        reading.refuse(row.line, "", ",".join(row.cells), reason, file=source.name)
        return
    for name in ("force", "month", rules.lsoa, "type"):
        value = row.cells[source.columns[name]]
        if problem := rules.problem(name, value):
            reading.refuse(row.line, _HEADERS[name][0], value, problem, file=source.name)
