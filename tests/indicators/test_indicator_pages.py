"""The pages of indicators: what they say and link to, the files that they give, and a definition that changes."""

import csv
import datetime as dt
import io
import json
import zipfile
from decimal import Decimal
from xml.etree import ElementTree

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import HistoryEntry
from indicators import definitions
from indicators.models import Area, Break, Indicator, Observation
from tests.conftest import NOW

HOSTILE = "<script>alert(1)</script>=1+1"
ADDRESS = "/kent/indicators/asb-incidents/"

pytestmark = pytest.mark.django_db


@pytest.fixture
def asb(kent):
    return Indicator.objects.get(partnership=kent, slug="asb-incidents")


@pytest.fixture
def officer(client, member):
    client.force_login(member("officer"))
    return client


@pytest.fixture
def viewer(client, member):
    client.force_login(member("viewer"))
    return client


def month(indicator, number, value, *, area=None, **fields):
    """A figure of the month so many after January 2024."""
    start = dt.date(2024 + number // 12, number % 12 + 1, 1)
    end = dt.date(2024 + (number + 1) // 12, (number + 1) % 12 + 1, 1) - dt.timedelta(days=1)
    plain = {"printed_in": "Monthly", "printed_year": 2026}
    return Observation(indicator=indicator, area=area, start=start, end=end, value=value, **(plain | fields))


def monthly(indicator, values, *, area=None):
    Observation.objects.bulk_create(month(indicator, number, value, area=area) for number, value in enumerate(values))


def text(response):
    assert response.status_code == 200
    return response.content.decode()


# --- The page -----------------------------------------------------------------------------------------------------


def test_what_happened_stands_first(viewer):
    said = text(viewer.get(ADDRESS))
    assert "Fell by 15.5% to 27,528 in 2022/23, compared with 2021/22; too few points to call a trend." in said
    assert "2 points since the last break; 5 are needed: too few points to tell." in said
    assert said.index("Fell by 15.5%") < said.index("<svg")


def test_the_chart_has_limits_and_says_its_rules(asb, viewer):
    monthly(asb, [1000, 1040, 970, 1030, 990, 1010, 980, 1020, 1000, 1030, 970, 1010, 990, 1500])
    said = text(viewer.get(ADDRESS))
    assert "a signal of concern: above the upper limit" in said
    assert "dotted lines are the limits of what is expected" in said
    assert "The limits come from 14 points." in said
    figure = json.loads(text(viewer.get(f"{ADDRESS}chart.json")))
    assert {"diamond", "circle"} <= {trace.get("marker", {}).get("symbol") for trace in figure["data"]}
    assert 'data-figure-url="/kent/indicators/asb-incidents/chart.json"' in said
    assert "js/chart.js" in said


def test_marks_are_explained_where_they_occur_and_only_there(asb, viewer):
    said = text(viewer.get(ADDRESS))
    assert "[b]" in said
    assert "<strong>[b]</strong> break in the series" in said
    assert "[z]" not in said
    month(asb, 36, None, missing="not applicable").save()
    assert "<strong>[z]</strong> not applicable" in text(viewer.get(ADDRESS))


def test_a_restated_figure_shows_both(viewer):
    said = text(viewer.get("/kent/indicators/domestic-abuse-incidents/"))
    assert "39,756" in said
    assert "42,072 [r]" in said
    assert "Restated: 2017/18 gave 39,756." in said


def test_the_parts_of_the_area(asb, kent, viewer):
    assert "By area" not in text(viewer.get(ADDRESS))
    for place, area in enumerate(kent.areas.all()[:2]):
        monthly(asb, [10 + place, 12, 11, 13 + place], area=area)
    said = text(viewer.get(ADDRESS))
    first, second = kent.areas.all()[:2]
    assert said.index("By area") < said.index(f"{first.name}</th>") < said.index(f"{second.name}</th>")
    assert said.count('id="part-') == 2 * 2, "a title and a description for each panel"
    assert "Rose from 11 to 14 in April 2024, compared with March 2024" in said


def test_areas_stand_side_by_side_in_the_newest_period(asb, kent, viewer):
    first, second, third = kent.areas.all()[:3]
    for area, value in ((first, 10), (second, 12), (third, 14)):
        monthly(asb, [5, value], area=area)
    bars = "Bar chart: Anti-social behaviour incidents, February 2024, by area."
    assert f"{bars} 3 parts." in text(viewer.get(ADDRESS))
    asb.observations.filter(area=first, start="2024-02-01").update(status="incomplete")
    assert f"{bars} 2 parts." in text(viewer.get(ADDRESS)), "an incomplete one is no bar"
    asb.observations.filter(area=second, start="2024-02-01").delete()
    assert bars not in text(viewer.get(ADDRESS)), "one is nothing beside others"


def test_what_people_typed_is_escaped(asb, kent, officer):
    area = kent.areas.first()
    Area.objects.filter(pk=area.pk).update(name=HOSTILE[:60])
    Indicator.objects.filter(pk=asb.pk).update(
        title=HOSTILE, definition=HOSTILE, unit=HOSTILE, geography_name=HOSTILE, direction_note=HOSTILE, source=HOSTILE
    )
    asb.observations.update(note=HOSTILE, printed_in="=1+1")
    monthly(asb, [1, 2, 3, 4], area=area)
    asb.earlier_definitions.create(until=dt.date(2020, 1, 1), definition=HOSTILE, note=HOSTILE)
    Break.objects.create(indicator=asb, date=dt.date(2022, 4, 1), title=HOSTILE, note=HOSTILE)
    for address in (ADDRESS, f"{ADDRESS}definition/", "/kent/indicators/?q=script"):
        said = text(officer.get(address))
        assert "<script>alert" not in said
        assert "&lt;script&gt;alert" in said


def test_measures_that_follow_each_other_are_linked(asb, kent, dover, viewer):
    before = Indicator.objects.get(partnership=kent, slug="hate-crime")
    asb.continues.add(before)
    assert "Follows</dt>" in text(viewer.get(ADDRESS))
    assert 'href="/kent/indicators/hate-crime/"' in text(viewer.get(ADDRESS))
    assert "Followed by</dt>" in text(viewer.get("/kent/indicators/hate-crime/"))
    Indicator.objects.filter(pk=before.pk).update(partnership=dover)
    assert "Follows</dt>" not in text(viewer.get(ADDRESS)), "another partnership's is not named"


def test_who_works_there_may_do_more(officer, member):
    said = text(officer.get(ADDRESS))
    links = ["concerns/add/?indicator=", "figures/add/", "definition/"]
    assert all(link in said for link in links)
    officer.force_login(member("reviewer"))
    said = text(officer.get(ADDRESS))
    assert [link in said for link in links] == [True, False, False]
    officer.force_login(member("viewer"))
    said = text(officer.get(ADDRESS))
    assert not any(link in said for link in links)


def test_who_works_there_is_told_what_must_not_be_published(asb, officer, member):
    asb.observations.filter(start=dt.date(2022, 4, 1)).update(value=3)
    Indicator.objects.filter(pk=asb.pk).update(suppression_threshold=5, rounding=10)
    said = text(officer.get(ADDRESS))
    assert said.count("Not published</strong>") == 1
    assert "Please do not pass them on." in said
    assert "Published figures are rounded to the nearest 10." in said
    assert "32,564" in said
    officer.force_login(member("viewer"))
    said = text(officer.get(ADDRESS))
    assert "Not published" not in said
    assert "<strong>[c]</strong> confidential, or too small a number to be published" in said
    assert "32,560" in said
    assert "32,564" not in said


def test_of_a_long_series_the_earlier_figures_are_folded_away(asb, viewer):
    periods = asb.observations.values("start", "end").distinct().count()
    assert "Earlier figures" not in text(viewer.get(ADDRESS))
    monthly(asb, range(1000, 1024))
    said = text(viewer.get(ADDRESS))
    folded = said[said.index("<details") : said.index("</details>")]
    assert "Earlier figures, from year ending September 2016" in folded
    assert folded.count('<th scope="row"') == periods
    assert said.count('<th scope="row"') == periods + 24


def test_an_indicator_without_figures_has_a_page(asb, viewer):
    asb.observations.all().delete()
    said = text(viewer.get(ADDRESS))
    assert "No figure is known." in said
    assert "No figures yet." in said
    assert "<figure" not in said
    assert viewer.get(f"{ADDRESS}chart.json").status_code == 404
    assert len(text(viewer.get(f"{ADDRESS}figures.csv")).splitlines()) == 1


PRIORITY = "/kent/2022-23/priorities/preventing-neighbourhood-crime-and-anti-social-behaviour/"


@pytest.mark.parametrize("address", ["/kent/indicators/?q=anti-social", PRIORITY])
def test_a_row_of_a_list_has_its_line_and_its_words(address, viewer):
    said = text(viewer.get(address))
    assert "Fell by 15.5% to 27,528 in 2022/23, compared with 2021/22" in said
    assert 'class="app-sparkline"><svg' in said


# --- Files --------------------------------------------------------------------------------------------------------


def test_the_three_files_hold_the_same(asb, kent, officer):
    area = kent.areas.first()
    monthly(asb, [-3, None, Decimal("4.5")], area=area)
    rows = list(csv.DictReader(io.StringIO(officer.get(f"{ADDRESS}figures.csv").content.decode("utf-8-sig"))))
    figures = json.loads(officer.get(f"{ADDRESS}figures.json").content)["figures"]
    sheet = _sheet(officer.get(f"{ADDRESS}figures.ods").content)
    assert len(rows) == len(figures) == len(sheet) - 1 == asb.observations.count()
    assert [row["value"] for row in rows] == [figure["value"] or "" for figure in figures]
    place = sheet[0].index("value")
    assert [row[place] for row in sheet[1:]] == [row["value"] for row in rows]
    assert [(row["area"], row["value"], row["marks"]) for row in rows[-3:]] == [
        (area.name, "-3", ""),
        (area.name, "", "[x]"),
        (area.name, "4.5", ""),
    ]
    assert rows[0]["area_code"] == asb.geography_code
    assert rows[-1]["area_code"] == area.code


def test_no_file_runs_a_formula(asb, officer):
    asb.observations.update(note="=HYPERLINK(1)", printed_in="@SUM(1)")
    assert "'=HYPERLINK(1)" in officer.get(f"{ADDRESS}figures.csv").content.decode()
    content = zipfile.ZipFile(io.BytesIO(officer.get(f"{ADDRESS}figures.ods").content)).read("content.xml").decode()
    assert "=HYPERLINK(1)" in content
    assert "table:formula" not in content


def test_a_control_character_spoils_no_file(asb, officer):
    asb.observations.update(note="a\x0bb\x00c".replace("\x00", ""))
    assert any("ab" in cell for row in _sheet(officer.get(f"{ADDRESS}figures.ods").content) for cell in row)


def test_files_say_what_must_not_be_published(asb, officer):
    asb.observations.filter(start=dt.date(2022, 4, 1)).update(value=3)
    Indicator.objects.filter(pk=asb.pk).update(suppression_threshold=5)
    rows = list(csv.DictReader(io.StringIO(officer.get(f"{ADDRESS}figures.csv").content.decode("utf-8-sig"))))
    assert [row["value"] for row in rows if row["disclosure"] == "not published"] == ["3"]


def test_other_programs_read_the_spreadsheet(asb, officer):
    import pandas

    asb.observations.update(note="Two\nlines & <more>")
    read = pandas.read_excel(io.BytesIO(officer.get(f"{ADDRESS}figures.ods").content), engine="odf")
    rows = list(csv.DictReader(io.StringIO(officer.get(f"{ADDRESS}figures.csv").content.decode("utf-8-sig"))))
    assert list(read.columns) == list(rows[0])
    assert [float(row["value"]) for row in rows] == list(read["value"])
    assert read["note"][0].split() == ["Two", "lines", "&", "<more>"]


def _sheet(content):
    """The texts of an ODS file's cells; of a number its exact value."""
    office, table = (f"{{urn:oasis:names:tc:opendocument:xmlns:{name}:1.0}}" for name in ("office", "table"))
    root = ElementTree.fromstring(zipfile.ZipFile(io.BytesIO(content)).read("content.xml"))
    return [
        [cell.get(f"{office}value") or "".join(cell.itertext()) for cell in row.iter(f"{table}table-cell")]
        for row in root.iter(f"{table}table-row")
    ]


# --- Queries ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", [ADDRESS, "/kent/indicators/", PRIORITY, f"{ADDRESS}figures.ods"])
def test_more_figures_take_no_more_queries(address, asb, kent, officer):
    with CaptureQueriesContext(connection) as few:
        officer.get(address)
    monthly(asb, range(100, 136))
    for area in kent.areas.all():
        monthly(asb, range(36), area=area)
    Break.objects.create(indicator=asb, date=dt.date(2025, 1, 1), title="New", note="New.")
    with CaptureQueriesContext(connection) as many:
        officer.get(address)
    assert len(many) == len(few)


# --- The definition -----------------------------------------------------------------------------------------------

SINCE = dt.date(2026, 4, 1)
NEW = {"definition": "All incidents, nuisance included.", "since": SINCE, "why": "The police count anew."}


def change(indicator, user, **fields):
    said = NEW | {"is_break": True, "read": definitions.as_read(indicator)} | fields
    return definitions.change(indicator, **said, by=user, at=NOW)


def test_the_earlier_definition_is_kept(asb, member):
    before = asb.definition
    changed = change(asb, member("officer"))
    assert changed.definition == NEW["definition"]
    (earlier,) = changed.earlier_definitions.all()
    assert (earlier.until, earlier.definition, earlier.note) == (SINCE, before, NEW["why"])
    assert changed.breaks.filter(date=SINCE, title="New definition", note=NEW["why"]).count() == 1
    told = HistoryEntry.objects.about(changed)
    assert told[0].verb == "definition changed"
    assert told[0].values["definition"] == NEW["definition"]
    assert told[1].values["definition"] == before


def test_new_words_alone_make_no_break(asb, member):
    breaks = asb.breaks.count()
    assert change(asb, member("officer"), is_break=False).breaks.count() == breaks


def test_one_break_a_day_is_enough(asb, member):
    Break.objects.create(indicator=asb, date=SINCE, title="Recording", note="New.")
    assert [one.title for one in change(asb, member("officer")).breaks.filter(date=SINCE)] == ["Recording"]


@pytest.mark.parametrize(
    "fields", [{"definition": " "}, {"why": " "}, {"definition": None}, {"since": dt.date(2020, 1, 1)}]
)
def test_what_is_no_new_definition_is_refused(fields, asb, member):
    asb.earlier_definitions.create(until=dt.date(2020, 1, 1), definition="Before.", note="New.")
    if fields.get("definition", "") is None:
        fields = {"definition": asb.definition}
    with pytest.raises(ValidationError):
        change(asb, member("officer"), **fields)
    asb.refresh_from_db()
    assert asb.earlier_definitions.count() == 1


@pytest.mark.parametrize("who", ["viewer", "reviewer", "lead.rs"])
def test_only_officers_change_definitions(who, asb, member):
    with pytest.raises(PermissionDenied):
        change(asb, member(who))


def test_the_second_of_two_officers_sees_what_the_first_wrote(asb, officer, member):
    typed = {"definition": "Mine.", "since_0": "1", "since_1": "4", "since_2": "2026", "why": "Mine.", "is_break": "no"}
    read = definitions.as_read(asb)
    change(asb, member("officer"), definition="Theirs.")
    response = officer.post(f"{ADDRESS}definition/", typed | {"read": read})
    assert response.status_code == 409
    said = response.content.decode()
    assert "Theirs." in said
    assert "Mine." in said
    asb.refresh_from_db()
    assert asb.definition == "Theirs."
    again = typed | {"read": response.context["form"]["read"].value(), "since_1": "5"}
    assert officer.post(f"{ADDRESS}definition/", again).status_code == 302
    asb.refresh_from_db()
    assert asb.definition == "Mine."


def test_the_page_changes_the_definition_and_shows_both(asb, officer):
    before = asb.definition
    said = {"definition": "New words.", "since_0": "1", "since_1": "4", "since_2": "2026", "why": "Clearer."}
    wrong = officer.post(f"{ADDRESS}definition/", said | {"read": definitions.as_read(asb)})
    assert "Choose whether figures may still be compared." in text(wrong)
    done = officer.post(f"{ADDRESS}definition/", said | {"is_break": "yes", "read": definitions.as_read(asb)})
    assert done.url == ADDRESS
    page = text(officer.get(ADDRESS))
    assert "New words." in page
    assert "Until 1 April 2026:" in page
    assert before in page
