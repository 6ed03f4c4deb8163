"""Street-level crime: counted exactly as expected from real files, with no row dropped silently, or refused."""

import csv
import gzip
import io
import tracemalloc
import zipfile
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from indicators.imports import gaps, police_uk, street_rows
from indicators.imports.reading import LARGEST_REFUSED, Areas

SAMPLES = Path(__file__).resolve().parents[3].parent / "shared" / "samples"
needs_samples = pytest.mark.skipif(not SAMPLES.exists(), reason="the shared samples are not here")

KENT = Areas("E10000016", "Kent", {"E07000105": "Ashford", "E07000112": "Folkestone and Hythe"})
TODAY = date(2019, 6, 30)
HEADER = (
    "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,Crime type,"
    "Last outcome category,Context"
)
ASHFORD, SHEPWAY, MEDWAY = ("E01023987", "Ashford 001B"), ("E01024001", "Shepway 010C"), ("E01016000", "Medway 002A")


def row(kind="Burglary", place=ASHFORD, month="2018-10", force="Kent Police", location="On or near High Street"):
    return f"ab12,{month},{force},{force},0.9,51.2,{location},{','.join(place)},{kind},,"


def street(*rows, header=HEADER, end="\n"):
    return end.join([header, *rows, ""])


def file(text, encoding="utf-8", name="2018-10-kent-street.csv"):
    data = io.BytesIO(text if isinstance(text, bytes) else text.encode(encoding))
    data.name = name
    return data


def read(*texts, areas=KENT, **options):
    return police_uk.read(
        [one if isinstance(one, io.BytesIO) else file(one) for one in texts], areas=areas, **{"today": TODAY, **options}
    )


def counted(reading):
    """{(month, area's name, crime type): number} of all figures that are not zero."""
    return {
        (f"{one.start:%Y-%m}", one.area_name, one.measure): int(one.value)
        for one in reading.figures + reading.unplaced
        if one.value
    }


def refusals(reading):
    return [(one.row, one.column, one.reason) for one in reading.refused]


@pytest.fixture
def kent_and_medway():
    path = SAMPLES / "geography" / "population_mid2020_kent_districts.csv"
    names = {one["area_code"]: one["area_name"] for one in csv.DictReader(path.open(encoding="utf-8"))}
    districts = {code: name for code, name in names.items() if code.startswith(("E06", "E07"))}
    return Areas("E23000032", "Kent and Medway", districts)


@needs_samples
def test_two_real_months_are_counted_as_expected(kent_and_medway):
    months = [SAMPLES / "police_uk" / f"2018-{month}-kent-street.csv.gz" for month in ("10", "12")]
    reading = police_uk.read(months, areas=kent_and_medway)
    assert reading.refused == []
    renamed = {"Shepway": "Folkestone and Hythe", "(outside Kent and Medway)": police_uk.OUTSIDE}
    path = SAMPLES / "police_uk" / "expected_counts_by_month_district_type.csv"
    expected = {
        (one["month"], renamed.get(one["district"], one["district"]), one["crime_type"]): int(one["count"])
        for one in csv.DictReader(path.open(encoding="utf-8"))
    }
    found = counted(reading)
    assert {key: count for key, count in found.items() if key[1] != "Kent and Medway"} == expected
    whole = Counter()
    for (month, area, kind), count in expected.items():
        if not area.startswith("("):
            whole[month, "Kent and Medway", kind] += count
    assert {key: count for key, count in found.items() if key[1] == "Kent and Medway"} == whole
    assert sum(expected.values()) == 19_396 + 8_438


@needs_samples
def test_the_real_gap_of_december_2018_is_found(kent_and_medway):
    months = [SAMPLES / "police_uk" / f"2018-{month}-kent-street.csv.gz" for month in ("12", "10")]
    reading = police_uk.read(months, areas=kent_and_medway)
    assert reading.gaps == {date(2018, 12, 1)}
    said = " ".join(one.text for one in reading.warnings)
    assert "December 2018 looks incomplete: recorded crime goes from 16,894 in October 2018 to 5,870, while" in said
    assert "There are no rows for November 2018" in said


@needs_samples
def test_real_rows_without_a_place_in_the_county_are_in_the_counts_and_in_a_warning(kent_and_medway):
    path = SAMPLES / "police_uk" / "edge_rows_no_location_or_outside_kent_street.csv"
    rows = list(csv.DictReader(path.open(encoding="utf-8")))
    nowhere = sum(one["LSOA name"] == "" for one in rows)
    kent = file(path.read_text(encoding="utf-8") + row(place=ASHFORD) + "\n")
    reading = police_uk.read([kent], areas=kent_and_medway)
    found = counted(reading)
    assert sum(count for key, count in found.items() if key[1] == police_uk.NO_LOCATION) == nowhere > 0
    assert sum(count for key, count in found.items() if key[1] == police_uk.OUTSIDE) == len(rows) - nowhere > 0
    assert all(one.area_code in kent_and_medway for one in reading.figures)
    assert (
        f"Outside the area, and in no figure: {len(rows) - nowhere} of {len(rows) + 1} rows ("
        in reading.warnings[0].text
    )
    assert f"Without a location, and in no figure: {nowhere} of {len(rows) + 1} rows." in reading.warnings[1].text


def test_a_district_is_found_under_its_former_name_and_a_place_elsewhere_is_outside():
    reading = read(street(row(place=SHEPWAY), row(place=MEDWAY), row(place=("", ""))))
    assert counted(reading) == {
        ("2018-10", "Folkestone and Hythe", "Burglary"): 1,
        ("2018-10", "Kent", "Burglary"): 1,
        ("2018-10", police_uk.OUTSIDE, "Burglary"): 1,
        ("2018-10", police_uk.NO_LOCATION, "Burglary"): 1,
    }
    assert reading.counts["2018-10"][police_uk.OUTSIDE] == {"Burglary": 1}
    renamed = read(street(row(place=MEDWAY)), former_names={"Medway": "Ashford"})
    assert counted(renamed)["2018-10", "Ashford", "Burglary"] == 1


def test_a_district_may_be_found_by_a_lookup_of_codes_instead():
    lookup = {"E01023987": "E07000112", "E01016000": "E06000035"}
    reading = read(street(row(place=ASHFORD), row(place=MEDWAY), row(place=SHEPWAY)), lookup=lookup)
    assert counted(reading)["2018-10", "Folkestone and Hythe", "Burglary"] == 1
    assert counted(reading)["2018-10", police_uk.OUTSIDE, "Burglary"] == 2


def test_a_district_without_crimes_of_a_type_has_zero_and_no_blank():
    reading = read(street(row(), row("Drugs", SHEPWAY)))
    assert {(one.area_code, one.measure): one.value for one in reading.figures} == {
        ("E07000105", "Burglary"): 1,
        ("E07000105", "Drugs"): 0,
        ("E07000112", "Burglary"): 0,
        ("E07000112", "Drugs"): 1,
        ("E10000016", "Burglary"): 1,
        ("E10000016", "Drugs"): 1,
    }
    assert all((one.start, one.end) == (date(2018, 10, 1), date(2018, 10, 31)) for one in reading.figures)


def test_a_partnership_without_districts_is_counted_by_its_own_name():
    reading = read(street(row(), row(place=SHEPWAY)), areas=Areas("E07000105", "Ashford"))
    assert [(one.area_code, one.value) for one in reading.figures] == [("E07000105", Decimal(1))]


def test_a_zip_of_months_is_read_and_other_files_in_it_are_named():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("2018-10/2018-10-kent-street.csv", street(row(), row()))
        archive.writestr("2018-11/2018-11-kent-street.csv", street(row(month="2018-11")))
        archive.writestr("2018-11/2018-11-kent-outcomes.csv", "x")
    reading = read(file(out.getvalue()))
    assert {key: count for key, count in counted(reading).items() if key[1] == "Ashford"} == {
        ("2018-10", "Ashford", "Burglary"): 2,
        ("2018-11", "Ashford", "Burglary"): 1,
    }
    assert reading.warnings[0].text == "Only street-level files are read, not 2018-11/2018-11-kent-outcomes.csv."


@pytest.mark.parametrize(
    "data",
    [
        street(row(location="Café")).encode("cp1252"),
        street(row()).encode("utf-8-sig"),
        ("\ufeff" + street(row())).encode("utf-16-le"),
        gzip.compress(street(row()).encode()),
        street(row(), end="\r\n").encode(),
        street("", row(), "").encode(),
        street(row()).rstrip().encode(),
        street(row(location='"On or near ""The Street"", West"')).encode(),
    ],
)
def test_encodings_line_ends_and_quotes_change_nothing(data):
    reading = read(file(data))
    assert reading.refused == []
    assert counted(reading)["2018-10", "Ashford", "Burglary"] == 1


GOOD = [row() for _ in range(3)]


@pytest.mark.parametrize(
    ("bad", "line", "column", "reason"),
    [
        (row(month="2018-13"), 5, "Month", '"2018-13" is not a month'),
        (row(month="Oct-18"), 5, "Month", '"Oct-18" is not a month'),
        (row(month="2019-07"), 5, "Month", "out of range: months run from 2010-12 to 2019-06"),
        (row(month="2010-11"), 5, "Month", "out of range"),
        (row(month=""), 5, "Month", "is not a month"),
        (row(kind=""), 5, "Crime type", "is not a crime type"),
        (row(kind="-1"), 5, "Crime type", "is not a crime type"),
        (row(kind="[x]"), 5, "Crime type", "is not a crime type"),
        (row(kind="#DIV/0!"), 5, "Crime type", "is not a crime type"),
        (row(place=("E01023987", "Ashford")), 5, "LSOA name", "is not an LSOA's name"),
        (row(force=""), 5, "Reported by", "no police force"),
        (row(location="High Street, West"), 5, "", "has 13 cells and the header 12"),
        ("ab12,2018-10,Kent Police", 5, "", "has 3 cells and the header 12"),
        ("," * 11, 5, "Reported by", "no police force"),
        (row(location='"High\nStreet"'), 5, "", "goes over more than one line"),
        (row(location='"High Street'), 5, "", "cannot be read"),
        (row(location="High\0Street"), 5, "", "NUL bytes"),
    ],
)
def test_a_bad_row_is_refused_with_its_line_and_column(bad, line, column, reason):
    """Control: without the bad row the same files are read."""
    reading = read(street(*GOOD, bad, *GOOD))
    assert (reading.refused[0].row, reading.refused[0].column) == (line, column)
    assert reason in reading.refused[0].reason
    assert reading.figures == []
    assert read(street(*GOOD, *GOOD)).refused == []


def test_rows_that_a_stray_quote_swallows_are_missed():
    """Two stray quotes make one long cell of three rows: every value that is left looks right, but not the lines."""
    reading = read(street(*GOOD, row(location='"High Street'), row(), row(location='High Street"'), *GOOD))
    assert [one.row for one in reading.refused] == [5]


def test_no_more_than_a_hundred_rows_are_named():
    reading = read(street(*[row(month="x")] * 500))
    assert len(reading.refused) == LARGEST_REFUSED


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("", None, "The file is empty"),
        (street(), None, "holds no rows"),
        (street(header="a,b,c"), 1, 'There is no column "Reported by"'),
        (street(header=HEADER.replace("Context", "Month")), 1, 'The header "month" stands twice, in columns 2 and 12'),
        (street(row().replace(",", ";"), header=HEADER.replace(",", ";")), 1, 'There is no column "Month"'),
        (
            street(row(place=MEDWAY, force="Essex Police")),
            None,
            "None of its rows lies in Kent; they are of Essex",
        ),
    ],
)
def test_a_wrong_file_is_refused(text, line, reason):
    reading = read(text)
    assert any(one.row == line and reason in one.reason for one in reading.refused)
    assert reading.figures == []


def test_a_month_that_is_given_twice_is_refused():
    again = file(street(row(), row()), name="copy.csv")
    reading = read(file(street(row())), again)
    assert [one.file for one in reading.refused] == ["copy.csv"]
    assert 'Kent Police for 2018-10 is in "2018-10-kent-street.csv" already' in reading.refused[0].reason


def test_two_forces_and_a_new_crime_type_are_warned_of():
    reading = read(street(row(), row("Cyber crime", force="British Transport Police")))
    said = [one.text for one in reading.warnings]
    assert "More than one force has reported the rows, and they are counted together: " in said[0]
    assert said[1] == '"Cyber crime" is a new crime type, of 1 row. It is counted as it stands.'


def test_a_zip_that_is_too_large_is_refused_without_unpacking():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("2018-10-kent-street.csv", street(row()) + "x" * 20_000_000)
    tracemalloc.start()
    reading = read(file(out.getvalue()))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert "times its size" in reading.refused[0].reason
    assert peak < 1_000_000


def months_of(*crimes):
    return "".join(
        f"{row(kind, month=f'2018-{month:02d}')}\n" * count
        for month, (recorded, asb) in enumerate(crimes, start=1)
        for kind, count in (("Burglary", recorded), (gaps.ASB, asb))
    )


@pytest.mark.parametrize(
    ("months", "found"),
    [
        ([(1000, 200), (950, 180), (990, 210), (330, 200)], {4}),
        ([(1000, 200), (330, 200), (340, 190), (980, 200)], {2, 3}),
        ([(1000, 200), (700, 200)], set()),
        ([(90, 20), (20, 20)], set()),
        ([(330, 200), (1000, 200)], set()),
        ([(1000, 200), (0, 200)], {2}),
    ],
)
def test_a_month_in_which_recorded_crime_collapses_is_a_gap(months, found):
    reading = read(HEADER + "\n" + months_of(*months))
    assert {one.month for one in reading.gaps} == found


def test_a_single_month_is_compared_with_the_figures_that_stand():
    earlier = {date(2018, 8, 1): {"Burglary": Decimal(1000)}, date(2018, 9, 1): {"Burglary": Decimal(1100)}}
    text = HEADER + "\n" + f"{row()}\n" * 400
    assert read(text, earlier=earlier).gaps == {date(2018, 10, 1)}
    assert read(text).gaps == set()
    assert read(text, earlier={date(2018, 9, 1): {"Drugs": Decimal(1000)}}).gaps == {date(2018, 10, 1)}


def test_many_rows_are_counted_in_chunks_with_progress(monkeypatch):
    monkeypatch.setattr(street_rows, "CHUNK", 1000)
    seen = []
    reading = read(
        HEADER + "\n" + f"{row()}\n" * 2500, file(street(row(month="2018-09")), name="b.csv"), progress=seen.append
    )
    assert seen == [1000, 2000, 2500, 2501]
    assert counted(reading)["2018-10", "Ashford", "Burglary"] == 2500
