"""A lead's whole way: from the sign-in to an update submitted, and to a returned one submitted again."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from accounts.demonstration import PASSWORD
from actions.models import ProgressUpdate
from tests.browser.conftest import all_faults
from tests.browser.test_autosave import put_back
from tests.browser.test_journeys import follow, heading, tab_to

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

LEAD = "lead.vawg@kent.example"
MARKDOWN = "**Key points**\n\n- first\n- second"
MORE = "A new provider begins in January."
REASON = "One school has closed."


@pytest.fixture
def asked(live, db):
    """Two updates of the lead: one that nobody has begun, and one that was returned; put back afterwards."""
    called = ProgressUpdate.objects.with_places().filter(
        action__priority__agreement__year=2026, round__position=2, action__priority__code="VAWG"
    )
    found = [called.get(state=state) for state in ("not started", "returned")]
    yield found
    for update in found:
        put_back(update)


def check(visitor):
    if visitor.scripts:
        assert all_faults(visitor) == ""
    assert visitor.troubles == []


def press(visitor, name):
    with visitor.page.expect_navigation():
        visitor.page.get_by_role("button", name=name, exact=True).last.click()
    visitor.settle()


def go(visitor, name):
    with visitor.page.expect_navigation():
        visitor.page.get_by_role("link", name=name).first.click()
    visitor.settle()


def work_of(page, update):
    return page.get_by_role("listitem").filter(has_text=update.action.title)


def check_your_work(visitor, ready):
    expect(heading(visitor.page)).to_have_text("Your work")
    expect(visitor.page.locator("main")).to_contain_text(f"{ready} of 3 ready.")
    check(visitor)


def sign_in(visitor):
    visitor.open(reverse("account_login"))
    check(visitor)
    visitor.page.get_by_label(re.compile("^E-?mail")).fill(LEAD)
    visitor.page.get_by_label("Password", exact=True).fill(PASSWORD)
    press(visitor, "Sign in")


def write(visitor):
    page = visitor.page
    if not visitor.scripts:
        page.get_by_role("textbox", name="What has happened").fill(MARKDOWN)
        return
    text = page.get_by_role("textbox", name="What has happened")
    page.get_by_role("button", name="Bold").click()
    expect(text).to_be_focused()
    type_points(page)


def type_points(page):
    """In the editor, with bold switched on."""
    keys = page.keyboard
    keys.type("Key points")
    keys.press("Control+b")
    keys.press("Enter")
    keys.type("- first")
    keys.press("Enter")
    keys.type("second")


def rate(visitor):
    page = visitor.page
    reason = page.get_by_label("Why is it amber?")
    if visitor.scripts:
        expect(reason).to_be_hidden()
    page.get_by_label("Amber: some concern").check()
    reason.fill(REASON)
    if visitor.scripts:
        expect(page.get_by_label("Why is it red?")).to_be_hidden()


def add_event(page):
    page.locator("#events summary").click()
    page.get_by_label("Event", exact=True).fill("Open day")
    date = page.get_by_role("group", name="Date of the event")
    for label, value in (("Day", "14"), ("Month", "11"), ("Year", "2026")):
        date.get_by_label(label).fill(value)
    page.get_by_label("How many came").fill("40")


def check_answers(visitor):
    page = visitor.page
    expect(heading(page)).to_have_text("Check your update")
    report = page.get_by_role("region", name="How it will stand in the report")
    expect(report.locator("strong")).to_have_text("Key points")
    expect(report.get_by_role("listitem")).to_have_text(
        ["first", "second", "Event: Open day, 14 November 2026, attendance: 40."]
    )
    expect(page.locator("main")).to_contain_text("Amber: some concern")
    expect(page.locator("main")).to_contain_text(REASON)
    check(visitor)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_from_the_sign_in_to_two_submitted_updates(scripts, visit, asked):
    begun, returned = asked
    visitor = visit(scripts=scripts)
    page = visitor.page
    sign_in(visitor)
    check_your_work(visitor, ready=1)
    go(visitor, f"Write {begun.action.reference}")
    expect(heading(page)).to_have_text(begun.action.title)
    check(visitor)
    write(visitor)
    rate(visitor)
    add_event(page)
    check(visitor)
    press(visitor, "Save draft")
    expect(page.locator(".govuk-notification-banner")).to_contain_text("Saved at 12:00")
    check(visitor)
    press(visitor, "Save and check")
    check_answers(visitor)
    press(visitor, "Submit to the Working Group")
    expect(heading(page)).to_have_text(f"{begun.action.reference} is submitted")
    check(visitor)

    go(visitor, f"{returned.action.reference} ")
    expect(heading(page)).to_have_text(returned.action.title)
    expect(page.locator("main")).to_contain_text("Sent back by Working Group member on 18 November 2026")
    check(visitor)
    text = page.get_by_role("textbox", name="What has happened")
    if scripts:
        text.press("Control+End")
        page.keyboard.type(f" {MORE}")
    else:
        text.fill(f"{text.input_value()} {MORE}")
    press(visitor, "Save and check")
    expect(page.get_by_role("region", name="How it will stand")).to_contain_text(MORE)
    press(visitor, "Submit to the Working Group")
    expect(heading(page)).to_have_text(f"{returned.action.reference} is submitted")
    visitor.open(reverse("home"))
    check_your_work(visitor, ready=3)
    for update in asked:
        expect(work_of(page, update).get_by_text("Submitted", exact=True)).to_be_visible()


def test_what_was_sent_back_says_why_on_your_work(visit, asked):
    visitor = visit(LEAD)
    visitor.open(reverse("home"))
    expect(work_of(visitor.page, asked[1])).to_contain_text("Sent back by Working Group member on 18 November 2026")


def test_what_is_missing_is_said_and_nothing_is_submitted(visit, asked):
    visitor = visit(LEAD)
    page = visitor.page
    visitor.open(asked[0].write_url)
    press(visitor, "Save and check")
    expect(page.locator(".govuk-error-summary")).to_contain_text("Choose a BRAG rating.")
    expect(page.get_by_role("button", name="Submit to the Working Group")).to_have_count(0)
    check(visitor)


def test_the_whole_way_with_the_keyboard_alone(visit, asked):
    begun = asked[0]
    visitor = visit()
    page, keys = visitor.page, visitor.page.keyboard
    visitor.open(reverse("home"))
    follow(visitor, "^Sign in$")
    tab_to(page, "^E-?mail")
    keys.type(LEAD)
    tab_to(page, "^Password")
    keys.type(PASSWORD)
    with page.expect_navigation():
        keys.press("Enter")
    visitor.settle()
    follow(visitor, f"^Write {begun.action.reference}$")
    expect(heading(page)).to_have_text(begun.action.title)
    expect(page.get_by_role("toolbar")).to_be_visible()
    tab_to(page, "^Bold$")
    keys.press("Space")
    expect(page.get_by_role("textbox", name="What has happened")).to_be_focused()
    type_points(page)
    tab_to(page, "^Blue: complete$")
    keys.press("ArrowDown")
    keys.press("ArrowDown")
    tab_to(page, "^Why is it amber")
    keys.type(REASON)
    tab_to(page, "^Events$")
    keys.press("Enter")
    tab_to(page, "^Event$")
    keys.type("Open day")
    for part, value in (("Day", "14"), ("Month", "11"), ("Year", "2026")):
        tab_to(page, f"^{part}$")
        keys.type(value)
    tab_to(page, "^How many came$")
    keys.type("40")
    follow(visitor, "^Save and check$")
    check_answers(visitor)
    follow(visitor, "^Submit to the Working Group$")
    expect(heading(page)).to_have_text(f"{begun.action.reference} is submitted")
    follow(visitor, "^Home$")
    check_your_work(visitor, ready=2)
