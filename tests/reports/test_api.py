"""The open data interface: what is published and nothing else, in a form that other programs can rely on."""

import csv
import datetime as dt
import hashlib
import io
import json
import subprocess
import sys
from copy import deepcopy
from unittest.mock import patch

import pytest
from django.core.cache import cache
from django.core.cache.backends.db import DatabaseCache
from django.db import OperationalError, connection, transaction
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Partnership
from actions.models import Action, ProgressUpdate
from indicators.models import Break, Indicator, Observation
from priorities.models import Note, Priority, Section
from reports import editions, open_data
from reports.api.limits import client as client_of
from reports.api.limits import seconds_to_wait
from reports.models import Edition, FrozenEdition, FrozenEditionQuerySet
from reports.summary import build_summary
from tests.conftest import NOW, STAND_IN_PDF
from tests.test_security import CSP, HEADERS

pytestmark = pytest.mark.django_db

ROOT = "/api/v1/"
KENT = f"{ROOT}partnerships/kent"
REPORT = f"{KENT}/editions/2022-23/annual-summary"
SERIES = f"{KENT}/indicators/asb-incidents"
LISTS = [f"{ROOT}partnerships", f"{KENT}/editions", f"{KENT}/indicators", SERIES]
ADDRESSES = [ROOT, f"{ROOT}openapi.json", *LISTS, REPORT, f"{REPORT}/actions", f"{REPORT}/figures"]
CSV = [f"{address}?format=csv" for address in (*LISTS, f"{REPORT}/actions", f"{REPORT}/figures")]
SMALL = "casualties-serious"  # an indicator of small numbers
TOKEN = "CANARY"


@pytest.fixture
def stand_in(monkeypatch):
    monkeypatch.setattr("reports.editions.render_pdf", lambda document: STAND_IN_PDF)


@pytest.fixture
def printed(kent):
    return Edition.objects.get(agreement__partnership=kent, agreement__year=2022)


@pytest.fixture
def live(kent):
    return Edition.objects.get(agreement__partnership=kent, agreement__year=2026)


@pytest.fixture
def issue(member, stand_in):
    """Freezes and publishes an edition as it stands."""

    def make(edition):
        frozen = editions.freeze(edition, by=member("officer"), at=NOW)
        editions.publish(frozen, by=member("officer"), at=NOW)
        return frozen

    return make


@pytest.fixture
def withdraw(member):
    def take_back(**conditions):
        FrozenEdition.objects.filter(**conditions).update(
            withdrawn_at=NOW, withdrawn_by=member("officer"), withdrawn_reason="A figure was wrong."
        )

    return take_back


def rows_of(response):
    return list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))


# --- Every answer -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", [*ADDRESSES, *CSV])
def test_everybody_may_read_it_and_any_site(address, client):
    response = client.get(address)
    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/csv" if "csv" in address else "application/json")
    assert response["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in response
    assert response["Cache-Control"] == "public, no-cache"
    assert response["ETag"] == f'"{hashlib.sha256(response.content).hexdigest()}"'
    assert not response.cookies


@pytest.mark.parametrize("address", [REPORT, f"{ROOT}nowhere", CSV[0], "/api/"])
def test_it_has_the_headers_of_every_page(address, client):
    response = client.get(address)
    assert dict(part.strip().split(" ", 1) for part in response["Content-Security-Policy"].split(";")) == CSP
    assert {name: response[name] for name in HEADERS} == HEADERS


def test_what_a_signed_in_person_reads_is_kept_by_no_cache(client, member):
    client.force_login(member("officer"))
    assert {"no-store", "private"} <= set(client.get(REPORT)["Cache-Control"].split(", "))


@pytest.mark.parametrize("address", [*ADDRESSES, *CSV])
def test_head_is_get_without_the_body(address, client):
    read, head = client.get(address), client.head(address)
    assert (head.status_code, head.content) == (200, b"")
    assert (head["ETag"], head["Content-Type"]) == (read["ETag"], read["Content-Type"])


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_it_can_only_be_read(method):
    response = getattr(Client(enforce_csrf_checks=True), method)(REPORT, data={"title": "x"})
    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD, OPTIONS")
    assert response.json() == {"detail": "This data can only be read."}


def test_a_browser_may_ask_first(client):
    response = client.options(REPORT)
    assert (response.status_code, response.content) == (204, b"")
    assert response["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
    assert response["Access-Control-Allow-Headers"] == "If-None-Match"


def test_what_is_unchanged_is_not_sent_again(client):
    tag = client.get(REPORT)["ETag"]
    response = client.get(REPORT, headers={"If-None-Match": tag})
    assert (response.status_code, response.content, response["ETag"]) == (304, b"", tag)
    assert response["Access-Control-Allow-Origin"] == "*"
    assert client.get(REPORT, headers={"If-None-Match": '"other"'}).status_code == 200
    other = client.get(REPORT, headers={"If-Match": '"other"'})
    assert (other.status_code, list(other.json())) == (412, ["detail"])


def test_the_explanation_names_addresses_that_answer(client):
    page = client.get("/api/").content.decode()
    named = [part.split('"')[0] for part in page.split('href="')[1:] if part.startswith(ROOT)]
    assert len(named) == 6
    assert {client.get(address).status_code for address in named} == {200}


def test_the_explanation_without_any_report(client, withdraw):
    withdraw()
    page = client.get("/api/")
    assert page.status_code == 200
    assert "Try it" not in page.content.decode()


# --- What it says -------------------------------------------------------------------------------------------------


def test_a_report_is_the_frozen_copy_byte_for_byte(client, printed):
    frozen = printed.frozen.get()
    assert hashlib.sha256(client.get(REPORT).content).hexdigest() == frozen.digest
    listed = next(one for one in client.get(f"{KENT}/editions").json()["items"] if one["year"] == "2022-23")
    assert listed["sha256"] == frozen.digest
    assert (listed["pdf_sha256"], listed["pdf_bytes"]) == (frozen.pdf_digest, frozen.pdf_size)
    assert client.get(listed["data"]).content == client.get(REPORT).content
    assert client.get(listed["page"]).status_code == 200
    assert hashlib.sha256(client.get(listed["pdf"]).getvalue()).hexdigest() == listed["pdf_sha256"]


def test_rows_hold_every_action_and_figure_of_the_report(client):
    tree = client.get(REPORT).json()
    actions, figures = client.get(f"{REPORT}/actions").json(), client.get(f"{REPORT}/figures").json()
    assert [(one["reference"], one["progress"]) for one in actions] == [
        (action["reference"], action["progress"]) for priority in tree["priorities"] for action in priority["actions"]
    ]
    assert [(one["indicator"], one["start"], one["value"], one["text"]) for one in figures] == [
        (indicator["slug"], figure["start"], figure["value"], figure["text"])
        for priority in tree["priorities"]
        for indicator in priority["indicators"]
        for figure in indicator["figures"]
    ]
    assert {"p" in one["marks"] for one in figures if one["status"] == "provisional"} == {True}
    assert {"x" in one["marks"] for one in figures if one["value"] is None} <= {True}


def test_an_indicator_shows_what_each_report_gave(client):
    answer = client.get(SERIES).json()
    assert answer["indicator"]["years"] == sorted({one["year"] for one in answer["items"]})
    assert len(answer["indicator"]["years"]) > 1
    order = [(one["start"], one["end"]) for one in answer["items"]]
    assert order == sorted(order)
    assert {one["indicator"] for one in answer["items"]} == {"asb-incidents"}
    period = [(one["year"], one["value"]) for one in answer["items"] if one["period"] == order_of_most(answer["items"])]
    assert [year for year, _ in period] == sorted(year for year, _ in period)
    assert [one["title"] for one in answer["breaks"]]


def order_of_most(items):
    periods = [one["period"] for one in items]
    return max(periods, key=periods.count)


def test_csv_holds_the_same_as_json(client):
    for address in (f"{REPORT}/figures", f"{REPORT}/actions"):
        items, rows = client.get(address).json(), rows_of(client.get(f"{address}?format=csv"))
        assert list(items[0]) == list(rows[0])
        assert len(items) == len(rows)
    values = [one["value"] or "" for one in client.get(f"{REPORT}/figures").json()]
    assert [row["value"] for row in rows_of(client.get(f"{REPORT}/figures?format=csv"))] == values


def test_csv_runs_no_formula_and_keeps_numbers(client, printed, issue):
    indicator = Indicator.objects.get(partnership__slug="kent", slug="asb-incidents")
    Indicator.objects.filter(pk=indicator.pk).update(title="=1+1")
    Observation.objects.filter(indicator=indicator).update(value=-5)
    issue(printed)
    row = next(
        row for row in rows_of(client.get(f"{REPORT}/figures?format=csv")) if row["indicator"] == "asb-incidents"
    )
    assert (row["title"], row["value"]) == ("'=1+1", "-5")


def test_pages_join_to_the_whole(client):
    whole = client.get(f"{KENT}/indicators?size=1000").json()
    joined, following = [], f"{KENT}/indicators?size=30"
    while following:
        page = client.get(following).json()
        assert (page["count"], len(page["items"]) <= 30) == (whole["count"], True)
        joined += page["items"]
        following = page["next"]
    assert joined == whole["items"]
    assert (page["page"], page["pages"]) == (7, 7)
    assert client.get(page["previous"]).json()["page"] == 6
    assert len(rows_of(client.get(f"{KENT}/indicators?format=csv"))) == whole["count"] == len(joined)
    assert client.get(f"{KENT}/indicators?page=9999").status_code == 404


def test_a_corrected_report_is_the_newest_and_both_stay(client, printed, issue):
    Edition.objects.filter(pk=printed.pk).update(title="Corrected")
    printed.refresh_from_db()
    issue(printed)
    titles = [client.get(REPORT + query).json()["title"] for query in ("", "?version=2", "?version=1")]
    assert titles[:2] == ["Corrected", "Corrected"]
    assert titles[2] != "Corrected"
    listed = [one for one in client.get(f"{KENT}/editions").json()["items"] if one["year"] == "2022-23"]
    assert [(one["version"], one["is_newest"], one["pdf"] is None) for one in listed] == [
        (2, True, False),
        (1, False, True),
    ]
    assert {one["version"] for one in client.get(SERIES).json()["items"] if one["year"] == "2022-23"} == {2}


def test_an_indicator_of_two_priorities_counts_once(printed):
    tree = open_data.document(printed.frozen.get())
    part = tree.priorities[0].indicators[0]
    tree.priorities[1].indicators.append(part)
    place = open_data.Place("kent", "2022-23", "annual-summary", 1)
    parts = open_data.indicators_in([(place, tree)])[part.slug]
    assert [priority.slug for _, priority, _ in parts] == [tree.priorities[0].slug]


# --- Nothing else ---------------------------------------------------------------------------------------------------


def everything(client):
    """The bodies and headers of all answers that can be reached from the start, as JSON and as CSV.

    Of the addresses of indicators, those of the first letter, and the address of a report that is a draft.
    """
    client.raise_request_exception = False
    waiting, seen = [ROOT, f"{KENT}/editions/2026-27/annual-summary"], {}
    while waiting:
        address = waiting.pop()
        response = client.get(address)
        seen[address] = response.content + repr(sorted(response.headers.items())).encode()
        if response["Content-Type"].startswith("application/json") and "openapi" not in address:
            found = {part.split('"')[0] for part in response.content.decode().split(f'"http://testserver{ROOT}')[1:]}
            found = {one for one in found if "indicators/" not in one or "indicators/a" in one}
            waiting += [f"{ROOT}{one}" for one in found if f"{ROOT}{one}" not in {*seen, *waiting}]
        if "csv" not in address and response.status_code == 200:
            waiting.append(f"{address}{'&' if '?' in address else '?'}format=csv")
    return seen


def plant():
    """A token in every live text that a report is made of, and in the numbers 987654."""
    Partnership.objects.update(name=TOKEN, short_name=TOKEN)
    Edition.objects.update(title=TOKEN, introduction=f"<p>{TOKEN}</p>", running_header=TOKEN)
    Priority.objects.update(title=TOKEN)
    Section.objects.update(heading=TOKEN, body=f"<p>{TOKEN}</p>")
    Note.objects.update(title=TOKEN, publisher=TOKEN, text=f"<p>{TOKEN}</p>")
    Action.objects.update(title=TOKEN)
    ProgressUpdate.objects.update(text=f"<p>{TOKEN}</p>")
    Indicator.objects.update(title=TOKEN, definition=TOKEN, source=TOKEN, supplier=TOKEN, direction_note=TOKEN)
    Observation.objects.update(value=987654, note=TOKEN)
    Break.objects.update(title=TOKEN, note=TOKEN)


def leaks(client):
    return [address for address, told in everything(client).items() if TOKEN.encode() in told or b"987654" in told]


@pytest.fixture
def unpublished(live, printed, member, stand_in):
    """Tokens in all that is live, in a frozen copy that nobody published, and in a withdrawn one."""
    plant()
    for edition in (live, printed):
        edition.refresh_from_db()
    editions.freeze(live, by=member("officer"), at=NOW)
    frozen = editions.freeze(printed, by=member("officer"), at=NOW)
    editions.publish(frozen, by=member("officer"), at=NOW)
    FrozenEdition.objects.filter(pk=frozen.pk).update(
        withdrawn_at=NOW, withdrawn_by=member("officer"), withdrawn_reason="Too early."
    )


def test_nothing_unpublished_is_reachable(client, unpublished):
    assert len(everything(client)) > 50
    assert leaks(client) == []


def test_reading_live_rows_is_found(client, unpublished):
    """The control: the same reading, with a tree that is made anew from what is stored now."""
    with patch.object(open_data, "document", lambda frozen: build_summary(frozen.edition)):
        assert len(leaks(client)) > 50


@pytest.mark.parametrize("forgetful", [{"published_at__isnull": False}, {"withdrawn_at": None}])
def test_reading_what_is_not_published_is_found(forgetful, client, unpublished):
    """The controls of the frozen copies: one forgets that a copy is withdrawn, one that nobody published it."""
    with patch.object(FrozenEditionQuerySet, "published", lambda self: self.filter(**forgetful)):
        assert leaks(client)


def test_a_partnership_without_a_report_is_as_unknown_as_none(client):
    for way in ("editions", "indicators", "indicators/asb-incidents", "editions/2026-27/annual-summary"):
        known, unknown = client.get(f"{ROOT}partnerships/dover/{way}"), client.get(f"{ROOT}partnerships/nowhere/{way}")
        assert (known.status_code, known.content) == (404, unknown.content)
        assert known["Cache-Control"] == "no-store, private"


def test_a_suppressed_figure_has_no_value(client, printed, issue):
    def figures():
        return [one for one in client.get(f"{REPORT}/figures").json() if one["indicator"] == SMALL]

    def told():
        rows = rows_of(client.get(f"{REPORT}/figures?format=csv"))
        return {text for row in rows if row["indicator"] == SMALL for text in row.values()}

    before = {one["value"] for one in figures() if one["value"]}
    assert before <= told()
    Indicator.objects.filter(slug=SMALL).update(suppression_threshold=32767)
    issue(printed)
    assert {(one["value"], "c" in one["marks"], "x" in one["marks"]) for one in figures()} == {(None, True, False)}
    assert not before & told()


def test_what_is_withdrawn_is_gone_at_once_and_says_why(client, withdraw):
    tag = client.get(REPORT)["ETag"]
    withdraw(edition__agreement__year=2022)
    for address in (REPORT, f"{REPORT}?version=1", f"{REPORT}/figures", f"{REPORT}/actions?format=csv"):
        response = client.get(address, headers={"If-None-Match": tag})
        assert response.status_code == 410
        assert response.json() == {
            "detail": "This report was withdrawn on 21 November 2026. The reason: A figure was wrong."
        }
        assert "no-store" in response["Cache-Control"]
    assert "2022-23" not in {one["year"] for one in client.get(f"{KENT}/editions").json()["items"]}
    assert "2022-23" not in {one["year"] for one in client.get(SERIES).json()["items"]}


def test_of_two_versions_the_withdrawn_one_is_gone(client, printed, issue, withdraw):
    issue(printed)
    withdraw(edition=printed, number=1)
    assert client.get(REPORT).status_code == 200
    assert client.get(f"{REPORT}?version=1").status_code == 410
    withdraw(edition=printed, number=2)
    assert client.get(REPORT).status_code == 410


def test_a_partnership_that_withdrew_all_is_not_listed(client, withdraw):
    withdraw()
    assert client.get(f"{ROOT}partnerships").json()["items"] == []
    assert client.get(f"{KENT}/editions").status_code == 404


# --- Odd questions ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rest", "status"),
    [
        ("nowhere", 404),
        ("partnerships/", 404),
        ("partnerships/%00/editions", 404),
        ("partnerships/kent%00/editions", 404),
        ("partnerships/kent%0A/editions", 404),
        ("partnerships/%ff%fe/editions", 404),
        ("partnerships/%ed%a0%80/editions", 404),
        (f"partnerships/{'k' * 5000}/editions", 404),
        ("partnerships/kent/editions/2022-24/annual-summary", 404),
        ("partnerships/kent/editions/٢٠٢٢-23/annual-summary", 404),
        ("partnerships/kent/editions/0000-01/annual-summary", 404),
        ("partnerships/kent/editions/9999-00/annual-summary", 404),
        ("partnerships/kent/editions/2022-23/annual-summary?version=2", 404),
        ("partnerships/kent/editions/2022-23/annual-summary?version=0", 400),
        (f"partnerships/kent/editions/2022-23/annual-summary?version={10**30}", 400),
        (f"partnerships/kent/editions/2022-23/annual-summary?version={'9' * 5000}", 400),
        ("partnerships/kent/editions/2022-23/annual-summary?version=%00", 400),
        ("partnerships/kent/editions/2022-23/annual-summary/figures?format=xml", 400),
        ("partnerships?page=0", 400),
        ("partnerships?page=-1", 400),
        (f"partnerships?page={10**30}", 400),
        ("partnerships?page=1e400", 400),
        ("partnerships?size=1001", 400),
        ("partnerships?page=%ff", 400),
        ("partnerships?page=2", 404),
        ("partnerships?" + "&".join(f"p{n}=1" for n in range(1001)), 400),
        ("partnerships/kent/indicators/%27%22%3B--", 404),
        ("%0A", 404),
    ],
)
def test_an_odd_question_is_refused_in_words(rest, status, client):
    response = client.get(ROOT + rest)
    assert (response.status_code, response["Content-Type"]) == (status, "application/json")
    assert list(response.json()) == ["detail"]
    assert response.json()["detail"].endswith(".")


def test_unknown_parameters_change_nothing(client):
    assert client.get(f"{REPORT}?utm_source=x&_=1").content == client.get(REPORT).content


def test_a_database_that_is_away_is_said_in_json(client):
    def away(*_):
        raise OperationalError("the server closed the connection")

    with transaction.atomic(), connection.execute_wrapper(away):
        response = client.get(REPORT)
    assert (response.status_code, response["Retry-After"]) == (503, "60")
    assert list(response.json()) == ["detail"]


# --- How much, and how fast ---------------------------------------------------------------------------------------


def test_too_many_requests_are_put_off(client, settings):
    settings.API_REQUESTS_A_MINUTE = 3
    cache.clear()
    moment = dt.datetime(2026, 11, 21, 12, 0, 20, tzinfo=dt.UTC)
    with patch.object(timezone, "now", return_value=moment):
        answers = [client.get(f"{ROOT}nowhere").status_code for _ in range(5)]
        late = client.get(REPORT)
        other = client.get(REPORT, REMOTE_ADDR="192.0.2.7")
    assert answers == [404, 404, 404, 429, 429]
    assert (late.status_code, late["Retry-After"]) == (429, "40")
    assert late.json() == {"detail": "Too many requests. Try again in 40 seconds."}
    assert late["Access-Control-Allow-Origin"] == "*"
    assert other.status_code == 200
    with patch.object(timezone, "now", return_value=moment + dt.timedelta(seconds=40)):
        assert client.get(REPORT).status_code == 200


def test_the_page_that_explains_is_not_counted(client, settings):
    settings.API_REQUESTS_A_MINUTE = 0
    assert client.get("/api/").status_code == 200
    assert client.get(ROOT).status_code == 429


def test_counts_are_in_the_database_for_every_host(settings):
    settings.API_REQUESTS_A_MINUTE = 1
    cache.clear()
    request = RequestFactory().get(ROOT, REMOTE_ADDR="192.0.2.9")
    assert seconds_to_wait(request, at=NOW) == 0
    another_host = DatabaseCache("cache", {})
    assert another_host.get(f"open-data:192.0.2.9:{int(NOW.timestamp()) // 60}") == 1
    assert seconds_to_wait(request, at=NOW) == 60


def test_counts_push_out_no_limits_of_sign_in(settings):
    """With Django's own most of 300, the first key in order goes when many addresses ask."""
    cache.clear()
    cache.set("allauth:limit", [1], 300)
    for number in range(320):
        cache.set(f"open-data:192.0.2.{number}", 1, 60)
    assert cache.get("allauth:limit") == [1]


@pytest.mark.parametrize(
    ("behind_proxy", "remote", "forwarded", "counted"),
    [
        (False, "192.0.2.1", None, "192.0.2.1"),
        (False, "192.0.2.1", "198.51.100.9", "192.0.2.1"),
        (True, "127.0.0.1", "198.51.100.9", "198.51.100.9"),
        (True, "127.0.0.1", "10.9.8.7, 198.51.100.9", "198.51.100.9"),
        (True, "192.0.2.1", None, "192.0.2.1"),
        (True, "", "nonsense\x00", "unknown"),
        (False, "", None, "unknown"),
        (False, "2001:db8:1:2:aaaa::1", None, "2001:db8:1:2::/64"),
        (False, "2001:db8:1:2:bbbb::2", None, "2001:db8:1:2::/64"),
        (False, "::ffff:192.0.2.1", None, "192.0.2.1"),
        (False, "fe80::1%eth0", None, "fe80::/64"),
    ],
)
def test_whom_a_request_counts_for(behind_proxy, remote, forwarded, counted, settings):
    settings.BEHIND_PROXY = behind_proxy
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    assert client_of(RequestFactory().get(ROOT, REMOTE_ADDR=remote, headers=headers)) == counted


def queries(client, address):
    cache.clear()
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def test_queries_do_not_grow_with_what_is_published(client, printed):
    before = {address: queries(client, address) for address in [*ADDRESSES, *CSV]}
    model = printed.frozen.get()
    for partnership in Partnership.objects.exclude(slug="kent"):
        for edition in Edition.objects.filter(agreement__partnership=partnership):
            copy_of(model, edition, 1, title=f"Report of {partnership}")
    for number in range(2, 8):
        copy_of(model, printed, number, title=f"Version {number}")
    assert len(client.get(f"{ROOT}partnerships").json()["items"]) > 1
    assert {address: queries(client, address) for address in [*ADDRESSES, *CSV]} == before


def copy_of(model, edition, number, **changes):
    frozen = deepcopy(model)
    frozen.pk, frozen.edition, frozen.number = None, edition, number
    frozen.content = json.loads(json.dumps(model.content)) | changes
    frozen.save(force_insert=True)


def test_other_pages_do_not_wait_for_the_interface_to_load():
    script = (
        "import django, sys; django.setup();"
        "from django.urls import get_resolver, reverse; reverse('open-data-api', args=['']);"
        "from reports.api import views;"
        "print([name for name in ('ninja', 'pydantic') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[]"
