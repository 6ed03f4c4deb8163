"""Headers on every response, deny by default, and no open sign-up."""

import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.core import mail
from django.http import HttpResponse
from django.test import Client, override_settings
from django.urls import get_resolver, path

from accounts.demonstration import PASSWORD
from accounts.models import User

CSP = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
}
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
ADDRESSES = [
    "/",
    "/accounts/login/",
    "/accessibility/",
    "/kent/",
    "/kent/2022-23/reports/annual-summary/",
    "/kent/2022-23/reports/annual-summary.pdf",
    "/kent/2022-23/reports/annual-summary.json",
    "/kent/2022-23/reports/annual-summary.docx",
    "/nowhere/at/all/",
    "/admin/",
]


def check(response):
    policy = dict(part.strip().split(" ", 1) for part in response["Content-Security-Policy"].split(";"))
    assert policy == CSP
    assert {name: response[name] for name in HEADERS} == HEADERS
    assert {part.strip() for part in response["Cache-Control"].split(",")} >= {"no-store", "private"}


@pytest.mark.django_db
@pytest.mark.parametrize("address", ADDRESSES)
def test_headers_on_every_response(address, member):
    check(Client().get(address))
    client = Client()
    client.force_login(member("officer"))
    check(client.get(address))


def boom(request):
    raise RuntimeError("secret of the inside")


@pytest.mark.django_db
def test_an_error_has_the_headers_and_tells_nothing(monkeypatch, member):
    resolver = get_resolver()
    monkeypatch.setattr(resolver, "url_patterns", [path("boom/", boom), *resolver.url_patterns])
    client = Client(raise_request_exception=False)
    client.force_login(member("officer"))
    response = client.get("/boom/")
    assert response.status_code == 500
    check(response)
    assert "secret" not in response.content.decode()


@pytest.mark.django_db
def test_headers_test_can_fail(monkeypatch):
    """The control: without the middleware the check fails."""
    without = [one for one in settings.MIDDLEWARE if "csp" not in one and "SecurityHeaders" not in one]
    with override_settings(MIDDLEWARE=without), pytest.raises((AssertionError, KeyError)):
        check(Client().get("/"))


@pytest.mark.django_db
def test_a_view_without_a_mark_needs_sign_in(monkeypatch):
    resolver = get_resolver()
    forgotten = path("forgotten/", lambda request: HttpResponse("everything"))
    monkeypatch.setattr(resolver, "url_patterns", [forgotten, *resolver.url_patterns])
    response = Client().get("/forgotten/")
    assert (response.status_code, response.url) == (302, "/accounts/login/?next=/forgotten/")


@pytest.mark.django_db
def test_nobody_signs_up(client):
    response = client.post("/accounts/signup/", {"email": "new@x.test", "password1": PASSWORD, "password2": PASSWORD})
    assert response.status_code == 200
    assert not User.objects.filter(email="new@x.test").exists()


@pytest.mark.django_db
def test_sign_in_by_email_in_any_case(client):
    response = client.post("/accounts/login/", {"login": "Officer@Kent.example", "password": PASSWORD})
    assert response.status_code == 302
    assert "Community Safety Team officer" in client.get("/").content.decode()


@pytest.mark.django_db
def test_guessing_is_stopped(client):
    answers = [
        client.post("/accounts/login/", {"login": "officer@kent.example", "password": f"wrong-{n}"}).content.decode()
        for n in range(12)
    ]
    assert "Too many failed login attempts" in answers[-1]
    right = client.post("/accounts/login/", {"login": "officer@kent.example", "password": PASSWORD})
    assert right.status_code == 200, "even the right password waits"


@pytest.mark.django_db
def test_a_reset_mail_tells_nobody_who_has_an_account(client):
    known = client.post("/accounts/password/reset/", {"email": "officer@kent.example"})
    unknown = client.post("/accounts/password/reset/", {"email": "nobody@kent.example"})
    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)
    assert {message.to[0] for message in mail.outbox} <= {"officer@kent.example", "nobody@kent.example"}


@pytest.mark.django_db
def test_a_form_with_an_old_token_gives_the_text_back():
    client = Client(enforce_csrf_checks=True)
    typed = "Twelve weeks of work <b>here</b>"
    response = client.post("/accounts/login/", {"text": typed, "password": "my-password", "csrfmiddlewaretoken": "old"})
    page = response.content.decode()
    assert response.status_code == 403
    assert "Twelve weeks of work &lt;b&gt;here&lt;/b&gt;" in page
    assert "my-password" not in page


@pytest.mark.django_db
def test_an_inactive_person_is_out_at_once(client, member):
    client.force_login(member("officer"))
    assert client.get("/kent/").status_code == 200
    User.objects.filter(email="officer@kent.example").update(is_active=False)
    assert client.get("/kent/").status_code == 302


@pytest.mark.parametrize(("behind_proxy", "counted"), [("false", "10.0.0.9"), ("true", "203.0.113.5")])
def test_sign_in_limits_count_the_visitor_and_not_the_proxy(behind_proxy, counted):
    """The proxy writes the last address of X-Forwarded-For; the others a visitor may have made up."""
    asked = (
        "import django; django.setup()\n"
        "from allauth.account.adapter import get_adapter\n"
        "from django.test import RequestFactory\n"
        "said = {'REMOTE_ADDR': '10.0.0.9', 'HTTP_X_FORWARDED_FOR': '198.51.100.7, 203.0.113.5'}\n"
        "print(get_adapter().get_client_ip(RequestFactory().get('/', **said)))"
    )
    environment = os.environ | {"BEHIND_PROXY": behind_proxy, "DJANGO_SETTINGS_MODULE": "csa.settings"}
    answer = subprocess.run(
        [sys.executable, "-c", asked],
        env=environment,
        cwd=settings.BASE_DIR,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    assert answer.stdout.strip() == counted
