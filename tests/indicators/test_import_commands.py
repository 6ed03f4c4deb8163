"""The commands that take public data in: figures, indicators, what is refused; running again changes nothing."""

import csv
import gzip
import json
import re
import threading
from collections import Counter
from contextlib import suppress
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connections

from accounts.models import HistoryEntry, Partnership, PartnershipQuerySet
from indicators import feeding, recording
from indicators.imports.origin import Origin
from indicators.imports.reading import Read, Reading
from indicators.management.commands import import_observations
from indicators.models import Import, Indicator, Observation
from tests.conftest import NOW
from tests.indicators.test_recording import proposal
from tests.scratch import race

SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "samples"
needs_samples = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the shared samples are not here")
Feed = Indicator.Feed

STREET_HEADER = (
    "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,"
    "Crime type,Last outcome category,Context"
)


def street_file(path, *rows):
    """A month of street-level crime; a row is (month, LSOA name, crime type, how many)."""
    lines = [STREET_HEADER]
    for month, place, kind, times in rows:
        lines += [f",{month},Kent Police,Kent Police,1,51,On or near,E01000001,{place} 001A,{kind},,"] * times
    path.write_text("\n".join(lines) + "\n")
    return path


def run(command, *arguments):
    """What a command says as JSON."""
    out = StringIO()
    call_command(command, "kent", *map(str, arguments), "--json", stdout=out, stderr=StringIO())
    return json.loads(out.getvalue())


def refused(command, *arguments):
    """What a command that refuses says as JSON."""
    out = StringIO()
    with pytest.raises(CommandError, match="Nothing was changed") as error:
        call_command(command, "kent", *map(str, arguments), "--json", stdout=out, stderr=StringIO())
    assert error.value.returncode == 1
    return json.loads(out.getvalue())


def rows_of(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def current(indicator):
    """{(name of the area or "", period): value} as it stands."""
    ordered = sorted(indicator.observations.select_related("area"), key=lambda one: one.order)
    return {(one.area.name if one.area else "", one.period.label): one.value for one in ordered}


def all_tables():
    return [
        list(model.objects.order_by("pk").values_list()) for model in (Observation, Indicator, Import, HistoryEntry)
    ]


# --- data.police.uk ---------------------------------------------------------------------------------------------


@pytest.fixture
def months(tmp_path):
    return [
        street_file(
            tmp_path / "2019-01-kent-street.csv",
            ("2019-01", "Ashford", "Burglary", 3),
            ("2019-01", "Shepway", "Burglary", 2),
            ("2019-01", "Ashford", "Anti-social behaviour", 5),
            ("2019-01", "Medway", "Burglary", 7),
        )
    ]


@pytest.mark.django_db
def test_measures_get_indicators_and_figures(kent, months):
    before = kent.indicators.count()
    told = run("import_police_uk", *months)
    assert told["done"]
    assert told["indicators_made"] == ["anti-social-behaviour", "burglary"]
    assert told["counts"]["2019-01"]["Folkestone and Hythe"]["Burglary"] == 2
    assert told["figures"] == {"new": 26, "restated": 0, "unchanged": 0}
    assert kent.indicators.count() == before + 2
    made = kent.indicators.get(slug="burglary")
    found = current(made)
    assert found["", "January 2019"] == 5, "the whole is the sum of the districts, without Medway"
    assert found["Ashford", "January 2019"] == 3
    assert found["Folkestone and Hythe", "January 2019"] == 2
    assert found["Thanet", "January 2019"] == 0
    assert (made.feed_source, made.feed_measure, made.desired) == (Feed.POLICE_UK, "Burglary", "neither")
    assert "nobody has said yet" in made.direction_note
    assert made.position > before
    made.full_clean()


@pytest.mark.django_db
def test_a_run_is_an_import_with_its_file(kent, months):
    told = run("import_police_uk", *months)
    kept = Import.objects.get(pk=told["import"])
    assert (kept.by, kept.file_name, kept.size) == (None, months[0].name, months[0].stat().st_size)
    assert [kept.sha256] == [one["sha256"] for one in told["files"]]
    assert set(Observation.objects.filter(arrival=kept).values_list("recorded_by", flat=True)) == {None}
    assert HistoryEntry.objects.about(kept).get().verb == "applied"
    assert any("Medway" in text for text in kept.warnings)


@pytest.mark.django_db
def test_an_officer_undoes_what_a_command_brought(kent, months, member):
    kept = Import.objects.get(pk=run("import_police_uk", *months)["import"])
    assert recording.undo(kept, by=member("officer"), at=NOW) == 26
    assert current(kent.indicators.get(slug="burglary")) == {}


@pytest.mark.django_db
def test_running_again_changes_nothing(kent, months):
    run("import_police_uk", *months)
    before = all_tables()
    told = run("import_police_uk", *months)
    assert told["figures"] == {"new": 0, "restated": 0, "unchanged": 26}
    assert told["import"] is None
    assert told["indicators_made"] == []
    assert all_tables() == before


@pytest.mark.django_db
def test_another_count_is_a_second_value(kent, months):
    run("import_police_uk", *months)
    street_file(months[0], ("2019-01", "Ashford", "Burglary", 4), ("2019-01", "Shepway", "Burglary", 2))
    assert run("import_police_uk", *months)["figures"] == {"new": 0, "restated": 2, "unchanged": 11}
    burglary = kent.indicators.get(slug="burglary")
    assert current(burglary)["", "January 2019"] == 6
    assert sorted(burglary.observations.filter(area=None).values_list("value", flat=True)) == [5, 6]


@pytest.mark.django_db
def test_a_dry_run_says_the_same_and_changes_nothing(kent, months):
    before = all_tables()
    dry = run("import_police_uk", *months, "--dry-run")
    assert all_tables() == before
    wet = run("import_police_uk", *months)
    assert dry.pop("dry_run")
    assert not wet.pop("dry_run")
    assert wet.pop("import")
    assert dry.pop("import") is None
    assert dry == wet


@pytest.mark.django_db
def test_an_indicator_that_is_fed_keeps_its_words(kent, months):
    own = kent.indicators.get(slug="asb-incidents")
    Indicator.objects.filter(pk=own.pk).update(
        feed_source=Feed.POLICE_UK, feed_measure="Anti-social behaviour", geography_code="E10000016", basis="month"
    )
    told = run("import_police_uk", *months, "--existing-only")
    assert told["indicators_made"] == []
    assert told["left_out"] == {"no indicator is fed with the measure": 13}
    assert current(own)["", "January 2019"] == 5
    assert Indicator.objects.get(pk=own.pk).direction_note == own.direction_note
    assert not kent.indicators.filter(feed_measure="Burglary").exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        ("geography_code", "E23000032", "the indicator is for another area"),
        ("basis", "financial year", "the indicator counts periods of another length"),
    ],
)
def test_figures_of_another_kind_stay_out(kent, months, field, value, why):
    own = kent.indicators.get(slug="asb-incidents")
    fed = {"feed_source": Feed.POLICE_UK, "feed_measure": "Anti-social behaviour"}
    Indicator.objects.filter(pk=own.pk).update(**fed | {"geography_code": "E10000016", "basis": "month", field: value})
    told = run("import_police_uk", *months, "--existing-only")
    assert why in told["left_out"]
    assert ("", "January 2019") not in current(own)


@pytest.mark.django_db
def test_a_taken_slug_is_left_to_its_owner(kent, months):
    Indicator.objects.filter(partnership=kent, slug="asb-incidents").update(slug="burglary")
    assert run("import_police_uk", *months)["indicators_made"] == ["anti-social-behaviour", "burglary-2"]


@pytest.mark.django_db
def test_a_refused_file_changes_nothing(kent, months, tmp_path):
    wrong = tmp_path / "wrong-street.csv"
    wrong.write_text(months[0].read_text() + ",2019-13,Kent Police,Kent Police,1,51,,E01,Ashford 001A,Burglary,,\n")
    before = all_tables()
    told = refused("import_police_uk", *months, wrong)
    assert all_tables() == before
    assert not told["done"]
    assert "figures" not in told
    [one] = told["refused"]
    assert (one["file"], one["row"], one["column"], one["value"]) == (wrong.name, 19, "Month", "2019-13")
    assert one["reason"]


@pytest.mark.django_db
def test_a_file_that_is_not_there_is_refused(months, tmp_path):
    told = refused("import_police_uk", *months, tmp_path / "nowhere.csv")
    assert "cannot be opened" in told["refused"][0]["reason"]
    assert not Import.objects.exists()


@pytest.mark.django_db
def test_an_unknown_partnership_is_named():
    with pytest.raises(CommandError, match="There is: dover, kent"):
        call_command("import_police_uk", "nowhere", "file.csv")


def burglaries_of(folder, **crimes):
    """A file for each month, such as ``of_2018_10=200``, always with the same anti-social behaviour."""
    months = {name.removeprefix("of_").replace("_", "-"): number for name, number in crimes.items()}
    return [
        street_file(
            folder / f"{month}-kent-street.csv",
            (month, "Ashford", "Burglary", number),
            (month, "Ashford", "Anti-social behaviour", 90),
        )
        for month, number in months.items()
    ]


@pytest.mark.django_db
def test_a_gap_in_supply_is_marked_and_said(kent, tmp_path):
    """Recorded crime collapses while anti-social behaviour stays."""
    told = run("import_police_uk", *burglaries_of(tmp_path, of_2018_09=200, of_2018_10=200, of_2018_12=50))
    assert any("December 2018 looks incomplete" in one["reason"] for one in told["warnings"])
    burglary, asb = kent.indicators.get(slug="burglary"), kent.indicators.get(slug="anti-social-behaviour")
    marked = burglary.observations.filter(area=None, status="incomplete").get()
    assert marked.start.isoformat() == "2018-12-01"
    assert feeding.GAP_NOTE in marked.note
    assert not asb.observations.filter(status="incomplete").exists()


@pytest.mark.django_db
def test_a_gap_shows_against_the_stored_months(kent, tmp_path):
    """Each month in a run of its own, as they come: a stored month that is a gap is no measure for the next one."""
    first, *gaps = burglaries_of(tmp_path, of_2018_10=200, of_2018_11=50, of_2018_12=50, of_2019_01=60)
    run("import_police_uk", first)
    for file, month in zip(gaps, ("November 2018", "December 2018", "January 2019"), strict=True):
        told = run("import_police_uk", file)
        assert any(f"{month} looks incomplete" in one["reason"] for one in told["warnings"]), month
    assert kent.indicators.get(slug="burglary").observations.filter(area=None, status="incomplete").count() == 3


@needs_samples
@pytest.mark.django_db
def test_two_real_months_are_counted_as_they_are(kent, tmp_path):
    files = []
    for month in ("2018-10", "2018-12"):
        files.append(tmp_path / f"{month}-kent-street.csv")
        files[-1].write_bytes(gzip.decompress((SAMPLES / "police_uk" / f"{month}-kent-street.csv.gz").read_bytes()))
    told = run("import_police_uk", *files)
    assert any("December 2018 looks incomplete" in one["reason"] for one in told["warnings"])
    names = {name: area.name for area in kent.areas.all() for name in (area.name, *area.former_names)}
    expected, whole = {}, Counter()
    for row in rows_of(SAMPLES / "police_uk" / "expected_counts_by_month_district_type.csv"):
        if row["district"] in names:
            expected[row["crime_type"], names[row["district"]], row["month"]] = int(row["count"])
            whole[row["crime_type"], "", row["month"]] += int(row["count"])
    found = {
        (one.indicator.feed_measure, one.area.name if one.area else "", f"{one.start:%Y-%m}"): int(one.value)
        for one in Observation.objects.filter(arrival=told["import"]).select_related("indicator", "area")
        if one.value
    }
    assert found == expected | whole
    assert len(expected) > 200


# --- Office for National Statistics -----------------------------------------------------------------------------


@needs_samples
@pytest.mark.django_db
def test_recorded_crime_by_partnership(kent):
    told = run(
        "import_ons_crime", SAMPLES / "crime_tables" / "ons_table_c2_prc_by_csp_ye_june_2025.csv", "--existing-only"
    )
    assert told["figures"]["new"] == 0
    told = run("import_ons_crime", SAMPLES / "crime_tables" / "ons_table_c2_prc_by_csp_ye_june_2025.csv")
    codes = {code: area.name for area in kent.areas.all() for code in (area.code, *area.other_codes)}
    expected, whole = {}, Counter()
    for row in rows_of(SAMPLES / "crime_tables" / "expected_kent_table_c2_long.csv"):
        if row["csp_code"] in codes:
            expected[row["offence"], codes[row["csp_code"]]] = int(row["count"])
            whole[row["offence"], ""] += int(row["count"])
    brought = Observation.objects.filter(arrival=told["import"]).select_related("indicator", "area")
    found = {(one.indicator.feed_measure, one.area.name if one.area else ""): one.value for one in brought}
    assert found == expected | whole
    assert len({area for _, area in expected}) == 11
    assert {one.period.label for one in brought} == {"year ending June 2025"}
    assert set(brought.values_list("indicator__basis", flat=True)) == {"rolling year"}
    assert any("Medway" in one["reason"] for one in told["warnings"]), "figures that are not taken are named"


def reading_of(*reads):
    reading = Reading()
    for read in reads:
        reading.add(read)
    return reading


def read(indicator_measure, code, value, **fields):
    one = proposal(Indicator(pk=0), value)
    return Read(indicator_measure, code, code, one.start, one.end, one.value, **fields)


def take(partnership, feed, reading, **options):
    return feeding.take(partnership, feed, reading, origins=[Origin("file", "0" * 64, 1)], at=NOW, **options)


def csp_codes(kent):
    """The codes of the eleven partnerships below Kent's."""
    return [code for area in kent.areas.all() for code in (area.code, *area.other_codes) if code[1:3] == "22"]


@pytest.mark.django_db
@pytest.mark.parametrize(("change", "whole"), [("none", 22), ("one is not available", None), ("one is not there", "")])
def test_a_whole_is_the_sum_of_all_its_parts_or_nothing(kent, change, whole):
    reads = [read("Robbery", code, 2) for code in csp_codes(kent)]
    if change == "one is not available":
        reads[3] = read("Robbery", reads[3].area_code, None, missing="not available")
    elif change == "one is not there":
        del reads[3]
    take(kent, Feed.ONS_CRIME, reading_of(*reads))
    found = kent.indicators.get(slug="robbery").observations.filter(area=None)
    assert [one.value for one in found] == ([] if whole == "" else [whole])
    assert [one.missing for one in found if whole is None] == (["not available"] if whole is None else [])


@pytest.mark.django_db
def test_two_figures_for_one_place_are_refused(kent):
    """A district under its own code, and its partnership's under another code of the same area."""
    area = kent.areas.get(name="Ashford")
    reading = reading_of(read("Robbery", area.code, 1), read("Robbery", area.other_codes[0], 2))
    before = all_tables()
    take(kent, Feed.ONS_CRIME, reading)
    assert "two figures" in reading.refused[0].reason
    assert all_tables() == before


@pytest.mark.django_db
@pytest.mark.parametrize(("length", "kept"), [(300, 1), (301, 0)])
def test_too_long_a_name_of_a_measure_is_refused(kent, length, kept):
    reading = reading_of(read("m" * length, kent.ons_code, 1), read("Robbery", kent.ons_code, 1))
    before = all_tables()
    taken = take(kent, Feed.FINGERTIPS, reading)
    assert taken.sorted.counts["new"] == 2 * kept
    assert (all_tables() != before) == bool(kept)
    assert ["longer than 300 characters" in one.reason for one in reading.refused] == [True] * (1 - kept)


# --- Road casualties and public health --------------------------------------------------------------------------


@needs_samples
@pytest.mark.django_db
def test_collisions_of_a_year(kent):
    told = run("import_stats19", SAMPLES / "stats19" / "collision_2023_extract_kent_plus_neighbours.csv")
    wholes = {
        one.indicator.feed_measure: (one.value, one.period.label, one.status)
        for one in Observation.objects.filter(arrival=told["import"], area=None).select_related("indicator")
    }
    assert {measure: value for measure, (value, *_) in wholes.items()} == {
        "Casualties": 18,
        "Collisions": 16,
        "Fatal collisions": 0,
        "Serious collisions": 5,
        "Slight collisions": 11,
    }
    assert {(label, status) for _, label, status in wholes.values()} == {("2023", "incomplete")}
    assert not kent.indicators.filter(feed_measure__startswith="Killed").exists(), "casualties are not in this file"


@needs_samples
@pytest.mark.django_db
def test_public_health_figures(kent):
    told = run("import_fingertips", SAMPLES / "fingertips" / "indicators-CountyUA.data.csv")
    brought = Observation.objects.filter(arrival=told["import"]).select_related("indicator")
    assert brought.count() == told["figures"]["new"] > 0
    for one in brought:
        assert (one.area, one.indicator.basis) == (None, "calendar year")
        assert one.value == round(one.value, one.indicator.decimals)
        one.indicator.full_clean()


# --- A table ----------------------------------------------------------------------------------------------------

TABLE = (
    "Indicator,Area,Period,Value,Status\n"
    'Road casualties,,2024,"5,001",provisional\n'
    "Road casualties,E07000105,2024,400,\n"
)


@pytest.fixture
def table_file(tmp_path):
    path = tmp_path / "figures.csv"
    path.write_text(TABLE)
    return path


@pytest.mark.django_db
def test_a_table_of_figures(kent, table_file):
    told = run("import_observations", table_file, "--source", "Highways")
    assert told["figures"] == {"new": 2, "restated": 0, "unchanged": 0}
    counts = told["counts"]["2024"]
    assert counts == {"whole area": {"Road casualties": 5001}, "Ashford": {"Road casualties": 400}}
    assert Import.objects.get(pk=told["import"]).source == "Highways"
    found = current(kent.indicators.get(slug="casualties-all"))
    assert (found["", "2024"], found["Ashford", "2024"]) == (5001, 400)
    before = all_tables()
    assert run("import_observations", table_file, "--source", "Highways")["import"] is None
    assert all_tables() == before


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("old", "new", "row", "column", "reason"),
    [
        ("400", "-1", 3, "Value", "below zero"),
        ("E07000105", "E07000117", 3, "Area", "no part of Kent"),
        ("Period", "When", 1, "", "not found by their headers"),
        ("400,\n", "400,\nRoad casualties,Ashford,2024,401,\n", 4, "", "Row 3 has the same"),
    ],
)
def test_a_table_with_a_fault_is_refused(table_file, old, new, row, column, reason):
    table_file.write_text(TABLE.replace(old, new))
    before = all_tables()
    [one] = refused("import_observations", table_file)["refused"]
    assert (one["file"], one["row"], one["column"]) == ("figures.csv", row, column)
    assert reason in one["reason"]
    assert all_tables() == before


@pytest.mark.django_db
def test_too_long_a_name_of_a_source_is_refused(table_file):
    before = all_tables()
    with pytest.raises(CommandError, match="longer than 100 characters"):
        run("import_observations", table_file, "--source", "s" * 101)
    assert all_tables() == before
    assert run("import_observations", table_file, "--source", "s" * 100)["figures"]["new"] == 2


@pytest.mark.django_db
def test_two_figures_for_one_place_in_two_files_are_refused(table_file, tmp_path):
    other = tmp_path / "other.csv"
    other.write_text(TABLE.partition("Road casualties,E07")[0])
    other.write_text(other.read_text().replace("5,001", "5,002"))
    [one] = refused("import_observations", table_file, other)["refused"]
    assert (one["file"], one["row"]) == ("other.csv", 2)
    assert not Import.objects.exists()


@pytest.mark.django_db
def test_several_files_are_one_import(table_file, tmp_path):
    other = tmp_path / "other.csv"
    other.write_text(TABLE.replace("2024", "2023").replace("5,001", "4,600").replace(",400,", ",380,"))
    kept = Import.objects.get(pk=run("import_observations", table_file, other)["import"])
    assert kept.file_name == "figures.csv and 1 more"
    assert [one["file_name"] for one in kept.counts["files"]] == ["figures.csv", "other.csv"]
    assert kept.size == table_file.stat().st_size + other.stat().st_size


@pytest.mark.django_db
def test_in_words(table_file, months):
    """Without --json: a line for each warning, and what was kept; progress goes to standard error, when asked for."""
    out, err = StringIO(), StringIO()
    call_command("import_police_uk", "kent", str(months[0]), stdout=out, stderr=err, verbosity=2)
    assert re.search("^Warning: .*Medway 7", out.getvalue(), re.MULTILINE)
    assert "Indicators made: anti-social-behaviour, burglary" in out.getvalue()
    assert "Figures: 26 new, 0 restated, 0 unchanged" in out.getvalue()
    assert "rows" in err.getvalue()
    quiet = StringIO()
    call_command("import_observations", "kent", str(table_file), stdout=StringIO(), stderr=quiet)
    assert quiet.getvalue() == ""


# --- As processes, and at once ----------------------------------------------------------------------------------


def test_exit_codes_and_clean_output(scratch, table_file, tmp_path):
    done = scratch.manage("import_observations", "kent", table_file, "--json")
    assert json.loads(done.stdout)["figures"]["new"] == 2
    wrong = tmp_path / "wrong.csv"
    wrong.write_text(TABLE.replace("400", "#DIV/0!"))
    done = scratch.manage("import_observations", "kent", wrong, check=False)
    assert done.returncode == 1
    assert "wrong.csv, line 3, Value: The spreadsheet could not work this cell out" in done.stdout


def two_at_once(path):
    connections.close_all()
    return sorted(race(lambda: run("import_observations", path)["figures"]["new"], 2))


def test_two_commands_at_once_keep_each_figure_once(scratch, table_file):
    assert two_at_once(table_file) == [0, 2]
    assert Observation.objects.filter(arrival__isnull=False).count() == 2
    assert Import.objects.count() == 1


def test_two_feeds_at_once_make_each_indicator_once(scratch, months):
    connections.close_all()
    assert sorted(race(lambda: run("import_police_uk", *months)["figures"]["new"], 2)) == [0, 26]
    kent = Partnership.objects.get(slug="kent")
    assert kent.indicators.filter(feed_source=Feed.POLICE_UK).count() == 2


def test_without_the_lock_a_figure_is_kept_twice(scratch, table_file, monkeypatch):
    """The control: both compare with what stood before either kept anything."""
    both_have_looked, real = threading.Barrier(2), recording.standing

    def standing_and_wait(proposals):
        found = real(proposals)
        with suppress(threading.BrokenBarrierError):
            both_have_looked.wait(timeout=5)
        return found

    monkeypatch.setattr(PartnershipQuerySet, "hold", lambda rows, row: row)
    monkeypatch.setattr(recording, "standing", standing_and_wait)
    monkeypatch.setattr(recording, "load", recording.load.__wrapped__)
    monkeypatch.setattr(import_observations.Command, "take", import_observations.Command.take.__wrapped__)
    assert two_at_once(table_file) == [2, 2]
    assert Observation.objects.filter(arrival__isnull=False).count() == 4
