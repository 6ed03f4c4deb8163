"""The chart to point at and to zoom, in Chromium: within the policy, accessible, and only where it works."""

from itertools import pairwise

import pytest
from django.conf import settings
from django.test import override_settings

from tests.browser.conftest import DESKTOP, PHONE, accessibility_faults, sideways_faults

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

ENHANCED = ".app-chart--enhanced .app-chart__enhanced .main-svg >> nth=0"
RULES = """[...document.getElementById("plotly.js-style-global").sheet.cssRules].map((rule) => rule.cssText)"""


@pytest.fixture(autouse=True)
def pages():
    with override_settings(ROOT_URLCONF="tests.browser.chart_pages"):
        yield


def enhanced(visitor, path="/charts/good"):
    visitor.open(path)
    visitor.page.locator(ENHANCED).wait_for()
    return visitor.page


def test_the_chart_keeps_the_policy_and_is_accessible(visit):
    one = visit()
    page = enhanced(one)
    page.mouse.move(*middle(page.locator(".scatterlayer .point").nth(3)))
    page.locator(".hoverlayer .hovertext").wait_for()
    assert one.troubles == []
    assert sideways_faults(page) == []
    assert accessibility_faults(page) == []


def test_the_listener_would_have_noticed(visit):
    """Without the link that keeps plotly.js from it, a style sheet is refused, and the test above would fail."""
    one = visit()
    one.page.route(
        "**/static/js/chart.js",
        lambda route: route.fulfill(
            body=route.fetch().text().replace("plotly.js-style-global", "other"), content_type="text/javascript"
        ),
    )
    enhanced(one)
    assert any(trouble.startswith("policy: style-src") for trouble in one.troubles)


def test_it_replaces_the_picture_on_screen_and_not_in_print(visit):
    page = enhanced(visit())
    assert not page.locator("#wide-title").locator("..").is_visible()
    assert page.get_by_role("img", name="Line chart: Incidents").count() == 1
    page.emulate_media(media="print")
    assert page.locator("#wide-title").locator("..").is_visible()
    assert not page.locator(".app-chart__enhanced").is_visible()
    assert not page.locator(".app-chart__choices").is_visible()


def test_pointing_at_a_mark_says_its_figure_and_runs_no_markup(visit):
    page = enhanced(visit())
    page.mouse.move(*middle(page.locator(".scatterlayer .point").nth(3)))
    page.locator(".hoverlayer .hovertext").wait_for()
    assert "April to June 2014" not in page.locator(".hoverlayer").inner_html()
    last = page.evaluate("""() => {
      const points = [...document.querySelectorAll(".scatterlayer .point")].map((one) => one.getBoundingClientRect());
      const last = points.sort((a, b) => b.x - a.x)[0];
      return [last.x + last.width / 2, last.y + last.height / 2];
    }""")
    page.mouse.move(*last)
    page.locator(".hoverlayer text", has_text="October to December 2022").wait_for()
    layer = page.locator(".hoverlayer")
    assert "<b>Bold</b>" in layer.text_content()
    assert layer.locator("a, img, b").count() == 0


def middle(mark):
    box = mark.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def shown(page):
    """The years of the first and of the last day in view."""
    return page.evaluate("""() => {
      const {range} = document.querySelector(".app-chart__enhanced").layout.xaxis;
      return range.map((day) => day.slice(0, 4));
    }""")


def test_a_period_is_chosen_with_the_keyboard(visit):
    page = enhanced(visit())
    group = page.get_by_role("group", name="Period shown")
    assert group.get_by_role("button").all_text_contents() == ["All", "Last 5 years", "Last 2 years"]
    assert shown(page)[0] in ("2013", "2014")
    group.get_by_role("button", name="All").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.locator("button[aria-pressed=true]", has_text="Last 5 years").wait_for()
    assert shown(page) == ["2017", "2022"]
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    assert shown(page) == ["2020", "2022"]
    group.get_by_role("button", name="All").click()
    assert shown(page)[0] in ("2013", "2014")


def test_dragging_zooms_and_leaves_no_choice_pressed(visit):
    page = enhanced(visit())
    box = page.locator(".app-chart__enhanced .nsewdrag").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 100)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 20, box["y"] + 100, steps=5)
    page.mouse.up()
    page.wait_for_function("!document.querySelector('.app-chart__choices [aria-pressed=true]')")
    assert shown(page)[0] >= "2017"


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE])
@pytest.mark.parametrize("path", ["/charts/good", "/charts/uneven"])
def test_words_keep_apart_and_lie_level(visit, viewport, path):
    one = visit()
    one.page.set_viewport_size(viewport)
    found = enhanced(one, path).evaluate("""() => {
      const spread = (selector) => [...document.querySelectorAll(selector)].filter((one) => one.textContent.trim()).map(
        (one) => [one.getBoundingClientRect().left, one.getBoundingClientRect().right, one.getScreenCTM().b]);
      return {periods: spread(".xaxislayer-above text"),
              breaks: spread(".annotation-text").filter(([left]) => left > 0).slice(1)};
    }""")
    assert len(found["periods"]) >= 2
    assert len(found["breaks"]) == (2 if path == "/charts/uneven" and viewport == DESKTOP else 1)
    for row in found.values():
        assert all(before[1] < after[0] for before, after in pairwise(sorted(row)))
        assert {turned for _, _, turned in row} == {0}


def test_the_library_waits_until_the_chart_comes_into_view(visit):
    one = visit()
    asked = []
    one.page.on("request", lambda request: asked.append(request.url))
    one.open("/charts/good?far")
    one.page.wait_for_load_state("networkidle")
    assert not any("plotly" in url or "/figures/" in url for url in asked)
    one.page.locator("figcaption").scroll_into_view_if_needed()
    one.page.locator(ENHANCED).wait_for()
    assert sum("plotly-basic" in url for url in asked) == 1


@pytest.mark.parametrize("refused", ["**/figures/**", "**/plotly-basic.min.js", "**/plotly-global.css"])
def test_the_picture_stays_when_something_is_missing(visit, refused):
    one = visit()
    one.page.route(refused, lambda route: route.abort())
    with one.page.expect_event("requestfailed"):
        one.open("/charts/good")
    left_alone(one)


def test_the_picture_stays_when_the_figure_is_none(visit):
    one = visit()
    with one.page.expect_request_finished(lambda request: "plotly-basic" in request.url):
        one.open("/charts/broken")
    left_alone(one)
    assert one.troubles == []


def left_alone(one):
    one.page.wait_for_load_state("networkidle")
    assert one.page.locator("#wide-title").locator("..").is_visible()
    assert one.page.locator(".app-chart__enhanced, .app-chart__choices").count() == 0


def test_without_scripts_the_picture_is_there_in_the_size_of_the_screen(visit):
    page = visit(scripts=False).page
    page.goto("/charts/good")
    assert page.locator("#wide-title").locator("..").is_visible()
    assert not page.locator("#narrow-title").locator("..").is_visible()
    page.set_viewport_size(PHONE)
    narrow = page.locator("#narrow-title").locator("..")
    assert narrow.is_visible()
    assert not page.locator("#wide-title").locator("..").is_visible()
    shrunk = narrow.bounding_box()["width"] / 320
    assert shrunk * float(narrow.get_attribute("font-size")) >= 12


def test_the_style_sheet_is_what_the_vendored_library_would_add(new_context):
    page = new_context().new_page()
    page.set_content("<!doctype html><title>Bare</title><div id='chart'></div>")
    vendored = settings.BASE_DIR / "static/vendor/plotly"
    page.add_script_tag(path=vendored / "plotly-basic.min.js")
    page.evaluate("Plotly.newPlot('chart', [{y: [1, 2]}])")
    added = page.evaluate(RULES)
    assert len(added) == 66
    page.set_content("<!doctype html><title>Bare</title>")
    page.add_style_tag(path=vendored / "plotly-global.css")
    assert page.evaluate("[...document.styleSheets[0].cssRules].map((rule) => rule.cssText)") == added
