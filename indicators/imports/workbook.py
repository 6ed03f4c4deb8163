"""The cells of an XLSX or ODS workbook, read in a process of its own.

A workbook of a few kilobytes can claim a cell in its very last row and column, and so ask for hundreds of gigabytes.
Whoever reads it must expect to be stopped: the reading runs in a child process with limits on memory and time, and the
worst that a workbook can do is to end that child. This module is also that child: run as a file, without the project
on its path, it reads a workbook from standard input and writes a line of JSON for each row, then one that says how it
went.

The library gives values only. Two things that a person sees in a cell are looked up besides: an error, which would
come as a blank, and a percentage, which would come as 0.453 for 45.3%.
"""

import json
import re
import subprocess
import sys
import tempfile
import zipfile
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from xml.etree import ElementTree

LARGEST = 20_000_000  # bytes of a workbook as it is stored
MOST_ROWS, MOST_COLUMNS, MOST_CELLS = 50_000, 500, 500_000
_MEMORY = 100_000_000  # bytes beyond what the child has once it has started
_SECONDS = 20
_PERCENT, _NO_VALUE = "%", "#VALUE!"
_ODS_CONTENT = "content.xml"
_ERROR = re.compile(r"#(?:DIV/0!|N/A|NAME\?|NULL!|NUM!|REF!|VALUE!|SPILL!|CALC!)|Err:[0-9]+")
_XLSX_ERROR = re.compile(rb"""\bt\s*=\s*["']e["']""")
_ODS_SEEN = re.compile(rb"""["']percentage["']|#[A-Z]|Err:[0-9]""")
_TOO_MANY = (
    f"The sheet is larger than {MOST_ROWS:,} rows, {MOST_COLUMNS:,} columns or {MOST_CELLS:,} cells. "
    "Delete what is not needed, or save it as CSV."
)


class WorkbookProblem(Exception):
    """The workbook cannot be read; the text says why, and what to do."""


def rows(data, *, prefer=""):
    """(name of the sheet, names of the other visible sheets, rows) of the workbook in ``data`` (bytes).

    The sheet is the visible one named ``prefer``, otherwise the first visible one with content. A row is a list of
    str, Decimal, date or None; the first is the sheet's row 1. Raises WorkbookProblem.
    """
    with tempfile.TemporaryFile() as out:
        code = _run_child(data, prefer, out)
        out.seek(0)
        lines = out.read().splitlines()
    last = json.loads(lines[-1]) if lines and code == 0 else {}
    if "problem" in last:
        raise WorkbookProblem(last["problem"])
    if "sheet" not in last:
        raise WorkbookProblem(f"The workbook could not be read within the limits. {_TOO_MANY}")
    return last["sheet"], last["others"], [[_value(cell) for cell in json.loads(line)] for line in lines[:-1]]


def _run_child(data, prefer, out):
    command = [sys.executable, "-I", __file__, prefer]
    try:
        return subprocess.run(  # noqa: S603
            command, input=data, stdout=out, stderr=subprocess.DEVNULL, timeout=_SECONDS * 2, check=False
        ).returncode
    except subprocess.TimeoutExpired:
        raise WorkbookProblem(f"Reading the workbook took too long. {_TOO_MANY}") from None


def _value(cell):
    if not isinstance(cell, dict):
        return cell
    if "number" in cell:
        return Decimal(cell["number"])
    return date.fromisoformat(cell["date"])


def _child():
    """Write the rows of the workbook on standard input."""
    data = sys.stdin.buffer.read()
    import python_calamine

    _limit_self()
    try:
        _write(python_calamine, data, sys.argv[1])
    except python_calamine.PasswordError:
        _say(problem="The workbook is protected with a password. Save it without one.")
    except (python_calamine.CalamineError, ElementTree.ParseError, RuntimeError, KeyError) as error:
        _say(problem=f"The workbook is damaged ({type(error).__name__}: {error}). Save it again, or as CSV.")
    except (MemoryError, ValueError, OSError) as error:
        _say(problem=f"The workbook cannot be read ({type(error).__name__}: {error}). Save it again, or as CSV.")


def _limit_self():
    """Hold this process to a little more memory than it has, and to a few seconds, where the system can."""
    try:
        import os
        import resource
        from pathlib import Path

        now = int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except (ImportError, OSError):
        return
    resource.setrlimit(resource.RLIMIT_AS, (now + _MEMORY, now + _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _write(calamine, data, prefer):
    """Write the rows of the sheet that is wanted; no other is loaded, beyond empty ones that come before it."""
    workbook = calamine.CalamineWorkbook.from_filelike(BytesIO(data))
    names = [
        sheet.name
        for sheet in workbook.sheets_metadata
        if sheet.visible == calamine.SheetVisibleEnum.Visible and sheet.typ == calamine.SheetTypeEnum.WorkSheet
    ]
    for name in sorted(names, key=lambda name: name != prefer):
        sheet = workbook.get_sheet_by_name(name)
        if not sheet.height:
            continue
        size = sheet.total_height, sheet.total_width
        if size[0] > MOST_ROWS or size[1] > MOST_COLUMNS or size[0] * size[1] > MOST_CELLS:
            return _say(problem=_TOO_MANY)
        seen = _seen(data, name)
        for place, row in enumerate(sheet.to_python(skip_empty_area=False)):
            print(json.dumps([_plain(cell, seen.get((place, column))) for column, cell in enumerate(row)]))
        return _say(sheet=name, others=[other for other in names if other != name])
    return _say(problem="The workbook holds no visible sheet with anything on it.")


def _plain(cell, seen):
    """A cell as JSON: numbers to the 15 digits that a spreadsheet shows, as text. ``seen`` is as in ``_seen``."""
    if seen and seen != _PERCENT:
        return seen
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, (int, float)):
        number = Decimal(f"{cell:.15g}")
        return {"number": str(number * 100 if seen else number)}
    if isinstance(cell, datetime) and (cell.hour or cell.minute):
        return cell.isoformat(" ", "minutes")
    if isinstance(cell, date):
        return {"date": (cell.date() if isinstance(cell, datetime) else cell).isoformat()}
    return cell if isinstance(cell, str) else str(cell)


def _seen(data, sheet) -> dict:
    """{(row, column): the text of an error, or _PERCENT} for such cells of the sheet, counted from 0."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        found = _seen_in_ods(archive, sheet) if _ODS_CONTENT in archive.namelist() else _seen_in_xlsx(archive, sheet)
        return dict(found)


def _seen_in_xlsx(archive, sheet):
    part, percents = _part_of(archive, sheet), _percent_styles(archive)
    if not percents and not _XLSX_ERROR.search(archive.read(part)):
        return
    row = column = -1
    for event, element in _elements(archive, part):
        name = _local(element)
        if name == "row" and event == "start":
            row, column = int(element.get("r", row + 2)) - 1, -1
        elif name == "row":
            element.clear()
        elif name == "c" and event == "end":
            column = _column(element.get("r"), column + 1)
            if element.get("t") == "e":
                yield (row, column), next((one.text for one in element if _local(one) == "v"), None) or _NO_VALUE
            elif element.get("s") in percents:
                yield (row, column), _PERCENT


def _part_of(archive, sheet):
    """The name, in the archive, of the file that holds the sheet."""
    of_sheet = next(
        value
        for _, element in _elements(archive, "xl/workbook.xml")
        if _local(element) == "sheet" and element.get("name") == sheet
        for key, value in element.items()
        if key.endswith("}id")
    )
    target = next(
        element.get("Target")
        for _, element in _elements(archive, "xl/_rels/workbook.xml.rels")
        if element.get("Id") == of_sheet
    )
    return target[1:] if target.startswith("/") else f"xl/{target}"


def _percent_styles(archive) -> set:
    """The numbers, as text, of the cell styles that show a number as a percentage."""
    if "xl/styles.xml" not in archive.namelist():
        return set()
    formats, styles, inside = {"9", "10"}, set(), None
    for event, element in _elements(archive, "xl/styles.xml"):
        name = _local(element)
        if name == "numFmt" and "%" in element.get("formatCode", ""):
            formats.add(element.get("numFmtId"))
        elif name == "cellXfs":
            inside = 0 if event == "start" else None
        elif name == "xf" and event == "start" and inside is not None:
            if element.get("numFmtId") in formats:
                styles.add(str(inside))
            inside += 1
    return styles


def _seen_in_ods(archive, sheet):
    if not _ODS_SEEN.search(archive.read(_ODS_CONTENT)):
        return
    row, inside = 0, False
    for event, element in _elements(archive, _ODS_CONTENT):
        name = _local(element)
        if name == "table":
            row, inside = 0, event == "start" and _attribute(element, "name") == sheet
        elif name == "table-row" and event == "end" and inside:
            cells = list(_seen_in_ods_row(element))
            times = int(_attribute(element, "number-rows-repeated") or 1)
            for more in range(min(times, MOST_ROWS) if cells else 0):
                yield from (((row + more, column), said) for column, said in cells)
            row += times
            element.clear()


def _seen_in_ods_row(row):
    column = 0
    for cell in row:
        times = int(_attribute(cell, "number-columns-repeated") or 1)
        text = "".join(cell.itertext()).strip()
        said = text if _ERROR.fullmatch(text) else _PERCENT * (_attribute(cell, "value-type") == "percentage")
        yield from (((column + more), said) for more in range(min(times, MOST_COLUMNS) if said else 0))
        column += times


def _elements(archive, part):
    """(event, element) of an XML file; a document type was refused before this process was started."""
    with archive.open(part) as file:
        yield from ElementTree.iterparse(file, ("start", "end"))  # noqa: S314


def _local(element):
    return element.tag.rpartition("}")[2]


def _attribute(element, name):
    """An attribute by its name without the namespace; where several have it, the first."""
    return next((value for key, value in element.items() if key.rpartition("}")[2] == name), None)


def _column(reference, following):
    """The column of a reference such as "AB12", counted from 0; ``following`` where a cell has none."""
    if not reference:
        return following
    number = 0
    for letter in reference.rstrip("0123456789"):
        number = number * 26 + ord(letter.upper()) - 64
    return number - 1


def _say(**words):
    print(json.dumps(words))


if __name__ == "__main__":
    _child()
