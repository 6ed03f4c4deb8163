"""What only real connections show: many writers at once, a decision against a save, a writer that is killed.

Each guard has its control: the same run without the guard, which must fail.
"""

import os
import random
import signal
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from itertools import count
from unittest.mock import patch

import pytest
from django.db import connections, transaction
from django.test import Client

from accounts.models import User
from actions import workflow
from actions.models import Action, ProgressUpdate, Round, UpdateEvent
from actions.models.updates import ProgressUpdateQuerySet
from actions.workflow import Conflict, Content
from tests.conftest import NOW
from tests.scratch import race

pytestmark = pytest.mark.slow
State = ProgressUpdate.State


@pytest.fixture
def updates(scratch):
    """Twelve updates of Road Safety that nobody has begun, committed to a database of the test's own."""
    round = Round.objects.get(agreement__partnership__slug="kent", agreement__year=2026, title="Second round")
    priority = round.agreement.priorities.get(code="RS")
    actions = [
        Action.objects.create(priority=priority, number=100 + n, position=100 + n, title=f"Action {n}")
        for n in range(12)
    ]
    made = [ProgressUpdate.objects.create(round=round, action=action).pk for action in actions]
    connections.close_all()
    return made


def read(pk):
    return ProgressUpdate.objects.select_related("round", "action__priority__agreement__partnership").get(pk=pk)


def person(who):
    return User.objects.get(email=f"{who}@kent.example")


def without_version(queryset, *args, **lookups):
    """``filter`` with the guard taken out: whatever version is read, the row is changed."""
    return _filter(queryset, *args, **{name: value for name, value in lookups.items() if name != "version"})


_filter = ProgressUpdateQuerySet.filter
unguarded = patch.object(ProgressUpdateQuerySet, "filter", without_version)


# --- Processes --------------------------------------------------------------------------------------------------


@contextmanager
def forked(work, *args):
    """A process that calls ``work(tell, *args)``; gives its number and the file that what it tells comes from."""
    connections.close_all()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.close(reading)
            work(lambda line: os.write(writing, f"{line}\n".encode()), *args)
            status = 0
        except BaseException as error:
            os.write(writing, f"error {error!r}\n".encode())
        finally:
            os._exit(status)
    os.close(writing)
    with os.fdopen(reading) as told:
        try:
            yield child, told
        finally:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)


def append(pk, word, by):
    """Add ``word`` to the text as a person would: read, write, and on a conflict read again."""
    while True:
        update = read(pk)
        text = f"{update.text}<p>{word}</p>"
        try:
            return workflow.save(update, Content(text=text), version=update.version, by=by, at=NOW, key=uuid.uuid4())
        except Conflict:
            continue


def write_many(tell, pks, writer, times):
    by = person("lead.rs")
    for number in range(times):
        word = f"w{writer}n{number}"
        append(pks[(writer + number * 5) % len(pks)], word, by)
        tell(word)


def run_writers(pks, writers, times):
    """The words that were acknowledged, the errors, and the words that stand in the texts at the end."""
    running = [forked(write_many, pks, writer, times) for writer in range(writers)]
    told = [one.__enter__()[1] for one in running]
    lines = [line.strip() for file in told for line in file]
    for one in running:
        one.__exit__(None, None, None)
    texts = "".join(ProgressUpdate.objects.filter(pk__in=pks).values_list("text", flat=True))
    return {line for line in lines if line[:5] != "error"}, [line for line in lines if line[:5] == "error"], texts


def lost(words, texts):
    return {word for word in words if f"<p>{word}</p>" not in texts}


def test_nothing_is_lost_by_eight_writers(updates):
    words, errors, texts = run_writers(updates, writers=8, times=250)
    assert errors == []
    assert len(words) == 2000
    assert lost(words, texts) == set()
    events = UpdateEvent.objects.filter(update__in=updates)
    assert events.count() == 2000
    assert events.values("update", "version").distinct().count() == 2000
    versions = ProgressUpdate.objects.filter(pk__in=updates).values_list("version", flat=True)
    assert sum(versions) == 2000


def test_without_the_version_writers_lose_words(updates):
    """The control."""
    with unguarded:
        words, errors, texts = run_writers(updates[:2], writers=4, times=60)
    assert errors == []
    assert lost(words, texts)


# --- Threads ----------------------------------------------------------------------------------------------------


def test_one_form_sent_five_times_at_once_is_one_version(updates):
    key, by = uuid.uuid4(), person("lead.rs")
    saved = race(
        lambda: workflow.save(read(updates[0]), Content(text="<p>Once.</p>"), version=0, by=by, at=NOW, key=key), 5
    )
    assert [one.version for one in saved] == [1] * 5
    assert UpdateEvent.objects.filter(update=updates[0]).count() == 1


def test_one_post_sent_five_times_at_once_is_one_version(updates):
    """The same through the page: all five are told that it is saved."""
    address, form = read(updates[0]).write_url, {"text": "Once.", "version": 0, "key": uuid.uuid4()}
    form |= {"as_at_0": "20", "as_at_1": "11", "as_at_2": "2026"}

    def send():
        client = Client()
        client.force_login(person("lead.rs"))
        return client.post(address, form).status_code

    assert race(send, 5) == [302] * 5
    update = read(updates[0])
    assert (update.version, update.text, update.events.count()) == (1, "<p>Once.</p>", 1)


def test_five_forms_at_once_are_one_version_and_four_conflicts(updates):
    """The control of the test above: without the same key, four of five are told."""
    by, number = person("lead.rs"), count()

    def send():
        try:
            content = Content(text=f"<p>Form {next(number)}.</p>")
            return workflow.save(read(updates[0]), content, version=0, by=by, at=NOW, key=uuid.uuid4()).version
        except Conflict:
            return "conflict"

    assert sorted(map(str, race(send, 5))) == ["1", "conflict", "conflict", "conflict", "conflict"]


class Race:
    """Races of one update: a reviewer accepts what was read, while the lead takes it back, changes and submits it."""

    def __init__(self, pk, other_thread):
        self.pk = pk
        self.other_thread = other_thread
        self.start = threading.Barrier(2, timeout=30)
        self.lead, self.reviewer = person("lead.rs"), person("reviewer")
        self.accepted = self.refused = 0
        self.unread = []

    def run(self, number):
        submitted = self.submit(read(self.pk), f"<p>First words of {number}.</p>")
        seen = read(self.pk)
        # Either may be ahead: whoever has more to do before begins later.
        ahead = number % 4
        decision = self.other_thread.submit(self.accept, seen, 12 * ahead)
        self.change(submitted, number, 3 - ahead)
        accepted = decision.result()
        now = read(self.pk)
        if accepted:
            self.accepted += 1
            event = now.events.filter(kind="accepted").last()
            if Content.of(event) != Content.of(seen) or (now.state == State.ACCEPTED and now.text != seen.text):
                self.unread.append(number)
        else:
            self.refused += 1
        self.reset(now)

    def submit(self, update, text):
        saved = workflow.save(update, Content(text=text, rating="green"), version=update.version, by=self.lead, at=NOW)
        return workflow.submit(saved, version=saved.version, by=self.lead, at=NOW)

    def accept(self, seen, reads):
        self.begin(reads)
        try:
            workflow.accept(seen, version=seen.version, by=self.reviewer, at=NOW)
        except Conflict:
            return False
        return True

    def change(self, update, number, reads):
        self.begin(reads)
        with suppress(Conflict):
            back = workflow.take_back(update, version=update.version, by=self.lead, at=NOW)
            self.submit(back, f"<p>Other words of {number}.</p>")

    def begin(self, reads):
        self.start.wait()
        for _ in range(reads):
            read(self.pk)

    def reset(self, now):
        if now.state == State.ACCEPTED:
            workflow.reopen(now, version=now.version, by=self.reviewer, at=NOW, reason="The next race.")
        elif now.state == State.SUBMITTED:
            workflow.take_back(now, version=now.version, by=self.lead, at=NOW)


@pytest.fixture
def races(updates):
    with ThreadPoolExecutor(1) as other_thread:
        yield Race(updates[0], other_thread)
        other_thread.submit(connections.close_all).result()


def test_no_text_is_accepted_that_was_not_read(races):
    for number in range(1000):
        races.run(number)
    assert races.unread == []
    assert races.accepted
    assert races.refused


def test_without_the_version_unread_text_is_accepted(races):
    """The control."""
    with unguarded:
        for number in range(200):
            races.run(number)
            if races.unread:
                break
    assert races.unread


# --- Killed writers ---------------------------------------------------------------------------------------------


def write_until_killed(tell, pk, name, committed):
    by = person("lead.rs")
    for number in count():
        if committed:
            append(pk, f"{name}n{number}", by)
            tell(f"{name}n{number}")
        else:
            with transaction.atomic():
                append(pk, f"{name}n{number}", by)
                tell(f"{name}n{number}")
                signal.pause()


def kill_writers(pks, times, committed):
    """The words that writers acknowledged before they were killed in the midst of the next ones."""
    chance = random.Random(7)
    words = []
    for number in range(times):
        with forked(write_until_killed, pks[number % len(pks)], f"k{number}", committed) as (_, told):
            words += [next(told).strip() for _ in range(chance.randint(1, 8) if committed else 1)]
    return words


def unkept(words):
    """Acknowledged words that miss in the text, or in the history."""
    texts = "".join(ProgressUpdate.objects.values_list("text", flat=True))
    history = "".join(UpdateEvent.objects.filter(kind="saved").values_list("text", flat=True))
    return lost(words, texts) | lost(words, history)


def test_what_was_acknowledged_outlives_a_killed_writer(updates):
    words = kill_writers(updates, times=50, committed=True)
    assert len(words) > 100
    assert not any("error" in word for word in words)
    assert unkept(words) == set()
    for update in ProgressUpdate.objects.filter(pk__in=updates):
        kept = update.events.order_by("-version").first()
        assert (kept.version, kept.text) == (update.version, update.text), "row and history end together"


def test_a_writer_that_acknowledges_too_early_is_found(updates):
    """The control: what is acknowledged before its commit is lost with the writer."""
    words = kill_writers(updates, times=3, committed=False)
    assert unkept(words) == set(words)
