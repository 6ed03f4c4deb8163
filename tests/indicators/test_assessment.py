"""What may be said of a series: like with like only, by the rules that suit it, or the reason why not."""

import datetime as dt
import time
from collections import namedtuple
from decimal import Decimal
from types import SimpleNamespace

import pytest

from indicators import figures
from indicators.assessment import assess
from indicators.models import Indicator, Observation
from indicators.periods import Period

Given = namedtuple("Given", "start end value missing qualifier status")
COVID = SimpleNamespace(date=dt.date(2020, 4, 1), title="COVID-19")


def indicator(**settings):
    """An indicator as far as it is read: burglaries, of which fewer are wanted."""
    plain = {"unit": "offences", "decimals": 0, "desired": "down", "rule_set": "auto", "baseline_points": None}
    return SimpleNamespace(**(plain | {"screen_outliers": False, "target": None} | settings))


def given(period, value, *, missing="", qualifier="exact", status="validated"):
    value = None if value is None else Decimal(str(value))
    return Given(period.start, period.end, value, missing, qualifier, status)


def year(first, value, **fields):
    return given(Period.financial_year(first), value, **fields)


def years(*values, first=2000):
    return [year(first + place, value) for place, value in enumerate(values)]


def months(*values, first=0):
    """Monthly figures from January 2010 on, ``first`` months later."""
    numbers = enumerate(values, start=first)
    return [given(Period.month(2010 + number // 12, number % 12 + 1), value) for number, value in numbers]


def sentence(*observations, breaks=(), **settings):
    return assess(indicator(**settings), observations, breaks).sentence


# --- The comparison -----------------------------------------------------------------------------------------------


def test_the_sentence_of_the_issue():
    assert sentence(year(2021, 32564), year(2022, 27528), breaks=[COVID]) == (
        "Fell by 15.5% to 27,528 in 2022/23, compared with 2021/22; too few points to call a trend."
    )


@pytest.mark.parametrize(
    ("after", "word", "begins"), [(90, "Down", "Fell by 10.0%"), (110, "Up", "Rose by 10.0%"), (100, "No change", "No")]
)
def test_like_with_like(after, word, begins):
    found = assess(indicator(), [year(2020, 100), year(2021, after)], [])
    assert found.word == word
    assert found.sentence.startswith(begins)
    assert "2021/22, compared with 2020/21" in found.sentence


def test_an_incomplete_supply_is_not_a_fall():
    """The month before it is what is known; the control is the same figure, complete."""
    *known, collapsed = months(100, 102, 98, 101, 40)
    assert sentence(*known, collapsed._replace(status="incomplete")) == sentence(*known)
    assert sentence(*known, collapsed).startswith("Fell by 60.4% to 40")
    replaced = [collapsed, collapsed._replace(value=Decimal(39), status="incomplete")]
    assert sentence(*known, *replaced) == sentence(*known, collapsed), "what was complete stays"


def test_figures_of_which_none_follow_each_other_have_no_limits_and_nothing_is_said_of_them():
    """A survey every second year: no moving range, so no limits. The control is the same survey every year."""
    every_second = [year(2000 + 2 * place, 60 + place % 2) for place in range(12)] + [year(2024, 95)]
    found = assess(indicator(unit="%"), every_second, [])
    assert found.limits == []
    assert found.sentence.endswith("not tested, because no two figures follow each other.")
    assert "No two figures follow each other, so there are no limits." in found.rules
    assert assess(indicator(unit="%"), years(*[one.value for one in every_second]), []).signal == "concern"


def test_of_a_unit_that_nobody_stated_no_percentage_and_no_chance_is_reckoned():
    unknown = {"unit": figures.UNKNOWN_UNIT, "decimals": 1}
    found = assess(indicator(**unknown), [year(2020, 45.3), year(2021, 50.1)], [])
    assert found.change.percent is None
    assert found.word == "Up"
    whole = years(5000, 5400, 5800, 6200, 6600)
    assert assess(indicator(unit=figures.UNKNOWN_UNIT), whole, []).signal == ""
    assert assess(indicator(), whole, []).signal == "concern", "the control"


def test_no_figure_and_one_figure():
    assert sentence() == sentence(year(2021, None)) == "No figure is known.", "blank is not zero"
    assert sentence(year(2021, None), year(2020, 7, status="provisional")) == (
        "7 in 2020/21 (provisional). No earlier figure can be compared with it."
    )


def test_not_across_a_break_and_the_break_is_named():
    found = assess(indicator(), [year(2019, 100), year(2020, 90)], [COVID])
    assert found.word == ""
    assert found.change is None
    assert found.sentence == "90 in 2020/21. Not compared with 2019/20, before the break of 1 April 2020 (COVID-19)."
    assert assess(indicator(), [year(2019, 100), year(2020, 90)], []).word == "Down", "the control"


def test_not_between_lengths_and_not_between_overlapping_years():
    half = given(Period(dt.date(2021, 4, 1), dt.date(2021, 9, 30)), 50)
    assert sentence(half, year(2021, 90), given(Period.calendar_year(2021), 95)) == (
        "90 in 2021/22. No earlier figure can be compared with it."
    )


def test_a_rolling_year_is_compared_with_the_year_before_it():
    rolling = [given(Period.year_ending(2017 + place // 4, 3 * (place % 4) + 3), 100 + place) for place in range(8)]
    found = assess(indicator(), rolling, [])
    assert found.sentence == (
        "Rose by 3.9% to 107 in 2018, compared with 2017; not tested for a trend, because periods overlap."
    )
    assert [one.value for one in found.tested] == [107]
    assert "overlap, and periods that overlap are never tested for a trend" in found.rules[-1]


def test_not_between_rounded_figures():
    assert sentence(year(2020, 3000, qualifier="over"), year(2021, 3100)) == (
        "Rounded figures, from over 3,000 in 2020/21 to 3,100 in 2021/22: the direction cannot be told."
    )


def test_rounding_that_cannot_hide_the_direction_does_not_hide_it():
    assert sentence(year(2020, 3000, qualifier="over"), year(2021, 2100)).startswith("Fell by ")


def test_an_overlap_before_a_break_is_not_the_reason():
    observations = [year(2016, 9), given(Period.calendar_year(2016), 9), year(2018, 9), year(2020, 9), year(2021, 8)]
    found = assess(indicator(), observations, [COVID])
    assert found.sentence.endswith("; too few points to call a trend.")
    assert found.rules[-1] == "2 points since the last break; 5 are needed: too few points to tell."
    assert "overlap" in assess(indicator(), observations, []).sentence, "the control"


def test_a_sentence_begins_with_a_capital():
    assert sentence(year(2020, 60, qualifier="over")).startswith("Over 60 in 2020/21.")


def test_the_figure_given_last_is_compared():
    assert sentence(year(2020, 100), year(2021, 90), year(2020, 80)).startswith("Rose by 12.5%")


def test_a_figure_that_was_withdrawn_is_not_known_and_a_blank_withdraws_nothing():
    assert sentence(year(2020, 5), year(2020, None)).startswith("5 in 2020/21")
    assert sentence(year(2020, 5), year(2020, None, missing="not available")) == "No figure is known."


def test_figures_that_are_all_withheld_are_not_unknown():
    assert sentence(year(2020, None, missing="confidential")) == "No figure is published."


def test_a_change_that_rounding_hides_is_no_change():
    words = sentence(year(2020, "4.91"), year(2021, "4.94"), decimals=1, unit="%")
    assert words.startswith("No change, at 4.9% in 2021/22, compared with 2020/21")


@pytest.mark.parametrize(
    ("period", "words"),
    [
        (Period.point(dt.date(2023, 3, 31)), "7 on 31 March 2023"),
        (Period.year_ending(2018, 6), "7 in the year ending June 2018"),
        (Period(dt.date(2018, 6, 4), dt.date(2018, 7, 1)), "7 in the days from 4 June 2018 to 1 July 2018"),
    ],
)
def test_periods_in_a_sentence(period, words):
    assert sentence(given(period, 7)).startswith(words)


# --- Which rules --------------------------------------------------------------------------------------------------


STEADY = [100, 104, 97, 103, 99, 101, 98, 102, 100, 103, 97, 101, 99]


@pytest.mark.parametrize(
    ("observations", "settings", "method"),
    [
        (months(*STEADY), {}, "xmr"),
        (months(1, 2), {}, "xmr"),
        (years(*STEADY), {}, "xmr"),
        (years(*STEADY[:12]), {}, "trend"),
        (years(*STEADY[:12]), {"unit": "%"}, "xmr"),
        (years(*STEADY[:5]), {"unit": "%"}, "trend"),
        (months(*STEADY), {"rule_set": "trend"}, "trend"),
        (years(*STEADY[:5]), {"rule_set": "xmr"}, "xmr"),
        (months(*STEADY), {"rule_set": "none"}, "none"),
        ([given(Period.point(dt.date(2000 + n, 3, 31)), 9) for n in range(7)], {}, "trend"),
        ([given(Period.point(dt.date(2010, n, 1)), 9) for n in range(1, 8)], {}, "xmr"),
        ([], {}, "xmr"),
    ],
)
def test_the_rules_that_suit_a_series(observations, settings, method):
    assert assess(indicator(**settings), observations, []).method == method


def test_no_rules_say_nothing_of_noise():
    found = assess(indicator(rule_set="none"), months(*STEADY, 500), [])
    assert found.sentence == "Rose by 405.1% to 500 in February 2011, compared with January 2011."
    assert (found.signal, found.signals, found.limits) == ("", (), [])
    assert found.rules == ["No rules are applied: this indicator is set to show its figures only."]


def test_within_the_limits_is_no_signal():
    found = assess(indicator(), months(*STEADY), [])
    assert found.sentence.endswith("; within the range expected from earlier months.")
    assert found.signal == ""
    assert "The limits come from 13 points." in found.rules


def test_few_points_have_trial_limits_and_fewer_none():
    trial = assess(indicator(), months(*STEADY[:12]), [])
    assert trial.sentence.endswith("; within the range expected from earlier months (trial limits).")
    assert "Under 13 points these are trial limits, which may still move." in trial.rules
    assert len(trial.limits) == 12
    few = assess(indicator(), months(*STEADY[:5]), [])
    assert few.sentence.endswith("; too few points to call a trend.")
    assert few.rules[-1] == "5 points; 6 are needed: too few points to tell."
    assert few.limits == []


@pytest.mark.parametrize(
    ("desired", "value", "signal", "words"),
    [
        ("down", 150, "concern", "a signal of concern: above the upper limit"),
        ("down", 50, "improvement", "a signal of improvement: below the lower limit"),
        ("up", 150, "improvement", "a signal of improvement: above the upper limit"),
        ("neither", 150, "neither", "a signal, neither better nor worse: above the upper limit"),
    ],
)
def test_a_signal_is_good_or_bad_only_where_a_direction_is_wanted(desired, value, signal, words):
    found = assess(indicator(desired=desired), months(*STEADY, value), [])
    assert found.signal == signal
    assert found.sentence.endswith(f"; {words}.")
    assert found.limits[-1].signal == signal
    assert found.signals[-1].figure is found.latest


def test_an_earlier_signal_is_not_the_latest_figures():
    found = assess(indicator(), months(*STEADY, 150, *STEADY), [])
    assert found.signal == ""
    assert [one.figure.value for one in found.signals] == [150]


def test_limits_start_again_at_a_break():
    breaks = [SimpleNamespace(date=dt.date(2011, 2, 1), title="New recording")]
    observations = months(*STEADY, *(value + 500 for value in STEADY))
    found = assess(indicator(), observations, breaks)
    assert found.signals == ()
    assert "The limits come from 13 points since the last break." in found.rules
    assert {round(limit.mean) for limit in found.limits} == {100, 600}
    assert assess(indicator(), observations, []).signals, "the control: without the break they are signals"


def test_a_gap_breaks_runs():
    rising = months(*range(100, 104)), months(*range(104, 108), first=5)
    found = assess(indicator(), [*rising[0], *rising[1]], [])
    assert [one and int(one.value) for one in found.tested] == [100, 101, 102, 103, None, 104, 105, 106, 107]
    assert not _in_trends(found)
    assert _in_trends(assess(indicator(), months(*range(100, 108)), [])), "the control: without a gap they are a trend"


def _in_trends(found):
    return [one for one in found.signals if "rising" in one.words]


def test_points_in_time_leave_a_gap_where_one_is_missing():
    days = [dt.date(number, 3, 31) for number in (2001, 2002, 2003, 2005)]
    found = assess(indicator(rule_set="xmr"), [given(Period.point(day), 9) for day in days], [])
    assert [one is not None for one in found.tested] == [True, True, True, False, True]


def test_the_settings_of_an_indicator_are_used_and_said():
    wild = [*STEADY, 190, *STEADY[:6]]
    plain = assess(indicator(), months(*wild), [])
    screened = assess(indicator(screen_outliers=True), months(*wild), [])
    assert "Extreme moves are not left out when the limits are worked out." in plain.rules
    assert "Extreme moves are left out when the limits are worked out." in screened.rules
    assert screened.limits[0].upper < plain.limits[0].upper
    held = assess(indicator(baseline_points=12), months(*wild), [])
    assert held.limits[-1].upper < plain.limits[-1].upper
    assert "20 points; the limits are held from the first 12." in held.rules
    assert assess(indicator(baseline_points=1), months(*wild), []).limits == plain.limits


def test_a_count_has_no_limit_below_zero():
    found = assess(indicator(), months(*[0, 5, 1, 4] * 4), [])
    assert {limit.lower for limit in found.limits} == {0}
    below = assess(indicator(unit="%"), months(*[-1, 5, 1, 4] * 4), [])
    assert min(limit.lower for limit in below.limits) < 0, "the control: what can be below zero has such limits"


@pytest.mark.parametrize(
    ("target", "words"),
    [
        (300, "will meet its target of 300."),
        (100, "may meet its target of 100 or miss it"),
        (20, "will not meet its target of 20."),
    ],
)
def test_the_target(target, words):
    assert words in assess(indicator(target=Decimal(target)), months(*STEADY), []).assurance


def test_no_target_and_too_few_points_promise_nothing():
    assert assess(indicator(), months(*STEADY), []).assurance == ""
    assert assess(indicator(target=Decimal(20)), months(*STEADY[:5]), []).assurance == ""


# --- The recent trend ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "desired", "signal", "finding"),
    [
        ([1, 2, 3, 4, 5], "down", "concern", "a signal of concern: the last five figures are rising"),
        ([5, 4, 3, 2, 1], "down", "improvement", "a signal of improvement: the last five figures are falling"),
        ([1, 2, 3, 4, 5], "neither", "neither", "a signal, neither better nor worse: the last five figures are rising"),
        ([5, 5, 5, 5, 5], "down", "", "the last five figures show no trend beyond chance"),
        ([1, 2, 3, 4], "down", "", "too few points to call a trend"),
    ],
)
def test_a_short_series_of_years(values, desired, signal, finding):
    found = assess(indicator(desired=desired), years(*(100 * value for value in values)), [])
    assert (found.method, found.signal, found.finding) == ("trend", signal, finding)


def test_only_what_follows_the_last_break_is_a_trend():
    observations = years(100, 200, 300, 400, 500, first=2017)
    assert assess(indicator(), observations, [COVID]).finding == "too few points to call a trend"
    assert assess(indicator(), observations, []).signal == "concern", "the control"


def test_what_has_no_limits_is_not_tested():
    for settings in ({"unit": "%"}, {"decimals": 1}, {"unit": "£"}):
        found = assess(indicator(**settings), years(100, 200, 300, 400, 500), [])
        assert found.finding == "whether there is a trend cannot be tested"
        assert found.rules[-1].startswith("No confidence limits are kept")


def test_rounded_figures_are_no_trend_and_are_counted():
    found = assess(indicator(), [*years(100, 200, 300, 400), year(2004, 500, qualifier="approx")], [])
    assert found.finding == "whether there is a trend cannot be tested"
    assert found.rules[-1] == "1 point is rounded or approximate."


# --- What it takes ------------------------------------------------------------------------------------------------


def test_the_model_has_what_is_read():
    """The stand-ins of this file are like the models."""
    for name in vars(indicator()):
        Indicator._meta.get_field(name)
    for name in Given._fields:
        Observation._meta.get_field(name)
    assert {"auto", "xmr", "trend", "none"} == set(Indicator.RuleSet.values)


@pytest.mark.django_db
def test_no_queries(django_assert_num_queries, kent):
    found = Indicator.objects.with_figures().get(partnership=kent, slug="asb-incidents")
    with django_assert_num_queries(0):
        words = assess(found, found.observations.all(), found.breaks.all()).sentence
    assert words.startswith("Fell by 15.5% to 27,528 in 2022/23, compared with 2021/22")


def test_fifty_series_take_a_moment():
    """A guard against work that grows with the square of a series, not a benchmark: that is in bench/."""
    series = [months(*range(100 + place, 220 + place)) for place in range(50)]
    started = time.perf_counter()
    for observations in series:
        assert assess(indicator(), observations, [COVID]).sentence
    assert time.perf_counter() - started < 2
