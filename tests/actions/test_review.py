"""The Working Group's review: what it sees, what it decides, and what it cannot do."""

import datetime as dt
import re
from dataclasses import replace

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags

from accounts.models import HistoryEntry, Letter, Membership, Role
from actions import concerns, dashboard, endings, reviewing, workflow
from actions.models import Action, Concern, ProgressUpdate, Round
from priorities.models import Lead, Priority
from reports.models import Edition
from reports.summary import build_summary
from tests.conftest import NOW, TODAY
from tests.test_access import addresses

pytestmark = pytest.mark.django_db

State = ProgressUpdate.State
DASHBOARD, QUEUE = "/kent/2026-27/review/", "/kent/2026-27/review/updates/"
CANARY = "CANARY-4711"
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """The day of the demonstration, for views too. clock(TODAY + DAY) moves on."""

    def at(day):
        now = timezone.make_aware(dt.datetime.combine(day, dt.time(12)))
        monkeypatch.setattr("django.utils.timezone.now", lambda: now)

    at(TODAY)
    return at


@pytest.fixture
def reader(client, member):
    """A client signed in: reader("reviewer"), reader("officer", "dover")."""

    def sign_in(*who):
        client.force_login(member(*who))
        return client

    return sign_in


@pytest.fixture
def round(kent):
    return Round.objects.select_related("agreement__partnership").get(agreement__partnership=kent, position=2)


@pytest.fixture
def overdue(round):
    Round.objects.filter(pk=round.pk).update(due=TODAY - DAY)
    round.refresh_from_db(fields=["due"])
    return round


def updates(round, state):
    ordered = ProgressUpdate.objects.filter(round=round, state=state).with_places()
    return list(ordered.order_by("action__priority__position", "action__position"))


@pytest.fixture
def submitted(round):
    return updates(round, State.SUBMITTED)[0]


def lead_of(update):
    return Lead.objects.filter(priority=update.action.priority).first().users.first()


def submit(update, by, **changes):
    """Lead ``by`` takes the update back where needed, writes ``changes`` and submits."""
    if update.state == State.SUBMITTED:
        update = workflow.take_back(update, version=update.version, by=by, at=NOW)
    content = replace(workflow.Content.of(update), **({"text": "<p>Said</p>", "rating": "green"} | changes))
    update = workflow.save(update, content, version=update.version, by=by, at=NOW)
    return workflow.submit(update, version=update.version, by=by, at=NOW)


def url(name, update):
    return reverse(name, args=update.url_args)


def read_version(client, update):
    page = client.get(url("update-review", update))
    assert page.status_code == 200
    return re.search(r'name="version" value="(\d+)"', page.content.decode())[1]


def words(response):
    return " ".join(strip_tags(response.content.decode()).split())


def state_of(update):
    return ProgressUpdate.objects.get(pk=update.pk).state


# Who may do it


@pytest.mark.parametrize("who", [["viewer"], ["lead.da"], ["officer", "dover"], ["reviewer", "dover"]])
def test_for_others_the_review_does_not_exist(who, reader, submitted, round):
    client = reader(*who)
    accepted = updates(round, State.ACCEPTED)[0]
    pages = [DASHBOARD, QUEUE, url("update-review", submitted), url("update-reopen", accepted)]
    assert [client.get(page).status_code for page in pages] == [404] * 4
    deeds = [url(f"update-{deed}", submitted) for deed in ("accept", "return")] + [url("update-reopen", accepted)]
    deeds.append(reverse("round-chase", args=["kent", round.agreement.financial_year, 2]))
    sent = {"version": submitted.version, "note": "No.", "reason": "No."}
    assert [client.post(deed, sent).status_code for deed in deeds] == [404] * 4
    assert state_of(submitted) == State.SUBMITTED
    assert state_of(accepted) == State.ACCEPTED


def test_an_officer_reads_but_decides_only_as_a_member_of_the_group(reader, member, kent, submitted):
    client = reader("officer")
    assert "Members of the Working Group accept or return it." in words(client.get(url("update-review", submitted)))
    sent = {"version": submitted.version, "note": "Say more."}
    for deed in ("accept", "return"):
        assert client.post(url(f"update-{deed}", submitted), sent).status_code == 403
    assert state_of(submitted) == State.SUBMITTED
    Membership.objects.create(user=member("officer"), partnership=kent, role=Role.REVIEWER)
    assert client.post(url("update-accept", submitted), sent).status_code == 302
    assert state_of(submitted) == State.ACCEPTED


def test_nobody_decides_on_what_they_wrote(reader, kent, submitted):
    """Also where the role of a reviewer came after the writing."""
    writer = lead_of(submitted)
    submitted = submit(submitted, writer)
    Membership.objects.create(user=writer, partnership=kent, role=Role.REVIEWER)
    client = reader(writer.email.split("@")[0])
    assert "You wrote this; another member reviews it." in words(client.get(QUEUE))
    page = client.get(url("update-review", submitted)).content.decode()
    assert "You wrote this; another member reviews it." in page
    assert url("update-accept", submitted) not in page
    sent = {"version": submitted.version, "note": "Fine."}
    for deed in ("accept", "return"):
        assert client.post(url(f"update-{deed}", submitted), sent).status_code == 403
    assert state_of(submitted) == State.SUBMITTED
    assert reader("reviewer").post(url("update-accept", submitted), sent).status_code == 302
    assert state_of(submitted) == State.ACCEPTED


def test_there_is_no_way_to_accept_several(reader, round):
    """One address accepts, one update it names, and nothing that is sent along adds another."""
    accepting = {name: pattern for name, pattern in addresses() if name and "accept" in name}
    assert accepting.keys() == {"update-accept"}
    assert {"slug", "number", "round"} <= set(accepting["update-accept"].pattern.converters)
    client, waiting = reader("reviewer"), updates(round, State.SUBMITTED)
    assert len(waiting) > 1
    everything = {"version": "1", "priority": [one.action.priority.slug for one in waiting], "action": "accept"}
    everything |= {name: [one.pk for one in waiting] for name in ("update", "updates", "pk", "_selected_action")}
    for address in (DASHBOARD, QUEUE, reverse("round-chase", args=["kent", round.agreement.financial_year, 2])):
        client.post(address, everything)
    assert len(updates(round, State.SUBMITTED)) == len(waiting)
    client.post(url("update-accept", waiting[0]), everything)
    assert len(updates(round, State.SUBMITTED)) == len(waiting) - 1


# Acceptance binds the version


@pytest.mark.parametrize("version", [None, "", "0", "2", "-1", "abc"])
def test_without_the_right_version_nothing_is_accepted(version, reader, submitted):
    assert submitted.version == 1
    sent = {} if version is None else {"version": version}
    assert reader("reviewer").post(url("update-accept", submitted), sent).status_code == 409
    assert state_of(submitted) == State.SUBMITTED


def test_a_text_that_changed_after_it_was_read_is_not_accepted(reader, submitted):
    client = reader("reviewer")
    read = read_version(client, submitted)
    changed = submit(submitted, lead_of(submitted), text="<p>Quite another text</p>")
    answer = client.post(url("update-accept", submitted), {"version": read})
    assert answer.status_code == 409
    assert f"Submitted by {lead_of(submitted)} at 12:00 on 21 November 2026" in words(answer)
    assert url("update-review", submitted) in answer.content.decode()
    assert state_of(submitted) == State.SUBMITTED
    fresh = read_version(client, changed)
    assert client.post(url("update-accept", changed), {"version": fresh}).status_code == 302
    assert state_of(submitted) == State.ACCEPTED


def test_a_conflict_gives_the_note_back_and_shows_no_draft(reader, submitted):
    client, writer = reader("reviewer"), lead_of(submitted)
    read = read_version(client, submitted)
    taken = workflow.take_back(submitted, version=submitted.version, by=writer, at=NOW)
    content = replace(workflow.Content.of(taken), text=f"<p>{CANARY}</p>", rating_reason=CANARY)
    workflow.save(taken, content, version=taken.version, by=writer, at=NOW)
    for note in ("Name the provider.", ""):
        answer = client.post(url("update-return", submitted), {"version": read, "note": note})
        assert answer.status_code == 409
        assert note in answer.content.decode()
        assert f"Saved by {writer}" in words(answer)
        assert "It is with its lead now." in words(answer)
        assert CANARY not in answer.content.decode()
    assert client.get(url("update-review", submitted)).status_code == 404
    assert state_of(submitted) == State.DRAFT


def test_two_reviewers_decide_once(reader, person, kent, submitted):
    other = person("reviewer", kent)
    workflow.accept(submitted, version=submitted.version, by=other, at=NOW)
    answer = reader("reviewer").post(url("update-return", submitted), {"version": 1, "note": "No."})
    assert answer.status_code == 409
    assert f"Accepted by {other}" in words(answer)
    assert state_of(submitted) == State.ACCEPTED


@pytest.mark.parametrize(("deed", "sent"), [("accept", {}), ("return", {"note": "Name the provider."})])
def test_a_double_click_is_no_conflict(deed, sent, reader, submitted):
    client, before = reader("reviewer"), submitted.events.count()
    for _ in range(2):
        assert client.post(url(f"update-{deed}", submitted), {"version": 1, **sent}).status_code == 302
    assert submitted.events.count() == before + 1


# Return and reopen


def test_a_return_needs_a_note_and_the_lead_reads_it(reader, submitted):
    client = reader("reviewer")
    answer = client.post(url("update-return", submitted), {"version": submitted.version, "note": "  "})
    assert "Say what the lead should change." in words(answer)
    assert answer.context["form"].errors
    assert state_of(submitted) == State.SUBMITTED
    note = "Name the provider, please."
    assert client.post(url("update-return", submitted), {"version": submitted.version, "note": note}).status_code == 302
    event = submitted.events.last()
    assert (event.kind, event.note, event.by.email) == ("returned", note, "reviewer@kent.example")
    client.force_login(lead_of(submitted))
    assert note in words(client.get(submitted.get_absolute_url()))


def test_what_was_typed_comes_back_with_the_error(reader, submitted):
    note = "x" * 4001
    answer = reader("reviewer").post(url("update-return", submitted), {"version": submitted.version, "note": note})
    assert note in answer.content.decode()
    assert state_of(submitted) == State.SUBMITTED


def test_an_earlier_return_is_shown_to_the_reviewer(reader, submitted, member):
    note = "Name the provider, please."
    returned = workflow.send_back(submitted, version=1, by=member("reviewer"), at=NOW, note=note)
    again = submit(returned, lead_of(returned))
    assert note in words(reader("reviewer").get(url("update-review", again)))


def test_reopening_needs_a_reason_and_takes_the_text_out_of_the_report(reader, kent, round):
    update = updates(round, State.ACCEPTED)[0]
    ProgressUpdate.objects.filter(pk=update.pk).update(text=f"<p>{CANARY}</p>")
    edition = Edition.objects.get(agreement=round.agreement)
    assert CANARY in str(build_summary(edition, is_draft=True))
    client = reader("reviewer")
    assert client.get(url("update-reopen", update)).status_code == 200
    answer = client.post(url("update-reopen", update), {"version": update.version, "reason": " "})
    assert "Say why the update is opened again." in words(answer)
    assert state_of(update) == State.ACCEPTED
    reason = "A figure is wrong."
    wrong = client.post(url("update-reopen", update), {"version": update.version + 1, "reason": reason})
    assert wrong.status_code == 409
    assert reason in wrong.content.decode()
    assert state_of(update) == State.ACCEPTED
    sent = {"version": update.version, "reason": reason}
    assert client.post(url("update-reopen", update), sent).status_code == 302
    assert state_of(update) == State.RETURNED
    assert update.events.last().note == reason
    assert CANARY not in str(build_summary(edition, is_draft=True))


# The text and its difference


def test_the_review_marks_what_changed_since_the_last_accepted_text(reader, submitted):
    before = ProgressUpdate.objects.before(submitted).first()
    ProgressUpdate.objects.filter(pk=before.pk).update(text="<p>Two schools were visited.</p>")
    update = submit(submitted, lead_of(submitted), text="<p>Three schools were visited.</p>")
    page = reader("reviewer").get(url("update-review", update)).content.decode()
    assert re.search(r"<del>.*?Two.*?</del>", page)
    assert re.search(r"<ins>.*?Three.*?</ins>", page)
    assert "<p>Three schools were visited.</p>" in page
    assert "<p>Two schools were visited.</p>" in page


# The queue


def test_the_queue_is_in_the_order_of_priorities_the_oldest_first(reader, round):
    first, *others = updates(round, State.SUBMITTED)
    # Earlier in the plan and later submitted.
    sibling = next(one for one in updates(round, State.DRAFT) if one.action.priority_id == first.action.priority_id)
    Action.objects.filter(pk=sibling.action_id).update(position=0)
    submit(sibling, lead_of(sibling))
    text = words(reader("reviewer").get(QUEUE))
    places = [text.index(one.action.reference) for one in (first, sibling, *others)]
    assert places == sorted(places)
    assert f"Submitted on 21 November 2026 at 12:00 by {lead_of(sibling)}" in text


def test_a_decision_leads_to_the_next_and_at_last_to_the_empty_queue(reader, round):
    client, waiting = reader("reviewer"), updates(round, State.SUBMITTED)
    # From the second on, so that the first is come back to.
    order = [*waiting[1:], waiting[0]]
    for update, following in zip(order, [*order[1:], None], strict=True):
        answer = client.post(url("update-accept", update), {"version": update.version})
        assert answer.url == (url("update-review", following) if following else QUEUE)
    last = words(client.get(QUEUE))
    assert "Nothing more waits for you." in last
    assert "Nothing waits for review." in last


def test_following_ends_a_priority_first_and_skips_in_a_circle():
    def update(pk, position, *, is_own=False):
        one = ProgressUpdate(pk=pk, action=Action(priority=Priority(pk=position, position=position)))
        one.submitted_at, one.is_own = NOW, is_own
        return one

    a, b, c, d = update(1, 1), update(2, 1), update(3, 1, is_own=True), update(4, 2)
    queue = [a, b, c, d]
    assert reviewing.following(queue, b) is d
    assert reviewing.following(queue, b, priority_first=True) is a
    assert reviewing.following(queue, d) is a
    assert reviewing.following(queue, a) is b
    assert reviewing.following([c], a) is None


# The dashboard


def row(page, title):
    """The numbers of one row of the table: "1 of 3 accepted", then the columns."""
    cells = re.search(rf"<tr[^>]*>\s*<th scope=\"row\"[^>]*>(?:<a[^>]*>)?{title}.*?</tr>", page, re.DOTALL)[0]
    return [strip_tags(cell).strip() for cell in re.findall(r"<td.*?</td>", cells, re.DOTALL)]


def test_the_numbers_are_those_of_a_hand_count(reader):
    """Dover: its first action is accepted and green, the second submitted and amber, the third a draft."""
    answer = reader("reviewer", "dover").get("/dover/2026-27/review/")
    page, said = answer.content.decode(), words(answer)
    counted = ["1 of 3 accepted", "0", "1", "0", "1", "0", "1", "1", "0"]
    assert row(page, "Safer Town Centres") == counted
    assert "Due 2 December 2026, 11 days left. The Working Group meets on 16 December 2026." in said
    assert "STC-A2: green to amber, worse" in said
    assert "One partner has yet to confirm its part." in said
    assert "1 text accepted" in said
    assert "STC-A1, Second round, 18 November 2026" in said
    assert "Overdue" not in said


def test_all_rows_add_up(round):
    asked = dashboard.asked_in(round)
    lines, total = dashboard.lines(asked, [], round)
    assert sum((line.states for line in lines), start=type(total.states)()) == total.states
    assert total.asked == round.updates.count() == sum(part["length"] for part in total.bar)


def test_a_closed_action_that_was_not_answered_is_not_counted(round, member):
    update = updates(round, State.NOT_STARTED)[0]
    _, before = dashboard.lines(dashboard.asked_in(round), [], round)
    endings.end(update.action, outcome=Action.Outcome.STOPPED, reason="No money.", by=member("officer"), at=NOW)
    _, after = dashboard.lines(dashboard.asked_in(round), [], round)
    assert after.asked == before.asked - 1
    (ended,) = dashboard.ended_actions(round.agreement, dashboard.Span(TODAY, None))
    assert (ended, ended.ended_at) == (update.action, NOW)
    assert dashboard.ended_actions(round.agreement, dashboard.Span(TODAY + DAY, None)) == []


def test_no_word_of_a_draft_is_on_the_dashboard_or_in_the_queue(reader, member, kent, overdue):
    """Not even for those who may read the draft elsewhere."""
    hidden = ProgressUpdate.objects.filter(round=overdue, state__in=ProgressUpdate.WITH_THE_LEAD)
    assert hidden.update(text=f"<p>{CANARY}</p>", rating="red", rating_reason=CANARY)
    for role in (Role.REVIEWER, Role.LEAD):
        Membership.objects.get_or_create(user=member("officer"), partnership=kent, role=role)
    for lead in Lead.objects.filter(priority__agreement=overdue.agreement):
        lead.users.add(member("officer"))
    for who in ("reviewer", "officer"):
        for page in (DASHBOARD, QUEUE):
            answer = reader(who).get(page)
            assert CANARY not in answer.content.decode()
    assert row(reader("officer").get(DASHBOARD).content.decode(), "All priorities")[-1] == "0", "no red draft counts"
    ProgressUpdate.objects.filter(pk=hidden[0].pk).update(state=State.SUBMITTED)
    assert CANARY in reader("reviewer").get(DASHBOARD).content.decode(), "the control: it is laid before the group"


def test_an_earlier_round_can_be_looked_at(reader, round):
    first = words(reader("reviewer").get(DASHBOARD, {"round": "1"}))
    assert "Review: First round" in first
    assert "21 of 21 accepted" in first
    assert "Nothing is overdue." in first
    for unknown in ("3", "x", "", "1000000000000000000000"):
        assert reader("reviewer").get(DASHBOARD, {"round": unknown}).status_code == 404


def test_a_year_without_an_open_round_says_so(reader):
    assert "No round of this year has been opened yet." in words(reader("reviewer").get("/kent/2022-23/review/"))


def test_open_concerns_are_listed_the_newest_first(reader, kent, member, round):
    Concern.objects.all().delete()
    about = round.agreement.priorities.first()
    for number in range(12):
        at = NOW + dt.timedelta(minutes=number)
        said = {"fact": f"<p>Matter-{number:02}</p>", "comment": "", "recommendation": ""}
        concerns.raise_concern(about=about, by=member("reviewer"), at=at, **said)
    text = words(reader("reviewer").get(DASHBOARD))
    assert "Open concerns (12)" in text
    assert re.findall(r"Matter-\d\d", text) == [f"Matter-{number:02}" for number in range(11, 1, -1)]


@pytest.mark.parametrize("who", ["reviewer", "officer"])
def test_the_number_of_queries_is_fixed(who, reader, overdue, member, django_assert_max_num_queries):
    endings.end(
        updates(overdue, State.DRAFT)[0].action,
        outcome=Action.Outcome.STOPPED,
        reason="No money.",
        by=member("officer"),
        at=NOW,
    )
    for action in Action.objects.in_agreement(overdue.agreement):
        said = {"fact": "<p>So</p>", "comment": "", "recommendation": ""}
        concerns.raise_concern(about=action, by=member("reviewer"), at=NOW, **said)
    waiting = updates(overdue, State.SUBMITTED)[0]
    client = reader(who)
    for page in (DASHBOARD, QUEUE, url("update-review", waiting)):
        with django_assert_max_num_queries(12):
            assert client.get(page).status_code == 200


def test_a_span_goes_from_meeting_to_meeting():
    def day(number):
        return dt.date(2026, 1, number)

    opened = timezone.make_aware(dt.datetime(2026, 1, 1, 9))
    first = Round(pk=1, due=day(10), meets=day(15), opened_at=opened)
    second, third = Round(pk=2, due=day(20)), Round(pk=3, due=day(25), meets=day(28))
    rounds = [first, second, third]
    assert dashboard.span_of(first, rounds) == dashboard.Span(day(1), day(15))
    assert dashboard.span_of(second, rounds) == dashboard.Span(day(16), day(20))
    assert dashboard.span_of(third, rounds) == dashboard.Span(day(21), None)
    span = dashboard.Span(day(16), day(20))
    held = [span.holds(timezone.make_aware(dt.datetime(2026, 1, number, 23, 59))) for number in (15, 16, 20, 21)]
    assert held == [False, True, True, False]


# Chasing


def chase(client, round, **sent):
    return client.post(reverse("round-chase", args=["kent", round.agreement.financial_year, round.position]), sent)


def letters():
    return sorted(Letter.objects.filter(kind="chase").values_list("to__email", flat=True))


def test_an_officer_chases_the_leads_of_a_priority_once_a_day(reader, overdue, clock):
    client, update = reader("officer"), updates(overdue, State.DRAFT)[0]
    slug, lead = update.action.priority.slug, lead_of(update)
    answer = chase(client, overdue, priority=slug)
    assert answer.url == f"{DASHBOARD}?round=2"
    assert letters() == [lead.email]
    letter = Letter.objects.get(kind="chase")
    assert letter.about == {"round": overdue.pk}
    assert letter.key == f"chase:{overdue.pk}:{lead.pk}:2026-11-21"
    entry = HistoryEntry.objects.about(overdue).first()
    assert (entry.verb, entry.by.email, entry.note) == ("chased", "officer@kent.example", str(lead))
    assert f"An e-mail goes to {lead}." in words(client.get(answer.url))
    chase(client, overdue, priority=slug)
    chase(client, overdue, update=update.pk)
    assert letters() == [lead.email]
    assert HistoryEntry.objects.about(overdue).filter(verb="chased").count() == 1
    assert f"Last chased on 21 November 2026 at 12:00 by {entry.by}: {lead}." in words(client.get(DASHBOARD))
    clock(TODAY + DAY)
    chase(reader("officer"), overdue, update=update.pk)
    assert letters() == [lead.email] * 2


def test_nobody_is_chased_without_need(reader, round, overdue, member):
    """Answered, not yet due, of another partnership or round, without a lead, or nothing at all."""
    client, update = reader("officer"), updates(round, State.DRAFT)[0]
    Membership.objects.filter(user=lead_of(update), role=Role.LEAD).delete()
    chase(client, overdue, update=update.pk)
    chase(client, overdue, update=updates(round, State.SUBMITTED)[0].pk)
    chase(client, overdue, update=ProgressUpdate.objects.filter(action__priority__code="STC", state="draft").get().pk)
    chase(client, overdue, update="x")
    chase(client, overdue, priority="nowhere")
    chase(client, overdue)
    other = updates(round, State.NOT_STARTED)[-1]
    Round.objects.filter(pk=round.pk).update(due=TODAY)
    chase(client, overdue, update=other.pk)
    assert letters() == []
    assert not HistoryEntry.objects.about(round).filter(verb="chased")
    Round.objects.filter(pk=round.pk).update(due=TODAY - DAY)
    chase(client, overdue, update=other.pk)
    assert letters() == [lead_of(other).email], "the control"


def test_a_reviewer_sees_who_is_late_and_an_officer_chases(reader, overdue):
    update = updates(overdue, State.DRAFT)[0]
    Lead.objects.filter(priority=update.action.priority).first().users.clear()
    seen, chasing = reader("reviewer").get(DASHBOARD).content.decode(), "/rounds/2/chase/"
    assert update.action.reference in seen
    assert "Nobody holds this post" in seen
    assert chasing not in seen
    assert chase(reader("reviewer"), overdue, update=update.pk).status_code == 403
    assert chasing in reader("officer").get(DASHBOARD).content.decode()
