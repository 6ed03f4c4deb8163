"""An officer pastes rows, mends a refused one, keeps them, sees the figures, undoes them; with and without scripts."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from indicators.models import ColumnMatching, Import, Observation
from tests.browser.conftest import all_faults

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

OFFICER = "officer@kent.example"
SOURCE = "Highways, by quarter"
INDICATOR = reverse("indicator-detail", args=["kent", "casualties-all"])
ROWS = "Measure\tYear\tHow many\nRoad casualties\t2024\t5,001\nRoad casualties\t2025\tabout 5,000\n"


@pytest.fixture
def own_figures(live):
    """Takes away what the test kept: on PostgreSQL the server commits it."""
    yield
    Observation.objects.filter(indicator__slug="casualties-all", recorded_at__isnull=False).delete()
    Import.objects.all().delete()
    ColumnMatching.objects.all().delete()


def press(visitor, name):
    with visitor.page.expect_navigation():
        visitor.page.get_by_role("button", name=name, exact=True).click()
    visitor.settle()


def sound(visitor):
    """No faults of accessibility, policy or width; without scripts axe cannot look."""
    return not visitor.scripts or all_faults(visitor) == ""


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_from_pasted_rows_to_figures_and_back(scripts, visit, own_figures):
    visitor = visit(OFFICER, scripts)
    page, main = visitor.page, visitor.page.locator("main")
    visitor.open(reverse("import-add", args=["kent"]))
    page.get_by_label("Name of a new source").fill(SOURCE)
    page.get_by_label("Paste the rows").fill(ROWS)
    press(visitor, "Check the rows")
    expect(page.locator("h1")).to_have_text("What the columns hold")
    assert sound(visitor)
    page.get_by_label("Value", exact=True).select_option("How many")
    press(visitor, "Check the rows")
    expect(page.locator(".govuk-error-summary")).to_contain_text("1 problem to mend first")
    expect(page.get_by_role("row").filter(has_text="about 5,000")).to_contain_text("is not a number")
    assert sound(visitor)
    page.locator("a", has_text="Mend the rows").click()
    pasted = page.get_by_label("Paste the rows")
    expect(pasted).to_have_value(ROWS)
    pasted.fill(ROWS.replace("about 5,000", "5,000 [p]"))
    press(visitor, "Check the rows")
    expect(main).to_contain_text("2 figures will be kept.")
    assert sound(visitor)
    press(visitor, "Keep these 2 figures")
    expect(main).to_contain_text("2 figures were kept: 2 new, 0 restated.")
    assert sound(visitor)
    page.get_by_role("link", name="Road casualties").click()
    visitor.settle()
    expect(page.get_by_role("row").filter(has_text="5,001").first).to_contain_text("2024")
    page.go_back()
    page.locator("a", has_text="Undo this file").click()
    expect(main).to_contain_text("2 figures that came with it will be taken away.")
    assert sound(visitor)
    press(visitor, "Undo this file")
    expect(main).to_contain_text("2 figures were taken away.")
    visitor.open(INDICATOR)
    expect(page.get_by_role("row").filter(has_text="5,001")).to_have_count(0)
    visitor.open(reverse("import-list", args=["kent"]))
    expect(page.get_by_role("row").filter(has_text="Pasted rows")).to_contain_text("Undone")
    assert sound(visitor)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_one_figure_and_its_restatement(scripts, visit, own_figures):
    visitor = visit(OFFICER, scripts)
    page, main = visitor.page, visitor.page.locator("main")
    for value, said in (("5,001", "The figure was recorded."), ("5,020", "Both are kept.")):
        visitor.open(reverse("figure-add", args=["kent", "casualties-all"]))
        page.get_by_label("Period", exact=True).fill("2024")
        page.get_by_label("Value", exact=False).first.fill(value)
        press(visitor, "Save")
        if value == "5,020":
            expect(main).to_contain_text("There is a figure for 2024: 5,001 casualties.")
            assert sound(visitor)
            press(visitor, "Save as a restatement")
        expect(main).to_contain_text(said)
    expect(page.get_by_role("row").filter(has_text="5,020").first).to_contain_text("2024")
