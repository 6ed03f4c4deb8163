"""An update as everyone sees it who may, with its history."""

from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.csv_export import csv_response
from actions import permissions, update_history
from actions.in_words import NAMES, in_words
from actions.models import ProgressUpdate, UpdateEvent
from actions.views.writing import cited_notes
from priorities.notes import NoteLinks, numbers

LINES_ON_A_PAGE = 20
State = ProgressUpdate.State


@require_safe
def update_detail(request, **address):
    update = get_object_or_404(ProgressUpdate.objects.visible_to(request.user).at(**address).with_places())
    priority = update.action.priority
    agreement = priority.agreement
    notes = list(priority.notes.all())
    history = _history(request, update)
    return render(
        request,
        "actions/update_detail.html",
        {
            "update": update,
            "action": update.action,
            "priority": priority,
            "agreement": agreement,
            "can_write": update.is_with_the_lead and permissions.can_write(request.user, update),
            "can_review": update.state == State.SUBMITTED and permissions.can_see_review(request.user, agreement),
            "can_reopen": update.state == State.ACCEPTED and permissions.can_reopen(request.user, update),
            "links": NoteLinks(numbers(notes), "update"),
            "cited_notes": cited_notes(notes, update.text, *(line.event.text for line in history)),
            "history": history,
        },
    )


def _history(request, update):
    """One page of the Lines that the reader may see."""
    events = UpdateEvent.objects.visible_to(request.user).filter(update=update)
    lines = update_history.lines(events.only("update", "kind", "by", "at"))
    page = Paginator(lines, LINES_ON_A_PAGE).get_page(request.GET.get("page"))
    following = lines[page.end_index()] if page.has_next() else None
    page.object_list = update_history.with_texts(page.object_list, following)
    return page


@require_safe
def update_history_csv(request, **address):
    update = get_object_or_404(ProgressUpdate.objects.visible_to(request.user).at(**address).with_places())
    events = UpdateEvent.objects.visible_to(request.user).filter(update=update).select_related("by")
    name = f"{address['slug']}-action-{address['number']}-round-{address['round']}-history.csv"
    columns = ["When", "Who", "What", "Version", *NAMES.values(), "Note"]
    return csv_response(name, columns, map(_row, events))


def _row(event):
    moment = f"{timezone.localtime(event.at):%Y-%m-%d %H:%M:%S}"
    said = in_words(event)
    return [
        moment,
        str(event.by),
        event.get_kind_display(),
        event.version,
        *(said[field] for field in NAMES),
        event.note,
    ]
