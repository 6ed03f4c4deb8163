"""Opening files: known by content, read with the lines they stand on, and refused before they do harm."""

import gzip
import io
import os
import random
import re
import resource
import struct
import subprocess
import sys
import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from odf import opendocument, table, text

from indicators.imports import archives, files, workbook
from indicators.imports.archives import FileRefused
from indicators.imports.reading import Reading

ROOT = Path(__file__).resolve().parents[3]
SHEET = "xl/worksheets/sheet1.xml"


class Watched(io.BytesIO):
    """Bytes that count how many of them are read."""

    taken = 0

    def read(self, size=-1):
        found = super().read(size)
        self.taken += len(found)
        return found


def rows_of(data, **options):
    with files.open_table(io.BytesIO(data), **options) as opened:
        return [(row.line, row.cells) for row in opened.rows]


def reason_for(file, **options):
    """(reason, line) of the refusal of a file that is given as bytes, path or file."""
    given = io.BytesIO(file) if isinstance(file, bytes) else file
    with pytest.raises(FileRefused) as refused, files.open_table(given, **options) as opened:
        list(opened.rows)
    return refused.value.reason, refused.value.row


def xlsx(rows, **sheets):
    """An XLSX workbook made by openpyxl; ``sheets`` are further ones, {name: rows}."""
    book, out = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    for name, more in sheets.items():
        sheet = book.create_sheet(name)
        for row in more:
            sheet.append(row)
    book.save(out)
    return out.getvalue()


def ods(rows):
    """An ODS workbook of text cells made by odfpy."""
    book, out = opendocument.OpenDocumentSpreadsheet(), io.BytesIO()
    sheet = table.Table(name="Figures")
    for row in rows:
        line = table.TableRow()
        for cell in row:
            value = {"valuetype": "float", "value": cell} if isinstance(cell, (int, float)) else {"valuetype": "string"}
            one = table.TableCell(**value)
            one.addElement(text.P(text=str(cell)))
            line.addElement(one)
        sheet.addElement(line)
    book.spreadsheet.addElement(sheet)
    book.save(out)
    return out.getvalue()


def zipped(entries, method=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return out.getvalue()


def replaced(data, name, change):
    """The zip archive ``data`` with one file changed, or added where it has none of that name."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entries = {one: archive.read(one) for one in archive.namelist()}
    return zipped({**entries, name: change(entries.get(name, b""))})


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        ("area,figure\nCafé,£5\n".encode(), "utf-8-sig"),
        ("\ufeffarea,figure\nCafé,£5\n".encode(), "utf-8-sig"),
        ("\ufeffarea,figure\nCafé,£5\n".encode("utf-16-le"), "utf-16"),
        ("\ufeffarea,figure\nCafé,£5\n".encode("utf-16-be"), "utf-16"),
        ("area,figure\nCafé,£5\n".encode("cp1252"), "cp1252"),
    ],
)
def test_text_is_read_in_the_encoding_that_its_bytes_have(data, encoding):
    with files.open_table(io.BytesIO(data)) as opened:
        assert opened.encoding == encoding
        assert [row.cells for row in opened.rows] == [["area", "figure"], ["Café", "£5"]]
        assert [bool(opened.warnings)] == [encoding == "cp1252"]


def test_a_nul_character_is_refused_in_any_encoding():
    """No database takes it. In UTF-16 the bytes are full of NULs, and no character is."""
    for encoding in ("utf-8", "utf-16"):
        with pytest.raises(files.FileRefused, match="NUL"):
            rows_of("area,figure\nDo\0ver,5\n".encode(encoding))


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_columns_may_be_parted_by_commas_semicolons_or_tabs(mark):
    data = f'"a,;\t,;\tb"{mark}c\n1{mark}2\n'.encode()
    assert rows_of(data) == [(1, ["a,;\t,;\tb", "c"]), (2, ["1", "2"])]


def test_a_row_keeps_the_line_on_which_it_begins():
    data = b'a,b\r\n"one\r\ntwo",1\r\n\r\n,\r\nx,"three\nfour"\r\nlast,9'
    assert [line for line, _ in rows_of(data)] == [1, 2, 6, 8]


def test_a_file_by_path_and_a_compressed_one_read_alike(tmp_path):
    plain, packed = tmp_path / "a.csv", tmp_path / "b.csv"
    plain.write_bytes(b"a,b\n1,2\n")
    packed.write_bytes(gzip.compress(b"a,b\n1,2\n"))
    for path in (plain, str(packed)):
        with files.open_table(path) as opened:
            assert [row.cells for row in opened.rows] == [["a", "b"], ["1", "2"]]


@pytest.mark.parametrize(
    ("data", "reason", "line"),
    [
        (b"", "The file is empty", None),
        (b"a,b\n1,2\n3,\0\n", "NUL bytes", 3),
        (b"a,b\n\x81\x8d,2\n", "not text in UTF-8 or Windows-1252", None),
        (b'a,b\n1,2\n3,"4\n5,6\n', "cannot be read", 3),
        (b'a,b\n1,"2"3\n', "cannot be read", 2),
        (b"a,b\n" + b"x" * 1_100_000, "longer than a million characters", 2),
        (b"a,b\n" + b"x" * 200_000 + b"\n", "cannot be read", 2),
        (b"%PDF-1.7 ...", "This is a PDF", None),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old .xls workbook, or one with a password", None),
        (b"7z\xbc\xaf\x27\x1c", "not a zip file", None),
    ],
)
def test_what_is_no_table_is_refused_with_the_line(data, reason, line):
    said, row = reason_for(data)
    assert reason in said
    assert line is None or row == line


def test_a_file_that_is_not_there_is_refused(tmp_path):
    assert "cannot be opened: No such file" in reason_for(tmp_path / "none.csv")[0]


def test_200_megabytes_are_refused_before_any_is_read(tmp_path):
    path = tmp_path / "large.csv"
    path.touch()
    os.truncate(path, 200_000_000)
    assert "The file is 200 MB; 50 MB is the most" in reason_for(path)[0]
    file = Watched(b"a,b\n" + b"1,2\n" * 1000)
    assert "is the most" in reason_for(file, limit=1000)[0]
    assert file.taken == 0


def test_a_long_file_is_read_in_blocks():
    """Control: reading the rows to the end takes all the bytes, twice; the first rows take them once and a block."""
    data = b"a,b\n" + b"1,2\n" * 500_000
    file = Watched(data)
    with files.open_table(file) as opened:
        next(opened.rows)
        first = file.taken
        assert sum(1 for _ in opened.rows) == 500_000
    assert first < len(data) + 3 * files.BLOCK
    assert file.taken >= 2 * len(data)


def test_a_compressed_bomb_is_stopped_at_the_limit():
    file = gzip.compress(b"1,2\n" * 2_000_000)
    assert "larger than 1 MB" in reason_for(file, limit=1_000_000)[0]


def test_an_xlsx_gives_text_numbers_and_dates_with_the_sheets_rows():
    data = xlsx([["area", "when", "figure"], [], ["Dover", date(2018, 4, 1), 12], ["Swale", "[x]", 0.1 + 0.2]])
    assert rows_of(data) == [
        (1, ["area", "when", "figure"]),
        (3, ["Dover", date(2018, 4, 1), Decimal("12")]),
        (4, ["Swale", "[x]", Decimal("0.3")]),
    ]


def test_an_ods_is_read_too():
    assert rows_of(ods([["area", "figure"], ["Dover", 12.5]])) == [
        (1, ["area", "figure"]),
        (2, ["Dover", Decimal("12.5")]),
    ]


def test_an_error_in_a_cell_of_an_xlsx_comes_as_its_text():
    """Not as a blank, which is what the library makes of it."""
    five, error = b'<c r="B2" t="n"><v>5</v>', b'<c r="B2" t="e"><v>#DIV/0!</v>'
    data = replaced(xlsx([["a", "b"], [4, 5]]), SHEET, lambda xml: xml.replace(five, error))
    assert rows_of(data) == [(1, ["a", "b"]), (2, [Decimal(4), "#DIV/0!"])]


def test_errors_in_an_ods_come_as_their_text_in_each_repeated_cell():
    error = (
        b'<table:table-cell xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0" '
        b'table:number-columns-repeated="2" office:value-type="string" office:string-value="" '
        b'calcext:value-type="error"><text:p>Err:502</text:p></table:table-cell>'
    )
    five = b'<table:table-cell office:value-type="float" office:value="5">'
    data = replaced(ods([["a", "b", "c"], [5, 6, 7]]), "content.xml", lambda xml: xml.replace(five, error + five))
    assert rows_of(data)[1] == (2, ["Err:502", "Err:502", Decimal(5), Decimal(6), Decimal(7)])


def test_a_percentage_is_the_number_that_the_sheet_shows():
    """45.3%, which is kept as 0.453, is 45.3 beside a plain 0.453."""
    book, out = openpyxl.Workbook(), io.BytesIO()
    for place, shown in enumerate(["0%", "0.00%", "General", "0.0%;-0.0%"], start=1):
        cell = book.active.cell(1, place, 0.453)
        cell.number_format = shown
    book.save(out)
    assert rows_of(out.getvalue()) == [(1, [Decimal("45.3"), Decimal("45.3"), Decimal("0.453"), Decimal("45.3")])]
    as_float, as_percentage = b'office:value-type="float"', b'office:value-type="percentage"'
    data = replaced(ods([[0.453]]), "content.xml", lambda xml: xml.replace(as_float, as_percentage))
    assert rows_of(data) == [(1, [Decimal("45.3")])]
    assert rows_of(ods([[0.453]])) == [(1, [Decimal("0.453")])]


def test_an_error_on_another_sheet_is_nothing_to_this_one():
    data = replaced(
        xlsx([["a"], [5]], Second=[["b"], [5]]),
        "xl/worksheets/sheet2.xml",
        lambda xml: xml.replace(b'<c r="A2" t="n"><v>5</v>', b'<c r="A2" t="e"><v>#N/A</v>'),
    )
    assert rows_of(data)[1] == (2, [Decimal(5)])
    assert rows_of(data, prefer="Second")[1] == (2, ["#N/A"])


def test_one_sheet_is_read_and_the_others_are_named():
    data = xlsx([["a"]], Second=[["b"]])
    with files.open_table(io.BytesIO(data)) as opened:
        assert [row.cells for row in opened.rows] == [["a"]]
        assert opened.warnings[0].text == 'Only the sheet "Sheet" is read, not "Second".'
    assert rows_of(data, prefer="Second") == [(1, ["b"])]


@pytest.mark.parametrize("data", [xlsx([]), ods([])])
def test_an_empty_workbook_is_refused(data):
    assert "no visible sheet with anything on it" in reason_for(data)[0]


def bomb(entries=10, each=10_000_000):
    return zipped({"xl/workbook.xml": b"", **{f"xl/{place}.xml": b"\0" * each for place in range(entries)}})


def test_a_zip_bomb_is_refused_by_its_directory_without_unpacking():
    """Control: a harmless workbook of about that size has nearly all of its bytes read."""
    data = bomb()
    file = Watched(data)
    assert "Unpacked, the archive would be 100 MB; 50 MB is the most" in reason_for(file)[0]
    directory = len(data) - struct.unpack("<L", data[-6:-2])[0]
    assert file.taken < 3 * directory + 100

    harmless = Watched(xlsx([["a"], [1]]))
    with files.open_table(harmless) as opened:
        list(opened.rows)
    assert harmless.taken >= len(harmless.getvalue())


def test_an_archive_far_smaller_than_what_is_in_it_is_refused():
    assert "times its size" in reason_for(bomb(entries=4))[0]


def test_too_many_files_are_refused():
    data = zipped({f"xl/{place}.xml": b"" for place in range(201)})
    assert "holds 201 files; 200 is the most" in reason_for(data)[0]


@pytest.mark.parametrize("change", [-1_999_000, -1, 1])
def test_a_directory_that_lies_about_a_length_is_found_while_unpacking(change):
    """The length is wrong in the directory and before the file; understated, it is found before all is unpacked."""
    noise = random.Random(1).randbytes(2_000_000)
    honest = replaced(xlsx([["a"]]), "xl/media/noise.bin", lambda _: noise)
    length, wrong = (struct.pack("<L", size) for size in (len(noise), len(noise) + change))
    assert honest.count(length) == 2
    file = Watched(honest.replace(length, wrong))
    assert "not as long as the archive says" in reason_for(file)[0]
    assert change > -1000 or file.taken < 300_000
    assert rows_of(honest) == [(1, ["a"])]


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_files_of_one_name_are_refused():
    """Which of the two is read would depend on the reader: it might not be the one that was looked at."""
    out = io.BytesIO(xlsx([["a"]]))
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr(SHEET, "<worksheet/>")
    assert "two files of the same name" in reason_for(out)[0]


@pytest.mark.parametrize("declared", [b'<!DOCTYPE x [<!ENTITY a "aaaa">]>', b'<! entity a "a">', b"<!doctype x>"])
@pytest.mark.parametrize(("data", "name"), [(xlsx([["a"]]), SHEET), (ods([["a"]]), "content.xml")])
def test_a_workbook_with_entities_is_refused(data, name, declared):
    changed = replaced(data, name, lambda xml: declared + xml)
    assert "declares a document type or entities" in reason_for(changed)[0]


def test_entities_cannot_hide_in_another_encoding_or_between_two_blocks():
    wide = replaced(xlsx([["a"]]), SHEET, lambda xml: xml.decode().encode("utf-16"))
    assert "not in UTF-8" in reason_for(wide)[0]
    split = replaced(xlsx([["a"]]), SHEET, lambda xml: b" " * (archives.BLOCK - 5) + b"<!DOCTYPE x>" + xml)
    assert "declares a document type" in reason_for(split)[0]


@pytest.mark.parametrize("name", ["../x.xml", "xl/../../x.xml", "/etc/x.xml", "C:/x.xml", "xl\\..\\x.xml"])
def test_names_that_point_outside_are_refused(name):
    assert "points outside it" in reason_for(zipped({"xl/workbook.xml": b"", name: b""}))[0]


def test_an_archive_in_an_archive_is_refused():
    assert "is an archive itself" in reason_for(zipped({"xl/workbook.xml": b"", "inner.zip": bomb(1, 10)}))[0]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda data: data[:-30], "cut short, or has something after its end"),
        (lambda data: data + b"more", "cut short, or has something after its end"),
        (lambda data: b"PK", "cut short"),
        (lambda data: b"PK" + data, "not built as a plain zip file"),
        (lambda data: data[:50] + b"\xff" * 40 + data[90:], "archive"),
    ],
)
def test_a_damaged_archive_is_refused(change, reason):
    assert reason in reason_for(change(xlsx([["a"]])))[0]


def test_other_zip_files_are_no_workbooks():
    assert "not an XLSX or ODS workbook" in reason_for(zipped({"a.csv": b"a,b\n"}))[0]


def test_a_password_is_named():
    data = bytearray(zipped({"xl/workbook.xml": b"abc"}))
    data[data.rindex(b"PK\1\2") + 8] |= 1
    assert "protected with a password" in reason_for(bytes(data))[0]


@pytest.mark.parametrize("cell", ["XFD1048576", "A1048576", "IZ30000"])
def test_a_cell_far_away_does_not_fill_the_memory(cell):
    """Such a sheet asks its reader for up to gigabytes: the child process is refused them, and this one goes on."""
    data = replaced(xlsx([["a"], [5]]), SHEET, lambda xml: xml.replace(b'r="A2"', f'r="{cell}"'.encode()))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    reason = reason_for(data)[0]
    assert "The sheet is larger than" in reason
    assert reason.startswith("The workbook could not be read within the limits") or cell == "A1048576"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000
    assert rows_of(xlsx([["a"], [5]])) == [(1, ["a"]), (2, [Decimal(5)])]


def test_the_largest_sheet_that_is_read_fits_the_limits():
    width = workbook.MOST_CELLS // workbook.MOST_ROWS
    texts = b"".join(b'<c t="inlineStr"><is><t>some words %d</t></is></c>' % place for place in range(width))
    rows = b"".join(b'<row r="%d">%b</row>' % (place, texts) for place in range(1, workbook.MOST_ROWS + 1))
    data = replaced(xlsx([["a"]]), SHEET, lambda xml: re.sub(rb"<row.*</row>", lambda _: rows, xml))
    assert len(rows_of(data)) == workbook.MOST_ROWS


def test_a_workbook_is_read_in_a_process_that_knows_nothing_of_this_one():
    """It runs alone, without the project on its path, and answers on one line for each row."""
    command = [sys.executable, "-I", workbook.__file__, ""]
    done = subprocess.run(command, input=xlsx([["a", 1]]), stdout=subprocess.PIPE, cwd="/", check=True)
    assert done.stdout.decode().splitlines()[0] == '["a", {"number": "1"}]'


HEADS = {"area": ["Area code", "code"], "figure": ["Figure"]}


def columns(*heads, optional=()):
    reading = Reading()
    found = files.columns(reading, files.Row(4, list(heads)), HEADS, file="f.csv", optional=optional)
    return found, [str(refused) for refused in reading.refused]


def test_columns_are_found_by_any_of_their_headers_whatever_the_case_and_breaks():
    assert columns("FIGURE ", "x", "Area\n code") == ({"area": 2, "figure": 0}, [])
    assert columns("code", "Figure") == ({"area": 0, "figure": 1}, [])
    assert columns("code", optional=("figure",)) == ({"area": 0}, [])


def test_headers_that_are_wrong_or_stand_twice_are_refused():
    _, (twice,) = columns("code", "Figure", "figure")
    assert twice.startswith('f.csv, line 4, column "figure": The header "figure" stands twice, in columns 2 and 3.')
    _, (missing,) = columns("code", "Figures")
    assert missing.startswith('f.csv, line 4, column "Figure": There is no column "Figure".')
