"""Typed text survives an ended session and a stale token in real Chromium, with and without scripts."""

import json
import re

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.middleware.csrf import get_token
from django.urls import get_resolver, path, reverse
from playwright.sync_api import expect

from accounts.demonstration import PASSWORD
from tests.browser.conftest import PHONE, all_faults

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

LEAD = "lead.rs@kent.example"
TYPED = '\nTwelve weeks of work.\n\n<b>In bold</b> & "quoted", £5\n' + "A long line of the report. " * 20
SIGNED_OUT = "You have been signed out. Your text is not lost"
PAGE = """<!DOCTYPE html><html lang="en"><title>Notes</title><h1>Notes</h1><form method="post">
<input type="hidden" name="csrfmiddlewaretoken" value="{token}"><label>Text <textarea name="text"></textarea></label>
<label><input type="checkbox" name="agency" value="7" checked> Seven</label>
<label><input type="checkbox" name="agency" value="3" checked> Three</label>
<button name="deed" value="save">Save</button></form></html>"""


def notes(request):
    """A page that needs sign-in; what it saves is written on the page that follows."""
    if request.method == "GET":
        return HttpResponse(PAGE.format(token=get_token(request)))
    return HttpResponse(json.dumps(dict(request.POST.lists())), content_type="text/plain")


@pytest.fixture
def mounted(monkeypatch):
    resolver = get_resolver()
    monkeypatch.setattr(resolver, "url_patterns", [path("notes/", notes), *resolver.url_patterns])


def sign_in(page):
    page.locator("[name=login]").fill(LEAD)
    page.locator("[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("h1")).to_have_text("Your work")


def type_into_the_form(visitor):
    visitor.open("/notes/")
    visitor.page.get_by_label("Text").fill(TYPED)


def sign_in_in_another_tab(page, open_tab):
    with page.context.expect_page() as opened:
        open_tab()
    other = opened.value
    sign_in(other)
    other.close()


def end_the_session(visit, visitor):
    """Somebody ends it on the server; the browser of ``visitor`` knows nothing of it."""
    [cookie] = [one for one in visitor.page.context.cookies() if one["name"] == settings.SESSION_COOKIE_NAME]
    elsewhere = visit()
    elsewhere.page.context.add_cookies([cookie])
    elsewhere.open(reverse("home"))
    elsewhere.page.get_by_role("button", name="Sign out").click()
    expect(elsewhere.page.get_by_role("link", name="Sign in")).to_be_visible()


def check_page(visitor, heading):
    expect(visitor.page.locator("h1")).to_have_text(heading)
    expect(visitor.page.get_by_label("Text")).to_have_value(TYPED)
    assert all_faults(visitor) == "" if visitor.scripts else visitor.troubles == []


def send_again(page):
    page.get_by_role("button", name="Send it again").click()


def check_saved(page):
    saved = json.loads(page.locator("body").inner_text())
    saved.pop("csrfmiddlewaretoken")
    assert saved == {"text": [TYPED.replace("\n", "\r\n")], "agency": ["7", "3"], "deed": ["save"]}


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_the_session_ends_while_typing(scripts, visit, mounted):
    visitor = visit(scripts=scripts)
    page = visitor.page
    visitor.open(reverse("account_login"))
    sign_in(page)
    type_into_the_form(visitor)
    end_the_session(visit, visitor)
    page.get_by_role("button", name="Save").click()
    check_page(visitor, SIGNED_OUT)
    sign_in_in_another_tab(page, page.get_by_role("link", name=re.compile("^Sign in .opens in a new tab")).click)
    send_again(page)
    check_page(visitor, "Your form was not sent")
    expect(page.get_by_text(f"You are signed in as {LEAD}")).to_be_visible()
    send_again(page)
    check_saved(page)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_somebody_signs_in_again_in_another_tab(scripts, visit, mounted):
    visitor = visit(scripts=scripts)
    page = visitor.page
    visitor.open(reverse("account_login"))
    sign_in(page)
    type_into_the_form(visitor)
    other = page.context.new_page()
    other.goto(reverse("home"))
    other.get_by_role("button", name="Sign out").click()
    other.get_by_role("link", name="Sign in").click()
    sign_in(other)
    page.get_by_role("button", name="Save").click()
    check_page(visitor, "Your form was not sent")
    send_again(page)
    check_saved(page)


def test_sent_too_soon_the_text_stays(visit, mounted):
    """Whoever sends it again without signing in gets the same page, on a phone too."""
    visitor = visit()
    page = visitor.page
    page.set_viewport_size(PHONE)
    visitor.open(reverse("account_login"))
    sign_in(page)
    type_into_the_form(visitor)
    end_the_session(visit, visitor)
    page.get_by_role("button", name="Save").click()
    send_again(page)
    check_page(visitor, SIGNED_OUT)


# A form on another host, which sends itself as a person would press its button.
ATTACK = """<!DOCTYPE html><html lang="en"><title>Win</title><form method="post" action="{url}/notes/">
<input name="text" value="Words of the attacker"><button>Win</button></form></html>"""


def test_a_form_of_another_site_cannot_be_sent_again(visit, mounted, live):
    visitor = visit(LEAD)
    page = visitor.page
    page.route(
        "http://attacker.example/",
        lambda route: route.fulfill(content_type="text/html", body=ATTACK.format(url=live.url)),
    )
    page.goto("http://attacker.example/")
    page.get_by_role("button", name="Win").click()
    expect(page.locator("h1")).to_have_text("Your form was not sent")
    expect(page.get_by_role("button", name="Send it again")).to_have_count(0)
