"""Which figures are owed when: as arithmetic, from the database, and on the calendar's page."""

import csv
import datetime as dt
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Membership, User
from indicators import supplies
from indicators.models import Area, Indicator, Observation
from indicators.periods import Period
from indicators.supplies import State
from tests.conftest import NOW, TODAY

DAY = dt.timedelta(days=1)


def owed(latest, months, days, today=TODAY):
    return supplies.owed(Indicator(supply_months=months, supply_days=days), latest, today)


def told(supply, today=TODAY):
    return [(one.period.label, one.due.isoformat(), one.state(today).value) for one in supply.owed]


@pytest.mark.parametrize(
    ("latest", "months", "days", "expected"),
    [
        # The next one, long before it is due; soon; on its last day; the day after.
        (Period.financial_year(2025), 12, 90, [("2026/27", "2027-06-29", "expected")]),
        (Period.month(2026, 9), 1, 35, [("October 2026", "2026-12-05", "due soon")]),
        (Period.month(2026, 9), 1, 36, [("October 2026", "2026-12-06", "expected")]),
        (Period.month(2026, 9), 1, 21, [("October 2026", "2026-11-21", "due soon")]),
        (Period.month(2026, 9), 1, 20, [("October 2026", "2026-11-20", "late")]),
        # Several are owed; the month that still runs is not, as long as another is.
        (
            Period.month(2026, 7),
            1,
            45,
            [
                ("August 2026", "2026-10-15", "late"),
                ("September 2026", "2026-11-14", "late"),
                ("October 2026", "2026-12-15", "expected"),
            ],
        ),
        # Rolling years that come each quarter, three years pooled that come each year, and points in time.
        (Period.year_ending(2026, 6), 3, 60, [("year ending September 2026", "2026-11-29", "due soon")]),
        (Period.three_years(2022), 12, 365, [("2023 to 2025", "2026-12-31", "expected")]),
        (
            Period.point(dt.date(2026, 8, 31)),
            1,
            20,
            [("30 September 2026", "2026-10-20", "late"), ("31 October 2026", "2026-11-20", "late")],
        ),
        # Months that run from the middle of one to that of the next.
        (
            Period(dt.date(2026, 8, 15), dt.date(2026, 9, 14)),
            1,
            40,
            [
                ("15 September 2026 to 14 October 2026", "2026-11-23", "due soon"),
                ("15 October 2026 to 14 November 2026", "2026-12-24", "expected"),
            ],
        ),
    ],
)
def test_what_is_owed(latest, months, days, expected):
    assert told(owed(latest, months, days)) == expected


def test_nothing_is_owed_without_a_rhythm_or_before_the_first_figure():
    assert owed(Period.month(2026, 9), None, None).owed == ()
    assert owed(None, 1, 20).owed == ()


@pytest.mark.parametrize(("day", "expected"), [(dt.date(2026, 10, 31), 1), (dt.date(2026, 11, 1), 2)])
def test_a_period_that_ends_today_is_not_owed_yet(day, expected):
    assert len(owed(Period.month(2026, 8), 1, 20, day).owed) == expected


def test_of_a_long_silence_the_newest_are_named_and_the_others_counted():
    supply = owed(Period.month(2016, 12), 1, 20)
    assert len(supply.owed) == supplies.MOST_NAMED
    assert supply.owed[-1].period == Period.month(2026, 10)
    assert supply.unnamed == 9 * 12 + 10 - supplies.MOST_NAMED
    assert owed(Period.month(2025, 10), 1, 20).unnamed == 0


PERIODS = st.builds(
    Period.of_months,
    st.integers(2015, 2026),
    st.integers(1, 12),
    st.sampled_from([1, 3, 12, 36]),
) | st.builds(Period.point, st.dates(dt.date(2015, 1, 1), dt.date(2026, 12, 31)))


@given(PERIODS, st.sampled_from([1, 3, 6, 12]), st.integers(0, 400), st.dates(dt.date(2016, 1, 1), dt.date(2028, 1, 1)))
def test_each_owed_figure_is_one_step_on_and_in_time_until_its_due_date(latest, months, days, today):
    supply = owed(latest, months, days, today)
    periods = [one.period for one in supply.owed]
    assert periods[0] == latest.shifted(months * (supply.unnamed + 1))
    assert all(one.same_length(latest) for one in periods)
    assert len(periods) == len(set(periods)) <= supplies.MOST_NAMED
    assert all(one.end < today for one in periods[:-1])
    assert latest.shifted(months * (supply.unnamed + len(periods) + 1)).end >= today
    for one in supply.owed:
        assert one.state(one.due) == State.DUE_SOON
        assert one.state(one.due + DAY) == State.LATE


# From the database


@pytest.fixture
def monthly(kent):
    """An indicator of Kent of which September is the latest figure."""
    indicator = Indicator.objects.create(
        partnership=kent,
        slug="burglaries",
        title="Burglaries",
        definition="Burglaries.",
        unit="offences",
        kind="proxy",
        geography_name="Kent",
        supplier="Kent Police",
        basis="month",
        desired="down",
        direction_note="A rise can mean more reporting.",
        supply_months=1,
        supply_days=10,
    )
    figure(indicator, 8, 12)
    figure(indicator, 9, 14)
    return indicator


def figure(indicator, month, value, **fields):
    period = Period.month(2026, month)
    officer = User.objects.get(email="officer@kent.example")
    return Observation.objects.create(
        indicator=indicator,
        start=period.start,
        end=period.end,
        value=value,
        printed_year=2026,
        recorded_at=NOW,
        recorded_by=officer,
        **fields,
    )


def owed_of(indicator, today=TODAY):
    (supply,) = supplies.outstanding(supplies.supplied().filter(pk=indicator.pk), today)
    return [one.period.label for one in supply.owed]


@pytest.mark.django_db
def test_a_figure_that_came_is_owed_no_more(monthly):
    assert owed_of(monthly) == ["October 2026"]
    figure(monthly, 10, 11)
    assert owed_of(monthly) == ["November 2026"]


@pytest.mark.django_db
def test_a_figure_of_one_district_does_not_answer_for_the_whole(monthly, kent):
    figure(monthly, 10, 3, area=Area.objects.filter(partnership=kent).first())
    assert owed_of(monthly) == ["October 2026"]


@pytest.mark.django_db
@pytest.mark.parametrize(("missing", "expected"), [("", "October 2026"), ("not available", "November 2026")])
def test_a_stated_reason_is_an_answer_and_a_blank_is_none(missing, expected, monthly):
    figure(monthly, 10, None, missing=missing)
    assert owed_of(monthly) == [expected]
    assert supplies.latest_of(monthly.observations.all()) == Period.month(2026, 10 if missing else 9)


@pytest.mark.django_db
def test_restating_an_old_figure_moves_nothing(monthly):
    figure(monthly, 8, 13)
    assert owed_of(monthly) == ["October 2026"]


@pytest.mark.django_db
@pytest.mark.parametrize("end", [None, "leaves", "switched off"])
def test_the_contact_is_an_active_member_or_it_falls_to_the_officers(end, monthly, person, kent):
    contact = person("viewer", kent)
    Indicator.objects.filter(pk=monthly.pk).update(supply_contact=contact)
    if end == "leaves":
        Membership.objects.filter(user=contact).delete()
    elif end:
        User.objects.filter(pk=contact.pk).update(is_active=False)
    assert supplies.contact(supplies.supplied().get(pk=monthly.pk)) == (None if end else contact)


# The page


@pytest.fixture
def calendar(monthly, kent, client, member, monkeypatch):
    """Opens the calendar of Kent as somebody, on the day of the tests."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
    client.force_login(member("reviewer"))
    return lambda address="/kent/supplies/": client.get(address)


@pytest.mark.django_db
def test_the_calendar_says_who_owes_what_when(calendar, monthly, person, kent):
    Indicator.objects.filter(pk=monthly.pk).update(supply_contact=person("viewer", kent))
    text = " ".join(calendar().content.decode().split())
    row = text[text.index("10 November 2026") : text.index("</tr>", text.index("10 November 2026"))]
    for said in ("Burglaries", "October 2026", "Kent Police", "viewer of kent", "Late"):
        assert said in row
    assert "14" not in row.replace("2026", "")


@pytest.mark.django_db
def test_the_calendar_stands_in_the_order_late_soon_expected(calendar):
    for slug, days in (("soon", 25), ("expected", 60)):
        one = Indicator.objects.get(slug="burglaries")
        one.pk, one.slug, one.supply_days = None, slug, days
        one.save()
        figure(one, 9, 1)
    response = calendar()
    assert [state for state, _ in response.context["calendar"].groups] == [State.LATE, State.DUE_SOON, State.EXPECTED]
    dues = [line.owed.due for line in response.context["calendar"].lines]
    assert dues == sorted(dues)


@pytest.mark.django_db
def test_an_indicator_without_a_figure_and_a_long_silence_are_told_apart(calendar, monthly):
    monthly.observations.all().delete()
    assert [one.slug for one in calendar().context["calendar"].silent] == ["burglaries"]
    figure(monthly, 1, 5)
    monthly.observations.update(start=dt.date(2020, 1, 1), end=dt.date(2020, 1, 31))
    response = calendar()
    assert response.context["calendar"].silent == []
    assert b"Burglaries: 69 more, older than those above" in response.content


@pytest.mark.django_db
def test_the_calendar_as_csv(calendar):
    text = calendar("/kent/supplies.csv").content.decode("utf-8-sig")
    rows = [row for row in csv.DictReader(io.StringIO(text)) if row["indicator"] == "Burglaries"]
    assert rows == [
        {
            "due": "2026-11-10",
            "state": "Late",
            "indicator": "Burglaries",
            "period": "October 2026",
            "start": "2026-10-01",
            "end": "2026-10-31",
            "supplier": "Kent Police",
            "contact": "The officers",
        }
    ]


@pytest.mark.django_db
def test_a_calendar_is_of_one_partnership(calendar, monthly, dover, client, member):
    client.force_login(member("officer", "dover"))
    assert b"Burglaries" not in client.get("/dover/supplies/").content
    assert client.get("/kent/supplies/").status_code == 404


@pytest.mark.django_db
def test_the_queries_do_not_grow_with_the_indicators(calendar, monthly, django_assert_num_queries):
    for number in range(10):
        one = Indicator.objects.get(slug="burglaries")
        one.pk, one.slug = None, f"copy-{number}"
        one.save()
        figure(one, 9, 1)
    calendar()
    with django_assert_num_queries(4):
        assert len(calendar().context["calendar"].lines) > 10
