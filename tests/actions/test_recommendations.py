"""Recommendations of Scrutiny: kept and answered by officers, read by every member, answered once."""

import csv
import datetime as dt
import io
from unittest.mock import patch

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connections
from django.db.models import QuerySet

from accounts.models import HistoryEntry, User
from actions import recommendations
from actions.models import Action, Recommendation
from actions.workflow import Conflict
from priorities.models import Agreement
from tests.conftest import NOW, TODAY
from tests.scratch import race

LIST = "/kent/2026-27/recommendations/"
DAY = dt.timedelta(days=1)


@pytest.fixture
def agreement(kent):
    return kent.agreements.get(year=2026)


def add(agreement, by, **said):
    said = {"text": "<p>Report on young drivers.</p>", "made_on": TODAY, "actions": []} | said
    return recommendations.add(agreement, **said, by=by, at=NOW)


def answer(recommendation, by, **said):
    said = {"response": "<p>We shall.</p>", "responded_on": TODAY} | said
    return recommendations.answer(recommendation, **said, by=by, at=NOW)


@pytest.fixture
def recommendation(agreement, member):
    return add(agreement, member("officer"))


def verbs(recommendation):
    return list(HistoryEntry.objects.about(recommendation).values_list("verb", flat=True))


def typed(name, day):
    return {f"{name}_0": day.day, f"{name}_1": day.month, f"{name}_2": day.year}


# --- Deeds ------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_recommendation_is_kept_and_answered(agreement, member):
    actions = Action.objects.in_agreement(agreement)[:2]
    recommendation = add(agreement, member("officer"), actions=actions)
    assert set(recommendation.actions.all()) == set(actions)
    assert recommendation.days_left(TODAY) == 28
    recommendation = answer(recommendation, member("officer"))
    assert (recommendation.response, recommendation.responded_on) == ("<p>We shall.</p>", TODAY)
    entries = HistoryEntry.objects.about(recommendation)
    assert [entry.verb for entry in entries] == ["answered", "added"]
    assert entries[1].values["actions"] == [str(action) for action in actions]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("who", "place"), [("lead.rs", "kent"), ("reviewer", "kent"), ("viewer", "kent"), ("officer", "dover")]
)
def test_only_officers_of_the_partnership_keep_them(who, place, agreement, recommendation, member):
    with pytest.raises(PermissionDenied):
        add(agreement, member(who, place), text="<p>Another</p>")
    with pytest.raises(PermissionDenied):
        answer(recommendation, member(who, place))
    assert verbs(recommendation) == ["added"]


@pytest.mark.django_db
def test_a_response_stands_for_good(recommendation, member):
    answer(recommendation, member("officer"))
    with pytest.raises(Conflict):
        answer(recommendation, member("officer"), response="<p>We shall not.</p>")
    recommendation.refresh_from_db()
    assert recommendation.response == "<p>We shall.</p>"
    assert verbs(recommendation) == ["answered", "added"]


def whatever_was_answered(queryset, *args, **lookups):
    return _filter(queryset, *args, **{name: value for name, value in lookups.items() if name != "responded_on"})


_filter = QuerySet.filter


@pytest.mark.django_db
def test_without_the_compare_and_set_a_response_is_overwritten(recommendation, member):
    """The control of the test above."""
    answer(recommendation, member("officer"))
    with patch.object(QuerySet, "filter", whatever_was_answered):
        assert "not" in answer(recommendation, member("officer"), response="<p>We shall not.</p>").response


@pytest.mark.django_db
def test_what_a_recommendation_and_a_response_need(agreement, recommendation, member):
    foreign = Action.objects.filter(priority__agreement__partnership__slug="dover")[:1]
    for wrong in ({"text": ""}, {"made_on": TODAY + DAY}, {"actions": foreign}):
        with pytest.raises(ValidationError):
            add(agreement, member("officer"), **wrong)
    for wrong in ({"response": ""}, {"responded_on": TODAY + DAY}, {"responded_on": TODAY - DAY}):
        with pytest.raises(ValidationError):
            answer(recommendation, member("officer"), **wrong)
    assert verbs(recommendation) == ["added"]


@pytest.mark.django_db
def test_the_same_form_sent_twice_keeps_one(agreement, recommendation, member):
    assert add(agreement, member("officer")) == recommendation
    assert verbs(recommendation) == ["added"]
    assert add(agreement, member("officer"), made_on=TODAY - DAY) != recommendation


def test_several_at_once(scratch):
    """Five sendings of one form, then five responses: one of each is kept."""
    agreement = Agreement.objects.get(partnership__slug="kent", year=2026)
    officer = User.objects.get(email="officer@kent.example")
    connections.close_all()
    (recommendation,) = set(race(lambda: add(agreement, officer), 5))

    def respond():
        try:
            return answer(recommendation, officer) and "done"
        except Conflict:
            return "conflict"

    assert sorted(race(respond, 5)) == ["conflict"] * 4 + ["done"]
    assert verbs(recommendation) == ["answered", "added"]


# --- Pages ------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_an_officer_adds_one_on_the_page(agreement, client, member):
    client.force_login(member("officer"))
    page = client.get(f"{LIST}add/")
    offered = [value for _, group in page.context["form"].fields["actions"].choices for value, _ in group]
    assert offered == list(Action.objects.in_agreement(agreement).open().values_list("pk", flat=True))
    data = {"text": "Report on *young* drivers", **typed("made_on", TODAY), "actions": offered[:2]}
    response = client.post(f"{LIST}add/", data)
    recommendation = Recommendation.objects.get(made_on=TODAY)
    assert response.url == recommendation.get_absolute_url()
    assert recommendation.text == "<p>Report on <em>young</em> drivers</p>"
    assert recommendation.actions.count() == 2
    closed = Action.objects.exclude(pk__in=offered).first()
    refused = client.post(f"{LIST}add/", data | {"actions": [closed.pk], "text": "Another"})
    assert "actions" in refused.context["form"].errors
    assert "Another" in refused.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("day", "error"),
    [
        (["31", "2", "2026"], "Enter a date that exists"),
        (["1", "", "2026"], "Enter a day, a month and a year."),
        (["", "", ""], "Enter the date of the recommendation."),
        (["x", "1", "2026"], "Enter a date that exists"),
        (["1", "1", "99999"], "Enter a date that exists"),
        (["1", "1", "26"], "Enter a date that exists"),
        (["1", "1", "2126"], "lies in the future"),
    ],
)
def test_a_wrong_date_keeps_what_was_typed(day, error, client, member):
    client.force_login(member("officer"))
    response = client.post(f"{LIST}add/", {"text": "Keep me", **{f"made_on_{n}": part for n, part in enumerate(day)}})
    page = response.content.decode()
    assert error in page
    assert "Keep me" in page
    assert "Ensure" not in page


@pytest.mark.django_db
def test_an_officer_answers_on_the_page(recommendation, client, member):
    client.force_login(member("officer"))
    address = f"{recommendation.get_absolute_url()}answer/"
    early = client.post(address, {"response": "We *shall*", **typed("responded_on", TODAY - DAY)})
    assert "cannot be older" in early.content.decode()
    assert "shall" in early.content.decode()
    assert client.post(address, {"response": "We *shall*", **typed("responded_on", TODAY)}).status_code == 302
    page = client.get(recommendation.get_absolute_url()).content.decode()
    assert "<p>We <em>shall</em></p>" in page
    assert address not in page, "it is for reading only now"
    second = client.post(address, {"response": "My long response", **typed("responded_on", TODAY)})
    assert second.status_code == 409
    assert "My long response" in second.content.decode()
    assert verbs(recommendation) == ["answered", "added"]


@pytest.mark.django_db
def test_every_member_reads_and_officers_write(recommendation, client, member):
    address = recommendation.get_absolute_url()
    for who in ("lead.rs", "reviewer", "viewer", "officer"):
        client.force_login(member(who))
        offers = [b"Add a recommendation" in client.get(LIST).content, b"answer/" in client.get(address).content]
        assert offers == [who == "officer"] * 2, who
    client.force_login(member("officer", "dover"))
    assert client.get(address).status_code == client.get(LIST).status_code == 404
    assert client.get(address.replace("kent", "dover")).status_code == 404


@pytest.mark.django_db
def test_the_list_says_what_is_due(agreement, member, client):
    today = dt.date.today()
    for back in (0, 28, 29, 60):
        Recommendation.objects.create(agreement=agreement, text=f"<p>{back}</p>", made_on=today - back * DAY)
    Recommendation.objects.create(
        agreement=agreement, text="<p>Done</p>", made_on=today - 61 * DAY, response="<p>x</p>", responded_on=today
    )
    client.force_login(member("viewer"))
    response = client.get(LIST)
    left = [days for one, days in response.context["rows"] if one.text[3:].startswith(("0", "28", "29", "60"))]
    assert left == [28, 0, -1, -32]
    page = response.content.decode()
    for words in ("28 days left", "Due today", "Overdue", "Answered"):
        assert words in page


@pytest.mark.django_db
def test_the_csv(agreement, member, client):
    action = Action.objects.in_agreement(agreement).first()
    add(agreement, member("officer"), text="<p>+1</p>", actions=[action])
    client.force_login(member("viewer"))
    response = client.get("/kent/2026-27/recommendations.csv")
    row = next(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert (row["recommendation"], row["response_due"], row["actions"]) == ("'+1", "2026-12-19", str(action))
