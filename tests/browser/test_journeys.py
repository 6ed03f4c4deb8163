"""Whole visits in Chromium: with the keyboard alone, without scripts, with a mistake, and on paper."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from accounts.demonstration import PASSWORD
from priorities.years import FinancialYear
from tests.browser.conftest import PHONE, all_faults

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

LIVE = FinancialYear(2026)
LEAD = "lead.rs@kent.example"
PRIORITY = ["kent", LIVE, "road-safety"]
MOST_STOPS = 80  # of the Tab key on one page

FOCUSED = "document.activeElement"
NAME = f"""() => {{
  const element = {FOCUSED}, label = element.labels?.[0];
  return (label ?? element).textContent.replace(/\\s+/g, " ").trim();
}}"""
LOOK = """(element) => {
  const style = getComputedStyle(element);
  return [style.outline, style.boxShadow, style.backgroundColor, style.borderColor, style.position, style.clipPath];
}"""


def tab_to(page, name):
    """Press Tab until the focus is on what is called ``name``, a text or a pattern."""
    names = []
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        names.append(page.evaluate(NAME))
        if re.search(name, names[-1]):
            return
    pytest.fail(f"The Tab key does not reach {name!r}; it reaches {names}")


def follow(visitor, name):
    """Tab to the link or button ``name`` and press Enter."""
    tab_to(visitor.page, name)
    with visitor.page.expect_navigation():
        visitor.page.keyboard.press("Enter")
    visitor.settle()


def heading(page):
    return page.locator("h1")


def test_a_lead_works_with_the_keyboard_alone(visit):
    visitor = visit()
    page = visitor.page
    visitor.open(reverse("home"))
    follow(visitor, "^Sign in$")
    expect(heading(page)).to_have_text("Sign in")
    tab_to(page, "^E-?mail")
    page.keyboard.type(LEAD)
    tab_to(page, "^Password")
    page.keyboard.type(PASSWORD)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    visitor.settle()
    expect(heading(page)).to_have_text("Your work")
    follow(visitor, "this year.s plan, 2026/27$")
    expect(heading(page)).to_have_text("Plan of 2026/27")
    follow(visitor, "^Road Safety$")
    expect(heading(page)).to_have_text("Road Safety")
    follow(visitor, "^RS-A1 ")
    assert page.url == visitor.site.url + reverse("action-detail", args=[*PRIORITY, 1])
    follow(visitor, r"^RS-A\d, Road Safety$")
    assert "/2016-17/" in page.url
    page.keyboard.press("Tab")
    follow(visitor, "^Sign out$")
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()
    visitor.open(reverse("partnership-detail", args=["kent"]))
    expect(heading(page)).to_have_text("Sign in")
    assert visitor.troubles == []


@pytest.mark.parametrize(
    ("email", "password", "field"),
    [
        (LEAD, "", "Password"),
        ("", PASSWORD, "E-?mail"),
        (LEAD, "not-the-password", "E-?mail"),
        ("nobody@kent.example", PASSWORD, "E-?mail"),
    ],
    ids=["no password", "no e-mail", "wrong password", "unknown e-mail"],
)
def test_a_mistake_at_the_sign_in_leads_to_the_field(email, password, field, visit):
    visitor = visit()
    page = visitor.page
    visitor.open(reverse("account_login"))
    page.locator("[name=login]").fill(email)
    page.locator("[name=password]").fill(password)
    page.get_by_role("button", name="Sign in").click()
    visitor.settle()
    summary = page.locator(".govuk-error-summary")
    expect(summary).to_be_focused()
    expect(page).to_have_title(re.compile("^Error: "))
    assert all_faults(visitor) == ""
    summary.focus()
    page.keyboard.press("Tab")
    expect(summary.get_by_role("link").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("[name=login], [name=password]").and_(page.locator(":focus"))).to_have_count(1)
    assert re.search(field, page.evaluate(NAME))


def test_the_skip_link_leads_past_the_navigation(visit):
    visitor = visit(LEAD)
    page = visitor.page
    visitor.open(reverse("priority-detail", args=PRIORITY))
    page.keyboard.press("Tab")
    skip = page.locator(".govuk-skip-link")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("#main-content")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("main :focus")).to_have_count(1)


@pytest.mark.parametrize(
    ("email", "name", "args"),
    [
        (None, "account_login", []),
        (LEAD, "home", []),
        (LEAD, "priority-detail", PRIORITY),
        (LEAD, "indicator-list", ["kent"]),
        ("officer@kent.example", "edition-detail", ["kent", FinancialYear(2022), "annual-summary"]),
    ],
    ids=["sign-in", "home", "priority", "indicators", "report"],
)
def test_the_focus_is_visible_at_every_stop(email, name, args, visit):
    """The first stops of the Tab key, links, buttons, fields and tables that scroll; each looks different in focus."""
    visitor = visit(email)
    page = visitor.page
    visitor.open(reverse(name, args=args))
    kinds = set()
    for _ in range(30):
        page.keyboard.press("Tab")
        focused = page.evaluate_handle(FOCUSED).as_element()
        if focused.evaluate("(element) => element === document.body"):
            break
        with_focus = focused.evaluate(LOOK)
        focused.evaluate("(element) => element.blur()")
        assert focused.evaluate(LOOK) != with_focus, focused.evaluate("(element) => element.outerHTML")
        focused.focus()
        kinds.add(focused.evaluate("(element) => element.localName"))
    assert "a" in kinds
    assert "button" in kinds


def test_the_menu_of_a_phone_opens_with_the_keyboard(visit):
    visitor = visit(LEAD)
    page = visitor.page
    page.set_viewport_size(PHONE)
    visitor.open(reverse("home"))
    sign_out = page.get_by_role("button", name="Sign out")
    expect(sign_out).to_be_hidden()
    tab_to(page, "^Menu$")
    page.keyboard.press("Enter")
    expect(sign_out).to_be_visible()
    expect(page.get_by_role("button", name="Menu")).to_have_attribute("aria-expanded", "true")
    assert all_faults(visitor) == ""


def test_everything_works_without_scripts(visit):
    visitor = visit(scripts=False)
    page = visitor.page
    visitor.open(reverse("home"))
    page.get_by_role("link", name="Sign in").click()
    page.get_by_label(re.compile("^E-?mail")).fill(LEAD)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(heading(page)).to_have_text("Your work")
    expect(page.locator("body.js-enabled")).to_have_count(0)
    page.get_by_role("link", name=re.compile("^Kent: this year")).click()
    page.get_by_role("link", name="Road Safety", exact=True).click()
    page.get_by_role("link", name="RS-A1 ").click()
    page.locator("#thread ~ ol a").first.click()
    assert "/2016-17/" in page.url
    page.get_by_role("navigation", name="Breadcrumb").get_by_role("link", name="Kent").click()
    page.get_by_role("link", name="All indicators of Kent").click()
    page.get_by_role("searchbox").or_(page.locator("form[role=search] input").first).first.fill("incidents")
    page.get_by_role("button", name="Search").click()
    page.locator("main th a").first.click()
    expect(page.get_by_role("table").first).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()
    assert visitor.troubles == []


def test_paper_shows_the_content_only(visit):
    visitor = visit(LEAD)
    page = visitor.page
    visitor.open(reverse("priority-detail", args=PRIORITY))
    frame = [page.locator(selector) for selector in ("header", "footer", "nav[aria-label=Menu]", ".govuk-breadcrumbs")]
    for part in frame:
        expect(part).to_be_visible()
    page.emulate_media(media="print")
    for part in frame:
        expect(part).to_be_hidden()
    expect(page.locator(".govuk-skip-link")).to_be_hidden()
    expect(heading(page)).to_be_visible()
    expect(page.get_by_role("table").first).to_be_visible()
