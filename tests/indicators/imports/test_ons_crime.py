"""The ONS's crime tables: Kent's rows read exactly, by code, and a row under the wrong code found."""

import csv
import io
from datetime import date
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from indicators.imports import ons_crime
from indicators.imports.reading import Areas

SAMPLES = Path(__file__).resolve().parents[3].parent / "shared" / "samples"
TABLE = SAMPLES / "crime_tables" / "ons_table_c2_prc_by_csp_ye_june_2025.csv"
needs_samples = pytest.mark.skipif(not SAMPLES.exists(), reason="the shared samples are not here")
TOTAL = "Total recorded crime (excluding fraud)"

KENT = Areas("E10000016", "Kent", {"E07000105": "Ashford", "E22000352": "Dartford and Gravesham"})
TITLE = "Table C2: Recorded crime by area, year ending June 2025 [note 1]"
HEADS = [
    "Police Force\nArea code", "Police Force\nArea name", "Community Safety\nPartnership code",
    "Community Safety\nPartnership name", "Local Authority code", "Local Authority name",
    "Total recorded crime\n (excluding fraud)", "Robbery",
]  # fmt: skip
FORCE = ["E23000032", "Kent", "", "", "", "", "32,277 ", "12 "]
ASHFORD = ["E23000032", "Kent", "E22000137", "Ashford [note 4]", "E07000105", "Ashford", "9,789 ", "5 "]
DARTFORD = ["E23000032", "Kent", "E22000352", "Dartford and Gravesham", "Combined", "", "22,451 ", "6"]
UNASSIGNED = ["E23000032", "Kent", "", "Unassigned Kent", "", "", "37 ", "1 "]
SURREY = ["E23000031", "Surrey", "E22000270", "Elmbridge", "E07000207", "Elmbridge", "7,000 ", "4 "]


def given(*rows, title=TITLE, heads=HEADS):
    out = io.StringIO(newline="")
    csv.writer(out).writerows([[title], ["Source: Home Office"], heads, *rows])
    file = io.BytesIO(out.getvalue().encode())
    file.name = "c2.csv"
    return file


def read(*rows, areas=KENT, **options):
    return ons_crime.read([given(*rows, **options)], areas=areas)


def changed(row, place, value):
    return [*row[:place], value, *row[place + 1 :]]


def lookup():
    rows = csv.DictReader((SAMPLES / "geography" / "lookup_ltla24_csp24_pfa24.csv").open(encoding="utf-8"))
    return [one for one in rows if one["pfa24_code"] == "E23000032"]


@needs_samples
def test_the_published_table_reads_for_kent_as_expected():
    areas = Areas("E23000032", "Kent", {one["csp24_code"]: one["csp24_name"] for one in lookup()})
    reading = ons_crime.read([TABLE], areas=areas)
    assert reading.refused == []
    expected = {
        (one["csp_code"], one["area_name"], one["offence"], Decimal(one["count"]))
        for one in csv.DictReader((SAMPLES / "crime_tables" / "expected_kent_table_c2_long.csv").open(encoding="utf-8"))
    }
    found = {
        ("" if one.area_code == "E23000032" else one.area_code, one.area_name, one.measure, one.value)
        for one in reading.figures + reading.unplaced
    }
    assert found == expected
    assert {one.area_name for one in reading.unplaced} == {"Unassigned Kent"}
    assert {(one.start, one.end) for one in reading.figures} == {(date(2024, 7, 1), date(2025, 6, 30))}
    parts = sum(one[3] for one in expected if one[2] == TOTAL and one[1] != "Kent")
    assert parts == reading.counts["year ending June 2025"]["Kent"][TOTAL] == 160_259
    assert not any("add up" in one.text for one in reading.warnings)


@needs_samples
def test_the_publishers_row_for_surrey_under_kents_code_is_named():
    reading = ons_crime.read([TABLE], areas=Areas("E23000032", "Kent"))
    (wrong,) = [one for one in reading.warnings if "Surrey" in one.text]
    assert wrong.row == 344
    assert wrong.text == (
        "The row carries the code of Kent, E23000032, but is for Surrey. It holds no figures and is left out."
    )


@needs_samples
def test_districts_are_found_by_their_own_codes_and_the_others_are_named():
    """Kent County without Medway, by local authority codes: no authority has the code of a partnership of two."""
    districts = {one["ltla24_code"]: one["ltla24_name"] for one in lookup() if one["ltla24_code"] != "E06000035"}
    reading = ons_crime.read([TABLE], areas=Areas("E10000016", "Kent", districts))
    placed = {one.area_code for one in reading.figures}
    assert placed == set(districts) - {"E07000107", "E07000109"}
    said = reading.warnings[-1].text
    for name in ("Kent (E23000032)", "Dartford and Gravesham (E22000352)", "Medway (E22000143)", "Unassigned Kent"):
        assert name in said


def test_a_figure_stands_under_the_code_that_is_wanted():
    reading = read(FORCE, ASHFORD, DARTFORD, UNASSIGNED)
    assert reading.refused == []
    assert {(one.area_code, one.area_name, one.measure): (one.value, one.row) for one in reading.figures} == {
        ("E07000105", "Ashford", TOTAL): (Decimal(9789), 10),
        ("E07000105", "Ashford", "Robbery"): (Decimal(5), 10),
        ("E22000352", "Dartford and Gravesham", TOTAL): (Decimal(22451), 11),
        ("E22000352", "Dartford and Gravesham", "Robbery"): (Decimal(6), 11),
    }
    assert {one.area_code for one in reading.unplaced} == {"E23000032", ""}
    force = read(FORCE, ASHFORD, areas=Areas("E10000016", "Kent", KENT.districts, {"E23000032": "Kent and Medway"}))
    assert ("E23000032", Decimal(32277)) in {(one.area_code, one.value) for one in force.figures}


def test_a_workbook_is_read_from_the_sheet_of_the_table():
    book, out = openpyxl.Workbook(), io.BytesIO()
    book.active.append(["Contents"])
    sheet = book.create_sheet("Table C2")
    for row in ([TITLE], HEADS, [*ASHFORD[:6], 9789, 5]):
        sheet.append(row)
    book.save(out)
    reading = ons_crime.read([out], areas=KENT)
    assert [(one.area_code, one.value, one.row) for one in reading.figures] == [
        ("E07000105", Decimal(9789), 3),
        ("E07000105", Decimal(5), 3),
    ]


def test_x_is_a_missing_figure_and_no_zero():
    reading = read(FORCE, changed(ASHFORD, 7, "[x]"), DARTFORD, UNASSIGNED)
    (missing,) = [one for one in reading.figures if one.value is None]
    assert (missing.measure, missing.missing) == ("Robbery", "not available")
    assert reading.counts["year ending June 2025"]["Ashford"]["Robbery"] == "not available"


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("", "Blank is not zero"),
        ("-1", "below zero"),
        ("#DIV/0!", "could not work this cell out"),
        ("9,78", "a comma where no thousands end"),
        ("1.5", "not a whole number"),
        ("many", "not a number"),
    ],
)
def test_a_bad_figure_is_refused_with_its_line_and_column(value, reason):
    reading = read(FORCE, changed(ASHFORD, 7, value), DARTFORD)
    assert [(one.file, one.row, one.column) for one in reading.refused] == [("c2.csv", 10, "Robbery")]
    assert reason in reading.refused[0].reason


def test_a_row_with_figures_under_another_forces_code_is_refused():
    """Control: under its own code it is of no concern."""
    reading = read(FORCE, ASHFORD, changed(SURREY, 0, "E23000032"))
    assert [(one.row, one.column, one.value) for one in reading.refused] == [
        (11, "Police Force Area code", "E23000032")
    ]
    assert "carries the code of Kent, E23000032, but is for Surrey" in reading.refused[0].reason
    assert read(FORCE, ASHFORD, SURREY).refused == []


def test_one_of_our_partnerships_under_another_forces_code_is_refused():
    reading = read(FORCE, DARTFORD, UNASSIGNED, changed(ASHFORD, 0, "E23000031"))
    assert [(one.row, one.value) for one in reading.refused] == [(12, "E23000031")]


def test_a_partnership_that_stands_twice_is_refused():
    reading = read(FORCE, ASHFORD, changed(DARTFORD, 2, "E22000137"))
    assert any("stands on line 10 already" in one.reason and one.row == 11 for one in reading.refused)


def test_parts_that_do_not_add_up_are_warned_of():
    """Control: the whole table adds up."""
    assert not any("add up" in one.text for one in read(FORCE, ASHFORD, DARTFORD, UNASSIGNED).warnings)
    said = [one.text for one in read(FORCE, ASHFORD, UNASSIGNED).warnings]
    assert any("the parts of Kent add up to 9,826, and its total is 32,277" in text for text in said)


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"title": "Table C2"}, "must name one year"),
        ({"title": f"{TITLE}, compared with year ending June 2024"}, "must name one year"),
        ({"title": "Crime, year ending Smarch 2025"}, "which is no month"),
        ({"heads": ["a", "b"]}, 'No row has the header "Community Safety Partnership code"'),
        ({"heads": [*HEADS[:7], HEADS[6]]}, "stands twice, in columns 7 and 8"),
        ({"heads": ["Code", *HEADS[1:]]}, 'There is no column "Police Force Area code"'),
        ({"areas": Areas("E07000207", "Mole Valley")}, "No row is for Mole Valley"),
    ],
)
def test_a_wrong_table_is_refused(options, reason):
    reading = read(FORCE, ASHFORD, **options)
    assert reason in reading.refused[0].reason
    assert reading.figures == []


@pytest.mark.parametrize(
    ("month", "start"),
    [("June 2025", date(2024, 7, 1)), ("December 2024", date(2024, 1, 1)), ("March 2024", date(2023, 4, 1))],
)
def test_the_year_is_the_twelve_months_that_the_title_ends_with(month, start):
    reading = read(FORCE, ASHFORD, title=f"Crime, year ending {month}")
    assert reading.figures[0].start == start
    assert reading.figures[0].period.months == 12
