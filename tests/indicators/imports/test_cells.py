"""Cells: what is read as a number or a date, and why everything else is refused."""

import contextlib
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators.imports.cells import CellProblem, Number, day, figure, number


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("9,789 ", "9789"),
        (" 12", "12"),
        ("£1,234", "1234"),
        ("-£5", "-5"),
        ("45.3%", "45.3"),
        ("\N{MINUS SIGN}4.5", "-4.5"),
        ("1,234,567.25", "1234567.25"),
        ("12\N{NO-BREAK SPACE}", "12"),
        ("0", "0"),
        (Decimal("0.3"), "0.3"),
        (Decimal("1E+2"), "100"),
    ],
)
def test_a_number_is_read_as_it_is_written(cell, value):
    assert number(cell) == Number(Decimal(value))


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("[x]", Number(None, missing="not available")),
        ("[c]", Number(None, missing="confidential")),
        ("[z]", Number(None, missing="not applicable")),
        ("[low]", Number(None, missing="not available", marker="low")),
        ("0 [low]", Number(Decimal(0), marker="low")),
        ("-", Number(None, missing="not available")),
        ("..", Number(None, missing="not available")),
        ("12 [p]", Number(Decimal(12), "provisional")),
        ("12[R]", Number(Decimal(12), "revised")),
        ("12 [e]", Number(Decimal(12), "estimate")),
        ("12 [b] [p]", Number(Decimal(12), "provisional", marker="b")),
        ("", Number(None)),
        (None, Number(None)),
    ],
)
def test_markers_say_what_a_figure_is_or_why_there_is_none(cell, said):
    assert number(cell) == said


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("#DIV/0!", "could not work this cell out: #DIV/0!"),
        ("Err:502", "could not work this cell out: Err:502"),
        ("1,23", "a comma where no thousands end"),
        ("12,34,567", "a comma where no thousands end"),
        ("1.234,5", "a comma where no thousands end"),
        ("1e5", "written with an exponent"),
        ("1.2E+05", "written with an exponent"),
        ("£1.2m", "not a number"),
        ("(123)", "not a number"),
        ("nan", "not a number"),
        ("Infinity", "not a number"),
        ("\N{ARABIC-INDIC DIGIT THREE}", "not a number"),
        ("=1+1", "not a number"),
        ("1 2", "not a number"),
        ("12 [x]", "also says that there is none"),
        ("[p]", "has a marker and no figure"),
        ("12 [q]", "[q] is not a marker that is known"),
        ("123456789012345", "too large a number"),
        (Decimal("1E+20"), "too large a number"),
    ],
)
def test_anything_else_is_refused_with_a_reason(cell, reason):
    with pytest.raises(CellProblem) as refused:
        number(cell)
    assert reason in refused.value.reason


def test_a_count_is_whole_and_not_below_zero():
    assert number("-1").value == -1
    assert number("1.5").value == Decimal("1.5")
    with pytest.raises(CellProblem, match='"-1" is below zero'):
        number("-1", may_be_negative=False)
    with pytest.raises(CellProblem, match="not a whole number"):
        number("1.5", whole=True)


def test_a_blank_is_no_figure_and_no_zero():
    with pytest.raises(CellProblem, match="Blank is not zero"):
        figure(" ")
    assert figure("0").value == 0


@given(st.decimals(-(10**13), 10**13, places=4))
def test_any_number_written_out_reads_back(value):
    assert number(f"{value:,f}").value == value
    assert number(f"{value:f}").value == value


@given(st.text(alphabet="0123456789,.-£%[]xpe #/N", max_size=8))
def test_no_text_ends_in_anything_but_a_finite_number_or_a_reason(cell):
    with contextlib.suppress(CellProblem):
        said = number(cell)
        assert said.value is None or said.value.is_finite()


@pytest.mark.parametrize(
    "cell",
    [date(2018, 4, 1), "2018-04-01", "2018-04-01T00:00:00", "01/04/2018", "1/4/2018", "1 April 2018", " 1  apr 2018 "],
)
def test_a_date_is_read_day_first(cell):
    assert day(cell) == date(2018, 4, 1)


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("31/02/2018", "not a date that exists"),
        ("04/31/2018", "not a date that exists"),
        ("1 Avril 2018", "not a date that exists"),
        ("#N/A", "could not work this cell out"),
        ("2018", "not a date such as"),
        ("43191", "not a date such as"),
        ("", "not a date such as"),
    ],
)
def test_what_is_no_date_is_refused(cell, reason):
    with pytest.raises(CellProblem, match=reason):
        day(cell)
