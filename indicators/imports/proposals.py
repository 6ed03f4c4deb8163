"""Figures that are given, set beside those that stand: what is new, what is restated, what is known already.

No database here: ``standing`` is what indicators/recording.py finds there.
"""

import datetime as dt
import hashlib
import json
from collections import Counter
from dataclasses import astuple, dataclass, field
from decimal import Decimal
from enum import StrEnum

from indicators.figures import round_half_up
from indicators.periods import Period

# What a figure is stored with: 18 digits, four of them after the point.
PLACES = 4
LARGEST = Decimal(10) ** 14

_NOT_STATED = "not stated"


class Outcome(StrEnum):
    NEW = "new"
    RESTATED = "restated"
    UNCHANGED = "unchanged"


@dataclass(frozen=True)
class Proposal:
    """One figure to be kept. ``indicator`` and ``area`` are numbers of rows, ``area`` None for the whole area.

    ``value`` is None where it is missing. ``row`` is the line of the file that gave it, None for a typed figure.
    """

    indicator: int
    area: int | None
    start: dt.date
    end: dt.date
    value: Decimal | None
    missing: str = ""
    qualifier: str = "exact"
    status: str = _NOT_STATED
    as_at: str = ""
    note: str = ""
    row: int | None = None

    @property
    def key(self):
        return (self.indicator, self.area, self.start, self.end)

    @property
    def period(self):
        return Period(self.start, self.end)

    @property
    def stored_value(self):
        return None if self.value is None else round_half_up(self.value, PLACES)


@dataclass(frozen=True)
class Standing:
    """The current figure of an indicator, an area and a period. ``arrival`` is the number of its import, or None."""

    pk: int
    value: Decimal | None
    missing: str
    qualifier: str
    status: str
    as_at: str
    note: str
    arrival: int | None


@dataclass(frozen=True)
class Sorted:
    """Proposals with what they are and what stands for them now: (Proposal, Outcome, Standing or None)."""

    rows: list[tuple[Proposal, Outcome, Standing | None]] = field(default_factory=list)

    def only(self, outcome):
        return [(proposal, standing) for proposal, found, standing in self.rows if found == outcome]

    @property
    def counts(self):
        """{"new": 3, "restated": 1, "unchanged": 8}."""
        found = Counter(outcome for _, outcome, _ in self.rows)
        return {outcome.value: found[outcome] for outcome in Outcome}

    @property
    def changes(self):
        """How many figures would be added."""
        return sum(outcome != Outcome.UNCHANGED for _, outcome, _ in self.rows)

    @property
    def rests_on(self):
        """The numbers of the imports whose figures are counted here as unchanged."""
        known = {standing.arrival for _, standing in self.only(Outcome.UNCHANGED)}
        return sorted(known - {None})

    @property
    def digest(self):
        """A text that is the same while the same figures would do the same to the same standing ones."""
        parts = [
            [*map(str, astuple(proposal)), outcome, standing and standing.pk]
            for proposal, outcome, standing in self.rows
        ]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def sort(proposals, standing):
    """``proposals`` beside ``standing``, {key of a Proposal: Standing}. No two proposals may have the same key."""
    return Sorted([(one, outcome_of(one, standing.get(one.key)), standing.get(one.key)) for one in proposals])


def outcome_of(proposal, standing):
    if standing is None:
        return Outcome.NEW
    return Outcome.UNCHANGED if is_same(proposal, standing) else Outcome.RESTATED


def is_same(proposal, standing):
    """Whether the proposal says nothing that does not stand already. What it leaves out, it does not contradict."""
    return (
        (proposal.stored_value, proposal.missing, proposal.qualifier)
        == (standing.value, standing.missing, standing.qualifier)
        and proposal.status in (_NOT_STATED, standing.status)
        and proposal.as_at in ("", standing.as_at)
        and proposal.note in ("", standing.note)
    )
