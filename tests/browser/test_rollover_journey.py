"""An officer ends an action, rolls the year over, sees the new year and undoes it: with and without scripts."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from priorities.years import FinancialYear
from tests.browser.conftest import all_faults

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

OFFICER = "officer@kent.example"
LIVE = ["kent", FinancialYear(2026)]
NEXT = ["kent", FinancialYear(2027)]


def heading(page):
    return page.locator("h1")


def faults(visitor):
    """Axe waits for ever where the page may run no script."""
    return all_faults(visitor) if visitor.scripts else "\n".join(visitor.troubles)


def press(visitor, name):
    with visitor.page.expect_navigation():
        visitor.page.get_by_role("button", name=name).click()
    visitor.settle()


def group(page, name):
    """The question about one priority or action."""
    return page.locator(".app-fate, .app-ending").filter(has=page.get_by_role("group", name=name))


def choose(page, name, answer):
    found = group(page, name)
    found.get_by_label(answer, exact=True).check()
    return found


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_year_is_rolled_over_and_back(scripts, visit):
    visitor = visit(OFFICER, scripts=scripts)
    page = visitor.page
    visitor.open(reverse("action-detail", args=[*LIVE, "road-safety", 1]))
    with page.expect_navigation():
        page.get_by_role("link", name="End this action").click()
    visitor.settle()
    press(visitor, "End the action")
    expect(page.get_by_text("There is a problem")).to_be_visible()
    page.get_by_label("Stopped").check()
    page.get_by_label("Why?").fill("The money has run out.")
    press(visitor, "End the action")
    expect(page.get_by_text("The money has run out.")).to_be_visible()

    visitor.open(reverse("agreement-detail", args=LIVE))
    with page.expect_navigation():
        page.get_by_role("link", name="Roll the year over").click()
    visitor.settle()
    expect(heading(page)).to_have_text("Roll 2026/27 over into 2027/28")
    expect(page.get_by_text("The money has run out.")).to_be_visible()
    abuse = choose(page, "What becomes of Domestic Abuse?", "Split it")
    abuse.get_by_label("New title, or titles").fill("Abuse at home\nCare after abuse")
    roads = choose(page, "What becomes of Road Safety?", "Rename it")
    expect(roads.get_by_label("The priority into which it is merged")).to_be_hidden()
    roads.get_by_label("New title, or titles").fill("Safer roads")
    substances = choose(page, "What becomes of Substance Misuse?", "Merge it into another priority")
    substances.get_by_label("The priority into which it is merged").select_option("Road Safety")
    merged = choose(page, "DA-A1", "Merged")
    merged.get_by_label("Merged into the action").fill("DA-A2")
    merged.get_by_label("Why?").fill("The same work.")
    press(visitor, "See what will happen")

    expect(page.get_by_text("There is a problem")).to_be_visible()
    expect(merged.get_by_label("Why?")).to_have_value("The same work.")
    assert faults(visitor) == ""
    for number, action in enumerate(page.get_by_label("Carried on in the priority").all()):
        action.select_option(["Abuse at home", "Care after abuse"][number % 2])
    press(visitor, "See what will happen")

    expect(heading(page)).to_have_text("What will happen")
    expect(page.get_by_text("Continues Road Safety and Substance Misuse")).to_be_visible()
    expect(page.get_by_text("(from DA-A2, DA-A1)")).to_be_visible()
    assert faults(visitor) == ""
    press(visitor, "Change the answers")
    expect(group(page, "DA-A1").get_by_label("Why?")).to_have_value("The same work.")
    press(visitor, "See what will happen")
    press(visitor, "Roll the year over")

    expect(heading(page)).to_have_text("Plan of 2027/28")
    for title in ("Abuse at home", "Care after abuse", "Safer roads"):
        expect(page.get_by_role("link", name=title, exact=True)).to_be_visible()
    with page.expect_navigation():
        page.get_by_role("link", name="Safer roads", exact=True).click()
    with page.expect_navigation():
        page.locator("a", has_text="RS-A2").first.click()
    expect(page.get_by_text("Priority before: Road Safety.")).to_be_visible()

    visitor.open(reverse("agreement-history", args=LIVE))
    expect(page.get_by_text("“Rolling over of 2026/27” carried out.")).to_be_visible()
    assert faults(visitor) == ""
    visitor.open(reverse("roll-over", args=LIVE))
    assert faults(visitor) == ""
    with page.expect_navigation():
        page.get_by_role("link", name="Undo the rolling over").click()
    visitor.settle()
    press(visitor, "Undo the rolling over")
    expect(page.get_by_text("The rolling over of 2026/27 has been undone.")).to_be_visible()
    visitor.open(reverse("agreement-detail", args=NEXT), status=404)
    visitor.troubles.clear()
    visitor.open(reverse("action-detail", args=[*LIVE, "road-safety", 1]))
    with page.expect_navigation():
        page.get_by_role("link", name="Open it again").click()
    visitor.settle()
    page.get_by_label("Why is it opened again?").fill("It was a mistake.")
    press(visitor, "Open it again")
    expect(page.get_by_role("link", name="End this action")).to_be_visible()
    assert visitor.troubles == []
