from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.csv_export import csv_response
from accounts.decorators import read_or_write
from accounts.models import HistoryEntry, Partnership
from actions import changes, concerns, permissions
from actions.forms.concerns import ConcernForm, DecisionForm, EscalateForm
from actions.models import Action, Concern
from actions.workflow import Conflict
from indicators.models import Indicator
from priorities.forms import cleaned
from priorities.models import Priority
from priorities.text import plain

State = Concern.State
REGISTERS = {State.RAISED: "Open", State.ESCALATED: "Escalated", State.CLOSED: "Closed"}
ABOUT = {"action": Action, "priority": Priority, "indicator": Indicator}
CSV_COLUMNS = [
    "number",
    "state",
    "about",
    "fact",
    "comment",
    "recommendation",
    "raised_on",
    "raised_by",
    "escalated_on",
    "decision",
    "decided_on",
]


@require_safe
def concern_list(request, partnership):
    """The registers: open, escalated and closed, as far as the person may see them."""
    partnership = get_object_or_404(Partnership.objects.visible_to(request.user), slug=partnership)
    visible = Concern.objects.visible_to(request.user).filter(partnership=partnership)
    counts = dict(visible.order_by().values_list("state").annotate(Count("pk")))
    state = _register(request, default=next((one for one in REGISTERS if counts.get(one)), State.RAISED))
    page = Paginator(visible.filter(state=state).with_about(), 25).get_page(request.GET.get("page"))
    return render(
        request,
        "actions/concern_list.html",
        {
            "partnership": partnership,
            "registers": [(one, title, counts.get(one, 0)) for one, title in REGISTERS.items()],
            "state": state,
            "title": REGISTERS[state],
            "page": page,
        },
    )


@require_safe
def concern_csv(request, partnership):
    """One register, or all of them, as CSV."""
    partnership = get_object_or_404(Partnership.objects.visible_to(request.user), slug=partnership)
    visible = Concern.objects.visible_to(request.user).filter(partnership=partnership).with_about()
    state = _register(request, default=None)
    rows = visible.filter(state=state) if state else visible
    name = f"{partnership.slug}-concerns-{state or 'all'}.csv"
    return csv_response(name, CSV_COLUMNS, (_row(concern) for concern in rows.select_related("raised_by")))


def _register(request, *, default):
    wanted = request.GET.get("state")
    return State(wanted) if wanted in State else default


def _row(concern):
    return [
        concern.pk,
        concern.get_state_display(),
        concern.about_label,
        plain(concern.fact),
        plain(concern.comment),
        plain(concern.recommendation),
        _day(concern.raised_at),
        str(concern.raised_by),
        _day(concern.escalated_at),
        plain(concern.decision),
        concern.decided_on,
    ]


def _day(moment):
    return moment and timezone.localdate(moment)


@read_or_write
def concern_add(request, partnership):
    about = _about(request, partnership)
    partnership = get_object_or_404(Partnership.objects.visible_to(request.user), slug=partnership)
    if not permissions.can_raise_concern(request.user, partnership):
        raise PermissionDenied
    form = ConcernForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        concern = concerns.raise_concern(about=about, **form.cleaned_data, by=request.user, at=timezone.now())
        return redirect(concern)
    about_label = Concern(**{about._meta.model_name: about}).about_label
    context = {"partnership": partnership, "about": about, "about_label": about_label, "form": form}
    return render(request, "actions/concern_add.html", context)


def _about(request, partnership):
    """The action, priority or indicator that the address names by its number, where the person may see it."""
    for name, model in ABOUT.items():
        if name in request.GET:
            rows = model.objects.visible_to(request.user).filter(**{f"{model.partnership_path}__slug": partnership})
            try:
                return forms.ModelChoiceField(rows.labelled()).clean(request.GET[name])
            except ValidationError:
                break
    raise Http404


@require_safe
def concern_detail(request, partnership, pk):
    return _page(request, _concern(request, partnership, pk))


@require_POST
def concern_escalate(request, partnership, pk):
    concern = _handled(request, partnership, pk)
    form = EscalateForm(request.POST)
    if form.is_valid():
        try:
            concerns.escalate(concern, **form.cleaned_data, by=request.user, at=timezone.now())
            return redirect(concern)
        except Conflict as conflict:
            return _page(request, conflict.current, unrecorded=form.cleaned_data)
    if concern.state != State.RAISED:
        return _page(request, concern, unrecorded=_typed(form))
    return _page(request, concern, escalate=form)


@require_POST
def concern_close(request, partnership, pk):
    concern = _handled(request, partnership, pk)
    form = DecisionForm(request.POST)
    if form.is_valid():
        try:
            concerns.close(concern, **form.cleaned_data, by=request.user, at=timezone.now())
            return redirect(concern)
        except ValidationError as error:
            form.add_error(None, error)
        except Conflict as conflict:
            again = DecisionForm(initial=form.cleaned_data | {"state": conflict.current.state})
            return _page(request, conflict.current, decide=again, unrecorded=form.cleaned_data)
    if concern.state == State.CLOSED:
        return _page(request, concern, unrecorded=_typed(form))
    return _page(request, concern, decide=form)


def _typed(form):
    """What was sent with a form that somebody else's deed has overtaken, right or wrong."""
    sent = {name: form[name].value() for name in form.fields}
    return sent | ({"decision": cleaned(sent["decision"] or "")} if "decision" in sent else {})


@require_safe
def concern_history_csv(request, partnership, pk):
    entries = HistoryEntry.objects.about(_concern(request, partnership, pk))
    return csv_response(f"{partnership}-concern-{pk}-history.csv", changes.CSV_COLUMNS, changes.rows(entries))


def _concern(request, partnership, pk):
    concerns_seen = Concern.objects.visible_to(request.user).with_about().select_related("raised_by", "escalated_by")
    return get_object_or_404(concerns_seen, partnership__slug=partnership, pk=pk)


def _handled(request, partnership, pk):
    concern = _concern(request, partnership, pk)
    if not permissions.can_handle_concern(request.user, concern):
        raise PermissionDenied
    return concern


def _page(request, concern, *, escalate=None, decide=None, unrecorded=None):
    """The concern with the forms for what can be done to it now; after a conflict with what was not recorded."""
    context = {
        "concern": concern,
        "partnership": concern.partnership,
        "lines": changes.lines(HistoryEntry.objects.about(concern)),
        "can_handle": concern.state != State.CLOSED and permissions.can_handle_concern(request.user, concern),
        "escalate": escalate or EscalateForm(),
        "decide": decide or DecisionForm(initial={"state": concern.state}),
        "form": escalate or decide,
        "unrecorded": unrecorded,
    }
    status = 200 if unrecorded is None else 409
    return render(request, "actions/concern_detail.html", context, status=status)
