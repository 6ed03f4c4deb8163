"""Fills a database with series: many partnerships of many indicators of many months, and one partnership of few."""

import datetime as dt

from django.db import connection, transaction
from django.urls import reverse

from accounts.models import Membership, Partnership, Role, User
from indicators.models import Break, Indicator, Observation
from indicators.periods import Period
from priorities.models import Agreement, Priority
from priorities.years import FinancialYear

MANY, FEW = "many-figures", "few-figures"
INDICATORS, MONTHS = 50, 120
FEW_INDICATORS, FEW_MONTHS = 2, 6
PRIORITIES = 5
AT_ONCE = 10
OFFICER = "officer@kent.example"

# One row for each indicator and month. The values swing by a third, and fall at the end in every fifth series.
FIGURES = """
INSERT INTO indicators_observation (indicator_id, start, "end", value, missing, qualifier, status, printed_in,
    printed_year, recorded_at, recorded_by_id, as_at, note)
SELECT indicator.id, month.start, month."end",
    100 + (indicator.id * 37 + month.number * 31 + month.number * month.number * 7) %% 50
        - CASE WHEN indicator.id %% 5 = 0 AND month.number < 9 THEN 40 ELSE 0 END,
    '', 'exact', 'validated', '', %s, month.recorded_at, %s, '', ''
FROM indicators_indicator indicator CROSS JOIN bench_month month
WHERE indicator.partnership_id = %s AND month.number < %s
"""


def fill(partnerships, now, say=lambda line: None):
    """Add so many ``partnerships`` of INDICATORS x MONTHS figures up to the month before last, and one of FEW_*.

    An officer of Kent is officer of the first one (MANY) and of the one of few figures (FEW).
    """
    officer = User.objects.get(email=OFFICER)
    _months(now)
    for first in range(0, partnerships, AT_ONCE):
        numbers = range(first, min(first + AT_ONCE, partnerships))
        slugs = [f"{MANY}-{number}" if number else MANY for number in numbers]
        with transaction.atomic():
            _add(slugs, INDICATORS, MONTHS, officer, now)
        say(f"{numbers.stop} of {partnerships} partnerships")
    with transaction.atomic():
        _add([FEW], FEW_INDICATORS, FEW_MONTHS, officer, now)
    measured = Partnership.objects.filter(slug__in=[MANY, FEW])
    Membership.objects.bulk_create(Membership(user=officer, partnership=one, role=Role.OFFICER) for one in measured)


def size():
    """How much there is, in numbers and words."""
    return {
        "partnerships": Partnership.objects.count(),
        "figures": Observation.objects.count(),
        "few": f"{FEW_INDICATORS} indicators of {FEW_MONTHS} months",
        "many": f"{INDICATORS} indicators of {MONTHS} months",
    }


def pages(now):
    """The pages to measure: title, who opens them, and their addresses with ``few`` figures and with ``many``."""
    year = FinancialYear.of(now.date())
    kinds = [
        ("list", "indicator-list", ()),
        ("indicator", "indicator-detail", ("indicator-0",)),
        ("CSV", "indicator-csv", ("indicator-0",)),
        ("dashboard", "indicator-dashboard", (year,)),
        ("priority", "priority-detail", (year, "priority-0")),
        ("supply calendar", "supply-calendar", ()),
    ]
    return [
        {
            "title": title,
            "who": OFFICER,
            **{which: reverse(name, args=[slug, *args]) for which, slug in (("few", FEW), ("many", MANY))},
        }
        for title, name, args in kinds
    ]


def _months(now):
    """The table of months, newest first: number 0 is the month before last, recorded lately."""
    newest = Period.month(now.year, now.month).shifted(-2)
    with connection.cursor() as cursor:
        cursor.execute(
            'CREATE TEMPORARY TABLE bench_month (number integer, start date, "end" date, recorded_at timestamp)'
            if connection.vendor == "sqlite"
            else 'CREATE TEMPORARY TABLE bench_month (number integer, start date, "end" date, recorded_at timestamptz)'
        )
        periods = [newest.shifted(-number) for number in range(MONTHS)]
        cursor.executemany(
            "INSERT INTO bench_month VALUES (%s, %s, %s, %s)",
            [(number, one.start, one.end, now - dt.timedelta(days=30 * number)) for number, one in enumerate(periods)],
        )


def _add(slugs, indicators, months, officer, now):
    year = FinancialYear.of(now.date())
    partnerships = Partnership.objects.bulk_create(
        Partnership(slug=slug, name=f"Partnership {slug}", short_name=slug, kind=Partnership.Kind.DISTRICT)
        for slug in slugs
    )
    agreements = Agreement.objects.bulk_create(
        Agreement(partnership=one, year=year.start_year, title="Plan") for one in partnerships
    )
    priorities = Priority.objects.bulk_create(
        Priority(agreement=one, slug=f"priority-{place}", code=f"P{place}", title=f"Priority {place}", position=place)
        for one in agreements
        for place in range(PRIORITIES)
    )
    made = Indicator.objects.bulk_create(_indicator(one, place) for one in partnerships for place in range(indicators))
    own = {(one.agreement.partnership_id, one.position): one for one in priorities}
    links = Indicator.priorities.through
    links.objects.bulk_create(
        links(indicator=one, priority=own[one.partnership_id, one.position % PRIORITIES]) for one in made
    )
    broken = now.date().replace(day=1) - dt.timedelta(days=365 * 3)
    Break.objects.bulk_create(
        Break(indicator=one, date=broken, title="Counted anew", note="The rules changed.") for one in made[::4]
    )
    with connection.cursor() as cursor:
        for one in partnerships:
            cursor.execute(FIGURES, [year.start_year, officer.pk, one.pk, months])


def _indicator(partnership, place):
    return Indicator(
        partnership=partnership,
        slug=f"indicator-{place}",
        position=place,
        title=f"Reports of kind {place} in the area in a month",
        definition="Reports to the police in the area.",
        unit="reports",
        kind=Indicator.Kind.PROXY,
        geography_name=partnership.short_name,
        supplier="Police",
        basis=Indicator.Basis.MONTH,
        desired=Indicator.Direction.DOWN,
        direction_note="A rise can mean more crime or more reporting.",
        supply_months=1,
        supply_days=15 + place,
    )
