"""Plan a round, open it, and keep its list of asked actions whole.

Each deed writes its line of history in the same transaction. Conflict means that the round is no longer as the person
had read it (``read``, an ``as_read``; else the row as it is handed over) and that nothing was changed. ``at`` is the
moment, ``on`` the day.
"""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Exists, F, OuterRef
from django.utils import timezone

from accounts import history
from actions import notices, permissions
from actions.models import Action, ProgressUpdate, Round
from actions.workflow import Conflict
from priorities.dates import in_days
from priorities.models import Agreement

OUT_OF_THE_WAY = 1000


def as_read(round):
    """What a person has read of a round, as one text: to be sent back with what they do to it."""
    return "|".join(
        str(value) for value in (round.pk, round.title, round.opens, round.due, round.meets, round.prefilled)
    )


@transaction.atomic
def plan(agreement, *, title, opens, due, meets, prefilled, by, at):
    """A further round of the year. ValidationError names the field that is wrong."""
    _may_run(by, agreement)
    Agreement.objects.hold(agreement)
    round = Round(agreement=agreement, position=0)
    _write(round, title=title, opens=opens, due=due, meets=meets, prefilled=prefilled)
    history.record(round, verb="planned", by=by, at=at)
    return round


@transaction.atomic
def change(round, *, read=None, title, opens, due, meets, prefilled, by, at):
    """Other dates or another title. Reminders follow the new dates; what was written stays."""
    _may_run(by, round.agreement)
    Agreement.objects.hold(round.agreement)
    round = _held(round, read)
    before = as_read(round)
    _write(round, title=title, opens=opens, due=due, meets=meets, prefilled=prefilled)
    if as_read(round) != before:
        history.record(round, verb="changed", by=by, at=at)
    return round


@transaction.atomic
def open_round(round, *, read=None, by, at, on):
    """Ask every open action for its update. Opening late is fine while the due date lies ahead.

    Opening again only asks the actions that were added since.
    """
    _may_run(by, round.agreement)
    Agreement.objects.hold(round.agreement)
    round = _held(round, read)
    if round.due is None:
        raise ValidationError("Give the round its dates first.")
    if round.due < on:
        raise ValidationError("The due date has passed. Change it, then open the round.")
    if round.opened_at is None:
        round.opened_at, round.opened_by = at, by
        round.save(update_fields=["opened_at", "opened_by"])
        _number(round)
        history.record(round, verb="opened", by=by, at=at)
    _ask(round, by=by, at=at)
    return round


def all_of(agreement):
    """The rounds of a year, without those that only stand for a published report."""
    published = ProgressUpdate.objects.filter(round=OuterRef("pk"), from_published_report=True)
    return agreement.rounds.filter(~Exists(published)).order_by("position")


def uncalled(round):
    """The open actions of the year that ``round`` does not ask."""
    asked = ProgressUpdate.objects.filter(action=OuterRef("pk"), round=round)
    return Action.objects.in_agreement(round.agreement).open().filter(~Exists(asked))


def call_added_actions(*, at):
    """Due work: actions that are added before a round's due date are asked too."""
    asked = ProgressUpdate.objects.filter(action=OuterRef("pk"), round=OuterRef(OuterRef("pk")))
    added = Action.objects.open().filter(~Exists(asked), priority__agreement=OuterRef("agreement"))
    asking = Round.objects.current().filter(Exists(added), due__gte=timezone.localdate(at))
    for round in asking.select_related("agreement__partnership"):
        with transaction.atomic():
            Agreement.objects.hold(round.agreement)
            _ask(round, by=None, at=at)


def outside_the_year(agreement, *days):
    """Those of the dates that do not lie in the plan's financial year."""
    year = agreement.financial_year
    return [day for day in days if day and not year.start <= day <= year.end]


def standing(round, on):
    """How a round stands on a day: (value, words)."""
    if round.due is None:
        return "no dates", "No dates"
    days = (round.due - on).days
    if round.opened_at is None:
        if days < 0:
            return "missed", "Not opened"
        return ("late", "To be opened now") if round.opens <= on else ("planned", "Planned")
    if days < 0:
        return "past", "Past"
    return "open", f"Open, due {in_days(days)}"


def _ask(round, *, by, at):
    added = list(uncalled(round))
    if added:
        ProgressUpdate.objects.bulk_create([ProgressUpdate(round=round, action=action) for action in added])
        names = ", ".join(action.reference for action in added)
        history.record(round, verb="actions asked", by=by, at=at, note=names)
    notices.tell_opened(round, at=at)


def _write(round, **fields):
    for name, value in fields.items():
        setattr(round, name, value)
    round.full_clean(exclude=["position"])
    if round.pk is None:
        round.position = _last(round.agreement) + 1
    round.save()
    _number(round)


def _number(round):
    """Number the year's rounds in the order in which they open, because later rounds count more.

    Those that were opened, or come from a published report, keep their numbers: addresses of updates hold them.
    """
    planned = round.agreement.rounds.filter(opened_at=None, due__isnull=False, updates=None)
    kept = round.agreement.rounds.exclude(pk__in=planned.values("pk"))
    first = max(kept.values_list("position", flat=True), default=0) + 1
    in_order = list(planned.order_by("opens", "position").values_list("pk", flat=True))
    planned.update(position=F("position") + OUT_OF_THE_WAY)
    for position, pk in enumerate(in_order, start=first):
        Round.objects.filter(pk=pk).update(position=position)
    round.refresh_from_db(fields=["position"])


def _last(agreement):
    return max(agreement.rounds.values_list("position", flat=True), default=0)


def _held(round, read):
    current = Round.objects.select_related("agreement__partnership", "opened_by").get(pk=round.pk)
    if as_read(current) != (read or as_read(round)):
        raise Conflict(current)
    return current


def _may_run(user, agreement):
    if not permissions.can_run_rounds(user, agreement):
        raise PermissionDenied
