"""The process behaviour rules: by hand, by properties, and against cases computed with NHSRplotthedots 0.2.2."""

import csv
import json
import math
from decimal import Decimal
from fractions import Fraction
from functools import cache
from itertools import groupby, pairwise
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bench import spc as spc_bench
from indicators import spc
from indicators.spc import Assurance, SpecialCause, Variation, xmr

SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "samples" / "spc"
needs_samples = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the shared samples are not here")

NONE = SpecialCause.NONE
# A mean of 50 and moving ranges of 2 or so: a quiet series to set a signal in.
QUIET = [49, 51, 50, 52, 48, 51, 49, 50, 52, 48, 50, 51, 49, 50]


def causes(values, **options):
    return [point.special_cause for point in xmr(values, **options).points]


def classes(values, **options):
    return [point.variation for point in xmr(values, **options).points]


def limits(values, **options):
    return [(point.lower, point.mean, point.upper) for point in xmr(values, **options).points]


# --- Limits -------------------------------------------------------------------------------------------------------


def test_limits_stand_2_66_mean_moving_ranges_from_the_mean():
    """Moving ranges 2, 4, 6; their mean 4; the mean of the values 12."""
    assert limits([10, 12, 16, 10]) == [pytest.approx((12 - 10.64, 12, 12 + 10.64), abs=1e-12)] * 4


def test_each_group_has_its_own_limits_and_no_range_leads_into_the_next():
    result = xmr([10, 12, 110, 114, 110], rebase_at=[2])
    assert [(group.start, group.stop, group.count) for group in result.groups] == [(0, 2, 2), (2, 5, 3)]
    first, second = result.groups
    assert (first.mean, first.upper) == pytest.approx((11, 11 + 2.66 * 2), abs=1e-12)
    assert (second.mean, second.upper) == pytest.approx((334 / 3, 334 / 3 + 2.66 * 4), abs=1e-9)
    assert result.points[1].upper == first.upper
    assert result.points[2].upper == second.upper


def test_fixed_limits_come_from_the_first_points_of_each_group():
    held = xmr([1, 3, 1, 90, 90, 5, 7, 5, 60], rebase_at=[5], fix_after=3)
    alone = [xmr([1, 3, 1]).groups[0], xmr([5, 7, 5]).groups[0]]
    assert [(g.mean, g.lower, g.upper) for g in held.groups] == [(g.mean, g.lower, g.upper) for g in alone]
    assert [(g.count, g.baseline) for g in held.groups] == [(5, 3), (4, 3)]


def test_fixed_limits_skip_missing_points():
    assert xmr([1, None, 3, 1, 90], fix_after=3).groups[0].mean == pytest.approx(5 / 3)


def test_outlying_ranges_are_left_out_only_if_asked():
    """Ranges: eleven of 1, one of 20 and one of 19; their mean 50 / 13, 3.267 times that 12.6."""
    values = [1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 22, 3, 2, 1]
    mean = sum(values) / len(values)
    assert xmr(values, screen_outliers=True).groups[0].upper == pytest.approx(mean + 2.66 * 1)
    assert xmr(values).groups[0].upper == pytest.approx(mean + 2.66 * 50 / 13)


def test_a_range_of_exactly_the_screen_is_left_out(monkeypatch):
    monkeypatch.setattr(spc, "SCREEN", 2.0)
    assert spc._mean_moving_range([0, 1, 2, 6], screen_outliers=True) == 1
    assert spc._mean_moving_range([0, 1, 2, 5.9], screen_outliers=True) == pytest.approx(5.9 / 3)


def test_screening_a_constant_series_leaves_its_limits():
    assert limits([7] * 14, screen_outliers=True) == [(7, 7, 7)] * 14


def test_counts_show_no_limit_below_zero_and_keep_the_computed_one():
    result = xmr([0, 9, 1, 8, 0, 9])
    assert result.points[0].lower < 0
    assert result.shown_lower(result.points[0]) == result.shown_lower(result.groups[0]) == 0
    below = xmr([-1, 9, 1, 8, 0, 9])
    assert below.shown_lower(below.points[0]) == below.points[0].lower < 0
    high = xmr([100, 101, 100])
    assert high.shown_lower(high.points[0]) == high.points[0].lower > 0
    single = xmr([3])
    assert single.shown_lower(single.points[0]) is None


# --- Rules --------------------------------------------------------------------------------------------------------


def test_a_quiet_series_has_no_signal():
    assert set(causes(QUIET)) == {NONE}
    assert set(classes(QUIET, desired="up")) == {Variation.COMMON}


def test_a_point_outside_a_limit():
    assert causes([*QUIET, 70])[-1] == SpecialCause.ABOVE_UPPER
    assert causes([*QUIET, 30])[-1] == SpecialCause.BELOW_LOWER


def test_a_point_on_a_limit_is_within_it():
    """Ranges 1: limits 2.66 from the mean of 0. The mean is held, so that the last points do not move it."""
    steady = [0.5, -0.5] * 6
    on, over = causes([*steady, 2.66], fix_after=12)[-1], causes([*steady, 2.6601], fix_after=12)[-1]
    assert (on, over) == (NONE, SpecialCause.ABOVE_UPPER)


def test_seven_rising_points_are_a_trend_from_the_first_and_a_tie_breaks_it():
    held = [50, 40, 60, 40, 60, 40, 60, 40, 60, 40, 60, 50]
    rising = [47, 48, 49, 50, 51, 52, 53]
    found = causes([*held, *rising], fix_after=12)
    # The 50 before is no part of it, for it lies higher.
    assert found == [NONE] * 12 + [SpecialCause.RISING] * 7
    assert set(causes([*held, *rising[:6]], fix_after=12)) == {NONE}
    assert set(causes([*held, 47, 48, 49, 50, 50, 51, 52], fix_after=12)) == {NONE}
    assert causes([*held, *rising[::-1], 60], fix_after=12)[12:] == [SpecialCause.FALLING] * 7 + [NONE]


def test_the_peak_between_two_trends_belongs_to_the_later():
    held = [50, 40, 60, 40, 60, 40, 60, 40, 60, 40, 60, 50]
    both = [47, 48, 49, 50, 51, 52, 53, 52, 51, 50, 49, 48, 47]
    found = causes([*held, *both], fix_after=12)[12:]
    assert found == [SpecialCause.RISING] * 6 + [SpecialCause.FALLING] * 7


def test_seven_points_on_one_side_are_a_shift_and_a_point_on_the_mean_breaks_it():
    held = [50, 40, 60, 40, 60, 40, 60, 40, 60, 40, 60, 50]
    above = [52, 51, 52, 51, 52, 51, 52]
    assert causes([*held, 49, *above], fix_after=12)[12:] == [NONE] + [SpecialCause.ABOVE_MEAN] * 7
    assert set(causes([*held, 49, *above[:3], 50, *above[:3]], fix_after=12)) == {NONE}
    below = [100 - value for value in above]
    assert causes([*held, 51, *below], fix_after=12)[12:] == [NONE] + [SpecialCause.BELOW_MEAN] * 7


def test_two_of_three_near_a_limit_on_one_side():
    """Limits 2.66 from the mean of 0, near from 1.7733 on."""
    steady = [0.5, -0.5] * 6
    near = SpecialCause.NEAR_UPPER
    for three, expected in (
        ([2, 1, 2], [near, NONE, near]),
        ([2, 2, 1], [near, near, NONE]),
        ([1.77, 1, 2], [NONE] * 3),
        ([2, -1, 2], [NONE] * 3),
        ([2, 0, 2], [NONE] * 3),
        ([2, 1, -2], [NONE] * 3),
        ([-2, -1, -2], [SpecialCause.NEAR_LOWER, NONE, SpecialCause.NEAR_LOWER]),
        ([2, 3, 1], [NONE, SpecialCause.ABOVE_UPPER, NONE]),
    ):
        assert causes([*steady, *three], fix_after=12)[12:] == expected, three


def test_the_first_rule_that_holds_is_told():
    steady = [0.5, -0.5] * 6
    rising = causes([*steady, -1, 0.1, 0.2, 0.3, 0.4, 2, 2.1, 9], fix_after=12)[12:]
    assert rising == [SpecialCause.RISING] * 7 + [SpecialCause.ABOVE_UPPER]
    shift = causes([*steady, 1, 2, 1, 2, 1, 0.5, 1], fix_after=12)[12:]
    assert shift == [SpecialCause.ABOVE_MEAN, SpecialCause.NEAR_UPPER] * 2 + [SpecialCause.ABOVE_MEAN] * 3


@pytest.mark.parametrize(
    ("desired", "high", "low"),
    [
        ("up", Variation.IMPROVEMENT, Variation.CONCERN),
        ("down", Variation.CONCERN, Variation.IMPROVEMENT),
        (None, Variation.NEUTRAL_HIGH, Variation.NEUTRAL_LOW),
    ],
)
def test_the_class_of_a_signal_follows_the_desired_direction(desired, high, low):
    assert xmr([*QUIET, 70], desired=desired).variation == high
    assert xmr([*QUIET, 30], desired=desired).variation == low
    assert xmr([*QUIET, 30, 50], desired=desired).variation == Variation.COMMON


def test_a_falling_trend_is_judged_by_its_direction_even_above_the_mean():
    held = [50, 40, 60, 40, 60, 40, 60, 40, 60, 40, 60, 50]
    found = xmr([*held, 57, 56, 55, 54, 53, 52, 51], desired="down", fix_after=12)
    assert found.variation == Variation.IMPROVEMENT


# --- Missing points, few points, wrong input ----------------------------------------------------------------------


def test_a_missing_point_breaks_runs_and_has_no_range():
    held = [50, 40, 60, 40, 60, 40, 60, 40, 60, 40, 60, 50]
    rising = [46, 47, 48, 49, None, 51, 52, 53]
    result = xmr([*held, *rising], fix_after=12)
    assert {point.special_cause for point in result.points} == {NONE}
    assert result.points[16].value is None
    assert result.points[16].upper == result.points[0].upper
    assert xmr([1, 2, None, 90, 91]).groups[0].upper == pytest.approx(46 + 2.66)


def test_a_series_is_judged_by_its_last_point_with_a_value():
    result = xmr([*QUIET, 70, None], desired="down", target=10)
    assert (result.variation, result.assurance) == (Variation.CONCERN, Assurance.FAIL)
    rebased = xmr([*QUIET, 70, None], desired="down", target=10, rebase_at=[15])
    assert (rebased.variation, rebased.assurance) == (Variation.CONCERN, Assurance.FAIL)
    assert rebased.last_group.stop == 15
    assert rebased.points[-1].mean is None


@pytest.mark.parametrize(
    ("count", "trial", "too_few"), [(0, True, True), (5, True, True), (6, True, False), (12, True, False)]
)
def test_few_points_are_told(count, trial, too_few):
    result = xmr(QUIET[:count])
    assert (result.is_trial, result.is_too_few) == (trial, too_few)
    # A missing point is none.
    assert xmr([None, *QUIET[:count], None]).is_too_few == too_few


def test_enough_points_are_told():
    assert not xmr(QUIET[:13]).is_trial
    assert not xmr(QUIET[:13], fix_after=12).is_trial
    assert xmr(QUIET[:13], fix_after=11).is_trial
    assert xmr(QUIET[:13], fix_after=5).is_too_few
    after_break = xmr([*QUIET, *QUIET[:5]], rebase_at=[len(QUIET)])
    assert [group.is_too_few for group in after_break.groups] == [False, True]
    assert after_break.is_too_few


def test_nothing_comes_of_nothing():
    result = xmr([])
    assert (result.points, result.groups, result.variation, result.assurance) == ((), (), None, None)
    assert limits([5]) == [(None, 5, None)]
    assert causes([5]) == [NONE]
    assert limits([None]) == [(None, None, None)]
    assert limits([5, None, 6])[0] == (None, 5.5, None)
    assert xmr([5], desired="up", target=3).assurance is None


@pytest.mark.parametrize(
    ("values", "options"),
    [
        ([1, 2], {"desired": "higher"}),
        ([1, 2], {"rebase_at": [3]}),
        ([1, 2], {"rebase_at": [-1]}),
        ([1, 2], {"fix_after": 1}),
        ([1, math.nan], {}),
        ([1, Decimal("Infinity")], {}),
        ([1, 2], {"target": math.inf}),
    ],
)
def test_wrong_input_is_refused(values, options):
    with pytest.raises(ValueError, match="\\."):
        xmr(values, **options)


def test_a_break_after_the_last_point_and_decimals_are_taken():
    assert len(xmr([Decimal("1.5"), 2], rebase_at=[0, 2, 2]).groups) == 1
    assert xmr([Decimal("1.5"), 2], target=Decimal(5), desired="up").assurance == Assurance.FAIL


# --- Assurance ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "up", "down"),
    [
        (8, Assurance.FAIL, Assurance.PASS),
        (2, Assurance.PASS, Assurance.FAIL),
        (5, Assurance.HIT_OR_MISS, Assurance.HIT_OR_MISS),
        (5 + 2.66, Assurance.HIT_OR_MISS, Assurance.HIT_OR_MISS),
        (5 - 2.66, Assurance.HIT_OR_MISS, Assurance.HIT_OR_MISS),
    ],
)
def test_the_assurance_compares_the_target_with_the_limits(target, up, down):
    values = [4.5, 5.5] * 7
    assert xmr(values, desired="up", target=target).assurance == up
    assert xmr(values, desired="down", target=target).assurance == down
    assert xmr(values, target=target).assurance is None
    assert xmr(values, desired="up").assurance is None


# --- Properties ---------------------------------------------------------------------------------------------------

series = st.lists(st.integers(-1000, 1000), min_size=1, max_size=40)
with_gaps = st.lists(st.none() | st.integers(-12, 12), min_size=1, max_size=40)
# Steps of one and two: these come to trends, shifts and points near the limits far oftener than values at random.
walks = st.lists(st.sampled_from([-2, -1, -1, 0, 1, 1, 2, 7]), min_size=1, max_size=40).map(
    lambda steps: [sum(steps[: place + 1]) for place in range(len(steps))]
)
any_series = series | with_gaps | walks
screened = st.booleans()


def moved(values, by):
    return [None if value is None else value + by for value in values]


def times(values, factor):
    return [None if value is None else value * factor for value in values]


def same_lines(found, expected, scale):
    """Are the lines the same but for the last bits of numbers of the size of ``scale``?"""
    for one, other in zip(sum(found, ()), sum(expected, ()), strict=True):
        assert (one is None) == (other is None)
        assert one is None or one == pytest.approx(other, rel=1e-9, abs=1e-9 * scale)


def changed(lines, change):
    return [tuple(None if line is None else change(line) for line in three) for three in lines]


@given(any_series, st.integers(-1000, 1000), screened)
def test_a_constant_moves_the_lines_and_leaves_the_signals(values, by, screen):
    shifted = moved(values, by)
    assert causes(shifted, screen_outliers=screen) == causes(values, screen_outliers=screen)
    before, after = (limits(one, screen_outliers=screen) for one in (values, shifted))
    same_lines(after, changed(before, lambda line: line + by), scale=1000)


@given(any_series, st.sampled_from([0.001, 0.1, 0.3, 1 / 3, 2, 7, 1e6]))
def test_a_positive_factor_scales_the_lines_and_leaves_the_signals(values, factor):
    scaled = times(values, factor)
    assert causes(scaled) == causes(values)
    same_lines(limits(scaled), changed(limits(values), lambda line: line * factor), scale=1000 * factor)


OPPOSITES = [
    (SpecialCause.ABOVE_UPPER, SpecialCause.BELOW_LOWER),
    (SpecialCause.RISING, SpecialCause.FALLING),
    (SpecialCause.NEAR_UPPER, SpecialCause.NEAR_LOWER),
    (SpecialCause.ABOVE_MEAN, SpecialCause.BELOW_MEAN),
]
MIRROR = {NONE: NONE, **dict(OPPOSITES), **{low: high for high, low in OPPOSITES}}


@given(any_series, st.sampled_from([("up", "down"), ("down", "up")]), st.integers(-1000, 1000), screened)
def test_the_mirror_image_has_the_mirrored_signals_and_the_same_judgement(values, directions, target, screen):
    one = xmr(values, desired=directions[0], target=target, screen_outliers=screen)
    other = xmr(times(values, -1), desired=directions[1], target=-target, screen_outliers=screen)
    assert [point.special_cause for point in other.points] == [MIRROR[point.special_cause] for point in one.points]
    assert [point.variation for point in other.points] == [point.variation for point in one.points]
    assert (other.variation, other.assurance) == (one.variation, one.assurance)


@given(any_series, any_series, st.none() | st.integers(2, 20), screened)
def test_rebasing_equals_two_separate_runs(first, second, fixed, screen):
    options = {"desired": "up", "fix_after": fixed, "screen_outliers": screen}
    together = xmr(first + second, rebase_at=[len(first)], **options)
    assert together.points == xmr(first, **options).points + xmr(second, **options).points


@given(st.floats(-1e9, 1e9), st.integers(1, 60), screened)
@example(0.1, 14, False)
@example(1 / 3, 7, True)
def test_a_constant_series_has_no_signal(value, count, screen):
    assert set(causes([value] * count, screen_outliers=screen)) == {NONE}


@given(st.integers(1, 10**6), st.lists(st.sampled_from([3, 7, 11, 13, 17]), min_size=1, max_size=40))
def test_the_same_rate_reckoned_in_different_ways_has_no_signal(count, divisors):
    """Each is the same number but for the last bits of a float."""
    assert set(causes([count / divisor * 100 / 7 * divisor for divisor in divisors])) == {NONE}


def test_without_the_tolerance_the_last_bits_of_a_float_signal(monkeypatch):
    """The control of the two above."""
    values = [0.3] * 7 + [0.1 + 0.2] * 7
    assert set(causes(values)) == {NONE}
    monkeypatch.setattr(spc, "SAME", 0.0)
    assert set(causes(values)) != {NONE}


def by_the_book(values):
    """The special causes of one group of whole numbers, in exact fractions and by asking every window of points."""
    mean = Fraction(sum(values), len(values))
    ranges = [abs(b - a) for a, b in pairwise(values)]
    reach = Fraction("2.66") * Fraction(sum(ranges), len(ranges)) if ranges else None
    away = [value - mean for value in values]
    told = []
    for place, one in enumerate(away):
        sevens = [away[first : first + 7] for first in range(max(0, place - 6), place + 1) if first + 7 <= len(away)]
        threes = [away[first : first + 3] for first in range(max(0, place - 2), place + 1) if first + 3 <= len(away)]
        directions = [+1 if steps[0] > 0 else -1 for seven in sevens if (steps := one_way(seven))]
        if ranges and abs(one) > reach:
            told.append(OPPOSITES[0][one < 0])
        elif directions:
            told.append(OPPOSITES[1][directions[-1] < 0])
        elif ranges and is_near(one, reach) and any(is_signal(three, reach) for three in threes):
            told.append(OPPOSITES[2][one < 0])
        elif any(one_side(seven) for seven in sevens):
            told.append(OPPOSITES[3][one < 0])
        else:
            told.append(NONE)
    return told


def one_side(numbers):
    return all(number > 0 for number in numbers) or all(number < 0 for number in numbers)


def one_way(numbers):
    """The steps between ``numbers`` if all go the same way, otherwise nothing."""
    steps = [b - a for a, b in pairwise(numbers)]
    return steps if one_side(steps) else []


def is_near(away, reach):
    return reach * 2 / 3 < abs(away) <= reach


def is_signal(three, reach):
    return one_side(three) and sum(is_near(away, reach) for away in three) >= 2


@settings(max_examples=400)
@given(series | walks)
def test_the_signals_are_those_of_the_book(values):
    assert causes(values) == by_the_book(values)


# --- The samples --------------------------------------------------------------------------------------------------

# Twelve digits are printed of the values and of what is expected: half of the last one is up to 5e-12 of the number.
PRINTED = {"rel": 1e-11, "abs": 1e-11}

DESIRED = {"increase": "up", "decrease": "down", "neutral": None}
CAUSES = {
    "Common Cause": NONE,
    "Above UCL": SpecialCause.ABOVE_UPPER,
    "Below LCL": SpecialCause.BELOW_LOWER,
    "7 Point Trend (Increasing)": SpecialCause.RISING,
    "7 Point Trend (Decreasing)": SpecialCause.FALLING,
    "2 in 3 Above CL": SpecialCause.NEAR_UPPER,
    "2 in 3 Below CL": SpecialCause.NEAR_LOWER,
    "7 Points Above CL": SpecialCause.ABOVE_MEAN,
    "7 Points Below CL": SpecialCause.BELOW_MEAN,
}
ASSURANCES = {
    None: None,
    "consistent_pass": Assurance.PASS,
    "consistent_fail": Assurance.FAIL,
    "inconsistent": Assurance.HIT_OR_MISS,
}


def variation(name):
    return Variation(name.replace("_", " "))


@cache
def sample_cases():
    return json.loads((SAMPLES / "xmr_cases.json").read_text()) if SAMPLES.is_dir() else []


@cache
def sample_points():
    with (SAMPLES / "xmr_points.csv").open(newline="") as file:
        return {case: list(rows) for case, rows in groupby(csv.DictReader(file), key=lambda row: row["case_id"])}


@cache
def unit_cases():
    return json.loads((SAMPLES / "xmr_unit_cases.json").read_text())


def unit_cases_of(name):
    found = [cases for title, cases in unit_cases()["functions"].items() if title.startswith(name)]
    assert len(found) == 1
    assert found[0]
    return found[0]


def run_of(case, rows):
    return xmr(
        [float(row["value"]) for row in rows],
        desired=DESIRED[case["improvement_direction"]],
        rebase_at=[place for place, row in enumerate(rows) if row["date"] in case["rebase"]],
        fix_after=case["fix_after_n_points"],
        screen_outliers=case["screen_outliers"],
        target=case["target"],
    )


def agrees(case):
    """The run of the sample ``case`` against all that is expected of it."""
    rows, expected = sample_points()[case["case_id"]], case["expected"]
    result = run_of(case, rows)
    last = result.points[-1]
    assert len(rows) == case["n"]
    for point, row in zip(result.points, rows, strict=True):
        numbers = [float(row[name]) for name in ("mean", "lpl", "upl")]
        assert [point.mean, point.lower, point.upper] == pytest.approx(numbers, **PRINTED)
        assert point.special_cause == CAUSES[row["special_cause_type"]]
        assert bool(point.special_cause) == (row["special_cause_flag"] == "TRUE")
        assert point.variation == variation(row["point_type"])
    for group in result.groups:
        short = [row["short_group_warning"] == "TRUE" for row in rows[group.start : group.stop]]
        assert short == [group.is_trial] * len(short)
    assert [last.mean, last.lower, last.upper] == pytest.approx(
        [expected[k] for k in ("mean", "lpl", "upl")], **PRINTED
    )
    assert last.special_cause == CAUSES[expected["last_special_cause_type"]]
    assert result.variation == variation(expected["variation_type"])
    assert result.assurance == ASSURANCES[expected["assurance_type"]]
    found = [point.variation for point in result.points]
    assert found.count(Variation.IMPROVEMENT) == expected["n_improvement"]
    assert found.count(Variation.CONCERN) == expected["n_concern"]
    assert found.count(Variation.COMMON) == expected["n_common"] == case["n"] - expected["n_special"]


@needs_samples
@pytest.mark.parametrize("case", sample_cases(), ids=lambda case: case["case_id"])
def test_the_sample_cases_agree(case):
    agrees(case)


@needs_samples
def test_all_sample_points_belong_to_a_case():
    assert set(sample_points()) == {case["case_id"] for case in sample_cases()}
    assert len(sample_cases()) >= 38


def disagreeing():
    names = []
    for case in sample_cases():
        try:
            agrees(case)
        except AssertionError:
            names.append(case["case_id"])
    return names


@needs_samples
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LIMIT", 2.66 * (1 + 1e-9)),
        ("NEAR", 0.6),
        ("RUN", 6),
        ("RUN", 8),
        ("SCREEN", 2.5),
        ("SAME", 0.01),
        ("FEWEST_FOR_LIMITS", 12),
        ("_TREND", {0: NONE, 1: NONE, -1: NONE}),
    ],
)
def test_a_broken_rule_is_found_by_the_samples(monkeypatch, name, value):
    assert disagreeing() == []
    monkeypatch.setattr(spc, name, value)
    assert disagreeing()


@needs_samples
def test_runs_are_found_as_in_the_unit_cases():
    for case in unit_cases_of("seven_points_one_side"):
        assert [abs(sign) for sign in spc.run_ends(case["in"], 7)] == case["out"], case
    for case in unit_cases_of("part_of_seven"):
        assert [abs(sign) for sign in spc.whole_runs(case["in"], 7)] == case["out"], case
    for case in unit_cases_of("seven_point_trend"):
        steps = [0, *(spc._side(b, a, 0) for a, b in pairwise(case["in"]))]
        assert spc.run_ends(steps, 6) == case["out"], case


@needs_samples
def test_two_of_three_is_found_as_in_the_unit_cases():
    for case in unit_cases_of("two_in_three"):
        assert spc.two_of_three(case["close"], case["rel"]) == [bool(one) for one in case["out"]], case
    for case in unit_cases_of("flagged_two_in_three"):
        windows = spc.two_of_three(case["close"], case["rel"])
        flagged = [int(within and bool(one)) for within, one in zip(windows, case["close"], strict=True)]
        assert flagged == case["out"], case


@needs_samples
def test_assurance_is_as_in_the_unit_cases():
    for case in unit_cases_of("assurance"):
        group = spc.Group(0, 20, 20, 20, (case["lpl"] + case["upl"]) / 2, case["lpl"], case["upl"])
        assert spc._assurance(group, case["target"], DESIRED[case["direction"]]) == ASSURANCES[case["out"]], case


@needs_samples
def test_the_constants_are_those_of_the_samples():
    constants = unit_cases()["constants"]
    assert constants["limit_multiplier"] == spc.LIMIT
    assert pytest.approx(constants["near_limit_multiplier"]) == spc.LIMIT * spc.NEAR
    assert constants["min_fix_after_n_points"] == spc.FEWEST_FOR_FIXED_LIMITS
    assert f"{spc.SCREEN} x" in constants["outlier_screen"]
    assert f"n < {spc.FEWEST_FOR_LIMITS} points" in constants["short_group_warning"]


# --- The benchmark ------------------------------------------------------------------------------------------------


def test_the_benchmark_reckons_every_series_and_compares_with_the_floor(capsys):
    measured = spc_bench.run(runs=1, count=3, length=20)
    assert (measured["series"], measured["points"]) == (3, 20)
    assert measured["to_floor"] == measured["xmr"] / measured["floor"]
    assert "XmR" in capsys.readouterr().out
