"""The feed of round dates: read back as a calendar program does, and only by the person whose address it is."""

import datetime as dt

import pytest
from django.urls import reverse
from icalendar import Calendar

from accounts.models import Membership, User
from actions import calendar, rounds
from actions.models import ProgressUpdate, Round
from priorities.models import Agreement
from tests.conftest import NOW, TODAY

DAY = dt.timedelta(days=1)
FILE = "/kent/2026-27/rounds.ics"


def address(user):
    return reverse("rounds-calendar", args=[calendar.token(user)])


def events(response):
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert response.headers["Cache-Control"] in ("no-store, private", "private, no-store")
    return {str(event["UID"]): event for event in Calendar.from_ical(response.content).walk("VEVENT")}


def summaries(response):
    return sorted(str(event["SUMMARY"]) for event in events(response).values())


@pytest.fixture
def second(kent):
    return Round.objects.select_related("agreement__partnership").get(
        agreement=Agreement.objects.get(partnership=kent, year=2026), title="Second round"
    )


def change(round, member, at=NOW, **fields):
    kept = {name: getattr(round, name) for name in ("title", "opens", "due", "meets", "prefilled")}
    return rounds.change(round, **(kept | fields), by=member("officer"), at=at)


def test_the_file_holds_the_dates_of_the_year(client, member, second):
    client.force_login(member("viewer"))
    response = client.get(FILE)
    assert response.headers["Content-Disposition"] == 'attachment; filename="rounds-kent-2026-27.ics"'
    found = events(response)
    assert len(found) == 6
    due = found[f"round-{second.pk}-due@localhost"]
    assert due["SUMMARY"] == "Kent, Second round: updates are due"
    assert (due["DTSTART"].dt, due["DTEND"].dt) == (second.due, second.due + DAY)
    assert due["DTSTART"].params["VALUE"] == "DATE"
    assert found[f"round-{second.pk}-opens@localhost"]["DTSTART"].dt == second.opens
    assert found[f"round-{second.pk}-meets@localhost"]["DTSTART"].dt == second.meets


def test_a_subscription_needs_no_session_and_spans_the_partnerships(client, member, dover):
    person = member("officer")
    in_kent = summaries(client.get(address(person)))
    assert len(in_kent) == 6
    Membership.objects.create(user=person, partnership=dover, role="viewer")
    assert len(summaries(client.get(address(person)))) == 12


def test_the_same_dates_read_the_same_each_time(client, member):
    first, second = (client.get(address(member("officer"))).content for _ in range(2))
    assert first == second


def test_a_changed_date_keeps_its_event_and_counts_up(client, member, second):
    uid = f"round-{second.pk}-due@localhost"
    before = events(client.get(address(member("officer"))))[uid]
    changed = change(second, member, due=second.due + DAY)
    once = events(client.get(address(member("officer"))))[uid]
    change(changed, member, at=NOW + DAY, due=second.due + 2 * DAY)
    twice = events(client.get(address(member("officer"))))[uid]
    assert before["SEQUENCE"] < once["SEQUENCE"] < twice["SEQUENCE"]
    assert before["LAST-MODIFIED"].dt < once["LAST-MODIFIED"].dt == NOW < twice["LAST-MODIFIED"].dt
    assert (once["DTSTART"].dt, twice["DTSTART"].dt) == (second.due + DAY, second.due + 2 * DAY)


def test_a_round_without_a_meeting_or_dates_shows_none(client, member, second):
    change(second, member, meets=None)
    Round.objects.create(agreement=second.agreement, title="Some day", position=9)
    said = summaries(client.get(address(member("officer"))))
    assert len(said) == 5
    assert not any("Some day" in line for line in said)


def test_a_title_with_signs_and_letters_of_any_kind_comes_through(client, member, second):
    title = "Spring, übung; \\ round\u2014two " + "x" * 60
    change(second, member, title=title)
    assert f"Kent, {title}: updates are due" in summaries(client.get(address(member("officer"))))


def test_no_word_of_an_update_or_an_action_is_in_it(client, member, second):
    ProgressUpdate.objects.filter(round=second).update(text="<p>CANARY</p>", rating_reason="CANARY")
    second.agreement.priorities.update(title="CANARY")
    assert b"CANARY" not in client.get(address(member("officer"))).content
    change(second, member, title="CANARY")
    assert b"CANARY" in client.get(address(member("officer"))).content, "the control: the title of a round is"


# Whose address it is


def altered(token):
    return token[:-1] + ("A" if token[-1] != "A" else "B")


def of_somebody_else(token):
    return f"{User.objects.get(email='lead@dover.example').pk}.{token.partition('.')[2]}"


@pytest.mark.parametrize(
    "wrong",
    [
        altered,
        of_somebody_else,
        lambda token: token.partition(".")[0],
        lambda token: f"{10**30}.{token.partition('.')[2]}",
        lambda token: f"x{token}",
        lambda token: f"²{token}",
        lambda token: "",
    ],
)
def test_a_token_that_was_not_given_opens_nothing(wrong, client, member):
    token = calendar.token(member("officer"))
    assert client.get(f"/calendar/{wrong(token)}.ics").status_code == 404
    assert client.get(f"/calendar/{token}.ics").status_code == 200, "the control"


def test_a_token_does_for_nothing_else(client, member):
    client.get(address(member("officer")))
    assert client.get(FILE).status_code == 302


def test_a_changed_password_ends_the_address(client, member):
    person = member("officer")
    old = address(person)
    person.set_password("another long password")
    person.save()
    assert client.get(old).status_code == 404
    assert client.get(address(person)).status_code == 200


def test_an_account_that_is_switched_off_ends_the_address(client, member):
    old = address(member("officer"))
    User.objects.filter(pk=member("officer").pk).update(is_active=False)
    assert client.get(old).status_code == 404
    User.objects.filter(pk=member("officer").pk).update(is_active=True)
    assert client.get(old).status_code == 200, "the control"


def test_who_is_a_member_no_more_gets_no_dates(client, member, kent):
    person = member("officer")
    assert summaries(client.get(address(person)))
    membership = Membership.objects.get(user=person, partnership=kent)
    membership.delete()
    assert summaries(client.get(address(person))) == []
    membership.save(force_insert=True)
    assert summaries(client.get(address(person))), "the control"


def test_the_page_shows_everybody_the_own_address(client, member):
    for who in ("officer", "viewer"):
        client.force_login(member(who))
        page = client.get("/kent/2026-27/rounds/").content.decode()
        assert f"http://localhost:8000{address(member(who))}" in page


def test_years_without_rounds_give_an_empty_calendar(client, member):
    client.force_login(member("viewer"))
    assert events(client.get("/kent/2022-23/rounds.ics")) == {}


def test_today_is_not_looked_at(client, member):
    """Rounds of the past stay in the calendar."""
    Round.objects.filter(agreement__year=2026).update(
        opens=TODAY - 400 * DAY, due=TODAY - 390 * DAY, meets=TODAY - 380 * DAY
    )
    assert len(summaries(client.get(address(member("officer"))))) == 6
