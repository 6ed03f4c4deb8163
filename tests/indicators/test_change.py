import re
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from indicators import change, figures
from indicators.change import DOWN, NO_CHANGE, UNKNOWN, UP, Change, Figure, Range, between, compared_with
from indicators.periods import Period

MIRRORED = {UP: DOWN, DOWN: UP, NO_CHANGE: NO_CHANGE, UNKNOWN: UNKNOWN}
WIDER = [("exact", "approx"), ("approx", "estimate"), ("just over", "over"), ("over", "at least")]

qualifiers = st.sampled_from(list(figures.QUALIFIERS))
units = st.sampled_from(["incidents", "%", "per 100,000 people", "£", "£ a year"])
small = st.decimals(0, 200, places=1)
sizes = st.integers(0, 999).flatmap(lambda n: st.integers(0, 9).map(lambda zeros: Decimal(n * 10**zeros)))
values = sizes | small | st.integers(0, 10**6).map(Decimal)


@st.composite
def pairs(draw):
    unit = draw(units)
    return [Figure(draw(values), draw(qualifiers), draw(st.integers(0, 2)), unit) for _ in range(2)]


@st.composite
def within(draw, span):
    """A value that lies in ``span``, up to ten times its lower end where it has no upper one."""
    high = span.high if span.high.is_finite() else span.low * 10 + 1
    value = span.low + (high - span.low) * draw(st.decimals(0, 1, places=6))
    assume(value in span)
    return value


def incidents(value, qualifier="exact"):
    return Figure(None if value is None else Decimal(value), qualifier, 0, "incidents")


def per_cent(value, qualifier="exact"):
    return Figure(Decimal(value), qualifier, len(value.partition(".")[2]), "%")


def pounds(value, qualifier="exact"):
    return Figure(Decimal(value), qualifier, 0, "£")


def rate(value):
    return Figure(Decimal(value), "exact", 1, "per 100,000 people")


@pytest.mark.parametrize(
    ("figure", "low", "high", "is_open"),
    [
        (incidents(27528), "27528", "27528", False),
        (Figure(Decimal("12.4")), "11.5", "12.5", True),
        (per_cent("45.3"), "45.25", "45.35", True),
        (per_cent("63"), "62.5", "63.5", True),
        (rate("5.0"), "4.95", "5.05", True),
        (pounds(250675), "250674.5", "250675.5", True),
        (pounds(1300000), "1250000", "1350000", True),
        (pounds(2000000), "1500000", "2500000", True),
        (pounds(15400000000), "15350000000", "15450000000", True),
        (incidents(29000, "approx"), "28500", "29500", False),
        (incidents(2400000, "estimate"), "2350000", "2450000", False),
        (Figure(Decimal("5.0"), "estimate", 1, "%"), "4.95", "5.05", False),
        (pounds(1300000, "approx"), "1250000", "1350000", False),
        (pounds(315000000, "estimate"), "314500000", "315500000", False),
        (incidents(3000, "over"), "3000", "4000", True),
        (pounds(170000000, "over"), "170000000", "180000000", True),
        (per_cent("4.0", "over"), "4.0", "4.1", True),
        (incidents(46500, "just over"), "46500", "46550", True),
        (incidents(20, "at least"), "20", "Infinity", False),
        (incidents(0, "approx"), "-0.5", "0.5", False),
    ],
)
def test_the_values_that_a_printed_figure_may_stand_for(figure, low, high, is_open):
    assert figure.range == Range(Decimal(low), Decimal(high), is_open)


def test_a_figure_that_is_not_available_has_no_range():
    assert incidents(None).range is None


@given(st.decimals(-(10**9), 10**9, places=4), units, st.integers(0, 2))
def test_a_value_that_is_rounded_to_be_printed_lies_in_the_range_of_what_is_printed(value, unit, decimals):
    span = Figure(figures.round_half_up(value, decimals), "exact", decimals, unit).range
    assume(value == value.to_integral_value() or unit != "incidents")
    assert span.low <= value <= span.high


@given(st.integers(1, 10**9), st.integers(0, 9))
def test_a_count_that_is_rounded_down_lies_in_the_range_of_over(count, zeros):
    printed = count - count % 10**zeros
    assume(count > printed > 0)
    assert count in incidents(printed, "over").range


@pytest.mark.parametrize(
    ("before", "after", "direction", "words"),
    [
        (incidents(32564), incidents(27528), DOWN, "Fell by 15.5% to 27,528"),
        (incidents(4187), incidents(4532), UP, "Rose by 8.2% to 4,532"),
        (incidents(6093), incidents(7318), UP, "Rose by 20.1% to 7,318"),
        (incidents(1000000), incidents(1000100), UP, "Rose by less than 0.1% to 1,000,100"),
        (incidents(45), incidents(0), DOWN, "Fell from 45 to 0"),
        (incidents(0), incidents(12), UP, "Rose from 0 to 12"),
        (incidents(19), incidents(25), UP, "Rose from 19 to 25"),
        (incidents(20), incidents(25), UP, "Rose by 25.0% to 25"),
        (incidents(63), incidents(63), NO_CHANGE, "No change, at 63"),
        (incidents(-5), incidents(12), UP, "Rose from \N{MINUS SIGN}5 to 12"),
        (per_cent("43.2"), per_cent("45.3"), UP, "Rose by 2.1 percentage points to 45.3%"),
        (per_cent("41"), per_cent("40"), DOWN, "Fell by 1 percentage point to 40%"),
        (per_cent("45.3"), per_cent("45.4"), UP, "Rose by 0.1 percentage points to 45.4%"),
        (per_cent("45.3"), per_cent("45.3"), NO_CHANGE, "No change, at 45.3%"),
        (per_cent("10", "approx"), per_cent("78"), UP, "Rose by between 62 and 74 percentage points to 78%"),
        (per_cent("78"), per_cent("90", "at least"), UP, "Rose by at least 11 percentage points to at least 90%"),
        (pounds(250675), pounds(300000), UP, "Rose by 19.7% to £300,000"),
        (pounds(1300000), pounds(1500000), UP, "Rose by between 7% and 24% to £1.5 million"),
        (pounds(101300000), pounds(151900000), UP, "Rose by about 50% to £151.9 million"),
        (rate("12.3"), rate("13.1"), UP, "Rose by between 5% and 8% to 13.1"),
        (rate("3.2"), rate("9.1"), UP, "Rose by between 178% and 191% to 9.1"),
        (incidents(29000, "approx"), incidents(33000, "over"), UP, "Rose by between 11% and 20% to over 33,000"),
        (incidents(6300, "approx"), incidents(5800, "approx"), DOWN, "Fell by between 6% and 10% to approx. 5,800"),
        (incidents(2000), incidents(4000, "estimate"), UP, "Rose by between 75% and 125% to an estimated 4,000"),
        (incidents(3000, "over"), incidents(4000), UP, "Rose by up to 34% to 4,000"),
        (incidents(3000), incidents(3000, "over"), UP, "Rose by up to 34% to over 3,000"),
        (incidents(100, "at least"), incidents(50), DOWN, "Fell by at least 50% to 50"),
        (incidents(1000, "at least"), incidents(999), DOWN, "Fell from at least 1,000 to 999"),
        (incidents(100), incidents(150, "at least"), UP, "Rose by at least 50% to at least 150"),
        (incidents(3000, "over"), incidents(3100), UNKNOWN, "Cannot be told: the earlier figure is rounded"),
        (incidents(3100), incidents(3000, "over"), UNKNOWN, "Cannot be told: the later figure is rounded"),
        (incidents(3100, "approx"), incidents(3200, "approx"), UNKNOWN, "Cannot be told: the figures are rounded"),
        (per_cent("45"), per_cent("45.3"), UNKNOWN, "Cannot be told: the figures are rounded"),
        (incidents(20), incidents(20, "at least"), UNKNOWN, "Cannot be told: the later figure is not exact"),
        (incidents(None), incidents(12), UNKNOWN, "Cannot be told: the earlier figure is not available"),
        (incidents(12), incidents(None), UNKNOWN, "Cannot be told: the later figure is not available"),
        (incidents(None), incidents(None), UNKNOWN, "Cannot be told: the figures are not available"),
    ],
)
def test_changes_in_words(before, after, direction, words):
    told = between(before, after)
    assert (told.direction, told.words()) == (direction, words)


def test_the_changes_that_the_reports_got_wrong():
    antisocial = between(incidents(32564), incidents(27528))
    assert figures.signed_percent(antisocial.percent) == "\N{MINUS SIGN}15.5%"  # printed as "an 18% decrease"
    casualties = between(incidents(4187), incidents(4532))
    assert casualties.absolute == 345
    assert figures.signed_percent(casualties.percent) == "+8.2%"  # printed as 6.8%


def test_percentages_change_by_points_and_have_no_percentage_of_their_own():
    told = between(per_cent("43.2"), per_cent("45.3"))
    assert (told.points, told.percent) == (Decimal("2.1"), None)
    assert told.no_percent == "the change is in percentage points"
    assert between(incidents(100), incidents(200)).points is None


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        (incidents(0), incidents(12), "there is no percentage from zero"),
        (Figure(Decimal("0.04"), decimals=1), Figure(Decimal(30), decimals=1), "there is no percentage from zero"),
        (incidents(-40), incidents(12), "there is no percentage of figures below zero"),
        (incidents(40), incidents(-12), "there is no percentage of figures below zero"),
        (incidents(19), incidents(40), "too small a base for a percentage"),
        (incidents(15, "over"), incidents(40), "too small a base for a percentage"),
        (incidents(None), incidents(40), "the earlier figure is not available"),
        (incidents(40), incidents(None), "the later figure is not available"),
    ],
)
def test_why_there_is_no_percentage(before, after, reason):
    told = between(before, after)
    assert (told.percent, told.percent_range, told.no_percent) == (None, None, reason)


def test_the_small_base_is_the_callers_and_is_asked_of_counts_only():
    assert between(incidents(19), incidents(38), small_base=10).percent == 100
    assert between(incidents(99), incidents(120), small_base=100).percent is None
    assert between(rate("4.0"), rate("5.0")).percent == 25


def test_figures_of_two_units_cannot_be_compared():
    with pytest.raises(ValueError, match="in 'incidents' and in '%' cannot be compared"):
        between(incidents(40), per_cent("40"))


def test_an_unknown_qualifier_is_named():
    with pytest.raises(ValueError, match="'roughly'"):
        incidents(40, "roughly")


@given(pairs())
def test_there_and_back_mirror_each_other(pair):
    there, back = between(*pair), between(*reversed(pair))
    assert back.direction == MIRRORED[there.direction]
    assert back.absolute == -there.absolute
    assert (back.absolute_range.low, back.absolute_range.high) == (
        -there.absolute_range.high,
        -there.absolute_range.low,
    )


@given(pairs())
def test_ranges_hold_what_is_printed(pair):
    told = between(*pair)
    assert told.absolute_range.low <= told.absolute <= told.absolute_range.high
    assert (told.percent is None) == (told.percent_range is None) == bool(told.no_percent)
    if told.percent is not None:
        assert told.percent_range.low <= told.percent <= told.percent_range.high


@given(pairs())
def test_there_is_never_a_percentage_from_zero_nor_a_percentage_of_percentages(pair):
    before, after = pair
    told = between(Figure(Decimal(0), before.qualifier, before.decimals, before.unit), after, small_base=0)
    assert told.percent is None
    assert (
        "from" in told.words() or UNKNOWN in told.words().lower() or before.unit == "%" or told.direction == NO_CHANGE
    )
    assert before.unit != "%" or between(before, after, small_base=0).percent is None


@given(pairs(), st.data())
def test_a_direction_that_is_told_is_that_of_every_value_the_figures_may_stand_for(pair, data):
    told = between(*pair)
    true = [data.draw(within(figure.range)) for figure in pair]
    assert told.direction not in (UP, DOWN) or told.direction == (UP if true[1] > true[0] else DOWN)


@given(pairs(), st.sampled_from(WIDER), st.sampled_from(WIDER))
def test_widening_a_qualifier_never_makes_an_unknown_direction_known(pair, first, second):
    (narrow_a, wide_a), (narrow_b, wide_b) = (
        [Figure(one.value, qualifier, one.decimals, one.unit) for qualifier in qualifiers]
        for one, qualifiers in zip(pair, (first, second), strict=True)
    )
    wide = between(wide_a, wide_b).direction
    assert wide in (UNKNOWN, between(narrow_a, narrow_b).direction)


@given(st.integers(-50, 10**6), st.integers(-50, 10**6))
def test_exact_counts_are_always_told(before, after):
    told = between(incidents(before), incidents(after))
    assert told.direction == (UP if after > before else DOWN if after < before else NO_CHANGE)
    assert told.absolute_range == Range(told.absolute, told.absolute)


@given(pairs(), st.data())
def test_the_size_in_words_is_true_of_every_value_the_figures_may_stand_for(pair, data):
    told = between(*pair)
    by = re.search(r" by (.+?)(%| percentage points?) to ", told.words())
    assume(by and (told.points is None or pair[0].qualifier != "exact" or pair[1].qualifier != "exact"))
    before, after = (data.draw(within(figure.range)) for figure in pair)
    assert holds(by[1], abs(after - before if told.points is not None else (after - before) / before * 100))


def holds(words, size):
    """Whether ``size`` is what ``words`` say: "15.5", "about 15", "between 12% and 50", "up to 3", "at least 9"."""
    numbers = [Decimal(number.replace(",", "")) for number in re.findall(r"[0-9][0-9,.]*", words)]
    tiny = Decimal("1E-15")
    if words.startswith("between"):
        return numbers[0] - tiny <= size <= numbers[1] + tiny
    if words.startswith("at least"):
        return size >= numbers[0] - tiny
    if words.startswith(("up to", "less than")):
        return size <= numbers[0] + tiny
    return abs(size - numbers[0]) <= Decimal("0.5").scaleb(numbers[0].as_tuple().exponent) + tiny


@pytest.mark.parametrize(
    ("words", "size", "true"),
    [
        ("15.5", "15.54", True),
        ("15.5", "15.56", False),
        ("about 15", "15.4", True),
        ("about 15", "15.6", False),
        ("between 1,200% and 1,500", "1300", True),
        ("between 12% and 50", "51", False),
        ("at least 9", "8.9", False),
        ("up to 3", "3.1", False),
        ("less than 0.1", "0.2", False),
    ],
)
def test_the_check_of_sizes_can_fail(words, size, true):
    assert holds(words, Decimal(size)) is true


def test_a_change_cannot_be_altered():
    told = between(incidents(40), incidents(50))
    assert isinstance(told, Change)
    with pytest.raises(AttributeError):
        told.direction = change.DOWN


YEARS = Period.year_ending(2017, 9), Period.year_ending(2018, 9)


@pytest.mark.parametrize(
    ("before", "after", "breaks", "words"),
    [
        (*YEARS, [], "compared with the year ending September 2017"),
        (
            *YEARS,
            [(date(2017, 10, 1), "recording change")],
            "compared with the year ending September 2017, before the recording change",
        ),
        (
            *YEARS,
            [(date(2018, 1, 1), "recording change")],  # within the later year, which belongs with those before it
            "compared with the year ending September 2017",
        ),
        (
            *YEARS,
            [(date(2017, 10, 1), "CRASH recording"), (date(2017, 1, 1), "the new count")],
            "compared with the year ending September 2017, before the new count and the break of 1 October 2017 "
            "(CRASH recording)",
        ),
        (Period.financial_year(2021), Period.financial_year(2022), [(date(2020, 4, 1), "x")], "compared with 2021/22"),
        (
            Period.financial_year(2019),
            Period.financial_year(2021),
            [(date(2020, 4, 1), "COVID-19")],
            "compared with 2019/20, before the break of 1 April 2020 (COVID-19)",
        ),
        (
            Period.point(date(2019, 3, 31)),
            Period.point(date(2021, 3, 31)),
            [(date(2020, 4, 1), "")],
            "compared with 31 March 2019, before the break of 1 April 2020",
        ),
    ],
)
def test_the_comparison_is_named(before, after, breaks, words):
    assert compared_with(before, after, breaks) == words
