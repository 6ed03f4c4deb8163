"""A lead writes an update: the page, what the page's script asks for, and what comes back from a conflict."""

import datetime as dt
import uuid
from contextlib import suppress
from functools import wraps

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.decorators import read_or_write
from actions import permissions, presence, workflow, your_work
from actions.differences import words
from actions.forms.writing import UpdateForm
from actions.in_words import NAMES, differing
from actions.models import ProgressUpdate, UpdateEvent
from actions.particulars import PARTS
from actions.workflow import Conflict, Content
from priorities.notes import NoteLinks, numbers
from priorities.text import note_keys


def lead_update(user, address, with_places=True):
    """The update at ``address``, for leads of its priority. Http404 for who may not read it, 403 for other readers.

    Without ``with_places``, for answers that name nothing around it, with its round and action alone.
    """
    updates = ProgressUpdate.objects.at(**address)
    updates = updates.with_places() if with_places else updates.select_related("round", "action")
    # Two small questions: the database takes longer to plan the one of everybody who may read it than to answer both.
    update = get_object_or_404(updates)
    if permissions.is_lead(user, update):
        return update
    get_object_or_404(ProgressUpdate.objects.visible_to(user), pk=update.pk)
    raise PermissionDenied


def takes_text(update):
    return permissions.is_asked(update) and update.is_with_the_lead


@read_or_write
def update_write(request, **address):
    update = lead_update(request.user, address)
    if request.method == "POST":
        return _save(request, update)
    if not takes_text(update):
        return read_page(request, update)
    last = _last_accepted(request.user, update)
    form = UpdateForm(update=update, starts_with=_starting_text(update, last), more=request.GET.get("more", ""))
    return _page(request, update, form, last)


def _save(request, update):
    form = _sent_form(request, update)
    if not takes_text(update):
        return _conflict(request, form, update)
    if not form.can_be_saved:
        return _page(request, update, form, _last_accepted(request.user, update))
    try:
        update = _keep(form, update, by=request.user, at=timezone.now())
    except Conflict as conflict:
        return _conflict(request, form, conflict.current)
    if form.errors:
        last = _last_accepted(request.user, update)
        return _page(request, update, form.renewed(update), last, partly_saved=True)
    messages.success(request, f"Saved at {clock(update.saved_at)}")
    then = request.POST.get("then")
    if then == "check":
        return redirect("update-check", *update.url_args)
    address = update.write_url
    return redirect(f"{address}?more={then}#{then}" if then in PARTS else address)


def _sent_form(request, update):
    # Only the first save of a prefilled box is compared with the text that it began with.
    begins = update.round.prefilled and not update.version
    last = _last_accepted(request.user, update) if begins else None
    form = UpdateForm(request.POST, update=update, starts_with=_starting_text(update, last))
    form.full_clean()
    return form


def _last_accepted(user, update):
    earlier = ProgressUpdate.objects.visible_to(user).before(update)
    return earlier.select_related("round__agreement", "action__priority").first()


def _starting_text(update, last):
    return last.text if last and update.round.prefilled else ""


def _keep(form, update, *, by, at):
    """Save what can be kept. The same over the same is no new version.

    A page whose last sending was not answered does not know whether that was saved. Where it was, this goes on from it.
    """
    content, version, key = form.content(), form.cleaned_data["version"], form.cleaned_data["key"]
    if update.version == version and update.saved_at and Content.of(update) == content:
        return update
    try:
        return workflow.save(update, content, version=version, by=by, at=at, key=key)
    except Conflict as conflict:
        follows = form.cleaned_data.get("follows")
        earlier = conflict.current.events.filter(key=follows, by=by).first() if follows else None
        if not earlier:
            raise
        return workflow.save(conflict.current, content, version=earlier.version, by=by, at=at, key=key)


def _page(request, update, form, last, partly_saved=False):
    notes = list(last.action.priority.notes.all()) if last else []
    sent_back = update.events.filter(kind__in=UpdateEvent.SENDING_BACK).select_related("by").last()
    context = _places(update) | {
        "form": form,
        "parts": _parts(form, request.GET.get("more") or request.POST.get("then")),
        "last": last,
        "links": NoteLinks(numbers(notes), "last"),
        "cited_notes": cited_notes(notes, last.text) if last else [],
        "sent_back": sent_back if update.state == ProgressUpdate.State.RETURNED else None,
        "partly_saved": partly_saved,
    }
    return render(request, "actions/update_write.html", context | _present(request, update))


def _present(request, update):
    """Says that this page is open: ``said_at``, and the ``others`` who have it open."""
    now = timezone.now()
    presence.seen(update, by=request.user, at=now)
    return {"said_at": now.isoformat(), "others": presence.others(update, than=request.user, at=now)}


def _parts(form, more):
    """(part, its name, what one row is, its rows, whether it stands open) of the optional parts."""
    singular = {"numbers": "number", "funding": "source of funding", "events": "event"}
    parts = []
    for part in PARTS:
        rows = form.rows(part)
        parts.append((part, NAMES[part], singular[part], rows, part == more or form.is_filled(part)))
    return parts


def _places(update):
    priority = update.action.priority
    return {"update": update, "action": update.action, "priority": priority, "agreement": priority.agreement}


def read_page(request, update, status=200, problem=""):
    """The update for its lead, who cannot change it now: submitted, accepted, or no longer asked for."""
    waits = update.state == ProgressUpdate.State.SUBMITTED
    notes = list(update.action.priority.notes.all())
    context = _places(update) | {
        "links": NoteLinks(numbers(notes), "update"),
        "cited_notes": cited_notes(notes, update.text),
        "can_take_back": waits and permissions.is_asked(update),
        "is_asked": permissions.is_asked(update),
        "sent_now": waits and "sent" in request.GET,
        "next": your_work.next_unfinished(request.user, after=update),
        "problem": problem,
    }
    return render(request, "actions/update_read.html", context, status=status)


def _conflict(request, form, current):
    """Somebody was first. Gives back all that was typed, beside what stands now."""
    mine = form.content()
    context = _places(current) | {
        "mine": mine,
        "is_own": current.saved_by_id == request.user.pk,
        "today": timezone.localdate(),
    }
    if not takes_text(current):
        context["typed"] = form.typed()
        return render(request, "actions/update_moved_on.html", context, status=409)
    merging = form.renewed(current)
    notes = list(current.action.priority.notes.all())
    context |= {
        "form": merging,
        "parts": _parts(merging, None),
        "difference": words(current.text, mine.text),
        "differing": differing(Content.of(current), mine),
        "links": NoteLinks(numbers(notes), "both"),
        "cited_notes": cited_notes(notes, current.text, mine.text),
    }
    return render(request, "actions/update_conflict.html", context | _present(request, current), status=409)


def cited_notes(notes, *texts):
    keys = {key for text in texts for key in note_keys(text)}
    return [note for note in notes if note.key in keys]


def clock(moment):
    return f"{timezone.localtime(moment):%H:%M}"


def answers_json(view):
    """Refusals as JSON too, for the page's script."""

    @wraps(view)
    def answering(request, **address):
        try:
            return view(request, **address)
        except Http404:
            return JsonResponse({"error": "not_found"}, status=404)
        except PermissionDenied:
            return JsonResponse({"error": "forbidden"}, status=403)

    return answering


@answers_json
@require_POST
def update_autosave(request, **address):
    """Save what can be kept; says what could not. The answer's version and key belong into the form."""
    update = lead_update(request.user, address, with_places=False)
    form = _sent_form(request, update)
    if not takes_text(update):
        return _conflict_in_json(request, update)
    if not form.can_be_saved:
        return JsonResponse({"errors": form.errors}, status=400)
    try:
        update = _keep(form, update, by=request.user, at=timezone.now())
    except Conflict as conflict:
        return _conflict_in_json(request, conflict.current)
    answer = {"version": update.version, "saved_at": clock(update.saved_at), "key": uuid.uuid4()}
    return JsonResponse(answer | {"warnings": form.warnings})


def _conflict_in_json(request, current):
    if not takes_text(current):
        says = "This update can no longer be written: it was submitted or accepted, or its action was closed."
    elif not current.saved_at:
        says = "This changed while you were writing."
    else:
        is_own = current.saved_by_id == request.user.pk
        who = "You saved this from another page" if is_own else f"{current.saved_by} saved this"
        says = f"{who} at {clock(current.saved_at)} while you were writing."
    return JsonResponse({"error": "conflict", "says": says}, status=409)


@answers_json
@require_POST
def update_presence(request, **address):
    """Says that the page is still open, and who else has it open.

    With ``leaving``, the ``said_at`` of the last answer, it says that the page no longer is.
    """
    update = lead_update(request.user, address, with_places=False)
    if "leaving" in request.POST:
        presence.left(update, by=request.user, said_at=_moment(request.POST["leaving"]))
        return JsonResponse({})
    answer = _present(request, update)
    answer["others"] = [{"name": str(one.user), "seen": clock(one.seen_at)} for one in answer["others"]]
    return JsonResponse(answer)


def _moment(said):
    with suppress(ValueError):
        moment = dt.datetime.fromisoformat(said)
        if timezone.is_aware(moment):
            return moment
    raise Http404
