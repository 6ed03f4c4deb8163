"""Makes the large database: the demonstration with hundreds of invented partnerships around it.

What is measured stays as it is; the rest is there to be in the way.
"""

import datetime as dt
import time
from decimal import Decimal
from itertools import pairwise

from django.db import transaction

from accounts.models import Agency, HistoryEntry, Membership, Partnership, Role, User
from actions.models import Action, Concern, ProgressUpdate, Recommendation, Rollover, Round, UpdateEvent
from indicators.models import Break, Indicator, Observation
from priorities.models import Agreement, Chapter, Lead, Note, Priority, Section, Theme, VersionChange
from priorities.years import FinancialYear
from reports.models import Edition, FrozenEdition
from reports.summary import build_summary, to_data

PARTNERSHIPS = 299
YEARS = 10
PRIORITIES = 4
ACTIONS = 2
SECTIONS = 3
NOTES = 4
INDICATORS = 20
OBSERVATIONS = 10
LIST_LENGTH = 25
AT_ONCE = 20

PARAGRAPH = "<p>Partners met, agreed who does what, and will report on it at the next meeting of the group.</p>"
ROLES = [Role.OFFICER, Role.REVIEWER, Role.VIEWER] + [Role.LEAD] * PRIORITIES


def grow(now, say=lambda line: None):
    """Add PARTNERSHIPS partnerships of YEARS years each, up to the year of ``now``. ``say`` hears of the progress."""
    started = time.monotonic()
    content = None
    for first in range(0, PARTNERSHIPS, AT_ONCE):
        numbers = range(first, min(first + AT_ONCE, PARTNERSHIPS))
        with transaction.atomic():
            content = _add(numbers, now, content)
        say(f"{numbers.stop} of {PARTNERSHIPS} partnerships, {time.monotonic() - started:.0f} s")


def fill_front_page(now):
    """As many published reports as one page lists, so that the front page is as long in a small database."""
    archive = Partnership.objects.create(
        slug="archive", name="Archive Partnership", short_name="Archive", kind=Partnership.Kind.DISTRICT
    )
    newest = FinancialYear.of(now.date()).start_year
    agreements = Agreement.objects.bulk_create(
        Agreement(partnership=archive, year=newest - back, title="Plan") for back in range(LIST_LENGTH)
    )
    editions = _editions(agreements)
    content = to_data(build_summary(editions[0]))
    _publish(editions, User.objects.get(email="officer@kent.example"), content, now)


def add_what_the_demonstration_lacks(now):
    """A concern and a recommendation, of which the demonstration has none."""
    officer = User.objects.get(email="officer@kent.example")
    agreement = Agreement.objects.get(partnership__slug="kent", year=FinancialYear.of(now.date()).start_year)
    action = Action.objects.in_agreement(agreement).first()
    Concern.objects.create(
        partnership=agreement.partnership, action=action, fact=PARAGRAPH, raised_at=now, raised_by=officer
    )
    Recommendation.objects.create(agreement=agreement, text=PARAGRAPH, made_on=now.date())


def _add(numbers, now, content):
    """The partnerships of these numbers with all that they own. Returns the content of their reports."""
    partnerships = _partnerships(numbers)
    agencies = Agency.objects.bulk_create(Agency(partnership=one, name="District council") for one in partnerships)
    people = _people(partnerships, agencies)
    agreements = _agreements(partnerships, FinancialYear.of(now.date()).start_year)
    priorities = _priorities(agreements, agencies, people)
    actions = _actions(priorities, agencies, people)
    _updates(agreements, actions, people, now)
    _raised(agreements, actions, people, now)
    _rolled_over(agreements, actions, people, now)
    _indicators(partnerships, priorities, now)
    past = [one for one in agreements if one.year < FinancialYear.of(now.date()).start_year]
    editions = _editions(agreements)
    content = content or to_data(build_summary(editions[0]))
    officer = people[partnerships[0].pk][0]
    _publish([one for one in editions if one.agreement in past], officer, content, now)
    return content


def _partnerships(numbers):
    return Partnership.objects.bulk_create(
        Partnership(
            slug=f"area-{number}",
            name=f"Area {number} Community Safety Partnership",
            short_name=f"Area {number}",
            kind=Partnership.Kind.DISTRICT,
            is_demonstration=True,
        )
        for number in numbers
    )


def _people(partnerships, agencies):
    """{key of the partnership: its people, in the order of ROLES}."""
    users = iter(
        User.objects.bulk_create(
            User(email=f"person.{place}@{one.slug}.example", name=f"Person {place} of {one.short_name}", password="!")
            for one in partnerships
            for place, _ in enumerate(ROLES)
        )
    )
    people = {one.pk: [next(users) for _ in ROLES] for one in partnerships}
    Membership.objects.bulk_create(
        Membership(user=user, partnership=one, role=role, agency=agency)
        for one, agency in zip(partnerships, agencies, strict=True)
        for user, role in zip(people[one.pk], ROLES, strict=True)
    )
    return people


def _agreements(partnerships, newest):
    """The agreements of each partnership, oldest first, with themes, chapters and version changes."""
    agreements = Agreement.objects.bulk_create(
        Agreement(partnership=one, year=newest - back, title="Community Safety Plan", version="1.0")
        for one in partnerships
        for back in reversed(range(YEARS))
    )
    Theme.objects.bulk_create(
        Theme(agreement=one, position=place, title=f"Theme {place}") for one in agreements for place in (1, 2)
    )
    Chapter.objects.bulk_create(
        Chapter(agreement=one, position=place, label=f"Chapter {place}", title="Context", body=PARAGRAPH)
        for one in agreements
        for place in (1, 2)
    )
    VersionChange.objects.bulk_create(
        VersionChange(agreement=one, version="1.0", date="2020-01", position=1, chapter="All", change="New")
        for one in agreements
    )
    return agreements


def _priorities(agreements, agencies, people):
    priorities = Priority.objects.bulk_create(
        Priority(agreement=one, slug=f"priority-{place}", code=f"P{place}", title=f"Priority {place}", position=place)
        for one in agreements
        for place in range(1, PRIORITIES + 1)
    )
    agency_of = {agency.partnership_id: agency for agency in agencies}
    leads = Lead.objects.bulk_create(
        Lead(priority=one, role_title="Manager", agency=agency_of[one.agreement.partnership_id]) for one in priorities
    )
    Lead.users.through.objects.bulk_create(
        Lead.users.through(
            lead=lead, user=people[lead.priority.agreement.partnership_id][-PRIORITIES:][lead.priority.position - 1]
        )
        for lead in leads
    )
    _join_years(Priority.continues.through, "priority", priorities, PRIORITIES)
    Section.objects.bulk_create(
        Section(priority=one, position=place, heading=f"Section {place}", body=PARAGRAPH * 3)
        for one in priorities
        for place in range(1, SECTIONS + 1)
    )
    Note.objects.bulk_create(
        Note(priority=one, key=f"note-{place}", position=place, title="A source", text=PARAGRAPH)
        for one in priorities
        for place in range(1, NOTES + 1)
    )
    return priorities


def _join_years(through, name, rows, in_a_year):
    """Let each row continue the one at its place in the year before."""
    step = in_a_year
    through.objects.bulk_create(
        through(**{f"from_{name}": newer, f"to_{name}": older})
        for place, (older, newer) in enumerate(zip(rows, rows[step:], strict=False))
        if place // step % YEARS != YEARS - 1
    )


def _actions(priorities, agencies, people):
    actions = Action.objects.bulk_create(
        Action(
            priority=one,
            number=number,
            position=number,
            title=f"Carry out the joint work on part {number} of the plan with all the partners",
            status=Action.Status.CONTINUING,
            starts=one.agreement.financial_year.start,
            due=one.agreement.financial_year.end,
        )
        for one in priorities
        for number in range(1, ACTIONS + 1)
    )
    agency_of = {agency.partnership_id: agency for agency in agencies}
    agency_links, owner_links = Action.agencies.through, Action.owners.through
    agency_links.objects.bulk_create(
        agency_links(action=one, agency=agency_of[one.priority.agreement.partnership_id]) for one in actions
    )
    owner_links.objects.bulk_create(
        owner_links(action=one, user=people[one.priority.agreement.partnership_id][-1]) for one in actions
    )
    _join_years(Action.continues.through, "action", actions, PRIORITIES * ACTIONS)
    return actions


def _updates(agreements, actions, people, now):
    """One round a year and an update of each action: accepted in past years, of every state in the newest."""
    today, days = now.date(), dt.timedelta
    rounds = Round.objects.bulk_create(
        Round(agreement=one, title="Round", position=1, opens=today - days(20), due=today, meets=today + days(20))
        for one in agreements
    )
    round_of = {one.agreement_id: one for one in rounds}
    newest = max(one.year for one in agreements)
    updates = ProgressUpdate.objects.bulk_create(
        _update(round_of[one.priority.agreement_id], one, one.priority.agreement.year == newest, people, now)
        for one in actions
    )
    UpdateEvent.objects.bulk_create(
        UpdateEvent(
            update=one,
            kind=UpdateEvent.Kind.SAVED,
            at=now,
            by=people[one.action.priority.agreement.partnership_id][-1],
            version=1,
            text=one.text,
        )
        for one in updates
    )


def _update(round, action, is_live, people, now):
    reviewer = people[action.priority.agreement.partnership_id][1]
    State = ProgressUpdate.State
    state = [State.SUBMITTED, State.DRAFT][action.number % 2] if is_live else State.ACCEPTED
    accepted = {"accepted_at": now, "accepted_by": reviewer} if state == State.ACCEPTED else {}
    return ProgressUpdate(
        round=round, action=action, state=state, text=PARAGRAPH * 2, rating="green", version=1, **accepted
    )


def _raised(agreements, actions, people, now):
    """A concern and a recommendation a year."""
    first_of = {one.priority.agreement_id: one for one in reversed(actions)}
    Concern.objects.bulk_create(
        Concern(
            partnership=one.partnership,
            action=first_of[one.pk],
            fact=PARAGRAPH,
            raised_at=now,
            raised_by=people[one.partnership_id][0],
        )
        for one in agreements
    )
    Recommendation.objects.bulk_create(
        Recommendation(agreement=one, text=PARAGRAPH, made_on=one.financial_year.start) for one in agreements
    )


def _rolled_over(agreements, actions, people, now):
    """Each year was rolled over into the next one, and each action has a line of history."""
    Rollover.objects.bulk_create(
        Rollover(
            agreement=old, new_agreement=new, plan={"endings": []}, made={}, at=now, by=people[old.partnership_id][0]
        )
        for old, new in pairwise(agreements)
        if old.partnership_id == new.partnership_id
    )
    HistoryEntry.objects.bulk_create(
        HistoryEntry(
            partnership=one.priority.agreement.partnership,
            about_model="actions.action",
            about_id=one.pk,
            about=str(one),
            verb="changed",
            at=now,
            by=people[one.priority.agreement.partnership_id][0],
            values={"priority": one.priority_id, "title": one.title, "status": one.status},
        )
        for one in actions
    )


def _indicators(partnerships, priorities, now):
    indicators = Indicator.objects.bulk_create(
        Indicator(
            partnership=one,
            slug=f"indicator-{place}",
            position=place,
            title=f"Reports of kind {place}",
            definition="Reports to the police in the district.",
            unit="reports",
            kind=Indicator.Kind.PROXY,
            geography_name=one.short_name,
            supplier="Police",
            basis=Indicator.Basis.FINANCIAL_YEAR,
            desired=Indicator.Direction.DOWN,
            direction_note="A rise can mean more crime or more reporting.",
        )
        for one in partnerships
        for place in range(INDICATORS)
    )
    _link_indicators(indicators, priorities)
    newest = FinancialYear.of(now.date()).start_year
    Observation.objects.bulk_create(
        _observation(one, FinancialYear(newest - back)) for one in indicators for back in range(1, OBSERVATIONS + 1)
    )
    Break.objects.bulk_create(
        Break(
            indicator=one, date=dt.date(newest - 5, 4, 1), title="Counted anew", note="The rules of counting changed."
        )
        for one in indicators[::4]
    )


def _link_indicators(indicators, priorities):
    """Two indicators for each priority of each year."""
    own = {}
    for one in indicators:
        own.setdefault(one.partnership_id, []).append(one)
    links = Indicator.priorities.through
    links.objects.bulk_create(
        links(indicator=own[priority.agreement.partnership_id][priority.position * 2 + which], priority=priority)
        for priority in priorities
        for which in (0, 1)
    )


def _observation(indicator, year):
    return Observation(
        indicator=indicator,
        start=year.start,
        end=year.end,
        value=Decimal(400 + (indicator.position * 37 + year.start_year * 13) % 200),
        printed_in=year.label,
        printed_year=year.start_year,
        as_at=year.end.isoformat(),
    )


def _editions(agreements):
    return Edition.objects.bulk_create(
        Edition(agreement=one, slug="annual-summary", title=f"Summary {one.financial_year}", introduction=PARAGRAPH)
        for one in agreements
    )


def _publish(editions, officer, content, now):
    """A published copy of each edition. All have the same content; their PDFs are names only."""
    FrozenEdition.objects.bulk_create(
        (
            FrozenEdition(
                edition=one,
                number=1,
                schema=content["schema"],
                renderer="benchmark",
                content=content,
                digest="0" * 64,
                pdf="editions/benchmark.pdf",
                pdf_digest="0" * 64,
                pdf_size=1,
                frozen_at=now,
                frozen_by=officer,
                published_at=now,
                published_by=officer,
            )
            for one in editions
        ),
        batch_size=50,
    )
