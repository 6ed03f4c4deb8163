"""What suppliers owe when, and the Working Group's look at all indicators."""

from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.csv_export import csv_response
from accounts.permissions import working_in
from actions import indicator_watch, permissions
from indicators import supplies
from priorities.models import Agreement

SHOWN = {
    indicator_watch.Show.ALL: "All",
    indicator_watch.Show.CHANGED: "Changed since the last meeting",
    indicator_watch.Show.LATE: "Late from the supplier",
    indicator_watch.Show.SIGNALS: "With a signal",
}
CSV_COLUMNS = ["due", "state", "indicator", "period", "start", "end", "supplier", "contact"]


@require_safe
def supply_calendar(request, partnership):
    """Every figure that is owed, by state and due date."""
    partnership = _partnership(request, partnership)
    context = {"partnership": partnership, "calendar": _calendar(partnership)}
    return render(request, "indicators/supply_calendar.html", context)


@require_safe
def supply_csv(request, partnership):
    partnership = _partnership(request, partnership)
    rows = (
        [
            line.owed.due,
            line.state.label,
            line.indicator.title,
            line.owed.period.label,
            line.owed.period.start,
            line.owed.period.end,
            line.indicator.supplier,
            str(line.contact or "The officers"),
        ]
        for line in _calendar(partnership).lines
    )
    return csv_response(f"{partnership.slug}-supplies.csv", CSV_COLUMNS, rows)


def _calendar(partnership):
    return supplies.calendar(supplies.supplied().filter(partnership=partnership), timezone.localdate())


def _partnership(request, slug):
    """The partnership, for those who work in it; to anybody else its calendar does not exist."""
    return get_object_or_404(working_in(request.user), slug=slug)


@require_safe
def indicator_dashboard(request, partnership, year):
    """All indicators of the year at one look: ``show`` picks those that changed, are late or signal something."""
    seen = Agreement.objects.filter(partnership__in=permissions.reviews_seen_in(request.user))
    agreement = get_object_or_404(seen.in_year(partnership, year))
    show = request.GET.get("show", indicator_watch.Show.ALL)
    if show not in SHOWN:
        raise Http404
    watch = indicator_watch.look(agreement, timezone.localdate())
    context = {
        "agreement": agreement,
        "watch": watch,
        "show": show,
        "choices": [(one, label, watch.counts[one]) for one, label in SHOWN.items()],
        "groups": watch.groups(show),
    }
    return render(request, "actions/indicator_dashboard.html", context)
