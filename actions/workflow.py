"""Save, submit, take back, accept, return and reopen an update: the only place where its state changes.

Every deed is one compare-and-set on the state and on the version that the person had read, with its line of history
in the same transaction. Conflict means that somebody was first and that nothing was changed; PermissionDenied, that
the person may not do it. ``at`` is the moment; ``key`` names one sending of a form, so that the same form sent twice
is done once.
"""

from dataclasses import asdict, dataclass, field, replace

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F

from actions import notices, particulars, permissions
from actions.models import ProgressUpdate, UpdateEvent
from priorities.text import sanitise

State = ProgressUpdate.State
Kind = UpdateEvent.Kind


class Conflict(Exception):
    """The update is no longer as it was read. ``current`` is the update as it stands now."""

    def __init__(self, current):
        super().__init__(f"{current} was changed meanwhile.")
        self.current = current


@dataclass(frozen=True)
class Content:
    """What a lead writes: HTML text, rating and its reason, no progress, as-at date, particulars."""

    text: str = ""
    rating: str = ""
    rating_reason: str = ""
    no_progress: bool = False
    as_at: str = ""
    particulars: dict = field(default_factory=dict)

    @classmethod
    def of(cls, row):
        """The content of an update or of one line of its history."""
        return cls(**{name: getattr(row, name) for name in cls.__dataclass_fields__})


def save(update, content, *, version, by, at, key=None):
    """Keep what ``by`` wrote over the text numbered ``version``. A draft stays a draft, a returned one returned."""
    if not permissions.can_write(by, update):
        raise PermissionDenied
    content = replace(content, text=sanitise(content.text))
    to = State.RETURNED if update.state == State.RETURNED else State.DRAFT
    frm = [State.RETURNED] if to == State.RETURNED else [State.NOT_STARTED, State.DRAFT]
    if update.version == version and update.state == to and Content.of(update) == content:
        return update
    written = asdict(content) | {"version": F("version") + 1, "saved_at": at, "saved_by": by}
    deed = {"frm": frm, "to": to, "version": version, "kind": Kind.SAVED, "by": by, "at": at, "changes": written}
    try:
        return _move(update, **deed, key=key)
    except IntegrityError:
        # The key was used for other words, over a version that is current all the same: they are new.
        return _move(update, **deed)
    except Conflict as conflict:
        # The same form sent again. With the key alone, a page reached by Back and typed over would be lost; with a
        # version that came later, the page would go on from words that it has never shown.
        sent = conflict.current.events.filter(key=key, by=by).first() if key else None
        if sent and sent.version == conflict.current.version and Content.of(sent) == content:
            return conflict.current
        raise


def submit(update, *, version, by, at):
    """Lay the text numbered ``version`` before the Working Group. ValidationError where something is missing."""
    if not permissions.can_write(by, update):
        raise PermissionDenied
    return _move(
        update,
        frm=[State.DRAFT, State.RETURNED],
        to=State.SUBMITTED,
        version=version,
        kind=Kind.SUBMITTED,
        by=by,
        at=at,
        check=_complete,
    )


def take_back(update, *, version, by, at):
    """Back to the lead, who saw a mistake before the Working Group had decided."""
    if not permissions.can_write(by, update):
        raise PermissionDenied
    return _move(update, frm=[State.SUBMITTED], to=State.DRAFT, version=version, kind=Kind.TAKEN_BACK, by=by, at=at)


def accept(update, *, version, by, at):
    """Accept exactly the text numbered ``version``: the one that ``by`` read."""
    return _move(
        update,
        frm=[State.SUBMITTED],
        to=State.ACCEPTED,
        version=version,
        kind=Kind.ACCEPTED,
        by=by,
        at=at,
        changes={"accepted_at": at, "accepted_by": by},
        check=lambda moved: _reviewed_by_another(moved, by),
    )


@transaction.atomic
def send_back(update, *, version, by, at, note):
    """Return the text to its lead, saying why."""
    if not note.strip():
        raise ValidationError("Say what the lead should change.")
    if not permissions.is_asked(update):
        raise PermissionDenied("The action has ended, so that its lead could not change the update.")
    returned = _move(
        update,
        frm=[State.SUBMITTED],
        to=State.RETURNED,
        version=version,
        kind=Kind.RETURNED,
        by=by,
        at=at,
        note=note,
        check=lambda moved: _reviewed_by_another(moved, by),
    )
    notices.tell_returned(returned, by=by, at=at)
    return returned


@transaction.atomic
def reopen(update, *, version, by, at, reason):
    """Take an acceptance back, saying why. The text leaves the report until it is accepted again."""
    if not permissions.can_reopen(by, update):
        raise PermissionDenied
    if not reason.strip():
        raise ValidationError("Say why the update is opened again.")
    reopened = _move(
        update,
        frm=[State.ACCEPTED],
        to=State.RETURNED,
        version=version,
        kind=Kind.REOPENED,
        by=by,
        at=at,
        note=reason,
        changes={"accepted_at": None, "accepted_by": None},
    )
    notices.tell_returned(reopened, by=by, at=at)
    return reopened


def missing(update):
    """What must still be said before ``update`` can be submitted: a list of sentences, empty when it is ready."""
    sentences = []
    if not update.text and not update.no_progress:
        sentences.append("Write what has happened, or say that there is no progress this round.")
    if not update.rating:
        sentences.append("Choose a BRAG rating.")
    return sentences + particulars.missing(update.particulars)


def _complete(update):
    if sentences := missing(update):
        raise ValidationError(sentences)


def _reviewed_by_another(update, user):
    # Asked after the row is held, so that nobody writes and accepts in the same moment.
    if not permissions.can_review(user, update):
        raise PermissionDenied


@transaction.atomic
def _move(update, *, frm, to, version, kind, by, at, key=None, note="", changes=None, check=None):
    moved = ProgressUpdate.objects.filter(pk=update.pk, version=version, state__in=frm).update(
        state=to, **(changes or {})
    )
    current = ProgressUpdate.objects.select_related("saved_by", "accepted_by").get(pk=update.pk)
    current.round, current.action = update.round, update.action
    if not moved:
        raise Conflict(current)
    if check:
        check(current)
    UpdateEvent.objects.create(
        update=current,
        kind=kind,
        at=at,
        by=by,
        version=current.version,
        note=note,
        key=key,
        **asdict(Content.of(current)),
    )
    return current
