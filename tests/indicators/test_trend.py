"""The recent trend of five points: by hand, by properties, and against published cases of Fingertips."""

import json
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from indicators import trend
from indicators.trend import Trend, TrendPoint, count_limits, is_testable, recent_trend

SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "samples" / "trend"
needs_samples = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the shared samples are not here")


def points(values, reach=1.0):
    """Points with limits ``reach`` either side of their values; None stays a period without a figure."""
    return [TrendPoint(None) if value is None else TrendPoint(value, value - reach, value + reach) for value in values]


RISING = [10, 12, 14, 16, 18]


# --- The test -----------------------------------------------------------------------------------------------------


def test_a_clear_rise_and_a_clear_fall():
    assert recent_trend(points(RISING)) == Trend.INCREASING == "increasing"
    assert recent_trend(points(RISING[::-1])) == Trend.DECREASING == "decreasing"
    assert recent_trend(points([10] * 5)) == Trend.NO_CHANGE == "no change"


def test_a_rise_within_the_limits_is_no_change():
    """Slope 2, sum of squares 10: the chi-square is 40 / (reach / 1.96) ** 2, and 9.5495 at a reach of 4.0113."""
    assert recent_trend(points(RISING, reach=4.01)) == Trend.INCREASING
    assert recent_trend(points(RISING, reach=4.02)) == Trend.NO_CHANGE


def test_a_rise_that_hangs_on_one_point_is_no_change():
    """Without the last point the line falls, however certain the rise of all five is."""
    assert recent_trend(points([13, 12, 11, 10, 40])) == Trend.NO_CHANGE
    assert recent_trend(points([40, 10, 11, 12, 13])) == Trend.NO_CHANGE
    # Without the last one the line is level.
    assert recent_trend(points([10, 10, 10, 10, 40])) == Trend.NO_CHANGE
    assert recent_trend(points([10, 11, 10, 11, 40])) == Trend.INCREASING


@given(st.lists(st.integers(1, 60), min_size=4, max_size=4), st.integers(1, 4000))
def test_a_rise_of_the_last_point_alone_is_no_change(reaches, rise):
    """Without it the line is level, whatever the last bits of the floats."""
    level = [TrendPoint(0.1, 0.1 - reach, 0.1 + reach) for reach in reaches]
    assert recent_trend([*level, TrendPoint(rise, rise - 1, rise + 1)]) == Trend.NO_CHANGE


def test_wide_limits_weigh_little():
    unsure_end = [*points(RISING[:4]), TrendPoint(-50, -5000, 4900)]
    assert recent_trend(unsure_end) == Trend.INCREASING
    assert recent_trend(points([*RISING[:4], -50])) == Trend.NO_CHANGE


def test_only_the_five_most_recent_count():
    assert recent_trend(points([90, 70, 50, *RISING])) == Trend.INCREASING


@pytest.mark.parametrize("values", [[], RISING[:4], [None, *RISING[:4]], [10, None, 12, 14, 16]])
def test_fewer_than_five_values_are_too_few(values):
    assert recent_trend(points(values)) == Trend.TOO_FEW == "too few points"
    assert not is_testable(points(values))


def test_a_missing_period_keeps_its_place():
    """1, 2, 3 and 5, 6 at their own places lie on a line; the spread of places 0, 1, 2, 4, 5 is 17.2."""
    gap = [10, 12, 14, None, 18, 20]
    weighted = [(place, point.value, 1.0) for place, point in trend._recent(points(gap))]
    assert trend._fit(weighted) == pytest.approx((2, 4 * 17.2))
    assert recent_trend(points(gap)) == Trend.INCREASING
    assert recent_trend(points([None, *RISING, None])) == Trend.INCREASING


def test_without_limits_nothing_is_significant_and_this_can_be_asked():
    bare = [TrendPoint(value) for value in RISING]
    assert recent_trend(bare) == Trend.NO_CHANGE
    assert not is_testable(bare)
    one_without = [*points(RISING[:4]), TrendPoint(18, 17, None)]
    assert recent_trend(one_without) == Trend.NO_CHANGE
    assert not is_testable(one_without)
    assert is_testable(points(RISING))
    # Limits that are not among the five most recent are not needed.
    assert is_testable([TrendPoint(1), *points(RISING)])


def test_limits_rounded_until_they_meet_tell_nothing():
    met = [*points(RISING[:4]), TrendPoint(18, 18, 18)]
    assert recent_trend(met) == Trend.TOO_FEW
    assert not is_testable(met)


def test_decimals_are_taken():
    assert recent_trend([TrendPoint(Decimal(v), Decimal(v - 1), Decimal(v + 1)) for v in RISING]) == Trend.INCREASING


# --- Limits of counts ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("count", "lower", "upper"),
    [(0, 0, 3.689), (1, 0.025, 5.572), (5, 1.623, 11.668), (10, 4.795, 18.390), (100, 81.364, 121.627)],
)
def test_the_limits_of_a_count_are_near_the_exact_ones_of_a_poisson_table(count, lower, upper):
    assert count_limits(count) == pytest.approx((lower, upper), abs=0.1)


def test_the_limits_of_a_large_count_are_about_two_roots_away():
    assert count_limits(10_000) == pytest.approx((10_000 - 196, 10_000 + 196), abs=3)


@given(st.integers(0, 10**7))
@example(0)
@example(1)
def test_the_limits_of_a_count_lie_either_side_and_never_below_zero(count):
    lower, upper = count_limits(count)
    assert 0 <= lower <= count < upper
    assert (lower > 0) == (count > 0)


def test_a_count_below_zero_is_refused():
    with pytest.raises(ValueError, match="not a count"):
        count_limits(-1)


def test_counts_can_be_tested_by_their_limits():
    def of(counts):
        return recent_trend([TrendPoint(count, *count_limits(count)) for count in counts])

    assert of([900, 1000, 1100, 1200, 1300]) == Trend.INCREASING
    assert of([9, 10, 11, 12, 13]) == Trend.NO_CHANGE
    assert of([4, 2, 1, 0, 0]) == Trend.NO_CHANGE


# --- Properties ---------------------------------------------------------------------------------------------------

figures = st.lists(
    st.none() | st.tuples(st.integers(-200, 200), st.integers(1, 60)), min_size=0, max_size=9
)  # values with the reach of their limits
MIRROR = {
    Trend.INCREASING: Trend.DECREASING,
    Trend.DECREASING: Trend.INCREASING,
    Trend.NO_CHANGE: Trend.NO_CHANGE,
    Trend.TOO_FEW: Trend.TOO_FEW,
}


def built(figures, change=lambda number: number):
    return [
        TrendPoint(None)
        if one is None
        else TrendPoint(change(one[0]), *sorted((change(one[0] - one[1]), change(one[0] + one[1]))))
        for one in figures
    ]


@given(figures)
def test_the_mirror_image_has_the_opposite_trend(figures):
    assert recent_trend(built(figures, lambda number: -number)) == MIRROR[recent_trend(built(figures))]


@given(figures)
def test_running_backwards_turns_the_trend(figures):
    known = [one for one in figures if one is not None][-5:]
    assert recent_trend(built(known[::-1])) == MIRROR[recent_trend(built(known))]


@given(figures, st.integers(-1000, 1000), st.sampled_from([1, 2, 10, 1000]))
def test_moving_and_scaling_leave_the_trend(figures, by, factor):
    assert recent_trend(built(figures, lambda number: number * factor + by)) == recent_trend(built(figures))


@given(figures)
def test_a_trend_is_told_of_testable_series_alone(figures):
    if recent_trend(built(figures)) in (Trend.INCREASING, Trend.DECREASING):
        assert is_testable(built(figures))


# --- The samples --------------------------------------------------------------------------------------------------

EXPECTED = {
    "Increasing": Trend.INCREASING,
    "IncreasingAndGettingWorse": Trend.INCREASING,
    "DecreasingAndGettingWorse": Trend.DECREASING,
    "DecreasingAndGettingBetter": Trend.DECREASING,
    "NoChange": Trend.NO_CHANGE,
    "CannotBeCalculated": Trend.TOO_FEW,
}


def sample_cases():
    """(name, points oldest first, expected) of each case; the last one is another without its first point."""
    if not SAMPLES.is_dir():
        return []
    cases = json.loads((SAMPLES / "fingertips_recent_trend_cases.json").read_text())["cases"]
    named = {case["case"]: case.get("points") for case in cases}
    whole, fewer = "Under75CancerMortality", "Under75CancerMortality_4_points"
    named[fewer] = named[whole][1:]
    return [(case["case"], read(named[case["case"]]), EXPECTED[case["expected"]]) for case in cases]


def read(rows):
    ordered = sorted(rows, key=lambda row: row["year_end"])
    return [TrendPoint(row["value"], row["lower_ci95"], row["upper_ci95"]) for row in ordered]


def agreeing():
    return [name for name, points, expected in sample_cases() if recent_trend(points) == expected]


@needs_samples
@pytest.mark.parametrize(("name", "points", "expected"), sample_cases(), ids=lambda value: str(value)[:40])
def test_the_sample_cases_agree(name, points, expected):
    assert recent_trend(points) == expected


@needs_samples
@pytest.mark.parametrize(
    ("name", "value"), [("POINTS", 4), ("CRITICAL", 1e9), ("_all_have_limits", lambda recent: False)]
)
def test_a_broken_rule_is_found_by_the_samples(monkeypatch, name, value):
    assert len(agreeing()) == len(sample_cases()) == 7
    monkeypatch.setattr(trend, name, value)
    assert len(agreeing()) < 7
