"""The page on which a year is rolled over: fill in, see what will happen, confirm. And the pages of history."""

import csv
import io
import re
from html import unescape

import pytest

from accounts.models import HistoryEntry, User
from actions import endings
from actions.models import Action
from actions.rollover_plan import read, snapshot
from priorities.models import Agreement, Priority
from tests.conftest import NOW
from tests.scratch import race

PAGE = "/kent/2026-27/roll-over/"


@pytest.fixture
def live(kent):
    return Agreement.objects.get(partnership=kent, year=2026)


@pytest.fixture
def officer(client, member):
    client.force_login(member("officer"))
    return client


def answers(live, changes=(), **more):
    """The page's answers, everything carried on but for ``changes``: {(code or reference, field): value}."""
    rows = {one.code: f"priority-{one.pk}" for one in live.priorities.all()}
    rows |= {one.reference: f"action-{one.pk}" for one in Action.objects.in_agreement(live).select_related("priority")}
    return (
        {"title": live.title} | {f"{rows[row]}-{field}": value for (row, field), value in dict(changes).items()} | more
    )


def confirmed(preview):
    """What the button of the preview sends."""
    return dict(preview.context["sent"]) | {"seen": preview.context["seen"], "step": "confirm"}


def new_year(live):
    return Agreement.objects.filter(partnership=live.partnership, year=2027).first()


SPLIT = {
    ("RS", "fate"): "split",
    ("RS", "titles"): "Safer roads\nYoung drivers (YD)",
    ("RS-A1", "goes"): "SR",
    ("RS-A2", "goes"): "YD",
    ("DA", "fate"): "rename",
    ("DA", "titles"): "Abuse at home",
    ("SM", "fate"): "merge",
    ("DA-A1", "outcome"): "merged",
    ("DA-A1", "into"): "da-a2",
    ("DA-A1", "reason"): "The same work.",
}


def reshaped(live):
    return answers(live, SPLIT | {("SM", "into"): live.priorities.get(code="DA").pk}, added="Serious violence (SV)")


@pytest.mark.django_db
def test_the_preview_says_all_and_does_nothing(live, officer):
    page = officer.post(PAGE, reshaped(live))
    words = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page.content.decode()))
    assert page.status_code == 200
    for said in (
        "Safer roads (SR) Continues Road Safety, with leads",
        "Young drivers (YD) Continues Road Safety",
        "Abuse at home (DA) Continues Domestic Abuse and Substance Misuse",
        "Serious violence (SV) New.",
        "(from DA-A2, DA-A1)",
        "Merged into DA-A2 The same work.",
        "Progress updates, concerns, events",
    ):
        assert said in words, said
    assert new_year(live) is None
    assert not HistoryEntry.objects.filter(verb="ended").exists()


@pytest.mark.django_db
def test_confirming_does_what_the_preview_said(live, officer):
    preview = officer.post(PAGE, reshaped(live))
    assert officer.post(PAGE, confirmed(preview)).status_code == 302
    new = new_year(live)
    assert [one.code for one in new.priorities.all()][:3] == [one[0] for one in preview.context["priorities"]][:3]
    assert Action.objects.in_agreement(new).count() == preview.context["copied"]
    assert [str(one) for one in new.priorities.get(code="YD").actions.all()] == [
        f"YD-A2 {live.priorities.get(code='RS').actions.get(number=2).title}"
    ]
    again = officer.post(PAGE, confirmed(preview))
    assert again.status_code == 409
    assert "rolled the year over" in again.content.decode()


WRONG = {
    "a split without titles": ({("RS", "fate"): "split"}, "two or more new titles"),
    "a split that does not say where": (
        {("RS", "fate"): "split", ("RS", "titles"): "One\nTwo"},
        "Choose in which priority RS-A1 is carried on.",
    ),
    "renamed to nothing": ({("RS", "fate"): "rename"}, "Enter the one new title."),
    "merged into nothing": ({("RS", "fate"): "merge"}, "Choose the priority into which"),
    "not continued, with actions": ({("RS", "fate"): "end"}, "RS-A1 cannot be carried on"),
    "one code twice": ({("RS", "fate"): "rename", ("RS", "titles"): "Roads (DA)"}, "The code DA is used twice."),
    "no reason": ({("RS-A1", "outcome"): "stopped"}, "Say why RS-A1 ends."),
    "merged into no action": (
        {("RS-A1", "outcome"): "merged", ("RS-A1", "reason"): "x", ("RS-A1", "into"): "RS-A99"},
        "Give the action into which RS-A1 is merged",
    ),
    "merged into one that ends": (
        {
            ("RS-A1", "outcome"): "merged",
            ("RS-A1", "reason"): "x",
            ("RS-A1", "into"): "RS-A2",
            ("RS-A2", "outcome"): "stopped",
            ("RS-A2", "reason"): "x",
        },
        "It must be carried on.",
    ),
    "no such fate": ({("RS", "fate"): "forget"}, "forget is not one of the available choices"),
}


@pytest.mark.django_db
@pytest.mark.parametrize("step", ["look", "confirm"])
@pytest.mark.parametrize("wrong", WRONG)
def test_a_mistake_is_said_at_its_field_and_loses_nothing(wrong, step, live, officer):
    changes, said = WRONG[wrong]
    typed = {("DA-A1", "outcome"): "stopped", ("DA-A1", "reason"): "A reason that took long to write."}
    seen = " ".join(f"{row}={digest}" for row, digest in snapshot(read(live)).items())
    page = officer.post(PAGE, answers(live, changes | typed, step=step, seen=seen))
    html = page.content.decode()
    assert page.status_code == 200
    assert said in html
    assert "A reason that took long to write." in html
    for target in re.findall(r'<li><a href="#([^"]+)"', html):
        assert f'id="{target}"' in html
    assert new_year(live) is None


@pytest.mark.django_db
def test_the_answers_can_be_changed(live, officer):
    page = officer.post(PAGE, reshaped(live) | {"step": "change"})
    html = page.content.decode()
    assert "Safer roads\nYoung drivers (YD)" in html
    assert "The same work." in html
    assert "There is a problem" not in html


@pytest.mark.django_db
def test_a_year_that_changed_meanwhile_is_shown_again(live, officer, member):
    preview = officer.post(PAGE, reshaped(live))
    priority = live.priorities.get(code="DA")
    Action.objects.create(priority=priority, number=90, position=90, title="Added meanwhile")
    ended = live.priorities.get(code="SM").actions.open().first()
    endings.end(ended, outcome="stopped", reason="No money.", by=member("officer"), at=NOW)
    page = officer.post(PAGE, confirmed(preview))
    html = unescape(page.content.decode())
    assert page.status_code == 409
    assert "Added meanwhile” was added." in html
    assert f"{ended}” was ended or changed." in html
    assert "The same work." in html
    assert new_year(live) is None
    assert officer.post(PAGE, confirmed(page)).status_code == 302
    assert Action.objects.in_agreement(new_year(live)).filter(title="Added meanwhile").exists()


@pytest.mark.django_db
def test_a_year_that_was_made_otherwise_is_left_alone(live, officer):
    preview = officer.post(PAGE, answers(live))
    Agreement.objects.create(partnership=live.partnership, year=2027, title="By hand")
    assert "There is a plan of 2027/28 already" in officer.get(PAGE).content.decode()
    for posted in (answers(live), confirmed(preview)):
        assert officer.post(PAGE, posted).status_code == 409
    assert Action.objects.in_agreement(live).open().exists()


@pytest.mark.django_db
def test_rolling_over_again_asks_only_for_what_is_missing(live, officer, member):
    officer.post(PAGE, confirmed(officer.post(PAGE, reshaped(live))))
    roads = live.priorities.get(code="RS")
    action = Action.objects.create(priority=roads, number=90, position=90, title="Added late")
    late = Priority.objects.create(agreement=live, slug="late", code="LA", title="Late", position=90)
    page = officer.get(PAGE)
    assert [one.action for one in page.context["form"].actions] == [action]
    assert [one.priority for one in page.context["form"].priorities] == [late]
    asked = officer.post(PAGE, {f"priority-{late.pk}-fate": "keep"})
    assert "Choose in which priority RS-A90 is carried on." in asked.content.decode()
    preview = officer.post(PAGE, {f"action-{action.pk}-goes": "YD"})
    assert preview.context["copied"] == 1
    assert officer.post(PAGE, confirmed(preview)).status_code == 302
    assert Action.objects.get(continues=action).reference == "YD-A90"
    assert new_year(live).priorities.get(code="LA").continues.get() == late
    assert not officer.get(PAGE).context["form"].actions


@pytest.mark.django_db
def test_a_year_of_104_actions_takes_as_many_queries(live, officer, django_assert_num_queries):
    priority = live.priorities.first()
    wanted = 104 - Action.objects.in_agreement(live).count()
    Action.objects.bulk_create(
        Action(priority=priority, number=100 + one, position=100 + one, title=f"Further {one}") for one in range(wanted)
    )
    with django_assert_num_queries(7):
        page = officer.get(PAGE)
    assert sum(len(actions) for *_rest, actions in page.context["groups"]) == 104
    posted = answers(live)
    with django_assert_num_queries(7):
        preview = officer.post(PAGE, posted)
    assert officer.post(PAGE, confirmed(preview)).status_code == 302


def test_the_same_button_pressed_by_two(scratch, client):
    """Whole requests, each on a connection of its own."""
    live = Agreement.objects.get(partnership__slug="kent", year=2026)
    client.force_login(User.objects.get(email="officer@kent.example"))
    sent = confirmed(client.post(PAGE, answers(live)))
    assert sorted(race(lambda: client.post(PAGE, sent).status_code, 2)) == [302, 409]
    assert Action.objects.in_agreement(new_year(live)).count() == Action.objects.in_agreement(live).count()


# History.


@pytest.mark.django_db
def test_the_history_of_an_action_reads_as_sentences(live, client, member):
    action = Action.objects.in_agreement(live).open().first()
    endings.end(action, outcome="stopped", reason="=No money", by=member("officer"), at=NOW)
    client.force_login(member("viewer"))
    page = client.get(f"{action.get_absolute_url()}history/")
    ended, before = page.context["lines"]
    assert [str(one) for one in ended.changes] == [
        "Status: Continuing → Closed",
        "Outcome: nothing → Stopped",
        "Reason: nothing → =No money",
    ]
    assert ("Title", action.title) in before.values
    assert "21 November 2026, 12:00" in page.content.decode()
    answer = client.get(f"{action.get_absolute_url()}history.csv")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row["what"] for row in rows] == ["ended", "kept as it stood"]
    assert rows[0]["who"] == "Community Safety Team officer"
    assert rows[0]["when"] == "2026-11-21T12:00:00+00:00"


@pytest.mark.django_db
def test_the_history_of_a_year_is_of_all_that_is_below_it(live, officer, kent):
    priority = live.priorities.get(slug="road-safety")
    action = priority.actions.first()
    for row in (live, priority, priority.leads.first(), priority.sections.first(), action, live.rounds.first()):
        HistoryEntry.objects.create(
            partnership=kent,
            about_model=row._meta.label_lower,
            about_id=row.pk,
            about=f"mine: {row}",
            verb="changed",
            at=NOW,
            values={name: getattr(row, f"{name}_id", None) for name in ("agreement", "priority", "action")},
        )
    page = officer.get("/kent/2026-27/history/")
    assert sum(line.entry.about.startswith("mine: ") for line in page.context["lines"]) == 6
    assert officer.get("/kent/2022-23/history/").context["lines"] == []


@pytest.mark.django_db
def test_rows_that_are_gone_stay_in_the_history_of_the_year(live, officer):
    priority = live.priorities.create(slug="gone", code="GO", title="Gone", position=90)
    action = priority.actions.create(number=1, position=1, title="Gone too")
    for page in (f"/admin/actions/action/{action.pk}/delete/", f"/admin/priorities/priority/{priority.pk}/delete/"):
        assert officer.post(page, {"post": "yes"}).status_code == 302
    said = officer.get("/kent/2026-27/history/").content.decode()
    assert "“GO-A1 Gone too” deleted." in said
    assert "“Gone” deleted." in said
    assert "Gone" not in officer.get("/kent/2022-23/history/").content.decode()


@pytest.mark.django_db
def test_a_long_history_has_pages_and_no_more_queries(live, officer, member, django_assert_max_num_queries):
    for action in Action.objects.in_agreement(live).open():
        endings.end(action, outcome="stopped", reason="x", by=member("officer"), at=NOW)
    with django_assert_max_num_queries(12):
        page = officer.get("/kent/2026-27/history/")
    assert page.context["page"].paginator.num_pages > 1
    assert len(page.context["lines"]) == 25
    assert officer.get("/kent/2026-27/history/?page=2").context["lines"][0].entry not in [
        line.entry for line in page.context["lines"]
    ]
