import re
from datetime import date, timedelta
from itertools import combinations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from indicators.periods import MONTHS, Period, comparable, latest_run, parse_label, separates

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


@pytest.mark.parametrize(
    ("period", "label", "kind"),
    [
        (Period.calendar_year(2018), "2018", "calendar year"),
        (Period.financial_year(2017), "2017/18", "financial year"),
        (Period.year_ending(2018, 6), "year ending June 2018", "rolling year"),
        (Period.year_ending(2018, 12), "2018", "calendar year"),
        (Period.year_ending(2018, 3), "2017/18", "financial year"),
        (Period.year_ending(2020, 2), "year ending February 2020", "rolling year"),
        (Period.quarter(2018, 1), "January to March 2018", "quarter"),
        (Period.quarter(2018, 4), "October to December 2018", "quarter"),
        (Period.of_months(2018, 2, 3), "February to April 2018", "three months"),
        (Period.month(2020, 2), "February 2020", "month"),
        (Period.three_years(2016), "2016 to 2018", "three years"),
        (Period.of_months(2018, 4, 9), "April to December 2018", "9 months"),
        (Period.point(date(2023, 3, 31)), "31 March 2023", "point in time"),
        (Period.parse("2022-04-01", "2022-06-05"), "1 April 2022 to 5 June 2022", "66 days"),
    ],
)
def test_periods_are_made_by_name(period, label, kind):
    assert (period.label, period.kind) == (label, kind)
    assert parse_label(label) == period


@pytest.mark.parametrize("make", [lambda: Period.quarter(2018, 5), lambda: Period.quarter(2018, 0)])
def test_there_is_no_fifth_quarter(make):
    with pytest.raises(ValueError, match="month must be in"):
        make()


@given(month_periods)
def test_a_label_of_whole_months_reads_back(period):
    assert parse_label(period.label) == period


@given(periods | days.map(Period.point))
def test_any_other_label_reads_back_too(period):
    assert parse_label(period.label) == period


@given(month_periods | days.map(Period.point))
def test_a_label_reads_back_from_capitals_dashes_and_stray_spaces(period):
    assert parse_label(f"  {period.label.upper()} ") == period
    assume(not re.fullmatch("[0-9]{4} to [0-9]{4}", period.label))  # a dash between two years may mean one
    assert parse_label(period.label.replace(" to ", " \N{EN DASH} ")) == period


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("2018-06", "June 2018"),
        ("Jun 2018", "June 2018"),
        ("Sept. 2018", "September 2018"),
        ("2017-18", "2017/18"),
        ("2017\N{EN DASH}18", "2017/18"),
        ("2017/2018", "2017/18"),
        ("FY 2017/18", "2017/18"),
        ("1999-00", "1999/00"),
        ("YE Jun 2018", "year ending June 2018"),
        ("y/e 30 June 2018", "year ending June 2018"),
        ("Year ended 31st March 2018", "2017/18"),
        ("the year to September 2017", "year ending September 2017"),
        ("12 months to 2018-12", "2018"),
        ("6 months to June 2018", "January to June 2018"),
        ("Quarter ending June 2018", "April to June 2018"),
        ("Q1 2018/19", "April to June 2018"),
        ("2018/19 Q4", "January to March 2019"),
        ("Quarter 2, 2018-19", "July to September 2018"),
        ("Apr-Jun 2018", "April to June 2018"),
        ("Apr 2018 - Mar 2019", "2018/19"),
        ("2013 - 15", "2013 to 2015"),
        ("2016-18", "2016 to 2018"),
        ("2016-2018", "2016 to 2018"),
        ("2014/15 - 16/17", "2014/15 to 2016/17"),
        ("2014/15-2016/17", "2014/15 to 2016/17"),
        ("2018-04 to 2018-06", "April to June 2018"),
        ("1 April to 5 June 2022", "1 April 2022 to 5 June 2022"),
        ("31/03/2023", "31 March 2023"),
        ("2023-03-31", "31 March 2023"),
        ("As at 31st March, 2023", "31 March 2023"),
    ],
)
def test_labels_as_others_write_them(text, label):
    assert parse_label(text).label == label


NO_PERIODS = """
    summer 2018|18|1234|27,528|31 June 2018|2018-13|2017/19|2018 to 2016|June|Ju 2018|Q5 2018/19|Q1 June 2018|to|-
    year to 5 June 2018|2017 to June 2018|October to March 2019|0 months to June 2018|June 2018 to|2018/19/20
    \N{ARABIC-INDIC DIGIT TWO}018
"""


@pytest.mark.parametrize("text", ["", " - ", *NO_PERIODS.strip().replace("\n    ", "|").split("|")])
def test_what_is_no_period_is_named_with_examples(text):
    with pytest.raises(ValueError, match=r"is not a period such as 2017/18, 2018, June 2018, ") as refusal:
        parse_label(text)
    assert str(refusal.value).startswith(repr(text))


@pytest.mark.parametrize(
    ("text", "choices"),
    [
        ("2011-12", "2011/12 or December 2011"),
        ("2010-12", "2010 to 2012 or December 2010"),
        ("2017-2018", "2017 to 2018 or 2017/18"),
        ("2017 - 18", "2017 to 2018 or 2017/18"),
        ("Q1 2018", "January to March 2018 or April to June 2018"),
    ],
)
def test_what_may_mean_two_periods_is_not_guessed(text, choices):
    with pytest.raises(ValueError, match=f"'{text}' may mean {choices}: write which"):
        parse_label(text)


@given(st.text(max_size=30) | st.from_regex(r"[a-z]{0,4} ?[0-9]{1,4}[-/ ]([0-9]{1,4}|to)[-/ ]?[a-z]{0,4}[0-9]{0,4}"))
def test_any_text_is_a_period_or_refused_by_name(text):
    found = read_or_refused(text)
    assert found.startswith(repr(text)) if isinstance(found, str) else parse_label(found.label) == found


def read_or_refused(text):
    try:
        return parse_label(text)
    except ValueError as error:
        return str(error)


@given(month_periods, st.integers(-240, 240))
def test_a_shifted_period_keeps_its_length_and_shifts_back(period, months):
    shifted = period.shifted(months)
    assert shifted.months == period.months
    assert shifted.shifted(-months) == period
    assert (shifted > period) == (months > 0)


@pytest.mark.parametrize(
    ("day", "months", "to"),
    [
        ("2023-03-31", 3, "2023-06-30"),
        ("2023-06-30", 3, "2023-09-30"),
        ("2023-02-28", 12, "2024-02-29"),
        ("2024-01-30", 1, "2024-02-29"),
        ("2018-11-28", -12, "2017-11-28"),
    ],
)
def test_a_point_shifts_by_the_calendar_and_the_last_day_of_a_month_stays_one(day, months, to):
    assert Period.parse(day, day).shifted(months) == Period.parse(to, to)


def test_a_part_of_a_month_cannot_be_shifted_by_months():
    with pytest.raises(ValueError, match="1 April 2022 to 5 June 2022 is not made of whole months"):
        Period.parse("2022-04-01", "2022-06-05").shifted(1)


@given(periods, periods, days)
def test_a_break_that_separates_is_what_comparable_minds(a, b, day):
    assert separates(day, a, b) == separates(day, b, a)
    assert comparable(a, b, [day]) == (a.same_length(b) and not separates(day, a, b))


@given(st.lists(month_periods | days.map(Period.point), max_size=8), st.lists(days, max_size=2))
def test_a_run_may_be_tested_for_trend(several, breaks):
    run = latest_run(several, breaks).periods
    assert not any(a.overlaps(b) for a, b in combinations(run, 2))
    assert all(comparable(a, b, breaks) for a, b in combinations(run, 2))
    assert list(run) == sorted(run)
    assert max((period.end for period in several), default=None) == (run[-1].end if run else None)


@given(st.integers(1950 * 12, 2090 * 12), st.sampled_from([1, 3, 12, 36]), st.integers(1, 20))
def test_neighbouring_periods_of_one_length_are_one_run(first, length, count):
    several = [whole_months(first + length * step, length) for step in range(count)]
    run = latest_run(reversed(several + several))
    assert (run.periods, run.reason) == (tuple(several), "")


@given(st.integers(1950 * 12, 2090 * 12), st.integers(1, 11), st.integers(2, 20))
def test_of_rolling_years_only_the_latest_is_left(first, step, count):
    run = latest_run(whole_months(first + step * number, 12) for number in range(count))
    assert run.periods == (whole_months(first + step * (count - 1), 12),)
    assert "overlap, and periods that overlap are never tested for a trend" in run.reason


def test_a_run_says_why_it_does_not_go_further_back():
    years = [Period.calendar_year(year) for year in (2016, 2017, 2018)]
    rolling = Period.year_ending(2016, 8)
    run = latest_run([rolling, *years])
    assert run.periods == tuple(years)
    assert run.reason == (
        "Earlier figures are left out: year ending August 2016 and 2016 overlap, and periods that overlap are never "
        "tested for a trend."
    )
    assert latest_run([Period.month(2015, 1), *years]).reason == (
        "Earlier figures are left out: January 2015 and 2016 are not of the same length."
    )
    run = latest_run(years, [date(2017, 1, 1)])
    assert run.periods == tuple(years[1:])
    assert run.reason == "Earlier figures are left out: there is a break in the series between 2016 and 2017."
    assert latest_run([]).periods == ()
