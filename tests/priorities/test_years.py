import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from priorities.years import FinancialYear

YEARS = st.integers(1998, 2200).map(FinancialYear)


@given(YEARS)
def test_label_and_slug_read_back(year):
    assert FinancialYear.parse(year.label) == FinancialYear.parse(year.slug) == year
    assert FinancialYear.of(year.start) == FinancialYear.of(year.end) == year
    assert year.following.start == year.end + dt.timedelta(days=1)


@given(st.dates(dt.date(1998, 4, 1), dt.date(2200, 3, 31)))
def test_every_day_lies_in_its_year(day):
    year = FinancialYear.of(day)
    assert year.start <= day <= year.end


def test_a_century_turns():
    assert FinancialYear(1999).label == "1999/00"
    assert FinancialYear.parse("1999-00") == FinancialYear(1999)


@pytest.mark.parametrize("text", ["2022", "2022/24", "2022/2023", "22/23", "2022_23", "", "2022/23 "])
def test_what_is_no_year_is_refused_by_name(text):
    with pytest.raises(ValueError, match="is not a year"):
        FinancialYear.parse(text)
