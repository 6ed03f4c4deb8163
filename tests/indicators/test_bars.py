import re
from decimal import Decimal
from itertools import combinations
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indicators.charts import NARROW, Part, bar_chart
from indicators.drawing import text_width, touching

SVG = "{http://www.w3.org/2000/svg}"

parts = st.lists(
    st.builds(
        Part,
        label=st.text(alphabet="abcdefg hijkl mno-", min_size=1, max_size=60).filter(str.strip),
        value=st.none() | st.decimals(0, 100, places=1),
        remark=st.sampled_from(["", "[p]", "confidential"]),
    ),
    min_size=1,
    max_size=10,
)


def draw(given_parts, **more):
    return bar_chart(given_parts, **{"ident": "b", "title": "Crimes", "unit": "%", "decimals": 1, **more})


def words(svg):
    return [text.text for text in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def lengths(svg):
    return [float(one) for one in re.findall(r"M0 [\d.]+h([\d.]+)", svg)]


def test_bars_are_sorted_and_true_to_zero_with_their_values_written():
    svg = draw([Part("Arson", Decimal(10)), Part("Violence", Decimal(40)), Part("Theft", Decimal(20), "[p]")])
    assert words(svg) == ["Violence", "40.0%", "Theft", "20.0% [p]", "Arson", "10.0%"]
    longest, middle, shortest = lengths(svg)
    assert longest / shortest == pytest.approx(4, rel=0.01)
    assert longest / middle == pytest.approx(2, rel=0.01)


def test_what_has_no_value_has_no_bar_and_says_why():
    svg = draw([Part("Other", None, "confidential"), Part("Theft", Decimal(0)), Part("Fraud", None)])
    assert words(svg) == ["Theft", "0.0%", "Fraud", "not available", "Other", "confidential"]
    assert lengths(svg) == [0, 0, 0]
    description = ElementTree.fromstring(svg)[1].text
    assert description == "Theft: 0.0%. Fraud: not available. Other: confidential."


def test_a_unit_is_said_once():
    svg = draw([Part("Theft", Decimal(1200))], unit="crimes", decimals=0)
    assert words(svg) == ["Crimes", "Theft", "1,200"]


@settings(max_examples=100, deadline=None)
@given(parts, st.sampled_from([NARROW, 640]), st.sampled_from(["%", "crimes and incidents of every kind here"]))
def test_words_stay_inside_and_apart(some, width, unit):
    svg = draw(some, width=width, unit=unit)
    root = ElementTree.fromstring(svg)
    font, height = float(root.get("font-size")), float(root.get("height"))
    boxes = []
    for text in root.iter(f"{SVG}text"):
        x, y = float(text.get("x")), float(text.get("y"))
        boxes.append((x, y - 0.74 * font, x + text_width(text.text, font) - 0.2, y + 0.19 * font))
    assert not any(touching(a, b) for a, b in combinations(boxes, 2))
    assert all(box[1] >= 0 and box[3] <= height for box in boxes)
    spaced = [box for box, text in zip(boxes, root.iter(f"{SVG}text"), strict=True) if " " in text.text]
    assert all(box[2] <= width for box in spaced)
    assert not {"style", "class", "text-anchor"} & {name for one in root.iter() for name in one.attrib}


def test_text_from_people_is_escaped():
    svg = draw([Part("<script>x</script>", Decimal(1), "<b>")], title="<i>", ident='a"b')
    assert "<script" not in svg
    assert "<b>" not in svg
    assert ElementTree.fromstring(svg)[0].text == "Bar chart: <i>. 1 part."


@pytest.mark.parametrize(
    ("given_parts", "words"), [([], "at least one part"), ([Part("a", Decimal(-1))], "below zero")]
)
def test_what_cannot_be_drawn_is_an_error(given_parts, words):
    with pytest.raises(ValueError, match=words):
        draw(given_parts)
