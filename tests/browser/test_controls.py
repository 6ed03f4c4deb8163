"""The controls of the other modules: each check finds the fault that it looks for."""

import pytest
from django.urls import reverse

from tests.browser.conftest import accessibility_faults, all_faults, frame_faults, sideways_faults

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

# Adds an element, and waits for the refusal by the policy that must follow.
ADD_REFUSED = """([name, text]) => new Promise((done) => {
  addEventListener("securitypolicyviolation", () => done(), {once: true});
  const element = document.createElement(name);
  element.textContent = text;
  document.head.append(element);
})"""


@pytest.fixture
def visitor(visit):
    visitor = visit()
    visitor.open(reverse("home"))
    assert visitor.troubles == []
    return visitor


def test_axe_finds_a_picture_without_a_text(visitor):
    assert accessibility_faults(visitor.page) == []
    visitor.page.evaluate("document.querySelector('main').append(new Image())")
    assert [fault.split(":")[0] for fault in accessibility_faults(visitor.page)] == ["image-alt"]


@pytest.mark.parametrize(
    ("name", "text", "directive"),
    [("script", "window.ran = true", "script-src"), ("style", "body { color: red }", "style-src")],
)
def test_the_policy_refuses_what_is_inline(name, text, directive, visitor):
    visitor.page.evaluate(ADD_REFUSED, [name, text])
    assert any(trouble.startswith(f"policy: {directive}") for trouble in visitor.troubles)
    assert any(trouble.startswith("console: ") for trouble in visitor.troubles)
    assert visitor.page.evaluate("window.ran") is None


def test_a_request_to_another_host_is_seen_and_refused(visitor):
    visitor.page.evaluate(
        """() => new Promise((done) => {
          addEventListener("securitypolicyviolation", () => done(), {once: true});
          fetch("https://elsewhere.example/").catch(() => {});
        })"""
    )
    assert any(trouble.startswith("policy: connect-src") for trouble in visitor.troubles)
    visitor.page.route("https://elsewhere.example/*", lambda route: route.abort())
    with pytest.raises(Exception, match="ERR_FAILED"):
        visitor.page.goto("https://elsewhere.example/")
    assert "other host: https://elsewhere.example/" in visitor.troubles


def test_errors_in_the_console_and_missing_files_are_seen(visitor):
    visitor.page.evaluate("console.error('broken')")
    visitor.page.evaluate("fetch('/static/missing.css')")
    assert "console: broken" in visitor.troubles
    assert f"file: 404 {visitor.site.url}/static/missing.css" in visitor.troubles


def test_a_wide_page_and_a_second_heading_are_found(visitor):
    assert sideways_faults(visitor.page) + frame_faults(visitor.page) == []
    visitor.page.evaluate(
        """() => {
          const heading = document.createElement("h1");
          heading.textContent = "wide".repeat(200);
          document.querySelector("main").append(heading);
          document.title = "";
          document.documentElement.removeAttribute("lang");
        }"""
    )
    assert [fault.split(":")[0] for fault in sideways_faults(visitor.page)][::2] != []
    assert frame_faults(visitor.page) == ["no language", "no title", "2 elements h1"]


def test_all_faults_are_gathered(visitor):
    visitor.page.evaluate("document.querySelector('main').append(new Image())")
    visitor.page.evaluate("document.title = ''")
    faults = all_faults(visitor)
    assert "no title" in faults
    assert "image-alt" in faults
    assert "image-alt" not in all_faults(visitor, {"image-alt"})


def test_styles_and_scripts_are_really_there(visitor):
    header = visitor.page.locator(".govuk-generic-header")
    assert header.evaluate("(element) => getComputedStyle(element).backgroundColor") == "rgb(11, 85, 99)"
    assert visitor.page.locator("body.js-enabled").count() == 1
    assert visitor.page.locator(".govuk-skip-link").evaluate("(link) => getComputedStyle(link).position") == "absolute"
