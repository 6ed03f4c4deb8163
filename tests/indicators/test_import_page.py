"""The pages that take figures in: one typed, many pasted or uploaded; what is shown before anything is kept."""

import datetime as dt
import io
import re
import zipfile
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import HistoryEntry
from indicators import recording
from indicators.imports.table import LARGEST_UPLOAD, MOST_ROWS, parse_period
from indicators.models import ColumnMatching, Import, Observation
from priorities.dates import MONTHS
from tests.conftest import NOW, TODAY
from tests.indicators.test_recording import burglaries, proposal, values

LIST = "/kent/imports/"
ADD = "/kent/imports/add/"
ROWS = "Indicator\tPeriod\tValue\nBurglaries\t2021/22\t27,000\nBurglaries\t2022/23\t27,528\n"


@pytest.fixture(autouse=True)
def _clock(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


@pytest.fixture
def indicator(kent):
    return burglaries(kent)


@pytest.fixture
def officer(client, member, indicator):
    client.force_login(member("officer"))
    return client


def words(response):
    """What a reader sees of the page, on one line."""
    main = response.content.decode().partition("<main")[2].partition("</main>")[0]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


def paste(client, text=ROWS, **fields):
    return client.post(ADD, {"source": "", "new_source": "Police", "text": text} | fields, follow=True)


def upload(client, content, name="figures.csv", **fields):
    file = SimpleUploadedFile(name, content)
    return client.post(ADD, {"source": "", "new_source": "Police", "text": "", "file": file} | fields, follow=True)


def apply(client, response):
    """Press the button of the page that shows what will happen."""
    address = response.context["arrival"].pk
    return client.post(f"{LIST}{address}/apply/", {"seen": response.context["seen"]}, follow=True)


def nothing_is_kept():
    """Neither a figure of the indicator nor how columns are read."""
    figures = Observation.objects.filter(indicator__slug="burglaries")
    return not figures.exists() and not ColumnMatching.objects.exists()


# --- One figure -------------------------------------------------------------------------------------------------

FORM = "/kent/indicators/burglaries/figures/add/"
GOOD = {
    "period": "2022/23",
    "value": "27,528",
    "qualifier": "exact",
    "status": "not stated",
    "area": "",
    "missing": "",
    "as_at": "",
    "note": "",
    "seen": "",
}


@pytest.mark.django_db
def test_a_figure_is_recorded(officer, indicator, kent):
    area = kent.areas.get(name="Ashford")
    page = officer.post(FORM, GOOD | {"area": area.pk, "as_at": "May 2023", "note": "By telephone."}, follow=True)
    assert "The figure was recorded." in words(page)
    kept = indicator.observations.get()
    assert (kept.period.label, kept.value, kept.area, kept.as_at) == ("2022/23", 27528, area, "2023-05")
    assert (kept.note, kept.recorded_at, kept.recorded_by.email) == ("By telephone.", NOW, "officer@kent.example")


@pytest.mark.django_db
def test_a_restatement_is_announced_before_it_is_kept(officer, indicator):
    officer.post(FORM, GOOD)
    page = officer.post(FORM, GOOD | {"value": "27,600", "note": "Recounted."})
    assert page.status_code == 200
    assert "There is a figure for 2022/23: 27,528 offences. Yours, 27,600 offences, will" in words(page)
    assert "stand beside it as a restatement" in words(page)
    assert values(indicator) == [27528]
    assert "27,600" in page.content.decode()
    assert "Recounted." in page.content.decode(), "what was typed comes back"
    sent = page.context["form"].data
    assert "Both are kept" in words(officer.post(FORM, sent.dict(), follow=True))
    assert values(indicator) == [27528, 27600]


@pytest.mark.django_db
def test_the_same_figure_again_changes_nothing(officer, indicator):
    officer.post(FORM, GOOD)
    entries = HistoryEntry.objects.count()
    assert "stands already. Nothing was changed." in words(officer.post(FORM, GOOD, follow=True))
    assert values(indicator) == [27528]
    assert HistoryEntry.objects.count() == entries


@pytest.mark.django_db
def test_a_figure_that_came_meanwhile_is_shown(officer, indicator, member):
    officer.post(FORM, GOOD)
    first = indicator.observations.get().pk
    other = proposal(indicator, 27_590)
    recording.record(indicator, other, seen=first, by=member("officer"), at=NOW)
    page = officer.post(FORM, GOOD | {"value": "27,600", "seen": first})
    assert page.status_code == 409
    assert "There is a figure for 2022/23: 27,590" in words(page)
    assert 'value="27,600"' in page.content.decode()


@pytest.mark.django_db
def test_a_figure_taken_away_meanwhile_is_said(officer, indicator):
    page = officer.post(FORM, GOOD | {"seen": 10**9})
    assert page.status_code == 409
    assert "was taken away meanwhile" in words(page)
    officer.post(FORM, page.context["form"].data.dict())
    assert values(indicator) == [27528]


@pytest.mark.django_db
def test_a_corrected_period_is_no_figure_taken_away(officer, indicator):
    """After "Not saved yet" the form names the figure of the period that was meant before."""
    for value, period in (("27,528", "2022/23"), ("27,000", "2021/22")):
        officer.post(FORM, GOOD | {"value": value, "period": period})
    sent = officer.post(FORM, GOOD | {"value": "27,600"}).context["form"].data.dict()
    assert sent["seen"]
    page = officer.post(FORM, sent | {"period": "2021/22"})
    assert page.status_code == 200
    assert "There is a figure for 2021/22: 27,000 offences" in words(page)
    assert "meanwhile" not in words(page)
    page = officer.post(FORM, sent | {"period": "2020/21"}, follow=True)
    assert "The figure was recorded." in words(page)
    assert values(indicator) == [27600, 27000, 27528]


@pytest.mark.django_db
@pytest.mark.parametrize("missing", ["not available", "confidential", "not applicable"])
def test_no_figure_with_its_reason(officer, indicator, missing):
    officer.post(FORM, GOOD | {"value": "", "missing": missing})
    kept = indicator.observations.get()
    assert (kept.value, kept.missing) == (None, missing)


BAD = [
    ({"period": ""}, "Enter the period."),
    ({"period": "last year"}, "is not a period such as"),
    ({"period": "2022"}, None),
    ({"period": "October 2022"}, "not a period of twelve months"),
    ({"period": "2026/27"}, "has not come yet"),
    ({"period": "1889/90"}, "lies before 1900"),
    ({"value": ""}, "There is no value"),
    ({"value": "-1"}, "below zero"),
    ({"value": "[x] 12"}, "says that there is none"),
    ({"value": "#DIV/0!"}, "could not work this cell out"),
    ({"value": "1,5"}, "comma where no thousands end"),
    ({"value": "many"}, "is not a number"),
    ({"value": "27.5"}, "more decimals than this indicator"),
    ({"value": "9" * 15}, "too large a number"),
    ({"value": "1e5"}, "exponent"),
    ({"missing": "confidential"}, "Choose one of the two"),
    ({"as_at": "soon"}, "is not a day such as"),
    ({"as_at": "2022/23"}, "is not a day such as"),
    ({"qualifier": "roughly"}, "Select a valid choice"),
    ({"status": "sure"}, "Select a valid choice"),
    ({"area": "999999999"}, "Select a valid choice"),
    ({"note": "x" * 2001}, "at most 2000 characters"),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("change", "reason"), BAD, ids=[f"{str(change)[:40]}" for change, _ in BAD])
def test_what_is_wrong_comes_back(officer, indicator, change, reason):
    page = officer.post(FORM, GOOD | {"note": "What I typed."} | change)
    if reason is None:  # a calendar year is as long as a financial one: officers know
        assert values(indicator) == [27528]
        return
    assert page.status_code == 200
    assert reason in words(page)
    assert nothing_is_kept()
    [[name, typed]] = change.items()
    assert page.context["form"][name].value() == typed
    assert "note" in change or "What I typed." in page.content.decode()


@pytest.mark.django_db
def test_an_area_of_another_partnership_is_none(officer, dover, indicator):
    other = dover.areas.create(code="E05000001", name="A ward")
    assert "Select a valid choice" in words(officer.post(FORM, GOOD | {"area": other.pk}))
    assert nothing_is_kept()


# --- Many figures -----------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_pasted_rows_are_shown_and_then_kept(officer, indicator, member):
    page = paste(officer)
    assert nothing_is_kept(), "to look keeps nothing"
    assert "2 figures will be kept." in words(page)
    assert "27,528 offences" in words(page)
    page = apply(officer, page)
    assert "2 figures were kept: 2 new, 0 restated." in words(page)
    assert values(indicator) == [27000, 27528]
    said = words(page)
    kept = Import.objects.get()
    for part in ("Pasted rows", kept.sha256, "21 November 2026, 12:00", str(member("officer")), "Burglaries : 2"):
        assert part in said
    assert "Pasted rows" in words(officer.get(LIST))


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["csv", "xlsx", "ods"])
def test_each_kind_of_file(officer, indicator, kind):
    page = upload(officer, TABLES[kind](), f"figures.{kind}")
    assert "2 figures will be kept." in words(page)
    apply(officer, page)
    assert values(indicator) == [27000, 27528]
    assert Import.objects.get().file_name == f"figures.{kind}"


def as_frame():
    import pandas as pd

    return pd.DataFrame({"Indicator": "Burglaries", "Period": ["2021/22", "2022/23"], "Value": [27000, 27528]})


def as_csv():
    return b"\xef\xbb\xbf" + ROWS.replace("27,", "27").replace("\t", ",").encode()


def as_ods():
    file = io.BytesIO()
    as_frame().to_excel(file, index=False, engine="odf")
    return file.getvalue()


def as_xlsx():
    """Written by hand: no writer of workbooks is among the dependencies."""
    cells = [["Indicator", "Period", "Value"], ["Burglaries", "2021/22", 27000], ["Burglaries", "2022/23", 27528]]
    rows = "".join(
        "<row>"
        + "".join(
            f"<c><v>{cell}</v></c>" if isinstance(cell, int) else f'<c t="inlineStr"><is><t>{cell}</t></is></c>'
            for cell in row
        )
        + "</row>"
        for row in cells
    )
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    spreadsheet = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{spreadsheet}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{spreadsheet}.worksheet+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="r1" Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}">'
        '<sheets><sheet name="Figures" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="r1" Type="{office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>{rows}</sheetData></worksheet>',
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


TABLES = {"csv": as_csv, "xlsx": as_xlsx, "ods": as_ods}


@pytest.mark.django_db
def test_new_restated_unchanged_and_refused_rows(officer, indicator):
    apply(officer, paste(officer))
    more = ROWS.replace("27,528", "27,600") + "Burglaries\t2020/21\t1\n"
    page = paste(officer, more)
    said = words(page)
    assert "1 new" in said
    assert "1 restated" in said
    assert "1 unchanged" in said
    assert "2022/23 27,528 offences 27,600 offences" in said, "what stands, and what the file has"
    page = paste(officer, more + "Burglaries\tOctober\t3\n")
    assert "1 problem to mend first" in words(page)
    assert "5 Period October" in words(page)
    assert "Keep these" not in words(page)
    refused = apply(officer, page)
    assert refused.status_code == 409
    assert values(indicator) == [27000, 27528]


WRONG_ROWS = [
    ("Burglaries\t2020/21\t-1", "Value", "below zero"),
    ("Burglaries\t2020/21\t", "Value", "There is no value"),
    ("Burglaries\t2020/21\t#REF!", "Value", "could not work this cell out"),
    ("Burglaries\t2020/21\t1,23", "Value", "comma where no thousands end"),
    ("Burglaries\t2020/21\t12.5", "Value", "more decimals"),
    ("Burglaries\t2020/21\t12 [q]", "Value", "not a marker that is known"),
    ("Burglaries\t2020-13\t1", "Period", "is not a period"),
    ("Burglaries\t2020/22\t1", "Period", "is not a period"),
    ("Burglaries\t2026/27\t1", "Period", "has not come yet"),
    ("Burglaries\t\t1", "Period", "There is no period"),
    ("Burglaries\t1 April 2020\t1", "Period", "not a period of twelve months"),
    ("Buglaries\t2020/21\t1", "Indicator", "is no indicator of Kent"),
    ("\t2020/21\t1", "Indicator", "There is no indicator"),
    ("Burglaries\t2022/23\t5", "", "Row 3 has the same indicator, area and period"),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("row", "column", "reason"), WRONG_ROWS)
def test_a_wrong_row_is_refused_with_its_number_and_reason(officer, row, column, reason):
    page = paste(officer, f"{ROWS}{row}\n")
    [one] = page.context["refused"]
    assert (one.row, one.column) == (4, column)
    assert reason in one.reason
    assert reason in words(page)
    assert apply(officer, page).status_code == 409
    assert nothing_is_kept()
    mend = officer.get(f"{ADD}?mend={page.context['arrival'].pk}")
    assert unescape(mend.content.decode()).count(row) == 1, "the rows come back to be mended"


@pytest.mark.django_db
def test_every_fault_of_a_row_is_named(officer):
    page = paste(
        officer, "Indicator\tPeriod\tValue\tStatus\tQualifier\tAs at\nNone\tOctober\t-1\tsure\troughly\tsoon\n"
    )
    assert [one.column for one in page.context["refused"]] == ["Indicator", "Period"]
    page = paste(
        officer, "Indicator\tPeriod\tValue\tStatus\tQualifier\tAs at\nBurglaries\tx\t-1\tsure\troughly\tsoon\n"
    )
    assert [one.column for one in page.context["refused"]] == ["Period", "Value", "Status", "Qualifier", "As at"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("area", "name"),
    [
        ("E07000112", "Folkestone and Hythe"),
        ("E22000145", "Folkestone and Hythe"),
        ("shepway", "Folkestone and Hythe"),
        ("E22000352", "Dartford and Gravesham"),
        ("Kent", None),
        ("E10000016", None),
        ("", None),
    ],
)
def test_areas_by_their_codes_and_names(officer, indicator, area, name):
    apply(officer, paste(officer, f"Indicator\tArea\tPeriod\tValue\nBurglaries\t{area}\t2022/23\t1\n"))
    kept = indicator.observations.get()
    assert (kept.area and kept.area.name) == name


@pytest.mark.django_db
@pytest.mark.parametrize("area", ["E07000117", "E23000032", "Medway", "Dover ward"])
def test_another_areas_code_is_refused(officer, dover, area):
    dover.areas.create(code="E05000001", name="Dover ward")
    page = paste(officer, f"Indicator\tArea\tPeriod\tValue\nBurglaries\t{area}\t2022/23\t1\n")
    [one] = page.context["refused"]
    assert (one.row, one.column, one.value) == (2, "Area", area)
    assert "no part of Kent" in one.reason
    assert nothing_is_kept()


@pytest.mark.django_db
def test_another_partnerships_indicator_is_not_known(officer, dover):
    other = burglaries(dover)
    other.title, other.slug = "Dover burglaries", "dover-burglaries"
    other.save()
    page = paste(officer, ROWS.replace("Burglaries\t2022/23", "Dover burglaries\t2022/23"))
    assert "is no indicator of Kent" in page.context["refused"][0].reason
    page = officer.post(f"{LIST}{page.context['arrival'].pk}/columns/", COLUMNS | {"one_indicator": "dover-burglaries"})
    assert "Select a valid choice" in words(page)


@pytest.mark.django_db
def test_the_first_hundred_faults_are_shown(officer):
    page = paste(officer, "Indicator\tPeriod\tValue\n" + "Burglaries\t2022/23\t-1\n" * 150)
    assert len(page.context["refused"]) == 100
    assert "These are the first 100. There may be more." in words(page)


WRONG_TABLES = [
    ("", "Paste rows or upload a file, one of the two."),
    ("Indicator\tPeriod\tValue\n", "There is only one row"),
    ("Value\tValue\n1\t2\n", 'Two columns have the name "Value"'),
    (f"{ROWS}Burglaries\t2020/21\t1\tmore\n", "Row 4: This row has more cells"),
    (f'{ROWS}"Burglaries\t2020/21\t1\n', "stray quote"),
    ("\t".join(f"c{n}" for n in range(101)) + "\n1\n", "more than 100 columns"),
    ("Value\n" + "1\n" * (MOST_ROWS + 1), "more than 5,000 rows"),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("text", "reason"), WRONG_TABLES, ids=[reason for _, reason in WRONG_TABLES])
def test_pasted_text_that_is_no_table_comes_back(officer, text, reason):
    page = paste(officer, text)
    assert reason in words(page)
    assert page.context["form"]["text"].value() == text
    assert page.context["form"]["new_source"].value() == "Police"
    assert not Import.objects.exists()


WRONG_FILES = [
    (b"", "empty"),
    (b"\x00\x01\x02" * 20, "NUL"),
    (b"%PDF-1.7 figures", "This is a PDF"),
    (b"PK\x03\x04 not a zip", "archive"),
    (b"Indicator,Period,Value\n" + b"x" * LARGEST_UPLOAD, "5 MB is the most here"),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("content", "reason"), WRONG_FILES, ids=[reason for _, reason in WRONG_FILES])
def test_a_file_that_is_no_table_is_refused(officer, content, reason):
    page = upload(officer, content)
    assert reason in words(page)
    assert page.context["form"]["new_source"].value() == "Police", "the rest comes back"
    assert not Import.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "fields", [{"new_source": ""}, {"source": "Nobody"}, {"source": "Known", "new_source": "Police"}], ids=str
)
def test_one_source_is_named(officer, kent, fields):
    ColumnMatching.objects.create(partnership=kent, source="Known", columns={})
    page = paste(officer, **fields)
    assert page.context["form"].errors
    assert page.context["form"]["text"].value() == ROWS
    assert not Import.objects.exists()


@pytest.mark.django_db
def test_rows_and_a_file_are_not_both_taken(officer):
    assert "one of the two" in words(upload(officer, as_csv(), text=ROWS))
    assert not Import.objects.exists()


# --- Columns ----------------------------------------------------------------------------------------------------

ODD = "Measure name\tWhen\tHow many\nBurglaries\t2022/23\t27,528\n"
COLUMNS = {"indicator": "Measure name", "period": "When", "value": "How many"}


@pytest.mark.django_db
def test_unknown_columns_are_asked_for_and_remembered(officer, indicator):
    page = paste(officer, ODD)
    assert page.templates[0].name == "indicators/import_columns.html"
    assert "27,528" in words(page), "the first rows are shown"
    pk = page.context["arrival"].pk
    page = officer.post(f"{LIST}{pk}/columns/", COLUMNS, follow=True)
    assert "1 figure will be kept" in words(page)
    apply(officer, page)
    assert values(indicator) == [27528]
    page = paste(officer, ODD.replace("27,528", "27,529"), source="Police", new_source="")
    assert "1 figure will be kept" in words(page), "the next file of the source needs no question"


@pytest.mark.django_db
def test_one_indicator_for_all_rows(officer, indicator):
    page = paste(officer, "Period\tValue\n2022/23\t27,528\n")
    pk = page.context["arrival"].pk
    page = officer.post(
        f"{LIST}{pk}/columns/", {"period": "Period", "value": "Value", "one_indicator": "burglaries"}, follow=True
    )
    apply(officer, page)
    assert values(indicator) == [27528]
    assert ColumnMatching.objects.get().columns == {"Period": "period", "Value": "value", "": "burglaries"}
    page = paste(officer, "Period\tValue\n2021/22\t5\n", source="Police", new_source="")
    assert "1 figure will be kept" in words(page)


@pytest.mark.django_db
def test_a_file_with_other_columns_than_remembered_is_read_by_its_headers(officer, kent):
    ColumnMatching.objects.create(partnership=kent, source="Known", columns={"Count": "value"})
    page = paste(officer, source="Known", new_source="")
    assert "2 figures will be kept" in words(page)


@pytest.mark.django_db
def test_the_first_and_the_last_day(officer, indicator):
    text = (
        "Indicator\tStart\tEnd\tValue\nBurglaries\t01/04/2022\t2023-03-31\t1\nBurglaries\t2022-04-01\t2021-03-31\t1\n"
    )
    page = paste(officer, text)
    [one] = page.context["refused"]
    assert (one.row, one.column) == (3, "End")
    page = paste(officer, text.rpartition("Burglaries")[0])
    apply(officer, page)
    assert indicator.observations.get().period.label == "2022/23"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"value": ""}, "Choose the column that holds the values."),
        ({"indicator": ""}, "Choose a column, or the one indicator"),
        ({"one_indicator": "burglaries"}, "Choose a column, or the one indicator"),
        ({"period": ""}, "Choose the column of the period"),
        ({"start": "When"}, "Choose the column of the period"),
        ({"note": "How many"}, "is chosen twice"),
        ({"value": "Nothing"}, "Select a valid choice"),
    ],
    ids=str,
)
def test_columns_that_do_not_make_a_figure(officer, change, reason):
    pk = paste(officer, ODD).context["arrival"].pk
    page = officer.post(f"{LIST}{pk}/columns/", COLUMNS | change)
    assert reason in words(page)
    assert nothing_is_kept()


# --- Deciding ---------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_mended_rows_take_the_place_of_the_others(officer, indicator):
    page = paste(officer, ROWS.replace("27,528", "none"))
    first = page.context["arrival"].pk
    mend = officer.get(f"{ADD}?mend={first}").context["form"]
    page = paste(officer, mend["text"].value().replace("none", "27,528"), instead_of=mend["instead_of"].value())
    assert Import.objects.get().pk != first
    apply(officer, page)
    assert values(indicator) == [27000, 27528]


@pytest.mark.django_db
def test_what_changed_since_is_shown_again(officer, indicator, member):
    page = paste(officer)
    recording.record(indicator, proposal(indicator, 5), seen=None, by=member("officer"), at=NOW)
    shown = apply(officer, page)
    assert shown.status_code == 409
    assert "The figures have changed since you looked" in words(shown)
    assert "2022/23 5 offences 27,528 offences" in words(shown)
    assert values(indicator) == [5]
    apply(officer, shown)
    assert len(values(indicator)) == 3


@pytest.mark.django_db
def test_a_double_click_keeps_a_file_once(officer, indicator):
    page = paste(officer)
    for _ in range(2):
        assert apply(officer, page).status_code == 200
    assert len(values(indicator)) == 2


@pytest.mark.django_db
def test_rows_that_stand_already_offer_no_button(officer):
    apply(officer, paste(officer))
    page = paste(officer)
    assert "Nothing: every figure of this file stands already." in words(page)
    assert "/apply/" not in page.content.decode()


@pytest.mark.django_db
def test_figures_of_another_source_that_stand_already_are_recorded_as_given_twice(officer, indicator):
    first = paste(officer)
    apply(officer, first)
    page = paste(officer, new_source="Home Office")
    assert "No figure will be kept: every figure of this file stands already." in words(page)
    assert "Record this file" in words(page)
    page = apply(officer, page)
    assert "The file was recorded. Its figures stood already." in words(page)
    assert "0 new, 0 restated, 2 unchanged" in words(page)
    undone = officer.post(f"{LIST}{first.context['arrival'].pk}/undo/")
    assert undone.status_code == 409
    assert "Undo that one first" in words(undone)
    assert values(indicator) == [27000, 27528]
    assert "/apply/" not in paste(officer, source="Home Office", new_source="").content.decode(), "it is said once"


@pytest.mark.django_db
def test_a_file_whose_columns_are_not_matched_goes_back_to_them(officer):
    pk = paste(officer, ODD).context["arrival"].pk
    page = officer.post(f"{LIST}{pk}/apply/", {"seen": ""})
    assert (page.status_code, page.url) == (302, f"{LIST}{pk}/columns/")
    assert nothing_is_kept()


@pytest.mark.django_db
@pytest.mark.parametrize("empty", ["\t\t\n", " \t \t\n", "\n"], ids=repr)
def test_empty_rows_of_a_paste_are_left_out(officer, indicator, empty):
    first, second = ROWS.rstrip().split("\n")[1:]
    page = paste(officer, f"Indicator\tPeriod\tValue\n{first}\n{empty}{second}\n{empty}")
    assert not page.context["refused"]
    apply(officer, page)
    assert values(indicator) == [27000, 27528]


@pytest.mark.django_db
def test_a_file_is_discarded(officer):
    pk = paste(officer).context["arrival"].pk
    assert "Discarded: Pasted rows." in words(officer.post(f"{LIST}{pk}/discard/", follow=True))
    assert not Import.objects.exists()
    assert officer.post(f"{LIST}{pk}/apply/").status_code == 404
    assert nothing_is_kept()


@pytest.mark.django_db
def test_an_applied_file_is_not_discarded(officer, indicator):
    page = paste(officer)
    apply(officer, page)
    pk = page.context["arrival"].pk
    assert officer.post(f"{LIST}{pk}/discard/").status_code == 404
    assert officer.get(f"{LIST}{pk}/columns/").status_code == 404
    assert len(values(indicator)) == 2


@pytest.mark.django_db
def test_a_file_is_undone(officer, indicator, member):
    page = paste(officer)
    apply(officer, page)
    address = f"{LIST}{page.context['arrival'].pk}/"
    assert "2 figures that came with it will be taken away" in words(officer.get(f"{address}undo/"))
    assert len(values(indicator)) == 2, "to ask takes nothing away"
    page = officer.post(f"{address}undo/", follow=True)
    assert "2 figures were taken away" in words(page)
    assert f"by {member('officer')}" in words(page)
    assert values(indicator) == []
    again = officer.post(f"{address}undo/")
    assert again.status_code == 409
    assert "was undone on 21 November 2026" in words(again)


@pytest.mark.django_db
def test_an_earlier_file_of_the_source_is_not_undone_first(officer, indicator):
    first = paste(officer)
    apply(officer, first)
    apply(officer, paste(officer, ROWS.replace("27,", "28,"), source="Police", new_source=""))
    address = f"{LIST}{first.context['arrival'].pk}/"
    assert "Undo that one first" in words(officer.get(address))
    assert officer.post(f"{address}undo/").status_code == 409
    assert len(values(indicator)) == 4


@pytest.mark.django_db
def test_another_partnerships_file_is_not_there(officer, dover, person, client):
    pk = paste(officer).context["arrival"].pk
    client.force_login(person("officer", dover))
    for address in (f"/dover/imports/{pk}/", f"/dover/imports/{pk}/undo/", f"/kent/imports/{pk}/"):
        assert client.get(address).status_code == 404
    assert client.post(f"/dover/imports/{pk}/apply/").status_code == 404
    assert "Burglaries" not in words(client.get(f"/dover/imports/add/?mend={pk}"))
    client.post("/dover/imports/add/", {"source": "", "new_source": "x", "text": ROWS, "instead_of": pk})
    assert Import.objects.filter(pk=pk).exists(), "nor does naming it as mended take it away"


@pytest.mark.django_db
def test_formulas_stay_text(officer, indicator):
    """What a spreadsheet would run is shown as it was written, escaped."""
    page = paste(officer, ROWS.replace("Burglaries\t2022/23", "=cmd|<b>\t2022/23"))
    assert "=cmd|&lt;b&gt;" in page.content.decode()


def test_periods_as_people_write_them():
    for text in ("2022/23", "2022-04-01 to 2023-03-31", "1 April 2022 to 31 March 2023", "year ending March 2023"):
        assert parse_period(text).label == "2022/23", text


# --- Queries ----------------------------------------------------------------------------------------------------


def many(number):
    """Rows for so many months of a monthly indicator."""
    months = (f"Thefts\t{MONTHS[n % 12]} {1950 + n // 12}\t{n}\n" for n in range(number))
    return "Indicator\tPeriod\tValue\n" + "".join(months)


def queries_of(call):
    with CaptureQueriesContext(connection) as queries:
        assert call().status_code == 200
    return len(queries)


@pytest.mark.django_db
def test_queries_do_not_grow_with_the_rows(officer, indicator):
    indicator.title, indicator.basis = "Thefts", "month"
    indicator.save()
    counts = {}
    for number in (5, 700):
        page = paste(officer, many(number))
        address = f"{LIST}{page.context['arrival'].pk}/"
        counts[number] = [queries_of(lambda address=address: officer.get(address))]
        applied = apply(officer, page)
        assert len(values(indicator)) == number
        asked = [address, f"{address}undo/", LIST]
        counts[number] += [queries_of(lambda one=one: officer.get(one)) for one in asked]
        officer.post(f"{applied.request['PATH_INFO']}undo/")
    assert counts[5] == counts[700]
    assert max(counts[5]) <= 9


@pytest.mark.django_db
def test_the_largest_paste_is_looked_at_and_kept(officer, indicator):
    """As many rows as are taken, in one go; only the first are shown."""
    indicator.title, indicator.basis = "Thefts", "mixed"
    indicator.save()
    days = (f"Thefts\t{day.isoformat()}\t1\n" for day in (TODAY - dt.timedelta(n) for n in range(MOST_ROWS)))
    page = paste(officer, "Indicator\tPeriod\tValue\n" + "".join(days))
    assert "These are the first 200 of 5000." in words(page)
    apply(officer, page)
    assert indicator.observations.count() == MOST_ROWS
