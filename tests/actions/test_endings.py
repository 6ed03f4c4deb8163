"""Ending an action: always with a reason, by officers, once, and taken back without loss."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from accounts.models import HistoryEntry
from actions import endings
from actions.models import Action, ProgressUpdate
from tests.conftest import NOW
from tests.scratch import race

Status, Outcome = Action.Status, Action.Outcome


def live(number, code="RS"):
    return Action.objects.select_related("priority__agreement__partnership").get(
        priority__agreement__partnership__slug="kent",
        priority__agreement__year=2026,
        priority__code=code,
        number=number,
    )


@pytest.fixture
def action(kent):
    return live(1)


@pytest.fixture
def deed(member):
    return {"by": member("officer"), "at": NOW}


@pytest.mark.django_db
@pytest.mark.parametrize("outcome", [Outcome.COMPLETED, Outcome.CARRIED_ON, Outcome.STOPPED])
def test_an_ending_says_how_and_why(outcome, action, deed):
    endings.end(action, outcome=outcome, reason=" The work is done. ", **deed)
    stored = live(1)
    assert (stored.status, stored.outcome, stored.outcome_reason) == (Status.CLOSED, outcome, "The work is done.")
    ended, before = HistoryEntry.objects.about(action)
    assert (ended.verb, ended.by, ended.values["outcome"]) == ("ended", deed["by"], outcome)
    assert before.values["status"] == Status.CONTINUING


@pytest.mark.django_db
def test_a_merged_action_names_another_of_the_year(action, deed):
    endings.end(action, outcome=Outcome.MERGED, reason="The same work.", into=live(2), **deed)
    assert live(1).merged_into == live(2)
    with pytest.raises(ValidationError):
        endings.end(live(2), outcome=Outcome.MERGED, reason="Back again.", into=live(1), **deed)


@pytest.mark.django_db
@pytest.mark.parametrize("reason", ["", "  \n"])
def test_an_ending_needs_a_reason(reason, action, deed):
    with pytest.raises(ValidationError, match="why"):
        endings.end(action, outcome=Outcome.STOPPED, reason=reason, **deed)
    assert live(1).status == Status.CONTINUING


@pytest.mark.django_db
def test_what_does_not_fit_is_refused(action, deed):
    last_year = Action.objects.filter(priority__agreement__year=2022, status=Status.CONTINUING).first()
    for outcome, into in [
        (Outcome.MERGED, None),
        (Outcome.MERGED, action),
        (Outcome.MERGED, last_year),
        (Outcome.STOPPED, live(2)),
        ("forgotten", None),
    ]:
        with pytest.raises(ValidationError):
            endings.end(action, outcome=outcome, reason="Why not", into=into, **deed)
    assert live(1).status == Status.CONTINUING


@pytest.mark.django_db
def test_officers_of_the_partnership_alone_end_actions(action, member):
    for who, where in [("lead.rs", "kent"), ("reviewer", "kent"), ("viewer", "kent"), ("officer", "dover")]:
        with pytest.raises(PermissionDenied):
            endings.end(action, outcome=Outcome.STOPPED, reason="x", by=member(who, where), at=NOW)
    endings.end(action, outcome=Outcome.STOPPED, reason="x", by=member("officer"), at=NOW)
    for who, where in [("lead.rs", "kent"), ("officer", "dover")]:
        with pytest.raises(PermissionDenied):
            endings.resume(action, reason="x", by=member(who, where), at=NOW)


@pytest.mark.django_db
def test_an_action_ends_once(action, deed):
    read_before = live(1)
    endings.end(action, outcome=Outcome.STOPPED, reason="No money.", **deed)
    with pytest.raises(endings.Conflict) as conflict:
        endings.end(read_before, outcome=Outcome.COMPLETED, reason="Done.", **deed)
    assert conflict.value.current.outcome == Outcome.STOPPED
    assert HistoryEntry.objects.about(action).filter(verb="ended").count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("status", [Status.PLANNED, Status.CONTINUING])
def test_a_wrong_ending_is_taken_back(status, action, deed):
    Action.objects.filter(pk=action.pk).update(status=status)
    endings.end(live(1), outcome=Outcome.MERGED, reason="The same.", into=live(2), **deed)
    endings.resume(live(1), reason="The wrong action.", **deed)
    stored = live(1)
    assert (stored.status, stored.outcome, stored.outcome_reason, stored.merged_into) == (status, "", "", None)
    opened, ended, _before = HistoryEntry.objects.about(action)
    assert (opened.note, ended.values["outcome_reason"]) == ("The wrong action.", "The same.")
    with pytest.raises(endings.Conflict):
        endings.resume(live(1), reason="Twice.", **deed)


@pytest.mark.django_db
def test_an_action_that_has_ended_is_asked_no_more_and_its_text_stays(action, deed, client, member):
    asked = ProgressUpdate.objects.in_current_rounds().outstanding()
    update = asked.filter(state=ProgressUpdate.State.DRAFT).select_related("action__priority__agreement").first()
    client.force_login(member("officer"))
    page = f"{update.action.get_absolute_url()}end/"
    assert "is still with the lead: draft" in client.get(page).content.decode()
    answer = client.post(page, {"outcome": "stopped", "reason": "No money."})
    assert answer.status_code == 302
    assert not asked.filter(pk=update.pk).exists()
    assert update.events.first().text == update.text != ""
    endings.resume(Action.objects.get(pk=update.action_id), reason="After all.", **deed)
    assert asked.filter(pk=update.pk).exists()


@pytest.mark.django_db
def test_what_was_typed_comes_back_with_every_refusal(action, deed, client, member):
    client.force_login(member("officer"))
    page = f"{action.get_absolute_url()}end/"
    for posted in ({"reason": "A long reason."}, {"outcome": "merged", "reason": "A long reason."}):
        answer = client.post(page, posted)
        assert (answer.status_code, "A long reason." in answer.content.decode()) == (200, True)
    endings.end(action, outcome=Outcome.STOPPED, reason="No money.", **deed)
    answer = client.post(page, {"outcome": "completed", "reason": "A long reason."})
    assert (answer.status_code, "A long reason." in answer.content.decode()) == (409, True)
    assert "No money." in answer.content.decode()
    assert live(1).outcome == Outcome.STOPPED


def test_two_officers_end_the_same_action(scratch):
    """One wins; the other is told. With real connections."""
    officer = live(1).priority.agreement.partnership.memberships.get(role="officer").user

    def end():
        try:
            endings.end(read.pop(), outcome=Outcome.STOPPED, reason="Why", by=officer, at=NOW)
        except endings.Conflict:
            return "told"
        return "ended"

    read = [live(1) for _ in range(4)]
    assert sorted(race(end, 4)) == ["ended", "told", "told", "told"]
    assert HistoryEntry.objects.about(live(1)).filter(verb="ended").count() == 1


def test_two_actions_are_never_merged_into_each_other(scratch):
    officer = live(1).priority.agreement.partnership.memberships.get(role="officer").user

    def merge():
        one, other = pairs.pop()
        try:
            endings.end(one, outcome=Outcome.MERGED, reason="Why", into=other, by=officer, at=NOW)
        except ValidationError:
            return "refused"
        return "merged"

    pairs = [(live(1), live(2)), (live(2), live(1))]
    assert sorted(race(merge, 2)) == ["merged", "refused"]
    assert sorted([live(1).status, live(2).status]) == [Status.CLOSED, Status.CONTINUING]
