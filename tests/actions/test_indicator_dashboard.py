"""The Working Group's look at all indicators: what it says, of whom, to whom, and with how many queries."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from actions import indicator_watch
from actions.indicator_watch import Show
from actions.models import Round
from indicators.models import Area, Break, Indicator, Observation
from indicators.periods import Period
from priorities.models import Agreement, Priority
from tests.conftest import NOW, TODAY

DAY = dt.timedelta(days=1)
ADDRESS = "/kent/2026-27/review/indicators/"


@pytest.fixture
def live(kent):
    return Agreement.objects.get(partnership=kent, year=2026)


@pytest.fixture
def only(kent, live, member):
    """Makes an indicator of Kent; those of the demonstration serve no priority and are out of the way."""
    Indicator.objects.filter(partnership=kent).update(supply_months=None, supply_days=None)
    Priority.indicators.through.objects.filter(priority__agreement=live).delete()

    def make(slug="burglaries", values=(), priority="road-safety", recorded_at=NOW - 90 * DAY, **fields):
        indicator = Indicator.objects.create(
            partnership=kent,
            slug=slug,
            title=f"Indicator {slug}",
            definition="Offences.",
            unit="offences",
            kind="proxy",
            geography_name="Kent",
            supplier="Kent Police",
            basis="month",
            desired="down",
            direction_note="A rise can mean more reporting.",
            **fields,
        )
        if priority:
            indicator.priorities.add(Priority.objects.get(agreement=live, slug=priority))
        for back, value in enumerate(reversed(values)):
            figure(indicator, Period.month(2026, 10).shifted(-back), value, recorded_at)
        return indicator

    def figure(indicator, period, value, recorded_at=NOW - 90 * DAY, **fields):
        return Observation.objects.create(
            indicator=indicator,
            start=period.start,
            end=period.end,
            value=value,
            printed_year=2026,
            recorded_at=recorded_at,
            recorded_by=member("officer"),
            **fields,
        )

    make.figure = figure
    return make


@pytest.fixture
def rows(live):
    """{slug: Row} of the page of Kent's live year."""

    def look(today=TODAY):
        watch = indicator_watch.look(live, today)
        return {row.indicator.slug: row for group in watch.all_groups for row in group.rows}

    return look


@pytest.fixture
def opened(client, member, monkeypatch):
    """The response to the reviewer on the day of the tests."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
    client.force_login(member("reviewer"))
    return lambda query="": client.get(ADDRESS + query)


def text(response):
    return " ".join(response.content.decode().split())


STEADY = [20, 22, 21, 19, 20, 22, 18, 21, 20, 19, 22, 21, 20]


# What is listed


@pytest.mark.django_db
def test_indicators_stand_under_their_priorities_and_those_of_none_at_the_end(only, live):
    shared = only("shared", [1, 2])
    shared.priorities.add(Priority.objects.get(agreement=live, slug="domestic-abuse"))
    only("alone", [1], priority=None)
    groups = indicator_watch.look(live, TODAY).groups(Show.ALL)
    assert [(group.title, "shared" in [row.indicator.slug for row in group.rows]) for group in groups] == [
        ("Domestic Abuse", True),
        ("Road Safety", True),
        ("No priority", False),
    ]
    assert "alone" in [row.indicator.slug for row in groups[-1].rows]
    assert groups[-1].slug == ""


@pytest.mark.django_db
def test_an_indicator_of_two_priorities_is_counted_once(only, live):
    only("shared", [1, 2]).priorities.add(Priority.objects.get(agreement=live, slug="domestic-abuse"))
    before = indicator_watch.look(live, TODAY).counts[Show.ALL]
    Indicator.objects.get(slug="shared").priorities.clear()
    assert indicator_watch.look(live, TODAY).counts[Show.ALL] == before


@pytest.mark.django_db
def test_an_indicator_of_an_earlier_year_alone_is_not_listed(only, rows):
    indicator = only("old", [1, 2], priority=None)
    assert "old" in rows()
    indicator.priorities.add(Priority.objects.filter(agreement__year=2018).first())
    assert "old" not in rows()


@pytest.mark.django_db
def test_an_indicator_of_another_partnership_is_not_listed(only, rows, dover):
    assert dover.indicators.exists()
    assert not set(rows()) & set(dover.indicators.values_list("slug", flat=True))


# What a row says


@pytest.mark.django_db
def test_a_row_says_the_latest_figure_and_what_happened(only, opened):
    only(values=STEADY)
    said = text(opened())
    row = said[said.index("Indicator burglaries") : said.index("</tr>", said.index("Indicator burglaries"))]
    for words in ("<strong>20</strong>", "October 2026", "Fell by", "within the range expected", "<svg", "▼"):
        assert words in row


@pytest.mark.django_db
def test_the_latest_of_several_figures_of_one_period_counts(only, rows):
    """As Observation.order says, and not in the order of their numbers."""
    indicator = only(values=STEADY)
    october = Period.month(2026, 10)
    only.figure(indicator, october, 33, NOW - 20 * DAY)
    only.figure(indicator, october, 44, NOW - 40 * DAY)
    assert rows()["burglaries"].latest["text"] == "33"


@pytest.mark.django_db
def test_figures_of_districts_are_not_mixed_in(only, rows, kent):
    indicator = only(values=STEADY)
    district = Area.objects.filter(partnership=kent).first()
    only.figure(indicator, Period.month(2026, 11), 3, NOW, area=district)
    row = rows()["burglaries"]
    assert row.latest["period"] == "October 2026"
    assert row.recorded == []


@pytest.mark.django_db
def test_the_working_group_sees_true_values_and_is_told_which_are_not_published(only, opened):
    only(values=[6, 5, 4, 3], suppression_threshold=5)
    said = text(opened())
    row = said[said.index("Indicator burglaries") : said.index("</tr>", said.index("Indicator burglaries"))]
    assert "<strong>3</strong>" in row
    assert "Not published" in row


@pytest.mark.django_db
def test_an_indicator_without_figures_is_listed(only, opened):
    only(values=[])
    said = text(opened())
    assert "None" in said[said.index("Indicator burglaries") :]


@pytest.mark.django_db
def test_a_row_is_one_click_from_a_concern(only, opened, client):
    indicator = only(values=[1, 2])
    link = f"/kent/concerns/add/?indicator={indicator.pk}"
    assert f'href="{link}"' in opened().content.decode()
    assert indicator.title in client.get(link).content.decode()


# Signals


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("last", "desired", "signal"),
    [(90, "down", "concern"), (90, "up", "improvement"), (90, "neither", "neither"), (21, "down", "")],
)
def test_a_signal_is_a_tag_and_a_list_of_its_own(last, desired, signal, only, rows, opened):
    only(values=[*STEADY, last])
    Indicator.objects.filter(slug="burglaries").update(desired=desired)
    assert rows()["burglaries"].assessed.signal == signal
    said = text(opened("?show=signals"))
    assert ("Indicator burglaries" in said) == bool(signal)
    assert (f"</span>{indicator_watch.SIGNAL_LABELS.get(signal)}</strong>" in said) == bool(signal)


@pytest.mark.django_db
def test_a_break_keeps_the_limits_of_the_time_before_away(only, rows):
    indicator = only(values=[*[20 + place % 3 for place in range(14)], *[90 + place % 3 for place in range(7)]])
    assert rows()["burglaries"].assessed.signal == "concern"
    Break.objects.create(indicator=indicator, date=dt.date(2026, 4, 1), title="Counted anew", note="New rules.")
    assert rows()["burglaries"].assessed.signal == ""


# Changed since the last meeting


@pytest.mark.django_db
@pytest.mark.parametrize(("after", "expected"), [(0, False), (1, True)])
def test_what_was_recorded_after_the_day_of_the_meeting_has_changed(after, expected, only, rows, live):
    meeting = Round.objects.get(agreement=live, title="First round").meets
    assert meeting < TODAY
    late_that_day = timezone.make_aware(dt.datetime.combine(meeting + after * DAY, dt.time(0 if after else 23, 30)))
    indicator = only(values=STEADY)
    assert not rows()["burglaries"].recorded
    only.figure(indicator, Period.month(2026, 9), 23, late_that_day)
    row = rows()["burglaries"]
    assert bool(row.recorded) == row.is_of(Show.CHANGED) == expected
    if expected:
        assert row.newest_recorded == "September 2026"


@pytest.mark.django_db
def test_the_meeting_of_today_has_not_been_yet(live):
    rounds = Round.objects.filter(agreement=live)
    first, second = rounds.order_by("position")
    assert indicator_watch.last_meeting(live, TODAY).first == first.meets + DAY
    assert indicator_watch.last_meeting(live, second.meets).first == first.meets + DAY
    assert indicator_watch.last_meeting(live, second.meets + DAY).first == second.meets + DAY


@pytest.mark.django_db
def test_without_a_meeting_the_last_opened_round_counts(live, opened):
    Round.objects.filter(agreement__partnership=live.partnership).update(meets=None)
    since = indicator_watch.last_meeting(live, TODAY)
    assert (since.title, since.first, since.is_meeting) == ("Second round", TODAY - 10 * DAY, False)
    assert "recorded since Second round was opened, on 11 November 2026" in text(opened())


@pytest.mark.django_db
def test_with_neither_nothing_counts_as_changed(only, live, rows, opened):
    Round.objects.filter(agreement__partnership=live.partnership).update(meets=None, opened_at=None, opened_by=None)
    only(values=STEADY, recorded_at=NOW)
    assert not rows()["burglaries"].recorded
    assert "There was no meeting yet" in text(opened("?show=changed"))


@pytest.mark.django_db
def test_the_meetings_of_another_partnership_do_not_count(live, dover):
    Round.objects.filter(agreement__partnership=dover).update(meets=TODAY - DAY, due=TODAY - DAY, opens=TODAY - DAY)
    assert indicator_watch.last_meeting(live, TODAY).meeting < TODAY - DAY


# Late from the supplier


@pytest.mark.django_db
@pytest.mark.parametrize(("days", "late"), [(20, ["November 2026"]), (40, [])])
def test_what_the_supplier_owes_is_late(days, late, only, rows, opened):
    only(values=STEADY, supply_months=1, supply_days=days)
    row = rows(dt.date(2026, 12, 31))["burglaries"]
    assert [one.period.label for one in row.late] == late
    assert row.is_of(Show.LATE) == bool(late)
    only("silent", [], supply_months=1, supply_days=1)
    assert not rows(dt.date(2026, 12, 31))["silent"].late


@pytest.mark.django_db
def test_the_page_names_the_oldest_late_figure_and_counts_the_rest(only, opened):
    indicator = only(values=[], supply_months=1, supply_days=5)
    only.figure(indicator, Period.month(2026, 6), 5)
    assert "July 2026 and 3 more" in text(opened("?show=late"))
    indicator.observations.update(start=dt.date(2020, 1, 1), end=dt.date(2020, 1, 31))
    assert "November 2025 and 80 more" in text(opened("?show=late"))


# The lists


@pytest.mark.django_db
def test_the_lists_hold_what_they_say(only, opened):
    only("steady", STEADY)
    only("signal", [*STEADY, 90])
    only("changed", STEADY, recorded_at=NOW)
    only("late", STEADY[:-2], supply_months=1, supply_days=1)
    Observation.objects.filter(indicator__slug="late", end=dt.date(2026, 10, 31)).delete()
    for show in ("changed", "late", "signal"):
        said = text(opened(f"?show={show}{'s' if show == 'signal' else ''}"))
        found = [slug for slug in ("steady", "signal", "changed", "late") if f"Indicator {slug}" in said]
        assert found == [show]
    response = opened()
    assert {one: response.context["watch"].counts[one] for one in ("changed", "late", "signals")} == {
        "changed": 1,
        "late": 1,
        "signals": 1,
    }


@pytest.mark.django_db
def test_an_unknown_list_does_not_exist(opened):
    assert opened("?show=everything").status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("show", Show)
def test_an_empty_list_says_so(show, opened, kent, live):
    kent.indicators.all().delete()
    assert "<table" not in text(opened(f"?show={show}"))
    assert opened(f"?show={show}").status_code == 200


# Queries


@pytest.mark.django_db
def test_the_queries_do_not_grow(only, opened):
    def number():
        with CaptureQueriesContext(connection) as queries:
            assert opened().status_code == 200
        return len(queries)

    only("first", [1])
    few = number()
    for place in range(8):
        indicator = only(f"one-{place}", [*STEADY, *STEADY], priority=["road-safety", None][place % 2])
        only.figure(indicator, Period.month(2026, 10), 50)
        Break.objects.create(indicator=indicator, date=TODAY - 300 * DAY, title="Counted anew", note="New rules.")
    assert number() == few <= 8


@pytest.mark.django_db
def test_a_whole_that_would_tell_a_small_part_is_marked(only, kent, client, member):
    """It is looked at together with its districts; the control has no threshold."""
    plain = {"values": [40], "secondary_suppression": True}
    for slug, threshold in (("guarded", 5), ("open", None)):
        one = only(slug, suppression_threshold=threshold, **plain)
        only.figure(one, Period.month(2026, 10), 3, area=kent.areas.first())
    client.force_login(member("reviewer"))
    rows = {row.indicator.slug: row for group in client.get(ADDRESS).context["watch"].all_groups for row in group.rows}
    assert rows["guarded"].latest["is_held_back"]
    assert not rows["open"].latest["is_held_back"]
