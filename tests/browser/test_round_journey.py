"""An officer plans a round, mends its dates and opens it; with and without scripts."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from actions.models import Round
from priorities.years import FinancialYear
from tests.browser.conftest import all_faults

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

LIST = reverse("round-list", args=["kent", FinancialYear(2026)])
OFFICER = "officer@kent.example"
PLANNED = "Winter round"


@pytest.fixture
def own_round(live):
    """Takes away what the test planned: on PostgreSQL the server commits it."""
    yield
    Round.objects.filter(title=PLANNED).delete()


def date(page, legend, day, month, year):
    boxes = page.get_by_role("group", name=legend)
    for label, value in (("Day", day), ("Month", month), ("Year", year)):
        boxes.get_by_label(label).fill(str(value))


def press(visitor, name):
    with visitor.page.expect_navigation():
        visitor.page.get_by_role("button", name=name).click()
    visitor.settle()


def follow(visitor, name):
    visitor.page.get_by_role("link", name=name).click()
    visitor.settle()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_from_the_plan_to_the_open_round(scripts, visit, own_round):
    visitor = visit(OFFICER, scripts)
    page = visitor.page
    visitor.open(LIST)
    page.locator("a", has_text="Plan a round").click()
    page.get_by_label("Name of the round").fill(PLANNED)
    date(page, "Opens", 21, 11, 2026)
    date(page, "Updates are due", 1, 11, 2026)
    press(visitor, "Save")
    summary = page.locator(".govuk-error-summary")
    expect(summary).to_contain_text("Enter 21 November 2026 or later.")
    if scripts:
        assert all_faults(visitor) == ""
        summary.get_by_role("link").click()
        expect(page.get_by_role("group", name="Updates are due").get_by_label("Day")).to_be_focused()
    date(page, "Updates are due", 5, 12, 2026)
    press(visitor, "Save")
    row = page.get_by_role("row").filter(has_text=PLANNED)
    expect(row).to_contain_text("To be opened now")
    follow(visitor, f"Open {PLANNED}")
    expect(page.locator("main")).to_contain_text("open actions will be asked for an update")
    if scripts:
        assert all_faults(visitor) == ""
    press(visitor, "Open the round")
    expect(page.locator("main")).to_contain_text(f"{PLANNED} is open.")
    expect(row).to_contain_text("Open, due in 14 days")
    if scripts:
        assert all_faults(visitor) == ""
