"""The pages of an update that only a sent form leads to: what is wrong, a conflict, the check, and a late save."""

import pytest
from django.urls import reverse

from priorities.years import FinancialYear
from tests.browser.conftest import all_faults

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

LEAD = "lead.da@kent.example"
SAVE, CHECK = "Save draft", "Save and check"


def press(visitor, button):
    with visitor.page.expect_navigation():
        visitor.page.get_by_role("button", name=button, exact=True).click()
    visitor.settle()


def heading(visitor):
    return visitor.page.locator("h1").inner_text()


def faults(visitor):
    """All but the conflicts that the test provokes, which the page's own saving meets first."""
    visitor.troubles[:] = [trouble for trouble in visitor.troubles if not trouble.startswith("file: 409")]
    # Without scripts in the page, axe never ends.
    return all_faults(visitor) if visitor.scripts else "\n".join(visitor.troubles)


def write(visitor, text):
    visitor.page.locator("[contenteditable=true]" if visitor.scripts else "#id_text").click()
    visitor.page.keyboard.press("Control+A")
    visitor.page.keyboard.type(text)


@pytest.mark.parametrize(("scripts", "number"), [(True, 3), (False, 4)])
def test_the_pages_that_follow_a_sent_form(scripts, number, visit):
    address = reverse("update-write", args=["kent", FinancialYear(2026), "domestic-abuse", number, 2])
    lead, other_tab = visit(LEAD, scripts), visit(LEAD, scripts)
    lead.open(address)
    other_tab.open(address)

    write(other_tab, "Two schools were seen.")
    press(other_tab, SAVE)
    assert faults(other_tab) == ""

    write(lead, "Two schools were visited.")
    assert lead.page.get_by_label("Why is it amber?").is_visible() == (not scripts)
    lead.page.get_by_label("Amber: some concern").check()
    lead.page.get_by_label("Why is it amber?").fill("Late.")
    press(lead, SAVE)
    assert "while you were writing" in heading(lead)
    assert lead.page.locator("del").first.inner_text().split()[-2] == "seen."
    assert faults(lead) == ""

    lead.page.get_by_label("Why is it amber?").fill("")
    lead.page.get_by_label("Month").first.fill("13")
    press(lead, CHECK)
    assert lead.page.get_by_text("Until then the rating is not saved.").count() == 2
    assert lead.page.get_by_label("Amber: some concern").is_checked()
    assert faults(lead) == ""

    lead.page.get_by_label("Why is it amber?").fill("Late.")
    lead.page.get_by_label("Month").first.fill("11")
    press(lead, CHECK)
    assert heading(lead) == "Check your update"
    press(lead, "Submit to the Working Group")
    assert "is submitted" in heading(lead)
    assert faults(lead) == ""

    write(other_tab, "Late words.")
    press(other_tab, SAVE)
    assert "the update has moved on" in heading(other_tab)
    assert other_tab.page.get_by_label("What has happened since the last round?").input_value() == "Late words."
    assert faults(other_tab) == ""
