"""Who is reminded of an owed figure on which day, through a real SMTP server and days that are walked through."""

import datetime as dt
import json

import pytest
from django.conf import settings as django_settings
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.module_loading import import_string

from accounts import post
from accounts.models import Letter, Membership, User
from actions import supply_notices
from indicators.models import Indicator, Observation
from indicators.periods import Period
from tests.conftest import NOW, TODAY
from tests.scratch import race

DAY, HOUR = dt.timedelta(days=1), dt.timedelta(hours=1)
OFFICER = "officer@kent.example"
CONTACT = "lead.rs@kent.example"
SOON, LATE = "Figures are due soon: Kent", "Figures are late: Kent"
SEPTEMBER, OCTOBER = Period.month(2026, 9), Period.month(2026, 10)


@pytest.fixture
def nothing_owed(db):
    """No other indicator of the demonstration expects a figure."""
    Indicator.objects.update(supply_months=None, supply_days=None)


@pytest.fixture
def supplied(nothing_owed):
    """Makes an indicator of Kent of which October's figure is due on a day: 10 days after TODAY if not said."""
    return supplied_indicator


def supplied_indicator(slug="burglaries", due=10, contact="", partnership="kent"):
    template = Indicator.objects.filter(partnership__slug=partnership).first()
    template.pk, template.slug, template.title = None, slug, f"Indicator {slug}"
    template.feed_source = template.feed_measure = ""
    template.supply_months, template.supply_days = 1, (TODAY + due * DAY - OCTOBER.end).days
    template.supply_contact = User.objects.get(email=contact) if contact else None
    template.save()
    bring(template, SEPTEMBER)
    return template


def bring(indicator, period, value=4321):
    officer = User.objects.get(email=OFFICER)
    return Observation.objects.create(
        indicator=indicator,
        start=period.start,
        end=period.end,
        value=value,
        printed_year=2026,
        recorded_at=NOW,
        recorded_by=officer,
    )


def queue(at=NOW):
    cache.clear()
    supply_notices.queue_due(at=at)


def deliver(at):
    for pk in Letter.objects.due(at).values_list("pk", flat=True):
        post.deliver(pk, at=at)


def walk(days=range(30), events=None, idle=(), runs=1):
    """Go through the days, with due work at noon, and hourly after that for so many ``runs``."""
    for day in days:
        if events and day in events:
            events[day]()
        for hour in range(runs):
            if day not in idle:
                at = NOW + day * DAY + hour * HOUR
                queue(at)
                deliver(at)


def diary(office, to=OFFICER):
    """[(day, subject)] of the mails to one person, from the letters that the server took."""
    sent = Letter.objects.filter(to__email=to, sent_at__isnull=False).order_by("sent_at", "pk")
    mails = [mail for mail in office.mails if mail["To"] == to]
    assert len(mails) == sent.count()
    return [
        ((timezone.localdate(letter.sent_at) - TODAY).days, mail["Subject"])
        for letter, mail in zip(sent, mails, strict=True)
    ]


def about(office, to=OFFICER):
    """The text of each mail to one person."""
    return [mail.get_content() for mail in office.mails if mail["To"] == to]


@pytest.mark.django_db
def test_a_week_before_and_when_late_and_not_again(supplied, post_office):
    supplied()
    walk(range(50), runs=3)
    october, november = [(3, SOON), (11, LATE)], [(33, SOON), (41, LATE)]
    assert diary(post_office) == october + november


@pytest.mark.django_db
def test_nothing_once_the_figure_is_in(supplied, post_office):
    indicator = supplied()
    walk(events={5: lambda: bring(indicator, OCTOBER)})
    assert diary(post_office) == [(3, SOON)]


@pytest.mark.django_db
def test_what_came_between_queueing_and_sending_is_not_asked_for(supplied, post_office):
    first, second = supplied("first", due=7), supplied("second", due=7)
    queue()
    bring(first, OCTOBER)
    deliver(NOW)
    (said,) = about(post_office)
    assert first.title not in said
    assert second.title in said
    bring(second, OCTOBER)
    queue(NOW + 8 * DAY)
    assert not Letter.objects.due(NOW + 8 * DAY).exists()


@pytest.mark.django_db
def test_a_letter_about_nothing_any_more_is_not_sent(supplied, post_office):
    indicator = supplied(due=7)
    queue()
    bring(indicator, OCTOBER)
    deliver(NOW)
    assert post_office.mails == []
    assert Letter.objects.get().cancelled_at == NOW


@pytest.mark.django_db
def test_the_letter_names_what_is_owed_by_links_and_never_a_figure(supplied, post_office):
    supplied("first", due=7)
    supplied("second", due=-1)
    queue()
    deliver(NOW)
    (said,) = about(post_office)
    assert post_office.mails[0]["Subject"] == LATE
    for line in (
        "Indicator first, October 2026",
        "is due on 28 November 2026, in 7 days",
        "http://localhost:8000/kent/indicators/first/",
        "Indicator second, October 2026",
        "was due on 20 November 2026, yesterday",
        "http://localhost:8000/kent/supplies/",
    ):
        assert line in said.splitlines()
    assert said.index("Late:") < said.index("Due soon:")
    assert "4321" not in post_office.mails[0].as_string().replace(",", "")


@pytest.mark.django_db
def test_one_letter_a_day_with_all_that_one_person_owes(supplied, post_office):
    for number in range(5):
        supplied(f"one-{number}", due=7, contact=CONTACT)
    supplied("late", due=-1, contact=CONTACT)
    walk(range(1), runs=3)
    (said,) = about(post_office, CONTACT)
    assert said.count("is due on") == 5
    assert said.count("was due on") == 1
    assert about(post_office) == [], "the contact is asked, not the officers"


@pytest.mark.django_db
def test_what_is_added_during_a_day_is_told_the_next(supplied, post_office):
    supplied("first", due=7)
    walk(range(1))
    supplied("second", due=7)
    walk(range(1))
    walk(range(1, 3))
    assert [day for day, _ in diary(post_office)] == [0, 1]
    assert "first" not in about(post_office)[1]


@pytest.mark.django_db
def test_another_due_date_brings_another_reminder(supplied, post_office):
    indicator = supplied(due=7)

    def put_off():
        Indicator.objects.filter(pk=indicator.pk).update(supply_days=indicator.supply_days + 10)

    walk(range(20), events={5: put_off})
    assert diary(post_office) == [(0, SOON), (10, SOON), (18, LATE)]


def leave():
    Membership.objects.filter(user__email=CONTACT).delete()


def switch_off():
    User.objects.filter(email=CONTACT).update(is_active=False)


def replace():
    Indicator.objects.filter(slug="burglaries").update(supply_contact=None)


@pytest.mark.django_db
@pytest.mark.parametrize("end", [leave, switch_off, replace])
def test_who_is_the_contact_no_more_gets_nothing_more_and_the_officers_are_asked(end, supplied, post_office):
    supplied(contact=CONTACT)
    walk(events={5: end})
    assert diary(post_office, CONTACT) == [(3, SOON)]
    assert diary(post_office) == [(5, SOON), (11, LATE)]


@pytest.mark.django_db
@pytest.mark.parametrize("end", [leave, switch_off, replace])
def test_a_contact_who_leaves_before_the_letter_is_sent_gets_none(end, supplied, post_office):
    supplied(due=7, contact=CONTACT)
    queue()
    end()
    deliver(NOW)
    assert about(post_office, CONTACT) == []


@pytest.mark.django_db
def test_the_control_a_contact_who_stays_gets_it(supplied, post_office):
    supplied(due=7, contact=CONTACT)
    queue()
    deliver(NOW)
    assert len(about(post_office, CONTACT)) == 1


@pytest.mark.django_db
def test_a_contact_who_only_reads_gets_no_link_to_the_calendar(supplied, post_office):
    supplied(due=7, contact="viewer@kent.example")
    queue()
    deliver(NOW)
    (said,) = about(post_office, "viewer@kent.example")
    assert "/kent/indicators/burglaries/" in said
    assert "/supplies/" not in said


@pytest.mark.django_db
def test_only_officers_of_the_partnership_are_asked(supplied, post_office):
    supplied(due=7)
    supplied("shops", due=7, partnership="dover")
    queue()
    deliver(NOW)
    assert sorted(mail["To"] for mail in post_office.mails) == ["officer@dover.example", OFFICER]
    assert "shops" not in about(post_office)[0]


@pytest.mark.django_db
@pytest.mark.parametrize(("day", "is_told"), [(27, True), (28, False)])
def test_an_old_debt_is_not_brought_up_by_itself(day, is_told, supplied, post_office):
    """After 28 days. By then November's figure is due soon, which is told."""
    supplied(due=-1)
    walk([day])
    (said,) = about(post_office)
    assert ("October 2026" in said) == is_told
    assert "November 2026" in said


@pytest.mark.django_db
def test_nothing_is_queued_at_night(supplied):
    supplied(due=7)
    queue(NOW - 6 * HOUR)
    assert not Letter.objects.exists()
    queue(NOW - 5 * HOUR)
    assert Letter.objects.exists()


@pytest.mark.django_db
def test_it_looks_once_an_hour(supplied, django_assert_num_queries):
    supplied(due=7)
    queue()
    with django_assert_num_queries(1):
        supply_notices.queue_due(at=NOW + dt.timedelta(minutes=59))
    Letter.objects.all().delete()
    supply_notices.queue_due(at=NOW + HOUR)
    assert Letter.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("idle", "expected"),
    [
        (range(3, 6), [(6, SOON), (11, LATE)]),
        (range(3, 11), [(11, LATE)]),
        (range(8, 20), [(3, SOON), (20, LATE)]),
    ],
)
def test_days_that_were_missed_are_made_up(idle, expected, supplied, post_office):
    supplied()
    walk(idle=idle)
    assert diary(post_office) == expected


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("down", "expected"),
    [
        (range(3, 6), [(6, SOON), (11, LATE)]),
        (range(3, 14), [(14, LATE)]),
        (range(11, 15), [(3, SOON), (15, LATE)]),
    ],
)
def test_a_mail_server_that_is_down_loses_and_doubles_nothing(down, expected, supplied, post_office):
    supplied()
    walk(events={down.start: post_office.close, down.stop: post_office.open}, runs=2)
    assert diary(post_office) == expected
    assert not Letter.objects.unsent().exists()


@pytest.mark.django_db
def test_a_figure_that_is_taken_back_is_asked_for_again(supplied, post_office):
    indicator = supplied(due=7)
    queue()
    mistaken = bring(indicator, OCTOBER)
    deliver(NOW)
    mistaken.delete()
    walk(range(1, 3))
    assert diary(post_office) == [(1, SOON)]


def test_due_work_twice_at_once_writes_one_letter(scratch):
    Indicator.objects.update(supply_months=None, supply_days=None)
    supplied_indicator(due=7)
    cache.clear()
    race(lambda: supply_notices.queue_due(at=NOW), 4)
    assert Letter.objects.filter(kind="supply-due-soon").count() == 1


@pytest.mark.django_db
def test_due_work_asks_as_often_for_many(supplied):
    def number():
        Letter.objects.all().delete()
        with CaptureQueriesContext(connection) as queries:
            queue()
        return len(queries)

    supplied("first", due=7)
    few = number()
    for place in range(12):
        supplied(f"one-{place}", due=7)
    assert number() == few


@pytest.mark.django_db
def test_a_letter_holds_numbers_and_dates_alone(supplied):
    supplied(due=7)
    queue()
    letter = Letter.objects.get()
    assert "4321" not in json.dumps(letter.about).replace(f"{letter.about['figures'][0][1]}", "")
    assert letter.about["figures"][0][0] == supply_notices.DUE_SOON
    assert letter.about["figures"][0][2:] == ["2026-10-01", "2026-10-31", "2026-11-28"]


def test_both_kinds_of_letter_have_a_composer_and_the_work_is_due_work():
    for kind in (supply_notices.DUE_SOON, supply_notices.LATE):
        assert import_string(django_settings.LETTERS[kind]) is supply_notices.compose
    assert "actions.supply_notices.queue_due" in django_settings.DUE_WORK
