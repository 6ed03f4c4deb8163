"""Figures in words, with their marks and what was given before, and their chart."""

import csv
import datetime as dt
import io

import pytest

from indicators import series
from indicators.models import Area, Break, Indicator, Observation

Status, Missing = Observation.Status, Observation.Missing


@pytest.fixture
def indicator(dover):
    return Indicator.objects.create(
        partnership=dover,
        slug="burglaries",
        title="Burglaries",
        definition="Burglaries recorded.",
        unit="offences",
        kind=Indicator.Kind.PROXY,
        geography_name="Dover",
        supplier="Police",
        basis=Indicator.Basis.FINANCIAL_YEAR,
        desired=Indicator.Direction.DOWN,
        direction_note="Fewer is better.",
    )


def observe(indicator, start, end, value, **fields):
    fields = {"printed_in": "2022/23", "printed_year": 2022} | fields
    return indicator.observations.create(start=start, end=end, value=value, **fields)


def year(indicator, first, value, **fields):
    return observe(indicator, dt.date(first, 4, 1), dt.date(first + 1, 3, 31), value, **fields)


@pytest.mark.django_db
def test_restated_figures_are_told_from_rounded_ones(indicator):
    year(indicator, 2020, 100)
    year(indicator, 2020, 80, printed_in="2023/24", printed_year=2023)
    year(indicator, 2021, 200, qualifier="approx")
    year(indicator, 2021, 199, printed_in="2023/24", printed_year=2023)
    said = [figure.restatement for figure in series.in_words(indicator, indicator.observations.all())]
    assert said == ["", "Restated: 2022/23 gave 100.", "", "2022/23 gave approx. 200."]


@pytest.mark.django_db
def test_a_chart_needs_three_periods(indicator):
    for first in (2019, 2020):
        year(indicator, first, 100)
    assert series.chart(indicator, indicator.observations.all(), "x") == ""
    year(indicator, 2020, 90, printed_in="2023/24", printed_year=2023)
    assert series.chart(indicator, indicator.observations.all(), "x") == "", "one period twice is one period"
    year(indicator, 2021, 100)
    assert series.chart(indicator, indicator.observations.all(), "x").startswith("<svg")


@pytest.mark.django_db
def test_the_csv_holds_every_figure_and_runs_no_formula(indicator, client, member):
    year(indicator, 2020, -5, note="=HYPERLINK(1)")
    year(indicator, 2021, None)
    client.force_login(member("viewer", "dover"))
    response = client.get("/dover/indicators/burglaries/figures.csv")
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert [(row["period"], row["start"], row["end"], row["value"]) for row in rows] == [
        ("2020/21", "2020-04-01", "2021-03-31", "-5"),
        ("2021/22", "2021-04-01", "2022-03-31", ""),
    ]
    assert rows[0]["note"] == "'=HYPERLINK(1)"


@pytest.mark.django_db
def test_search_narrows_the_list(client, member):
    client.force_login(member("viewer"))

    def count(query):
        return client.get(f"/kent/indicators/?{query}").context["page"].paginator.count

    assert count("") == count("kind=nonsense") == 197
    assert 0 < count("q=hate+crime") < count("q=crime") < 197
    assert count("kind=proxy") + count("kind=context") + count("kind=output") == 197
    assert count("q=%00") == 197


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("stated", "words"),
    [
        ({}, ""),
        ({"stated_percent": "6.8", "stated_absolute": 345}, "Change as printed: +6.8%, +345 on 2020/21."),
        ({"stated_percent": "-18"}, "Change as printed: \N{MINUS SIGN}18% on 2020/21."),
        (
            {"stated_absolute": -3000, "against_start": None, "against_end": None},
            "Change as printed: \N{MINUS SIGN}3,000.",
        ),
    ],
)
def test_the_change_as_it_was_printed(stated, words, indicator):
    before = {"against_start": dt.date(2020, 4, 1), "against_end": dt.date(2021, 3, 31)}
    year(indicator, 2021, 90, **(before | stated))
    (figure,) = series.in_words(indicator, indicator.observations.all())
    assert figure.stated_change == words


@pytest.mark.django_db
def test_a_blank_figure_restates_nothing(indicator):
    year(indicator, 2020, None)
    year(indicator, 2020, 5, printed_in="2023/24", printed_year=2023)
    year(indicator, 2020, None, printed_in="2024/25", printed_year=2024)
    assert [figure.restatement for figure in series.in_words(indicator, indicator.observations.all())] == ["", "", ""]


@pytest.mark.django_db
def test_each_row_has_its_marks(indicator):
    indicator.suppression_threshold = 5
    dover = Area.objects.create(partnership=indicator.partnership, code="E07000108", name="Dover town")
    year(indicator, 2018, 9, status=Status.PROVISIONAL)
    year(indicator, 2018, 10, printed_in="2023/24", printed_year=2023, status=Status.ESTIMATE)
    year(indicator, 2019, None)
    year(indicator, 2020, None, missing=Missing.NOT_APPLICABLE)
    year(indicator, 2021, "0.4")
    year(indicator, 2018, 7, area=dover)
    year(indicator, 2019, 2, area=dover)
    Break.objects.create(indicator=indicator, date=dt.date(2020, 4, 1), title="New recording", note="New.")
    known = indicator.observations.all()
    rows = series.rows(indicator, known, [dover], held={(dover.pk, dt.date(2019, 4, 1), dt.date(2020, 3, 31))})
    assert [(row.area, row.figure.period, row.marks, row.is_held_back) for row in rows] == [
        ("", "2018/19", ("p",), False),
        ("", "2018/19", ("r", "e"), False),
        ("", "2019/20", ("x",), False),
        ("", "2020/21", ("z",), False),
        ("", "2021/22", ("b", "low"), False),
        ("Dover town", "2018/19", (), False),
        ("Dover town", "2019/20", (), True),
    ]
    assert [row.figure.text for row in rows[2:5]] == ["not available", "not applicable", "0"]


@pytest.mark.django_db
def test_figures_of_parts_restate_none_of_the_whole(indicator):
    part = Area.objects.create(partnership=indicator.partnership, code="E07000108", name="Dover town")
    year(indicator, 2020, 100)
    year(indicator, 2020, 40, area=part)
    assert [figure.restatement for figure in series.in_words(indicator, indicator.observations.all())] == ["", ""]


@pytest.mark.django_db
def test_a_figure_that_was_withdrawn_is_not_drawn(indicator):
    year(indicator, 2020, 100)
    year(indicator, 2021, 90)
    assert len(series.points(indicator.observations.all())) == 2
    year(indicator, 2020, None, printed_in="2023/24", printed_year=2023)
    assert len(series.points(indicator.observations.all())) == 2, "blank says nothing"
    year(indicator, 2020, None, missing=Missing.CONFIDENTIAL, printed_in="2024/25", printed_year=2024)
    assert [point.value for point in series.points(indicator.observations.all())] == [90]


@pytest.mark.django_db
def test_a_figure_of_which_part_was_not_supplied_is_not_drawn(indicator):
    year(indicator, 2020, 100)
    year(indicator, 2021, 40, status="incomplete")
    assert [point.value for point in series.points(indicator.observations.all())] == [100]
