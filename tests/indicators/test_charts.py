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

from indicators.chart_marks import SIGNALS
from indicators.charts import NARROW, BreakLine, Limit, Point, key, line_chart
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


def limits(given, mean=100, lower=50, upper=150, **signals):
    """A Limit for each point; ``signals`` by its place, such as ``at_2="concern"``."""
    return [
        Limit(point.period, mean, lower, upper, signals.get(f"at_{place}", "")) for place, point in enumerate(given)
    ]


def levels(svg, paint):
    """(left, y, right) of every level line of that paint."""
    return [tuple(map(float, step)) for step in re.findall(r"M([\d.]+) ([\d.]+)H([\d.]+)", layer(svg, paint))]


DOTTED = 'stroke-dasharray="2 4"'


def means(svg):
    """The level lines of the average: the path between the dotted ones and what follows them."""
    path = re.search(rf'{DOTTED}/><path d="([^"]+)"', svg)[1]
    return [tuple(map(float, step)) for step in re.findall(r"M([\d.]+) ([\d.]+)H([\d.]+)", path)]


@settings(max_examples=100, deadline=None)
@given(points, breaks, st.data(), st.sampled_from([320, 640]))
def test_any_chart_with_limits_is_well_formed_and_its_labels_keep_apart(some, broken, data, width):
    level = st.none() | st.floats(-1e6, 1e6) | values
    signal = st.sampled_from(["", *SIGNALS])
    some_limits = [Limit(one.period, *(data.draw(level) for _ in range(3)), data.draw(signal)) for one in some]
    svg = draw(some, limits=some_limits, breaks=broken, width=width)
    right, bottom = map(float, ElementTree.fromstring(svg).get("viewBox").split()[2:])
    labels = list(boxes(svg))
    shrunk = [(left + 0.1, top + 0.1, end - 0.1, foot - 0.1) for left, top, end, foot in labels]
    assert not any(touching(a, b) for a, b in combinations(shrunk, 2))
    assert all(a[0] >= -0.1 and a[1] >= -0.1 and a[2] <= right + 0.1 and a[3] <= bottom + 0.1 for a in labels)
    ends = [float(x) for step in re.findall(r"M([\d.-]+) [\d.-]+H([\d.-]+)", svg) for x in step]
    assert all(0 <= x <= right for x in ends)
    assert "nan" not in svg
    assert svg == draw(some, limits=some_limits, breaks=broken, width=width)


def test_limits_are_one_mean_and_two_dotted_lines():
    given_points = yearly(90, 110, 95, 120)
    svg = draw(given_points, limits=limits(given_points))
    ((_, mean, _),) = means(svg)
    lower, upper = sorted((y for _, y, _ in levels(svg, DOTTED)), reverse=True)
    assert upper < mean < lower
    assert (lower - mean) == pytest.approx(mean - upper, abs=0.2)
    assert "Expected, 2016/17 until 2019/20: average 100, lower limit 50.0, upper limit 150." in description(svg)
    assert title(svg).endswith("4 points, from 90 to 120. No signals.")


def test_limits_stop_at_a_break():
    given_points = yearly(90, 110, 95, 120)
    where = BreakLine(date(2018, 4, 1), "New recording", 1)
    svg = draw(given_points, limits=limits(given_points), breaks=[where])
    upright = float(re.match(r"M([\d.]+)", layer(svg, 'dasharray="6 5"'))[1])
    before, after = sorted(means(svg))
    assert before[2] < upright < after[0]
    whole = draw(given_points, limits=limits(given_points))
    assert len(means(whole)) == 1


@pytest.mark.parametrize("day", [date(2018, 10, 10), date(2017, 9, 25), date(2018, 9, 30)])
def test_limits_stop_at_a_break_that_stands_close_to_a_mark(day):
    given_points = yearly(90, 110, 95, 120)
    svg = draw(given_points, limits=limits(given_points), breaks=[BreakLine(day, "New recording", 1)])
    upright = float(re.match(r"M([\d.]+)", layer(svg, 'dasharray="6 5"'))[1])
    assert len(means(svg)) == 2
    assert not any(left <= upright <= right for left, _, right in means(svg))


def test_limits_stop_where_they_change():
    given_points = yearly(90, 110, 45, 50)
    changed = [*limits(given_points[:2]), *limits(given_points[2:], 48, 30, 66)]
    first, second = sorted(means(draw(given_points, limits=changed)))
    assert first[2] < second[0]
    assert first[1] < second[1]


def test_limits_of_other_periods_are_not_drawn():
    svg = draw(yearly(90, 110), limits=limits(yearly(1, first=2040)))
    assert not layer(svg, DOTTED)


def test_a_limit_that_is_none_is_not_drawn():
    given_points = yearly(90, 110, 95)
    svg = draw(given_points, limits=limits(given_points, lower=None))
    assert len(levels(svg, DOTTED)) == 1
    nothing = draw(given_points, limits=limits(given_points, None, None, None))
    assert not layer(nothing, DOTTED)
    assert "Expected" not in description(nothing)


def test_the_scale_holds_the_limits():
    given_points = yearly(90, 110, 95)
    assert "400" in words(draw(given_points, limits=limits(given_points, upper=390)))


@pytest.mark.parametrize(
    ("signal", "colour", "shape"),
    [
        ("concern", "#F46A25", r"M\S+ \S+l(\S+ \S+l){2}"),
        ("improvement", "#28A197", r"M\S+ \S+l\S+ \S+h-"),
        ("neither", "#A285D1", r"M\S+ \S+h\S+v\S+h\S+v"),
    ],
)
def test_a_signal_has_a_shape_and_a_colour_of_its_own(signal, colour, shape):
    given_points = yearly(90, 110, 160)
    svg = draw(given_points, limits=limits(given_points, at_2=signal))
    assert re.match(shape, layer(svg, f'fill="{colour}"'))
    assert layer(svg, 'fill="#12436D"').count("M") == 2
    assert "2018/19: 160; signal" in description(svg)
    assert "Signals: 1 " in title(svg)


def test_the_three_signals_and_the_restated_have_four_outlines():
    given_points = yearly(90, 110, 160, 40)
    svg = draw(
        [*yearly(85), *given_points], limits=limits(given_points, at_1="concern", at_2="improvement", at_3="neither")
    )
    outlines = {
        re.sub(r"[-\d. ]+", "", layer(svg, paint)) for paint in ("#F46A25", "#28A197", "#A285D1", 'stroke="#801650"')
    }
    assert len(outlines) == 4


def test_a_triangle_points_away_from_the_average():
    given_points = yearly(90, 110, 40, 160)
    for place, step in ((2, "-"), (3, "")):
        svg = draw(given_points, limits=limits(given_points, **{f"at_{place}": "improvement"}))
        assert re.match(rf"M\S+ \S+l[\d.]+ {step}\d", layer(svg, 'fill="#28A197"'))


def test_a_provisional_signal_is_hollow():
    given_points = [*yearly(90, 110), *yearly(160, first=2018, provisional=True)]
    svg = draw(given_points, limits=limits(given_points, at_2="concern"))
    assert layer(svg, 'fill="#FFFFFF" stroke="#F46A25"').count("M") == 1
    assert "160; provisional; signal of concern." in description(svg)


def test_an_unknown_signal_is_an_error():
    with pytest.raises(ValueError, match="Unknown signal: 'good'"):
        Limit(Period.financial_year(2020), 1, 0, 2, "good")


def test_limits_add_nothing_where_there_are_none():
    given_points = yearly(5, 6, 7)
    assert draw(given_points, limits=()) == draw(given_points)
    assert draw(given_points) != draw(given_points, limits=limits(given_points, 6, 1, 9))


def monthly(count):
    """Points of ``count`` months, lowest first, highest last but one."""
    found = []
    for number in range(count):
        start = date(2015 + number // 12, number % 12 + 1, 1)
        end = date(start.year + (start.month == 12), start.month % 12 + 1, 1) - timedelta(days=1)
        found.append(Point(Period(start, end), Decimal(1000 + 7 * number - 300 * (number == count - 1))))
    return found


def test_of_many_figures_only_the_telling_ones_are_written():
    svg = draw(monthly(60))
    assert {"1,000", "1,406", "1,113"} <= set(words(svg))
    assert len([one for one in words(svg) if one.startswith("1,")]) <= 5
    assert "March 2017: 1,182." in description(svg)
    assert len([one for one in words(draw(monthly(16))) if one.startswith("1,")]) > 5


def test_of_many_periods_only_those_labelled_are_marked_on_the_axis():
    svg = draw(monthly(60))
    marked = len(re.findall(r"M[\d.]+ [\d.]+v", svg))
    years = [one for one in words(svg) if one.startswith("20") or " 20" in one]
    assert marked == len(years) < 15


def test_narrow_text_is_twelve_pixels_in_a_column_of_290():
    svg = ElementTree.fromstring(draw(yearly(1, 2), width=NARROW))
    assert float(svg.get("font-size")) * 290 / NARROW >= 12


def test_a_long_unit_wraps():
    unit = "recorded offences of domestic abuse for each 1,000 people who live in the area"
    svg = draw(yearly(1, 2), unit=unit, width=NARROW)
    assert all(right <= NARROW for _, _, right, _ in boxes(svg))
    assert " ".join(words(svg)).startswith("Recorded offences of domestic abuse for each 1,000")


def test_the_key_names_the_marks_that_occur():
    given_points = yearly(90, 110, 160)
    assert key(given_points) == []
    assert key([]) == []
    far = BreakLine(date(2030, 1, 1), "Later", 1)
    assert key(given_points, breaks=[far]) == []
    provisional = [*yearly(80), *yearly(90, 110), *yearly(160, first=2018, provisional=True)]
    full = key(
        provisional,
        breaks=[BreakLine(date(2017, 4, 1), "New", 1)],
        limits=limits(given_points, at_0="neither", at_1="improvement", at_2="concern"),
    )
    assert [sentence.split(" is ")[0].split(" mark ")[0] for sentence in full] == [
        "Dashed upright lines",
        "A hollow circle, diamond, triangle or cross",
        "A hollow square",
        "The thin line",
        "A diamond",
        "A triangle",
        "A cross",
    ]


def test_every_colour_is_of_the_palette():
    palette = {"#12436D", "#28A197", "#801650", "#F46A25", "#3D3D3D", "#A285D1", "#FFFFFF", "#CECECE", "#0B0C0C"}
    given_points = [*yearly(80), *yearly(90, 110, 160, 40), *yearly(50, first=2020, provisional=True)]
    svg = draw(
        given_points,
        limits=limits(given_points[1:], at_0="neither", at_1="improvement", at_2="concern"),
        breaks=[BreakLine(date(2018, 4, 1), "New", 1)],
    )
    assert set(re.findall("#[0-9A-F]{6}", svg)) == palette
