"""What a report holds: only what is accepted, only what was known, in a fixed number of queries."""

import json

import pytest

from actions.models import ProgressUpdate
from indicators.models import Indicator, Observation
from priorities.text import plain
from reports.models import Edition
from reports.summary import SCHEMA, build_summary, from_data, to_data
from tests.conftest import NOW

State = ProgressUpdate.State


def edition(year):
    return Edition.objects.select_related("agreement__partnership").get(
        agreement__partnership__slug="kent", agreement__year=year
    )


def rows(document):
    return [action for priority in document.priorities for action in priority.actions]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("year", "priorities", "actions"), [(2016, 6, 23), (2017, 6, 25), (2018, 7, 30), (2022, 8, 26)]
)
def test_everything_that_was_printed_is_there(year, priorities, actions):
    document = build_summary(edition(year))
    assert (len(document.priorities), len(rows(document))) == (priorities, actions)
    assert all(plain(row.progress) for row in rows(document))
    printed = Observation.objects.filter(
        printed_year=year, indicator__priorities__agreement__year=year, indicator__partnership__slug="kent"
    )
    held = {
        (one.slug, figure.start, figure.end, figure.printed_in)
        for priority in document.priorities
        for one in priority.indicators
        for figure in one.figures
    }
    assert {
        (one.indicator.slug, one.start.isoformat(), one.end.isoformat(), one.printed_in)
        for one in printed.select_related("indicator")
    } <= held


@pytest.mark.django_db
def test_figures_printed_later_are_not_in_it():
    document = build_summary(edition(2017))
    editions = {
        figure.printed_in for priority in document.priorities for one in priority.indicators for figure in one.figures
    }
    assert editions == {"2016/17", "2017/18"}


@pytest.mark.django_db
@pytest.mark.parametrize("state", [state for state in State if state != State.ACCEPTED])
def test_text_that_is_not_accepted_never_gets_in(state):
    live = edition(2026)
    ProgressUpdate.objects.filter(round__agreement=live.agreement).update(
        state=state, text="<p>CANARY</p>", accepted_at=None, accepted_by=None
    )
    document = build_summary(live)
    assert "CANARY" not in json.dumps(to_data(document))
    assert [row.progress for row in rows(document)] == [""] * len(rows(document))


@pytest.mark.django_db
def test_accepted_text_gets_in_and_the_newest_round_wins(member):
    """The control of the test above."""
    live = edition(2026)
    updates = ProgressUpdate.objects.filter(round__agreement=live.agreement)
    done = updates.accepted().first()
    updates.filter(action=done.action).update(
        state=State.ACCEPTED, accepted_at=done.accepted_at, accepted_by=done.accepted_by, text="<p>EARLIER</p>"
    )
    updates.filter(action=done.action, round__title="Second round").update(text="<p>CANARY</p>")
    text = json.dumps(to_data(build_summary(live)))
    assert "CANARY" in text
    assert "EARLIER" not in text


@pytest.mark.django_db
@pytest.mark.parametrize("year", [2016, 2022])
def test_the_number_of_queries_does_not_grow(year, django_assert_max_num_queries):
    one = edition(year)
    with django_assert_max_num_queries(10):
        build_summary(one)


@pytest.mark.django_db
def test_the_tree_survives_json():
    document = build_summary(edition(2022))
    assert from_data(json.loads(json.dumps(to_data(document)))) == document


@pytest.mark.django_db
def test_another_schema_is_refused_not_guessed_at():
    data = to_data(build_summary(edition(2016))) | {"schema": SCHEMA + 1}
    with pytest.raises(ValueError, match=f"schema {SCHEMA + 1}"):
        from_data(data)


@pytest.mark.django_db
def test_notes_are_numbered_from_one_in_each_priority():
    for priority in build_summary(edition(2022)).priorities:
        numbered = [note.number for note in priority.notes if note.number]
        assert numbered == list(range(1, len(numbered) + 1))


@pytest.mark.django_db
def test_a_restated_figure_names_the_earlier_one():
    (priority,) = [one for one in build_summary(edition(2018)).priorities if one.code == "DA"]
    (incidents,) = [one for one in priority.indicators if one.slug == "domestic-abuse-incidents"]
    of_2017 = [figure for figure in incidents.figures if figure.period == "2017"]
    assert [(figure.text, figure.printed_in) for figure in of_2017] == [("39,756", "2017/18"), ("42,072", "2018/19")]
    assert of_2017[1].restatement == "Restated: 2017/18 gave 39,756."


@pytest.mark.django_db
def test_a_figure_supplied_after_the_year_is_in_its_report(member):
    """The outturn comes in May. The control is a figure for a period after the year."""
    asb = Indicator.objects.get(partnership__slug="kent", slug="asb-incidents")
    given = {"indicator": asb, "printed_year": 2023, "recorded_at": NOW, "recorded_by": member("officer")}
    Observation.objects.create(value=31_234, start="2022-10-01", end="2023-09-30", **given)
    Observation.objects.create(value=41_234, start="2023-04-01", end="2024-03-31", **given)
    document = build_summary(edition(2022))
    texts = {figure.text for priority in document.priorities for one in priority.indicators for figure in one.figures}
    assert "31,234" in texts
    assert "41,234" not in texts


def breaks(document):
    return [one.date for priority in document.priorities for part in priority.indicators for one in part.breaks]


@pytest.mark.django_db
def test_breaks_that_came_later_are_not_in_it():
    assert max(breaks(build_summary(edition(2016)))) <= "2017-03-31"
    assert max(breaks(build_summary(edition(2022)))) > "2017-03-31", "the control"


@pytest.mark.django_db
def test_a_break_within_the_figures_of_the_year_is_in_it():
    figure = Observation.objects.filter(printed_in="2022/23", end__gt="2023-03-31").first()
    figure.indicator.breaks.create(date=figure.end, title="New form", note="Counted anew.")
    figure.indicator.breaks.create(date="2024-03-31", title="Newer form", note="Counted anew.")
    found = breaks(build_summary(edition(2022)))
    assert figure.end.isoformat() in found
    assert "2024-03-31" not in found, "the control"


@pytest.mark.django_db
def test_small_counts_are_not_in_it():
    small = Observation.objects.filter(indicator__slug="asb-incidents", printed_year=2022).first()
    type(small.indicator).objects.filter(pk=small.indicator_id).update(suppression_threshold=30000)
    (part,) = [
        one for priority in build_summary(edition(2022)).priorities for one in priority.indicators
        if one.slug == "asb-incidents"
    ]  # fmt: skip
    assert [figure.value for figure in part.figures if figure.period == "2022/23"] == [None]
    assert "27,528" not in part.chart


@pytest.mark.django_db
def test_an_indicator_of_another_partnership_is_not_in_it(dover):
    foreign = dover.indicators.get(slug="shop-theft-reports")
    foreign.priorities.add(edition(2026).agreement.priorities.first())
    assert foreign.title not in json.dumps(to_data(build_summary(edition(2026))))


@pytest.mark.django_db
def test_the_newest_of_many_rounds_wins(member):
    live = edition(2026)
    action = live.agreement.priorities.first().actions.first()
    for position in (3, 4):
        newer = live.agreement.rounds.create(title=f"Round {position}", position=position)
        newer.updates.create(
            action=action, state=State.ACCEPTED, text=f"<p>ROUND {position}</p>", accepted_at=NOW,
            accepted_by=member("reviewer"),
        )  # fmt: skip
    assert rows(build_summary(live))[0].progress == "<p>ROUND 4</p>"
