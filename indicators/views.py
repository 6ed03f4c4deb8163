from decimal import Decimal

from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.csv_export import csv_response
from accounts.models import Partnership
from accounts.permissions import working_in
from indicators import series
from indicators.forms import IndicatorSearchForm
from indicators.models import Indicator

CSV_COLUMNS = [
    "period",
    "start",
    "end",
    "value",
    "qualifier",
    "status",
    "printed_in",
    "as_at",
    "note",
    "restatement",
    "stated_change",
]


def _indicator(request, partnership, slug):
    return get_object_or_404(
        Indicator.objects.visible_to(request.user).select_related("partnership").with_figures(),
        partnership__slug=partnership,
        slug=slug,
    )


@require_safe
def indicator_list(request, partnership):
    partnership = get_object_or_404(Partnership.objects.visible_to(request.user), slug=partnership)
    form = IndicatorSearchForm(request.GET)
    found = form.filter(partnership.indicators.with_figures())
    page = Paginator(found, 25).get_page(request.GET.get("page"))
    return render(
        request,
        "indicators/indicator_list.html",
        {
            "partnership": partnership,
            "form": form,
            "page": page,
            "rows": [(one, series.direction_of_travel(one)) for one in page],
        },
    )


@require_safe
def indicator_detail(request, partnership, slug):
    indicator = _indicator(request, partnership, slug)
    observations = indicator.observations.all()
    return render(
        request,
        "indicators/indicator_detail.html",
        {
            "indicator": indicator,
            "figures": series.in_words(indicator, observations),
            "breaks": series.numbered_breaks(indicator),
            "chart": series.chart(indicator, observations, "chart"),
            "travel": series.direction_of_travel(indicator),
            "can_raise_concern": working_in(request.user).filter(pk=indicator.partnership_id).exists(),
            "priorities": indicator.priorities.visible_to(request.user)
            .select_related("agreement__partnership")
            .order_by("-agreement__year", "position"),
        },
    )


@require_safe
def indicator_csv(request, partnership, slug):
    """The figures as CSV. A figure is a number, so a fall keeps its sign."""
    indicator = _indicator(request, partnership, slug)
    figures = series.in_words(indicator, indicator.observations.all())
    rows = ([_cell(figure, column) for column in CSV_COLUMNS] for figure in figures)
    return csv_response(f"{partnership}-{slug}.csv", CSV_COLUMNS, rows)


def _cell(figure, column):
    text = getattr(figure, column) or ""
    return Decimal(text) if column == "value" and text else text
