"""Concerns: who raises, escalates and closes them, who reads them, and what is kept of it all."""

import csv
import datetime as dt
import io
from unittest.mock import patch

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connections

from accounts.models import HistoryEntry, Membership, User
from actions import concerns
from actions.models import Action, Concern
from actions.models.concerns import ConcernQuerySet
from actions.workflow import Conflict
from indicators.models import Indicator
from priorities.models import Priority
from tests.conftest import NOW, TODAY
from tests.scratch import race

State = Concern.State
EVERYBODY = ["lead.rs", "lead.da", "reviewer", "officer", "viewer"]
DATE = {"decided_on_0": "20", "decided_on_1": "11", "decided_on_2": "2026"}


@pytest.fixture
def action(kent):
    return Action.objects.get(
        priority__agreement__partnership=kent, priority__agreement__year=2026, priority__code="DA", number=1
    )


def raised(action, by, **said):
    texts = {"fact": "<p>Two posts are empty.</p>", "comment": "", "recommendation": ""} | said
    return concerns.raise_concern(about=action, **texts, by=by, at=NOW)


def close(concern, by, **said):
    said = {"state": concern.state, "decision": "<p>Fill them.</p>", "decided_on": TODAY} | said
    return concerns.close(concern, **said, by=by, at=NOW)


@pytest.fixture
def concern(action, member):
    return raised(action, member("lead.da"))


@pytest.fixture
def escalated(concern, member):
    return concerns.escalate(concern, comment="We have no money.", by=member("reviewer"), at=NOW)


def verbs(concern):
    return list(HistoryEntry.objects.about(concern).values_list("verb", flat=True))


# --- Deeds ------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_concern_is_raised_escalated_and_closed(action, member):
    concern = raised(action, member("lead.da"), comment="<p>It is late.</p><script>x</script>")
    assert (concern.state, concern.partnership.slug, concern.about) == (State.RAISED, "kent", action)
    assert concern.comment == "<p>It is late.</p>"
    concern = concerns.escalate(concern, comment="We have no money.", by=member("reviewer"), at=NOW)
    assert (concern.state, concern.escalated_by, concern.escalated_at) == (State.ESCALATED, member("reviewer"), NOW)
    concern = close(concern, member("officer"))
    assert (concern.state, concern.decided_by, concern.decided_on) == (State.CLOSED, member("officer"), TODAY)
    entries = HistoryEntry.objects.about(concern)
    assert [entry.verb for entry in entries] == ["closed", "escalated", "raised"]
    assert [entry.note for entry in entries] == ["", "We have no money.", ""]
    assert entries[0].values["decision"] == "<p>Fill them.</p>"
    assert entries[2].values["decision"] == ""


@pytest.mark.django_db
def test_the_working_group_may_close_what_was_never_escalated(concern, member):
    assert close(concern, member("reviewer")).state == State.CLOSED
    assert verbs(concern) == ["closed", "raised"]


@pytest.mark.django_db
@pytest.mark.parametrize(("who", "may"), [("lead.rs", True), ("reviewer", True), ("officer", True), ("viewer", False)])
def test_who_raises(who, may, action, member):
    if may:
        assert raised(action, member(who)).raised_by == member(who)
    else:
        with pytest.raises(PermissionDenied):
            raised(action, member(who))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("who", "place", "may"),
    [
        ("lead.da", "kent", False),
        ("viewer", "kent", False),
        ("officer", "dover", False),
        ("reviewer", "kent", True),
        ("officer", "kent", True),
    ],
)
def test_who_handles(who, place, may, concern, member):
    for deed in (
        lambda by: concerns.escalate(concern, by=by, at=NOW),
        lambda by: close(concern, by, state="escalated"),
    ):
        if may:
            deed(member(who, place))
        else:
            with pytest.raises(PermissionDenied):
                deed(member(who, place))
    assert verbs(concern) == (["closed", "escalated", "raised"] if may else ["raised"])


@pytest.mark.django_db
def test_nobody_of_another_partnership_raises(action, member):
    with pytest.raises(PermissionDenied):
        raised(action, member("officer", "dover"))


@pytest.mark.django_db
def test_a_role_taken_away_counts_at_once(concern, member):
    Membership.objects.filter(user=member("reviewer")).delete()
    with pytest.raises(PermissionDenied):
        concerns.escalate(concern, by=member("reviewer"), at=NOW)


@pytest.mark.django_db
def test_wrong_moves_are_refused(escalated, member):
    reviewer = member("reviewer")
    with pytest.raises(Conflict):
        concerns.escalate(escalated, by=reviewer, at=NOW)
    with pytest.raises(Conflict):
        close(escalated, reviewer, state=State.RAISED)
    closed = close(escalated, reviewer)
    for move in (
        lambda: close(closed, reviewer),
        lambda: close(closed, reviewer, state=State.ESCALATED),
        lambda: concerns.escalate(closed, by=reviewer, at=NOW),
    ):
        with pytest.raises(Conflict):
            move()
    assert verbs(escalated) == ["closed", "escalated", "raised"]


def without_state(queryset, *args, **lookups):
    return _filter(queryset, *args, **{name: value for name, value in lookups.items() if name != "state"})


_filter = ConcernQuerySet.filter


@pytest.mark.django_db
def test_without_the_compare_and_set_a_decision_lands_on_another_state(escalated, member):
    """The control of the test above."""
    with patch.object(ConcernQuerySet, "filter", without_state):
        assert close(escalated, member("reviewer"), state=State.RAISED).state == State.CLOSED


@pytest.mark.django_db
def test_a_decision_needs_words_and_a_date_that_has_come(concern, member):
    for wrong in ({"decision": ""}, {"decided_on": TODAY + dt.timedelta(days=1)}):
        with pytest.raises(ValidationError):
            close(concern, member("reviewer"), **wrong)
    with pytest.raises(ValidationError):
        raised(concern.action, member("officer"), fact="")
    assert verbs(concern) == ["raised"]


@pytest.mark.django_db
def test_the_same_form_sent_twice_raises_one_concern(concern, action, member):
    assert raised(action, member("lead.da")) == concern
    assert verbs(concern) == ["raised"]
    assert raised(action, member("lead.da"), comment="<p>More.</p>") != concern
    assert raised(action, member("officer")) != concern


def test_several_at_once(scratch):
    """Five sendings of one form, then a decision against an escalation: one of each is done."""
    action = Action.objects.get(
        priority__agreement__partnership__slug="kent", priority__agreement__year=2026, priority__code="DA", number=1
    )
    reviewer = User.objects.get(email="reviewer@kent.example")
    connections.close_all()
    (concern,) = set(race(lambda: raised(action, reviewer), 5))
    turns = iter([lambda: close(concern, reviewer), lambda: concerns.escalate(concern, by=reviewer, at=NOW)] * 2)

    def move():
        try:
            return next(turns)() and "done"
        except Conflict:
            return "conflict"

    assert sorted(race(move, 4)) == ["conflict"] * 3 + ["done"]
    assert len(verbs(concern)) == 2


# --- Who reads --------------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["action", "priority", "indicator"])
def test_who_reads_a_concern(kind, action, member):
    about = {
        "action": action,
        "priority": action.priority,
        "indicator": Indicator.objects.filter(priorities=action.priority).first(),
    }[kind]
    concern = raised(about, member("officer"))

    def readers():
        people = [member(who) for who in EVERYBODY] + [member(who, "dover") for who in ("lead", "officer", "viewer")]
        return [user.email for user in people if Concern.objects.visible_to(user).filter(pk=concern.pk).exists()]

    inner = ["lead.da@kent.example", "reviewer@kent.example", "officer@kent.example"]
    assert readers() == inner
    concerns.escalate(concern, by=member("reviewer"), at=NOW)
    assert readers() == [*inner, "viewer@kent.example"]


@pytest.mark.django_db
def test_no_page_tells_of_a_concern_to_those_who_may_not_see_it(action, client, member):
    concern = raised(action, member("lead.da"), fact="<p>CANARY</p>")
    pages = ["/kent/concerns/?state=raised", "/kent/concerns.csv", f"/kent/concerns/{concern.pk}/"]
    for who in ("viewer", "lead.rs"):
        client.force_login(member(who))
        assert not any(b"CANARY" in client.get(page).content for page in pages), who
    client.force_login(member("officer"))
    assert all(b"CANARY" in client.get(page).content for page in pages), "the control"


# --- Pages ------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["action", "priority", "indicator"])
def test_raised_from_the_page_of_what_it_is_about(kind, action, client, member):
    indicator = Indicator.objects.filter(priorities=action.priority).first()
    about = {"action": action, "priority": action.priority, "indicator": indicator}[kind]
    address = f"/kent/concerns/add/?{kind}={about.pk}"
    client.force_login(member("lead.da"))
    assert f'href="{address}"' in client.get(about.get_absolute_url()).content.decode()
    assert str(about) in client.get(address).context["about_label"]
    response = client.post(
        address, {"fact": "Two posts are **empty**.", "comment": "", "recommendation": "- Fill them"}
    )
    concern = Concern.objects.get(raised_by=member("lead.da"))
    assert response.url == concern.get_absolute_url()
    assert concern.about == about
    assert concern.fact == "<p>Two posts are <strong>empty</strong>.</p>"
    assert "Fill them" in client.get(response.url).content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["action", "priority", "indicator"])
def test_the_link_is_for_those_who_may_raise(kind, action, client, member):
    indicator = Indicator.objects.filter(priorities=action.priority).first()
    about = {"action": action, "priority": action.priority, "indicator": indicator}[kind]
    for who in EVERYBODY:
        client.force_login(member(who))
        linked = b"Raise a concern" in client.get(about.get_absolute_url()).content
        allowed = client.get(f"/kent/concerns/add/?{kind}={about.pk}").status_code
        assert (linked, allowed) == ((False, 403) if who == "viewer" else (True, 200)), who


@pytest.mark.django_db
def test_only_what_is_the_partnerships_own_can_be_named(client, member, action):
    client.force_login(member("officer"))
    foreign = Action.objects.filter(priority__agreement__partnership__slug="dover").first()
    district = Priority.objects.filter(agreement__partnership__slug="dover").first()
    for query in (f"action={foreign.pk}", f"priority={district.pk}", "action=x", "action=", f"indicator={10**30}", ""):
        assert client.get(f"/kent/concerns/add/?{query}").status_code == 404, query
        assert client.post(f"/kent/concerns/add/?{query}", {"fact": "x"}).status_code == 404, query
    client.force_login(member("officer", "dover"))
    assert client.get(f"/kent/concerns/add/?action={action.pk}").status_code == 404
    assert client.get(f"/dover/concerns/add/?action={action.pk}").status_code == 404
    assert client.get(f"/dover/concerns/add/?action={foreign.pk}").status_code == 200, "the control"


@pytest.mark.django_db
def test_a_mistake_keeps_what_was_typed(action, client, member):
    client.force_login(member("lead.da"))
    response = client.post(f"/kent/concerns/add/?action={action.pk}", {"fact": "", "comment": "My long comment"})
    page = response.content.decode()
    assert "Say what has happened." in page
    assert "My long comment" in page


@pytest.mark.django_db
def test_the_forms_are_those_for_what_can_be_done_now(concern, client, member):
    address = concern.get_absolute_url()

    def offered(who):
        client.force_login(member(who))
        page = client.get(address).content.decode()
        return f"{address}escalate/" in page, f"{address}close/" in page

    assert offered("lead.da") == (False, False)
    assert offered("reviewer") == offered("officer") == (True, True)
    concerns.escalate(concern, by=member("reviewer"), at=NOW)
    assert offered("reviewer") == (False, True)
    assert offered("viewer") == (False, False)
    close(concern, member("reviewer"), state=State.ESCALATED)
    assert offered("reviewer") == (False, False)


@pytest.mark.django_db
def test_the_decision_is_recorded_on_the_page(escalated, client, member):
    client.force_login(member("officer"))
    address = f"{escalated.get_absolute_url()}close/"
    mistake = client.post(address, {"state": "escalated", "decision": "Fill them", **DATE, "decided_on_2": "2126"})
    assert "lies in the future" in mistake.content.decode()
    assert "Fill them" in mistake.content.decode()
    assert client.post(address, {"state": "escalated", "decision": "Fill them", **DATE}).status_code == 302
    escalated.refresh_from_db()
    assert (escalated.state, escalated.decision, escalated.decided_on) == (
        State.CLOSED,
        "<p>Fill them</p>",
        dt.date(2026, 11, 20),
    )
    page = client.get(escalated.get_absolute_url()).content.decode()
    assert "Decision of the governing group, 20 November 2026" in page
    assert "We have no money." in page


@pytest.mark.django_db
def test_who_was_second_gets_the_text_back(concern, client, member):
    client.force_login(member("officer"))
    address = concern.get_absolute_url()
    concerns.escalate(concern, by=member("reviewer"), at=NOW)
    second = client.post(f"{address}close/", {"state": "raised", "decision": "My long decision", **DATE})
    assert second.status_code == 409
    assert second.context["decide"].initial["state"] == "escalated", "sent again it would now be recorded"
    assert "My long decision" in second.content.decode()
    second = client.post(f"{address}escalate/", {"comment": "My long message"})
    assert second.status_code == 409
    assert "My long message" in second.content.decode()
    close(concern, member("reviewer"), state=State.ESCALATED)
    second = client.post(f"{address}close/", {"state": "escalated", "decision": "My long decision", **DATE})
    assert second.status_code == 409
    assert "My long decision" in second.content.decode()
    assert verbs(concern) == ["closed", "escalated", "raised"]


@pytest.mark.django_db
def test_the_registers(escalated, client, member):
    def register(query=""):
        response = client.get(f"/kent/concerns/{query}")
        assert response.status_code == 200
        return response.context["state"], [count for _, _, count in response.context["registers"]]

    Concern.objects.filter(state=State.CLOSED).delete()
    client.force_login(member("officer"))
    assert register() == ("raised", [1, 2, 0])
    assert register("?state=nonsense&page=x") == ("raised", [1, 2, 0])
    assert register("?state=closed") == ("closed", [1, 2, 0])
    client.force_login(member("viewer"))
    assert register() == ("escalated", [0, 2, 0])
    client.force_login(member("officer", "dover"))
    assert client.get("/kent/concerns/").status_code == 404


@pytest.mark.django_db
def test_the_newest_concern_stands_first_and_a_page_holds_25(action, client, member):
    for number in range(25):
        concerns.raise_concern(
            about=action,
            fact=f"<p>{number}</p>",
            comment="",
            recommendation="",
            by=member("officer"),
            at=NOW + dt.timedelta(minutes=number),
        )
    client.force_login(member("officer"))
    page = client.get("/kent/concerns/").context["page"]
    assert (len(page), page[0].fact, page.paginator.count) == (25, "<p>24</p>", 26)
    assert len(client.get("/kent/concerns/?page=2").context["page"]) == 1


@pytest.mark.django_db
def test_a_register_as_csv_runs_no_formula(action, client, member):
    raised(action, member("lead.da"), fact="<p>=HYPERLINK(1)</p>")
    client.force_login(member("officer"))
    response = client.get("/kent/concerns.csv?state=raised")
    assert 'filename="kent-concerns-raised.csv"' in response["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert [row["fact"][:14] for row in rows] == ["'=HYPERLINK(1)", "Demonstration:"]
    assert rows[0]["raised_on"] == "2026-11-21"
    everything = client.get("/kent/concerns.csv").content.decode("utf-8-sig")
    assert len(list(csv.DictReader(io.StringIO(everything)))) == 3


@pytest.mark.django_db
def test_a_faulty_decision_that_comes_late_is_given_back(action, client, member):
    concern = raised(action, member("lead.da"))
    close(concern, member("officer"))
    client.force_login(member("reviewer"))
    late = client.post(f"{concern.get_absolute_url()}close/", {"decision": "My long decision", "decided_on_0": "99"})
    assert (late.status_code, "My long decision" in late.content.decode()) == (409, True)
