from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from indicators.periods import MONTHS, Period, comparable

days = st.dates(date(1950, 1, 1), date(2100, 12, 31))
periods = st.tuples(days, days).map(lambda pair: Period(min(pair), max(pair)))


def whole_months(first, length):
    """The period of ``length`` months whose first month is number ``first`` (year * 12 + month - 1)."""
    after = first + length
    return Period(date(first // 12, first % 12 + 1, 1), date(after // 12, after % 12 + 1, 1) - timedelta(days=1))


month_periods = st.builds(whole_months, st.integers(1950 * 12, 2090 * 12), st.integers(1, 60))


@pytest.mark.parametrize(
    ("start", "end", "label"),
    [
        ("2017-04-01", "2018-03-31", "2017/18"),
        ("1999-04-01", "2000-03-31", "1999/00"),
        ("2018-01-01", "2018-12-31", "2018"),
        ("2017-07-01", "2018-06-30", "year ending June 2018"),
        ("2019-03-01", "2020-02-29", "year ending February 2020"),
        ("2018-06-01", "2018-06-30", "June 2018"),
        ("2018-06-30", "2018-06-30", "30 June 2018"),
        ("2018-01-01", "2020-12-31", "2018 to 2020"),
        ("2019-04-01", "2022-03-31", "2019/20 to 2021/22"),
        ("2016-10-01", "2018-09-30", "October 2016 to September 2018"),
        ("2014-01-01", "2019-03-31", "January 2014 to March 2019"),
        ("2018-04-01", "2018-06-30", "April to June 2018"),
        ("2018-04-01", "2018-09-30", "April to September 2018"),
        ("2022-04-01", "2022-06-05", "1 April 2022 to 5 June 2022"),
        ("2019-03-01", "2020-02-28", "1 March 2019 to 28 February 2020"),
    ],
)
def test_labels(start, end, label):
    assert Period.parse(start, end).label == label


@given(month_periods, month_periods)
def test_two_whole_month_periods_never_share_a_label(a, b):
    assert (a.label == b.label) == (a == b)


@given(st.integers(1950 * 12, 2090 * 12))
def test_neighbouring_and_nested_whole_month_periods_have_labels_of_their_own(first):
    near = [whole_months(first + shift, length) for shift in range(-12, 13) for length in (1, 3, 6, 12, 24, 36)]
    assert len({period.label for period in near}) == len(near)


@given(month_periods, periods)
def test_an_odd_period_never_looks_like_whole_months(whole, other):
    assume(other.months is None)
    assert whole.label != other.label


def test_the_five_twelve_month_periods_that_were_all_called_2017_18_differ():
    ends = ["2017-12-31", "2018-01-31", "2018-03-31", "2018-06-30", "2018-09-30"]
    starts = ["2017-01-01", "2017-02-01", "2017-04-01", "2017-07-01", "2017-10-01"]
    assert len({Period.parse(*pair).label for pair in zip(starts, ends, strict=True)}) == 5


def test_a_period_cannot_end_before_it_starts():
    with pytest.raises(ValueError, match=r"ends on 31 March 2022, before it starts on 1 April 2022"):
        Period(date(2022, 4, 1), date(2022, 3, 31))


def test_parse_names_what_is_not_a_date():
    with pytest.raises(ValueError, match=r"'31/03/2023' is not a date"):
        Period.parse("2022-04-01", "31/03/2023")


def test_financial_year():
    year = Period.financial_year(2022)
    assert year == Period.parse("2022-04-01", "2023-03-31")
    assert year.is_financial_year
    assert not year.is_calendar_year
    calendar = Period.parse("2022-01-01", "2022-12-31")
    assert calendar.is_calendar_year
    assert not calendar.is_financial_year


@given(st.integers(1950 * 12, 2090 * 12), st.integers(1, 60))
def test_months_counts_the_months_it_was_made_of(first, length):
    period = whole_months(first, length)
    assert period.months == length
    assert period.label.split()[-1][:4].isdigit() or period.label.split()[0] in MONTHS
    assert Period(period.start, period.end + timedelta(days=1)).months is None


@given(periods, periods)
def test_overlap_is_symmetric_and_means_a_shared_day(a, b):
    assert a.overlaps(b) == b.overlaps(a)
    assert a.overlaps(b) == (max(a.start, b.start) <= min(a.end, b.end))


def test_neighbours_do_not_overlap_but_rolling_years_do():
    assert not Period.financial_year(2021).overlaps(Period.financial_year(2022))
    assert Period.financial_year(2021).overlaps(Period.parse("2022-03-31", "2022-03-31"))


@given(periods)
def test_the_midpoint_is_the_middle_day(period):
    before, after = period.midpoint - period.start, period.end - period.midpoint
    assert timedelta(0) <= after - before <= timedelta(days=1)


def test_same_length():
    leap, common = Period.parse("2020-01-01", "2020-12-31"), Period.parse("2021-01-01", "2021-12-31")
    assert leap.same_length(common)
    assert leap.same_length(Period.financial_year(2017))
    assert not leap.same_length(Period.parse("2018-01-01", "2020-12-31"))
    assert Period.parse("2018-11-28", "2018-11-28").same_length(Period.parse("2016-11-10", "2016-11-10"))
    assert not Period.parse("2018-11-28", "2018-11-28").same_length(Period.parse("2018-11-01", "2018-11-30"))


@given(periods, periods, st.lists(days, max_size=4))
def test_comparability_is_symmetric_and_breaks_only_take_away(a, b, breaks):
    assert comparable(a, b, breaks) == comparable(b, a, breaks)
    assert comparable(a, b, []) or not comparable(a, b, breaks)
    assert comparable(a, a, breaks)


@pytest.mark.parametrize(
    ("day", "like_for_like"),
    [
        (date(2016, 4, 1), True),  # both start on or after it
        (date(2016, 4, 2), False),
        (date(2017, 4, 1), False),  # the second starts on the day of the break
        (date(2017, 4, 2), True),  # both start before it
    ],
)
def test_a_break_separates_what_starts_before_it_from_what_starts_on_or_after_it(day, like_for_like):
    assert comparable(Period.financial_year(2016), Period.financial_year(2017), [day]) is like_for_like


def test_different_lengths_are_never_comparable():
    assert not comparable(Period.financial_year(2016), Period.parse("2017-04-01", "2017-09-30"), [])
