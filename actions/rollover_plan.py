"""What a rollover is to do, and what that means for the new year. Reads the database, changes nothing."""

import hashlib
from collections import Counter, defaultdict
from dataclasses import dataclass, field

from django.utils.text import slugify

from actions.models import Action, Rollover
from priorities.models import Agreement, Priority

Status, Outcome = Action.Status, Action.Outcome


@dataclass(frozen=True)
class NewPriority:
    """A priority of the new year. ``continues`` are the numbers of old ones: two or more where they are merged."""

    code: str
    title: str
    continues: tuple = ()


@dataclass(frozen=True)
class Ending:
    """What becomes of one action: ``into`` is the action into which it is merged, ``priority`` the code of the
    new year's priority in which it is carried on.
    """

    action: int
    outcome: str
    reason: str
    into: int | None = None
    priority: str = ""


@dataclass(frozen=True)
class Plan:
    """``title`` is the new Agreement's; its priorities in their order; an Ending for each of ``Year.waiting``."""

    title: str
    priorities: tuple
    endings: tuple


@dataclass(frozen=True)
class Year:
    """A year that is to be rolled over, and what of the new one stands already."""

    agreement: Agreement
    priorities: list
    actions: list
    rollover: Rollover | None = None
    new_priorities: list = field(default_factory=list)
    new_actions: list = field(default_factory=list)
    copies: dict = field(default_factory=dict)  # {number of an old action: number of its copy}

    @property
    def waiting(self):
        """The actions of which is to be said how they go on: open ones, and those carried on without a copy."""
        settled = {one["action"] for one in self.rollover.plan["endings"]} if self.rollover else set()
        return [
            one
            for one in self.actions
            if one.status != Status.CLOSED
            or (one.outcome == Outcome.CARRIED_ON and one.pk not in self.copies and one.pk not in settled)
        ]

    def successors(self, priority):
        """The new year's priorities that continue ``priority`` already."""
        return [one for one in self.new_priorities if priority.pk in one.earlier]


@dataclass(frozen=True)
class Copy:
    """An action to be made: from ``action``, in the priority ``code``, continuing actions of these numbers."""

    action: Action
    code: str
    number: int
    continues: tuple

    @property
    def reference(self):
        return f"{self.code}-A{self.number}"


@dataclass(frozen=True)
class Outline:
    """What a plan comes to: ``copies`` to make, and ``joining``, pairs (existing copy, action merged into it)."""

    copies: list
    joining: list


def read(agreement):
    """The Year of ``agreement``, in six queries at most."""
    rollover = Rollover.objects.standing().filter(agreement=agreement).select_related("new_agreement", "by").first()
    year = Year(
        agreement=agreement,
        priorities=list(agreement.priorities.all()),
        actions=list(Action.objects.in_agreement(agreement).select_related("priority", "merged_into__priority")),
        rollover=rollover,
    )
    if rollover:
        new = rollover.new_agreement
        year.new_priorities.extend(new.priorities.prefetch_related("continues"))
        for one in year.new_priorities:
            one.earlier = {before.pk for before in one.continues.all()}
        year.new_actions.extend(Action.objects.in_agreement(new).select_related("priority"))
        links = Action.continues.through.objects.filter(from_action__priority__agreement=new)
        year.copies.update(links.values_list("to_action_id", "from_action_id"))
    return year


def everything_goes_on(year):
    """The Plan that keeps every priority and carries every open action on."""
    codes = {one.pk: one.code for one in year.priorities}
    return Plan(
        title=year.agreement.title,
        priorities=tuple(NewPriority(one.code, one.title, (one.pk,)) for one in year.priorities),
        endings=tuple(
            Ending(one.pk, Outcome.CARRIED_ON, default_reason(year), priority=codes[one.priority_id])
            for one in year.actions
            if one.status != Status.CLOSED
        ),
    )


def default_reason(year):
    return f"Carried on into {year.agreement.financial_year.following}"


def faults(year, plan):
    """Why ``plan`` cannot be carried out, in sentences; an empty list where it can."""
    return [*_faults_of_priorities(year, plan), *_faults_of_endings(year, plan)]


def _faults_of_priorities(year, plan):
    standing = {one.code: one.title for one in year.new_priorities}
    for code, times in Counter(one.code for one in plan.priorities).items():
        if times > 1:
            yield f"Two priorities have the code {code}."
    old = {one.pk for one in year.priorities}
    for one in plan.priorities:
        if not one.code or not one.title:
            yield "Every priority needs a title and a code."
        if standing.get(one.code, one.title) != one.title:
            yield f"The code {one.code} is that of {standing[one.code]}."
        if not set(one.continues) <= old:
            yield f"{one.title} continues a priority that is not of this year."


def _faults_of_endings(year, plan):
    waiting = {one.pk: one for one in year.waiting}
    if sorted(waiting) != sorted(one.action for one in plan.endings):
        yield "Say of each open action, once, how it goes on."
        return
    codes = {one.code for one in (*plan.priorities, *year.new_priorities)}
    going_on = {one.action for one in plan.endings if one.outcome == Outcome.CARRIED_ON} | set(year.copies)
    for one in plan.endings:
        action = waiting[one.action]
        if one.outcome not in Outcome.values or not one.reason.strip():
            yield f"Say how {action.reference} ends, and why."
        if one.outcome == Outcome.CARRIED_ON and one.action not in year.copies and one.priority not in codes:
            yield f"Say in which priority {action.reference} is carried on."
        if (one.outcome == Outcome.MERGED) != (one.into is not None):
            yield f"Say into which action {action.reference} is merged."
        if one.into is not None and (one.into == one.action or one.into not in going_on):
            yield f"{action.reference} can only be merged into an action that is carried on."


def outline(year, plan):
    """The Outline of a plan without faults. A number is kept where it is free in the new priority."""
    merged = defaultdict(list)
    for one in year.actions:
        if one.merged_into_id:
            merged[one.merged_into_id].append(one)
    by_number = {one.pk: one for one in year.actions}
    for one in plan.endings:
        if one.into:
            merged[one.into].append(by_number[one.action])
    taken = defaultdict(set)
    for one in year.new_actions:
        taken[one.priority.code].add(one.number)
    copies = [
        _copy(by_number[one.action], one.priority, merged, taken)
        for one in _in_order(year, plan)
        if one.outcome == Outcome.CARRIED_ON and one.action not in year.copies
    ]
    joining = [
        (year.copies[pk], one)
        for pk in year.copies
        if pk in by_number
        for one in _all_merged(pk, merged)
        if one.pk not in year.copies
    ]
    return Outline(copies, joining)


def _in_order(year, plan):
    """The endings by the order of the actions in their year."""
    place = {one.pk: place for place, one in enumerate(year.actions)}
    return sorted(plan.endings, key=lambda one: place[one.action])


def _copy(action, code, merged, taken):
    used = taken[code]
    number = action.number if action.number not in used else max(used) + 1
    used.add(number)
    return Copy(action, code, number, (action.pk, *(one.pk for one in _all_merged(action.pk, merged))))


def _all_merged(pk, merged):
    """The actions merged into the one numbered ``pk``, also by way of others, each once."""
    found, waiting = {}, [pk]
    while waiting:
        for one in merged[waiting.pop()]:
            if one.pk not in found and one.pk != pk:
                found[one.pk] = one
                waiting.append(one.pk)
    return list(found.values())


def slugs(year, plan):
    """{code: slug} of the plan's priorities: that of the one with the same title, else made from the title."""
    used = {one.slug for one in year.new_priorities}
    before = {(one.pk, one.title): one.slug for one in year.priorities}
    found = {}
    for one in plan.priorities:
        kept = [slug for (pk, title), slug in before.items() if title == one.title and pk in one.continues]
        wanted = kept[0] if kept else slugify(one.title)[:70].strip("-") or slugify(one.code) or "priority"
        found[one.code] = next(slug for slug in _numbered(wanted) if slug not in used)
        used.add(found[one.code])
    return found


def _numbered(slug):
    yield slug
    for number in range(2, 1000):
        yield f"{slug}-{number}"


def snapshot(year):
    """{name of a row: short digest} of all on which a plan rests, to see whether the year changed meanwhile."""
    rows = {f"p{one.pk}": _digest(one, Priority) for one in year.priorities}
    rows |= {f"a{one.pk}": _digest(one, Action) for one in year.actions}
    return rows | {"r": f"{year.rollover.pk}.{year.rollover.version}" if year.rollover else "0"}


_READ = {
    Priority: ["title", "code", "slug", "position"],
    Action: ["title", "number", "position", "priority_id", "status", "outcome", "merged_into_id"],
}


def _digest(row, model):
    values = [str(getattr(row, name)) for name in _READ[model]]
    return hashlib.sha256("\0".join(values).encode()).hexdigest()[:8]


def changes_since(year, seen):
    """What changed since the snapshot ``seen``, in sentences."""
    now = snapshot(year)
    sentences = []
    if now["r"] != seen.get("r"):
        sentences.append(
            f"{year.rollover.by} rolled the year over." if year.rollover else "The last rolling over was undone."
        )
    for row in (*year.priorities, *year.actions):
        name = f"{'p' if isinstance(row, Priority) else 'a'}{row.pk}"
        if name not in seen:
            sentences.append(f"“{row}” was added.")
        elif seen[name] != now[name]:
            closed = isinstance(row, Action) and row.status == Status.CLOSED
            sentences.append(f"“{row}” was {'ended or changed' if closed else 'changed'}.")
    if gone := len(seen.keys() - now.keys()):
        sentences.append(f"{gone} {'row was' if gone == 1 else 'rows were'} taken out.")
    return sentences
