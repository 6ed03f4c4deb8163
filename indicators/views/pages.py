from django.core.paginator import Paginator
from django.db.models import F, Prefetch
from django.http import Http404, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.models import Partnership
from indicators import disclosure, downloads, permissions, profile, series
from indicators.forms import IndicatorSearchForm
from indicators.glance import glances
from indicators.models import Indicator, Observation


@require_safe
def indicator_list(request, partnership):
    partnership = get_object_or_404(Partnership.objects.visible_to(request.user), slug=partnership)
    form = IndicatorSearchForm(request.GET)
    page = Paginator(form.filter(partnership.indicators.all()), 25).get_page(request.GET.get("page"))
    return render(
        request,
        "indicators/indicator_list.html",
        {
            "partnership": partnership,
            "form": form,
            "page": page,
            "rows": glances(page.object_list, request.user, partnership),
            "works_here": disclosure.sees_true_values(request.user, partnership),
            "can_enter_figures": permissions.can_enter_figures(request.user, partnership),
        },
    )


@require_safe
def indicator_detail(request, partnership, slug):
    indicator = _indicator(request, partnership, slug)
    return render(
        request,
        "indicators/indicator_detail.html",
        {
            "indicator": indicator,
            "profile": profile.profile(indicator, *_shown(request, indicator)),
            "earlier_definitions": indicator.earlier_definitions.all(),
            "continues": indicator.continues.filter(partnership=indicator.partnership_id),
            "continued_by": indicator.continued_by.filter(partnership=indicator.partnership_id),
            "works_here": disclosure.sees_true_values(request.user, indicator.partnership_id),
            "can_enter_figures": permissions.can_enter_figures(request.user, indicator.partnership_id),
            "can_change_definitions": permissions.can_change_definitions(request.user, indicator.partnership_id),
            "priorities": indicator.priorities.visible_to(request.user)
            .select_related("agreement__partnership")
            .order_by("-agreement__year", "position"),
        },
    )


@require_safe
def indicator_figure(request, partnership, slug):
    """What static/js/chart.js draws in place of the page's picture: the same points, limits and breaks."""
    indicator = _indicator(request, partnership, slug)
    figure = profile.screen_figure(indicator, _shown(request, indicator)[0])
    if figure is None:
        raise Http404("Too few periods for a chart.")
    return JsonResponse(figure)


@require_safe
def indicator_csv(request, partnership, slug):
    indicator, rows = _download(request, partnership, slug)
    return downloads.as_csv(f"{partnership}-{slug}", indicator, rows)


@require_safe
def indicator_ods(request, partnership, slug):
    indicator, rows = _download(request, partnership, slug)
    return downloads.as_ods(f"{partnership}-{slug}", indicator, rows)


@require_safe
def indicator_json(request, partnership, slug):
    indicator, rows = _download(request, partnership, slug)
    return downloads.as_json(f"{partnership}-{slug}", indicator, rows, series.numbered_breaks(indicator))


def _indicator(request, partnership, slug):
    """The indicator with its breaks and all its figures, each with the name of the file that brought it."""
    figures = Observation.objects.annotate(file_name=F("arrival__file_name"))
    return get_object_or_404(
        Indicator.objects.visible_to(request.user)
        .select_related("partnership")
        .prefetch_related(Prefetch("observations", figures), "breaks"),
        partnership__slug=partnership,
        slug=slug,
    )


def _shown(request, indicator):
    """The figures of all areas as the person may see them, and the places that are not to be published."""
    known = indicator.observations.all()
    return disclosure.shown_to(request.user, indicator, known), disclosure.held_back(indicator, known)


def _download(request, partnership, slug):
    indicator = _indicator(request, partnership, slug)
    shown, held = _shown(request, indicator)
    return indicator, series.rows(indicator, shown, indicator.partnership.areas.all(), held)
