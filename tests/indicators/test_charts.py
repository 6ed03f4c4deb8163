import json
import re
from datetime import date, timedelta
from decimal import Decimal
from itertools import combinations, pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indicators.charts import BreakLine, Point, line_chart
from indicators.drawing import round_ticks, text_width, touching
from indicators.figures import figure
from indicators.periods import Period

DATASET = Path(__file__).resolve().parents[2] / "../shared/dataset/indicators.json"
SVG = "{http://www.w3.org/2000/svg}"
SERIES_LINE = 'stroke-linecap="round"'
DASHED = "stroke-dasharray"

days = st.dates(date(1990, 1, 1), date(2030, 12, 31))
financial_years = st.integers(1990, 2030).map(Period.financial_year)
odd_periods = st.builds(lambda day, length: Period(day, day + timedelta(days=length)), days, st.integers(0, 900))
values = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12, places=2)
points = st.lists(
    st.builds(
        Point,
        period=financial_years | odd_periods,
        value=values | st.sampled_from([Decimal(0), Decimal(21500000000)]),
        provisional=st.booleans(),
        note=st.text(max_size=20),
        qualifier=st.sampled_from(["exact", "approx", "over"]),
    ),
    min_size=1,
    max_size=12,
)
breaks = st.lists(st.builds(BreakLine, date=days, title=st.text(max_size=20), number=st.integers(1, 9)), max_size=4)
units = st.sampled_from(["incidents", "%", "£", "£ a year", "", "crimes & <incidents>"])


def yearly(*figures, first=2016, **more):
    return [Point(Period.financial_year(first + n), Decimal(value), **more) for n, value in enumerate(figures)]


def draw(given_points, **more):
    return line_chart(given_points, **{"ident": "c", "title": "Incidents", "unit": "incidents", **more})


def title(svg):
    return ElementTree.fromstring(svg)[0].text


def description(svg):
    return ElementTree.fromstring(svg)[1].text


def words(svg):
    return [text.text for text in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def boxes(svg):
    root = ElementTree.fromstring(svg)
    font = float(root.get("font-size"))
    for text in root.iter(f"{SVG}text"):
        x, y = float(text.get("x")), float(text.get("y"))
        yield x, y - 0.75 * font, x + text_width(text.text, font), y + 0.2 * font


def layer(svg, mark):
    """The d of the one path whose paint holds ``mark``, or ""."""
    found = [d for d, paint in re.findall(r'<path d="([^"]+)" ([^>]*)/>', svg) if mark in paint]
    assert len(found) < 2
    return found[0] if found else ""


@settings(max_examples=150, deadline=None)
@given(points, breaks, units, st.text(max_size=30), st.integers(0, 2), st.booleans())
def test_any_chart_is_well_formed_strict_and_complete(some, broken, unit, heading, decimals, zero):
    options = {"unit": unit, "breaks": broken, "title": heading, "decimals": decimals, "zero_baseline": zero}
    svg = draw(some, **options)
    root = ElementTree.fromstring(svg)
    assert root.get("role") == "img"
    assert (root[0].tag, root[0].get("id"), root.get("aria-labelledby")) == (f"{SVG}title", "c-title", "c-title")
    assert not {"style", "script", "class"} & {
        part for one in root.iter() for part in (*one.attrib, one.tag[len(SVG) :])
    }
    assert not any(name.startswith("on") or name == "text-anchor" for one in root.iter() for name in one.attrib)
    drawn = "".join(path.get("d") for path in root.iter(f"{SVG}path"))
    assert "nan" not in drawn
    assert "inf" not in drawn
    for point in some:
        assert figure(point.value, unit, point.qualifier, decimals) in description(svg)
    assert svg == draw(some, **options)


@settings(max_examples=150, deadline=None)
@given(points, breaks, st.sampled_from(["incidents", "%", "£"]), st.sampled_from([320, 640, 960]))
def test_no_two_labels_overlap_and_none_leaves_the_chart(some, broken, unit, width):
    svg = draw(some, unit=unit, breaks=[BreakLine(one.date, one.title, 1) for one in broken], width=width)
    right, bottom = map(float, ElementTree.fromstring(svg).get("viewBox").split()[2:])
    labels = list(boxes(svg))
    shrunk = [(left + 0.1, top + 0.1, end - 0.1, foot - 0.1) for left, top, end, foot in labels]
    assert not any(touching(a, b) for a, b in combinations(shrunk, 2))
    assert all(a[0] >= -0.1 and a[1] >= -0.1 and a[2] <= right + 0.1 and a[3] <= bottom + 0.1 for a in labels)


@given(st.lists(values, min_size=1, max_size=6), st.integers(0, 2), st.booleans())
def test_ticks_are_few_even_round_and_hold_every_value(some, decimals, zero):
    ticks = round_ticks(some, decimals, zero)
    assert 3 <= len(ticks) <= 5
    assert ticks[0] <= min(some)
    assert ticks[-1] >= max(some)
    steps = {after - before for before, after in pairwise(ticks)}
    assert len(steps) == 1
    assert steps.pop().normalize().as_tuple().digits in {(1,), (2,), (5,)}
    assert all(round(tick, decimals) == tick for tick in ticks)
    assert 0 in ticks or not zero


def test_the_title_says_what_the_chart_shows():
    svg = draw(yearly(46036, 40151, 27528), title="Anti-social behaviour incidents")
    assert title(svg) == (
        "Line chart: Anti-social behaviour incidents, 2016/17 to 2018/19. 3 points, from 46,036 to 27,528."
    )


def test_one_point_has_a_mark_and_no_line():
    svg = draw(yearly(12))
    assert title(svg) == "Chart: Incidents, 2016/17. 1 point, 12."
    assert words(svg)[-2:] == ["12", "2016/17"]
    assert not layer(svg, SERIES_LINE)


def test_one_period_given_twice_says_its_latest_value():
    assert title(draw([*yearly(12), *yearly(14)])) == "Chart: Incidents, 2016/17. 2 points, the latest 14."


def test_no_points_is_an_error():
    with pytest.raises(ValueError, match="at least one point"):
        draw([])


def test_like_for_like_neighbours_are_joined():
    assert layer(draw(yearly(5, 6, 7)), SERIES_LINE).count("M") == 2


def test_a_break_parts_the_line_and_is_drawn_with_its_number():
    svg = draw(yearly(5, 6, 7), breaks=[BreakLine(date(2017, 4, 1), "New recording", 3)])
    assert layer(svg, SERIES_LINE).count("M") == 1
    assert layer(svg, DASHED).count("M") == 1
    assert "Break 3" in words(svg)
    assert "Break 3, 1 April 2017: New recording." in description(svg)


@pytest.mark.parametrize("day", [date(2016, 6, 1), date(2017, 6, 1)])
def test_a_break_inside_a_period_parts_the_line(day):
    """By the like-for-like rule in the first case; in the second because the line would cross the dashed one."""
    assert not layer(draw(yearly(5, 6), breaks=[BreakLine(day, "New recording", 1)]), SERIES_LINE)


def test_a_label_keeps_off_the_line():
    svg = draw(yearly(1000000, 200000, 1000000))
    low_mark = float(re.findall(r"M[\d.]+ ([\d.]+)a", layer(svg, 'fill="#12436D"'))[1])
    label = next(text for text in ElementTree.fromstring(svg).iter(f"{SVG}text") if text.text == "200,000")
    assert float(label.get("y")) > low_mark


def test_a_break_beyond_the_points_is_not_drawn():
    svg = draw(yearly(5, 6, 7), breaks=[BreakLine(date(2020, 4, 1), "COVID-19", 1)])
    assert layer(svg, SERIES_LINE).count("M") == 2
    assert not layer(svg, DASHED)


def test_breaks_too_near_for_two_labels_share_one():
    near = [BreakLine(date(2017, 4, 1), "One", 1), BreakLine(date(2017, 5, 1), "Two", 2)]
    svg = draw(yearly(5, 6, 7, 8), breaks=near)
    assert "Breaks 1 and 2" in words(svg)
    assert layer(svg, DASHED).count("M") == 2


def test_a_gap_in_time_has_no_line():
    gap = [*yearly(5), *yearly(6, first=2018)]
    assert not layer(draw(gap), SERIES_LINE)


def test_unlike_lengths_are_not_joined():
    half = Point(Period.parse("2017-04-01", "2017-09-30"), Decimal(3))
    assert not layer(draw([*yearly(5), half]), SERIES_LINE)


def test_places_are_true_to_time():
    x = [float(x) for x in re.findall(r"M([\d.]+) [\d.]+v", draw([*yearly(5, 6), *yearly(7, first=2020)]))]
    assert (x[2] - x[1]) / (x[1] - x[0]) == pytest.approx(3, rel=0.01)


def test_a_restated_value_is_a_hollow_square_off_the_line():
    before, after = yearly(39756)[0], yearly(42072)[0]
    svg = draw([before, after, *yearly(47967, first=2017)])
    assert layer(svg, "#801650").count("M") == 1
    assert layer(svg, SERIES_LINE).count("M") == 1
    assert layer(svg, 'fill="#12436D"').count("M") == 2
    assert "2016/17: 39,756; since restated." in description(svg)
    assert {"39,756", "42,072", "47,967"} <= set(words(svg))


def test_a_value_given_twice_is_drawn_once():
    svg = draw([*yearly(200), *yearly(200)])
    assert words(svg).count("200") == 2  # the tick and the label
    assert not layer(svg, "#801650")


def test_a_provisional_value_that_is_given_again_as_final_is_final():
    svg = draw([*yearly(200, provisional=True), *yearly(200)])
    assert layer(svg, 'fill="#12436D"').count("M") == 1
    assert "provisional" not in description(svg)


def test_a_provisional_figure_is_a_hollow_circle():
    svg = draw([*yearly(5), *yearly(6, first=2017, provisional=True)])
    assert layer(svg, 'fill="#FFFFFF" stroke="#12436D"').count("M") == 1
    assert "2017/18: 6; provisional." in description(svg)


def test_large_money_has_short_ticks_and_the_unit_is_said_once():
    svg = draw(yearly(21000000000, 21500000000), unit="£ a year")
    assert [one for one in words(svg) if one.endswith(("£0", "0 billion"))] == [
        "£0",
        "£10 billion",
        "£20 billion",
        "£30 billion",
    ]
    assert words(svg)[0] == "£ a year"
    assert "£21.5 billion" in words(svg)
    assert "£21.5 billion a year" in description(svg)


@pytest.mark.parametrize("figures", [(0,), (0, 0, 0), (7, 7, 7), (-5, 5), (-3, -8), ("0.1", "0.2")])
@pytest.mark.parametrize("zero", [True, False])
def test_flat_zero_and_negative_values(figures, zero):
    svg = draw(yearly(*figures), zero_baseline=zero, decimals=1)
    for value in figures:
        assert figure(Decimal(value), "incidents", "exact", 1) in words(svg)


def test_counts_start_from_zero_unless_told_otherwise():
    assert "0" in words(draw(yearly(1000, 1001)))
    assert "0" not in words(draw(yearly(1000, 1001), zero_baseline=False))


def test_text_from_people_is_escaped():
    svg = draw(yearly(1), ident='a"b', title="<script>alert(1)</script> & \x00more", unit="<b>")
    assert "<script" not in svg
    assert title(svg).startswith("Chart: <script>alert(1)</script> & more")
    assert ElementTree.fromstring(svg)[0].get("id") == 'a"b-title'


def test_text_is_nine_pixels_at_320_whatever_the_width():
    for width in (320, 560, 640, 961):
        svg = ElementTree.fromstring(draw(yearly(1, 2), width=width))
        assert float(svg.get("font-size")) * 320 / width >= 9


@pytest.mark.skipif(not DATASET.exists(), reason="the shared dataset is not here")
def test_the_dataset_charts_show_every_figure():
    for indicator in json.loads(DATASET.read_text(), parse_float=Decimal)["indicators"]:
        given_points = [
            Point(Period.parse(one["start"], one["end"]), Decimal(one["value"]), qualifier=one["qualifier"])
            for one in indicator["observations"]
            if one["value"] is not None
        ]
        if not given_points:
            continue
        unit = "£" if indicator["unit"].startswith("£") else indicator["unit"]
        svg = draw(given_points, unit=indicator["unit"], decimals=indicator["decimals"])
        for point in given_points:
            assert figure(point.value, unit, point.qualifier, indicator["decimals"]) in words(svg), indicator["slug"]


def test_periods_that_share_days_are_not_joined():
    rolling = Point(Period.parse("2015-10-01", "2016-09-30"), Decimal(40))
    calendar = [Point(Period.parse(f"{year}-01-01", f"{year}-12-31"), Decimal(41)) for year in (2016, 2017)]
    assert layer(draw([rolling, *calendar]), SERIES_LINE).count("M") == 1
