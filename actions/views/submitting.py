"""A lead looks at an update once more, lays it before the Working Group, and takes it back."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.decorators import read_or_write
from actions import workflow
from actions.in_words import in_words
from actions.models import ProgressUpdate
from actions.views.writing import cited_notes, lead_update, read_page, takes_text
from actions.workflow import Conflict
from priorities.notes import NoteLinks, numbers

State = ProgressUpdate.State
NO_VERSION = -1


@read_or_write
def update_check(request, **address):
    update = lead_update(request.user, address)
    if request.method == "POST":
        return _submit(request, update)
    if not takes_text(update):
        return redirect("update-write", *update.url_args)
    return _check_page(request, update)


def _submit(request, update):
    version = posted_version(request)
    try:
        update = workflow.submit(update, version=version, by=request.user, at=timezone.now())
    except ValidationError:
        return _check_page(request, update)
    except Conflict as conflict:
        update = conflict.current
        sent_twice = update.state == State.SUBMITTED and update.version == version
        if not sent_twice and takes_text(update):
            return _check_page(request, update, has_changed=True, status=409)
        if not sent_twice:
            return read_page(request, update, status=409, problem="This update has moved on. You submitted nothing.")
    return redirect(f"{update.write_url}?sent")


def _check_page(request, update, has_changed=False, status=200):
    priority = update.action.priority
    notes = list(priority.notes.all())
    context = {
        "update": update,
        "action": update.action,
        "priority": priority,
        "agreement": priority.agreement,
        "said": in_words(update),
        "missing": workflow.missing(update),
        "has_changed": has_changed,
        "links": NoteLinks(numbers(notes), "check"),
        "cited_notes": cited_notes(notes, update.text),
    }
    return render(request, "actions/update_check.html", context, status=status)


@require_POST
def update_take_back(request, **address):
    update = lead_update(request.user, address)
    try:
        update = workflow.take_back(update, version=posted_version(request), by=request.user, at=timezone.now())
    except Conflict as conflict:
        return read_page(
            request, conflict.current, status=409, problem="This update has moved on. It was not taken back."
        )
    messages.success(request, "You have taken the update back. Submit it again when you have changed it.")
    return redirect("update-write", *update.url_args)


def posted_version(request):
    """The version that the page showed; where none was sent, one that no text has."""
    version = request.POST.get("version", "")
    return int(version) if version.isdecimal() and len(version) < 10 else NO_VERSION
