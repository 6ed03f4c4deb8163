"""What is not accepted yet shows for nobody but those concerned, on any page."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from actions.models import ProgressUpdate
from priorities.years import FinancialYear

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

LIVE = FinancialYear(2026)
STATES = ["draft", "submitted", "returned"]
OFFICER = "officer@kent.example"
REVIEWER = "reviewer@kent.example"
VIEWER = "viewer@kent.example"


@pytest.fixture(scope="module")
def unreleased(live, django_db_blocker):
    """One update of the second round in each state, {state: update}, each with a text found nowhere else."""
    with django_db_blocker.unblock():
        updates = ProgressUpdate.objects.select_related("action__priority__agreement__partnership").filter(
            round__agreement__partnership__slug="kent", round__agreement__year=LIVE.start_year
        )
        found = {state: updates.filter(state=state).order_by("pk").first() for state in STATES}
        before = {update.pk: (update.text, update.rating_reason) for update in found.values()}
        for state, update in found.items():
            rows = ProgressUpdate.objects.filter(pk=update.pk)
            rows.update(text=f"<p>{wording(state)}</p>", rating_reason=f"Reason: {wording(state)}")
    yield found
    with django_db_blocker.unblock():
        for pk, (text, reason) in before.items():
            ProgressUpdate.objects.filter(pk=pk).update(text=text, rating_reason=reason)


def wording(state):
    return f"Not-for-all-eyes-{state}"


def pages_of_kent(update):
    """(status for a member who may not read drafts, address) of every page where ``update`` could show."""
    year = ["kent", LIVE]
    report = [*year, "annual-summary"]
    return [
        (200, update.action.get_absolute_url()),
        (200, update.action.priority.get_absolute_url()),
        (200, reverse("agreement-detail", args=year)),
        (200, reverse("partnership-detail", args=["kent"])),
        (200, reverse("edition-list", args=year)),
        (404, reverse("edition-detail", args=report)),
        (404, reverse("edition-json", args=report)),
    ]


def lead_of(update):
    return f"lead.{update.action.priority.code.lower()}@kent.example"


def sees(visitor, update, state):
    """The person reads the text on the page of the action."""
    visitor.open(update.action.get_absolute_url())
    return wording(state) in visitor.page.content()


@pytest.mark.parametrize("state", STATES)
def test_a_viewer_never_sees_it(state, unreleased, visit):
    update = unreleased[state]
    visitor = visit(VIEWER)
    for status, address in [(200, reverse("home")), *pages_of_kent(update)]:
        visitor.open(address, status)
        assert wording(state) not in visitor.page.content(), address
    visitor.open(update.action.get_absolute_url())
    expect(visitor.page.get_by_role("heading", name="First round")).to_be_visible()
    expect(visitor.page.get_by_role("heading", name="Second round")).to_have_count(0)
    visitor.open(update.action.priority.get_absolute_url())
    row = visitor.page.get_by_role("row").filter(has_text=update.action.title)
    expect(row).to_contain_text("First round")
    expect(row).not_to_contain_text("Second round")


@pytest.mark.parametrize("state", STATES)
def test_a_lead_of_another_partnership_finds_no_page(state, unreleased, visit):
    visitor = visit("lead@dover.example")
    for _, address in pages_of_kent(unreleased[state]):
        visitor.open(address, 404)
        assert wording(state) not in visitor.page.content(), address


@pytest.mark.parametrize(
    ("state", "readers"),
    [
        ("draft", {OFFICER, "lead"}),
        ("submitted", {OFFICER, "lead", REVIEWER}),
        ("returned", {OFFICER, "lead"}),
    ],
)
def test_those_concerned_see_it(state, readers, unreleased, visit):
    """The control of the tests above, and the rest of the table: another lead of Kent, and the Working Group."""
    update = unreleased[state]
    people = {OFFICER: OFFICER, REVIEWER: REVIEWER, "lead": lead_of(update), "another lead": "lead.rs@kent.example"}
    if people["lead"] == people["another lead"]:
        people["another lead"] = "lead.vawg@kent.example"
    assert {who for who, email in people.items() if sees(visit(email), update, state)} == readers


def test_a_draft_report_holds_accepted_text_only(unreleased, visit):
    visitor = visit(OFFICER)
    for name in ("edition-detail", "edition-json"):
        visitor.open(reverse(name, args=["kent", LIVE, "annual-summary"]))
        content = visitor.page.content()
        assert "Demonstration text for RS-A2" in content
        assert not [state for state in STATES if wording(state) in content]
