"""The outbox against a real SMTP server: nothing lost, nothing doubled, whoever dies and whoever comes at once."""

import datetime as dt
import logging
import os
import signal
import threading

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, models, transaction
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from accounts import post, tasks
from accounts.models import Letter, Membership, Partnership, User
from tests.conftest import NOW
from tests.scratch import race

MINUTE = dt.timedelta(minutes=1)
EVENT = "asked:1:lead"
ME = "tests.accounts.test_post"


def compose(letter, *, at):
    """A composer as any app has it."""
    return post.Mail("An update\nis due", "role_given.txt", {"inviter": "Nobody", "link": post.link("home")})


def compose_nothing(letter, *, at):
    return None


def compose_badly(letter, *, at):
    raise LookupError("a fault of ours")


@pytest.fixture(autouse=True)
def kinds(settings):
    settings.LETTERS = {
        **settings.LETTERS,
        "asked": f"{ME}.compose",
        "answered": f"{ME}.compose_nothing",
        "faulty": f"{ME}.compose_badly",
    }


def queue(kind="asked", key=EVENT, at=NOW, **more):
    kent = Partnership.objects.get(slug="kent")
    to = User.objects.get(email="lead.rs@kent.example")
    return post.queue(kind=kind, to=to, key=key, partnership=kent, at=at, **more)


def waiting_tasks():
    return DBTaskResult.objects.filter(status=TaskResultStatus.READY).count()


# One letter


def test_a_letter_is_sent_once_with_its_headers(scratch, post_office):
    letter = queue()
    post.deliver(letter.pk, at=NOW)
    post.deliver(letter.pk, at=NOW + MINUTE * 60)
    (mail,) = post_office.mails
    assert mail["To"] == "lead.rs@kent.example"
    assert mail["Subject"] == "An update is due"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Message-ID"].endswith("@localhost>")
    assert mail.get_content_type() == "text/plain"
    assert "http://localhost:8000/" in mail.get_content()
    letter.refresh_from_db()
    assert (letter.sent_at, letter.tries, letter.last_error) == (NOW, 1, "")


def test_a_message_id_names_the_event(post_office, scratch):
    for key in (EVENT, "asked:2:lead"):
        post.deliver(queue(key=key).pk, at=NOW)
    first, second = post_office.mails
    assert first["Message-ID"] != second["Message-ID"]


@pytest.mark.django_db
def test_a_letter_is_not_sent_before_it_is_due(post_office):
    letter = queue(at=NOW + MINUTE)
    post.deliver(letter.pk, at=NOW)
    assert post_office.mails == []
    post.deliver(letter.pk, at=NOW + MINUTE)
    assert len(post_office.mails) == 1


@pytest.mark.django_db
def test_what_nobody_wants_any_more_is_cancelled(post_office):
    letter = queue(kind="answered")
    post.deliver(letter.pk, at=NOW)
    letter.refresh_from_db()
    assert (letter.cancelled_at, letter.sent_at) == (NOW, None)
    assert post_office.mails == []


def switch_off(person):
    User.objects.filter(pk=person.pk).update(is_active=False)


def leave(person):
    Membership.objects.filter(user=person).delete()


@pytest.mark.django_db
@pytest.mark.parametrize(("change", "mails"), [(switch_off, 0), (leave, 0), (lambda person: None, 1)])
def test_people_who_are_gone_get_nothing(change, mails, post_office, member):
    letter = queue()
    change(member("lead.rs"))
    post.deliver(letter.pk, at=NOW)
    letter.refresh_from_db()
    assert len(post_office.mails) == mails
    assert bool(letter.cancelled_at) == (mails == 0)


@pytest.mark.django_db
def test_a_fault_of_ours_is_told_and_tried_again(post_office):
    letter = queue(kind="faulty")
    with pytest.raises(LookupError):
        post.deliver(letter.pk, at=NOW)
    letter.refresh_from_db()
    assert (letter.last_error, letter.next_try) == ("LookupError", NOW + 5 * MINUTE)


# The server is down, busy, or refuses


def test_an_outage_loses_nothing_and_doubles_nothing(scratch, post_office):
    post_office.close()
    letters = [queue(key=f"asked:{number}") for number in range(3)]
    at = NOW
    for minutes in (5, 15, 60, 240, 240):
        for letter in letters:
            post.deliver(letter.pk, at=at)
            post.deliver(letter.pk, at=at)
            letter.refresh_from_db()
            assert letter.next_try == at + MINUTE * minutes
            assert letter.last_error.startswith("ConnectionRefusedError ")
        at += MINUTE * minutes
    assert {letter.tries for letter in letters} == {5}
    post_office.open()
    for letter in letters * 2:
        post.deliver(letter.pk, at=at)
    assert len(post_office.mails) == 3
    assert len({mail["Message-ID"] for mail in post_office.mails}) == 3
    assert not Letter.objects.unsent().exists()


@pytest.mark.django_db
def test_a_busy_server_is_asked_again(post_office):
    post_office.answers = ["451 lead.rs@kent.example: try later"]
    letter = queue()
    post.deliver(letter.pk, at=NOW)
    letter.refresh_from_db()
    assert (letter.last_error, post_office.mails) == ("SMTPDataError 451", [])
    post.deliver(letter.pk, at=NOW + 5 * MINUTE)
    letter.refresh_from_db()
    assert (letter.last_error, len(post_office.mails)) == ("", 1)


@pytest.mark.django_db
def test_an_address_that_is_always_refused_is_given_up(post_office, monkeypatch):
    async def refuse(*_args):
        return "550 No such person"

    monkeypatch.setattr(post_office, "handle_RCPT", refuse, raising=False)
    letter = queue()
    at = NOW
    for _ in range(post.MOST_REFUSALS):
        assert not letter.cancelled_at
        post.deliver(letter.pk, at=at)
        letter.refresh_from_db()
        at = letter.next_try
    assert letter.cancelled_at
    assert letter.last_error == "SMTPRecipientsRefused 550"


# Several at once


@pytest.fixture
def without_unique_key(scratch):
    """The control: a table that would take the same key again."""
    loose = models.CharField(max_length=200)
    loose.set_attributes_from_name("key")
    loose.model = Letter
    with connection.schema_editor() as editor:
        editor.alter_field(Letter, Letter._meta.get_field("key"), loose)


def queue_in_parallel(monkeypatch, times):
    """Every thread has seen that there is no such letter before the first writes one."""
    barrier, seen, real = threading.Barrier(times), threading.local(), post.Letter.objects.get_queryset().__class__.get

    def get(queryset, *args, **kwargs):
        try:
            return real(queryset, *args, **kwargs)
        finally:
            if "key" in kwargs and not hasattr(seen, "once"):
                seen.once = barrier.wait(timeout=30)

    monkeypatch.setattr("accounts.models.LetterQuerySet.get", get)
    race(queue, times)


def test_an_event_in_parallel_gives_one_letter(scratch, monkeypatch):
    queue_in_parallel(monkeypatch, 5)
    assert Letter.objects.count() == waiting_tasks() == 1


def test_without_the_unique_key_there_are_five(scratch, without_unique_key, monkeypatch):
    queue_in_parallel(monkeypatch, 5)
    assert Letter.objects.count() == 5


def take_it_anyway(letter, *, at):
    """The control: a claim that compares nothing."""
    return Letter.objects.filter(pk=letter.pk).update(tries=letter.tries + 1)


@pytest.mark.parametrize(("claim", "mails"), [(post._claim, 1), (take_it_anyway, 3)])
def test_deliverers_at_once_send_one_mail(claim, mails, scratch, post_office, monkeypatch):
    barrier = threading.Barrier(3)

    def claim_together(letter, *, at):
        barrier.wait(timeout=30)
        return claim(letter, at=at)

    letter = queue()
    monkeypatch.setattr(post, "_claim", claim_together)
    race(lambda: post.deliver(letter.pk, at=NOW), 3)
    assert len(post_office.mails) == mails


# The worker


def work(scratch, post_office):
    """A real worker, until nothing waits."""
    return scratch.manage("db_worker", "--queue-name", "*", "--batch", "--no-startup-delay", EMAIL_URL=post_office.url)


def invite():
    """A letter of a kind that a process of its own knows too."""
    by = User.objects.get(email="officer@kent.example")
    return queue(kind="invitation", at=timezone.now(), about={"by": by.pk})


def test_a_worker_process_sends_the_mail(scratch, post_office):
    letter = invite()
    assert waiting_tasks() == 1
    work(scratch, post_office)
    assert [mail["To"] for mail in post_office.mails] == ["lead.rs@kent.example"]
    letter.refresh_from_db()
    assert letter.sent_at
    assert DBTaskResult.objects.get().status == TaskResultStatus.SUCCESSFUL


def test_a_worker_killed_before_it_marks_doubles_at_most_once(scratch, post_office):
    letter = invite()
    command = ["db_worker", "--queue-name", "*", "--batch", "--no-startup-delay"]
    with scratch.start(*command, EMAIL_URL=post_office.url) as worker:
        post_office.on_mail = lambda mail: os.kill(worker.pid, signal.SIGKILL)
        assert worker.wait(timeout=60) == -signal.SIGKILL
    post_office.on_mail = lambda mail: None
    letter.refresh_from_db()
    assert (letter.sent_at, letter.tries, len(post_office.mails)) == (None, 1, 1)

    post.enqueue_unsent(at=letter.next_try)
    assert waiting_tasks() == 0, "the killed worker's task still stands for the letter"
    tasks.fail_abandoned(at=timezone.now() + 11 * MINUTE)
    post.enqueue_unsent(at=letter.next_try)
    assert waiting_tasks() == 1

    for _ in range(2):
        post.deliver(letter.pk, at=letter.next_try)
    assert len(post_office.mails) == 2
    assert len({mail["Message-ID"] for mail in post_office.mails}) == 1


def test_work_that_is_rolled_back_sends_nothing(scratch, post_office):
    with transaction.atomic():
        queue()
        transaction.set_rollback(True)
    assert not Letter.objects.exists()
    assert waiting_tasks() == 0


# run_due


def test_due_work_twice_at_once_sends_one_mail(scratch, post_office):
    letter = invite()
    DBTaskResult.objects.all().delete()  # as if the process had died between the event and its task
    race(lambda: call_command("run_due"), 2)
    assert tasks.letters_waiting().count(letter.pk) in (1, 2)
    call_command("run_due")
    work(scratch, post_office)
    # Beside it, what other pieces of due work write.
    sent = [mail["Message-ID"] for mail in post_office.mails]
    assert len(sent) == len(set(sent)) == Letter.objects.exclude(sent_at=None).count()
    letter.refresh_from_db()
    assert (letter.sent_at is not None, letter.tries) == (True, 1)


def test_due_work_as_a_process(scratch, post_office):
    letter = invite()
    DBTaskResult.objects.all().delete()
    scratch.manage("run_due")
    assert tasks.letters_waiting().count(letter.pk) == 1


@pytest.mark.django_db
def test_a_letter_waits_with_one_task_only():
    queue()
    for _ in range(3):
        post.enqueue_unsent(at=NOW)
    assert waiting_tasks() == 1


def done(at):
    logging.getLogger(ME).warning("done")


def broken(at):
    raise LookupError("broken piece")


@pytest.mark.django_db
def test_a_broken_piece_of_due_work_is_logged_and_stops_no_other(settings, caplog):
    settings.DUE_WORK = [f"{ME}.broken", f"{ME}.done"]
    with pytest.raises(CommandError, match="broken"):
        call_command("run_due")
    assert "broken piece" in caplog.text
    assert "done" in caplog.messages


def result(status, **times):
    return DBTaskResult.objects.create(
        task_path=tasks.deliver_letter.module_path,
        args_kwargs={"args": [0], "kwargs": {}},
        backend_name="default",
        status=status,
        **times,
    )


@pytest.mark.django_db
def test_the_task_of_a_killed_worker_is_failed():
    abandoned = result(TaskResultStatus.RUNNING, started_at=NOW - 10 * MINUTE)
    fresh = result(TaskResultStatus.RUNNING, started_at=NOW - 9 * MINUTE)
    tasks.fail_abandoned(at=NOW)
    abandoned.refresh_from_db()
    fresh.refresh_from_db()
    assert (abandoned.status, fresh.status) == (TaskResultStatus.FAILED, TaskResultStatus.RUNNING)
    assert abandoned.task_result.errors[0].exception_class is tasks.Abandoned


@pytest.mark.django_db
def test_old_results_go_and_letters_stay():
    letter = queue()
    Letter.objects.filter(pk=letter.pk).update(tries=1, sent_at=NOW - dt.timedelta(days=800))
    now = timezone.now()
    old = result(TaskResultStatus.SUCCESSFUL, finished_at=now - dt.timedelta(days=15))
    new = result(TaskResultStatus.SUCCESSFUL, finished_at=now - dt.timedelta(days=13))
    tasks.prune(at=now)
    assert set(DBTaskResult.objects.filter(pk__in=[old.pk, new.pk])) == {new}
    assert Letter.objects.filter(pk=letter.pk).exists()
