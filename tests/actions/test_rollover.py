from dataclasses import replace
from unittest.mock import patch

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from accounts.models import HistoryEntry, User
from actions import endings, rollover_plan, rounds, workflow
from actions.models import Action, Concern, ProgressUpdate, Rollover, Round
from actions.rollover import Conflict, InTheWay, roll_over, undo
from actions.rollover_plan import Ending, NewPriority, Plan
from actions.threads import thread
from priorities.models import Agreement, Note, Priority, Section
from priorities.text import note_keys
from priorities.years import FinancialYear
from reports import editions
from reports.models import Edition
from tests.conftest import NOW, TODAY
from tests.scratch import race


@pytest.fixture
def printed(kent):
    return Agreement.objects.get(partnership=kent, year=2022)


@pytest.fixture
def rolled(printed):
    return roll_over(printed, to=FinancialYear(2030))


@pytest.mark.django_db
def test_what_goes_on_is_copied_and_continues(printed, rolled):
    for priority in rolled.priorities.all():
        (before,) = priority.continues.all()
        assert (before.agreement, before.title) == (printed, priority.title)
        assert list(priority.indicators.all()) == list(before.indicators.all())
        assert [str(lead) for lead in priority.leads.all()] == [str(lead) for lead in before.leads.all()]
        assert [one.body for one in priority.sections.all()] == [one.body for one in before.sections.all()]
        assert [one.key for one in priority.notes.all()] == [one.key for one in before.notes.all()]
        for action in priority.actions.all():
            (earlier,) = action.continues.all()
            assert (earlier.title, earlier.number) == (action.title, action.number)
            assert set(action.agencies.all()) == set(earlier.agencies.all())


@pytest.mark.django_db
def test_closed_actions_and_progress_stay_behind(printed, rolled):
    closed = Action.objects.in_agreement(printed).filter(status=Action.Status.CLOSED)
    assert closed.exists()
    assert not Action.objects.in_agreement(rolled).filter(continues__in=closed).exists()
    assert Action.objects.in_agreement(rolled).count() == Action.objects.in_agreement(printed).open().count()
    assert not ProgressUpdate.objects.filter(action__priority__agreement=rolled).exists()


@pytest.mark.django_db
def test_themes_belong_to_the_new_year(rolled):
    for action in Action.objects.in_agreement(rolled).prefetch_related("themes"):
        assert {theme.agreement_id for theme in action.themes.all()} <= {rolled.pk}


@pytest.mark.django_db
def test_a_year_that_exists_is_refused_whole(printed):
    before = Agreement.objects.count()
    with pytest.raises(IntegrityError), transaction.atomic():
        roll_over(printed, to=FinancialYear(2018))
    assert Agreement.objects.count() == before


# With a plan: endings, renamed, split and merged priorities; again, and undone.


@pytest.fixture
def live(kent):
    return Agreement.objects.select_related("partnership").get(partnership=kent, year=2026)


@pytest.fixture
def officer(member):
    return member("officer")


def keep_all(agreement):
    return rollover_plan.everything_goes_on(rollover_plan.read(agreement))


def carry_out(agreement, plan, by, **more):
    return roll_over(agreement, to=agreement.financial_year.following, plan=plan, by=by, at=NOW, **more)


def ending(plan, action, **changes):
    """``plan`` with another ending of one action."""
    return replace(
        plan, endings=tuple(replace(one, **changes) if one.action == action.pk else one for one in plan.endings)
    )


def reshaped(agreement):
    """A plan with one priority renamed, one split, one merged into the first, one new; and each kind of ending."""
    da, rs, sm = (agreement.priorities.get(code=code) for code in ("DA", "RS", "SM"))
    others = agreement.priorities.exclude(code__in=["DA", "RS", "SM"])
    plan = keep_all(agreement)
    priorities = (
        NewPriority("DA", "Safer homes", (da.pk, sm.pk)),
        NewPriority("ROADS", "Safer roads", (rs.pk,)),
        NewPriority("YOUNG", "Young drivers", (rs.pk,)),
        *(NewPriority(one.code, one.title, (one.pk,)) for one in others),
        NewPriority("NEW", "Something new"),
    )
    code = {action.pk: action.priority.code for action in Action.objects.in_agreement(agreement)}
    code |= {action.pk: "DA" for action in sm.actions.all()}
    code |= {action.pk: ["ROADS", "YOUNG"][place % 2] for place, action in enumerate(rs.actions.all())}
    plan = replace(
        plan, priorities=priorities, endings=tuple(replace(one, priority=code[one.action]) for one in plan.endings)
    )
    first, second, third = da.actions.open()[:3]
    plan = ending(plan, first, outcome="merged", reason="The same work.", into=second.pk, priority="")
    plan = ending(plan, third, outcome="stopped", reason="No money.", priority="")
    return plan, (da, rs, sm), (first, second, third)


@pytest.mark.django_db
def test_a_plan_renames_splits_merges_and_ends(live, officer):
    plan, (da, rs, sm), (first, second, third) = reshaped(live)
    carried_on = [one.action for one in plan.endings if one.outcome == "carried on"]
    new = carry_out(live, plan, officer)
    homes, roads, young = (new.priorities.get(code=code) for code in ("DA", "ROADS", "YOUNG"))
    assert [one.code for one in new.priorities.all()] == [one.code for one in plan.priorities]
    assert set(homes.continues.all()) == {da, sm}
    assert set(roads.continues.all()) == set(young.continues.all()) == {rs}
    assert (homes.slug, young.slug) == ("safer-homes", "young-drivers")
    assert not new.priorities.get(code="NEW").continues.exists()
    assert homes.sections.count() == da.sections.count() + sm.sections.count()
    assert set(homes.indicators.all()) == {*da.indicators.all(), *sm.indicators.all()}
    assert [one.body for one in roads.sections.all()] == [one.body for one in young.sections.all()]
    assert roads.actions.exists()
    assert young.actions.exists()
    copies = Action.objects.in_agreement(new)
    assert copies.count() == len(carried_on)
    assert set(copies.get(continues=second).continues.all()) == {first, second}
    assert not copies.filter(continues=third).exists()
    stored = {one.pk: one for one in Action.objects.in_agreement(live)}
    assert all(one.status == Action.Status.CLOSED for one in stored.values())
    assert (stored[first.pk].outcome, stored[first.pk].merged_into_id) == ("merged", second.pk)
    assert (stored[third.pk].outcome, stored[third.pk].outcome_reason) == ("stopped", "No money.")
    assert stored[second.pk].outcome_reason == "Carried on into 2027/28"


@pytest.mark.django_db
def test_merged_priorities_keep_their_notes_apart(live, officer):
    """Both use the same key: each text still refers to its own note."""
    plan, (da, _rs, sm), _actions = reshaped(live)
    for priority, words in ((da, "Of homes"), (sm, "Of substances")):
        Note.objects.create(priority=priority, key="same", position=90, title=words)
        body = f'<p>{words}<sup data-note="same"></sup></p>'
        Section.objects.create(priority=priority, position=90, heading=words, body=body)
    homes = carry_out(live, plan, officer).priorities.get(code="DA")
    for words in ("Of homes", "Of substances"):
        (key,) = note_keys(homes.sections.get(heading=words).body)
        assert homes.notes.get(key=key).title == words


@pytest.mark.django_db
def test_the_thread_says_what_was_merged_and_split(live, officer, member):
    plan, _priorities, (first, second, _third) = reshaped(live)
    new = carry_out(live, plan, officer)
    said = {step.action.pk: step.changes for step in thread(second, member("viewer"))}
    copy = Action.objects.get(priority__agreement=new, continues=first)
    assert f"Merged from {first.reference} and {second.reference}." in said[copy.pk]
    assert said[copy.pk].count("Priority before: Domestic Abuse.") == 1
    (split,) = Action.objects.filter(priority__agreement=new, priority__code="YOUNG", continues__number=2)
    (_before, step) = thread(split, member("viewer"))[-2:]
    assert step.changes == ["Priority before: Road Safety."]


@pytest.mark.django_db
def test_what_was_merged_during_the_year_is_continued_too(live, officer):
    one, two, three = Action.objects.in_agreement(live).open().filter(priority__code="DA")[:3]
    endings.end(one, outcome="merged", reason="Same", into=two, by=officer, at=NOW)
    endings.end(two, outcome="merged", reason="Same", into=three, by=officer, at=NOW)
    new = carry_out(live, keep_all(live), officer)
    assert set(Action.objects.get(priority__agreement=new, continues=three).continues.all()) == {one, two, three}


@pytest.mark.django_db
def test_an_action_that_ended_as_carried_on_is_copied(live, officer):
    action = Action.objects.in_agreement(live).open().first()
    endings.end(action, outcome="carried on", reason="Goes on next year", by=officer, at=NOW)
    year = rollover_plan.read(live)
    assert action in year.waiting
    further = rollover_plan.Ending(action.pk, "carried on", "Goes on next year", priority=action.priority.code)
    plan = keep_all(live)
    new = carry_out(live, replace(plan, endings=(*plan.endings, further)), officer)
    assert Action.objects.get(priority__agreement=new, continues=action).status == Action.Status.CONTINUING
    assert not rollover_plan.read(live).waiting


WRONG = {
    "an action left out": lambda plan: replace(plan, endings=plan.endings[1:]),
    "an action twice": lambda plan: replace(plan, endings=(*plan.endings, plan.endings[0])),
    "no reason": lambda plan: replace(plan, endings=(replace(plan.endings[0], reason=" "), *plan.endings[1:])),
    "no such priority": lambda plan: replace(plan, endings=(replace(plan.endings[0], priority="X"), *plan.endings[1:])),
    "merged into nothing": lambda plan: replace(
        plan, endings=(replace(plan.endings[0], outcome="merged"), *plan.endings[1:])
    ),
    "merged into itself": lambda plan: replace(
        plan, endings=(replace(plan.endings[0], outcome="merged", into=plan.endings[0].action), *plan.endings[1:])
    ),
    "merged into what ends": lambda plan: replace(
        plan,
        endings=(
            replace(plan.endings[0], outcome="merged", into=plan.endings[1].action),
            replace(plan.endings[1], outcome="stopped"),
            *plan.endings[2:],
        ),
    ),
    "one code twice": lambda plan: replace(plan, priorities=(*plan.priorities, plan.priorities[0])),
    "no title": lambda plan: replace(plan, priorities=(*plan.priorities, NewPriority("ZZ", ""))),
    "another year's priority": lambda plan: replace(
        plan, priorities=(*plan.priorities, NewPriority("ZZ", "Zed", (Priority.objects.earliest("pk").pk,)))
    ),
}


@pytest.mark.django_db
@pytest.mark.parametrize("wrong", WRONG)
def test_a_plan_that_cannot_be_carried_out_is_refused_whole(wrong, live, officer):
    with pytest.raises(ValidationError):
        carry_out(live, WRONG[wrong](keep_all(live)), officer)
    assert not Agreement.objects.filter(partnership=live.partnership, year=2027).exists()
    assert Action.objects.in_agreement(live).open().exists()
    carry_out(live, keep_all(live), officer)


@pytest.mark.django_db
def test_officers_of_the_partnership_alone_roll_over_and_undo(live, member, officer):
    others = [member("reviewer"), member("lead.rs"), member("viewer"), member("officer", "dover")]
    for user in others:
        with pytest.raises(PermissionDenied):
            carry_out(live, keep_all(live), user)
    carry_out(live, keep_all(live), officer)
    for user in others:
        with pytest.raises(PermissionDenied):
            undo(Rollover.objects.get(), by=user, at=NOW)


@pytest.mark.django_db
def test_done_again_it_adds_only_what_is_missing(live, officer):
    plan, (da, _rs, _sm), (_first, _second, third) = reshaped(live)
    new = carry_out(live, plan, officer)
    before = set(Action.objects.in_agreement(new))
    third.refresh_from_db()
    endings.resume(third, reason="There is money after all.", by=officer, at=NOW)
    added = Action.objects.create(priority=da, number=90, position=90, title="Added late")
    waiting = rollover_plan.read(live).waiting
    assert set(waiting) == {third, added}
    again = Plan("", (), tuple(Ending(one.pk, "carried on", "Carried on", priority="DA") for one in waiting))
    assert carry_out(live, again, officer) == new
    after = set(Action.objects.in_agreement(new))
    assert {one.continues.get() for one in after - before} == {third, added}
    assert not rollover_plan.read(live).waiting
    carry_out(live, Plan("", (), ()), officer)
    assert set(Action.objects.in_agreement(new)) == after
    assert Rollover.objects.count() == 1
    undo(Rollover.objects.get(), by=officer, at=NOW)
    assert not Agreement.objects.filter(pk=new.pk).exists()


@pytest.mark.django_db
def test_an_opened_action_with_a_copy_is_not_copied_again(live, officer):
    new = carry_out(live, keep_all(live), officer)
    action = Action.objects.in_agreement(live).first()
    copies = Action.objects.in_agreement(new).filter(continues=action)
    assert copies.count() == 1
    endings.resume(action, reason="Not yet.", by=officer, at=NOW)
    carry_out(live, Plan("", (), (Ending(action.pk, "carried on", "Now"),)), officer)
    assert copies.count() == 1
    assert Action.objects.get(pk=action.pk).outcome_reason == "Now"


def picture(agreement):
    """All that a year says, by value."""
    return [
        [one.title, one.code, one.slug, sorted(map(str, one.continues.all()))]
        + [list(one.sections.values_list("position", "heading", "body")), list(one.notes.values_list("key", "text"))]
        + [[(str(lead), sorted(map(str, lead.users.all()))) for lead in one.leads.all()]]
        + [sorted(map(str, one.indicators.all()))]
        + [
            [
                (
                    str(action),
                    action.status,
                    action.outcome,
                    action.outcome_reason,
                    sorted(map(str, action.continues.all())),
                )
            ]
            for action in one.actions.all()
        ]
        for one in agreement.priorities.all()
    ]


@pytest.mark.django_db
def test_undone_and_done_again_it_is_the_same(live, officer):
    planned = Action.objects.in_agreement(live).open().last()
    Action.objects.filter(pk=planned.pk).update(status=Action.Status.PLANNED)
    old = picture(live)
    plan = reshaped(live)[0]
    new = picture(carry_out(live, plan, officer))
    assert picture(live) != old
    rollover = Rollover.objects.get()
    undo(rollover, by=officer, at=NOW)
    assert picture(live) == old
    assert not Agreement.objects.filter(partnership=live.partnership, year=2027).exists()
    rollover.refresh_from_db()
    assert (rollover.undone_by, rollover.undone_at, rollover.new_agreement) == (officer, NOW, None)
    assert picture(carry_out(live, plan, officer)) == new
    verbs = [entry.verb for entry in HistoryEntry.objects.about(*Rollover.objects.all())]
    assert sorted(verbs) == ["carried out", "carried out", "undone"]
    action = HistoryEntry.objects.about(planned)
    assert [one.verb for one in action] == ["ended", "opened again", "ended", "kept as it stood"]


@pytest.mark.django_db
def test_what_was_ended_otherwise_since_then_stays_so(live, officer):
    carry_out(live, keep_all(live), officer)
    stopped, open_again = Action.objects.in_agreement(live)[:2]
    for action in (stopped, open_again):
        endings.resume(action, reason="Another ending", by=officer, at=NOW)
    endings.end(stopped, outcome="stopped", reason="No money", by=officer, at=NOW)
    undo(Rollover.objects.get(), by=officer, at=NOW)
    assert Action.objects.get(pk=stopped.pk).outcome == "stopped"
    assert Action.objects.in_agreement(live).open().filter(pk=open_again.pk).exists()


def publish(new, officer):
    edition = Edition.objects.create(agreement=new, slug="annual-summary", title="Summary")
    with patch("reports.editions.render_pdf", lambda document: b"%PDF-1.7 stand-in"):
        editions.publish(editions.freeze(edition, by=officer, at=NOW), by=officer, at=NOW)


def write(new, officer):
    round = Round.objects.create(agreement=new, title="First", position=1, opens=TODAY, due=TODAY)
    action = Action.objects.in_agreement(new).first()
    lead = action.priority.leads.first().users.first()
    rounds.open_round(round, by=officer, at=NOW, on=TODAY)
    update = ProgressUpdate.objects.get(action=action)
    workflow.save(update, workflow.Content(text="<p>Done</p>"), version=0, by=lead, at=NOW)


IN_THE_WAY = {
    "a published report": (publish, "frozen edition"),
    "an update that was written": (write, "progress update"),
    "an action that was added": (
        lambda new, by: Action.objects.create(priority=new.priorities.first(), number=99, position=99, title="New"),
        "1 action added",
    ),
    "a section that was changed": (
        lambda new, by: Section.objects.filter(pk=new.priorities.first().sections.first().pk).update(body="<p>Own</p>"),
        "1 section changed",
    ),
    "an action that was ended": (
        lambda new, by: endings.end(
            Action.objects.in_agreement(new).first(), outcome="stopped", reason="x", by=by, at=NOW
        ),
        "1 action changed",
    ),
    "a foreword": (
        lambda new, by: Agreement.objects.filter(pk=new.pk).update(foreword="<p>Own</p>"),
        "1 agreement changed",
    ),
    "a concern": (
        lambda new, by: Concern.objects.create(
            partnership=new.partnership, priority=new.priorities.first(), fact="<p>x</p>", raised_at=NOW, raised_by=by
        ),
        "1 concern added",
    ),
    "a further rollover": (lambda new, by: carry_out(new, keep_all(new), by), "1 rollover added"),
}


# What belongs to the plan alone goes with it, once an officer has agreed.
MAY_GO = {"an action that was added", "a section that was changed", "an action that was ended", "a foreword"}


@pytest.mark.django_db
@pytest.mark.parametrize("what", IN_THE_WAY)
def test_nothing_that_was_typed_is_undone(what, live, officer, client):
    new = carry_out(live, keep_all(live), officer)
    happen, said = IN_THE_WAY[what]
    happen(new, officer)
    with pytest.raises(InTheWay) as refusal:
        undo(Rollover.objects.get(agreement=live), by=officer, at=NOW)
    assert said in ", ".join(refusal.value.what)
    assert Rollover.objects.standing().filter(agreement=live, new_agreement=new).exists()
    assert not Action.objects.in_agreement(live).open().exists()
    client.force_login(officer)
    answer = client.post("/kent/2026-27/roll-over/undo/")
    assert (answer.status_code, said in answer.content.decode().lower()) == (409, True)
    agreed = {"agreed": refusal.value.what}
    assert (b"take this away too" in answer.content) == (what in MAY_GO)
    assert client.post("/kent/2026-27/roll-over/undo/", agreed).status_code == (302 if what in MAY_GO else 409)
    assert Agreement.objects.filter(pk=new.pk).exists() == (what not in MAY_GO)
    kept = HistoryEntry.objects.filter(verb="taken away with its year")
    assert kept.exists() == (what in MAY_GO)


@pytest.mark.django_db
def test_what_was_not_agreed_to_stays(live, officer):
    """A section is changed, the officer agrees, and meanwhile another is changed."""
    new = carry_out(live, keep_all(live), officer)
    first, second = Section.objects.filter(priority__agreement=new)[:2]
    Section.objects.filter(pk=first.pk).update(body="<p>Own</p>")
    with pytest.raises(InTheWay) as refusal:
        undo(Rollover.objects.get(agreement=live), by=officer, at=NOW)
    Section.objects.filter(pk=second.pk).update(body="<p>Own</p>")
    with pytest.raises(InTheWay):
        undo(Rollover.objects.get(agreement=live), by=officer, at=NOW, agreed=refusal.value.what)
    assert Section.objects.filter(pk=second.pk).exists()


# Two at once, with real connections.


def outcomes(work):
    def done():
        try:
            return work() and "done"
        except Conflict:
            return "told"

    return sorted(race(done, 3))


def find_live():
    return Agreement.objects.select_related("partnership").get(partnership__slug="kent", year=2026)


def test_officers_confirm_at_once_and_one_wins(scratch):
    live, officer = find_live(), User.objects.get(email="officer@kent.example")
    plan, seen = keep_all(live), rollover_plan.snapshot(rollover_plan.read(live))
    assert outcomes(lambda: carry_out(live, plan, officer, seen=seen)) == ["done", "told", "told"]
    new = Agreement.objects.get(partnership=live.partnership, year=2027)
    assert Action.objects.in_agreement(new).count() == len(plan.endings)
    assert Rollover.objects.count() == 1
    assert HistoryEntry.objects.filter(verb="ended").count() == len(plan.endings)
    rollovers = [Rollover.objects.get() for _ in range(3)]
    assert outcomes(lambda: undo(rollovers.pop(), by=officer, at=NOW)) == ["done", "told", "told"]
    assert not Agreement.objects.filter(pk=new.pk).exists()
    assert Action.objects.in_agreement(live).open().count() == len(plan.endings)
