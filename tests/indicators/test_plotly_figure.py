import json
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indicators.charts import BreakLine, Limit, Point
from indicators.periods import Period
from indicators.plotly_figure import line_figure


def yearly(*values, first=2016, **more):
    return [Point(Period.financial_year(first + place), Decimal(value), **more) for place, value in enumerate(values)]


def limits(points, mean=6, lower=1, upper=11, **signals):
    return [Limit(one.period, mean, lower, upper, signals.get(f"at_{place}", "")) for place, one in enumerate(points)]


def draw(points, limits=(), breaks=(), unit="incidents", decimals=0, **more):
    return line_figure(points, limits, breaks, unit, decimals, **more)


def marks(figure):
    """(symbol, fill, words) of every mark."""
    return [
        (trace["marker"]["symbol"], trace["marker"]["color"], words)
        for trace in figure["data"]
        if trace["mode"] == "markers"
        for words in trace["hovertext"]
    ]


def the_line(figure):
    return next(trace for trace in figure["data"] if trace["mode"] == "lines" and trace["line"]["width"] == 3)


levels = st.none() | st.floats(-1e6, 1e6)
points = st.lists(
    st.builds(
        Point,
        period=st.integers(2000, 2030).map(Period.financial_year),
        value=st.decimals(-(10**6), 10**6, places=2),
        provisional=st.booleans(),
        note=st.text(max_size=20),
        qualifier=st.sampled_from(["exact", "over"]),
    ),
    min_size=1,
    max_size=12,
)
breaks = st.lists(st.builds(BreakLine, st.dates(date(2000, 1, 1), date(2030, 1, 1)), st.text(), st.integers(1, 9)))


@settings(max_examples=40, deadline=None)
@given(points, breaks, st.data(), st.sampled_from(["incidents", "%", "£ a year", ""]))
def test_plotly_accepts_any_figure_and_json_carries_it(some, broken, data, unit):
    from plotly.graph_objects import Figure

    signal = st.sampled_from(["", "concern", "improvement", "neither"])
    some_limits = [Limit(one.period, *(data.draw(levels) for _ in range(3)), data.draw(signal)) for one in some]
    figure = draw(some, some_limits, broken, unit)
    Figure(figure)
    assert json.loads(json.dumps(figure, allow_nan=False)) == figure
    assert len(marks(figure)) >= len({one.period for one in some})


def test_plotly_would_refuse_another_figure():
    from plotly.graph_objects import Figure

    with pytest.raises(ValueError, match="symbol"):
        Figure({"data": [{"type": "scatter", "marker": {"symbol": "blob"}}]})


def test_the_line_is_interrupted_by_breaks_and_gaps():
    broken = draw(yearly(5, 6, 7, 8), breaks=[BreakLine(date(2018, 4, 1), "New", 1)])
    assert the_line(broken)["y"] == [5, 6, None, 7, 8]
    gap = draw([*yearly(5, 6), *yearly(7, 8, first=2020)])
    assert the_line(gap)["x"] == ["2016-09-30", "2017-09-30", None, "2020-09-30", "2021-09-30"]


def test_marks_have_the_shapes_of_the_picture():
    current = [*yearly(5, 9, 2, 7), *yearly(6, 8, first=2020, provisional=True)]
    given_limits = limits(current, at_1="concern", at_2="improvement", at_3="neither", at_5="concern")
    found = {(symbol, fill): words for symbol, fill, words in marks(draw([*yearly(4), *current], given_limits))}
    assert found.keys() == {
        ("square", "#FFFFFF"),
        ("circle", "#12436D"),
        ("diamond", "#F46A25"),
        ("triangle-down", "#28A197"),
        ("cross", "#A285D1"),
        ("circle", "#FFFFFF"),
        ("diamond", "#FFFFFF"),
    }
    assert found["square", "#FFFFFF"] == "2016/17: 4 incidents<br>Since restated"
    assert found["diamond", "#FFFFFF"] == (
        "2021/22: 8 incidents<br>Provisional<br>Signal of concern<br>Expected: 1.0 to 11.0"
    )


def test_limits_are_levels_that_stop_at_a_break():
    given_points = yearly(5, 6, 7, 8)
    figure = draw(given_points, limits(given_points), [BreakLine(date(2018, 4, 1), "New", 1)])
    dotted = [(one["x"], one["y"]) for one in figure["data"] if one.get("line", {}).get("dash") == "dot"]
    assert dotted == [
        (["2016-09-30", "2017-09-30"], [1.0, 1.0]),
        (["2016-09-30", "2017-09-30"], [11.0, 11.0]),
        (["2018-09-30", "2019-09-30"], [1.0, 1.0]),
        (["2018-09-30", "2019-09-30"], [11.0, 11.0]),
    ]


def test_breaks_are_upright_lines_with_their_numbers():
    layout = draw(yearly(5, 6, 7), breaks=[BreakLine(date(2017, 4, 1), "A", 2), BreakLine(date(2040, 1, 1), "B", 3)])[
        "layout"
    ]
    assert [(shape["x0"], shape["x1"]) for shape in layout["shapes"]] == [("2017-04-01", "2017-04-01")]
    assert [one["text"] for one in layout["annotations"]] == ["Incidents", "Break 2"]
    assert layout["meta"]["breaks"] == [{"day": "2017-04-01", "number": 2, "index": 1}]


def test_the_baseline_is_zero_unless_told_otherwise_and_never_moves():
    axis = draw(yearly(5, 6))["layout"]["yaxis"]
    assert (axis["rangemode"], axis["fixedrange"]) == ("tozero", True)
    assert draw(yearly(5, 6), zero_baseline=False)["layout"]["yaxis"]["rangemode"] == "normal"


@pytest.mark.parametrize(
    ("unit", "prefix", "suffix", "heading"),
    [("%", "", "%", []), ("£", "£", "", []), ("£ a year", "£", "", ["£ a year"]), ("crimes", "", "", ["Crimes"])],
)
def test_the_unit_is_said_once(unit, prefix, suffix, heading):
    layout = draw(yearly(5, 6), unit=unit)["layout"]
    assert (layout["yaxis"]["tickprefix"], layout["yaxis"]["ticksuffix"]) == (prefix, suffix)
    assert [one["text"] for one in layout["annotations"]] == heading


def test_words_from_people_are_escaped():
    point = Point(Period.financial_year(2020), Decimal(5), note="<a href='x'>a</a>")
    text = json.dumps(draw([point], unit="<b>bold</b>"))
    assert "<a" not in text
    assert "<b>" not in text
    assert "&lt;a href" in text


def test_labels_of_the_axis_are_few_and_end_with_the_last():
    layout = draw(yearly(*range(1, 25), first=2000))["layout"]
    assert len(layout["meta"]["x"]) == len(layout["meta"]["label"]) == 24
    assert layout["xaxis"]["ticktext"][-1] == "2023/24"
    assert len(layout["xaxis"]["ticktext"]) <= 6
    assert layout["xaxis"]["tickangle"] == 0


def test_no_points_is_an_error():
    with pytest.raises(ValueError, match="at least one point"):
        draw([])
