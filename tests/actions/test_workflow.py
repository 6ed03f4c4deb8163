"""The states of an update: what each deed needs, what it leaves, and what is refused."""

import uuid

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from accounts.models import Membership, Role
from actions import workflow
from actions.models import Action, ProgressUpdate, Round, UpdateEvent
from actions.workflow import Conflict, Content
from priorities.models import Priority
from tests.conftest import NOW

State = ProgressUpdate.State
TEXT = Content(text="<p>Two schools were visited.</p>", rating="green", as_at="2026-11-20")


@pytest.fixture
def update(kent):
    """An update of Road Safety that nobody has begun."""
    return start(kent)


def start(kent):
    round = Round.objects.get(agreement__partnership=kent, agreement__year=2026, title="Second round")
    action = Action.objects.create(
        priority=round.agreement.priorities.get(code="RS"), number=99, position=99, title="Walk to school"
    )
    return ProgressUpdate.objects.create(round=round, action=action)


@pytest.fixture
def lead(member):
    return member("lead.rs")


@pytest.fixture
def reviewer(member):
    return member("reviewer")


def save(update, by, content=TEXT, **more):
    return workflow.save(update, content, version=more.pop("version", update.version), by=by, at=NOW, **more)


def submit(update, by):
    return workflow.submit(update, version=update.version, by=by, at=NOW)


def accept(update, by):
    return workflow.accept(update, version=update.version, by=by, at=NOW)


def send_back(update, by, note="Say which schools."):
    return workflow.send_back(update, version=update.version, by=by, at=NOW, note=note)


def kinds(update):
    return list(update.events.values_list("kind", flat=True))


def test_from_the_first_word_to_acceptance(update, lead, reviewer):
    update = save(update, lead)
    assert (update.state, update.version, update.saved_by, update.saved_at) == (State.DRAFT, 1, lead, NOW)
    update = submit(update, lead)
    assert update.state == State.SUBMITTED
    update = accept(update, reviewer)
    assert (update.state, update.accepted_by, update.accepted_at) == (State.ACCEPTED, reviewer, NOW)
    assert (update.version, update.text) == (1, TEXT.text)
    assert kinds(update) == ["saved", "submitted", "accepted"]
    assert all(Content.of(event) == TEXT for event in update.events.all())


def test_a_returned_update_stays_returned_until_it_is_submitted_again(update, lead, reviewer):
    update = send_back(submit(save(update, lead), lead), reviewer)
    assert update.state == State.RETURNED
    update = save(update, lead, Content(text="<p>Deal and Dover.</p>", rating="green"))
    assert (update.state, update.version) == (State.RETURNED, 2)
    update = accept(submit(update, lead), reviewer)
    assert update.text == "<p>Deal and Dover.</p>"
    assert update.events.get(kind="returned").note == "Say which schools."


def test_a_reopened_update_is_with_its_lead_again(update, lead, reviewer, kent):
    update = accept(submit(save(update, lead), lead), reviewer)
    with pytest.raises(ValidationError):
        workflow.reopen(update, version=1, by=reviewer, at=NOW, reason=" ")
    update = workflow.reopen(update, version=1, by=reviewer, at=NOW, reason="A wrong figure.")
    assert (update.state, update.accepted_at, update.accepted_by) == (State.RETURNED, None, None)
    assert not ProgressUpdate.objects.accepted().filter(pk=update.pk).exists()
    assert save(update, lead).state == State.RETURNED


def test_taken_back_before_the_decision(update, lead, reviewer):
    update = submit(save(update, lead), lead)
    update = workflow.take_back(update, version=1, by=lead, at=NOW)
    assert update.state == State.DRAFT
    with pytest.raises(Conflict):
        accept(update, reviewer)


def test_acceptance_is_of_the_version_that_was_read(update, lead, reviewer):
    read = submit(save(update, lead), lead)
    back = workflow.take_back(read, version=1, by=lead, at=NOW)
    submit(save(back, lead, Content(text="<p>Something else.</p>", rating="green")), lead)
    with pytest.raises(Conflict) as conflict:
        accept(read, reviewer)
    assert conflict.value.current.version == 2
    update.refresh_from_db()
    assert update.state == State.SUBMITTED
    assert "accepted" not in kinds(update)


def test_the_second_of_two_writers_is_told(update, lead):
    save(update, lead)
    with pytest.raises(Conflict) as conflict:
        save(update, lead, Content(text="<p>Mine.</p>"), version=0)
    assert conflict.value.current.text == TEXT.text
    assert UpdateEvent.objects.filter(update=update).count() == 1


def test_the_same_form_sent_twice_is_saved_once(update, lead):
    key = uuid.uuid4()
    save(update, lead, key=key, version=0)
    again = save(update, lead, key=key, version=0)
    assert (again.version, kinds(again)) == (1, ["saved"])


def test_the_same_form_sent_again_after_another_save_is_a_conflict(update, lead):
    """Its page would go on from words that it has never shown."""
    key = uuid.uuid4()
    save(update, lead, key=key, version=0)
    save(update, lead, Content(text="<p>Typed elsewhere.</p>"), key=uuid.uuid4(), version=1)
    with pytest.raises(Conflict):
        save(update, lead, key=key, version=0)


def test_an_old_form_with_other_words_is_no_repetition(update, lead):
    """Reached by Back and typed over: the key is known, the words are new."""
    key = uuid.uuid4()
    save(update, lead, key=key, version=0)
    with pytest.raises(Conflict):
        save(update, lead, Content(text="<p>Typed after Back.</p>"), key=key, version=0)


def test_a_key_used_again_for_other_words_loses_neither(update, lead):
    key = uuid.uuid4()
    update = save(update, lead, key=key)
    update = save(update, lead, Content(text="<p>More.</p>"), key=key)
    assert (update.version, update.text, kinds(update)) == (2, "<p>More.</p>", ["saved", "saved"])


def test_the_same_words_again_make_no_new_version(update, lead):
    update = save(update, lead)
    assert save(update, lead).version == 1
    assert kinds(update) == ["saved"]


def test_text_is_cleaned_before_it_is_compared_and_kept(update, lead):
    typed = Content(text='<p onclick="x()">Safe.</p><script>alert(1)</script>', rating="green")
    key = uuid.uuid4()
    update = save(update, lead, typed, key=key, version=0)
    assert update.text == "<p>Safe.</p>"
    assert save(update, lead, typed, key=key, version=0).version == 1


@pytest.mark.parametrize(
    ("content", "complete"),
    [
        (Content(text="<p>x</p>", rating="green"), True),
        (Content(no_progress=True, rating="green"), True),
        (Content(rating="green"), False),
        (Content(text="<p>x</p>"), False),
    ],
)
def test_what_is_incomplete_is_not_submitted(content, complete, update, lead):
    update = save(update, lead, content)
    assert (workflow.missing(update) == []) == complete
    if complete:
        assert submit(update, lead).state == State.SUBMITTED
        return
    with pytest.raises(ValidationError):
        submit(update, lead)
    update.refresh_from_db()
    assert update.state == State.DRAFT
    assert kinds(update) == ["saved"]


def test_a_return_needs_a_note(update, lead, reviewer):
    update = submit(save(update, lead), lead)
    with pytest.raises(ValidationError):
        send_back(update, reviewer, note="  ")
    assert kinds(update) == ["saved", "submitted"]


@pytest.mark.parametrize("who", ["lead.da", "reviewer", "officer", "viewer"])
def test_only_a_lead_of_the_priority_writes(who, update, member):
    with pytest.raises(PermissionDenied):
        save(update, member(who))
    assert not update.events.exists()


def test_a_deputy_writes(update, lead, member):
    deputy = member("lead.da")
    update.action.priority.leads.first().users.add(deputy)
    assert save(save(update, lead), deputy, Content(text="<p>Ours.</p>")).saved_by == deputy


@pytest.mark.parametrize("who", ["lead.rs", "lead.da", "officer", "viewer"])
def test_only_the_working_group_decides(who, update, lead, member):
    update = submit(save(update, lead), lead)
    for decide in (accept, send_back):
        with pytest.raises(PermissionDenied):
            decide(update, member(who))
    update.refresh_from_db()
    assert update.state == State.SUBMITTED


def test_nobody_decides_on_what_they_wrote(update, lead, reviewer, kent):
    Membership.objects.create(user=lead, partnership=kent, role=Role.REVIEWER)
    update = submit(save(update, lead), lead)
    for decide in (accept, send_back):
        with pytest.raises(PermissionDenied):
            decide(update, lead)
    assert accept(update, reviewer).state == State.ACCEPTED


def test_a_lead_without_the_role_writes_no_more(update, lead, kent):
    update = save(update, lead)
    Membership.objects.filter(user=lead, partnership=kent, role=Role.LEAD).delete()
    Membership.objects.create(user=lead, partnership=kent, role=Role.VIEWER)
    with pytest.raises(PermissionDenied):
        save(update, lead, Content(text="<p>Later.</p>"))
    assert not ProgressUpdate.objects.visible_to(lead).filter(pk=update.pk).exists()
    assert not Priority.objects.led_by(lead).exists()


def test_what_its_lead_could_not_write_anew_is_not_reopened(update, lead, reviewer):
    """A printed year, and an action that has ended: the text would leave the report for good."""
    printed = ProgressUpdate.objects.with_places().filter(from_published_report=True).first()
    update = accept(submit(save(update, lead), lead), reviewer)
    Action.objects.filter(pk=update.action_id).update(status="closed", outcome="completed", outcome_reason="Done.")
    ended = ProgressUpdate.objects.with_places().get(pk=update.pk)
    for one in (printed, ended):
        with pytest.raises(PermissionDenied):
            workflow.reopen(one, version=one.version, by=reviewer, at=NOW, reason="A wrong figure.")


def test_an_update_of_an_ended_action_is_not_sent_back(update, lead, reviewer):
    update = submit(save(update, lead), lead)
    Action.objects.filter(pk=update.action_id).update(status="closed", outcome="completed", outcome_reason="Done.")
    with pytest.raises(PermissionDenied):
        send_back(ProgressUpdate.objects.with_places().get(pk=update.pk), reviewer)
    update.refresh_from_db()
    assert update.state == State.SUBMITTED


def test_nothing_is_written_before_the_round_is_opened(update, lead):
    Round.objects.filter(pk=update.round_id).update(opened_at=None, opened_by=None)
    update.round.refresh_from_db()
    with pytest.raises(PermissionDenied):
        save(update, lead)


def test_nothing_is_written_to_a_closed_action(update, lead):
    Action.objects.filter(pk=update.action_id).update(status="closed", outcome="completed", outcome_reason="Done.")
    update.action.refresh_from_db()
    with pytest.raises(PermissionDenied):
        save(update, lead)


def test_history_is_for_those_concerned(update, lead, reviewer, member):
    update = send_back(submit(save(update, lead), lead), reviewer)

    def seen(who, partnership="kent"):
        events = UpdateEvent.objects.visible_to(member(who, partnership)).filter(update=update)
        return list(events.values_list("kind", flat=True))

    everything = ["saved", "submitted", "returned"]
    assert seen("lead.rs") == seen("officer") == everything
    assert seen("reviewer") == ["submitted", "returned"]
    assert seen("viewer") == seen("lead.da") == seen("officer", "dover") == []
