"""Take figures in, one at a time or a whole file, and undo a file. Figures are added, never overwritten.

Each deed holds the partnership until its transaction ends: what is given is compared with what really stands, so the
same figure given twice at once is kept once. Each writes its line of history. Changed means that something else stands
than the person had read, and that nothing was changed; PermissionDenied, that the person may not do it; ValidationError
says why it cannot be done. ``at`` is the moment.
"""

import datetime as dt

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts import history
from accounts.models import Partnership
from indicators import figures, permissions
from indicators.imports.looking import Waiting, as_remembered, look
from indicators.imports.origin import of_several
from indicators.imports.proposals import Outcome, sort
from indicators.models import ColumnMatching, Import, Observation
from indicators.standing import standing
from priorities.dates import british
from priorities.years import FinancialYear

# Files that nobody decided on are kept so long.
UNDECIDED_FOR = dt.timedelta(days=7)
_BATCH = 1000


class Changed(Exception):
    """What stands is not what the person had read. ``current`` is what stands now."""

    def __init__(self, current=None):
        super().__init__()
        self.current = current


# --- One figure -------------------------------------------------------------------------------------------------


@transaction.atomic
def record(indicator, proposal, *, seen, by, at):
    """Keep one figure of ``indicator``, beside one that stands for its area and period. Returns the Outcome.

    ``seen`` is the number of the figure that the person was shown as standing, None for none. A figure that says
    nothing new is not kept again.
    """
    _may_enter(by, indicator.partnership)
    Partnership.objects.hold(indicator.partnership)
    [(_, outcome, before)] = sort([proposal], standing([proposal])).rows
    if outcome == Outcome.UNCHANGED:
        return outcome
    if seen != (before and before.pk):
        raise Changed(before)
    observation = _observation(proposal, at=at, by=by)
    observation.full_clean()
    observation.save()
    verb = "figure recorded" if outcome == Outcome.NEW else "figure restated"
    area = f"{observation.area}, " if observation.area else ""
    note = f"{area}{observation.period.label}: {in_words(indicator, observation)}"
    history.record(indicator, verb=verb, by=by, at=at, note=note)
    return outcome


def in_words(indicator, figure):
    """The figure of an Observation, a Proposal or a Standing: "over 3,000 incidents", or why there is none."""
    if figure.value is None:
        return figure.missing or figures.NOT_AVAILABLE
    return figures.figure(figure.value, indicator.unit, figure.qualifier, indicator.decimals, with_unit=True)


# --- A file -----------------------------------------------------------------------------------------------------


@transaction.atomic
def bring(partnership, waiting, *, source, origin, by, at, instead_of=None):
    """Keep what was read of a file or of pasted rows (``waiting``, a Waiting) until it is decided. Gives the Import.

    ``origin`` says where it comes from (indicators/imports/origin.py). ``instead_of`` is the number of an undecided
    Import that this one is the mended version of.
    """
    _may_enter(by, partnership)
    Partnership.objects.hold(partnership)
    undecided = Import.objects.filter(partnership=partnership, applied_at=None)
    undecided.filter(at__lt=at - UNDECIDED_FOR).delete()
    if instead_of is not None:
        undecided.filter(pk=instead_of).delete()
    return Import.objects.create(
        partnership=partnership, source=source, **origin.fields, rows=waiting.rows, at=at, by=by
    )


@transaction.atomic
def match(arrival, waiting, *, by):
    """Keep how the columns of an undecided file are read (``waiting``, a Waiting), for it and for the source's next."""
    _may_enter(by, arrival.partnership)
    Partnership.objects.hold(arrival.partnership)
    if not Import.objects.filter(pk=arrival.pk, applied_at=None).update(rows=waiting.rows):
        raise Changed
    _remember(arrival, as_remembered(waiting.columns, waiting.indicator))


@transaction.atomic
def apply(arrival, *, seen, by, at):
    """Keep the figures of an undecided file, all or none. Returns the Import; applied already, it is left as it is.

    ``seen`` is the digest of what the person was shown. ValidationError where a row is refused, Changed where the
    columns are not matched.
    """
    _may_enter(by, arrival.partnership)
    Partnership.objects.hold(arrival.partnership)
    arrival = Import.objects.select_related("partnership").filter(pk=arrival.pk).first()
    if arrival is None:
        raise Changed
    if arrival.applied_at:
        return arrival
    if not Waiting.of(arrival).is_matched:
        raise Changed
    found = look(arrival, on=timezone.localdate(at))
    if found.refused:
        raise ValidationError("Rows are refused: mend them first. Nothing was kept.")
    if found.sorted.digest != seen:
        raise Changed
    _remember(arrival, as_remembered(found.waiting.columns, found.waiting.indicator))
    return _keep(arrival, found.sorted, by=by, at=at)


@transaction.atomic
def load(partnership, proposals, *, source, origins, warnings=(), at):
    """Keep what is new in ``proposals``, for a command. Returns (Sorted, Import), None for an Import that adds nothing.

    ``origins`` has the Origin of each file; ``warnings`` are texts. Both are kept with the Import.
    """
    Partnership.objects.hold(partnership)
    found = sort(proposals, standing(proposals))
    arrival = Import(partnership=partnership, source=source, **of_several(origins).fields, at=at)
    if not adds(arrival, found):
        return found, None
    arrival.warnings = list(warnings)
    arrival.counts = {"files": [one.fields for one in origins]} if len(origins) > 1 else {}
    arrival.save()
    return found, _keep(arrival, found, by=None, at=at)


def adds(arrival, found):
    """Whether to apply ``arrival`` with ``found``, a Sorted, says anything that is not kept already.

    A file whose figures all stand adds that it gives them too, so that they are not undone with the file that brought
    them. The very same file of the same source says so once.
    """
    if found.changes or not found.rests_on:
        return bool(found.changes)
    same = Import.objects.filter(
        partnership=arrival.partnership_id, source=arrival.source, sha256=arrival.sha256, undone_at=None
    ).exclude(applied_at=None)
    said = {pk for one in same.defer("rows") for pk in (one.pk, *one.counts.get("rests_on", ()))}
    return not said.issuperset(found.rests_on)


@transaction.atomic
def discard(arrival, *, by):
    """Forget a file that was not applied."""
    _may_enter(by, arrival.partnership)
    Partnership.objects.hold(arrival.partnership)
    if not Import.objects.filter(pk=arrival.pk, applied_at=None).delete()[0]:
        raise Changed


@transaction.atomic
def undo(arrival, *, by, at):
    """Take away the figures that came with a file; that it came, by whom and when, stays. Returns how many went."""
    _may_enter(by, arrival.partnership)
    Partnership.objects.hold(arrival.partnership)
    arrival = Import.objects.select_related("partnership").get(pk=arrival.pk)
    if reason := why_not_undone(arrival):
        raise ValidationError(reason)
    removed, _ = Observation.objects.filter(arrival=arrival).delete()
    arrival.undone_at, arrival.undone_by = at, by
    arrival.save(update_fields=["undone_at", "undone_by"])
    history.record(arrival, verb="undone", by=by, at=at, note=f"{removed:,} figures taken away.")
    return removed


def why_not_undone(arrival):
    """Why a file cannot be undone, or "". Later files may have left figures out because this one had brought them."""
    if arrival.applied_at is None:
        return "This file was not applied."
    if arrival.undone_at:
        return f"This file was undone on {british(timezone.localdate(arrival.undone_at))}."
    later = Import.objects.filter(
        Q(applied_at__gt=arrival.applied_at) | Q(applied_at=arrival.applied_at, pk__gt=arrival.pk),
        partnership=arrival.partnership_id,
        undone_at=None,
    )
    for one in later.order_by("-applied_at", "-pk"):
        if one.source == arrival.source:
            return f"A later file of this source was applied: {one.file_name}. Undo that one first."
        if arrival.pk in one.counts.get("rests_on", ()):
            return f"{one.file_name} was applied later and has figures of this one as its own. Undo that one first."
    return ""


def _keep(arrival, found, *, by, at):
    """Apply ``found``, a Sorted, as what ``arrival`` brings. The rows themselves have done their duty."""
    given = [proposal for proposal, outcome, _ in found.rows if outcome != Outcome.UNCHANGED]
    for first in range(0, len(given), _BATCH):
        Observation.objects.bulk_create(
            _observation(one, at=at, by=by, arrival=arrival) for one in given[first : first + _BATCH]
        )
    arrival.rows = []
    arrival.counts |= found.counts | {"rests_on": found.rests_on}
    arrival.applied_at = at
    arrival.save(update_fields=["rows", "counts", "applied_at"])
    history.record(arrival, verb="applied", by=by, at=at, note=f"{len(given):,} figures kept.")
    return arrival


def _remember(arrival, columns):
    ColumnMatching.objects.update_or_create(
        partnership=arrival.partnership, source=arrival.source, defaults={"columns": columns}
    )


def _observation(proposal, *, at, by, arrival=None):
    return Observation(
        indicator_id=proposal.indicator,
        area_id=proposal.area,
        start=proposal.start,
        end=proposal.end,
        value=proposal.stored_value,
        missing=proposal.missing,
        qualifier=proposal.qualifier,
        status=proposal.status,
        as_at=proposal.as_at,
        note=proposal.note,
        printed_year=FinancialYear.of(timezone.localdate(at)).start_year,
        recorded_at=at,
        recorded_by=by,
        arrival=arrival,
    )


def _may_enter(user, partnership):
    if not permissions.can_enter_figures(user, partnership):
        raise PermissionDenied
