"""A member of the Working Group reviews: from the sign-in to one update accepted and one returned."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections
from django.urls import reverse
from playwright.sync_api import expect

from accounts.demonstration import PASSWORD
from accounts.models import Letter
from actions.models import ProgressUpdate
from priorities.years import FinancialYear
from tests.browser.conftest import all_faults
from tests.browser.test_journeys import follow, heading, tab_to

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

REVIEWER = "reviewer@kent.example"
YEAR = ["kent", FinancialYear(2026)]
DASHBOARD, QUEUE = reverse("review-dashboard", args=YEAR), reverse("review-queue", args=YEAR)
NOTE = "Name the provider, please."


@pytest.fixture
def waiting(live, db):
    """The submitted updates in the order of the queue; submitted again afterwards, where the server has committed."""
    submitted = ProgressUpdate.objects.filter(round__agreement__partnership__slug="kent", state="submitted")
    found = list(submitted.with_places().order_by("action__priority__position", "action__position"))
    yield found
    if connection.vendor != "sqlite":
        with ThreadPoolExecutor(1) as thread:
            thread.submit(_put_back, [update.pk for update in found]).result()


def _put_back(numbers):
    ProgressUpdate.objects.filter(pk__in=numbers).update(state="submitted", accepted_at=None, accepted_by=None)
    Letter.objects.filter(kind="update-returned").delete()
    connections.close_all()


def total(page):
    """The last row of the dashboard: accepted, not started, draft, returned, submitted."""
    texts = page.locator("tfoot td").all_inner_texts()
    return [int(text.split()[0]) for text in texts[:5]]


def check(visitor):
    if visitor.scripts:
        assert all_faults(visitor) == ""
    assert visitor.troubles == []


def press(visitor, name):
    with visitor.page.expect_navigation():
        visitor.page.get_by_role("button", name=name).click()
    visitor.settle()


def sign_in(visitor):
    page = visitor.page
    visitor.open(reverse("account_login") + f"?next={DASHBOARD}")
    page.get_by_label(re.compile("^E-?mail")).fill(REVIEWER)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    press(visitor, "Sign in")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_from_the_dashboard_to_accepted_and_returned(scripts, visit, waiting):
    visitor = visit(scripts=scripts)
    page = visitor.page
    sign_in(visitor)
    expect(heading(page)).to_have_text("Review: Second round")
    before = total(page)
    check(visitor)
    page.get_by_role("link", name="Review what was submitted").click()
    expect(heading(page)).to_have_text("What waits for review")
    check(visitor)
    page.get_by_role("link", name=waiting[0].action.reference).click()
    expect(heading(page)).to_have_text(waiting[0].action.title)
    check(visitor)
    press(visitor, "Accept")
    expect(heading(page)).to_have_text(waiting[1].action.title)
    expect(page.locator("main")).to_contain_text(f"{waiting[0].action.reference} accepted.")
    press(visitor, "Return with this note")
    expect(page.locator(".govuk-error-summary")).to_contain_text("Say what the lead should change.")
    check(visitor)
    page.get_by_label("What should the lead change?").fill(NOTE)
    press(visitor, "Return with this note")
    expect(heading(page)).to_have_text(waiting[2].action.title)
    visitor.open(DASHBOARD)
    accepted, not_started, draft, returned, submitted = before
    assert total(page) == [accepted + 1, not_started, draft, returned + 1, submitted - 2]
    check(visitor)


def test_with_the_keyboard_alone(visit, waiting):
    visitor = visit()
    page = visitor.page
    visitor.open(reverse("account_login") + f"?next={DASHBOARD}")
    tab_to(page, "^E-?mail")
    page.keyboard.type(REVIEWER)
    tab_to(page, "^Password")
    page.keyboard.type(PASSWORD)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    visitor.settle()
    before = total(page)
    follow(visitor, "^Review what was submitted$")
    follow(visitor, f"^{waiting[0].action.reference} ")
    tab_to(page, "^Read it plain$")
    page.keyboard.press("Enter")
    expect(page.locator("details[open]")).to_have_count(1)
    follow(visitor, "^Skip to the next")
    expect(heading(page)).to_have_text(waiting[1].action.title)
    follow(visitor, "^Accept ")
    expect(heading(page)).to_have_text(waiting[2].action.title)
    tab_to(page, "^What should the lead change")
    page.keyboard.type(NOTE)
    follow(visitor, "^Return with this note$")
    expect(page.locator("main")).to_contain_text(f"{waiting[2].action.reference} returned to the lead")
    page.keyboard.press("Tab")
    follow(visitor, "^Review$")
    accepted, not_started, draft, returned, submitted = before
    assert total(page) == [accepted + 1, not_started, draft, returned + 1, submitted - 2]
    assert visitor.troubles == []


def test_a_text_that_changed_is_not_accepted(visit, waiting):
    """Two reviewers' windows: the second to decide is told, keeps the note, and nothing is done."""
    first, second = visit(REVIEWER), visit(REVIEWER)
    address = reverse("update-review", args=waiting[0].url_args)
    for visitor in (first, second):
        visitor.open(address)
    press(first, "Accept")
    second.page.get_by_label("What should the lead change?").fill(NOTE)
    press(second, "Return with this note")
    expect(heading(second.page)).to_have_text("It changed while you were reading")
    expect(second.page.get_by_label("What you had typed")).to_have_value(NOTE)
    assert all_faults(second) == ""
    second.page.get_by_role("link", name="Read it again").click()
    expect(second.page.get_by_role("link", name="Open it again")).to_be_visible()
    second.settle()
    assert all_faults(second) == ""


def test_on_paper_the_numbers_stand_without_buttons(visit, live):
    visitor = visit(REVIEWER)
    visitor.open(DASHBOARD)
    visitor.page.emulate_media(media="print")
    expect(visitor.page.get_by_role("table").first).to_be_visible()
    expect(visitor.page.locator("nav[aria-label=Menu]")).to_be_hidden()
    expect(visitor.page.locator("nav[aria-label=Rounds]")).to_be_hidden()
