"""Who gets which letter on which day, through a real SMTP server and a month that is walked through day by day."""

import datetime as dt

import pytest
from django.conf import settings as django_settings
from django.core.management import call_command
from django.utils import timezone
from django.utils.module_loading import import_string

from accounts import post
from accounts.models import Letter, Membership, Role, User
from actions import notices, rounds, workflow
from actions.models import Action, ProgressUpdate, Round
from priorities.models import Agreement, Lead, Priority
from tests.conftest import NOW, TODAY
from tests.scratch import race

DAY, HOUR = dt.timedelta(days=1), dt.timedelta(hours=1)
State = ProgressUpdate.State
LEAD = "lead.rs@kent.example"
OFFICER = "officer@kent.example"
OPENED = "A round of updates is open"
SOON = "Updates are due soon"
OVERDUE = "Updates are overdue"
DIGEST = "Updates not answered yet"
# A round that is due a fortnight after it opens.
USUAL = [(0, OPENED), (7, SOON), (13, SOON), (15, OVERDUE)]


def live(partnership="kent"):
    return Agreement.objects.select_related("partnership").get(partnership__slug=partnership, year=2026)


def open_round(due=14, at=NOW):
    officer = User.objects.get(email=OFFICER)
    fields = {"opens": TODAY, "due": TODAY + due * DAY, "meets": None, "prefilled": False}
    round = rounds.plan(live(), title="Third round", **fields, by=officer, at=at)
    return rounds.open_round(round, by=officer, at=at, on=timezone.localdate(at))


def deliver(at):
    for pk in Letter.objects.due(at).values_list("pk", flat=True):
        post.deliver(pk, at=at)


def walk(days=range(25), events=None, idle=(), runs=1):
    """Go through the days, with due work at noon, and hourly after that for so many ``runs``.

    ``events`` are {day: what happens before the work}. On ``idle`` days the service is down.
    """
    for day in days:
        if events and day in events:
            events[day]()
        for hour in range(runs):
            at = NOW + day * DAY + hour * HOUR
            if day not in idle:
                rounds.call_added_actions(at=at)
                notices.queue_due(at=at)
                deliver(at)


def diary(office, to=LEAD, about="Third round"):
    """[(day, what)] of the mails to one person, from the letters that the server took."""
    sent = Letter.objects.filter(to__email=to, sent_at__isnull=False).order_by("sent_at", "pk")
    mails = [mail for mail in office.mails if mail["To"] == to]
    assert len(mails) == sent.count()
    told = zip(sent, mails, strict=True)
    return [
        ((timezone.localdate(letter.sent_at) - TODAY).days, mail["Subject"].split(":")[0])
        for letter, mail in told
        if about in mail["Subject"]
    ]


def updates_of(round, lead=LEAD):
    return round.updates.led_by(User.objects.get(email=lead))


# A month


@pytest.mark.django_db
def test_a_month_of_one_round(post_office):
    open_round()
    walk(range(31), runs=3)
    assert diary(post_office) == USUAL


@pytest.mark.django_db
def test_one_mail_names_all_that_the_person_has_to_answer(post_office):
    round = open_round()
    deliver(NOW)
    (mail,) = [mail for mail in post_office.mails if mail["To"] == LEAD]
    said = mail.get_content()
    updates = list(updates_of(round).select_related("action__priority"))
    assert len(updates) > 1
    for update in updates:
        assert f"{update.action.reference} " in said
        assert f"http://localhost:8000{post.reverse('update-write', args=update.url_args)}" in said
    assert "5 December 2026, in 14 days" in said
    assert mail["Subject"] == "A round of updates is open: Third round, Kent"


@pytest.mark.django_db
def test_every_lead_gets_one_mail_and_nobody_else(post_office):
    round = open_round()
    deliver(NOW)
    leads = {held.user.email for held in notices.posts_held(Priority.objects.filter(actions__updates__round=round))}
    assert sorted(mail["To"] for mail in post_office.mails) == sorted(leads)
    assert len(leads) > 5


@pytest.mark.django_db
def test_nothing_after_submission(post_office):
    round = open_round()
    walk(events={5: lambda: updates_of(round).update(state=State.SUBMITTED)})
    assert diary(post_office) == USUAL[:1]
    assert diary(post_office, "lead.da@kent.example") == USUAL, "the control: the others are reminded"


@pytest.mark.django_db
def test_what_is_submitted_between_queueing_and_sending_is_not_asked_for(post_office):
    round = open_round()
    updates_of(round).update(state=State.SUBMITTED)
    deliver(NOW)
    assert diary(post_office) == []
    letter = Letter.objects.get(to__email=LEAD)
    assert letter.cancelled_at == NOW


@pytest.mark.django_db
def test_only_what_is_outstanding_is_named(post_office):
    round = open_round()
    done, *waiting = updates_of(round).select_related("action__priority")
    ProgressUpdate.objects.filter(pk=done.pk).update(state=State.SUBMITTED)
    walk(range(8))
    first, reminder = [mail.get_content() for mail in post_office.mails if mail["To"] == LEAD]
    assert f"{done.action.reference} " not in first + reminder
    assert all(f"{one.action.reference} " in reminder for one in waiting)


@pytest.mark.django_db
def test_a_closed_action_is_asked_for_no_more(post_office):
    round = open_round()
    closing = {"status": Action.Status.CLOSED, "outcome": "stopped", "outcome_reason": "No money"}
    walk(events={5: lambda: Action.objects.filter(updates__in=updates_of(round)).update(**closing)})
    assert diary(post_office) == USUAL[:1]


@pytest.mark.django_db
def test_another_due_date_brings_new_reminders(post_office):
    round = open_round()

    def put_off():
        fields = {name: getattr(round, name) for name in ("title", "opens", "meets", "prefilled")}
        rounds.change(round, due=TODAY + 24 * DAY, **fields, by=User.objects.get(email=OFFICER), at=NOW + 8 * DAY)

    walk(range(35), events={8: put_off})
    assert diary(post_office) == [(0, OPENED), (7, SOON), (17, SOON), (23, SOON), (25, OVERDUE)]


def leave():
    Membership.objects.filter(user__email=LEAD, role=Role.LEAD).delete()


def give_up_the_post():
    for lead in Lead.objects.filter(users__email=LEAD):
        lead.users.clear()


def switch_off():
    User.objects.filter(email=LEAD).update(is_active=False)


@pytest.mark.django_db
@pytest.mark.parametrize("end", [leave, give_up_the_post, switch_off])
def test_who_is_a_lead_no_more_gets_nothing_more(end, post_office):
    open_round()
    walk(events={5: end})
    assert diary(post_office) == USUAL[:1]


@pytest.mark.django_db
def test_a_new_lead_is_told_the_next_morning(post_office, person, kent):
    deputy = person("lead", kent)
    open_round()
    walk(events={4: lambda: Lead.objects.get(users__email=LEAD, priority__agreement=live()).users.add(deputy)})
    assert diary(post_office, deputy.email) == [(4, OPENED), *USUAL[1:]]


@pytest.mark.django_db
def test_a_round_that_is_opened_late_reminds_less(post_office):
    """Who is told of a round five days before it is due needs no reminder in the same week."""
    open_round(due=5)
    walk()
    assert diary(post_office) == [(0, OPENED), (4, SOON), (6, OVERDUE)]


@pytest.mark.django_db
def test_an_action_that_is_added_tells_a_lead_who_had_nothing_to_answer(post_office):
    priority = Priority.objects.get(agreement=live(), slug="road-safety")
    closing = {"status": Action.Status.CLOSED, "outcome": "stopped", "outcome_reason": "No money"}
    priority.actions.update(**closing)
    open_round()
    added = {3: lambda: Action.objects.create(priority=priority, number=90, position=90, title="Late")}
    walk(events=added)
    assert diary(post_office) == [(3, OPENED), *USUAL[1:]]


@pytest.mark.django_db
def test_nothing_is_queued_at_night(post_office):
    open_round()
    deliver(NOW)
    midnight = NOW + 7 * DAY - 12 * HOUR
    notices.queue_due(at=midnight + HOUR)
    assert not Letter.objects.filter(kind="round-due-soon").exists()
    notices.queue_due(at=midnight + 7 * HOUR)
    assert Letter.objects.filter(kind="round-due-soon").exists()


# Days on which the service or the mail server is down


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("idle", "expected"),
    [
        (range(7, 9), [(0, OPENED), (9, SOON), (13, SOON), (15, OVERDUE)]),
        (range(7, 13), [(0, OPENED), (13, SOON), (15, OVERDUE)]),
        (range(7, 14), [(0, OPENED), (14, SOON), (15, OVERDUE)]),
        (range(7, 20), [(0, OPENED), (20, OVERDUE)]),
    ],
)
def test_days_that_were_missed_are_made_up(idle, expected, post_office):
    open_round()
    walk(idle=idle)
    assert diary(post_office) == expected


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("down", "expected"),
    [
        (range(0, 3), [(3, OPENED), (7, SOON), (13, SOON), (15, OVERDUE)]),
        (range(6, 10), [(0, OPENED), (10, SOON), (13, SOON), (15, OVERDUE)]),
        (range(7, 13), [(0, OPENED), (13, SOON), (14, SOON), (15, OVERDUE)]),
        (range(12, 17), [(0, OPENED), (7, SOON), (17, OVERDUE)]),
    ],
)
def test_a_mail_server_that_is_down_loses_and_doubles_nothing(down, expected, post_office):
    open_round()
    walk(events={down.start: post_office.close, down.stop: post_office.open}, runs=2)
    assert diary(post_office) == expected
    assert len({mail["Message-ID"] for mail in post_office.mails}) == len(post_office.mails)
    assert not Letter.objects.unsent().exists()


# One letter of the day


def had(kind, day, *stage, waiting=False):
    sent_at = None if waiting else NOW + day * DAY
    return Letter(kind=kind, to_id=5, about={"round": 3}, key=":".join([kind, "3", "5", *stage]), sent_at=sent_at)


@pytest.mark.parametrize(
    ("on", "letters", "expected"),
    [
        (0, [], ("round-opened",)),
        (20, [], ("round-overdue", "2026-12-05")),
        (7, [had("round-opened", 0)], ("round-due-soon", "2026-12-05", "7")),
        (6, [had("round-opened", 0)], None),
        (7, [had("round-opened", 0), had("chase", 7)], None),
        (7, [had("round-opened", 0), had("update-returned", 7)], None),
        (7, [had("round-opened", 0), had("update-returned", 6, waiting=True)], None),
        (8, [had("round-opened", 0), had("round-due-soon", 7, "2026-12-05", "7")], None),
        (
            8,
            [had("round-opened", 0), had("round-due-soon", 7, "2026-12-02", "7")],
            ("round-due-soon", "2026-12-05", "7"),
        ),
        (15, [had("round-opened", 0), had("round-overdue", 9, "2026-11-29")], ("round-overdue", "2026-12-05")),
        (16, [had("round-opened", 0), had("round-overdue", 15, "2026-12-05")], None),
    ],
)
def test_the_letter_of_a_day(on, letters, expected):
    assert notices.letter_of_the_day(TODAY + 14 * DAY, TODAY + on * DAY, letters) == expected


# Sent back


@pytest.fixture
def submitted(db):
    """A submitted update of Road Safety in the current round, with a text found nowhere else."""
    current = Round.objects.get(title="Second round", agreement=live())
    update = updates_of(current).exclude(state=State.NOT_STARTED).first()
    ProgressUpdate.objects.filter(pk=update.pk).update(
        state=State.SUBMITTED, text="<p>CANARY-text</p>", accepted_at=None, accepted_by=None
    )
    return ProgressUpdate.objects.select_related("round", "action__priority__agreement__partnership").get(pk=update.pk)


def send_back(update, member, at=NOW):
    return workflow.send_back(update, version=update.version, by=member("reviewer"), at=at, note="CANARY-note")


@pytest.mark.django_db
def test_sending_back_tells_the_leads_by_link_only(submitted, member, post_office):
    send_back(submitted, member)
    deliver(NOW)
    (mail,) = post_office.mails
    assert mail["To"] == LEAD
    assert mail["Subject"] == f"Sent back: {submitted.action.reference}, Second round"
    assert post.reverse("update-write", args=submitted.url_args) in mail.get_content()
    assert "CANARY" not in mail.as_string()


@pytest.mark.django_db
def test_each_sending_back_is_told_once(submitted, member, post_office):
    returned = send_back(submitted, member)
    deliver(NOW)
    workflow.submit(returned, version=returned.version, by=member("lead.rs"), at=NOW + HOUR)
    send_back(submitted, member, at=NOW + 2 * HOUR)
    deliver(NOW + 2 * HOUR)
    assert len(post_office.mails) == 2


@pytest.mark.django_db
def test_what_was_submitted_again_meanwhile_is_not_told(submitted, member, post_office):
    returned = send_back(submitted, member)
    workflow.submit(returned, version=returned.version, by=member("lead.rs"), at=NOW)
    deliver(NOW)
    assert post_office.mails == []


@pytest.mark.django_db
def test_a_conflict_tells_nobody(submitted, member):
    with pytest.raises(workflow.Conflict):
        workflow.send_back(submitted, version=submitted.version + 1, by=member("reviewer"), at=NOW, note="Too late")
    assert not Letter.objects.exists()


@pytest.mark.django_db
def test_reopening_tells_the_leads(submitted, member, post_office):
    accepted = workflow.accept(submitted, version=submitted.version, by=member("reviewer"), at=NOW)
    workflow.reopen(accepted, version=accepted.version, by=member("officer"), at=NOW, reason="CANARY-note")
    deliver(NOW)
    assert [mail["To"] for mail in post_office.mails] == [LEAD]
    assert "CANARY" not in post_office.mails[0].as_string()


# Chasing and the digest


def chase(round, lead=LEAD):
    to = User.objects.get(email=lead)
    return post.queue(
        kind=notices.CHASE,
        to=to,
        key=f"chase:{round.pk}:{to.pk}:{TODAY}",
        partnership=round.agreement.partnership,
        about={"round": round.pk},
        at=NOW,
    )


@pytest.mark.django_db
@pytest.mark.parametrize(("state", "mails"), [(State.DRAFT, 1), (State.SUBMITTED, 0)])
def test_a_chase_is_sent_while_something_is_outstanding(state, mails, post_office):
    round = Round.objects.select_related("agreement__partnership").get(title="Second round", agreement=live())
    updates_of(round).update(state=state, accepted_at=None, accepted_by=None)
    chase(round)
    deliver(NOW)
    assert [mail["Subject"] for mail in post_office.mails] == ["Please send your updates: Second round, Kent"] * mails


@pytest.mark.django_db
def test_officers_get_a_digest_on_mondays(post_office):
    open_round()
    walk()
    about = "Kent"
    digests = [day for day in diary(post_office, OFFICER, about) if day[1] == DIGEST]
    assert digests == [(day, DIGEST) for day in (2, 9, 16, 23)]
    assert {(TODAY + day * DAY).weekday() for day, _ in digests} == {0}
    for who in (LEAD, "reviewer@kent.example", "viewer@kent.example"):
        assert DIGEST not in [what for _, what in diary(post_office, who, about)]


@pytest.mark.django_db
def test_a_missed_monday_is_made_up(post_office):
    open_round()
    walk(idle=[2, 3])
    assert [day for day, what in diary(post_office, OFFICER, "Kent") if what == DIGEST] == [4, 9, 16, 23]


@pytest.mark.django_db
def test_a_digest_counts_who_has_not_answered(post_office):
    round = open_round()
    asked = updates_of(round).count()
    first = updates_of(round).first()
    ProgressUpdate.objects.filter(pk=first.pk).update(state=State.SUBMITTED)
    updates_of(round, "lead.da@kent.example").update(state=State.SUBMITTED)
    walk(range(3))
    (said,) = [mail.get_content() for mail in post_office.mails if mail["To"] == OFFICER]
    assert f"- Road Safety: {asked - 1} of {asked}" in said.splitlines()
    assert "Domestic Abuse:" not in said
    assert "http://localhost:8000/kent/2026-27/" in said


@pytest.mark.django_db
@pytest.mark.parametrize("answered", [True, False])
def test_no_digest_when_all_have_answered_or_no_round_is_open(answered, post_office):
    if answered:
        round = open_round()
        round.updates.update(state=State.SUBMITTED)
    else:
        Round.objects.filter(agreement=live()).update(due=TODAY - 30 * DAY, opens=TODAY - 60 * DAY, meets=None)
    walk(range(10))
    assert diary(post_office, OFFICER, "Kent") == []


@pytest.mark.django_db
def test_an_officer_no_more_gets_no_digest(post_office, person, kent):
    other = person("officer", kent)
    open_round()
    walk(range(3), events={2: lambda: Membership.objects.filter(user=other).delete()})
    assert diary(post_office, other.email, "Kent") == []
    assert len(diary(post_office, OFFICER, "Kent")) == 1


# For all letters


@pytest.mark.django_db
def test_no_letter_holds_a_word_of_an_update(submitted, member, post_office):
    round = open_round()
    ProgressUpdate.objects.filter(round=round).update(
        state=State.DRAFT,
        text="<p>CANARY</p>",
        rating="amber",
        rating_reason="CANARY",
        particulars={"numbers": [{"what": "CANARY", "value": "CANARY"}]},
    )
    send_back(submitted, member)
    walk()
    chase(round)
    deliver(NOW + 29 * DAY)
    assert {letter.kind for letter in Letter.objects.filter(sent_at__isnull=False)} == {
        "round-opened",
        "round-due-soon",
        "round-overdue",
        "update-returned",
        "chase",
        "digest",
    }
    assert "CANARY" not in "".join(mail.as_string() + str(mail.get_content()) for mail in post_office.mails)


@pytest.mark.django_db
def test_a_word_of_the_title_would_be_found(post_office):
    """The control of the test above."""
    Action.objects.in_agreement(live()).update(title="CANARY")
    open_round()
    deliver(NOW)
    assert "CANARY" in "".join(mail.get_content() for mail in post_office.mails)


@pytest.mark.django_db
def test_writers_are_those_who_may_write(person, kent):
    """posts_held is the reverse of led_by, for everybody and every priority."""
    Lead.objects.filter(priority__agreement=live()).first().users.add(person("viewer", kent))
    held = {(one.lead.priority_id, one.user_id) for one in notices.posts_held(Priority.objects.all())}
    led = {(priority.pk, user.pk) for user in User.objects.all() for priority in Priority.objects.led_by(user)}
    assert held == led
    assert len(held) > 5


def test_every_kind_of_letter_has_its_composer():
    for kind in (*notices.ABOUT_A_ROUND, notices.DIGEST):
        assert callable(import_string(django_settings.LETTERS[kind]))


# Due work


@pytest.mark.django_db
def test_due_work_runs(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    call_command("run_due")
    assert Letter.objects.filter(kind="round-opened", to__email=LEAD).exists()


@pytest.mark.django_db
def test_due_work_asks_as_often_for_many_rounds(django_assert_num_queries):
    def number(rounds_in_view):
        Letter.objects.all().delete()
        notices.queue_due(at=NOW)
        with django_assert_num_queries(6) as queries:
            notices.queue_due(at=NOW)
        assert Round.objects.current().filter(due__gte=TODAY).count() == rounds_in_view
        return len(queries)

    both = number(2)
    Round.objects.filter(agreement=live("dover")).update(due=TODAY - 40 * DAY, opens=TODAY - 60 * DAY, meets=None)
    assert number(1) == both


def test_due_work_several_times_at_once_writes_each_letter_once(scratch):
    notices.queue_due(at=NOW)
    keys = sorted(Letter.objects.values_list("key", flat=True))
    Letter.objects.all().delete()
    race(lambda: notices.queue_due(at=NOW), 4)
    assert sorted(Letter.objects.values_list("key", flat=True)) == keys
    assert len(keys) > 5
