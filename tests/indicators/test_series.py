"""Figures in words, and the direction of travel: like with like only, or the reason why not."""

import csv
import datetime as dt
import io

import pytest

from indicators import series
from indicators.models import Break, Indicator, Observation

Status = Observation.Status


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


def travel(indicator):
    return series.direction_of_travel(Indicator.objects.with_figures().get(pk=indicator.pk))


@pytest.mark.django_db
@pytest.mark.parametrize(("after", "word"), [(90, "Down"), (110, "Up"), (100, "No change")])
def test_like_with_like(indicator, after, word):
    year(indicator, 2020, 100)
    year(indicator, 2021, after)
    assert travel(indicator).word == word
    assert "2020/21" in travel(indicator).sentence
    assert "2021/22" in travel(indicator).sentence


@pytest.mark.django_db
def test_no_figure_and_one_figure(indicator):
    assert travel(indicator).sentence == "No figure is known."
    year(indicator, 2021, None)
    assert travel(indicator).sentence == "No figure is known.", "blank is not zero"
    year(indicator, 2020, 7, status=Status.PROVISIONAL)
    assert travel(indicator) == series.Travel(
        "", "7 in 2020/21 (provisional). No earlier figure can be compared with it."
    )


@pytest.mark.django_db
def test_not_across_a_break(indicator):
    year(indicator, 2020, 100)
    year(indicator, 2021, 90)
    Break.objects.create(indicator=indicator, date=dt.date(2021, 4, 1), title="New recording", note="New.")
    assert travel(indicator).word == ""
    assert "No earlier figure" in travel(indicator).sentence


@pytest.mark.django_db
def test_not_between_lengths_and_not_between_overlapping_years(indicator):
    observe(indicator, dt.date(2021, 4, 1), dt.date(2021, 9, 30), 50)
    year(indicator, 2021, 90)
    observe(indicator, dt.date(2021, 1, 1), dt.date(2021, 12, 31), 95)
    assert travel(indicator).word == ""


@pytest.mark.django_db
def test_not_between_rounded_figures(indicator):
    year(indicator, 2020, 3000, qualifier="over")
    year(indicator, 2021, 3100)
    assert travel(indicator) == series.Travel(
        "", "Rounded figures, from over 3,000 in 2020/21 to 3,100 in 2021/22: the direction cannot be told."
    )


@pytest.mark.django_db
def test_the_later_edition_is_compared(indicator):
    year(indicator, 2020, 100)
    year(indicator, 2021, 90)
    year(indicator, 2020, 80, printed_in="2023/24", printed_year=2023)
    assert travel(indicator).word == "Up"


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
def test_a_change_that_rounding_hides_is_no_change(indicator):
    Indicator.objects.update(decimals=1)
    year(indicator, 2020, "4.91")
    year(indicator, 2021, "4.94")
    assert travel(indicator).sentence == "No change from 4.9 in 2020/21 to 4.9 in 2021/22."


@pytest.mark.django_db
def test_a_blank_figure_restates_nothing(indicator):
    year(indicator, 2020, None)
    year(indicator, 2020, 5, printed_in="2023/24", printed_year=2023)
    year(indicator, 2020, None, printed_in="2024/25", printed_year=2024)
    assert [figure.restatement for figure in series.in_words(indicator, indicator.observations.all())] == ["", "", ""]
    assert travel(indicator).sentence.startswith("5 in 2020/21")


@pytest.mark.django_db
def test_small_counts_are_not_published(indicator):
    for first, value in ((2018, 9), (2019, 2), (2020, 11), (2021, 5)):
        year(indicator, first, value, stated_percent=-30, note=f"{value} in all.")
    known = indicator.observations.all()
    indicator.suppression_threshold = 5
    public = series.for_publication(indicator, known)
    words = series.in_words(indicator, public)
    assert [figure.value for figure in words] == ["9", None, "11", "5"]
    told = f"{words[1]} {series.chart(indicator, public, 'x')}"
    assert "2 in all" not in told
    assert "30%" not in str(words[1])
    assert "Suppressed" in words[1].note
    assert "2019/20: 2" not in series.chart(indicator, public, "x")
    assert "2019/20: 2" in series.chart(indicator, known, "x"), "the control: members see it"
