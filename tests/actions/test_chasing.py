"""Chasing by two at once. What chasing does is tested with the review."""

import datetime as dt
import threading
from contextlib import suppress
from types import SimpleNamespace

import pytest
from django.db import connections

from accounts import post
from accounts.models import HistoryEntry, Letter, User
from actions import chasing
from actions.models import ProgressUpdate, Round
from actions.models.updates import RoundQuerySet
from tests.conftest import NOW
from tests.scratch import race

LATE = NOW + dt.timedelta(days=30)


def no_lock(rounds, round):
    """The control: nobody waits for anybody."""


@pytest.mark.parametrize(
    ("deed", "lock", "lines"),
    [(chasing.chase, RoundQuerySet.hold, 1), (chasing.chase.__wrapped__, no_lock, 2)],
    ids=["guarded", "without transaction and lock"],
)
def test_two_who_chase_at_once_write_one_line_of_history(deed, lock, lines, scratch, monkeypatch):
    round = Round.objects.select_related("agreement__partnership").get(
        title="Second round", agreement__partnership__slug="kent", agreement__year=2026
    )
    lead, officer = User.objects.get(email="lead.rs@kent.example"), User.objects.get(email="officer@kent.example")
    late = ProgressUpdate.objects.filter(action__priority__code="RS")
    connections.close_all()
    both_have_looked = threading.Barrier(2)

    def queue(**letter):
        """Between the look at the letters and the first of them. Where the guard holds, nobody else comes here."""
        with suppress(threading.BrokenBarrierError):
            both_have_looked.wait(timeout=2)
        return post.queue(**letter)

    monkeypatch.setattr(RoundQuerySet, "hold", lock)
    monkeypatch.setattr(chasing, "post", SimpleNamespace(queue=queue))
    asked = race(lambda: deed(round, late, by=officer, at=LATE), 2)
    assert sorted(asked, key=len) == [[]] * (2 - lines) + [[lead]] * lines
    assert Letter.objects.get(kind="chase").to == lead
    assert HistoryEntry.objects.about(round).filter(verb="chased").count() == lines
