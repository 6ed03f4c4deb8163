import re
from datetime import date
from decimal import Decimal
from xml.etree import ElementTree

import pytest

from indicators.charts import BreakLine, Point, sparkline
from indicators.periods import Period


def yearly(*values, first=2016, **more):
    return [Point(Period.financial_year(first + place), Decimal(value), **more) for place, value in enumerate(values)]


def paths(svg):
    return [path.get("d") for path in ElementTree.fromstring(svg)]


def test_it_is_small_and_wordless_and_hidden_without_a_title():
    svg = ElementTree.fromstring(sparkline(yearly(5, 6, 7)))
    assert (svg.get("width"), svg.get("height")) == ("120", "30")
    assert svg.get("aria-hidden") == "true"
    assert svg.get("role") is None
    assert "".join(svg.itertext()) == ""
    assert len(sparkline(yearly(*range(1, 13)))) < 1000


def test_a_title_names_it():
    svg = ElementTree.fromstring(sparkline(yearly(5, 6), title='Up "and" <on>'))
    assert (svg.get("role"), svg.get("aria-label")) == ("img", 'Up "and" <on>')
    assert svg.get("aria-hidden") is None


def test_the_last_figure_is_marked_hollow_where_provisional():
    assert 'fill="#12436D"' in sparkline(yearly(5, 6))
    svg = sparkline([*yearly(5), *yearly(6, first=2017, provisional=True)])
    assert 'fill="#FFFFFF"' in svg
    assert 'fill="#12436D"' not in svg


def test_a_break_interrupts_the_line():
    assert paths(sparkline(yearly(5, 6, 7, 8)))[0].count("L") == 3
    broken = sparkline(yearly(5, 6, 7, 8), breaks=[BreakLine(date(2018, 4, 1), "New", 1)])
    assert paths(broken)[0].count("L") == 2


def test_a_gap_interrupts_the_line_and_a_lone_figure_is_a_dot():
    lines, dots, last = paths(sparkline([*yearly(5), *yearly(6, 7, first=2019)]))
    assert lines.count("L") == 1
    assert re.fullmatch(r"M[\d.]+ [\d.]+h0", dots)
    assert last.count("M") == 1


def test_a_restated_figure_is_not_drawn():
    assert sparkline([*yearly(99), *yearly(5, 6)]) == sparkline(yearly(5, 6))


def height(svg):
    return [float(y) for y in re.findall(r"[ML][\d.]+ ([\d.]+)", paths(svg)[0])]


def test_it_starts_from_zero_unless_told_otherwise():
    """A fall by a tenth looks like a tenth; from its own lowest it fills the height."""
    above, below = height(sparkline(yearly(100, 90)))
    assert (below - above) < 5
    above, below = height(sparkline(yearly(100, 90), zero_baseline=False))
    assert (below - above) > 15


@pytest.mark.parametrize("figures", [(0,), (7,), (0, 0, 0), (-5, 5), (-3, -8)])
def test_flat_and_negative_values_stay_inside(figures):
    svg = sparkline(yearly(*figures))
    places = re.findall(r"[ML]([\d.-]+) ([\d.-]+)", svg)
    assert places
    assert all(0 <= float(x) <= 120 and 0 <= float(y) <= 30 for x, y in places)


def test_no_points_is_an_error():
    with pytest.raises(ValueError, match="at least one point"):
        sparkline([])
