"""Plan a round, open it, and keep its list of asked actions whole."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from accounts import history
from actions import permissions
from actions.models import Action, ProgressUpdate, Round


@transaction.atomic
def plan(agreement, *, title, opens, due, meets, prefilled, by, at):
    """A further round of the year, after those planned already."""
    _may_run(by, agreement)
    last = agreement.rounds.aggregate(last=Max("position"))["last"] or 0
    round = Round(
        agreement=agreement, title=title, opens=opens, due=due, meets=meets, prefilled=prefilled, position=last + 1
    )
    round.full_clean()
    round.save(force_insert=True)
    history.record(round, verb="planned", by=by, at=at)
    return round


@transaction.atomic
def change(round, *, title, opens, due, meets, prefilled, by, at):
    """Other dates or another title. Reminders follow the new dates; what was written stays."""
    _may_run(by, round.agreement)
    round = Round.objects.select_for_update().select_related("agreement__partnership").get(pk=round.pk)
    round.title, round.opens, round.due, round.meets, round.prefilled = title, opens, due, meets, prefilled
    round.full_clean()
    round.save(update_fields=["title", "opens", "due", "meets", "prefilled"])
    history.record(round, verb="changed", by=by, at=at)
    return round


@transaction.atomic
def open_round(round, *, by, at, on):
    """Ask every open action for its update. ``on`` is the day; opening late is fine while the due date lies ahead.

    Opening twice changes nothing. ValidationError where the round has no dates or was due before ``on``.
    """
    _may_run(by, round.agreement)
    if round.due is None:
        raise ValidationError("Give the round its dates first.")
    if round.due < on:
        raise ValidationError("The due date has passed. Change it, then open the round.")
    if Round.objects.filter(pk=round.pk, opened_at=None).update(opened_at=at, opened_by=by):
        round.refresh_from_db(fields=["opened_at", "opened_by"])
        history.record(round, verb="opened", by=by, at=at)
    call(round)
    return round


def call(round):
    """An update row for each open action that has none: also for actions that were added since. Returns how many."""
    missing = uncalled(round)
    ProgressUpdate.objects.bulk_create(
        [ProgressUpdate(round=round, action=action) for action in missing], ignore_conflicts=True
    )
    return len(missing)


def uncalled(round):
    """The open actions of the year that ``round`` does not ask yet."""
    return Action.objects.in_agreement(round.agreement).open().exclude(updates__round=round)


def call_added_actions(*, now):
    """Due work: actions that are added before a round's due date are asked too."""
    for round in Round.objects.current().filter(due__gte=timezone.localdate(now)).select_related("agreement"):
        call(round)


def _may_run(user, agreement):
    if not permissions.can_run_rounds(user, agreement):
        raise PermissionDenied
