"""Fingertips, the public health indicators of the Department of Health and Social Care: a download, or an upload file.

A download holds every area of England, by sex, age and deprivation, with line breaks in quoted cells and records that
end before the last columns. Only rows for our areas, and for no deprivation group, are taken. An upload file has
``area_code``, ``date_from`` and ``date_to``, and does not say which indicator it is for.
"""

import contextlib
import re
from datetime import date
from decimal import Decimal

from indicators.figures import round_half_up
from indicators.imports import cells, files, gaps
from indicators.imports.archives import FileRefused
from indicators.imports.reading import CONFIDENTIAL, NOT_AVAILABLE, Areas, Read, Reading, TooManyRefused, counted
from indicators.periods import Period

PLACES = 4  # as a figure is stored; the download gives up to fifteen
_DOWNLOAD = {
    "measure": ["Indicator Name"],
    "area": ["Area Code"],
    "area_name": ["Area Name"],
    "sex": ["Sex"],
    "age": ["Age"],
    "category": ["Category Type"],
    "period": ["Time period"],
    "value": ["Value"],
    "lower": ["Lower CI 95.0 limit"],
    "upper": ["Upper CI 95.0 limit"],
    "note": ["Value note"],
    "sortable": ["Time period Sortable"],
}
_UPLOAD = {
    "area": ["area_code"],
    "from": ["date_from"],
    "to": ["date_to"],
    "type": ["period_type"],
    "sex": ["sex"],
    "age_from": ["age_from_years_inclusive"],
    "age_to": ["age_to_years_inclusive"],
    "category": ["deprivation_category"],
    "decile": ["deprivation_decile"],
    "value": ["value"],
    "lower": ["lower_ci_95"],
    "upper": ["upper_ci_95"],
}
_OLD_UPLOAD = "indicatorid"
_OLD_NUMBERS = {"count", "value", "lowerci", "upperci", "denominator", "denominator_2"}
_SUPPRESSED = re.compile(r"suppress|disclos|small (number|count)", re.IGNORECASE)
_MONTHS_OF_TYPE = {"three_year": 36, "quarter": 3, "month": 1}
_YEAR = r"((?:19|20)[0-9]{2})"
_DASH = r" ?(?:-|\u2013|to) ?"
_YEARS = re.compile(rf"{_YEAR}(?:{_DASH}((?:19|20)?[0-9]{{2}}))?")
_FINANCIAL_YEARS = re.compile(rf"{_YEAR}/([0-9]{{2}})(?:{_DASH}(?:19|20)?([0-9]{{2}})/([0-9]{{2}}))?")
_QUARTER = re.compile(rf"{_YEAR}(?:/([0-9]{{2}}))? Q([1-4])")
_MONTH = re.compile(rf"(?:{_YEAR} ([A-Za-z]+)|([A-Za-z]+) {_YEAR})")


def read(given, *, areas: Areas, progress=None, measure="", today: date | None = None) -> Reading:
    """Read downloads or upload files in ``given``: paths or open binary files.

    The measure is the indicator's name with sex and age, as "Violent crime (Persons, All ages)"; ``measure`` is the
    name for an upload file, which has none. Rows for areas that are not in ``areas`` are left out and counted.
    """
    reading = Reading()
    with contextlib.suppress(TooManyRefused):
        for file in given:
            name = files.name_of(file)
            with files.refusing(reading, name), files.open_table(file, limit=files.COMMAND_LIMIT) as table:
                reading.warnings += table.warnings
                _read_table(_Rows(reading, name, areas, measure, today or date.today()), table, progress)
    return reading


def _read_table(rows, table, progress):
    header = next(table.rows, None)
    heads = {cells.text(cell).lower() for cell in header.cells} if header else set()
    if _OLD_UPLOAD in heads:
        rows.refuse_old_upload(header, table.rows)
        return
    is_upload = "area_code" in heads
    if not is_upload and "indicator name" not in heads:
        raise FileRefused('The first row has no "Indicator Name" and no "area_code". Give the file as downloaded.')
    wanted, take = (_UPLOAD, rows.take_upload) if is_upload else (_DOWNLOAD, rows.take_download)
    refused = len(rows.reading.refused)
    columns = files.columns(rows.reading, header, wanted, file=rows.file)
    if len(rows.reading.refused) > refused:
        return
    for done, row in enumerate(table.rows, start=1):
        rows.take(row, columns, wanted, len(header.cells), take)
        if progress and done % 10_000 == 0:
            progress(done)
    if progress:
        progress(rows.ours + rows.elsewhere)
    rows.report()


class _Rows:
    """Takes the rows of one file into ``reading``."""

    def __init__(self, reading, file, areas, measure, today):
        self.reading, self.file, self.areas, self.measure, self.today = reading, file, areas, measure, today
        self.elsewhere = self.groups = self.ours = 0

    def take(self, row, columns, wanted, width, how):
        """Take a row of our areas; one that is too short or too long for its headers is refused."""
        if not max(columns.values()) < len(row.cells) <= width:
            reason = f"The row has {len(row.cells)} cells and the header {width}. Correct it, or fetch the file again."
            self.reading.refuse(row.line, "", ",".join(map(cells.text, row.cells)), reason, file=self.file)
            return
        one = _Row(self, row, columns, wanted)
        if one["area"] in self.areas:
            self.ours += 1
            how(one)
        else:
            self.elsewhere += 1

    def take_download(self, row):
        if row["category"]:
            self.groups += 1
            return
        period = row.tried("period", period_of)
        if period and row["sortable"][:4] != str(period.start.year):
            row.refuse("sortable", f"This is not of {row['period']}: the row's cells are moved. Fetch the file again.")
        who = ", ".join(filter(None, (row["sex"], row["age"])))
        self._add(row, f"{row['measure']} ({who})", row["area_name"], period, "period", row["note"])

    def take_upload(self, row):
        start, end = row.tried("from", cells.day), row.tried("to", cells.day)
        if None in (start, end):
            return
        if end < start:
            row.refuse("to", "The period ends before it starts. Correct one of the two dates.")
            return
        period = Period(start, end)
        if not _fits(row["type"].lower(), period):
            said = f"The dates, which are taken, are those of {period.label} and of no {row['type'].replace('_', ' ')}."
            self.reading.warn(said, row=row.line, file=self.file)
        self._add(row, _upload_measure(self.measure, row), self.areas.name_of(row["area"]), period, "from", "")

    def _add(self, row, measure, area_name, period, of_period, note):
        value = row.tried("value", cells.number)
        lower, upper = row.tried("lower", cells.number), row.tried("upper", cells.number)
        if period and period.start > self.today:
            row.refuse(of_period, f"{period.label} is in the future. Correct it.")
        if None in (period, value, lower, upper):
            return
        missing = "" if value.value is not None else value.missing or _why_missing(note)
        rounded, lower, upper = (_rounded(one.value) for one in (value, lower, upper))
        read = Read(
            measure, row["area"], area_name, period.start, period.end, rounded, value.status, missing, row.line,
            decimals=_decimals(rounded), note=note, lower=lower, upper=upper,
        )  # fmt: skip
        self.reading.add(read, file=self.file)

    def report(self):
        if not self.ours and not self.reading.refused:
            reason = f"No row is for {self.areas.name} or one of its districts. Their codes are looked for, not names."
            self.reading.refuse(None, "Area Code", "", reason, file=self.file)
        if self.elsewhere:
            self.reading.warn(f"Left out: {counted(self.elsewhere, 'row')} for other areas.", file=self.file)
        if self.groups:
            self.reading.warn(f"Left out: {counted(self.groups, 'row')} for groups within an area.", file=self.file)

    def refuse_old_upload(self, header, rows):
        """Refuse an upload file of the old form as a whole, and each cell of it that is no number."""
        reason = (
            "This older form of upload does not say which months a year has. Give area_code, date_from and date_to."
        )
        self.reading.refuse(header.line, cells.text(header.cells[0]), "", reason, file=self.file)
        for row in rows:
            for head, cell in zip(map(cells.text, header.cells), row.cells, strict=False):
                if head.lower() in _OLD_NUMBERS:
                    try:
                        cells.number(cell)
                    except cells.CellProblem as problem:
                        self.reading.refuse(row.line, head, cells.text(cell), problem.reason, file=self.file)


class _Row:
    """The cells of one row by name, as text; ``tried`` gives what a reader of cells makes of one."""

    def __init__(self, rows, row, columns, wanted):
        self._rows, self.line, self._wanted = rows, row.line, wanted
        self._cells = {name: row.cells[place] for name, place in columns.items()}

    def __getitem__(self, name) -> str:
        return cells.text(self._cells[name])

    def tried(self, name, reader):
        """What ``reader`` makes of the cell; where that is a problem, it is refused and None comes back."""
        try:
            return reader(self._cells[name])
        except cells.CellProblem as problem:
            return self.refuse(name, problem.reason)

    def refuse(self, name, reason):
        column = self._wanted[name][0]
        self._rows.reading.refuse(self.line, column, self[name], reason, file=self._rows.file)


def period_of(cell) -> Period:
    """The period of "2015", "2015/16", "2015 - 17", "2015/16 - 17/18", "2015 Q3", "2015/16 Q3" or "Jan 2015".

    Raises CellProblem.
    """
    said = cells.text(cell)
    try:
        period = _of_years(said) or _of_financial_years(said) or _of_quarter(said) or _of_month(said)
    except ValueError:
        period = None
    if period is None:
        raise cells.CellProblem(f'"{said}" is not a period such as 2015, 2015/16, 2015 - 17 or 2015 Q3. Correct it.')
    return period


def _of_years(said):
    if found := _YEARS.fullmatch(said):
        first = int(found[1])
        return Period.of_months(first, 1, 12 * (_full_year(first, found[2] or found[1]) - first + 1))
    return None


def _of_financial_years(said):
    """Each year must be followed by the next one's last digits: 2015/16, not 2015/17."""
    if not (found := _FINANCIAL_YEARS.fullmatch(said)):
        return None
    first, after, last, after_last = found.groups()
    last_year = _full_year(int(first), last or first)
    if (int(first) + 1) % 100 != int(after) or (last and (last_year + 1) % 100 != int(after_last)):
        raise ValueError(said)
    return Period.of_months(int(first), 4, 12 * (last_year - int(first) + 1))


def _of_quarter(said):
    if not (found := _QUARTER.fullmatch(said)):
        return None
    year, after, quarter = int(found[1]), found[2], int(found[3])
    if after and (year + 1) % 100 != int(after):
        raise ValueError(said)
    month = (quarter - 1) * 3 + (4 if after else 1)
    return Period.of_months(year + (month > 12), (month - 1) % 12 + 1, 3)


def _of_month(said):
    if not (found := _MONTH.fullmatch(said)):
        return None
    year, name = found[1] or found[4], found[2] or found[3]
    return gaps.month_of(cells.day(f"1 {name} {year}"))


def _full_year(first, digits):
    """The year that "17" or "2017" is, after the year ``first``."""
    return int(digits) if len(digits) == 4 else first + (int(digits) - first) % 100


def _fits(kind, period):
    """Whether the period is of the kind that an upload file calls it; kinds that are not known fit."""
    if kind == "calendar_year":
        return period.is_calendar_year
    if kind == "financial_year":
        return period.is_financial_year
    return period.months == _MONTHS_OF_TYPE.get(kind, period.months)


def _upload_measure(measure, row):
    """ "Violent crime (Persons, 65 years and over)", without what the row does not say."""
    ages = {
        (True, True): f"{row['age_from']} to {row['age_to']} years",
        (True, False): f"{row['age_from']} years and over",
        (False, True): f"up to {row['age_to']} years",
        (False, False): "All ages",
    }[bool(row["age_from"]), bool(row["age_to"])]
    group = f"{row['category']} {row['decile']}".strip()
    who = ", ".join(filter(None, (row["sex"].capitalize(), ages, group)))
    return f"{measure} ({who})" if measure else who


def _why_missing(note):
    return CONFIDENTIAL if _SUPPRESSED.search(note) else NOT_AVAILABLE


def _rounded(value):
    """To the places that are stored, without zeros at the end."""
    if value is None:
        return None
    rounded = round_half_up(value, PLACES).normalize()
    return rounded if rounded.as_tuple().exponent <= 0 else rounded.quantize(Decimal(1))


def _decimals(value):
    return 0 if value is None else -value.as_tuple().exponent
