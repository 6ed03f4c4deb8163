"""What of an indicator's figures may be published: the only home of suppression and rounding.

Counts below the indicator's threshold have no value in public. Where one area alone would be missing beside the whole
(or the areas that are missing could only be all zeros, or all one below the threshold), anybody could work it out, so
the area with the next smallest figure is held back too, and where there is none, the whole.
"""

from collections import defaultdict
from copy import copy
from decimal import Decimal

from django.db.models import Q

from accounts.permissions import works_in
from indicators import figures

SUPPRESSED = "Suppressed: too small a number to be published, or one that would tell such a number."

# The figures that decide what may be said of the whole: its own and, where one may tell another, those of its parts.
DECIDING = Q(area=None) | Q(indicator__secondary_suppression=True)


def sees_true_values(user, partnership):
    """Whether ``user`` works in ``partnership`` (or its number) rather than only reads. No query within a request."""
    return works_in(user, partnership)


def shown_to(user, indicator, observations):
    """``observations`` as ``user`` may see them: the true values for those who work in the partnership."""
    if sees_true_values(user, indicator.partnership_id):
        return list(observations)
    return for_publication(indicator, observations)


def for_publication(indicator, observations):
    """``observations`` as they may be published, in the same order: copies wherever something is kept back.

    Give the figures of all areas together: whether one must be held back depends on the others. A figure that is
    held back has no value and is marked as confidential. Nothing that would tell it is kept: no note, no change as
    printed, and in the figures beside it no change as printed and no note with a number in it. A rounded figure
    that was not zero and now is says so in ``is_low``, and every rounded one to what in ``rounded_to``.
    """
    observations = list(observations)
    held = held_back(indicator, observations)
    if not held and not _is_rounded(indicator):
        return observations
    touched, periods = {area for area, _, _ in held}, {(start, end) for _, start, end in held}
    published = []
    for one in observations:
        if _place(one) in held:
            one = _suppressed(one)
        elif _is_rounded(indicator) or {one.area_id, None} & touched or (one.start, one.end) in periods:
            one = _rounded(indicator, _discreet(one))
        published.append(one)
    return published


def held_back(indicator, observations):
    """The places (area's number or None for the whole, start, end) whose figures are not published, as a set.

    A place is held back with all that was ever given for it: a restatement would tell the other.
    """
    if indicator.suppression_threshold is None:
        return set()
    periods = defaultdict(lambda: defaultdict(set))
    for one in observations:
        if one.value is not None:
            periods[one.start, one.end][one.area_id].add(one.value)
    return {
        (area, start, end)
        for (start, end), values in periods.items()
        for area in _held_areas(values, indicator.suppression_threshold, indicator.secondary_suppression)
    }


def is_held_back(observation, held):
    """Whether a figure is among ``held``, as ``held_back`` gives them: what those who see it must not publish."""
    return observation.value is not None and _place(observation) in held


def _held_areas(values, threshold, secondary):
    """Of one period's ``values``, a set for each area, those areas that are held back."""
    small = {area for area in values if min(values[area]) < threshold}
    areas = small - {None}
    if not secondary or not areas or None in small or None not in values:
        return small
    extremes = any(all(extreme in values[area] for area in areas) for extreme in (0, threshold - 1))
    if len(areas) > 1 and not extremes:
        return small
    others = [area for area in values if area is not None and area not in areas]
    return small | {min(others, key=lambda area: (min(values[area]), area)) if others else None}


def _place(observation):
    return observation.area_id, observation.start, observation.end


def _is_rounded(indicator):
    return indicator.rounding is not None and indicator.rounding > 1


def _suppressed(observation):
    hidden = _without_stated_change(observation)
    hidden.value = None
    hidden.missing = hidden.Missing.CONFIDENTIAL
    hidden.qualifier = hidden.Qualifier.EXACT
    hidden.note = SUPPRESSED
    return hidden


def _discreet(observation):
    """Without what could tell another figure, or its own before it was rounded."""
    told = _without_stated_change(observation)
    if any(character.isdigit() for character in told.note):
        told.note = ""
    return told


def _without_stated_change(observation):
    told = copy(observation)
    told.stated_percent = told.stated_absolute = told.against_value = None
    return told


def _rounded(indicator, observation):
    if not _is_rounded(indicator) or observation.value is None:
        return observation
    step = Decimal(indicator.rounding)
    rounded = figures.round_half_up(observation.value / step, 0) * step
    observation.is_low = bool(observation.value) and not rounded
    observation.rounded_to = step
    observation.value = rounded
    return observation
