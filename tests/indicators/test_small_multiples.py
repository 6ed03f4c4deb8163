import re
from datetime import date
from decimal import Decimal
from xml.etree import ElementTree

import pytest

from indicators.charts import BreakLine, Point, small_multiples
from indicators.drawing import text_width
from indicators.periods import Period

SVG = "{http://www.w3.org/2000/svg}"


def yearly(*values, first=2016, **more):
    return [Point(Period.financial_year(first + place), Decimal(value), **more) for place, value in enumerate(values)]


def draw(areas, **more):
    return small_multiples(areas, **{"ident": "m", "title": "Shoplifting", "unit": "crimes", **more})


def words(panel):
    return [text.text for text in ElementTree.fromstring(panel.svg).iter(f"{SVG}text")]


def line(panel):
    return re.search(r'<path d="(M[^"]+L[^"]+)"', panel.svg)[1]


def test_each_area_has_a_panel_with_its_name_and_latest_figure():
    dover, swale = draw({"Dover": yearly(900, 1200), "Swale": yearly(300, 250)})
    assert (dover.name, dover.latest) == ("Dover", "1,200")
    assert words(dover) == ["Dover", "1,200", "0", "1,200", "2016/17", "2017/18"]
    assert words(swale)[:2] == ["Swale", "250"]


def test_all_have_one_scale():
    """Equal figures stand at equal heights, whatever else the area has."""
    one, other = draw({"A": yearly(100, 400), "B": yearly(100, 90)})
    assert line(one).split("L")[0] == line(other).split("L")[0]
    assert words(one)[2:4] == words(other)[2:4] == ["0", "400"]


def test_all_have_one_scale_of_time():
    early, late = draw({"A": yearly(1, 2), "B": yearly(1, 2, first=2020)})
    assert float(line(early)[1:].split()[0]) < float(line(late)[1:].split()[0])


def test_an_area_without_figures_says_so():
    _, empty = draw({"A": yearly(1, 2), "B": []})
    assert (empty.latest, words(empty)[:2]) == ("", ["B", "not available"])
    assert ElementTree.fromstring(empty.svg)[0].text == "Chart: Shoplifting, B. No figures."


def test_the_pictures_are_described_and_have_ids_of_their_own():
    one, other = (ElementTree.fromstring(panel.svg) for panel in draw({"A": yearly(5, 6), "B": yearly(7)}))
    assert one[0].text == "Line chart: Shoplifting, A, 2016/17 until 2017/18: from 5 to 6."
    assert one[1].text == "2016/17: 5. 2017/18: 6."
    assert {one[0].get("id"), other[0].get("id")} == {"m-1-title", "m-2-title"}


def test_breaks_part_the_line_and_the_last_figure_is_marked():
    (panel,) = draw({"A": yearly(5, 6, 7, provisional=True)}, breaks=[BreakLine(date(2017, 4, 1), "New", 1)])
    assert line(panel).count("L") == 1
    assert "stroke-dasharray" in panel.svg
    assert 'fill="#FFFFFF" stroke="#12436D"' in panel.svg
    assert "2018/19: 7; provisional. Break 1, 1 April 2017: New." in panel.svg


def test_restated_figures_are_not_drawn():
    assert draw({"A": [*yearly(9), *yearly(5, 6)]}) == draw({"A": yearly(5, 6)})


def test_a_long_name_wraps_beside_the_figure():
    (panel,) = draw({"Tonbridge and Malling with some of the villages around": yearly(123456, 234567)})
    root = ElementTree.fromstring(panel.svg)
    placed = [(float(one.get("x")), float(one.get("y")), one.text) for one in root.iter(f"{SVG}text")]
    assert all(x + text_width(text, 14) <= 260.1 for x, _, text in placed)
    figure = next(x for x, _, text in placed if text == "234,567")
    assert all(x + text_width(text, 14) < figure for x, y, text in placed if y == 14 and x == 0)


def test_text_is_twelve_pixels_or_more_at_320():
    (panel,) = draw({"A": yearly(1, 2)})
    root = ElementTree.fromstring(panel.svg)
    assert float(root.get("font-size")) * min(1, 290 / float(root.get("width"))) >= 12


def test_names_are_escaped():
    (panel,) = draw({"<b>A</b> & B": yearly(1, 2)}, breaks=[BreakLine(date(2017, 4, 1), "<i>", 1)])
    assert "<b>" not in panel.svg
    assert "<i>" not in panel.svg
    assert words(panel)[0] == "<b>A</b> & B"


def test_no_points_at_all_is_an_error():
    with pytest.raises(ValueError, match="at least one point"):
        draw({"A": []})
