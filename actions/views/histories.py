"""Who did what when: to one action, and to the plan of a year."""

from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.csv_export import csv_response
from accounts.models import HistoryEntry
from actions import changes
from actions.models import Action
from priorities.models import Agreement


@require_safe
def action_history(request, partnership, year, slug, number):
    action, entries = _of_action(request, partnership, year, slug, number)
    page = Paginator(entries, 25).get_page(request.GET.get("page"))
    context = {
        "action": action,
        "priority": action.priority,
        "agreement": action.priority.agreement,
        "page": page,
        "lines": changes.lines(page),
    }
    return render(request, "actions/action_history.html", context)


@require_safe
def action_history_csv(request, partnership, year, slug, number):
    action, entries = _of_action(request, partnership, year, slug, number)
    name = f"{partnership}-{year.slug}-{action.reference.lower()}-history.csv"
    return csv_response(name, changes.CSV_COLUMNS, changes.rows(entries))


@require_safe
def agreement_history(request, partnership, year):
    agreement = get_object_or_404(Agreement.objects.visible_to(request.user).in_year(partnership, year))
    page = Paginator(changes.of_year(agreement, request.user), 25).get_page(request.GET.get("page"))
    context = {"agreement": agreement, "page": page, "lines": changes.lines(page)}
    return render(request, "actions/agreement_history.html", context)


@require_safe
def agreement_history_csv(request, partnership, year):
    agreement = get_object_or_404(Agreement.objects.visible_to(request.user).in_year(partnership, year))
    rows = changes.rows(changes.of_year(agreement, request.user))
    return csv_response(f"{partnership}-{year.slug}-history.csv", changes.CSV_COLUMNS, rows)


def _of_action(request, partnership, year, slug, number):
    action = get_object_or_404(Action.objects.visible_to(request.user).at_address(partnership, year, slug, number))
    return action, HistoryEntry.objects.visible_to(request.user).about(action)
