"""Fingertips: a real download, and upload files good and bad."""

import csv
import io
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from indicators.imports import fingertips
from indicators.imports.cells import CellProblem
from indicators.imports.fingertips import period_of
from indicators.imports.reading import Areas

SAMPLES = Path(__file__).resolve().parents[3].parent / "shared" / "samples" / "fingertips"
needs_samples = pytest.mark.skipif(not SAMPLES.exists(), reason="the shared samples are not here")

KENT = Areas("E10000016", "Kent", {"E06000035": "Medway"})
TODAY = date(2024, 6, 30)
HEADS = [
    "Indicator Name", "Area Code", "Area Name", "Sex", "Age", "Category Type", "Time period", "Value",
    "Lower CI 95.0 limit", "Upper CI 95.0 limit", "Value note", "Time period Sortable", "New data", "Compared to goal",
]  # fmt: skip
ROW = [
    "Violent\ncrime", "E10000016", "Kent", "Persons", "All ages", "", "2022/23", "35.25", "34", "36.5", "",
    "20220000", "",
]  # fmt: skip


def given(*rows, heads=HEADS):
    out = io.StringIO(newline="")
    csv.writer(out).writerows([heads, *rows])
    file = io.BytesIO(out.getvalue().encode())
    file.name = "f.csv"
    return file


def read(*rows, heads=HEADS, areas=KENT):
    return fingertips.read([given(*rows, heads=heads)], areas=areas, today=TODAY)


def changed(**cells):
    places = {"name": 0, "area": 1, "category": 5, "period": 6, "value": 7, "note": 10, "sortable": 11}
    row = list(ROW)
    for name, value in cells.items():
        row[places[name]] = value
    return row


@needs_samples
def test_the_real_download_gives_the_figures_of_our_areas():
    path = SAMPLES / "indicators-CountyUA.data.csv"
    reading = fingertips.read([path], areas=KENT)
    assert reading.refused == []
    all_ages = [one for one in reading.figures if one.area_code == "E10000016" and "All ages" in one.measure]
    assert [(one.measure, one.period.label, one.value, one.lower, one.upper) for one in all_ages] == [
        ("Campylobacter incidence rate/100,000 (Persons, All ages)", year, *map(Decimal, values))
        for year, values in {
            "2015": ("107.8231", "102.6735", "113.1642"),
            "2016": ("102.666", "97.6702", "107.8511"),
            "2017": ("123.8737", "118.380", "129.5565"),
        }.items()
    ]
    assert len(reading.figures) == 10
    assert [one.text for one in reading.warnings] == ["Left out: 842 rows for other areas."]
    lines = path.read_bytes().split(b"\n")
    assert b"Campylobacter" in lines[all_ages[0].row - 1]
    assert b",Kent,County & UA,Persons,All ages,,,2015," in lines[all_ages[0].row]


@needs_samples
def test_rows_for_groups_within_an_area_are_left_out_and_counted():
    reading = fingertips.read([SAMPLES / "indicators-CountyUA.data.csv"], areas=Areas("E92000001", "England"))
    assert reading.refused == []
    assert "Left out: 60 rows for groups within an area." in [one.text for one in reading.warnings]
    assert len(reading.figures) == 5


@needs_samples
def test_the_upload_files_of_the_publisher_are_taken_or_refused():
    areas = Areas("U25656", "One", {"U25680": "Two"})
    folder = SAMPLES / "upload_validation"
    for name, line in (("valid.csv", 2), ("ValidHeadersAndValidDataRowsWithEmptyLines.csv", 3)):
        reading = fingertips.read([folder / name], areas=areas, measure="Violent crime")
        assert reading.refused == []
        first = reading.figures[0]
        assert (first.measure, first.value, first.row) == (
            "Violent crime (Male, 5 to 10 years, district_and_unitary_authorities_apr_2019_geography 1)",
            Decimal(5678),
            line,
        )
        said = [one.text for one in reading.warnings]
        assert "The dates, which are taken, are those of 2024 and of no financial year." in said
    assert reasons(folder / "Empty.csv") == [(None, "", "The file is empty.")]
    assert reasons(folder / "DuplicateHeadersAndValidDataRows.csv")[0][:2] == (1, "date_from")
    bad = reasons(folder / "legacy-upload-non-numeric-data.csv")
    assert [one[:2] for one in bad] == [(1, "INDICATORID"), (2, "VALUE"), (2, "LOWERCI"), (2, "UPPERCI")]
    assert "#DIV/0!" in bad[1][2]


def reasons(path):
    reading = fingertips.read([path], areas=KENT)
    assert reading.figures == []
    return [(one.row, one.column, one.reason) for one in reading.refused]


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2015", date(2015, 1, 1), date(2015, 12, 31)),
        ("2021/22", date(2021, 4, 1), date(2022, 3, 31)),
        ("1999/00", date(1999, 4, 1), date(2000, 3, 31)),
        ("2020 - 22", date(2020, 1, 1), date(2022, 12, 31)),
        ("2010 - 11", date(2010, 1, 1), date(2011, 12, 31)),
        ("1999 - 01", date(1999, 1, 1), date(2001, 12, 31)),
        ("2020 to 2022", date(2020, 1, 1), date(2022, 12, 31)),
        ("2018/19 - 20/21", date(2018, 4, 1), date(2021, 3, 31)),
        ("2015 Q3", date(2015, 7, 1), date(2015, 9, 30)),
        ("2015/16 Q4", date(2016, 1, 1), date(2016, 3, 31)),
        ("2015/16 Q1", date(2015, 4, 1), date(2015, 6, 30)),
        ("Feb 2016", date(2016, 2, 1), date(2016, 2, 29)),
    ],
)
def test_periods_are_read_as_fingertips_writes_them(text, start, end):
    assert (period_of(text).start, period_of(text).end) == (start, end)


@pytest.mark.parametrize("text", ["", "2015/17", "2018/19 - 20/22", "2015 Q5", "2022 - 2020", "Smarch 2015", "15"])
def test_other_periods_are_refused(text):
    with pytest.raises(CellProblem, match="is not a period such as"):
        period_of(text)


def test_a_row_gives_one_figure_to_the_places_that_are_kept():
    (one,) = read(changed(value="35.123456789")).figures
    assert (one.measure, one.area_code, one.value, one.decimals) == (
        "Violent crime (Persons, All ages)", "E10000016", Decimal("35.1235"), 4,
    )  # fmt: skip
    assert (one.start, one.end, one.row) == (date(2022, 4, 1), date(2023, 3, 31), 2)
    assert (one.lower, one.upper) == (Decimal(34), Decimal("36.5"))
    assert read(changed(value="200")).figures[0].decimals == 0


@pytest.mark.parametrize(
    ("note", "missing"),
    [
        ("Value suppressed for disclosure control due to small count", "confidential"),
        ("Value missing in source data", "not available"),
        ("", "not available"),
    ],
)
def test_a_blank_value_is_missing_for_the_reason_that_the_note_gives(note, missing):
    (one,) = read(changed(value="", note=note)).figures
    assert (one.value, one.missing, one.note) == (None, missing, note)


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        (changed(value="#DIV/0!"), "Value", "could not work this cell out"),
        (changed(value="many"), "Value", "not a number"),
        (changed(value="1,23"), "Value", "a comma where no thousands end"),
        (changed(period="2022/24"), "Time period", "is not a period such as"),
        (changed(period="2025/26", sortable="20250000"), "Time period", "in the future"),
        (changed(sortable="20210000"), "Time period Sortable", "the row's cells are moved"),
        (ROW[:11], "", "The row has 11 cells and the header 14"),
        ([*ROW, "", "", ""], "", "The row has 16 cells and the header 14"),
    ],
)
def test_a_bad_row_is_refused_with_its_line_and_column(row, column, reason):
    """The bad row stands on line 4: the good one before it goes over two lines. Control: the good one is read alone."""
    reading = read(changed(period="2019/20", sortable="20190000"), row)
    assert [(one.file, one.row, one.column) for one in reading.refused] == [("f.csv", 4, column)]
    assert reason in reading.refused[0].reason
    assert read(changed(period="2019/20", sortable="20190000")).refused == []


def test_the_same_figure_twice_is_taken_once_and_another_one_refused():
    assert len(read(ROW, ROW).figures) == 1
    reading = read(ROW, changed(value="36"))
    assert [(one.row, one.value) for one in reading.refused] == [(4, "36")]
    assert "There is already another figure on line 2 for Violent crime" in reading.refused[0].reason


def test_a_download_without_our_areas_is_refused():
    assert "No row is for Surrey" in read(ROW, areas=Areas("E10000030", "Surrey")).refused[0].reason


UPLOAD = [
    "area_code", "date_from", "date_to", "period_type", "sex", "age_from_years_inclusive", "age_to_years_inclusive",
    "deprivation_decile", "deprivation_category", "value", "lower_ci_95", "upper_ci_95",
]  # fmt: skip


def upload(start="2022-04-01", end="2023-03-31", kind="financial_year"):
    return ["E10000016", start, end, kind, "persons", "65", "", "", "", "12.5", "", ""]


def test_an_upload_file_is_read_by_its_dates():
    reading = read(upload(), heads=UPLOAD)
    assert reading.warnings == []
    (one,) = reading.figures
    assert (one.measure, one.area_name, one.period.label) == ("Persons, 65 years and over", "Kent", "2022/23")


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        (upload(start="2022-13-01"), "date_from", "not a date that exists"),
        (upload(end="soon"), "date_to", "not a date such as"),
        (upload(end="2022-03-31"), "date_to", "ends before it starts"),
        (upload(start="2025-04-01", end="2026-03-31"), "date_from", "in the future"),
    ],
)
def test_a_bad_date_of_an_upload_file_is_refused(row, column, reason):
    reading = read(row, heads=UPLOAD)
    assert [(one.row, one.column) for one in reading.refused] == [(2, column)]
    assert reason in reading.refused[0].reason
