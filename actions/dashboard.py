"""A round at one look: how far it is, what worries, what changed. Words only of what was laid before the group."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field

from django.db.models import Count, OuterRef, Subquery, Window
from django.utils import timezone

from accounts.models import HistoryEntry
from actions import endings
from actions.models import Action, Concern, ProgressUpdate

State = ProgressUpdate.State
Rating = ProgressUpdate.Rating
CONCERNS_SHOWN = 10
# The columns of the table, besides the accepted ones.
OTHER_STATES = [State.NOT_STARTED, State.DRAFT, State.RETURNED, State.SUBMITTED]
_RANK = {rating: rank for rank, rating in enumerate(Rating)}


@dataclass(frozen=True)
class Asked:
    """How the answer of one action stands, as ``ProgressUpdateQuerySet.without_words`` gives it."""

    pk: int
    state: str
    number: int
    title: str
    priority_id: int
    priority: str
    code: str
    slug: str

    @property
    def reference(self):
        return f"{self.code}-A{self.number}"

    @property
    def is_outstanding(self):
        return self.state in ProgressUpdate.WITH_THE_LEAD


@dataclass(frozen=True)
class Line:
    """One priority, or all: how many updates stand where, and how those laid before the group are rated."""

    title: str
    slug: str = ""
    states: Counter = field(default_factory=Counter)
    ratings: Counter = field(default_factory=Counter)

    @property
    def asked(self):
        return self.states.total()

    @property
    def accepted(self):
        return self.states[State.ACCEPTED]

    @property
    def submitted(self):
        return self.states[State.SUBMITTED]

    @property
    def other_states(self):
        """Numbers in the order of the table's columns."""
        return [self.states[state] for state in OTHER_STATES]

    @property
    def rated(self):
        return [(rating, self.ratings[rating]) for rating in Rating]

    @property
    def bar(self):
        """The parts of a bar that is ``asked`` long, each with where it starts: accepted, submitted, with the lead."""
        with_the_lead = self.asked - self.accepted - self.submitted
        parts, start = [], 0
        for kind, length in (("accepted", self.accepted), ("submitted", self.submitted), ("lead", with_the_lead)):
            parts.append({"kind": kind, "start": start, "length": length})
            start += length
        return parts


@dataclass(frozen=True)
class Overdue:
    """What one priority's leads still owe."""

    priority_id: int
    title: str
    slug: str
    updates: list[Asked]


@dataclass(frozen=True)
class Move:
    """An action whose rating is not what it was when last accepted. ``before`` and ``after`` are Ratings."""

    action: Action
    before: Rating
    after: Rating

    @property
    def is_worse(self):
        return _RANK[self.after] > _RANK[self.before]


def asked_in(round):
    return [Asked(**row) for row in round.updates.asked().without_words()]


def laid_before(user, round):
    """The updates of this round and the year's earlier ones that were submitted or accepted, without their text."""
    return list(
        ProgressUpdate.objects.visible_to(user)
        .laid_before()
        .filter(round__agreement=round.agreement_id, round__position__lte=round.position)
        .select_related("round", "action__priority")
        .defer("text", "particulars")
        .order_by("action__priority__position", "action__position", "round__position")
    )


def ended_actions(agreement, span):
    """The closed actions of the year that were ended within ``span``, each with ``ended_at``."""
    ended = HistoryEntry.objects.filter(
        about_model=Action._meta.label_lower, about_id=OuterRef("pk"), verb=endings.ENDED
    ).order_by("-at")
    actions = Action.objects.in_agreement(agreement).filter(status=Action.Status.CLOSED)
    dated = actions.annotate(ended_at=Subquery(ended.values("at")[:1])).filter(ended_at__isnull=False)
    return [action for action in dated.select_related("priority") if span.holds(action.ended_at)]


def open_concerns(partnership, user):
    """The newest open concerns that ``user`` may see; each knows ``open_count``, the number of them all."""
    return list(
        Concern.objects.visible_to(user)
        .open()
        .filter(partnership=partnership)
        .annotate(open_count=Window(Count("pk")))
        .with_about()
        .order_by("-raised_at", "-pk")[:CONCERNS_SHOWN]
    )


def lines(asked, laid, round):
    """(a Line for each priority, the Line of all)."""
    by_priority = {one.priority_id: Line(one.priority, one.slug) for one in asked}
    total = Line("All priorities")
    for one in asked:
        by_priority[one.priority_id].states[one.state] += 1
        total.states[one.state] += 1
    for update in laid:
        if update.round_id == round.pk and update.rating:
            by_priority[update.action.priority_id].ratings[update.rating] += 1
            total.ratings[update.rating] += 1
    return list(by_priority.values()), total


def outstanding(asked):
    """An Overdue for each priority that still owes something."""
    groups = {}
    for one in asked:
        if one.is_outstanding:
            group = groups.setdefault(one.priority_id, Overdue(one.priority_id, one.priority, one.slug, []))
            group.updates.append(one)
    return list(groups.values())


def worries(laid, round):
    """The updates of the round that are rated red, then those rated amber."""
    rated = [one for one in laid if one.round_id == round.pk and one.rating in ProgressUpdate.NEEDS_A_REASON]
    return sorted(rated, key=lambda one: -_RANK[one.rating])


def moves(laid, round):
    """A Move for each action that is rated otherwise than when last accepted in an earlier round. Worse ones first."""
    before, found = {}, []
    for update in laid:
        if not update.rating:
            continue
        if update.round_id != round.pk:
            if update.state == State.ACCEPTED:
                before[update.action_id] = Rating(update.rating)
        elif before.get(update.action_id, update.rating) != update.rating:
            found.append(Move(update.action, before[update.action_id], Rating(update.rating)))
    return sorted(found, key=lambda move: not move.is_worse)


@dataclass(frozen=True)
class Span:
    """Days from ``first`` to ``last``; None for ``last`` where it goes on."""

    first: dt.date
    last: dt.date | None

    def holds(self, moment):
        day = timezone.localdate(moment)
        return self.first <= day and (self.last is None or day <= self.last)


def span_of(round, rounds):
    """From the meeting before this round, or else its opening, to its own meeting, if a later round was opened.

    ``rounds`` are the opened ones of the year in order. A round without a date of its meeting counts to its due date.
    """
    index = rounds.index(round)
    first = _meets(rounds[index - 1]) + dt.timedelta(days=1) if index else timezone.localdate(round.opened_at)
    return Span(first, _meets(round) if round != rounds[-1] else None)


def _meets(round):
    return round.meets or round.due


def accepted_within(laid, span):
    return [one for one in laid if one.accepted_at and span.holds(one.accepted_at)]
