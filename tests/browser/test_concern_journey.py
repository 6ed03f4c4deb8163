"""The way of a concern: raised from an action, escalated, decided; with and without scripts."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from priorities.years import FinancialYear
from tests.browser.conftest import all_faults

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

ACTION = reverse("action-detail", args=["kent", FinancialYear(2026), "road-safety", 2])


def write(page, label, text):
    """Into the editor, or into the box that stands for it without scripts."""
    page.get_by_role("textbox", name=label).fill(text)


def press(visitor, name, status=200):
    with visitor.page.expect_navigation() as navigation:
        visitor.page.get_by_role("button", name=name).click()
    assert navigation.value.status == status
    visitor.settle()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_from_the_action_to_the_decision(scripts, visit):
    lead, reviewer = visit("lead.rs@kent.example", scripts), visit("reviewer@kent.example", scripts)
    fact = f"Speed cameras stand still, {'with' if scripts else 'without'} scripts."
    page = lead.page
    lead.open(ACTION)
    page.get_by_role("link", name="Raise a concern").click()
    lead.settle()
    write(page, "What do you make of it?", "Repairs were put off.")
    press(lead, "Raise the concern")
    expect(page.locator(".govuk-error-summary")).to_contain_text("Say what has happened.")
    write(page, "What has happened?", fact)
    if scripts:
        assert all_faults(lead) == ""
    press(lead, "Raise the concern")
    expect(page.locator("main")).to_contain_text("With the Working Group")
    expect(page.locator("main")).to_contain_text("Repairs were put off.")
    expect(page.get_by_role("button", name="Escalate the concern")).to_have_count(0)

    page = reviewer.page
    reviewer.open(reverse("partnership-detail", args=["kent"]))
    page.get_by_role("link", name="Concerns of Kent").click()
    row = page.get_by_role("row").filter(has_text=fact)
    row.get_by_role("link").click()
    reviewer.settle()
    concern = page.url
    page.get_by_label("Message to the governing group").fill("The county must pay.")
    press(reviewer, "Escalate the concern")
    expect(page.locator("main")).to_contain_text("Escalated to the governing group")
    expect(page.locator("main")).to_contain_text("The county must pay.")

    officer = visit("officer@kent.example", scripts)
    page = officer.page
    officer.open(concern)
    write(page, "Decision", "The county pays for the repairs.")
    press(officer, "Record the decision and close")
    expect(page.locator(".govuk-error-summary")).to_contain_text("Enter the date of the decision.")
    expect(page.get_by_role("textbox", name="Decision")).to_contain_text("The county pays for the repairs.")
    for part, value in (("Day", "20"), ("Month", "11"), ("Year", "2026")):
        page.get_by_label(part, exact=True).fill(value)
    press(officer, "Record the decision and close")
    expect(page.get_by_role("heading", name="Decision of the governing group, 20 November 2026")).to_be_visible()
    officer.open(reverse("concern-list", args=["kent"]) + "?state=closed")
    expect(page.get_by_role("row").filter(has_text=fact)).to_have_count(1)
    if scripts:
        assert all_faults(officer) == ""
    assert lead.troubles + reviewer.troubles + officer.troubles == []
