"""The actions and figures of a report as ODS and CSV: all of them, typed, safe in a spreadsheet, the same bytes."""

import csv
import io
import zipfile
from dataclasses import replace
from decimal import Decimal
from functools import cache

import pytest
from odf import opendocument, table, teletype, text
from report_words import YEARS, document_of, small_document

from reports.rendering.csv_tables import render_csv
from reports.rendering.ods import render_ods
from reports.rendering.tables import ACTION_COLUMNS, FIGURE_COLUMNS
from reports.summary import ActionRow

each_report = pytest.mark.parametrize("year", YEARS)


@cache
def tree(year):
    """Callers need the database."""
    return document_of(year)


def opened_csv(document):
    """{file's name: its rows as dicts, or its text} of the ZIP file."""
    with zipfile.ZipFile(io.BytesIO(render_csv(document))) as archive:
        texts = {name: archive.read(name).decode("utf-8-sig") for name in archive.namelist()}
    return {
        name: list(csv.DictReader(io.StringIO(content, newline=""))) if name.endswith(".csv") else content
        for name, content in texts.items()
    }


def opened_ods(document):
    """{sheet: its rows, lists of odfpy's cells}, the header row first."""
    read = opendocument.load(io.BytesIO(render_ods(document)))
    return {
        sheet.getAttribute("name"): [row.getElementsByType(table.TableCell) for row in rows_of(sheet)]
        for sheet in read.spreadsheet.getElementsByType(table.Table)
    }


def rows_of(sheet):
    return sheet.getElementsByType(table.TableRow)


def words(cell):
    return "\n".join(teletype.extractText(line) for line in cell.getElementsByType(text.P))


def figures_of(document):
    return [
        (priority, indicator, figure)
        for priority in document.priorities
        for indicator in priority.indicators
        for figure in indicator.figures
    ]


@pytest.mark.django_db
@each_report
def test_the_csv_files_hold_every_action_and_figure_in_order(year):
    document, read = tree(year), opened_csv(tree(year))
    assert list(read) == ["README.txt", "actions.csv", "figures.csv"]
    actions = [action for priority in document.priorities for action in priority.actions]
    assert [row["reference"] for row in read["actions.csv"]] == [action.reference for action in actions]
    for row, action in zip(read["actions.csv"], actions, strict=True):
        assert bool(row["progress"]) == bool(action.progress)
    for row, (priority, indicator, figure) in zip(read["figures.csv"], figures_of(document), strict=True):
        assert (row["priority"], row["indicator"]) == (priority.title, indicator.title)
        assert (row["start"], row["end"], row["period"]) == (figure.start, figure.end, figure.period)
        assert row["value"] == (figure.value or "")
        assert row["text"].removeprefix("'") == figure.text
        assert (row["qualifier"], row["status"]) == (figure.qualifier, figure.status)
        assert (row["printed_in"], row["as_at"]) == (figure.printed_in, figure.as_at)


@pytest.mark.django_db
@each_report
def test_the_spreadsheet_holds_the_same_typed(year):
    document, sheets = tree(year), opened_ods(tree(year))
    assert list(sheets) == ["Actions", "Figures", "About"]
    head, *rows = sheets["Figures"]
    assert [words(cell) for cell in head] == list(FIGURE_COLUMNS)
    place = {column: number for number, column in enumerate(FIGURE_COLUMNS)}
    for row, (_, _, figure) in zip(rows, figures_of(document), strict=True):
        value, start = row[place["value"]], row[place["start"]]
        if figure.value is None:
            assert value.getAttribute("valuetype") is None
        else:
            assert value.getAttribute("valuetype") == "float"
            assert Decimal(value.getAttribute("value")) == Decimal(figure.value)
        assert (start.getAttribute("valuetype"), start.getAttribute("datevalue")) == ("date", figure.start)
        assert words(row[place["text"]]) == figure.text
    assert [words(cell) for cell in sheets["Actions"][0]] == list(ACTION_COLUMNS)


def test_the_header_rows_are_marked_and_months_stay_text():
    read = opendocument.load(io.BytesIO(render_ods(small_document())))
    for sheet in read.spreadsheet.getElementsByType(table.Table):
        (head,) = sheet.getElementsByType(table.TableHeaderRows)
        assert len(rows_of(head)) == 1
    action = opened_ods(small_document())["Actions"][1]
    assert (action[5].getAttribute("valuetype"), words(action[5])) == ("string", "2023-03")


def test_progress_is_plain_text_a_line_for_each_bullet():
    progress = '<p>Done &amp; <strong>dusted</strong>.<sup data-note="n1"></sup></p><ul><li>One</li><li>Two</li></ul>'
    document = small_document({"actions": [ActionRow("RS-A1", "Act.", progress, False, "2023-03")]})
    assert opened_csv(document)["actions.csv"] == [
        {
            "priority": "Road Safety",
            "reference": "RS-A1",
            "title": "Act.",
            "progress": "Done & dusted.\nOne\nTwo",
            "no_progress": "no",
            "as_at": "2023-03",
        }
    ]
    assert words(opened_ods(document)["Actions"][1][3]) == "Done & dusted.\nOne\nTwo"


def test_no_progress_and_an_unknown_value_are_told_apart_from_nothing():
    document = small_document()
    assert [row["no_progress"] for row in opened_csv(document)["actions.csv"]] == ["no", "yes", "no"]
    (priority,) = document.priorities
    unknown = replace(priority.indicators[0].figures[0], value=None, text="not available")
    known = replace(unknown, value="-12.50", text="\N{MINUS SIGN}12.5")
    document = small_document({"indicators": [replace(priority.indicators[0], figures=[unknown, known])]})
    assert [row["value"] for row in opened_csv(document)["figures.csv"]] == ["", "-12.50"]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_a_spreadsheet_runs_nothing(start):
    formula = f"{start}cmd|' /C calc'!A0"
    action = ActionRow("RS-A1", formula, f"<p>{formula}</p>", False, "")
    document = small_document({"title": formula, "actions": [action]}, title=formula, partnership_name=formula)
    read = opened_csv(document)
    assert read["actions.csv"][0]["title"] == f"'{formula}"
    for row in read["actions.csv"] + read["figures.csv"]:
        assert not [value for column, value in row.items() if value.startswith(tuple("=+-@\t\r")) and column != "value"]
    with zipfile.ZipFile(io.BytesIO(render_ods(document))) as archive:
        content = archive.read("content.xml").decode()
    assert "formula" not in content
    kinds = {cell.getAttribute("valuetype") for row in opened_ods(document)["Actions"] for cell in row}
    assert kinds <= {"string", None}


@pytest.mark.parametrize("payload", ["<script>x()</script>", "]]></text:p>&x;", '"><table:table-cell/>', "\x00\x08a"])
def test_text_stays_text(payload):
    document = small_document({"title": payload}, title=payload)
    action = opened_ods(document)["Actions"][1]
    assert words(action[0]) == payload.replace("\x00\x08", "")
    assert len(action) == len(ACTION_COLUMNS)


def test_a_draft_and_a_demonstration_say_so():
    marked = small_document(is_draft=True, is_demonstration=True)
    words_of_both = ["Draft: not issued", "Demonstration: not from a published report"]
    for wanted in words_of_both:
        assert wanted in opened_csv(marked)["README.txt"]
        assert wanted in [words(cell) for row in opened_ods(marked)["About"] for cell in row]
        assert wanted not in opened_csv(small_document())["README.txt"]
        assert wanted not in [words(cell) for row in opened_ods(small_document())["About"] for cell in row]


def test_every_column_is_explained():
    readme = opened_csv(small_document())["README.txt"]
    assert not [name for name in ACTION_COLUMNS | FIGURE_COLUMNS if f"  {name}: " not in readme]
    assert "As at July 2023" in readme


@pytest.mark.parametrize("render", [render_csv, render_ods])
def test_the_same_tree_gives_the_same_bytes(render):
    document = small_document()
    content = render(document)
    assert render(document) == content
    assert render(replace(document, title="Other")) != content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_the_spreadsheet_is_known_by_its_first_bytes():
    """OpenDocument, part 2, 3.3: the type comes first, uncompressed."""
    content = render_ods(small_document())
    assert content[30:].startswith(b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet")
