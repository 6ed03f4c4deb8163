"""Rows of a pasted or uploaded table as figures to be kept, by what each column holds. No database here.

A Grid is read once and kept as JSON until it is decided; it is then read as figures as often as need be.
"""

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from indicators.imports import cells
from indicators.imports.archives import FileRefused
from indicators.imports.cells import CellProblem
from indicators.imports.checks import check_period, value_of
from indicators.imports.files import MEGABYTE, csv_rows, delimiter_of, open_table
from indicators.imports.proposals import Proposal
from indicators.imports.reading import LARGEST_REFUSED, NOT_STATED, Reading, TooManyRefused, shortened
from indicators.periods import Period, parse_label

LARGEST_UPLOAD = 5 * MEGABYTE
MOST_ROWS = 5_000
MOST_COLUMNS = 100

# What a column may hold, and headers that say so.
MEANINGS = {
    "indicator": ("indicator", "measure", "indicator name", "title", "slug"),
    "area": ("area", "area code", "ons code", "district", "local authority", "geography", "area name"),
    "period": ("period", "time period", "year", "month"),
    "start": ("start", "start date", "from", "date from", "period start"),
    "end": ("end", "end date", "to", "date to", "period end"),
    "value": ("value", "figure", "count", "number", "total"),
    "qualifier": ("qualifier",),
    "status": ("status",),
    "as_at": ("as at", "as of"),
    "note": ("note", "notes", "comment"),
}


@dataclass(frozen=True)
class Grid:
    """A table as text: ``header``, and ``rows`` of (line, cells), as many cells as the header has."""

    header: list[str]
    rows: list[tuple[int, list[str]]]
    warnings: list[str] = field(default_factory=list)


def read_file(file, *, limit=LARGEST_UPLOAD, most_rows=MOST_ROWS):
    """The Grid in ``file``, a path or a binary file of at most ``limit`` bytes. Raises FileRefused."""
    with open_table(file, limit=limit) as table:
        return Grid(*_header_and_rows(table.rows, most_rows), [one.text for one in table.warnings])


def read_pasted(text):
    """The Grid of pasted ``text``: parted by tabs, as a spreadsheet copies it, or as a CSV file. Raises FileRefused."""
    file = io.BytesIO(text.encode())
    first_line = text.lstrip().partition("\n")[0]
    delimiter = "\t" if "\t" in first_line else delimiter_of(file, "utf-8")
    rows = (row for row in csv_rows(file, "utf-8", delimiter, LARGEST_UPLOAD) if any(map(cells.text, row.cells)))
    return Grid(*_header_and_rows(rows, MOST_ROWS))


def as_text(grid):
    """The table as text to be pasted again."""
    written = io.StringIO()
    writer = csv.writer(written, delimiter="\t", lineterminator="\n")
    writer.writerow(grid.header)
    writer.writerows(row for _, row in grid.rows)
    return written.getvalue()


def guess(header):
    """{meaning: header} by the words of the headers. A start and an end say more than a period's label."""
    plain = {re.sub(r"[\W_]+", " ", one).strip().casefold(): one for one in reversed(header)}
    found = {
        meaning: next(plain[name] for name in names if name in plain)
        for meaning, names in MEANINGS.items()
        if any(name in plain for name in names)
    }
    if "start" in found and "end" in found:
        found.pop("period", None)
    else:
        found.pop("start", None)
        found.pop("end", None)
    return found


def is_complete(columns, indicator):
    """Whether figures can be read: each has a value, an indicator (or all have the one) and a period."""
    dated = "period" in columns or {"start", "end"} <= columns.keys()
    return "value" in columns and dated and ("indicator" in columns or bool(indicator))


@dataclass(frozen=True)
class Known:
    """What rows can name: the partnership's indicators and the parts of its area, each by any of its names.

    ``indicators`` is {name: [Indicator]}, ``areas`` {name: Area}; names are in lower case (``plain_name``).
    ``one`` is the Indicator that all rows are of, or None.
    """

    partnership: str
    indicators: Mapping
    areas: Mapping
    one: object = None


def plain_name(text):
    return " ".join(text.casefold().split())


def read_figures(grid, columns, known, *, on):
    """(list of Proposal, list of Refused): the figures of ``grid``, whose ``columns`` {meaning: header} say what holds.

    ``on`` is today: a figure for a period that has not ended is refused. After LARGEST_REFUSED the rest is not read.
    """
    reading, taken, found = Reading(), {}, []
    places = {meaning: grid.header.index(header) for meaning, header in columns.items() if header in grid.header}
    try:
        for line, row in grid.rows:
            cells_of = {meaning: row[place] for meaning, place in places.items()}
            proposal = _Row(reading, line, cells_of, columns).proposal(known, on)
            if proposal is None:
                continue
            if proposal.key in taken:
                reason = f"Row {taken[proposal.key]} has the same indicator, area and period. Keep one of the two."
                reading.refuse(line, "", cells_of["value"], reason)
                continue
            taken[proposal.key] = line
            found.append(proposal)
    except TooManyRefused:
        found = []
    return found, reading.refused[:LARGEST_REFUSED]


class _Row:
    """One row while it is read. What is wrong with a cell is refused with its column; the others are still read."""

    def __init__(self, reading, line, cells_of, columns):
        self.reading, self.line, self.cells, self.columns = reading, line, cells_of, columns
        self.is_good = True

    def proposal(self, known, on):
        """The Proposal, or None where a cell was refused."""
        indicator = known.one or self._check("indicator", _indicator, self.cells.get("indicator", ""), known)
        period = self._period()
        if indicator is None:
            return None
        area = self._take("area", lambda cell: _area(cell, indicator, known)) if "area" in self.cells else None
        if period is not None:
            self._check("period" if "period" in self.cells else "end", check_period, indicator, period, on=on)
        number = self._take("value", lambda cell: value_of(indicator, cell))
        status, qualifier = self._take("status", _status), self._take("qualifier", _qualifier)
        as_at = self._take("as_at", as_at_of)
        if not self.is_good:
            return None
        return Proposal(
            indicator=indicator.pk,
            area=area and area.pk,
            start=period.start,
            end=period.end,
            value=number.value,
            missing=number.missing,
            qualifier=qualifier or "exact",
            status=status if status and status != NOT_STATED else number.status,
            as_at=as_at or "",
            note=joined_note(self.cells.get("note", "").strip(), number.marker),
            row=self.line,
        )

    def _period(self):
        if "period" in self.cells:
            return self._take("period", parse_period)
        start, end = self._take("start", cells.day), self._take("end", cells.day)
        if start is None or end is None:
            return None
        return self._check("end", Period, start, end)

    def _take(self, meaning, read):
        """What ``read`` makes of the cell; None where it is refused, or where there is no such column."""
        if meaning not in self.cells:
            return None
        return self._check(meaning, read, self.cells[meaning])

    def _check(self, meaning, read, *args, **options):
        try:
            return read(*args, **options)
        except ValueError as problem:
            self.is_good = False
            cell = self.cells.get(meaning, "")
            self.reading.refuse(self.line, self.columns.get(meaning, meaning), cell, str(problem))
            return None


def parse_period(text):
    """The Period that a label names. Raises CellProblem."""
    if not text.strip():
        raise CellProblem("There is no period. Enter one, such as 2022/23 or October 2018.")
    try:
        return parse_label(text)
    except ValueError as problem:
        raise CellProblem(str(problem)) from None


def as_at_of(text):
    """ "", or a day or a month as "2022-11-28" or "2022-11", from either that or "28 November 2022". CellProblem."""
    if not text.strip():
        return ""
    try:
        period = parse_label(text)
    except ValueError:
        period = None
    if period is not None and period.is_point:
        return period.start.isoformat()
    if period is not None and period.months == 1:
        return f"{period.start:%Y-%m}"
    raise CellProblem(f"{shortened(text)!r} is not a day such as 28 November 2022 or a month such as November 2022.")


def joined_note(note, marker):
    """A note with what a marker beside the figure says."""
    words = {"b": "[b] Break in the series.", "low": "[low] More than zero, but rounds to zero."}.get(marker, "")
    return " ".join(filter(None, [note, words]))


def _header_and_rows(rows, most):
    rows = iter(rows)
    first = next(rows, None)
    if first is None:
        raise FileRefused("There are no rows. The first row holds the names of the columns.")
    header = _header(first)
    found = [_row(row, len(header)) for row in _limited(rows, most)]
    if not found:
        raise FileRefused("There is only one row. The first row holds the names of the columns; figures follow below.")
    return header, found


def _header(row):
    header = [cells.text(cell) for cell in row.cells]
    while header and not header[-1]:
        header.pop()
    if len(header) > MOST_COLUMNS:
        raise FileRefused(f"There are more than {MOST_COLUMNS} columns. Delete those that are not needed.", row.line)
    for place, name in enumerate(header, start=1):
        if name and name in header[place:]:
            raise FileRefused(f'Two columns have the name "{shortened(name)}". Give each a name of its own.', row.line)
    return header


def _row(row, width):
    texts = [cells.text(cell) for cell in row.cells]
    if any(texts[width:]):
        raise FileRefused("This row has more cells than there are columns in the first row.", row.line)
    return row.line, (texts + [""] * width)[:width]


def _limited(rows, most):
    for number, row in enumerate(rows):
        if number == most:
            raise FileRefused(
                f"There are more than {most:,} rows. Split them, or ask whoever runs this installation to load "
                "the file with the command import_observations."
            )
        yield row


def _indicator(text, known):
    if not text:
        raise CellProblem("There is no indicator. Enter its title.")
    found = known.indicators.get(plain_name(text), [])
    if not found:
        raise CellProblem(f'"{shortened(text)}" is no indicator of {known.partnership}. Enter its title as it stands.')
    if len(found) > 1:
        raise CellProblem(f'Several indicators have the title "{shortened(text)}". Enter the short name instead.')
    return found[0]


def _area(text, indicator, known):
    """The Area, or None for the indicator's whole area."""
    name = plain_name(text)
    if name in ("", indicator.geography_name.casefold(), indicator.geography_code.casefold()):
        return None
    if name in known.areas:
        return known.areas[name]
    code = f" ({indicator.geography_code})" if indicator.geography_code else ""
    raise CellProblem(
        f'"{shortened(text)}" is no part of {known.partnership}, and not {indicator.geography_name}{code}, which this '
        "indicator is for. Delete the row, or correct the area."
    )


def _status(text):
    return _choice(text, ["not stated", "provisional", "validated", "revised", "estimate", "incomplete"], "status")


def _qualifier(text):
    return _choice(text, ["exact", "approx", "over", "just over", "at least", "estimate"], "qualifier")


def _choice(text, known, what):
    name = plain_name(text)
    if name and name not in known:
        raise CellProblem(f'"{shortened(text)}" is no {what} that is known. Use one of: {", ".join(known)}.')
    return name
