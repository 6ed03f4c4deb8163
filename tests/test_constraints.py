"""What the database itself refuses, on both databases. Each case is one change to a row that is right."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Partnership, User
from actions.models import Action, Concern, Funding, ProgressUpdate, Recommendation, Rollover, Round
from indicators.models import Indicator, Observation
from priorities.models import Agreement, Note, Priority
from reports.models import FrozenEdition
from tests.conftest import NOW, TODAY

LATER = dt.timedelta(days=1)


def one(model, **lookup):
    return model.objects.filter(**lookup).first()


def officer():
    return User.objects.get(email="officer@kent.example")


def concern():
    action = one(Action, priority__agreement__year=2026)
    partnership = action.priority.agreement.partnership
    return Concern.objects.create(
        partnership=partnership, action=action, fact="<p>x</p>", raised_at=NOW, raised_by=officer()
    )


def recommendation():
    return Recommendation.objects.create(agreement=one(Agreement), text="<p>x</p>", made_on=TODAY)


def merged():
    action = one(Action, priority__agreement__year=2026, priority__code="RS", number=1)
    Action.objects.filter(pk=action.pk).update(status="closed", outcome="merged", outcome_reason="The same work.")
    return action


def other_action():
    return one(Action, priority__agreement__year=2026, priority__code="RS", number=2)


def rollover():
    old, new = one(Agreement, year=2018), one(Agreement, year=2022)
    return Rollover.objects.create(agreement=old, new_agreement=new, plan={}, made={}, at=NOW, by=officer())


# What is wrong: the row, and the change that must be refused.
REFUSED = {
    "a county below another": lambda: (one(Partnership, slug="kent"), {"parent": one(Partnership, slug="dover")}),
    "its own parent": lambda: (one(Partnership, slug="dover"), {"parent": one(Partnership, slug="dover")}),
    "a reserved address": lambda: (one(Partnership, slug="kent"), {"slug": "admin"}),
    "an impossible year": lambda: (one(Agreement), {"year": 1066}),
    "two agreements of a year": lambda: (one(Agreement, year=2018), {"year": 2017}),
    "two priorities of one code": lambda: (one(Priority, agreement__year=2022, code="RS"), {"code": "DA"}),
    "a note that says nothing": lambda: (one(Note), {"title": "", "text": ""}),
    "an e-mail address in other capitals": lambda: (officer(), {"email": "REVIEWER@kent.example"}),
    "a direction without its sentence": lambda: (one(Indicator), {"direction_note": ""}),
    "a period that runs backwards": lambda: (one(Observation), {"end": dt.date(1900, 1, 1)}),
    "half a period to compare with": lambda: (
        one(Observation, against_start=None),
        {"against_start": dt.date(2020, 1, 1)},
    ),
    "closed without an outcome": lambda: (one(Action, status="continuing"), {"status": "closed"}),
    "closed without a reason": lambda: (
        one(Action, status="continuing"),
        {"status": "closed", "outcome": "completed"},
    ),
    "open with an outcome": lambda: (one(Action, status="continuing"), {"outcome": "stopped"}),
    "merged into itself": lambda: (merged(), {"merged_into": merged()}),
    "completed, but merged into another": lambda: (merged(), {"outcome": "completed", "merged_into": other_action()}),
    "a rollover undone by nobody": lambda: (rollover(), {"undone_at": NOW, "new_agreement": None}),
    "a rollover without its new year": lambda: (rollover(), {"new_agreement": None}),
    "due before the start": lambda: (one(Action), {"starts": TODAY, "due": TODAY - LATER}),
    "two actions of one number": lambda: (
        one(Action, priority__code="RS", priority__agreement__year=2018, number=1),
        {"number": 2},
    ),
    "less than nothing": lambda: (one(Funding), {"amount": -1}),
    "a round due before it opens": lambda: (one(Round, due__isnull=False), {"due": dt.date(2000, 1, 1)}),
    "a meeting before the due date": lambda: (one(Round, due__isnull=False), {"meets": dt.date(2000, 1, 1)}),
    "half the dates of a round": lambda: (one(Round, due=None), {"opens": TODAY}),
    "two rounds of one position": lambda: (one(Round, title="Second round"), {"position": 1}),
    "amber without a reason": lambda: (one(ProgressUpdate), {"rating": "amber", "rating_reason": ""}),
    "accepted by nobody": lambda: (one(ProgressUpdate, state="submitted"), {"state": "accepted"}),
    "accepted by somebody at no time": lambda: (
        one(ProgressUpdate, state="submitted"),
        {"state": "accepted", "accepted_by": officer()},
    ),
    "accepted at a time, but a draft": lambda: (one(ProgressUpdate, state="draft"), {"accepted_at": NOW}),
    "accepted without a word": lambda: (one(ProgressUpdate, state="accepted"), {"text": ""}),
    "a second answer to a round": lambda: (
        one(ProgressUpdate, round__title="First round"),
        {"round": one(ProgressUpdate, round__title="First round").action.updates.get(round__position=2).round},
    ),
    "a concern about nothing": lambda: (concern(), {"action": None}),
    "a concern about two things": lambda: (concern(), {"priority": one(Priority)}),
    "closed without a decision": lambda: (concern(), {"state": "closed"}),
    "closed by nobody": lambda: (concern(), {"state": "closed", "decision": "<p>x</p>", "decided_at": NOW}),
    "answered without a date": lambda: (recommendation(), {"response": "<p>x</p>"}),
    "answered before it was made": lambda: (
        recommendation(),
        {"response": "<p>x</p>", "responded_on": TODAY - LATER},
    ),
    "published by nobody": lambda: (one(FrozenEdition), {"published_by": None}),
    "published before it was frozen": lambda: (one(FrozenEdition), {"published_at": NOW - LATER}),
    "withdrawn without a reason": lambda: (
        one(FrozenEdition),
        {"withdrawn_at": NOW, "withdrawn_by": officer()},
    ),
    "withdrawn, never published": lambda: (
        one(FrozenEdition),
        {
            "published_at": None,
            "published_by": None,
            "withdrawn_at": NOW,
            "withdrawn_by": officer(),
            "withdrawn_reason": "x",
        },
    ),
}
# The controls: changes as near to the refused ones as may be, which are right.
ALLOWED = {
    "closed with outcome and reason": lambda: (
        one(Action, status="continuing"),
        {"status": "closed", "outcome": "stopped", "outcome_reason": "No money."},
    ),
    "merged into another": lambda: (merged(), {"merged_into": other_action()}),
    "a rollover undone": lambda: (
        rollover(),
        {"undone_at": NOW, "undone_by": officer(), "new_agreement": None},
    ),
    "amber with a reason": lambda: (one(ProgressUpdate), {"rating": "amber", "rating_reason": "Late."}),
    "accepted by somebody at a time": lambda: (
        one(ProgressUpdate, state="submitted"),
        {"state": "accepted", "accepted_by": officer(), "accepted_at": NOW},
    ),
    "accepted: no progress": lambda: (one(ProgressUpdate, state="accepted"), {"text": "", "no_progress": True}),
    "answered in time": lambda: (recommendation(), {"response": "<p>x</p>", "responded_on": TODAY}),
    "withdrawn with a reason": lambda: (
        one(FrozenEdition),
        {"withdrawn_at": NOW, "withdrawn_by": officer(), "withdrawn_reason": "A wrong figure"},
    ),
    "decided and closed": lambda: (
        concern(),
        {"state": "closed", "decision": "<p>x</p>", "decided_at": NOW, "decided_by": officer()},
    ),
}


def change(row, fields):
    with transaction.atomic():
        return type(row).objects.filter(pk=row.pk).update(**fields)


@pytest.mark.django_db
@pytest.mark.parametrize("wrong", REFUSED)
def test_refused(wrong):
    row, fields = REFUSED[wrong]()
    with pytest.raises(IntegrityError):
        change(row, fields)


@pytest.mark.django_db
@pytest.mark.parametrize("right", ALLOWED)
def test_allowed(right):
    assert change(*ALLOWED[right]()) == 1


@pytest.mark.django_db
def test_a_recommendation_is_due_in_28_days():
    assert recommendation().response_due == TODAY + dt.timedelta(days=28)
