"""A lead's list, the page of an update, saving, conflicts, checking, submitting and the history."""

import csv
import datetime as dt
import io
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Membership, Role
from actions import presence, update_history, workflow, your_work
from actions.forms.writing import QUESTION, UpdateForm
from actions.models import Action, Presence, ProgressUpdate, Round
from actions.workflow import Content
from tests.conftest import NOW, TODAY

pytestmark = pytest.mark.django_db
State = ProgressUpdate.State
MOST_QUERIES = 12


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """The service's clock stands at noon on TODAY."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


def start(kent, number=99, title="Walk to school", round="Second round"):
    round = Round.objects.get(agreement__partnership=kent, agreement__year=2026, title=round)
    action, _ = Action.objects.get_or_create(
        priority=round.agreement.priorities.get(code="RS"), number=number, defaults={"position": number, "title": title}
    )
    return ProgressUpdate.objects.create(round=round, action=action)


@pytest.fixture
def update(kent):
    """An update of Road Safety that nobody has begun, in a round that is due on 2 December and meets on the 16th."""
    return start(kent)


@pytest.fixture
def lead(member):
    return member("lead.rs")


@pytest.fixture
def deputy(person, kent, update):
    """A second lead of Road Safety."""
    user = person("lead", kent, "deputy@kent.test")
    update.action.priority.leads.first().users.add(user)
    return user


@pytest.fixture
def sign_in(client):
    def as_(user):
        client.force_login(user)
        return client

    return as_


def address(update, page="write"):
    return reverse(f"update-{page}", args=update.url_args)


def typed(version=0, text="<p>Two schools were visited.</p>", **more):
    """What the form sends. ``then`` is the button that was pressed."""
    return {
        "version": version,
        "key": str(uuid.uuid4()),
        "text_html": text,
        "rating": "green",
        "as_at_0": "20",
        "as_at_1": "11",
        "as_at_2": "2026",
        "then": "save",
    } | more


def page(response, status=200):
    assert response.status_code == status
    return response.content.decode()


def fresh(update):
    return ProgressUpdate.objects.get(pk=update.pk)


def save(update, by, text="<p>Two schools were visited.</p>", at=NOW, **more):
    content = Content(text=text, **{"rating": "green", "as_at": "2026-11-20"} | more)
    return workflow.save(update, content, version=fresh(update).version, by=by, at=at)


def submitted(update, by, **more):
    return workflow.submit(save(update, by, **more), version=fresh(update).version, by=by, at=NOW)


def sent_back(update, by, reviewer, note="Say which schools."):
    update = submitted(update, by)
    return workflow.send_back(update, version=update.version, by=reviewer, at=NOW, note=note)


def accepted(update, by, reviewer, **more):
    update = submitted(update, by, **more)
    return workflow.accept(update, version=update.version, by=reviewer, at=NOW)


def close(action):
    Action.objects.filter(pk=action.pk).update(status="closed", outcome="stopped", outcome_reason="No money.")


# Your work


def test_a_round_counts_what_is_submitted_or_accepted(lead, kent, member):
    one, two = start(kent, 97), start(kent, 98)
    before = your_work.work(lead, on=TODAY).calls[0]
    submitted(one, lead)
    accepted(two, lead, member("reviewer"))
    after = your_work.work(lead, on=TODAY).calls[0]
    assert (after.ready, len(after.updates)) == (before.ready + 2, len(before.updates))


def test_what_was_sent_back_comes_first_with_who_and_why(update, lead, member, sign_in, kent):
    last = start(kent, 100)
    sent_back(last, lead, member("reviewer"), note="Say which schools.")
    call = your_work.work(lead, on=TODAY).calls[0]
    states = [one.state == State.RETURNED for one in call.updates]
    assert states == sorted(states, reverse=True)
    assert True in states
    assert False in states
    html = page(sign_in(lead).get("/"))
    assert "Say which schools." in html
    assert f"Sent back by {member('reviewer')} on" in html
    assert html.index("RS-A100") < html.index("RS-A99")


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (dt.date(2026, 11, 21), "11 days left"),
        (dt.date(2026, 12, 1), "1 day left"),
        (dt.date(2026, 12, 2), "today"),
        (dt.date(2026, 12, 4), "2 days overdue"),
    ],
)
def test_a_round_says_how_long_there_is(day, said, update, lead, sign_in, monkeypatch):
    noon = NOW + (day - TODAY)
    monkeypatch.setattr("django.utils.timezone.now", lambda: noon)
    html = page(sign_in(lead).get("/"))
    assert "Due 2 December 2026" in html
    assert said in html


def test_a_round_that_is_answered_is_not_overdue(update, lead):
    call = your_work.work(lead, on=dt.date(2026, 12, 4)).calls[0]
    assert call.is_overdue
    answered = [one for one in call.updates if one.state in ProgressUpdate.LAID_BEFORE]
    assert not your_work.Call(call.round, answered, call.on).is_overdue


@pytest.mark.parametrize(
    ("state", "link"),
    [("not started", "Write"), ("draft", "Go on writing"), ("returned", "Change"), ("submitted", "Read")],
)
def test_each_row_says_what_to_do(state, link, update, lead, sign_in):
    ProgressUpdate.objects.filter(pk=update.pk).update(state=state)
    assert f'<a class="govuk-link" href="{address(update)}">{link}<' in page(sign_in(lead).get("/"))


def test_drafts_of_earlier_rounds_are_listed_below(lead, kent, member, sign_in):
    draft = start(kent, 98, round="First round")
    start(kent, 99, round="First round")
    save(draft, lead)
    assert your_work.work(lead, on=TODAY).left_behind == [draft]
    html = page(sign_in(lead).get("/"))
    assert html.index("Drafts left in earlier rounds") < html.index("RS-A98")
    assert "Drafts left" not in page(sign_in(member("lead.da")).get("/"))


def test_a_closed_action_is_asked_nothing(update, lead):
    assert update in your_work.work(lead, on=TODAY).calls[0].updates
    close(update.action)
    assert update not in your_work.work(lead, on=TODAY).calls[0].updates


def test_a_round_of_the_year_before_stands_while_something_is_owed(update, lead):
    next_year = dt.date(2027, 4, 5)
    assert update in your_work.work(lead, on=next_year).calls[0].updates
    ProgressUpdate.objects.filter(
        action__priority=update.action.priority, state__in=ProgressUpdate.WITH_THE_LEAD
    ).update(state=State.SUBMITTED)
    assert your_work.work(lead, on=next_year).calls == []
    assert your_work.work(lead, on=TODAY).calls != []


def test_the_list_takes_as_many_queries_for_many_rows_as_for_few(lead, kent, member, sign_in):
    client, counts = sign_in(lead), []
    for numbers in ([90], range(91, 99)):
        for number in numbers:
            sent_back(start(kent, number), lead, member("reviewer"))
            save(start(kent, number, round="First round"), lead)
        with CaptureQueriesContext(connection) as queries:
            page(client.get("/"))
        counts.append(len(queries))
    assert counts == [10, 10], "\n".join(query["sql"][:150] for query in queries)


# The page


def test_the_question_stands_at_the_top_of_the_form(update, lead, sign_in):
    assert QUESTION == (
        "What has happened since the last round? The Working Group and the Scrutiny Committee will read this"
    )
    html = page(sign_in(lead).get(address(update)))
    form = html[html.index("data-autosave-url") :]
    assert form.index(QUESTION) < form.index('name="text"')
    for name in ("autosave", "presence"):
        assert f'data-{name}-url="{address(update, name)}"' in html
    assert f'data-session-url="{reverse("session-status")}"' in html


def test_the_page_writes_only_that_it_is_open(update, lead, sign_in):
    page(sign_in(lead).get(address(update)))
    assert [one.user for one in Presence.objects.all()] == [lead]
    assert fresh(update).state == State.NOT_STARTED


def test_the_last_accepted_text_stands_beside_the_box(lead, kent, member, sign_in):
    accepted(start(kent, round="First round"), lead, member("reviewer"), text="<p>Said in September.</p>")
    update = start(kent)
    html = page(sign_in(lead).get(address(update)))
    assert "Said in September." in html
    assert "First round, as at 20 November 2026. Accepted on 21 November 2026." in html
    assert "Said in September." not in UpdateForm(update=update)["text"].value()


def test_an_unaccepted_text_does_not_stand_beside_the_box(lead, kent, sign_in):
    submitted(start(kent, round="First round"), lead, text="<p>Said in September.</p>")
    html = page(sign_in(lead).get(address(start(kent))))
    assert "Said in September." not in html
    assert "Nothing has been accepted for this action yet." in html


def test_in_the_first_round_the_text_of_the_year_before_stands_beside_the_box(update, lead, kent, sign_in):
    old = Action.objects.get(
        priority__agreement__partnership=kent, priority__agreement__year=2022, priority__code="RS", number=1
    )
    update.action.continues.add(old)
    assert "2022/23" in page(sign_in(lead).get(address(update)))


@pytest.mark.parametrize(
    ("prefilled", "saved", "starts"), [(True, False, True), (False, False, False), (True, True, False)]
)
def test_the_box_starts_from_the_last_accepted_text_when_the_round_says_so(
    prefilled, saved, starts, lead, kent, member, sign_in
):
    accepted(start(kent, round="First round"), lead, member("reviewer"), text="<p>Said in September.</p>")
    update = start(kent)
    Round.objects.filter(pk=update.round_id).update(prefilled=prefilled)
    if saved:
        save(update, lead, text="")
    form = sign_in(lead).get(address(update)).context["form"]
    assert ("Said in September." in form["text"].value()) == starts


def test_who_sent_it_back_stands_on_top(update, lead, member, sign_in):
    sent_back(update, lead, member("reviewer"))
    html = page(sign_in(lead).get(address(update)))
    assert f"Sent back by {member('reviewer')} on 21 November 2026 at 12:00" in html
    assert html.index("Say which schools.") < html.index(QUESTION)


def test_the_as_at_date_starts_with_the_round_and_not_with_the_clock(update, lead, sign_in):
    form = sign_in(lead).get(address(update)).context["form"]
    assert form["as_at"].value() == "2026-12-02"


def test_without_scripts_both_reasons_can_be_reached(update, lead, sign_in):
    html = page(sign_in(lead).get(address(update)))
    assert 'name="amber_reason"' in html
    assert 'name="red_reason"' in html
    assert "conditional--hidden" not in html


# Saving


def test_a_saved_draft_is_said_and_shown_again(update, lead, sign_in):
    response = sign_in(lead).post(address(update), typed())
    assert response.url == address(update)
    html = page(sign_in(lead).get(response.url))
    assert "Saved at 12:00" in html
    assert "Two schools were visited." in html
    saved = fresh(update)
    assert (saved.state, saved.version, saved.as_at, saved.saved_by) == (State.DRAFT, 1, "2026-11-20", lead)


def test_without_scripts_the_text_is_markdown(update, lead, sign_in):
    data = typed()
    del data["text_html"]
    sign_in(lead).post(address(update), data | {"text": "Two **schools**\n\n- Deal"})
    assert fresh(update).text == "<p>Two <strong>schools</strong></p><ul><li>Deal</li></ul>"


def test_text_that_comes_back_unchanged_from_markdown_keeps_its_form(update, lead, sign_in):
    rich = save(update, lead, text='<table><tr><td colspan="2">One</td></tr></table>').text
    client = sign_in(lead)
    form = client.get(address(update)).context["form"]
    data = typed(version=1, text="")
    del data["text_html"]
    markdown = form["text"].field.widget.get_context("text", rich, {})["widget"]["value"]
    client.post(address(update), data | {"text": markdown, "no_progress": "on"})
    saved = fresh(update)
    assert (saved.no_progress, saved.text, saved.version) == (True, rich, 2)


def test_the_same_form_twice_is_one_revision(update, lead, sign_in):
    data = typed()
    for _ in range(2):
        assert sign_in(lead).post(address(update), data).status_code == 302
    assert update.events.count() == 1
    sign_in(lead).post(address(update), typed(version=1, text="<p>Three schools.</p>"))
    assert update.events.count() == 2, "the control: another form with another text is one more"


def test_saving_what_is_saved_makes_no_new_version(update, lead, sign_in):
    sign_in(lead).post(address(update), typed())
    sign_in(lead).post(address(update), typed(version=1))
    assert fresh(update).version == 1


def test_a_page_reached_by_back_with_new_words_is_a_conflict(update, lead, sign_in):
    data = typed()
    sign_in(lead).post(address(update), data)
    html = page(sign_in(lead).post(address(update), data | {"text_html": "<p>Another thought.</p>"}), 409)
    assert "Another thought." in html
    assert "You saved this from another page at 12:00 while you were writing" in html
    assert fresh(update).text == "<p>Two schools were visited.</p>"


@pytest.mark.parametrize("rating", ["amber", "red"])
def test_amber_and_red_keep_the_reason_that_belongs_to_them(rating, update, lead, sign_in):
    reasons = {"amber_reason": "Late.", "red_reason": "Stopped."}
    sign_in(lead).post(address(update), typed(rating=rating, **reasons))
    saved = fresh(update)
    assert (saved.rating, saved.rating_reason) == (rating, reasons[f"{rating}_reason"])
    form = sign_in(lead).get(address(update)).context["form"]
    assert form[f"{rating}_reason"].value() == reasons[f"{rating}_reason"]


@pytest.mark.parametrize("then", ["save", "check", "numbers"])
def test_amber_without_a_reason_keeps_everything_else_and_says_so(then, update, lead, sign_in):
    save(update, lead)
    html = page(sign_in(lead).post(address(update), typed(1, "<p>Newer.</p>", rating="amber", then=then)))
    assert "Saved at 12:00, apart from what is marked below." in html
    assert "Say why it is amber. Until then the rating is not saved." in html
    assert 'value="amber" checked' in html
    saved = fresh(update)
    assert (saved.text, saved.rating, saved.version) == ("<p>Newer.</p>", "", 2)


def test_the_page_with_errors_can_be_sent_again(update, lead, sign_in):
    form = sign_in(lead).post(address(update), typed(rating="amber")).context["form"]
    again = typed(rating="amber", amber_reason="Late.", version=form["version"].value(), key=form["key"].value())
    assert sign_in(lead).post(address(update), again).status_code == 302
    assert fresh(update).rating_reason == "Late."


def test_a_reason_in_the_wrong_box_is_not_lost(update, lead, sign_in):
    sign_in(lead).post(address(update), typed(rating="amber", red_reason="Late."))
    assert fresh(update).rating_reason == "Late."


@pytest.mark.parametrize(
    ("date", "said"),
    [
        (("17", "12", "2026"), "The as-at date must not be after 16 December 2026, the end of the round."),
        (("", "1", "2027"), "The as-at date must not be after 16 December 2026, the end of the round."),
        (("31", "11", "2026"), "The as-at date must be a date that exists."),
        (("20", "", "2026"), "The as-at date must include a month."),
        (("20", "", ""), "The as-at date must include a month and a year."),
        (("20", "November", "2026"), "The as-at date must be in numbers, such as 20 11 2026."),
        (("20", "11", "26"), "The year of the as-at date must have four figures, and be 2000 or later."),
        (("", "", ""), "Enter the as-at date."),
    ],
)
def test_a_date_that_cannot_be_is_refused_by_name_and_the_rest_is_kept(date, said, update, lead, sign_in):
    html = page(sign_in(lead).post(address(update), typed(as_at_0=date[0], as_at_1=date[1], as_at_2=date[2])))
    assert said in html
    assert (fresh(update).text, fresh(update).as_at) == ("<p>Two schools were visited.</p>", "")


@pytest.mark.parametrize(
    ("date", "kept"),
    [(("16", "12", "2026"), "2026-12-16"), (("", "12", "2026"), "2026-12"), (("1", "9", "2026"), "2026-09-01")],
)
def test_a_date_may_lack_its_day(date, kept, update, lead, sign_in):
    data = typed(as_at_0=date[0], as_at_1=date[1], as_at_2=date[2])
    assert sign_in(lead).post(address(update), data).status_code == 302
    assert fresh(update).as_at == kept
    day, month, year = sign_in(lead).get(address(update)).context["form"]["as_at"].subwidgets[0].data["subwidgets"]
    assert [str(part["value"] or "").lstrip("0") for part in (day, month, year)] == [part.lstrip("0") for part in date]


ROWS = {
    "numbers-0-what": "Pupils",
    "numbers-0-value": "120",
    "numbers-2-what": "Schools",
    "numbers-2-value": "2",
    "funding-0-source": "Road safety grant",
    "events-0-title": "Road show",
    "events-0-date_1": "11",
    "events-0-date_2": "2026",
    "events-0-attendance": "about 50",
}


def test_numbers_funding_and_events_are_kept_and_blank_rows_vanish(update, lead, sign_in):
    sign_in(lead).post(address(update), typed(**ROWS))
    assert fresh(update).particulars == {
        "numbers": [{"what": "Pupils", "value": "120"}, {"what": "Schools", "value": "2"}],
        "funding": [{"source": "Road safety grant", "amount": ""}],
        "events": [{"title": "Road show", "date": "2026-11", "attendance": "about 50", "satisfaction": ""}],
    }
    form = sign_in(lead).get(address(update)).context["form"]
    assert [len(form.rows(part)) for part in ("numbers", "funding", "events")] == [3, 2, 2]
    assert [field.value() for field in form.rows("numbers")[1]] == ["Schools", "2"]


def test_add_another_saves_and_gives_a_row_more(update, lead, sign_in):
    assert len(sign_in(lead).get(address(update)).context["form"].rows("numbers")) == 1
    response = sign_in(lead).post(address(update), typed(then="numbers", **ROWS))
    assert response.url == f"{address(update)}?more=numbers#numbers"
    form = sign_in(lead).get(response.url).context["form"]
    assert [len(form.rows(part)) for part in ("numbers", "funding")] == [4, 2]
    assert fresh(update).version == 1


def test_a_part_with_something_in_it_stands_open(update, lead, sign_in):
    def is_open(html, part):
        return f'id="{part}" open>' in html

    client = sign_in(lead)
    assert not is_open(page(client.get(address(update))), "events")
    assert is_open(page(client.get(address(update), {"more": "events"})), "events")
    empty = {"rating": "red", "events-0-title": "", "events-0-date_0": "", "events-0-date_1": "", "events-0-date_2": ""}
    html = page(client.post(address(update), typed(**empty, **{"numbers-0-what": "Pupils"})))
    assert (is_open(html, "numbers"), is_open(html, "events")) == (True, False)


def test_one_wrong_box_keeps_no_other_from_being_saved(update, lead, sign_in):
    sign_in(lead).post(address(update), typed(**ROWS))
    changed = {"numbers-0-what": "", "funding-0-amount": "£500", "events-0-date_0": "31", "events-0-date_1": "2"}
    html = page(sign_in(lead).post(address(update), typed(1, **(ROWS | changed))))
    assert "Say what was counted." in html
    assert "must be a date that exists" in html
    particulars = fresh(update).particulars
    assert particulars["numbers"] == [{"what": "", "value": "120"}, {"what": "Schools", "value": "2"}]
    assert particulars["funding"][0]["amount"] == "£500"
    assert particulars["events"][0] | {"date": ""} == particulars["events"][0]
    assert particulars["events"][0]["attendance"] == "about 50"


def test_half_a_row_is_not_submitted(update, lead, sign_in):
    sign_in(lead).post(address(update), typed(rating="green", **(ROWS | {"numbers-0-what": ""})))
    assert workflow.missing(fresh(update)) == ["Say what was counted."]
    html = page(sign_in(lead).post(address(update, "check"), {"version": 1}))
    assert "Say what was counted." in html
    assert fresh(update).state == State.DRAFT
    sign_in(lead).post(address(update), typed(1, rating="green", **ROWS))
    assert sign_in(lead).post(address(update, "check"), {"version": 2}).status_code == 302, "the control"


def test_a_text_that_is_too_long_comes_back(update, lead, sign_in):
    html = page(sign_in(lead).post(address(update), typed(text=f"<p>{'word ' * 4001}</p>")))
    assert html.count("word word") > 1000
    assert "20,000 characters" in html
    assert fresh(update).version == 0
    assert sign_in(lead).post(address(update), typed(text=f"<p>{'word ' * 3999}</p>")).status_code == 302


# Conflicts


def test_a_conflict_shows_both_texts_and_nothing_is_lost(update, lead, deputy, sign_in):
    save(update, deputy, text="<p>Two schools were seen.</p>", no_progress=True)
    data = typed(rating="red", red_reason="Stopped.", **ROWS)
    response = sign_in(lead).post(address(update), data)
    html = page(response, 409)
    assert f"{deputy} saved this at 12:00 while you were writing" in html
    assert "Two schools were seen." in html
    assert "Two schools were visited." in html
    kinds = [(piece.kind, piece.words) for piece in response.context["difference"][0]]
    assert kinds == [("same", "Two schools were"), ("removed", "seen."), ("added", "visited.")]
    names = {name for name, _, _ in response.context["differing"]}
    assert names == {
        "No progress this round",
        "BRAG rating",
        "Reason for the rating",
        "Numbers",
        "Funding",
        "Events",
    }
    assert fresh(update).text == "<p>Two schools were seen.</p>"


def test_after_a_conflict_the_merged_text_can_be_saved(update, lead, deputy, sign_in):
    save(update, deputy, text="<p>Two schools were seen.</p>")
    sent = typed(**ROWS)
    form = sign_in(lead).post(address(update), sent).context["form"]
    assert form["version"].value() == 1
    assert str(form["key"].value()) != sent["key"]
    assert form["text"].value() == sent["text_html"]
    assert form["numbers-0-what"].value() == "Pupils"
    merged = sent | {"version": form["version"].value(), "key": form["key"].value(), "text_html": "<p>Both.</p>"}
    assert sign_in(lead).post(address(update), merged).status_code == 302
    assert fresh(update).text == "<p>Both.</p>"
    assert list(update.events.values_list("by", flat=True)) == [deputy.pk, lead.pk]


@pytest.mark.parametrize("moved", ["submitted", "accepted", "closed"])
def test_text_for_an_update_that_moved_on_comes_back_to_be_copied(moved, update, lead, deputy, member, sign_in):
    if moved == "submitted":
        submitted(update, deputy)
    elif moved == "accepted":
        accepted(update, deputy, member("reviewer"))
    else:
        close(update.action)
    before = update.events.count()
    wrong = {"as_at_1": "13", "rating": "red", "amber_reason": "Late.", "numbers-1-what": "Half a row"}
    html = page(sign_in(lead).post(address(update), typed(text="<p>My words.</p>", **ROWS | wrong)), 409)
    assert "Your text was not saved, because the update has moved on" in html
    for words in ("My words.", "20 13 2026", "Red: serious concern", "Late.", "Pupils", "120", "Half a row", "11 2026"):
        assert f"readonly>\n{words}</textarea>" in html
    assert update.events.count() == before


def test_an_overlong_text_for_an_update_that_moved_on_comes_back_too(update, lead, deputy, sign_in):
    submitted(update, deputy)
    html = page(sign_in(lead).post(address(update), typed(text=f"<p>{'word ' * 4001}</p>")), 409)
    assert html.count("word word") > 1000


# What the page's script asks for


def autosave(client, update, data):
    return client.post(address(update, "autosave"), data, headers={"accept": "application/json"})


def test_autosave_answers_what_the_next_one_needs(update, lead, sign_in):
    client = sign_in(lead)
    answer = autosave(client, update, typed()).json()
    assert (answer["version"], answer["saved_at"], answer["warnings"]) == (1, "12:00", [])
    following = typed(answer["version"], "<p>More.</p>", key=answer["key"])
    assert autosave(client, update, following).json()["version"] == 2
    assert fresh(update).text == "<p>More.</p>"


def test_autosave_of_the_same_makes_no_new_version(update, lead, sign_in):
    client = sign_in(lead)
    for version in (0, 1, 1):
        assert autosave(client, update, typed(version)).json()["version"] == 1
    assert update.events.count() == 1


def test_autosave_keeps_what_it_can(update, lead, sign_in):
    answer = autosave(sign_in(lead), update, typed(rating="amber", as_at_1="13"))
    assert answer.status_code == 200
    assert answer.json()["warnings"] == [
        "As-at date: The as-at date must be a date that exists.",
        "Why is it amber: Say why it is amber. Until then the rating is not saved.",
    ]
    assert (fresh(update).text, fresh(update).rating) == ("<p>Two schools were visited.</p>", "")


def test_autosave_says_who_was_first(update, lead, deputy, sign_in):
    save(update, deputy)
    answer = autosave(sign_in(lead), update, typed(text="<p>Mine.</p>"))
    assert answer.status_code == 409
    says = f"{deputy} saved this at 12:00 while you were writing."
    assert answer.json() == {"error": "conflict", "says": says}
    assert fresh(update).text == "<p>Two schools were visited.</p>"


def test_autosave_says_that_the_page_itself_was_overtaken(update, lead, sign_in):
    save(update, lead)
    answer = autosave(sign_in(lead), update, typed(text="<p>Mine.</p>"))
    assert answer.json()["says"] == "You saved this from another page at 12:00 while you were writing."


def test_a_page_from_before_a_backup_was_brought_back_names_no_one_who_was_first(update, lead, sign_in):
    client, mine = sign_in(lead), typed(version=1, text="<p>Mine.</p>")
    assert autosave(client, update, mine).json()["says"] == "This changed while you were writing."
    conflict = page(client.post(address(update), mine), 409)
    assert "This changed while you were writing</h1>" in conflict
    assert "Mine." in conflict
    check = page(client.post(address(update, "check"), {"version": 1}), 409)
    assert "The update has changed since you looked at it" in check
    for html in (conflict, check):
        assert "None saved" not in html
        assert "aved at <" not in html
        assert "aved it at" not in html


def test_autosave_says_that_the_update_was_submitted(update, lead, deputy, sign_in):
    submitted(update, deputy)
    answer = autosave(sign_in(lead), update, typed(text="<p>Mine.</p>"))
    assert answer.status_code == 409
    assert "it was submitted or accepted" in answer.json()["says"]


@pytest.mark.parametrize(("arrived", "others_since"), [(True, False), (False, False), (True, True), (False, True)])
def test_a_page_goes_on_from_its_own_sending_that_was_not_answered(
    arrived, others_since, update, lead, deputy, sign_in
):
    """Whether or not that one arrived, the page is in no conflict with itself; with others it still is."""
    client, first = sign_in(lead), typed()
    if arrived:
        autosave(client, update, first)
    if others_since:
        save(update, deputy, text="<p>Theirs.</p>")
    answer = autosave(client, update, typed(text="<p>More.</p>", follows=first["key"]))
    assert answer.status_code == (409 if others_since else 200)
    assert fresh(update).text == ("<p>Theirs.</p>" if others_since else "<p>More.</p>")


def test_without_its_key_the_sending_that_was_not_answered_is_a_conflict(update, lead, deputy, sign_in):
    """The control of the test above; and the key of another person's sending is none."""
    client, first, theirs = sign_in(lead), typed(), uuid.uuid4()
    workflow.save(update, Content(text="<p>Theirs.</p>"), version=0, by=deputy, at=NOW, key=theirs)
    for follows in ("", str(uuid.uuid4()), str(theirs), "nonsense"):
        assert autosave(client, update, typed(text="<p>More.</p>", follows=follows)).status_code == 409
    autosave(client, update, first)
    assert autosave(client, update, typed(version=0, text="<p>More.</p>")).status_code == 409


def test_autosave_refuses_what_cannot_be_kept(update, lead, sign_in):
    answer = autosave(sign_in(lead), update, typed(text=f"<p>{'word ' * 4001}</p>"))
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == ["text"]
    assert fresh(update).version == 0


@pytest.mark.parametrize("page_name", ["autosave", "presence"])
def test_scripts_hear_refusals_as_json(page_name, update, member, sign_in):
    for who, status in (("viewer", 404), ("lead.da", 404), ("officer", 403)):
        answer = sign_in(member(who)).post(address(update, page_name), typed())
        assert (answer.status_code, answer["content-type"]) == (status, "application/json"), who


def test_presence_says_who_else_is_there_until_they_leave(update, lead, deputy, client):
    def ask(user, **data):
        client.force_login(user)
        return client.post(address(update, "presence"), data).json()

    assert ask(deputy)["others"] == []
    said = ask(deputy)
    assert said["others"] == []
    assert Presence.objects.count() == 1
    assert ask(lead)["others"] == [{"name": str(deputy), "seen": "12:00"}]
    client.force_login(lead)
    assert f"{deputy} is also writing here (seen at 12:00)." in page(client.get(address(update)))
    ask(deputy, leaving=said["said_at"])
    assert ask(lead)["others"] == []


def test_a_page_that_is_opened_says_so_without_scripts(update, lead, deputy, sign_in):
    sign_in(deputy).get(address(update))
    assert [one.user for one in presence.others(update, than=lead, at=NOW)] == [deputy]


def test_a_page_that_is_left_does_not_speak_for_a_newer_one(update, lead, deputy):
    presence.seen(update, by=deputy, at=NOW)
    presence.seen(update, by=deputy, at=NOW + dt.timedelta(seconds=2))
    presence.left(update, by=deputy, said_at=NOW)
    assert presence.others(update, than=lead, at=NOW).exists()


@pytest.mark.parametrize("moment", ["yesterday", "2026-11-21T12:00:00", ""])
def test_when_a_page_was_left_must_be_a_moment(moment, update, lead, sign_in):
    assert sign_in(lead).post(address(update, "presence"), {"leaving": moment}).status_code == 404


def test_presence_does_not_last(update, lead, deputy):
    presence.seen(update, by=deputy, at=NOW)
    assert presence.others(update, than=lead, at=NOW + Presence.LASTS - dt.timedelta(seconds=1)).exists()
    assert not presence.others(update, than=lead, at=NOW + Presence.LASTS).exists()


# Checking, submitting, taking back


def test_save_and_check_leads_to_the_check(update, lead, sign_in):
    client = sign_in(lead)
    response = client.post(address(update), typed(then="check", **ROWS))
    assert response.url == address(update, "check")
    html = page(client.get(response.url))
    assert "How it will stand in the report" in html
    assert "<li>Pupils: 120.</li>" in html
    assert "Submit to the Working Group" in html


def test_what_is_missing_is_said_and_cannot_be_submitted(update, lead, sign_in):
    save(update, lead, text="", rating="")
    client = sign_in(lead)
    html = page(client.get(address(update, "check")))
    for sentence in workflow.missing(fresh(update)):
        assert f'<a href="{address(update)}">{sentence}</a>' in html
    assert "Submit to the Working Group" not in html
    page(client.post(address(update, "check"), {"version": 1}))
    assert fresh(update).state == State.DRAFT


def test_the_version_that_was_shown_is_submitted_and_the_next_one_named(update, lead, kent, sign_in):
    start(kent, 100, "Cycle to school")
    save(update, lead)
    response = sign_in(lead).post(address(update, "check"), {"version": 1}, follow=True)
    html = page(response)
    assert "RS-A99 is submitted" in html
    assert response.context["next"] == your_work.next_unfinished(lead, after=update)
    assert f"{response.context['next'].action.reference} " in html
    assert fresh(update).state == State.SUBMITTED


def test_a_text_that_nobody_looked_at_is_not_submitted(update, lead, deputy, sign_in):
    save(update, lead)
    save(fresh(update), deputy, text="<p>Newer.</p>")
    html = page(sign_in(lead).post(address(update, "check"), {"version": 1}), 409)
    assert "The update has changed since you looked at it" in html
    assert "Newer." in html
    assert fresh(update).state == State.DRAFT


def test_submitting_twice_is_submitting_once(update, lead, sign_in):
    save(update, lead)
    for _ in range(2):
        assert sign_in(lead).post(address(update, "check"), {"version": 1}).url == f"{address(update)}?sent"
    assert list(update.events.values_list("kind", flat=True)) == ["saved", "submitted"]


def test_a_submitted_update_can_be_taken_back(update, lead, sign_in):
    submitted(update, lead)
    client = sign_in(lead)
    assert "Take back to change it" in page(client.get(address(update)))
    assert client.post(address(update, "take-back"), {"version": 1}).url == address(update)
    assert fresh(update).state == State.DRAFT
    assert QUESTION in page(client.get(address(update)))


@pytest.mark.parametrize("version", ["1", "", "x", "-1", "9" * 30])
def test_an_accepted_update_cannot_be_taken_back(version, update, lead, member, sign_in):
    accepted(update, lead, member("reviewer"))
    html = page(sign_in(lead).post(address(update, "take-back"), {"version": version}), 409)
    assert "It was not taken back." in html
    assert f"Accepted by {member('reviewer')} on 21 November 2026" in html
    assert fresh(update).state == State.ACCEPTED


# Who may


WRITING = ["write", "check", "take-back", "autosave", "presence"]


@pytest.mark.parametrize("state", State)
def test_only_leads_of_the_priority_write(state, update, lead, member, kent, sign_in):
    save(update, lead)
    accepted_by = member("reviewer") if state == State.ACCEPTED else None
    ProgressUpdate.objects.filter(pk=update.pk).update(
        state=state, accepted_by=accepted_by, accepted_at=accepted_by and NOW
    )
    submitted_or_more = state in (State.SUBMITTED, State.ACCEPTED)
    statuses = {
        "officer": 403,
        "reviewer": 403 if submitted_or_more else 404,
        "lead.da": 403 if state == State.ACCEPTED else 404,
        "viewer": 403 if state == State.ACCEPTED else 404,
    }
    for who, status in statuses.items():
        client = sign_in(member(who))
        assert client.get(address(update)).status_code == status, who
        answers = {client.post(address(update, name), typed(1)).status_code for name in WRITING}
        assert answers == {status}, who
        assert client.get(address(update, "detail")).status_code == (200 if status == 403 else 404), who
    assert sign_in(lead).get(address(update)).status_code == 200
    assert fresh(update).state == state


def test_a_lead_who_lost_the_role_cannot_write(update, lead, sign_in):
    client = sign_in(lead)
    assert client.get(address(update)).status_code == 200
    Membership.objects.filter(user=lead, role=Role.LEAD).delete()
    assert client.post(address(update), typed()).status_code == 404


def test_a_lead_elsewhere_cannot_write(update, member, sign_in):
    assert sign_in(member("lead", "dover")).get(address(update)).status_code == 404


# The update and its history


def test_quick_saves_of_one_person_are_one_line(update, lead, deputy):
    minute = dt.timedelta(minutes=1)
    for number in range(7):
        save(fresh(update), lead, text=f"<p>{number}</p>", at=NOW + number * minute)
    save(fresh(update), lead, text="<p>Later.</p>", at=NOW + 11 * minute)
    save(fresh(update), deputy, text="<p>Another.</p>", at=NOW + 12 * minute)
    lines = update_history.lines(update.events.order_by("at"))
    assert [(line.event.by, line.saves, line.event.version) for line in lines] == [
        (deputy, 1, 9),
        (lead, 1, 8),
        (lead, 7, 7),
    ]


def test_the_history_shows_the_words_that_changed(update, lead, sign_in):
    save(update, lead)
    save(fresh(update), lead, text="<p>Three schools were visited.</p>", at=NOW + dt.timedelta(hours=1))
    html = page(sign_in(lead).get(address(update, "detail")))
    assert "Three" in html.split("<ins>")[1].split("</ins>")[0]
    assert "Two" in html.split("<del>")[1].split("</del>")[0]


def test_a_long_history_is_read_page_by_page_in_as_many_queries(update, lead, sign_in):
    client, url, counts = sign_in(lead), address(update, "detail"), []
    for number in range(45):
        save(fresh(update), lead, text=f"<p>Text number {number}.</p>", at=NOW + number * dt.timedelta(hours=1))
        if number in (1, 44):
            with CaptureQueriesContext(connection) as queries:
                page(client.get(url))
            counts.append(len(queries))
    assert counts[0] == counts[1] <= MOST_QUERIES
    last = client.get(url, {"page": 3}).context["history"]
    assert [line.event.version for line in last] == [5, 4, 3, 2, 1]
    middle = client.get(url, {"page": 2}).context["history"]
    assert all(line.difference for line in middle), "the first line of the next page is compared with too"


def test_only_those_concerned_read_what_stands_behind_an_accepted_text(update, lead, member, sign_in):
    save(update, lead, text="<p>DRAFT-CANARY</p>", at=NOW - dt.timedelta(hours=1))
    accepted(fresh(update), lead, member("reviewer"))
    for who, sees in (("officer", True), ("lead.rs", True), ("reviewer", False), ("viewer", False), ("lead.da", False)):
        for name in ("detail", "history-csv"):
            html = page(sign_in(member(who)).get(address(update, name)))
            assert ("DRAFT-CANARY" in html) == sees, (who, name)


def test_the_history_as_csv_holds_each_line_and_no_formula(update, lead, sign_in):
    save(update, lead, text="<p>=1+1</p>", particulars={"numbers": [{"what": "Pupils", "value": "120"}]})
    submitted(fresh(update), lead)
    rows = list(csv.DictReader(io.StringIO(page(sign_in(lead).get(address(update, "history-csv"))).lstrip("\ufeff"))))
    assert [row["What"] for row in rows] == ["Saved", "Saved", "Submitted"]
    assert rows[0]["What has happened"] == "'=1+1"
    assert rows[0]["Numbers"] == "Pupils: 120."
    assert (rows[0]["Who"], rows[0]["When"]) == (str(lead), "2026-11-21 12:00:00")


def test_the_action_leads_to_its_updates(update, lead, member, sign_in):
    html = page(sign_in(lead).get(update.action.get_absolute_url()))
    assert f'href="{address(update, "detail")}"' in html
    assert f'href="{address(update)}"' in html
    assert f'href="{address(update)}"' not in page(sign_in(member("officer")).get(update.action.get_absolute_url()))


# Queries


@pytest.mark.parametrize(("name", "queries"), [("write", 9), ("check", 5), ("detail", 7), ("history-csv", 4)])
def test_queries_of_the_pages(name, queries, update, lead, member, kent, sign_in):
    accepted(start(kent, round="First round"), lead, member("reviewer"))
    sent_back(update, lead, member("reviewer"))
    client, url = sign_in(lead), address(update, name)
    with CaptureQueriesContext(connection) as captured:
        page(client.get(url))
    assert len(captured) == queries, "\n".join(query["sql"][:150] for query in captured)
