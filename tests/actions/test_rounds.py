"""Rounds: planned in order, opened once whoever is at it, and asking exactly the open actions."""

import datetime as dt
import threading

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError
from django.utils import timezone

from accounts.models import HistoryEntry, User
from actions import rounds
from actions.models import Action, ProgressUpdate, Round
from actions.workflow import Conflict
from priorities.models import Agreement, AgreementQuerySet, Priority
from tests.conftest import NOW, TODAY
from tests.scratch import race

DAY = dt.timedelta(days=1)
OFFICER = "officer@kent.example"
LIST = "/kent/2026-27/rounds/"


def live():
    return Agreement.objects.select_related("partnership").get(partnership__slug="kent", year=2026)


def officer():
    return User.objects.get(email=OFFICER)


def plan(title="Third round", opens=TODAY, due=TODAY + 14 * DAY, meets=None, prefilled=False, by=None):
    """A round of Kent's live year."""
    return rounds.plan(
        live(), title=title, opens=opens, due=due, meets=meets, prefilled=prefilled, by=by or officer(), at=NOW
    )


def open_it(round, on=TODAY, by=None, **more):
    return rounds.open_round(round, by=by or officer(), at=NOW, on=on, **more)


def change(round, **fields):
    kept = {name: getattr(round, name) for name in ("title", "opens", "due", "meets", "prefilled")}
    return rounds.change(round, **(kept | fields), by=officer(), at=NOW)


def add_action(**fields):
    priority = Priority.objects.get(agreement=live(), slug="road-safety")
    return Action.objects.create(priority=priority, number=90, position=90, title="A further action", **fields)


def open_actions():
    return set(Action.objects.in_agreement(live()).open())


def asked(round):
    return [update.action for update in round.updates.select_related("action")]


def verbs(round):
    return [entry.verb for entry in HistoryEntry.objects.about(round)][::-1]


def titles():
    return list(live().rounds.order_by("position").values_list("title", flat=True))


# Planning


@pytest.mark.django_db
def test_a_round_is_planned_with_its_history():
    round = plan(opens=TODAY + DAY, prefilled=True)
    assert (round.position, round.opened_at, round.prefilled) == (3, None, True)
    assert not round.updates.exists()
    (entry,) = HistoryEntry.objects.about(round)
    assert (entry.verb, entry.by, entry.values["due"]) == ("planned", officer(), (TODAY + 14 * DAY).isoformat())


@pytest.mark.django_db
def test_rounds_run_in_the_order_in_which_they_open():
    """Later rounds count more, so one that is planned in between must be numbered in between."""
    last = plan("Winter", opens=TODAY + 60 * DAY, due=TODAY + 70 * DAY)
    plan("Between", opens=TODAY + 30 * DAY, due=TODAY + 40 * DAY)
    assert titles() == ["First round", "Second round", "Between", "Winter"]
    last.refresh_from_db()
    change(last, opens=TODAY + 20 * DAY, due=TODAY + 25 * DAY)
    assert titles() == ["First round", "Second round", "Winter", "Between"]


@pytest.mark.django_db
def test_a_round_that_is_opened_counts_more_than_all_before():
    plan("Skipped", opens=TODAY, due=TODAY + DAY)
    chosen = open_it(plan("Chosen", opens=TODAY + 3 * DAY, due=TODAY + 9 * DAY))
    assert Round.objects.current().get(agreement=live()) == chosen
    skipped = open_it(Round.objects.get(title="Skipped", agreement=live()))
    assert Round.objects.current().get(agreement=live()) == skipped
    assert titles() == ["First round", "Second round", "Chosen", "Skipped"]


@pytest.mark.django_db
def test_numbers_of_opened_rounds_stay():
    """They stand in addresses."""
    second = live().rounds.get(title="Second round")
    change(second, opens=TODAY - 300 * DAY)
    assert titles() == ["First round", "Second round"]


@pytest.mark.django_db
def test_wrong_dates_and_a_name_that_is_taken_are_refused():
    with pytest.raises(ValidationError, match="opens, then is due"):
        plan(due=TODAY - DAY)
    with pytest.raises(ValidationError, match="Title"):
        plan("Second round")


@pytest.mark.django_db
def test_saving_without_a_change_leaves_no_history():
    round = plan()
    change(round)
    assert verbs(round) == ["planned"]
    change(round, due=TODAY + DAY)
    assert verbs(round) == ["planned", "changed"]


@pytest.mark.django_db
def test_who_read_an_older_round_changes_and_opens_nothing():
    as_read_by_one, as_read_by_other = plan(), live().rounds.get(title="Third round")
    change(as_read_by_one, due=TODAY + 7 * DAY)
    with pytest.raises(Conflict) as conflict:
        change(as_read_by_other, title="Another name")
    assert conflict.value.current.due == TODAY + 7 * DAY
    with pytest.raises(Conflict):
        open_it(as_read_by_other)
    with pytest.raises(Conflict):
        open_it(as_read_by_one, read="something else")
    assert Round.objects.get(pk=as_read_by_one.pk).opened_at is None


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["lead.rs", "reviewer", "viewer"])
def test_only_officers_of_the_partnership_run_rounds(who, member):
    round = plan()
    for person in (member(who), member("officer", "dover")):
        with pytest.raises(PermissionDenied):
            plan("Fourth round", by=person)
        with pytest.raises(PermissionDenied):
            open_it(round, by=person)
        with pytest.raises(PermissionDenied):
            rounds.change(round, title="x", opens=TODAY, due=TODAY, meets=None, prefilled=False, by=person, at=NOW)
    assert verbs(round) == ["planned"]


# Opening


@pytest.mark.django_db
def test_opening_asks_every_open_action_once():
    round = open_it(plan())
    assert set(asked(round)) == open_actions()
    assert (round.opened_at, round.opened_by) == (NOW, officer())
    rows = set(round.updates.values_list("pk", "state"))
    assert {state for _, state in rows} == {ProgressUpdate.State.NOT_STARTED}
    open_it(round)
    assert set(round.updates.values_list("pk", "state")) == rows
    assert verbs(round) == ["planned", "opened", "actions asked"]


@pytest.mark.django_db
def test_a_closed_action_is_not_asked():
    closed = add_action(status=Action.Status.CLOSED, outcome="stopped", outcome_reason="No money")
    round = open_it(plan())
    assert closed not in asked(round)
    rounds.call_added_actions(at=NOW)
    assert closed not in asked(round)
    Action.objects.filter(pk=closed.pk).update(status=Action.Status.PLANNED, outcome="", outcome_reason="")
    assert list(rounds.uncalled(round)) == [closed], "the control: open again, it would be asked"


@pytest.mark.django_db
@pytest.mark.parametrize(("days", "opens"), [(0, True), (14, True), (15, False)])
def test_opening_late_is_fine_until_the_due_date_has_passed(days, opens):
    round = plan(opens=TODAY, due=TODAY + 14 * DAY)
    if opens:
        assert asked(open_it(round, on=TODAY + days * DAY))
    else:
        with pytest.raises(ValidationError, match="due date has passed"):
            open_it(round, on=TODAY + days * DAY)
        assert not asked(round)
        assert Round.objects.get(pk=round.pk).opened_at is None


@pytest.mark.django_db
def test_a_round_without_dates_is_not_opened():
    round = Round.objects.create(agreement=live(), title="No dates", position=9)
    with pytest.raises(ValidationError, match="dates first"):
        open_it(round)


@pytest.mark.django_db
def test_an_action_added_later_is_asked_by_the_button_and_by_due_work():
    round = open_it(plan())
    first = add_action()
    assert list(rounds.uncalled(round)) == [first]
    open_it(round)
    assert first in asked(round)
    second = Action.objects.create(priority=first.priority, number=91, position=91, title="Another")
    rounds.call_added_actions(at=NOW)
    rounds.call_added_actions(at=NOW)
    assert asked(round).count(second) == 1
    entry = HistoryEntry.objects.about(round)[0]
    assert (entry.verb, entry.note, entry.by) == ("actions asked", second.reference, None)
    assert verbs(round).count("actions asked") == 3


@pytest.mark.django_db
def test_due_work_asks_nothing_after_the_due_date_nor_in_earlier_rounds():
    round = open_it(plan())
    added = add_action()
    rounds.call_added_actions(at=NOW + 15 * DAY)
    assert added not in asked(round)
    rounds.call_added_actions(at=NOW + 14 * DAY)
    assert added in asked(round)
    assert ProgressUpdate.objects.filter(action=added).count() == 1


@pytest.mark.django_db
def test_due_work_with_nothing_to_do_asks_the_database_once(django_assert_num_queries):
    open_it(plan())
    with django_assert_num_queries(1):
        rounds.call_added_actions(at=NOW)


# Several at once


def planned_in(scratch):
    return plan()


def opened_by_two(round):
    people = [officer(), User.objects.create_user("second@kent.example", name="Second officer")]
    people[1].memberships.create(partnership=round.agreement.partnership, role="officer")
    return race(
        lambda: open_it(Round.objects.select_related("agreement__partnership").get(pk=round.pk), by=people.pop()), 2
    )


def test_two_officers_opening_at_once_ask_each_action_once(scratch):
    round = planned_in(scratch)
    opened_by_two(round)
    assert sorted(action.pk for action in asked(round)) == sorted(action.pk for action in open_actions())
    assert sorted(verbs(round)) == ["actions asked", "opened", "planned"]


def test_due_work_twice_at_once_asks_an_action_once(scratch):
    round = open_it(planned_in(scratch))
    added = add_action()
    race(lambda: rounds.call_added_actions(at=NOW), 3)
    assert asked(round).count(added) == 1
    assert verbs(round).count("actions asked") == 2


def test_without_transaction_and_lock_they_come_in_each_others_way(scratch, monkeypatch):
    """The control of the two tests above."""
    round = planned_in(scratch)
    barrier, real = threading.Barrier(2), rounds.uncalled

    def seen_together(round):
        found = list(real(round))
        barrier.wait(timeout=30)
        return found

    monkeypatch.setattr(AgreementQuerySet, "hold", lambda agreements, agreement: None)
    monkeypatch.setattr(rounds, "uncalled", seen_together)
    monkeypatch.setattr(rounds, "open_round", rounds.open_round.__wrapped__)
    with pytest.raises(IntegrityError):
        opened_by_two(round)


# How a round stands


@pytest.mark.parametrize(
    ("opens", "due", "opened", "standing"),
    [
        (1, 9, False, ("planned", "Planned")),
        (0, 9, False, ("late", "To be opened now")),
        (-3, 0, False, ("late", "To be opened now")),
        (-3, -1, False, ("missed", "Not opened")),
        (-3, 0, True, ("open", "Open, due today")),
        (-3, 1, True, ("open", "Open, due tomorrow")),
        (-3, 5, True, ("open", "Open, due in 5 days")),
        (-3, -1, True, ("past", "Past")),
    ],
)
def test_a_round_stands_by_its_dates(opens, due, opened, standing):
    round = Round(opens=TODAY + opens * DAY, due=TODAY + due * DAY, opened_at=NOW if opened else None)
    assert rounds.standing(round, TODAY) == standing


def test_a_round_without_dates_says_so():
    assert rounds.standing(Round(), TODAY) == ("no dates", "No dates")


# The pages


@pytest.fixture
def at_the_desk(client, member, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    client.force_login(member("officer"))
    return client


def boxes(name, day):
    return {f"{name}_0": day.day, f"{name}_1": day.month, f"{name}_2": day.year} if day else {}


def typed(title="Third round", opens=TODAY, due=TODAY + 14 * DAY, meets=None, **more):
    return {"title": title, **boxes("opens", opens), **boxes("due", due), **boxes("meets", meets), **more}


@pytest.mark.django_db
def test_an_officer_plans_changes_and_opens_a_round(at_the_desk):
    page = at_the_desk.post(f"{LIST}add/", typed(meets=TODAY + 20 * DAY, prefilled="on"), follow=True).content.decode()
    assert "Third round was planned." in page
    round = live().rounds.get(position=3)
    assert (round.opens, round.due, round.meets, round.prefilled) == (TODAY, TODAY + 14 * DAY, TODAY + 20 * DAY, True)
    form = at_the_desk.get(f"{LIST}3/change/").context["form"]
    later = typed(due=TODAY + 15 * DAY, read=form["read"].value())
    assert "was saved" in at_the_desk.post(f"{LIST}3/change/", later, follow=True).content.decode()
    page = at_the_desk.get(f"{LIST}3/open/")
    assert "will be asked for an update" in page.content.decode()
    assert not round.updates.exists(), "reading the page opens nothing"
    done = at_the_desk.post(f"{LIST}3/open/", {"read": page.context["read"]}, follow=True).content.decode()
    assert f"Third round is open. {len(open_actions())} actions were asked" in done
    assert set(asked(round)) == open_actions()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"title": ""}, "Enter a name for the round."),
        ({"title": "second ROUND"}, "Choose a different one."),
        ({"opens": None}, "Enter the date on which the round opens."),
        ({"due": TODAY - DAY}, "Updates cannot be due before the round opens. Enter 21 November 2026 or later."),
        ({"meets": TODAY}, "The Working Group cannot meet before updates are due. Enter 5 December 2026 or later."),
    ],
)
def test_a_message_names_the_field_and_the_remedy(wrong, message, at_the_desk):
    page = at_the_desk.post(f"{LIST}add/", typed(**wrong))
    assert message in page.content.decode()
    assert live().rounds.count() == 2


@pytest.mark.django_db
def test_dates_outside_the_year_are_taken_with_a_warning(at_the_desk):
    after = live().financial_year.end + 3 * DAY
    page = at_the_desk.post(f"{LIST}add/", typed(due=after), follow=True).content.decode()
    assert "Outside the financial year 2026/27: 3 April 2027." in page
    assert "Outside" not in at_the_desk.post(f"{LIST}add/", typed("Fourth"), follow=True).content.decode()


@pytest.mark.django_db
def test_a_round_that_was_changed_meanwhile_gives_409_and_keeps_what_was_typed(at_the_desk):
    round = plan()
    read = rounds.as_read(round)
    change(round, due=TODAY + 7 * DAY)
    page = at_the_desk.post(f"{LIST}3/change/", typed("My name for it", read=read))
    assert page.status_code == 409
    said = page.content.decode()
    assert "28 November 2026" in said
    assert 'value="My name for it"' in said
    again = typed("My name for it", read=page.context["form"]["read"].value())
    assert at_the_desk.post(f"{LIST}3/change/", again).status_code == 302
    assert live().rounds.get(position=3).title == "My name for it"
    assert at_the_desk.post(f"{LIST}3/open/", {"read": read}).status_code == 409
    assert at_the_desk.post(f"{LIST}3/open/").status_code == 409, "what was never shown is not opened"
    assert Round.objects.get(pk=round.pk).opened_at is None


@pytest.mark.django_db
def test_what_is_left_behind_is_said_before_opening(at_the_desk):
    second = live().rounds.get(title="Second round")
    address = f"{LIST}{plan().position}/open/"
    said = f"{second.updates.outstanding().count()} updates of Second round are not answered."
    assert said in at_the_desk.get(address).content.decode()
    second.updates.update(state=ProgressUpdate.State.SUBMITTED, accepted_at=None, accepted_by=None)
    assert "not answered" not in at_the_desk.get(address).content.decode()


@pytest.mark.django_db
def test_a_round_whose_due_date_has_passed_says_what_to_do(at_the_desk):
    round = plan(opens=TODAY - 9 * DAY, due=TODAY - DAY)
    page = at_the_desk.post(f"{LIST}3/open/", {"read": rounds.as_read(round)})
    assert page.status_code == 400
    assert "The due date has passed. Change it" in page.content.decode()


@pytest.mark.django_db
def test_the_list_offers_to_ask_added_actions(at_the_desk):
    assert "not asked yet" not in at_the_desk.get(LIST).content.decode()
    added = add_action()
    page = at_the_desk.get(LIST)
    assert "1 open action is not asked yet in Second round." in page.content.decode()
    at_the_desk.post(f"{LIST}2/open/", {"read": page.context["asking_read"]})
    assert ProgressUpdate.objects.get(action=added).round.title == "Second round"


@pytest.mark.django_db
def test_posts_that_nobody_holds_are_named_before_opening(at_the_desk):
    priority = Priority.objects.get(agreement=live(), slug="road-safety")
    post = priority.leads.first()
    address = f"{LIST}{plan().position}/open/"
    assert "Nobody holds these posts" not in at_the_desk.get(address).content.decode()
    post.users.clear()
    said = at_the_desk.get(address)
    assert post in said.context["empty_posts"]
    assert "Nobody holds these posts" in said.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("who", "states", "runs"), [("officer", 1, 1), ("reviewer", 1, 0), ("lead.rs", 0, 0), ("viewer", 0, 0)]
)
def test_who_sees_what_on_the_list(who, states, runs, client, member):
    client.force_login(member(who))
    page = client.get(LIST).content.decode()
    assert "Second round" in page
    assert ("not started" in page) == bool(states)
    assert ("Plan a round" in page) == bool(runs)


@pytest.mark.django_db
def test_rounds_of_published_reports_are_not_listed(client, member):
    client.force_login(member("officer"))
    assert list(client.get("/kent/2022-23/rounds/").context["rows"]) == []
