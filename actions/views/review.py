"""The Working Group's pages: a round at one look, what waits, and the decision about one update."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.decorators import read_or_write
from accounts.models import HistoryEntry
from actions import chasing, dashboard, differences, permissions, reviewing, workflow
from actions.forms.review import ChaseForm, DecisionForm, ReopenForm, ReturnForm
from actions.models import ProgressUpdate, UpdateEvent
from priorities.models import Agreement
from priorities.notes import NoteLinks, numbers
from priorities.text import note_keys

Kind = UpdateEvent.Kind
State = ProgressUpdate.State


@require_safe
def review_dashboard(request, partnership, year):
    agreement = _agreement(request, partnership, year)
    rounds = list(agreement.rounds.opened().order_by("position"))
    context = {
        "agreement": agreement,
        "rounds": rounds,
        "concerns": dashboard.open_concerns(agreement.partnership, request.user),
    }
    if rounds:
        context |= _at_one_look(request, agreement, rounds, timezone.localdate())
    return render(request, "actions/review_dashboard.html", context)


def _at_one_look(request, agreement, rounds, today):
    round = _chosen(rounds, request.GET.get("round"))
    asked, laid = dashboard.asked_in(round), dashboard.laid_before(request.user, round)
    span = dashboard.span_of(round, rounds)
    lines, total = dashboard.lines(asked, laid, round)
    is_overdue = round.is_overdue(today)
    leads = chasing.leads_of(agreement)
    return {
        "round": round,
        "is_current": round == rounds[-1],
        "days_left": (round.due - today).days,
        "lines": lines,
        "total": total,
        "is_overdue": is_overdue,
        "outstanding": [(group, leads.get(group.priority_id, [])) for group in dashboard.outstanding(asked)],
        "can_chase": is_overdue and permissions.can_run_rounds(request.user, agreement),
        "chased": HistoryEntry.objects.about(round).filter(verb=chasing.CHASED).first(),
        "worries": dashboard.worries(laid, round),
        "span": span,
        "moves": dashboard.moves(laid, round),
        "accepted": dashboard.accepted_within(laid, span),
        "ended": dashboard.ended_actions(agreement, span),
    }


def _chosen(rounds, position):
    """The round at ``position`` of the address, or the last opened one where none is named."""
    if position is None:
        return rounds[-1]
    for round in rounds:
        if str(round.position) == position:
            return round
    raise Http404


@require_POST
def round_chase(request, partnership, year, position):
    """Write to the leads of one overdue update (``update``), or of all of a priority (``priority``)."""
    agreement = _agreement(request, partnership, year)
    round = get_object_or_404(agreement.rounds.opened(), position=position)
    about = ChaseForm(request.POST).lookups()
    updates = ProgressUpdate.objects.filter(**about) if about else ProgressUpdate.objects.none()
    asked = chasing.chase(round, updates, by=request.user, at=timezone.now())
    if asked:
        messages.success(request, f"An e-mail goes to {', '.join(map(str, asked))}.")
    else:
        messages.info(request, "Nobody was written to. They were asked today already, or nothing is overdue.")
    return redirect(reverse("review-dashboard", args=agreement.url_args) + f"?round={round.position}")


@require_safe
def review_queue(request, partnership, year):
    agreement = _agreement(request, partnership, year)
    queue = list(reviewing.waiting(agreement, request.user))
    return render(request, "actions/review_queue.html", {"agreement": agreement, "queue": queue})


@require_safe
def update_review(request, **address):
    update = _update(request, **address)
    readable = _readable(request, update)
    if readable is None:
        raise Http404
    return _review_page(request, readable)


@require_POST
def update_accept(request, **address):
    """Accept the one text that was read. There is no way to accept several."""
    update = _update_to_decide(request, **address)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return _changed(request, update)
    deed = {"version": form.cleaned_data["version"], "by": request.user, "at": timezone.now()}
    try:
        workflow.accept(update, **deed)
    except workflow.Conflict as conflict:
        if not _sent_twice(conflict.current, Kind.ACCEPTED, deed):
            return _changed(request, conflict.current)
    else:
        messages.success(request, f"{update.action.reference} accepted.")
    return _to_the_next(request, update)


@require_POST
def update_return(request, **address):
    update = _update_to_decide(request, **address)
    form = ReturnForm(request.POST)
    if not form.is_valid():
        readable = _readable(request, update)
        if readable is None or form.cleaned_data.get("version") != readable.version:
            return _changed(request, update, typed=request.POST.get("note", ""))
        return _review_page(request, readable, return_form=form)
    note = form.cleaned_data["note"]
    deed = {"version": form.cleaned_data["version"], "by": request.user, "at": timezone.now(), "note": note}
    try:
        workflow.send_back(update, **deed)
    except workflow.Conflict as conflict:
        if not _sent_twice(conflict.current, Kind.RETURNED, deed):
            return _changed(request, conflict.current, typed=note)
    else:
        messages.success(request, f"{update.action.reference} returned to the lead with your note.")
    return _to_the_next(request, update)


@read_or_write
def update_reopen(request, **address):
    update = _update(request, **address)
    if request.method != "POST":
        if update.state != State.ACCEPTED or not permissions.can_reopen(request.user, update):
            raise Http404
        return _reopen_page(request, update, ReopenForm(initial={"version": update.version}))
    form = ReopenForm(request.POST)
    typed = request.POST.get("reason", "")
    if not form.is_valid():
        if update.state != State.ACCEPTED or form.cleaned_data.get("version") != update.version:
            return _changed(request, update, typed=typed)
        return _reopen_page(request, update, form)
    deed = {"version": form.cleaned_data["version"], "by": request.user, "at": timezone.now()}
    try:
        workflow.reopen(update, reason=form.cleaned_data["reason"], **deed)
    except workflow.Conflict as conflict:
        if not _sent_twice(conflict.current, Kind.REOPENED, deed | {"note": form.cleaned_data["reason"]}):
            return _changed(request, conflict.current, typed=typed)
    else:
        messages.success(request, f"{update.action.reference} is open again. Its lead reads your reason.")
    return redirect(update.action)


def _agreement(request, partnership, year):
    """The year, for its Working Group and officers; to anybody else the review does not exist."""
    agreement = get_object_or_404(Agreement.objects.visible_to(request.user).in_year(partnership, year))
    if not permissions.can_see_review(request.user, agreement):
        raise Http404
    return agreement


def _update(request, partnership, year, slug, number, round):
    """The update of an address in whatever state, without its text; it is for the same people as the year's review."""
    agreement = _agreement(request, partnership, year)
    updates = ProgressUpdate.objects.at(partnership, year, slug, number, round).filter(round__agreement=agreement)
    return get_object_or_404(reviewing.with_submission(updates, request.user).with_places().defer(*reviewing.WORDS))


def _update_to_decide(request, **address):
    update = _update(request, **address)
    if not permissions.can_review(request.user, update):
        raise PermissionDenied
    return update


def _readable(request, update):
    """``update`` with its text as far as it was laid before the Working Group, or None."""
    readable = ProgressUpdate.objects.visible_to(request.user).laid_before().filter(pk=update.pk)
    readable = reviewing.with_submission(readable, request.user).select_related("saved_by", "accepted_by").first()
    if readable:
        readable.round, readable.action = update.round, update.action
    return readable


def _review_page(request, update, return_form=None):
    last = ProgressUpdate.objects.before(update).select_related("round__agreement").first()
    notes = list(update.action.priority.notes.all())
    cited = {*note_keys(update.text), *note_keys(last.text if last else "")}
    queue = list(reviewing.waiting(update.action.priority.agreement, request.user))
    return render(
        request,
        "actions/review_update.html",
        {
            "update": update,
            "action": update.action,
            "priority": update.action.priority,
            "agreement": update.action.priority.agreement,
            "last": last,
            "lines": differences.words(last.in_report, update.in_report) if last else [],
            "returns": reviewing.returns(update, request.user),
            "cited_notes": [note for note in notes if note.key in cited],
            "links": NoteLinks(numbers(notes), "review"),
            "can_decide": update.state == State.SUBMITTED and permissions.can_review(request.user, update),
            "can_reopen": update.state == State.ACCEPTED and permissions.can_reopen(request.user, update),
            "accept_form": DecisionForm(initial={"version": update.version}),
            "return_form": return_form or ReturnForm(initial={"version": update.version}),
            "form": return_form,
            "skip_to": reviewing.following(queue, update),
        },
    )


def _reopen_page(request, update, form):
    priority = update.action.priority
    context = {"update": update, "form": form, "priority": priority, "agreement": priority.agreement}
    return render(request, "actions/review_reopen.html", context)


def _changed(request, update, typed=""):
    """Nothing was done, because ``update`` is not as it was read: who did what, and what was ``typed``."""
    context = {
        "update": update,
        "priority": update.action.priority,
        "agreement": update.action.priority.agreement,
        "event": reviewing.last_event(update),
        "can_be_read": update.state in ProgressUpdate.LAID_BEFORE,
        "typed": typed,
    }
    return render(request, "actions/review_changed.html", context, status=409)


def _sent_twice(update, kind, deed):
    """Whether the last thing done to ``update`` is this very deed: a double click is no conflict."""
    last = reviewing.last_event(update)
    return (last.kind, last.version, last.by, last.note) == (kind, deed["version"], deed["by"], deed.get("note", ""))


def _to_the_next(request, update):
    agreement = update.action.priority.agreement
    queue = list(reviewing.waiting(agreement, request.user))
    if following := reviewing.following(queue, update, priority_first=True):
        return redirect("update-review", *following.url_args)
    messages.info(request, "Nothing more waits for you.")
    return redirect("review-queue", *agreement.url_args)
