from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from accounts.decorators import read_or_write
from indicators import permissions, recording
from indicators.forms.figure import FigureForm
from indicators.imports.proposals import Outcome
from indicators.models import Indicator, Observation

_SAID = {
    Outcome.NEW: "The figure was recorded.",
    Outcome.RESTATED: "The figure was recorded beside the one that stood. Both are kept.",
    Outcome.UNCHANGED: "This figure stands already. Nothing was changed.",
}


@read_or_write
def figure_add(request, partnership, slug):
    """Record one figure. Where one stands for the period, the page says so first."""
    indicator = _indicator(request, partnership, slug)
    at = timezone.now()
    form = FigureForm(request.POST or None, indicator=indicator, on=timezone.localdate(at))
    if request.method != "POST" or not form.is_valid():
        return _page(request, indicator, form)
    seen = _seen(form)
    try:
        outcome = recording.record(indicator, form.proposal, seen=seen, by=request.user, at=at)
    except recording.Changed as changed:
        form.show(changed.current)
        return _page(request, indicator, form, standing=changed.current, status=409 if seen else 200)
    messages.success(request, _SAID[outcome])
    return redirect(indicator)


def _seen(form):
    """The number of the figure that was shown as standing; None where it is for another period or area than now."""
    seen = form.cleaned_data["seen"]
    place = Observation.objects.filter(pk=seen).values_list("indicator", "area", "start", "end").first()
    return seen if place in (None, form.proposal.key) else None


def _indicator(request, partnership, slug):
    indicator = get_object_or_404(
        Indicator.objects.visible_to(request.user).select_related("partnership"),
        partnership__slug=partnership,
        slug=slug,
    )
    if not permissions.can_enter_figures(request.user, indicator.partnership):
        raise PermissionDenied
    return indicator


def _page(request, indicator, form, *, standing=None, status=200):
    context = {"indicator": indicator, "partnership": indicator.partnership, "form": form, "changed": status == 409}
    if standing is not None:
        proposal = form.proposal
        context |= {
            "standing": recording.in_words(indicator, standing),
            "given": recording.in_words(indicator, proposal),
            "period": proposal.period.label,
        }
    return render(request, "indicators/figure_form.html", context, status=status)
