from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.csv_export import csv_response
from accounts.decorators import read_or_write
from accounts.models import HistoryEntry
from actions import changes, permissions, recommendations
from actions.forms.recommendations import AnswerForm, RecommendationForm
from actions.models import Recommendation
from actions.workflow import Conflict
from priorities.forms import cleaned
from priorities.models import Agreement
from priorities.text import plain

CSV_COLUMNS = ["number", "made_on", "recommendation", "response_due", "actions", "responded_on", "response"]


@require_safe
def recommendation_list(request, partnership, year):
    """What Scrutiny recommended in the year, newest first, and what is still to be answered by when."""
    agreement = _agreement(request, partnership, year)
    page = Paginator(agreement.recommendations.order_by("-made_on", "-pk"), 25).get_page(request.GET.get("page"))
    today = timezone.localdate()
    return render(
        request,
        "actions/recommendation_list.html",
        {
            "agreement": agreement,
            "page": page,
            "rows": [(one, one.days_left(today)) for one in page],
            "can_keep": permissions.can_keep_recommendations(request.user, agreement),
        },
    )


@require_safe
def recommendation_csv(request, partnership, year):
    agreement = _agreement(request, partnership, year)
    rows = agreement.recommendations.order_by("-made_on", "-pk").prefetch_related("actions__priority")
    name = f"{partnership}-{agreement.financial_year}-recommendations.csv"
    return csv_response(name, CSV_COLUMNS, map(_row, rows))


def _row(recommendation):
    return [
        recommendation.pk,
        recommendation.made_on,
        plain(recommendation.text),
        recommendation.response_due,
        "\n".join(map(str, recommendation.actions.all())),
        recommendation.responded_on,
        plain(recommendation.response),
    ]


@read_or_write
def recommendation_add(request, partnership, year):
    agreement = _kept(request, _agreement(request, partnership, year))
    form = RecommendationForm(request.POST or None, agreement=agreement)
    if request.method == "POST" and form.is_valid():
        try:
            return redirect(recommendations.add(agreement, **form.cleaned_data, by=request.user, at=timezone.now()))
        except ValidationError as error:
            form.add_error(None, error)
    return render(request, "actions/recommendation_add.html", {"agreement": agreement, "form": form})


@require_safe
def recommendation_detail(request, partnership, year, pk):
    return _page(request, _recommendation(request, partnership, year, pk))


@require_POST
def recommendation_answer(request, partnership, year, pk):
    recommendation = _recommendation(request, partnership, year, pk)
    _kept(request, recommendation.agreement)
    form = AnswerForm(request.POST)
    if form.is_valid():
        try:
            recommendations.answer(recommendation, **form.cleaned_data, by=request.user, at=timezone.now())
            return redirect(recommendation)
        except ValidationError as error:
            form.add_error(None, error)
        except Conflict as conflict:
            return _page(request, conflict.current, unrecorded=form.cleaned_data)
    if recommendation.responded_on:
        return _page(request, recommendation, unrecorded={"response": cleaned(form["response"].value() or "")})
    return _page(request, recommendation, form=form)


@require_safe
def recommendation_history_csv(request, partnership, year, pk):
    entries = HistoryEntry.objects.about(_recommendation(request, partnership, year, pk))
    return csv_response(f"{partnership}-recommendation-{pk}-history.csv", changes.CSV_COLUMNS, changes.rows(entries))


def _agreement(request, partnership, year):
    return get_object_or_404(Agreement.objects.visible_to(request.user).in_year(partnership, year))


def _recommendation(request, partnership, year, pk):
    return get_object_or_404(
        Recommendation.objects.visible_to(request.user).select_related("agreement__partnership"),
        agreement__partnership__slug=partnership,
        agreement__year=year.start_year,
        pk=pk,
    )


def _kept(request, agreement):
    if not permissions.can_keep_recommendations(request.user, agreement):
        raise PermissionDenied
    return agreement


def _page(request, recommendation, *, form=None, unrecorded=None):
    """The recommendation, with the form for its answer while it has none; after a conflict with what was typed."""
    agreement = recommendation.agreement
    unanswered = recommendation.responded_on is None
    context = {
        "recommendation": recommendation,
        "agreement": agreement,
        "days_left": recommendation.days_left(timezone.localdate()),
        "actions": recommendation.actions.select_related("priority").order_by("priority__position", "position"),
        "lines": changes.lines(HistoryEntry.objects.about(recommendation)),
        "can_answer": unanswered and permissions.can_keep_recommendations(request.user, agreement),
        "form": form or AnswerForm(),
        "unrecorded": unrecorded,
    }
    status = 200 if unrecorded is None else 409
    return render(request, "actions/recommendation_detail.html", context, status=status)
