"""Road casualties: people killed or seriously injured are counted in the casualties file, under old and new headers."""

import csv
import io
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from indicators.imports import stats19
from indicators.imports.reading import Areas
from indicators.imports.stats19 import CASUALTIES, COLLISIONS, FATAL_CASUALTIES, KSI

SAMPLES = Path(__file__).resolve().parents[3].parent / "shared" / "samples"
needs_samples = pytest.mark.skipif(not SAMPLES.exists(), reason="the shared samples are not here")

KENT = Areas("E10000016", "Kent", {"E07000105": "Ashford", "E07000106": "Canterbury"})
TODAY = date(2024, 12, 31)
NEW = "collision_index,collision_severity,number_of_casualties,date,local_authority_ons_district"
OLD = "Accident_Index,Accident_Severity,Number_of_Casualties,Date,Local_Authority_ONS_District"
NEW_PEOPLE = "collision_index,vehicle_reference,casualty_reference,casualty_severity"
OLD_PEOPLE = "Accident_Index,Vehicle_Reference,Casualty_Reference,Casualty_Severity"
# Three collisions in Kent: one fatal with three casualties, two slight; and one elsewhere.
COLLISION_ROWS = [
    "2023a,1,3,01/01/2023,E07000105",
    "2023b,3,1,15/02/2023,E07000106",
    "2023c,3,1,31/12/2023,E07000106",
    "2023d,2,2,05/05/2023,E07000223",
]
PEOPLE_ROWS = ["2023a,1,1,1", "2023a,1,2,2", "2023a,2,1,3", "2023b,1,1,3", "2023c,1,1,3", "2023d,1,1,2", "2023d,1,2,2"]


def file(header, rows, name="collisions.csv"):
    data = io.BytesIO("\n".join([header, *rows, ""]).encode())
    data.name = name
    return data


def read(collisions=COLLISION_ROWS, people=PEOPLE_ROWS, areas=KENT, headers=(NEW, NEW_PEOPLE), **options):
    given = [] if collisions is None else [file(headers[0], collisions)]
    given += [] if people is None else [file(headers[1], people, "casualties.csv")]
    return stats19.read(given, areas=areas, **{"today": TODAY, **options})


def figure(reading, measure, code, start, end):
    wanted = measure, code, start, end
    (found,) = [one for one in reading.figures if (one.measure, one.area_code, one.start, one.end) == wanted]
    return found.value


def of_year(reading, code="E10000016"):
    year = (date(2023, 1, 1), date(2023, 12, 31))
    return {
        one.measure: int(one.value) for one in reading.figures if one.area_code == code and (one.start, one.end) == year
    }


@needs_samples
def test_the_real_extract_has_what_is_known_of_kent_and_claims_no_ksi():
    path = SAMPLES / "geography" / "lookup_ltla24_csp24_pfa24.csv"
    lookup = list(csv.DictReader(path.open(encoding="utf-8")))
    districts = {
        one["ltla24_code"]: one["ltla24_name"]
        for one in lookup
        if one["pfa24_code"] == "E23000032" and one["ltla24_code"] != "E06000035"
    }
    extract = SAMPLES / "stats19" / "collision_2023_extract_kent_plus_neighbours.csv"
    reading = stats19.read([extract], areas=Areas("E10000016", "Kent", districts))
    assert reading.refused == []
    assert of_year(reading) == {
        "Fatal collisions": 0, "Serious collisions": 5, "Slight collisions": 11, COLLISIONS: 16, CASUALTIES: 18,
    }  # fmt: skip
    assert of_year(reading, "E07000114")[COLLISIONS] == 4
    said = " ".join(one.text for one in reading.warnings)
    assert "Without the casualties file there is no figure for people killed or seriously injured" in said
    assert "Outside the area, and in no figure: 4 collisions." in said
    by_highway = stats19.read([extract], areas=Areas("E10000016", "Kent"))
    assert of_year(by_highway) == of_year(reading)


@needs_samples
def test_real_files_with_the_older_headers_are_read():
    folder = SAMPLES / "stats19"
    reading = stats19.read([folder / "accidents_2023_legacy_header_sample.csv"], areas=Areas("E09000022", "Lambeth"))
    assert of_year(reading, "E09000022")[CASUALTIES] == 1
    alone = stats19.read([folder / "casualties_2017_legacy_header_sample.csv"], areas=KENT)
    assert ["The collisions file is missing" in one.reason for one in alone.refused] == [True]


@needs_samples
@pytest.mark.parametrize(("table", "headers"), [("collision", "_COLLISION_HEADERS"), ("casualty", "_CASUALTY_HEADERS")])
def test_the_columns_published_in_2024_hold_every_one_that_is_wanted(table, headers):
    (meta,) = csv.DictReader((SAMPLES / "stats19" / f"meta_raw_{table}_2024.csv").open(encoding="utf-8"))
    published = set(meta["column_names"].split(","))
    assert all(published & set(names) for names in getattr(stats19, headers).values())


@pytest.mark.parametrize("headers", [(NEW, NEW_PEOPLE), (OLD, OLD_PEOPLE)])
def test_people_are_counted_by_their_own_severity(headers):
    """One fatal collision with one dead, one seriously and one slightly hurt is two killed or seriously injured."""
    reading = read(headers=headers)
    assert reading.refused == []
    assert of_year(reading) == {
        CASUALTIES: 5, KSI: 2, FATAL_CASUALTIES: 1, COLLISIONS: 3,
        "Fatal collisions": 1, "Serious collisions": 0, "Slight collisions": 2,
    }  # fmt: skip
    assert of_year(reading, "E07000106")[KSI] == 0
    january = (date(2023, 1, 1), date(2023, 1, 31))
    assert figure(reading, KSI, "E07000105", *january) == 2
    assert figure(reading, CASUALTIES, "E10000016", date(2023, 3, 1), date(2023, 3, 31)) == 0


def test_the_order_of_the_files_does_not_matter():
    swapped = stats19.read(
        [file(NEW_PEOPLE, PEOPLE_ROWS, "casualties.csv"), file(NEW, COLLISION_ROWS)], areas=KENT, today=TODAY
    )
    assert swapped.figures == read().figures


def test_the_months_of_a_year_add_up_to_it():
    reading = read()
    months = [one for one in reading.figures if one.period.months == 1 and one.area_code == "E10000016"]
    assert len(months) == 12 * 7
    assert sum(one.value for one in months if one.measure == CASUALTIES) == of_year(reading)[CASUALTIES]


def test_a_year_without_december_is_incomplete():
    """Control: the whole year is not."""
    reading = read([one for one in COLLISION_ROWS if "/12/" not in one], PEOPLE_ROWS)
    assert {one.status for one in reading.figures} == {"incomplete"}
    assert "No collision is later than May 2023: the figures of 2023 are marked incomplete." in [
        one.text for one in reading.warnings
    ]
    assert {one.status for one in read().figures} == {"not stated"}


def test_without_casualties_no_ksi_is_claimed():
    reading = read(people=None)
    assert of_year(reading) == {
        CASUALTIES: 5, COLLISIONS: 3, "Fatal collisions": 1, "Serious collisions": 0, "Slight collisions": 2,
    }  # fmt: skip


def test_casualties_of_other_years_are_refused_and_missing_ones_warned_of():
    other = read(people=["2022x,1,1,1"])
    assert [one.reason for one in other.refused] == [
        "The collisions of 2023 have no casualties. Give the casualties file of the same years."
    ]
    fewer = read(people=PEOPLE_ROWS[1:])
    assert "1 collision of 2023 should have 3 casualty rows; the casualties file has 2." in fewer.warnings[0].text


@pytest.mark.parametrize(
    ("collision", "column", "reason"),
    [
        ("2023x,0,1,01/01/2023,E07000105", "collision_severity", "not a whole number from 1 to 3"),
        ("2023x,-1,1,01/01/2023,E07000105", "collision_severity", "below zero"),
        ("2023x,[x],1,01/01/2023,E07000105", "collision_severity", "not a whole number from 1 to 3"),
        ("2023x,3,#DIV/0!,01/01/2023,E07000105", "number_of_casualties", "could not work this cell out"),
        ("2023x,3,,01/01/2023,E07000105", "number_of_casualties", "Blank is not zero"),
        ("2023x,3,1,31/02/2023,E07000105", "date", "not a date that exists"),
        ("2023x,3,1,01/01/2025,E07000105", "date", "out of range"),
        ("2023x,3,1,01/01/1978,E07000105", "date", "out of range"),
        ("2023a,3,1,01/01/2023,E07000105", "collision_index", "stands on line 2 already"),
        (",3,1,01/01/2023,E07000105", "collision_index", "has no number"),
        ("2023x,3,1", "", "has only 3 cells"),
    ],
)
def test_a_bad_collision_is_refused_with_its_line_and_column(collision, column, reason):
    reading = read([*COLLISION_ROWS, collision])
    assert (reading.refused[0].file, reading.refused[0].row, reading.refused[0].column) == ("collisions.csv", 6, column)
    assert reason in reading.refused[0].reason
    assert reading.figures == []


@pytest.mark.parametrize(
    ("casualty", "column", "reason"),
    [
        ("2023a,1,9,4", "casualty_severity", "not a whole number from 1 to 3"),
        ("2023a,1,1,1", "casualty_reference", "stands twice"),
    ],
)
def test_a_bad_casualty_is_refused_with_its_line_and_column(casualty, column, reason):
    reading = read(people=[*PEOPLE_ROWS, casualty])
    assert (reading.refused[0].file, reading.refused[0].row, reading.refused[0].column) == ("casualties.csv", 9, column)
    assert reason in reading.refused[0].reason


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ("a,b", "no file of collisions or casualties"),
        (NEW.replace("date", "when"), 'There is no column "date"'),
        (f"{NEW},date", 'The header "date" stands twice, in columns 4 and 6'),
    ],
)
def test_a_file_with_other_headers_is_refused(header, reason):
    assert reason in stats19.read([file(header, COLLISION_ROWS)], areas=KENT).refused[0].reason


def test_collisions_of_another_county_are_refused():
    reading = read(areas=Areas("E10000030", "Surrey"))
    assert [one.reason for one in reading.refused] == [
        "No collision is in Surrey. District codes are looked for, not names."
    ]


def test_progress_tells_the_rows_that_are_done():
    seen = []
    read(progress=seen.append)
    assert seen == [4, 11]


def test_a_figure_is_a_decimal():
    assert all(isinstance(one.value, Decimal) for one in read().figures)
