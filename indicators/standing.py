"""The figures that stand now: of several for one indicator, area and period, the last given."""

from django.db.models import F

from indicators.imports.proposals import Standing
from indicators.models import Observation

# As Observation.order sorts the figures of one period.
_ORDER = ["printed_year", F("recorded_at").asc(nulls_first=True), "as_at", "printed_in", "pk"]
_KEY = ["indicator_id", "area_id", "start", "end"]
_REST = ["pk", "value", "missing", "qualifier", "status", "as_at", "note", "arrival_id"]


def standing(proposals):
    """{key of a Proposal: Standing} for all that could stand where ``proposals`` come, in one query."""
    proposals = list(proposals)
    if not proposals:
        return {}
    possible = Observation.objects.filter(
        indicator__in={one.indicator for one in proposals},
        start__gte=min(one.start for one in proposals),
        end__lte=max(one.end for one in proposals),
    )
    rows = possible.order_by(*_ORDER).values_list(*_KEY, *_REST)
    return {row[: len(_KEY)]: Standing(*row[len(_KEY) :]) for row in rows.iterator()}
