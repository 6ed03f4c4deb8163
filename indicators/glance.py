"""An indicator as one row of a list: its line in small, and what happened in a sentence."""

from dataclasses import dataclass

from django.db.models import Prefetch

from indicators import charts, disclosure, series
from indicators.assessment import Assessment, assess
from indicators.models import Indicator, Observation

_NOT_READ = [
    "stated_percent",
    "stated_absolute",
    "against_start",
    "against_end",
    "against_value",
    "recorded_by",
    "arrival",
]


@dataclass(frozen=True)
class Glance:
    """``sparkline`` is SVG, or "" where there are too few periods for a line."""

    indicator: Indicator
    assessment: Assessment
    sparkline: str


def glances(indicators, user, partnership):
    """Glances at the queryset ``indicators`` of ``partnership``, as ``user`` may see them. Three queries."""
    observations = Observation.objects.defer(*_NOT_READ)
    if disclosure.sees_true_values(user, partnership):
        observations = observations.of_whole_area()
    else:
        observations = observations.filter(disclosure.DECIDING)
    found = indicators.prefetch_related(Prefetch("observations", observations), "breaks")
    return [_glance(one, user) for one in found]


def _glance(indicator, user):
    shown = disclosure.shown_to(user, indicator, indicator.observations.all())
    whole = [one for one in series.in_order(shown) if one.area_id is None]
    return Glance(indicator, assess(indicator, whole, indicator.breaks.all()), _sparkline(indicator, whole))


def _sparkline(indicator, observations):
    points = series.points(observations)
    if not series.is_charted(points):
        return ""
    return charts.sparkline(points, breaks=series.break_lines(indicator))
