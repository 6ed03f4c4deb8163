"""A file from a person or a command line, opened safely: known by what is in it, never by its name.

Text may be UTF-8 (with a byte order mark or without), UTF-16 with one, or Windows-1252; its columns may be parted by
commas, semicolons or tabs. Workbooks are XLSX and ODS. What is too large is refused before it is read, and text
is read in blocks: none of it stands in memory as a whole.
"""

import codecs
import contextlib
import csv
import gzip
import io
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from indicators.imports import archives, cells, workbook
from indicators.imports.archives import MEGABYTE, FileRefused
from indicators.imports.reading import Reading, Warning_, shortened

UPLOAD_LIMIT = 50 * MEGABYTE
COMMAND_LIMIT = 6_000 * MEGABYTE
LONGEST_LINE = MEGABYTE
BLOCK = 256 * 1024
_SIGNS = {
    b"PK": "zip",
    b"\x1f\x8b": "gzip",
    b"\xd0\xcf\x11\xe0": "old",
    b"%PDF": "pdf",
    b"7z\xbc\xaf": "packed",
    b"Rar!": "packed",
    b"BZh": "packed",
    b"\xfd7zXZ": "packed",
}
_NOT_READ = {
    "old": "This is an old .xls workbook, or one with a password. Save it as .xlsx or .ods without a password.",
    "pdf": "This is a PDF. Figures are read from CSV, XLSX and ODS.",
    "packed": "This archive is not a zip file. Unpack it first.",
}
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
ODS_TYPE = b"application/vnd.oasis.opendocument.spreadsheet"


class Row(NamedTuple):
    """``line`` is where the row begins: the line of a text file, or the row of a sheet."""

    line: int
    cells: list[Any]


@dataclass
class Table:
    """``rows`` yields every row that is not blank, once. ``kind`` is "csv", "xlsx" or "ods"."""

    kind: str
    rows: Iterator[Row]
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    warnings: list[Warning_] = field(default_factory=list)


def name_of(file) -> str:
    """The last part of the name of a path or an uploaded file, for people."""
    name = file if isinstance(file, (str, Path)) else getattr(file, "name", "") or ""
    return Path(str(name).replace("\\", "/")).name


@contextlib.contextmanager
def opened(file):
    """``file`` as a binary file at its start: a path is opened and closed, an open file is left open."""
    if isinstance(file, (str, Path)):
        try:
            with Path(file).open("rb") as handle:
                yield handle
        except OSError as error:
            raise FileRefused(f"The file cannot be opened: {error.strerror}.") from None
    else:
        file.seek(0)
        yield file


def kind_of(file) -> str:
    """What the open binary ``file`` is, by its first bytes: "zip", "gzip" or "text". Raises FileRefused for others."""
    file.seek(0)
    start = file.read(8)
    file.seek(0)
    kind = next((kind for sign, kind in _SIGNS.items() if start.startswith(sign)), "text")
    if not start:
        raise FileRefused("The file is empty.")
    if kind in _NOT_READ:
        raise FileRefused(_NOT_READ[kind])
    return kind


def check_size(file, limit):
    """Raises FileRefused where the open ``file`` is larger than ``limit`` bytes; nothing of it is read."""
    size = file.seek(0, 2)
    file.seek(0)
    if size > limit:
        raise FileRefused(
            f"The file is {size / MEGABYTE:,.0f} MB; {limit / MEGABYTE:,.0f} MB is the most that is read here. "
            "Split it, or delete the columns and rows that are not needed."
        )


@contextlib.contextmanager
def open_table(file, *, limit=UPLOAD_LIMIT, prefer=""):
    """The Table in ``file`` (a path or a binary file). ``prefer`` names the sheet of a workbook that is wanted.

    Raises FileRefused, here or while the rows are read.
    """
    with opened(file) as handle, contextlib.ExitStack() as stack:
        check_size(handle, limit)
        kind = kind_of(handle)
        if kind == "zip":
            yield _workbook(handle, prefer)
            return
        if kind == "gzip":
            handle = stack.enter_context(gzip.GzipFile(fileobj=handle))
        yield _csv(handle, limit)


class Guarded(io.RawIOBase):
    """A binary file, stopped where it is no table: at NUL bytes, endless lines, or more than ``limit`` bytes.

    Raises FileRefused while it is read. ``done`` counts the bytes and ``lines`` the line ends so far.
    """

    def __init__(self, file, limit, *, wide=False):
        self._file, self._limit, self._wide = file, limit, wide
        self.done = self.lines = self._without_end = 0

    def readable(self):
        return True

    def readinto(self, buffer):
        try:
            block = self._file.read(len(buffer))
        except (EOFError, zlib.error, OSError) as error:
            raise FileRefused(f"The file is damaged ({error}). Fetch or save it again.") from None
        self._check(block)
        buffer[: len(block)] = block
        return len(block)

    def _check(self, block):
        if not self._wide and (place := block.find(b"\0")) >= 0:
            row = self.lines + block.count(b"\n", 0, place) + 1
            raise FileRefused("The file holds NUL bytes, so it is not text. Save it again as CSV in UTF-8.", row)
        ends = block.count(b"\n") or block.count(b"\r")
        last = max(block.rfind(b"\n"), block.rfind(b"\r"))
        self._without_end = len(block) - last - 1 if last >= 0 else self._without_end + len(block)
        if self._without_end > LONGEST_LINE:
            raise FileRefused("A line is longer than a million characters, so this is no table.", self.lines + ends + 1)
        self.done += len(block)
        self.lines += ends
        if self.done > self._limit:
            raise FileRefused(f"The file is larger than {self._limit / MEGABYTE:,.0f} MB. Split it.", self.lines)


def encoding_of(file, limit=COMMAND_LIMIT) -> str:
    """ "utf-8-sig", "utf-16" or "cp1252", after reading the open binary ``file`` through once in blocks."""
    mark = _mark(file)
    for encoding in [mark] if mark else ["utf-8-sig", "cp1252"]:
        file.seek(0)
        guarded = Guarded(file, limit, wide=encoding == "utf-16")
        try:
            _decode_through(guarded, encoding)
        except UnicodeDecodeError:
            continue
        file.seek(0)
        return encoding
    raise FileRefused(
        "The file is not text in UTF-8 or Windows-1252. Save it again as CSV in UTF-8.", guarded.lines + 1
    )


def windows_warning(name=""):
    return Warning_(
        "The file is not in UTF-8, so it was read as Windows-1252. Look at names with accents and at pound signs.",
        file=name,
    )


def columns(reading, row, wanted, *, file="", optional=()):
    """{field: place} of the columns in the header ``row``, for ``wanted`` {field: headers it may have}.

    Headers are matched without regard to case, spaces and line breaks. A header that stands twice and a wanted one
    that is not there are refused in ``reading``, and what is left is returned.
    """
    heads = [" ".join(cells.text(cell).split()).lower() for cell in row.cells]
    for head in dict.fromkeys(head for head in heads if head and heads.count(head) > 1):
        places = " and ".join(str(place) for place, one in enumerate(heads, start=1) if one == head)
        reason = f'The header "{head}" stands twice, in columns {places}. Keep the right column and delete the other.'
        reading.refuse(row.line, head, head, reason, file=file)
    found = {}
    for name, headers in wanted.items():
        places = [heads.index(head.lower()) for head in headers if head.lower() in heads]
        if places:
            found[name] = places[0]
        elif name not in optional:
            reason = f'There is no column "{headers[0]}". The first row must hold the headers as they are published.'
            reading.refuse(row.line, headers[0], "", reason, file=file)
    return found


@contextlib.contextmanager
def refusing(reading: Reading, file=""):
    """What makes a file unreadable as a whole stands in ``reading`` as refused."""
    try:
        yield
    except FileRefused as problem:
        reading.refuse(problem.row, "", "", problem.reason, file=file)


def csv_rows(handle, encoding, delimiter, limit=COMMAND_LIMIT) -> Iterator[Row]:
    """The rows of the open binary ``handle``, each with the line on which it begins; lines with nothing are left out.

    Raises FileRefused.
    """
    handle.seek(0)
    raw = io.BufferedReader(Guarded(handle, limit, wide=encoding == "utf-16"), BLOCK)
    text = io.TextIOWrapper(raw, encoding, newline="")
    yield from lines_of(text, delimiter)
    text.detach()
    raw.detach()


def lines_of(text, delimiter) -> Iterator[Row]:
    """The rows of a text file opened with newline="", as ``csv_rows`` gives them."""
    reader = csv.reader(text, delimiter=delimiter, strict=True)
    line = 1
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            reason = f"The row that begins here cannot be read ({error}). Look for a stray quote."
            raise FileRefused(reason, line) from None
        if any("\0" in cell for cell in row):  # UTF-16 has NUL bytes, and no NUL characters
            raise FileRefused("The row holds NUL characters, so it is no text. Save the file as CSV in UTF-8.", line)
        if row:
            yield Row(line, row)
        line = reader.line_num + 1


def delimiter_of(handle, encoding) -> str:
    """The comma, semicolon or tab that stands most often at the file's start, outside quotes."""
    handle.seek(0)
    start = handle.read(BLOCK).decode(encoding, "ignore")
    unquoted = re.sub(r'"[^"]*"', "", start)
    return max(",;\t", key=unquoted.count)


def _csv(handle, limit):
    encoding = encoding_of(handle, limit)
    delimiter = delimiter_of(handle, encoding)
    warnings = [windows_warning()] if encoding == "cp1252" else []
    full = (row for row in csv_rows(handle, encoding, delimiter, limit) if any(map(cells.text, row.cells)))
    return Table("csv", full, encoding, delimiter, warnings=warnings)


def _workbook(handle, prefer):
    check_size(handle, workbook.LARGEST)
    with archives.opened(handle, archives.WORKBOOK) as archive:
        kind = _workbook_kind(archive)
        archives.check_markup(handle, archive)
    handle.seek(0)
    try:
        sheet, others, rows = workbook.rows(handle.read(), prefer=prefer)
    except workbook.WorkbookProblem as problem:
        raise FileRefused(str(problem)) from None
    named = ", ".join(f'"{shortened(name)}"' for name in others)
    warnings = [Warning_(f'Only the sheet "{sheet}" is read, not {named}.')] if others else []
    full = (Row(line, row) for line, row in enumerate(rows, start=1) if any(map(cells.text, row)))
    return Table(kind, full, sheet=sheet, warnings=warnings)


def _workbook_kind(archive):
    names = set(archive.namelist())
    if "xl/workbook.xml" in names:
        return "xlsx"
    if "mimetype" in names and archive.open("mimetype").read(100).strip() == ODS_TYPE:
        return "ods"
    raise FileRefused("This zip file is not an XLSX or ODS workbook. Unpack it, and give the file that is in it.")


def _mark(file):
    file.seek(0)
    start = file.read(4)
    return next((encoding for mark, encoding in _MARKS if start.startswith(mark)), "")


def _decode_through(guarded, encoding):
    decoder = codecs.getincrementaldecoder(encoding)()
    while block := guarded.read(BLOCK):
        decoder.decode(block)
    decoder.decode(b"", final=True)
