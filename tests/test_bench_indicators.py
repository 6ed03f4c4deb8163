"""The benchmark of many figures: that its rows fit the model, that its pages open, and what its verdict says."""

import pytest
from django.urls import reverse

from bench import indicators, many_figures
from indicators.models import Indicator, Observation
from indicators.periods import Period
from tests.conftest import NOW


@pytest.fixture
def filled(db, monkeypatch):
    """Two partnerships of three indicators and nine months, beside the one of few figures."""
    monkeypatch.setattr(many_figures, "INDICATORS", 3)
    monkeypatch.setattr(many_figures, "MONTHS", 9)
    monkeypatch.setattr(many_figures, "AT_ONCE", 1)
    before = Observation.objects.count()
    many_figures.fill(2, NOW)
    return Observation.objects.count() - before


def test_the_figures_fit_the_model(filled):
    assert filled == 2 * 3 * 9 + many_figures.FEW_INDICATORS * many_figures.FEW_MONTHS
    for one in Observation.objects.filter(indicator__partnership__slug__contains="-figures"):
        one.full_clean()
        assert one.period.kind == "month"
    newest = Observation.objects.filter(indicator__partnership__slug=many_figures.MANY).latest("end")
    assert newest.period == Period.month(2026, 9)
    served = Indicator.objects.filter(partnership__slug=many_figures.MANY, priorities__agreement__year=2026)
    assert served.count() == 3


def test_every_page_opens_for_few_and_for_many(filled, client, member):
    client.force_login(member("officer"))
    pages = many_figures.pages(NOW)
    assert reverse("indicator-list", args=[many_figures.MANY]) in [page["many"] for page in pages]
    for page in pages:
        assert page["who"] == "officer@kent.example"
        assert client.get(page["few"]).status_code == client.get(page["many"]).status_code == 200


def measured(title="list", few=8, many=8, p95=100):
    return {"title": title, "few": {"queries": few}, "many": {"queries": many, "p95": p95}}


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (measured(), "met"),
        (measured("dashboard", p95=150), "met"),
        (measured("dashboard", p95=151), "missed: p95 over 150 ms"),
        (measured("list", p95=900), "met"),
        (measured(few=8, many=9), "missed: queries grow"),
        (measured(few=13, many=13), "missed: over 12 queries"),
    ],
)
def test_the_verdict_names_what_was_missed(one, words):
    assert indicators.verdict(one) == words


def test_the_summary_stands_beside_the_smallest_page():
    took = {"few": [10, 10, 20], "many": [30, 30, 60], "smallest": [5, 5, 6]}
    queries = {"few": {"count": 3, "whole": []}, "many": {"count": 4, "whole": ["indicators_observation"]}}
    one = indicators.summary("list", took, queries)
    assert (one["few"]["p50"], one["many"]["p95"], one["ratio"]) == (10, 60, 10)
    assert (one["few"]["queries"], one["many"]["queries"]) == (3, 4)
    assert one["whole_tables"] == ["indicators_observation"]
