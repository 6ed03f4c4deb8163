"""The benchmarks' arithmetic and tables, and that no kind of page is left out. Times are not tested."""

import pytest

from actions.models import Action
from bench import page_list, pages, pdf, scale, table
from priorities.years import FinancialYear
from tests.conftest import NOW
from tests.test_access import addresses


def test_a_percentile_is_one_of_the_values():
    assert table.percentile([5, 1, 4, 2, 3], 50) == 3
    assert table.percentile(range(1, 41), 95) == 38
    assert table.percentile([7], 95) == 7


def test_a_ratio_to_nothing_is_none():
    assert table.ratio(3, 2) == 1.5
    assert table.ratio(3, 0) is None
    assert table.times(None) == "-"


def test_the_paired_ratio_is_the_median_of_neighbours():
    """A slow spell of the machine that hits both of a pair does not move it."""
    assert table.paired_ratio([2, 20, 2], [1, 10, 1]) == 2
    assert table.paired_ratio([1, 2, 9], [1, 1, 1]) == 2
    assert table.paired_ratio([], []) is None


def test_a_table_sets_words_left_and_numbers_right():
    assert table.lines(["what", "ms", "target"], [["home", 7, "met"], ["a longer name", "1,234.5", ""]]) == [
        "what                ms  target",
        "-------------  -------  ------",
        "home                 7  met",
        "a longer name  1,234.5",
    ]


def measured(small, large, ratio):
    return {"small": {"queries": small}, "large": {"queries": large}, "ratio_p95": ratio}


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (measured(12, 12, 1.5), "met"),
        (measured(13, 13, 1.0), "missed: over 12 queries"),
        (measured(4, 5, 1.6), "missed: p95 over 1.5x, queries grow"),
    ],
)
def test_the_verdict_on_a_page_names_what_was_missed(one, words):
    assert pages.verdict(one) == words


def test_the_summary_of_a_page_compares_large_with_small():
    queries = {"count": 3, "whole": ["actions_action"]}
    one = pages.summary({"title": "home"}, [10, 10, 20], [15, 15, 60], {"count": 3, "whole": []}, queries)
    assert (one["ratio_p50"], one["ratio_p95"]) == (1.5, 3)
    assert one["whole_tables"] == ["actions_action"]


def test_the_verdict_on_a_pdf_has_the_target():
    assert pdf.verdict("weasyprint", {"wall": 1.05}) == "wall at most 1.05x: met"
    assert pdf.verdict("chromium", {"wall": 3.2}) == "wall at most 3.0x: missed"
    assert pdf.verdict("ours", {}) == ""


def test_every_kind_of_page_is_timed_or_excused():
    timed = page_list.site_pages(FinancialYear(2026)) + page_list.admin_pages(lambda model: 1)
    assert page_list.not_covered([name for name, _ in addresses()], timed) == []


def test_the_pages_that_are_timed_have_titles_and_addresses_of_their_own():
    timed = page_list.site_pages(FinancialYear(2026)) + page_list.admin_pages(lambda model: 1)
    for values in ([page.title for page in timed], [(page.path, page.who) for page in timed]):
        assert len(values) == len(set(values))


@pytest.mark.django_db
def test_the_large_database_fits_the_model(monkeypatch):
    """A small one, made by the same code: so that a change of the model is seen here and not in the next benchmark."""
    monkeypatch.setattr(scale, "PARTNERSHIPS", 2)
    monkeypatch.setattr(scale, "YEARS", 3)
    before = Action.objects.count()
    scale.grow(NOW)
    scale.fill_front_page(NOW)
    scale.add_what_the_demonstration_lacks(NOW)
    assert Action.objects.count() == before + 2 * 3 * scale.PRIORITIES * scale.ACTIONS
