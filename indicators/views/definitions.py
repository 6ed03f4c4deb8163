from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from accounts.decorators import read_or_write
from indicators import definitions, permissions
from indicators.forms.definition import DefinitionForm
from indicators.models import Indicator


@read_or_write
def definition_change(request, partnership, slug):
    indicator = _indicator(request, partnership, slug)
    form = DefinitionForm.of(indicator, *([request.POST] if request.method == "POST" else []))
    if request.method != "POST" or not form.is_valid():
        return _page(request, indicator, form)
    try:
        definitions.change(indicator, **form.cleaned_data, by=request.user, at=timezone.now())
    except definitions.Conflict as conflict:
        return _conflict(request, conflict.current, form)
    except ValidationError as error:
        form.add_error(None, error)
        return _page(request, indicator, form)
    messages.success(request, "The definition was changed. The earlier one is kept.")
    return redirect(indicator)


def _indicator(request, partnership, slug):
    indicator = get_object_or_404(
        Indicator.objects.visible_to(request.user).select_related("partnership"),
        partnership__slug=partnership,
        slug=slug,
    )
    if not permissions.can_change_definitions(request.user, indicator.partnership_id):
        raise PermissionDenied
    return indicator


def _conflict(request, current, form):
    """What stands now, beside what was typed, which is kept and can be sent again."""
    form.data = form.data.copy()
    form.data["read"] = definitions.as_read(current)
    return _page(request, current, form, is_conflict=True, status=409)


def _page(request, indicator, form, *, is_conflict=False, status=200):
    context = {"indicator": indicator, "form": form, "is_conflict": is_conflict}
    return render(request, "indicators/definition_form.html", context, status=status)
