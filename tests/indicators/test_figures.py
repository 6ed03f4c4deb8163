import json
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators.figures import figure, last_digit, number, round_half_up, signed_percent

DATASET = Path(__file__).resolve().parents[2] / "../shared/dataset/indicators.json"

places = st.integers(0, 4)
values = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**14), max_value=10**14, places=6)


@pytest.mark.parametrize(
    ("value", "decimals", "rounded"),
    [("0.5", 0, "1"), ("1.5", 0, "2"), ("2.5", 0, "3"), ("-0.5", 0, "-1"), ("0.25", 1, "0.3"), ("1.005", 2, "1.01")],
)
def test_halves_round_away_from_zero(value, decimals, rounded):
    assert str(round_half_up(Decimal(value), decimals)) == rounded


@given(values, places)
def test_rounding_stays_within_half_a_unit_and_settles_at_once(value, decimals):
    rounded = round_half_up(value, decimals)
    assert abs(rounded - value) <= Decimal("0.5").scaleb(-decimals)
    assert round_half_up(rounded, decimals) == rounded
    assert rounded.as_tuple().exponent == -decimals


@given(values, places)
def test_rounding_treats_both_signs_alike(value, decimals):
    assert round_half_up(-value, decimals) == -round_half_up(value, decimals)


@given(values, places)
def test_a_number_parses_back_to_what_was_rounded(value, decimals):
    assert Decimal(number(value, decimals).replace(",", "")) == round_half_up(value, decimals)


@pytest.mark.parametrize("value", ["NaN", "Infinity"])
def test_what_is_not_finite_is_refused(value):
    with pytest.raises(ValueError, match="not a number that can be rounded"):
        round_half_up(Decimal(value), 0)


def test_numbers():
    assert number(Decimal(27528), 0) == "27,528"
    assert number(Decimal("4.9"), 1) == "4.9"
    assert number(Decimal(-12), 0) == "-12"
    assert number(Decimal("-0.4"), 0) == "0"
    assert number(Decimal(0), 0) == "0"
    assert number(None, 0) == "not available"
    assert number(Decimal("1E+3"), 0) == "1,000"
    assert number(Decimal(0), 8) == "0.00000000"


@pytest.mark.parametrize(
    ("value", "unit", "qualifier", "decimals", "text"),
    [
        ("3000", "people", "over", 0, "over 3,000"),
        ("29000", "incidents", "approx", 0, "approx. 29,000"),
        ("46500", "incidents", "just over", 0, "just over 46,500"),
        ("20", "people", "at least", 0, "at least 20"),
        ("2400000", "adults", "estimate", 0, "estimated 2,400,000"),
        ("15.46", "%", "exact", 1, "15.5%"),
        ("63", "%", "approx", 0, "approx. 63%"),
        ("-12", "people", "exact", 0, "\N{MINUS SIGN}12"),
        ("1300000", "£", "exact", 0, "£1.3 million"),
        ("1345678", "£", "exact", 0, "£1,345,678"),
        ("999999", "£", "exact", 0, "£999,999"),
        ("1000000", "£", "over", 0, "over £1 million"),
        ("1000000.5", "£", "exact", 2, "£1,000,000.50"),
        ("315000000", "£", "estimate", 0, "estimated £315 million"),
        ("21500000000", "£ a year", "estimate", 0, "estimated £21.5 billion a year"),
        ("21550000000", "£ a year", "exact", 0, "£21,550,000,000 a year"),
        ("-1300000", "£", "exact", 0, "\N{MINUS SIGN}£1.3 million"),
        ("0", "£", "exact", 0, "£0"),
    ],
)
def test_figures(value, unit, qualifier, decimals, text):
    assert figure(Decimal(value), unit, qualifier, decimals) == text


def test_the_unit_is_added_once_and_only_on_request():
    assert figure(Decimal(27528), "incidents", "exact", 0, with_unit=True) == "27,528 incidents"
    assert figure(Decimal(5), "%", "exact", 0, with_unit=True) == "5%"
    assert figure(Decimal(7), "£ a year", "exact", 0, with_unit=True) == "£7 a year"


def test_a_blank_figure_is_not_zero_and_has_no_qualifier():
    assert figure(None, "people", "over", 0, with_unit=True) == "not available"


def test_an_unknown_qualifier_is_named():
    with pytest.raises(ValueError, match="'roughly'"):
        figure(Decimal(1), "people", "roughly", 0)


@pytest.mark.parametrize(
    ("value", "unit", "decimals", "worth"),
    [
        ("27528", "incidents", 0, "1"),
        ("3000", "people", 0, "1"),
        ("15.46", "%", 1, "0.1"),
        ("1345678", "£", 0, "1"),
        ("1300000", "£", 2, "100000"),
        ("-315000000", "£", 0, "1000000"),
        ("21500000000", "£ a year", 0, "100000000"),
        ("0", "£", 2, "0.01"),
    ],
)
def test_what_the_last_printed_digit_is_worth(value, unit, decimals, worth):
    assert last_digit(Decimal(value), unit, decimals) == Decimal(worth)


def test_signed_percentages():
    assert signed_percent(Decimal("4.65")) == "+4.7%"
    assert signed_percent(Decimal("-0.9")) == "\N{MINUS SIGN}0.9%"
    assert signed_percent(Decimal("-0.04")) == "0.0%"
    assert signed_percent(Decimal("15.46"), 0) == "+15%"


@given(st.decimals(min_value=10**6, max_value=10**13, places=0))
def test_money_in_words_is_exact(value):
    text = figure(value, "£", "exact", 0).removeprefix("£")
    digits, _, word = text.partition(" ")
    scale = {"": 1, "million": 10**6, "billion": 10**9}[word]
    assert Decimal(digits.replace(",", "")) * scale == value


@pytest.mark.skipif(not DATASET.exists(), reason="the shared dataset is not here")
def test_every_figure_of_the_dataset_can_be_written():
    for indicator in json.loads(DATASET.read_text(), parse_float=Decimal)["indicators"]:
        for one in indicator["observations"]:
            value = None if one["value"] is None else Decimal(one["value"])
            text = figure(value, indicator["unit"], one["qualifier"], indicator["decimals"])
            assert (text == "not available") == (value is None)
            if value is not None:  # the dataset's decimals keep every digit that was printed
                assert round_half_up(value, indicator["decimals"]) == value, indicator["slug"]
