"""The history of one update, as it is read: who did what when, with quick saves of one person as one line."""

import datetime as dt
from dataclasses import dataclass

from actions.differences import Piece, words
from actions.models import UpdateEvent

ONE_SITTING = dt.timedelta(minutes=10)


@dataclass
class Line:
    """The ``event`` that it ends with; ``saves`` are how many were folded into it, the first at ``since``."""

    event: UpdateEvent
    since: dt.datetime
    saves: int = 1
    difference: list[list[Piece]] | None = None


def lines(events):
    """Lines, newest first, of ``events`` in order of time. Texts are not looked at."""
    folded = []
    for event in events:
        last = folded[-1] if folded else None
        if last and _same_sitting(last, event):
            last.event, last.saves = event, last.saves + 1
        else:
            folded.append(Line(event, since=event.at))
    return folded[::-1]


def _same_sitting(line, event):
    saved = UpdateEvent.Kind.SAVED
    return (
        line.event.kind == event.kind == saved
        and line.event.by_id == event.by_id
        and event.at - line.since <= ONE_SITTING
    )


def with_texts(page, following):
    """The Lines of ``page`` with their events whole, and the difference to the line before where the text changed.

    ``following`` is the Line before the oldest of the page, or None. One query.
    """
    read = [*page, *filter(None, [following])]
    whole = UpdateEvent.objects.select_related("by").in_bulk([line.event.pk for line in read])
    for line in read:
        line.event = whole[line.event.pk]
    for line, before in zip(page, [*read[1:], None], strict=False):
        if before and before.event.text != line.event.text:
            line.difference = words(before.event.text, line.event.text)
    return page
