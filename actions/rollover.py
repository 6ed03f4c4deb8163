"""Roll a year over: the next agreement, with the priorities and actions that go on. Repeatable, and undoable."""

import hashlib
from collections import Counter
from dataclasses import asdict, dataclass

from django.contrib.admin.utils import NestedObjects
from django.core.exceptions import ValidationError
from django.db import OperationalError, transaction

from accounts import history
from actions import copying, endings, rollover_plan, workflow
from actions.models import Action, Event, Funding, ProgressUpdate, Rollover, Round
from priorities.models import Agreement, Chapter, Priority, VersionChange

Status = Action.Status
_LOCKED = "55P03"  # PostgreSQL's lock_not_available


class Conflict(Exception):
    """The year is no longer as it was read, and nothing was done. ``changes`` says in sentences what changed."""

    def __init__(self, changes):
        super().__init__(" ".join(changes))
        self.changes = changes


class InTheWay(Exception):
    """The new year holds more than was copied, and nothing was undone. ``what`` names it.

    ``may_go`` says that all of it is the plan's own, which the history keeps: undone when ``what`` is agreed to.
    """

    def __init__(self, what, may_go):
        super().__init__(", ".join(what))
        self.what, self.may_go = what, may_go


# What a year may hold that goes with it, once somebody agreed: the history has each as it stood.
_OF_THE_PLAN = {Agreement, Chapter, VersionChange, Round, Funding, Event, *copying.COPIED}


def roll_over(agreement, *, to, plan=None, seen=None, by=None, at=None, is_demonstration=False):
    """The Agreement for the FinancialYear ``to``, made from ``agreement``.

    Copied: themes, priorities with leads, sections and notes, the indicators in use, and each action that is carried
    on with its agencies, owners and themes. Every copy *continues* what it was made from. Progress is not copied.

    Without a plan everything goes on, and ``agreement`` stays as it is, open actions included: so are published years
    continued. IntegrityError where the year exists.

    With a ``plan`` (rollover_plan.Plan), the actions end as it says, ``by`` whom and when is kept, and what was made
    can be undone. Done again, it adds what is missing. ``seen`` is the snapshot of the year on which the plan rests:
    Conflict where it does not hold any more. ValidationError for a plan that cannot be carried out.
    """
    if plan is None:
        return _continue(agreement, to=to, is_demonstration=is_demonstration)
    endings.may_end(by, agreement)
    try:
        return _carry_out(agreement, to=to, plan=plan, seen=seen, by=by, at=at, is_demonstration=is_demonstration)
    except workflow.Conflict as conflict:
        raise Conflict([f"“{conflict.current}” was ended or changed."]) from conflict


@transaction.atomic
def undo(rollover, *, by, at, agreed=()):
    """Take away the new year with all that was copied, and give the old year's actions back what they were.

    InTheWay where the new year holds more than the copies as they were made, unless ``agreed`` names all of it and it
    may go. Updates with a history, concerns and frozen reports never do. Conflict where the rollover was undone or
    repeated meanwhile.
    """
    endings.may_end(by, rollover.agreement)
    _hold(rollover.agreement)
    standing = Rollover.objects.standing().filter(pk=rollover.pk, version=rollover.version)
    if not standing.update(undone_at=at, undone_by=by, new_agreement=None):
        raise Conflict(["The year was rolled over again, or this was undone already."])
    new = Agreement.objects.get(pk=rollover.new_agreement_id)
    more = _more_than_copied(new, rollover.made)
    if more.what and not (more.may_go and more.what == [*agreed]):
        raise InTheWay(more.what, more.may_go)
    for row in more.rows:
        history.record(row, verb="taken away with its year", by=by, at=at)
    rollover.refresh_from_db()
    history.record(rollover, verb="undone", by=by, at=at)
    _open_again(rollover, new.financial_year, by=by, at=at)
    new.delete()
    return rollover


@transaction.atomic
def _continue(agreement, *, to, is_demonstration):
    year = rollover_plan.read(agreement)
    plan = rollover_plan.everything_goes_on(year)
    new = _new_agreement(agreement, to, plan.title, is_demonstration)
    _make(year, plan, new)
    return new


@transaction.atomic
def _carry_out(agreement, *, to, plan, seen, by, at, is_demonstration):
    _hold(agreement)
    year = rollover_plan.read(agreement)
    if seen is not None and seen != rollover_plan.snapshot(year):
        raise Conflict(rollover_plan.changes_since(year, seen))
    if faults := rollover_plan.faults(year, plan):
        raise ValidationError(faults)
    new = year.rollover.new_agreement if year.rollover else None
    if new is None:
        if Agreement.objects.filter(partnership=agreement.partnership, year=to.start_year).exists():
            raise Conflict([f"There is a plan of {to} already."])
        new = _new_agreement(agreement, to, plan.title, is_demonstration)
    before = _rows(new)
    if year.rollover is None:
        before[Agreement._meta.label_lower] = {}
    _make(year, plan, new)
    decided = _end_actions(year, plan, by=by, at=at)
    rollover = _keep(year, plan, new, before, decided, by=by, at=at)
    history.record(rollover, verb="carried out again" if year.rollover else "carried out", by=by, at=at)
    return new


def _hold(agreement):
    """One at a time. Who comes second is told at once: PostgreSQL would wait and then call it an error."""
    try:
        Agreement.objects.hold(agreement, nowait=True)
    except OperationalError as error:
        if getattr(error.__cause__, "pgcode", None) != _LOCKED:
            raise
        raise Conflict(["Somebody else is changing this year at this moment. Try again."]) from error


def _new_agreement(agreement, to, title, is_demonstration):
    return Agreement.objects.create(
        partnership=agreement.partnership,
        year=to.start_year,
        title=title,
        effective_from=to.start,
        is_demonstration=is_demonstration,
    )


def _make(year, plan, new):
    """Make what the plan says and the year ``new`` lacks."""
    outline = rollover_plan.outline(year, plan)
    themes = copying.copy_themes(year.agreement, new)
    copying.copy_actions(outline.copies, _make_priorities(year, plan, new), themes)
    for copy, merged in outline.joining:
        Action.objects.get(pk=copy).continues.add(merged)


def _make_priorities(year, plan, new):
    """{code: Priority} of the new year. What stands already only continues more."""
    priorities = {one.code: one for one in new.priorities.all()}
    last = max((one.position for one in priorities.values()), default=0)
    slugs = rollover_plan.slugs(year, plan)
    sources = {one.pk: one for one in year.priorities}
    for place, one in enumerate(plan.priorities, start=last + 1):
        if one.code not in priorities:
            priorities[one.code] = Priority.objects.create(
                agreement=new, slug=slugs[one.code], code=one.code, title=one.title, position=place
            )
        there = set(priorities[one.code].continues.values_list("pk", flat=True))
        for pk in one.continues:
            if pk not in there:
                copying.append_priority(priorities[one.code], sources[pk])
    return priorities


def _end_actions(year, plan, *, by, at):
    """End the open actions as the plan says. Returns what was decided, by value, with the status from before."""
    actions = {one.pk: one for one in Action.objects.in_agreement(year.agreement).for_history()}
    waiting = [actions[one.action] for one in plan.endings]
    was = {one.pk: one.status for one in waiting}
    history.keep_first(*(one for one in waiting if one.status != Status.CLOSED), at=at)
    for one in plan.endings:
        if was[one.action] != Status.CLOSED:
            into = actions[one.into] if one.into else None
            endings.close(actions[one.action], outcome=one.outcome, reason=one.reason, into=into, by=by, at=at)
    return [
        asdict(one)
        | {"reference": actions[one.action].reference, "title": actions[one.action].title, "was": was[one.action]}
        for one in plan.endings
    ]


def _keep(year, plan, new, before, decided, *, by, at):
    made = {
        label: {pk: digest for pk, digest in rows.items() if pk not in before[label]}
        for label, rows in _rows(new).items()
    }
    priorities = [asdict(one) for one in plan.priorities]
    if year.rollover is None:
        stored = {"title": plan.title, "priorities": priorities, "endings": decided}
        return Rollover.objects.create(
            agreement=year.agreement, new_agreement=new, plan=stored, made=made, at=at, by=by
        )
    rollover = year.rollover
    stored = rollover.plan | {
        "priorities": rollover.plan["priorities"] + priorities,
        "endings": rollover.plan["endings"] + decided,
    }
    made = {label: rollover.made.get(label, {}) | rows for label, rows in made.items()}
    moved = Rollover.objects.standing().filter(pk=rollover.pk, version=rollover.version)
    if not moved.update(version=rollover.version + 1, plan=stored, made=made):
        raise Conflict(["The year was rolled over again meanwhile."])
    rollover.refresh_from_db()
    return rollover


def _rows(agreement):
    """{model: {number: digest of what is copied}} of the rows of a year, held until the transaction ends."""
    rows = {Agreement._meta.label_lower: _digests(Agreement, Agreement.objects.filter(pk=agreement.pk))}
    for model in copying.COPIED:
        path = model.partnership_path.removesuffix("__partnership")
        rows[model._meta.label_lower] = _digests(model, model.objects.filter(**{path: agreement}))
    return rows


_AGREEMENT = ["title", "version", "foreword", "effective_from"]


def _digests(model, rows):
    names = copying.COPIED.get(model, _AGREEMENT)
    return {
        str(pk): hashlib.sha256(repr(values).encode()).hexdigest()[:16]
        for pk, *values in rows.order_by().select_for_update().values_list("pk", *names)
    }


@dataclass(frozen=True)
class _More:
    """What a year holds besides the copies as they were made: in words, and the rows that have a history."""

    what: list
    rows: list
    may_go: bool


def _more_than_copied(agreement, made):
    """The _More of a year. Also rows of models that are unknown here count."""
    stored = _rows(agreement)  # first, so that nothing is added while the rest is looked at
    held = NestedObjects(using=agreement._state.db, origin=agreement)
    held.collect([agreement])
    rows = {row for model, rows in held.data.items() if not model._meta.auto_created for row in rows}
    added = [row for row in rows.union(held.protected) if str(row.pk) not in made.get(row._meta.label_lower, {})]
    changed = [
        row
        for row in rows
        if made.get(row._meta.label_lower, {}).get(str(row.pk), "")
        not in ("", stored.get(row._meta.label_lower, {}).get(str(row.pk)))
    ]
    return _More(
        what=[*_counted(added, "added"), *_counted(changed, "changed")],
        rows=[row for row in (*added, *changed) if type(row) in _OF_THE_PLAN],
        may_go=not held.protected and all(type(row) in _OF_THE_PLAN or _is_unwritten(row) for row in added),
    )


def _counted(rows, done):
    counts = Counter(row._meta for row in rows)
    named = {meta: meta.verbose_name if count == 1 else meta.verbose_name_plural for meta, count in counts.items()}
    return sorted(f"{count} {named[meta]} {done}" for meta, count in counts.items())


def _is_unwritten(row):
    return isinstance(row, ProgressUpdate) and row.version == 0


def _open_again(rollover, year, *, by, at):
    """What was open is open again; an action that somebody has opened or ended anew since then stays so."""
    decided = {one["action"]: one for one in rollover.plan["endings"] if one["was"] != Status.CLOSED}
    rows = Action.objects.in_agreement(rollover.agreement).for_history()
    for action in rows.filter(pk__in=decided, status=Status.CLOSED):
        one = decided[action.pk]
        if (action.outcome, action.outcome_reason) == (one["outcome"], one["reason"].strip()):
            changes = {"status": one["was"], "outcome": "", "outcome_reason": "", "merged_into": None}
            note = f"The rolling over into {year} was undone."
            endings.move(action, frm=Status.CLOSED, changes=changes, verb="opened again", note=note, by=by, at=at)
