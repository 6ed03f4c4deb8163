"""Roles x states: thousands of random deeds against a model of the rules, written anew in plain Python."""

from collections import Counter
from unittest.mock import patch

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from accounts.models import Membership, Partnership, Role, User
from actions import permissions, workflow
from actions.models import ProgressUpdate
from actions.workflow import Conflict, Content
from tests.actions.test_races import unguarded
from tests.actions.test_workflow import start
from tests.conftest import NOW

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
State = ProgressUpdate.State

# Who may write, and who may review what they did not write. "both" holds both roles.
PEOPLE = {
    "lead": (True, False),
    "deputy": (True, False),
    "both": (True, True),
    "reviewer": (False, True),
    "other lead": (False, False),
    "officer": (False, False),
    "viewer": (False, False),
    "outsider": (False, False),
}
WITH_THE_LEAD = {State.NOT_STARTED, State.DRAFT, State.RETURNED}
anyone = st.sampled_from([*PEOPLE, "lead", "lead", "deputy", "both", "reviewer", "reviewer"])
texts = st.sampled_from(["", "<p>One.</p>", "<p>Two.</p>", "<p>Three.</p>"])
ratings = st.sampled_from(["", "green", "blue"])
versions = st.sampled_from(["read", "read", "read", "stale"])
notes = st.sampled_from(["", " ", "Because.", "Because."])


def cast():
    """The people, and the update they work on: found once, since all is rolled back after each run."""
    named = {
        "lead": "lead.rs@kent.example",
        "other lead": "lead.da@kent.example",
        "reviewer": "reviewer@kent.example",
        "officer": "officer@kent.example",
        "viewer": "viewer@kent.example",
        "outsider": "reviewer@dover.example",
    }
    found = {name: User.objects.get(email=email) for name, email in named.items()}
    partnership = Partnership.objects.get(slug="kent")
    update = start(partnership)
    for name, roles in {"deputy": [Role.LEAD], "both": [Role.LEAD, Role.REVIEWER]}.items():
        found[name] = User.objects.create_user(f"{name}@kent.test", name=name)
        update.action.priority.leads.first().users.add(found[name])
        for role in roles:
            Membership.objects.create(user=found[name], partnership=partnership, role=role)
    return found, update.pk


class Workflow(RuleBasedStateMachine):
    seen = Counter()
    people = {}
    update_pk = None

    def __init__(self):
        super().__init__()
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        self.state, self.version, self.content = State.NOT_STARTED, 0, Content()
        self.writers, self.submitted, self.events = set(), set(), 0

    def teardown(self):
        transaction.set_rollback(True)
        self.transaction.__exit__(None, None, None)

    def attempt(self, name, who, version, expected, deed):
        """Do ``deed``; it must come out as ``expected`` ("done" or an exception), whatever that is."""
        update = ProgressUpdate.objects.select_related("round", "action__priority__agreement").get(pk=self.update_pk)
        read = self.version if version == "read" else self.version - 1
        try:
            deed(update, version=read, by=self.people[who], at=NOW)
            outcome = "done"
        except (Conflict, PermissionDenied, ValidationError) as error:
            outcome = type(error)
        assert outcome == expected, (name, who, self.state, version)
        self.seen[name, self.state, "done" if outcome == "done" else "refused"] += 1
        return outcome == "done"

    @rule(who=anyone, version=versions, text=texts, rating=ratings, no_progress=st.booleans())
    def save(self, who, version, text, rating, no_progress):
        content = Content(text=text, rating=rating, no_progress=no_progress)
        writes, _ = PEOPLE[who]
        unchanged = content == self.content and self.state in WITH_THE_LEAD - {State.NOT_STARTED}
        if not writes:
            expected = PermissionDenied
        else:
            expected = "done" if self.state in WITH_THE_LEAD and version == "read" else Conflict
        done = self.attempt("save", who, version, expected, lambda *a, **k: workflow.save(a[0], content, **k))
        if done and not unchanged:
            self.state = State.RETURNED if self.state == State.RETURNED else State.DRAFT
            self.version, self.content, self.events = self.version + 1, content, self.events + 1
            self.writers.add(who)

    @rule(who=anyone, version=versions)
    def submit(self, who, version):
        writes, _ = PEOPLE[who]
        complete = self.content.rating and (self.content.text or self.content.no_progress)
        if not writes:
            expected = PermissionDenied
        elif self.state not in (State.DRAFT, State.RETURNED) or version != "read":
            expected = Conflict
        else:
            expected = "done" if complete else ValidationError
        if self.attempt("submit", who, version, expected, workflow.submit):
            self.state, self.events = State.SUBMITTED, self.events + 1
            self.submitted.add((self.version, self.content.text))
            self.writers.add(who)

    @rule(who=anyone, version=versions)
    def take_back(self, who, version):
        writes, _ = PEOPLE[who]
        if not writes:
            expected = PermissionDenied
        else:
            expected = "done" if self.state == State.SUBMITTED and version == "read" else Conflict
        if self.attempt("take back", who, version, expected, workflow.take_back):
            self.state, self.events = State.DRAFT, self.events + 1

    def decision(self, who, version):
        _, reviews = PEOPLE[who]
        if self.state != State.SUBMITTED or version != "read":
            return Conflict
        return "done" if reviews and who not in self.writers else PermissionDenied

    @rule(who=anyone, version=versions)
    def accept(self, who, version):
        if self.attempt("accept", who, version, self.decision(who, version), workflow.accept):
            self.state, self.events = State.ACCEPTED, self.events + 1

    @rule(who=anyone, version=versions, note=notes)
    def send_back(self, who, version, note):
        expected = self.decision(who, version) if note.strip() else ValidationError
        done = self.attempt(
            "send back", who, version, expected, lambda *a, **k: workflow.send_back(a[0], note=note, **k)
        )
        if done:
            self.state, self.events = State.RETURNED, self.events + 1

    @rule(who=anyone, version=versions, reason=notes)
    def reopen(self, who, version, reason):
        if who not in ("reviewer", "both", "officer"):
            expected = PermissionDenied
        elif not reason.strip():
            expected = ValidationError
        else:
            expected = "done" if self.state == State.ACCEPTED and version == "read" else Conflict
        done = self.attempt("reopen", who, version, expected, lambda *a, **k: workflow.reopen(a[0], reason=reason, **k))
        if done:
            self.state, self.events = State.RETURNED, self.events + 1

    @invariant()
    def the_row_is_as_the_model_says(self):
        update = ProgressUpdate.objects.get(pk=self.update_pk)
        assert (update.state, update.version, Content.of(update)) == (self.state, self.version, self.content)
        assert update.events.count() == self.events
        if update.state == State.ACCEPTED:
            assert (update.version, update.text) in self.submitted
            assert update.accepted_by_id not in {self.people[who].pk for who in self.writers}


def run(examples, steps):
    Workflow.people, Workflow.update_pk = cast()
    Workflow.seen = Counter()
    run_state_machine_as_test(
        Workflow,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.generate],
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        ),
    )
    return Workflow.seen


LEGAL = {
    ("save", State.NOT_STARTED),
    ("save", State.DRAFT),
    ("save", State.RETURNED),
    ("submit", State.DRAFT),
    ("submit", State.RETURNED),
    ("take back", State.SUBMITTED),
    ("accept", State.SUBMITTED),
    ("send back", State.SUBMITTED),
    ("reopen", State.ACCEPTED),
}


def test_five_thousand_deeds_come_out_as_the_rules_say():
    seen = run(examples=100, steps=60)
    assert seen.total() >= 5000
    assert {(deed, state) for deed, state, outcome in seen if outcome == "done"} == LEGAL


# The way to each state, and each deed as it would go through if state and person allowed it.
GOOD = {"version": "read", "text": "<p>One.</p>", "rating": "green", "no_progress": False}
PATHS = {
    State.NOT_STARTED: [],
    State.DRAFT: ["save"],
    State.SUBMITTED: ["save", "submit"],
    State.RETURNED: ["save", "submit", "send_back"],
    State.ACCEPTED: ["save", "submit", "accept"],
}
DEEDS = {
    "save": GOOD,
    "submit": {"version": "read"},
    "take_back": {"version": "read"},
    "accept": {"version": "read"},
    "send_back": {"version": "read", "note": "Because."},
    "reopen": {"version": "read", "reason": "Because."},
}


@pytest.mark.parametrize("state", State)
def test_each_deed_by_each_person(state):
    """Every one of states x deeds x people, each from a state reached by its own path."""
    Workflow.people, Workflow.update_pk = cast()
    Workflow.seen = Counter()
    for deed, arguments in DEEDS.items():
        for who in PEOPLE:
            machine = Workflow()
            for step in PATHS[state]:
                by = "reviewer" if step in ("send_back", "accept") else "lead"
                getattr(machine, step)(who=by, **DEEDS[step])
            assert machine.state == state
            getattr(machine, deed)(who=who, **(arguments | {"text": "<p>Two.</p>"} if deed == "save" else arguments))
            machine.the_row_is_as_the_model_says()
            machine.teardown()
    legal = {(deed, at) for deed, at in LEGAL if at == state}
    assert legal <= {(deed, at) for deed, at, outcome in Workflow.seen if outcome == "done"}


@pytest.mark.parametrize("guard", ["can_review", "can_write", "can_reopen", "missing"])
def test_a_guard_taken_out_is_found(guard):
    """The controls."""
    where = workflow if guard == "missing" else permissions
    open_to_all = (lambda update: []) if guard == "missing" else (lambda user, update: True)
    with patch.object(where, guard, open_to_all), pytest.raises(AssertionError):
        run(examples=40, steps=50)


def test_a_decision_on_any_version_is_found():
    with unguarded, pytest.raises(AssertionError):
        run(examples=40, steps=50)
