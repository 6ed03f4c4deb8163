"""What a person typed comes back: signed out, a stale token, a database in trouble, too much text."""

import json
import sqlite3
from contextlib import closing, contextmanager, suppress
from html.parser import HTMLParser

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import OperationalError, connection
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import get_resolver, path

from accounts import kept_text
from accounts.demonstration import PASSWORD
from accounts.middleware import public
from accounts.models import Membership, Partnership, Role, User
from actions.models import ProgressUpdate

HERE = "http://testserver"
OFFICER = "officer@kent.example"
TYPED = '\nFirst line.\r\n\r\n<b>"Quoted" & bold</b> ½ £5 </textarea>' + "long " * 30
FORM = {
    "what_happened": TYPED,
    "agencies": ["7", "3", "7"],
    "a<b>": "odd",
    "reason": "",
    "_save": "Save",
}
JSON = {"Accept": "application/json"}
ONE_FILE = 'Content-Disposition: form-data; name="plan"; filename="plan.txt"\r\n\r\nsecret of the file'


class FormReader(HTMLParser):
    """The forms of a page, [(attributes, [(name, value), …])], and its text areas and read-only inputs by label."""

    def __init__(self, response):
        super().__init__()
        self.forms, self.shown, self._label, self._inside = [], [], None, None
        self.feed(response.content.decode())

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "form":
            self.forms.append((attributes, []))
        elif tag == "input" and attributes.get("type") == "hidden":
            self.forms[-1][1].append((attributes["name"], attributes["value"]))
        elif tag == "input":
            self.shown.append((self._label, attributes["value"]))
        elif tag in ("label", "textarea"):
            self._inside = tag
            if tag == "textarea":
                self.shown.append((self._label, ""))

    def handle_endtag(self, tag):
        if tag == self._inside:
            self._inside = None

    def handle_data(self, data):
        if self._inside == "label":
            self._label = data
        elif self._inside == "textarea":
            self.shown[-1] = (self._label, self.shown[-1][1] + data)


def notes(request):
    """A view that needs sign-in, with a form, and saves: the tests' stand-in for every form of the service."""
    if request.method == "POST":
        Partnership.objects.filter(slug="kent").update(name="Saved")
    return HttpResponse(json.dumps([list(pair) for pair in request.POST.lists() if pair[0] != "csrfmiddlewaretoken"]))


def killed(request):
    """The server ends this view's connection before it writes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]
    with connection._nodb_cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    if "unnoticed" in request.GET:  # and the first to ask goes on without an answer
        with suppress(OperationalError):
            Partnership.objects.count()
    return notes(request)


@pytest.fixture(autouse=True)
def mounted(monkeypatch):
    resolver = get_resolver()
    mine = [path("notes/", notes), path("killed/", killed), path("open/", public(lambda request: notes(request)))]
    monkeypatch.setattr(resolver, "url_patterns", [*mine, *resolver.url_patterns])


def browser():
    """A client that is treated like a browser: tokens are asked for, errors become pages."""
    return Client(enforce_csrf_checks=True, raise_request_exception=False)


def sign_in(client):
    client.get("/accounts/login/")
    data = {"login": OFFICER, "password": PASSWORD, "csrfmiddlewaretoken": client.cookies["csrf"].value}
    assert client.post("/accounts/login/", data).status_code == 302


def send(client, address="/notes/", data=FORM, origin=HERE, **more):
    token = client.cookies["csrf"].value if "csrf" in client.cookies else ""
    headers = {"Origin": origin} if origin else {}
    return client.post(
        address, {"csrfmiddlewaretoken": token, **data}, headers=headers | more.pop("headers", {}), **more
    )


def send_again(client, response):
    """Press the only button of the page."""
    [(form, hidden)] = FormReader(response).forms
    data = {}
    for name, value in hidden:
        data.setdefault(name, []).append(value)
    return client.post(form["action"], data, headers={"Origin": HERE})


def received(data):
    return [[name, values if isinstance(values, list) else [values]] for name, values in data.items()]


@pytest.mark.django_db
class TestSignedOut:
    def test_the_whole_way(self):
        client = browser()
        sign_in(client)
        Session.objects.all().delete()
        refused = send(client, "/notes/?page=2&x=<y>")
        page = refused.content.decode()
        assert refused.status_code == 401
        assert "You have been signed out. Your text is not lost" in page
        assert 'target="_blank"' in page
        [(form, hidden)] = FormReader(refused).forms
        assert (form["method"], form["action"]) == ("post", "/notes/?page=2&x=%3Cy%3E")
        assert [name for name, _ in hidden] == [
            "csrfmiddlewaretoken",
            "what_happened",
            *["agencies"] * 3,
            "a<b>",
            "reason",
            "_save",
        ]
        assert TYPED in FormReader(refused).shown[0][1]
        sign_in(client)
        stale = send_again(client, refused)
        assert stale.status_code == 403
        assert f"You are signed in as <strong>{OFFICER}</strong>" in stale.content.decode()
        saved = send_again(client, stale)
        assert saved.status_code == 200
        assert json.loads(saved.content) == received(FORM)

    def test_what_is_shown(self):
        shown = FormReader(send(browser_with_token())).shown
        assert [label for label, _ in shown] == ["What happened", "Agencies", "Agencies", "Agencies", "A b", "Save"]
        assert [value for _, value in shown[1:4]] == ["7", "3", "7"]

    def test_nobody_is_signed_in_who_was_not(self):
        before = Partnership.objects.get(slug="kent").name
        assert send(browser_with_token()).status_code == 401
        assert Partnership.objects.get(slug="kent").name == before

    def test_a_page_to_read_still_leads_to_the_sign_in(self):
        assert browser().get("/notes/").url == "/accounts/login/?next=/notes/"

    @pytest.mark.parametrize("method", ["get", "post", "put"])
    def test_a_script_gets_json(self, method):
        response = getattr(Client(), method)("/notes/", headers=JSON)
        assert (response.status_code, response.json()) == (401, {"error": "signed_out"})

    def test_files_are_named_and_not_kept(self):
        response = Client().generic(
            "POST",
            "/notes/",
            f'--x\r\n{ONE_FILE}\r\n--x\r\nContent-Disposition: form-data; name="text"\r\n\r\nWords\r\n--x--',
            content_type="multipart/form-data; boundary=x",
            headers={"Origin": HERE},
        )
        page = response.content.decode()
        assert "plan.txt" in page
        assert "secret of the file" not in page
        [(form, hidden)] = FormReader(response).forms
        assert form["enctype"] == "multipart/form-data"
        assert [name for name, _ in hidden] == ["csrfmiddlewaretoken", "text"]

    @pytest.mark.parametrize("data", [{}, {"csrfmiddlewaretoken": "x"}])
    def test_nothing_typed_is_nothing_to_send(self, data):
        response = Client().post("/notes/", data, headers={"Origin": HERE})
        assert FormReader(response).forms == []
        assert "not lost" not in response.content.decode()


def browser_with_token():
    client = browser()
    client.get("/accounts/login/")
    return client


# What the browser says about the page that sent the form, and whether that is a page of this site.
SENDERS = [
    ({"Origin": HERE}, True),
    ({"Referer": f"{HERE}/notes/"}, True),
    ({}, False),
    ({"Origin": "https://attacker.example"}, False),
    ({"Origin": "null"}, False),
    ({"Origin": ""}, False),
    ({"Origin": "http://["}, False),
    ({"Origin": "https://testserver"}, False),
    ({"Origin": f"{HERE}:8000"}, False),
    ({"Origin": f"{HERE}.attacker.example"}, False),
    ({"Origin": "https://attacker.example", "Referer": f"{HERE}/notes/"}, False),
    ({"Referer": f"https://attacker.example/{HERE}"}, False),
    ({"Referer": "/notes/"}, False),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("headers", "ours"), SENDERS)
@pytest.mark.parametrize("checks", [False, True], ids=["signed out", "stale token"])
class TestAnotherSite:
    def test_only_our_own_form_can_be_sent_again(self, checks, headers, ours):
        response = Client(enforce_csrf_checks=checks).post("/notes/", FORM, headers=headers)
        assert response.status_code == (403 if checks else 401)
        assert len(FormReader(response).forms) == ours
        assert "First line." in FormReader(response).shown[0][1]

    def test_without_the_check_it_could(self, checks, headers, ours, monkeypatch):
        """The control: the form above is missing because of the check, and of nothing else."""
        monkeypatch.setattr(kept_text, "from_this_site", lambda request: True)
        response = Client(enforce_csrf_checks=checks).post("/notes/", FORM, headers=headers)
        assert len(FormReader(response).forms) == 1


@pytest.mark.parametrize("ours", [True, False])
def test_a_trusted_origin_is_ours(ours, settings):
    settings.CSRF_TRUSTED_ORIGINS = ["https://csa.example"] if ours else []
    request = RequestFactory().post("/notes/", headers={"Origin": "https://csa.example"})
    assert kept_text.from_this_site(request) is ours


@pytest.mark.django_db
class TestStaleToken:
    def test_the_text_goes_out_again_with_a_new_token(self):
        client = browser()
        sign_in(client)
        refused = send(client, data=FORM | {"csrfmiddlewaretoken": "x" * 32})
        assert refused.status_code == 403
        assert json.loads(send_again(client, refused).content) == received(FORM)

    def test_a_script_gets_json(self):
        response = browser().post("/notes/", FORM, headers=JSON)
        assert (response.status_code, response.json()) == (403, {"error": "stale_token"})

    def test_a_password_is_never_shown_and_never_sent_again(self):
        data = {"login": OFFICER, "password": "my-secret", "New_Password2": "my-secret", "next": "/kent/"}
        response = browser_with_token().post("/accounts/login/", data, headers={"Origin": HERE})
        page = response.content.decode()
        assert response.status_code == 403
        assert "my-secret" not in page
        assert OFFICER not in page
        assert FormReader(response).forms == []

    def test_the_sign_in_works_after_it(self):
        client = browser_with_token()
        client.post("/accounts/login/", {"login": OFFICER, "password": PASSWORD}, headers={"Origin": HERE})
        sign_in(client)


@contextmanager
def other_connection(statements):
    """Somebody else, who holds what ``statements`` lock."""
    if connection.vendor == "sqlite":
        with closing(sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)) as other:
            for statement in statements:
                other.execute(statement)
            yield
    else:
        other = connection.copy("other")
        try:
            with other.cursor() as cursor:
                for statement in statements:
                    cursor.execute(statement)
            yield
        finally:
            other.close()


LOCKS = {
    ("sqlite", "read"): ["BEGIN EXCLUSIVE"],
    ("sqlite", "write"): ["BEGIN IMMEDIATE"],
    ("postgresql", "read"): ["BEGIN", "LOCK TABLE django_session IN ACCESS EXCLUSIVE MODE"],
    ("postgresql", "write"): ["BEGIN", "LOCK TABLE accounts_partnership IN SHARE MODE"],
}


@contextmanager
def broken(way, monkeypatch):
    """The database of a test's own, really broken: it cannot be read, cannot be written, cannot be reached."""
    patient = {"timeout": 0.1} if connection.vendor == "sqlite" else {"options": "-c lock_timeout=100ms"}
    connection.close()
    monkeypatch.setitem(connection.settings_dict, "OPTIONS", connection.settings_dict["OPTIONS"] | patient)
    if way != "reach":
        with other_connection(LOCKS[connection.vendor, way]):
            yield
        return
    with monkeypatch.context() as gone:
        if connection.vendor == "sqlite":
            gone.setitem(connection.settings_dict, "NAME", "/nowhere/at/all.sqlite3")
        else:
            gone.setitem(connection.settings_dict, "PORT", "1")
        yield
    connection.close()


@pytest.mark.parametrize("way", ["read", "write", "reach"])
class TestDatabaseInTrouble:
    def test_the_text_comes_back_and_is_saved_later(self, way, scratch, monkeypatch):
        client = browser()
        sign_in(client)
        with broken(way, monkeypatch):
            refused = send(client)
        page = refused.content.decode()
        assert refused.status_code == 503
        assert "The service could not save just now" in page
        assert TYPED in FormReader(refused).shown[0][1]
        assert Partnership.objects.get(slug="kent").name != "Saved"
        saved = send_again(client, refused)
        assert (saved.status_code, json.loads(saved.content)) == (200, received(FORM))
        assert Partnership.objects.get(slug="kent").name == "Saved"

    def test_a_script_gets_json(self, way, scratch, monkeypatch):
        client = browser()
        sign_in(client)
        with broken(way, monkeypatch):
            response = send(client, headers=JSON)
        assert (response.status_code, response.json()) == (503, {"error": "unavailable"})

    def test_another_sites_form_cannot_be_sent_again(self, way, scratch, monkeypatch):
        client = Client(raise_request_exception=False)
        client.force_login(User.objects.get(email=OFFICER))
        with broken(way, monkeypatch):
            response = client.post("/notes/", FORM, headers={"Origin": "https://attacker.example"})
        assert response.status_code == 503
        assert FormReader(response).forms == []


@pytest.mark.parametrize("way", ["read", "reach"])
@pytest.mark.parametrize("address", ["/notes/", "/kent/", "/accounts/session/", "/admin/"])
def test_a_page_to_read_says_so_too(way, address, scratch, monkeypatch):
    client = browser()
    sign_in(client)
    with broken(way, monkeypatch):
        response = client.get(address)
    assert response.status_code == 503
    assert "The service is not available just now" in response.content.decode()
    assert client.get(address).status_code == 200


@pytest.mark.parametrize("address", ["/killed/", "/killed/?unnoticed"])
def test_a_connection_that_ends_midway(address, scratch):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no server that ends connections")
    client = browser()
    sign_in(client)
    refused = send(client, address)
    assert refused.status_code == 503
    assert TYPED in FormReader(refused).shown[0][1]


@pytest.mark.django_db
def test_a_mistake_in_the_code_stays_a_mistake(monkeypatch):
    """The control: not every error is the database's."""
    monkeypatch.setattr("accounts.models.Partnership.objects", None)
    client = Client(raise_request_exception=False)
    client.force_login(User.objects.get(email=OFFICER))
    response = client.post("/notes/", FORM, headers={"Origin": HERE})
    assert response.status_code == 500
    assert "This is a fault of the service" in response.content.decode()
    assert "Send it again" not in response.content.decode()
    nothing_typed = client.post("/notes/", headers={"Origin": HERE})
    assert "There is a problem with the service" in nothing_typed.content.decode()


@pytest.mark.django_db
class TestSessionStatus:
    ADDRESS = "/accounts/session/"

    def test_signed_in(self, django_assert_num_queries):
        client = browser()
        sign_in(client)
        with django_assert_num_queries(2) as queries:
            response = client.get(self.ADDRESS)
        assert all(query["sql"].startswith("SELECT") for query in queries.captured_queries)
        answer = response.json()
        assert answer | {"token": ""} == {"signed_in": True, "email": OFFICER, "token": ""}
        assert "no-store" in response["Cache-Control"]
        assert settings.SESSION_COOKIE_NAME not in response.cookies
        assert "Access-Control-Allow-Origin" not in response
        with_token = client.post("/notes/", {}, headers={"X-CSRFToken": answer["token"]})
        assert with_token.status_code == 200, "the token lets a script go on"
        assert client.post("/notes/", {}, headers={"X-CSRFToken": "x" * 64}).status_code == 403

    def test_signed_out(self, django_assert_num_queries):
        with django_assert_num_queries(0):
            response = browser().get(self.ADDRESS)
        assert response.json() == {"signed_in": False, "email": "", "token": ""}

    def test_expired(self):
        client = browser()
        sign_in(client)
        Session.objects.all().delete()
        assert client.get(self.ADDRESS).json() == {"signed_in": False, "email": "", "token": ""}


@pytest.mark.django_db
class TestTooMuch:
    @pytest.mark.parametrize(
        "data",
        [{"text": "x" * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)}, {f"field{n}": "" for n in range(1001)}],
        ids=["bytes", "fields"],
    )
    def test_a_page_says_what_to_do(self, data):
        client = browser()
        sign_in(client)
        response = send(client, data=data)
        page = response.content.decode()
        assert response.status_code == 400
        assert "This is too large to send" in page
        assert "2.5\xa0MB" in page
        response = send(client, data=data, headers=JSON)
        assert (response.status_code, response.json()) == (400, {"error": "too_large"})

    def test_just_enough_is_accepted(self):
        """The control."""
        client = browser()
        sign_in(client)
        assert send(client, data={"text": "x" * 2_000_000}).status_code == 200

    def test_another_bad_request_keeps_its_page(self):
        broken_form = Client(raise_request_exception=False).generic(
            "POST", "/open/", "x", content_type="multipart/form-data; boundary=", headers={"Origin": HERE}
        )
        assert broken_form.status_code == 400
        assert "This request did not work" in broken_form.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "data"),
    [
        ("/accounts/login/", {"login": "a\0@x.example", "password": "p\0"}),
        ("/accounts/password/reset/", {"email": "a\0@x.example"}),
        ("/admin/accounts/agency/add/", {"name": "a\0b", "partnership": "1\0"}),
    ],
)
def test_a_nul_character_is_an_error_of_the_field(address, data, member):
    client = Client(raise_request_exception=False)
    if address.startswith("/admin/"):
        client.force_login(member("officer"))
    response = client.post(address, data)
    assert response.status_code == 200
    assert "Null characters are not allowed." in response.content.decode()


@pytest.mark.django_db
def test_a_nul_character_comes_back_without_harm():
    response = browser().post("/notes/", {"text": "be\0fore"}, headers={"Origin": HERE})
    assert response.status_code == 403


@pytest.mark.django_db
def test_words_outlive_the_role_of_their_writer(client, member, kent):
    """The role is taken away while the page is open: 404 where nothing may be read, 403 where it may, never lost."""
    lead = member("lead.rs")
    client.force_login(lead)
    update = ProgressUpdate.objects.led_by(lead).exclude(state="accepted")[0]
    form = {"text": "Typed for an hour.", "version": update.version}
    for role, status in ((Role.VIEWER, 404), (Role.OFFICER, 403)):
        Membership.objects.filter(user=lead, partnership=kent).update(role=role)
        response = client.post(update.write_url, form, headers={"Origin": "http://testserver"})
        assert response.status_code == status
        assert "Typed for an hour." in response.content.decode()
        assert "Send it again" not in response.content.decode()
    assert client.post(update.write_url, {}).content != response.content


@pytest.mark.django_db
def test_words_outlive_a_fault_of_the_service(client, member, monkeypatch):
    def fails(*args, **kwargs):
        raise ZeroDivisionError

    lead = member("lead.rs")
    client.force_login(lead)
    client.raise_request_exception = False
    update = ProgressUpdate.objects.led_by(lead).exclude(state="accepted")[0]
    monkeypatch.setattr("actions.workflow.save", fails)
    form = {
        "text": "Typed for an hour.",
        "version": update.version,
        "key": "0" * 32,
        "as_at_2": "2026",
        "as_at_1": "11",
    }
    response = client.post(update.write_url, form)
    assert (response.status_code, "Typed for an hour." in response.content.decode()) == (500, True)
