"""The demonstration: published data of Kent, a live year rolled forward from 2022/23, a district, and people.

Whatever is invented is marked ``is_demonstration``. Loading again changes nothing.
"""

import datetime as dt

from django.conf import settings
from django.db import transaction

from accounts import loading
from accounts.demonstration import person
from accounts.models import Agency, Partnership, Role, User
from actions import concerns, recommendations
from actions.models import Action, ProgressUpdate, Round, UpdateEvent
from actions.rollover import roll_over
from indicators.models import Indicator, Observation
from indicators.periods import Period
from priorities.models import Agreement, Lead, Priority, Section
from priorities.years import FinancialYear
from reports import editions
from reports.models import Edition

FIXTURES = [
    "01-kent",
    "02-plan-2016-17",
    "03-plan-2017-18",
    "04-plan-2018-19",
    "05-plan-2022-23",
    "06-agreement-2022",
    "07-indicators",
]
LAST_PRINTED_YEAR = FinancialYear(2022)
KENT_PEOPLE = [
    ("officer@kent.example", "Community Safety Team officer", Role.OFFICER, "Kent Community Safety Team"),
    ("reviewer@kent.example", "Working Group member", Role.REVIEWER, "Kent Fire and Rescue Service"),
    ("viewer@kent.example", "Scrutiny Committee member", Role.VIEWER, "Kent County Council"),
]
DOVER_PEOPLE = [
    ("officer@dover.example", "District community safety officer", Role.OFFICER),
    ("reviewer@dover.example", "District Working Group member", Role.REVIEWER),
    ("viewer@dover.example", "District Scrutiny member", Role.VIEWER),
    ("lead@dover.example", "District lead for town centres", Role.LEAD),
]
DOVER_ACTIONS = [
    "Run a joint evening patrol in the town centre on Fridays and Saturdays",
    "Bring the shop radio scheme to ten more shops",
    "Hold a safety walk with residents in each ward",
]
# Indicators of Kent of which figures are expected in the demonstration: how many days after a year they are owed, and
# who is the contact.
EXPECTED_FIGURES = {
    "asb-incidents": (120, ""),
    "casualties-all": (180, "lead.rs@kent.example"),
    "one-stop-shop-visits": (155, "lead.da@kent.example"),
}
# Reports a month, oldest first.
BICYCLE_THEFTS = [35, 30, 27, 33, 29, 36, 32, 26, 30, 34, 28, 31, 33, 29, 30, 22, 21, 24, 19, 23, 20, 18, 22, 21]
# The states that one demonstration round shows, in turn: state, rating, reason.
SHOWN_STATES = [
    (ProgressUpdate.State.ACCEPTED, "green", ""),
    (ProgressUpdate.State.SUBMITTED, "amber", "One partner has yet to confirm its part."),
    (ProgressUpdate.State.DRAFT, "green", ""),
    (ProgressUpdate.State.NOT_STARTED, "", ""),
    (ProgressUpdate.State.RETURNED, "red", "The provider has withdrawn; a new one is sought."),
]


def load(*, now, say=lambda line: None):
    """Load everything that is missing, as of the aware datetime ``now``. ``say`` is told of each step."""
    with transaction.atomic():
        if not Partnership.objects.filter(slug="kent").exists():
            say("Loading the published data of four years")
            loading.load([settings.BASE_DIR / "fixtures" / f"{name}.json" for name in FIXTURES])
        _people()
        _live_year(now)
        _district(now)
    for edition in Edition.objects.filter(agreement__is_demonstration=False, frozen=None):
        say(f"Freezing and publishing {edition.title}")
        officer = User.objects.get(email="officer@kent.example")
        editions.publish(editions.freeze(edition, by=officer, at=now), by=officer, at=now)


def _people():
    kent = Partnership.objects.get(slug="kent")
    for email, name, role, agency in KENT_PEOPLE:
        person(email, name, role, kent, kent.agencies.filter(name=agency).first())
    latest = Priority.objects.filter(agreement__partnership=kent, agreement__year=LAST_PRINTED_YEAR.start_year)
    for lead in Lead.objects.filter(priority__in=latest).select_related("agency", "priority"):
        email = f"lead.{lead.priority.code.lower()}@kent.example"
        person(email, lead.role_title, Role.LEAD, kent, lead.agency)


def _live_year(now):
    """The financial year of ``now``: priorities, leads and open actions of 2022/23, and two rounds."""
    year = FinancialYear.of(now.date())
    kent = Partnership.objects.get(slug="kent")
    if Agreement.objects.filter(partnership=kent, year=year.start_year).exists():
        return
    last = Agreement.objects.get(partnership=kent, year=LAST_PRINTED_YEAR.start_year)
    live = roll_over(last, to=year, is_demonstration=True)
    for lead in Lead.objects.filter(priority__agreement=live).select_related("priority"):
        lead.users.set([User.objects.get(email=f"lead.{lead.priority.code.lower()}@kent.example")])
    _edition(live, "Demonstration: Kent Community Safety Agreement - Action Plan & Performance Summary " + year.label)
    _set_due_dates(live, now.date(), year)
    _rounds(live, now)
    _concerns(live, now)
    for slug, (days, email) in EXPECTED_FIGURES.items():
        contact = User.objects.filter(email=email).first()
        kent.indicators.filter(slug=slug).update(supply_months=12, supply_days=days, supply_contact=contact)


def _concerns(agreement, now):
    """A concern with the Working Group, one with the governing group, and a recommendation that awaits its answer."""
    lead, reviewer, officer = (
        User.objects.get(email=f"{who}@kent.example") for who in ("lead.rs", "reviewer", "officer")
    )
    action = Action.objects.get(priority__agreement=agreement, priority__code="RS", number=1)
    concerns.raise_concern(
        about=action,
        fact="<p>Demonstration: two of the twelve districts have not named anybody for the campaigns.</p>",
        comment="<p>Without a name in each district the autumn campaign would reach only part of the county.</p>",
        recommendation="<p>Ask the two districts to name a person before the next meeting.</p>",
        by=lead,
        at=now - dt.timedelta(days=5),
    )
    escalated = concerns.raise_concern(
        about=Indicator.objects.get(partnership=agreement.partnership, slug="asb-incidents"),
        fact="<p>Demonstration: the newest figures come two months later than those of the year before.</p>",
        comment="<p>The Working Group cannot say whether the change is real.</p>",
        recommendation="<p>Agree a date with the supplier.</p>",
        by=reviewer,
        at=now - dt.timedelta(days=20),
    )
    concerns.escalate(
        escalated,
        comment="Demonstration: the supplier answers to the governing group only.",
        by=reviewer,
        at=now - dt.timedelta(days=15),
    )
    recommendations.add(
        agreement,
        text="<p>Demonstration: show in the next report how road safety campaigns reach young drivers.</p>",
        made_on=now.date() - dt.timedelta(days=18),
        actions=[action],
        by=officer,
        at=now - dt.timedelta(days=18),
    )


def _edition(agreement, running_header):
    Edition.objects.create(
        agreement=agreement,
        slug="annual-summary",
        title=f"Action Plan & Performance Summary {agreement.financial_year.label}",
        running_header=running_header,
        introduction="<p>This is a demonstration. Its plan is rolled forward from an earlier year, and its "
        "progress is invented.</p>",
    )


def _set_due_dates(agreement, today, year):
    """Due dates from ten days ago to the end of the year, so that some are overdue."""
    for index, action in enumerate(Action.objects.in_agreement(agreement)):
        action.starts = year.start
        action.due = max(year.start, min(year.end, today + dt.timedelta(days=-10 + 30 * (index % 6))))
        action.save(update_fields=["starts", "due"])


def _rounds(agreement, now):
    today = now.date()
    days = dt.timedelta
    officer = User.objects.get(email=f"officer@{agreement.partnership.slug}.example")
    earlier = Round.objects.create(
        agreement=agreement,
        title="First round",
        position=1,
        opens=today - days(100),
        due=today - days(75),
        meets=today - days(60),
        opened_at=now - days(100),
        opened_by=officer,
    )
    current = Round.objects.create(
        agreement=agreement,
        title="Second round",
        position=2,
        opens=today - days(10),
        due=today + days(11),
        meets=today + days(25),
        opened_at=now - days(10),
        opened_by=officer,
    )
    for index, action in enumerate(Action.objects.in_agreement(agreement)):
        _update(earlier, action, SHOWN_STATES[0], now - days(70))
        _update(current, action, SHOWN_STATES[index % len(SHOWN_STATES)], now - days(3))


def _update(round, action, shown, at):
    state, rating, reason = shown
    accepted = state == ProgressUpdate.State.ACCEPTED
    partnership = round.agreement.partnership
    reviewer = User.objects.get(email=f"reviewer@{partnership.slug}.example")
    started = state != ProgressUpdate.State.NOT_STARTED
    text = (
        f"<p>Demonstration text for {action.reference}. Partners met and agreed the next steps.</p>" if started else ""
    )
    update = ProgressUpdate.objects.create(
        round=round,
        action=action,
        state=state,
        text=text,
        rating=rating,
        rating_reason=reason,
        as_at=at.date().isoformat() if started else "",
        version=1 if started else 0,
        saved_at=at if started else None,
        saved_by=_lead(action) if started else None,
        accepted_at=at if accepted else None,
        accepted_by=reviewer if accepted else None,
    )
    if started:
        _history(update, at, reviewer)


def _lead(action):
    return User.objects.filter(leads__priority=action.priority).first()


def _history(update, at, reviewer):
    kinds = {
        ProgressUpdate.State.DRAFT: ["saved"],
        ProgressUpdate.State.SUBMITTED: ["saved", "submitted"],
        ProgressUpdate.State.RETURNED: ["saved", "submitted", "returned"],
        ProgressUpdate.State.ACCEPTED: ["saved", "submitted", "accepted"],
    }[update.state]
    for kind in kinds:
        UpdateEvent.objects.create(
            update=update,
            kind=kind,
            at=at,
            by=reviewer if kind in ("returned", "accepted") else update.saved_by,
            version=update.version,
            text=update.text,
            rating=update.rating,
            rating_reason=update.rating_reason,
            as_at=update.as_at,
            note="Please say which provider and by when." if kind == "returned" else "",
        )


def _district(now):
    """A district partnership with a plan of its own, all invented."""
    if Partnership.objects.filter(slug="dover").exists():
        return
    dover = Partnership.objects.create(
        slug="dover",
        name="Dover District Community Safety Partnership",
        short_name="Dover",
        kind=Partnership.Kind.DISTRICT,
        parent=Partnership.objects.get(slug="kent"),
        ons_code="E07000108",
        is_demonstration=True,
    )
    council = Agency.objects.create(partnership=dover, name="District council")
    people = {role: person(email, name, role, dover, council) for email, name, role in DOVER_PEOPLE}
    year = FinancialYear.of(now.date())
    agreement = Agreement.objects.create(
        partnership=dover,
        year=year.start_year,
        title="Dover Community Safety Plan",
        version="1.0",
        effective_from=year.start,
        is_demonstration=True,
    )
    priority = Priority.objects.create(
        agreement=agreement, slug="safer-town-centres", code="STC", title="Safer Town Centres", position=1
    )
    lead = Lead.objects.create(priority=priority, role_title="Town Centre Manager", agency=council)
    lead.users.set([people[Role.LEAD]])
    Section.objects.create(
        priority=priority, position=1, heading="Context", body="<p>A demonstration of a district's own plan.</p>"
    )
    for number, title in enumerate(DOVER_ACTIONS, start=1):
        action = Action.objects.create(
            priority=priority, number=number, position=number, title=title, status=Action.Status.CONTINUING
        )
        action.agencies.set([council])
    _set_due_dates(agreement, now.date(), year)
    _rounds(agreement, now)
    _edition(agreement, "Demonstration: Dover Community Safety Plan " + year.label)
    _district_indicator(dover, priority, year)
    _monthly_indicator(dover, priority, now)


def _district_indicator(dover, priority, year):
    indicator = Indicator.objects.create(
        partnership=dover,
        slug="shop-theft-reports",
        title="Shop theft reports",
        definition="Reports of shop theft in the district. Invented for the demonstration.",
        unit="reports",
        kind=Indicator.Kind.PROXY,
        geography_name="Dover",
        geography_code="E07000108",
        supplier="Demonstration",
        basis=Indicator.Basis.FINANCIAL_YEAR,
        desired=Indicator.Direction.DOWN,
        direction_note="A rise can mean more theft or more reporting.",
    )
    indicator.priorities.set([priority])
    for back, value in ((4, 410), (3, 455), (2, 430), (1, 398)):
        past = FinancialYear(year.start_year - back)
        Observation.objects.create(
            indicator=indicator,
            start=past.start,
            end=past.end,
            value=value,
            status=Observation.Status.PROVISIONAL if back == 1 else Observation.Status.VALIDATED,
            printed_in=year.label,
            printed_year=year.start_year,
            as_at=year.start.isoformat(),
        )


def _monthly_indicator(dover, priority, now):
    """Figures up to the month before last, the newest of them recorded lately: the last month's is owed."""
    indicator = Indicator.objects.create(
        partnership=dover,
        slug="bicycle-thefts",
        position=1,
        title="Bicycle thefts reported in a month",
        definition="Reports of bicycle theft in the district. Invented for the demonstration.",
        unit="reports",
        kind=Indicator.Kind.PROXY,
        geography_name="Dover",
        geography_code="E07000108",
        supplier="Demonstration",
        basis=Indicator.Basis.MONTH,
        desired=Indicator.Direction.DOWN,
        direction_note="A fall can mean fewer thefts or fewer reports.",
        supply_months=1,
        supply_days=35,
    )
    indicator.priorities.set([priority])
    officer = User.objects.get(email="officer@dover.example")
    latest = Period.month(now.year, now.month).shifted(-2)
    for back, value in enumerate(reversed(BICYCLE_THEFTS)):
        past = latest.shifted(-back)
        Observation.objects.create(
            indicator=indicator,
            start=past.start,
            end=past.end,
            value=value,
            printed_year=FinancialYear.of(now.date()).start_year,
            recorded_at=now - dt.timedelta(days=5 + 30 * back),
            recorded_by=officer,
        )
