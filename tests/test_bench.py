"""The benchmarks' arithmetic and tables, and that no kind of page is left out. Times are not tested."""

import shutil
import sys

import pytest
from django.utils import timezone

from actions.models import Action
from bench import crowd, formats, load, page_list, pages, pdf, scale, table, visitors
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


def test_the_verdict_on_a_format_has_the_target():
    assert formats.verdict("docx", 1.99) == "wall at most 2 s: met"
    assert formats.verdict("docx", 2.01) == "wall at most 2 s: missed"
    assert formats.verdict("ods", 9) == ""


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


# --- Load ---------------------------------------------------------------------------------------------------------


def work(scratch, folder, application):
    """Three people work for three seconds at a real server. What happened, and the saves that were lost."""
    people = crowd.make(3, timezone.now())
    (folder / "static" / "css").mkdir(parents=True)
    (folder / "static" / "css" / "app.css").write_text("body { color: black }")
    address = f"127.0.0.1:{load.free_port()}"
    settings = {"CSA_BIND": address, "BEHIND_PROXY": "true", "PYTHONPATH": str(folder)}
    server = [sys.executable, "-m", "gunicorn", application, "--bind", address, "--threads", "4"]
    with load.serving([*server, "--no-control-socket"], scratch.environment | settings, folder) as process:
        happened = load.work(people, address, folder, think=0.1, seconds=3)
        assert not shutil.which("ps") or len(load.megabytes_of_children(process.pid)) == 1
    return happened, crowd.lost(happened["saved"])


@pytest.mark.slow
def test_people_work_without_an_error_and_nothing_is_lost(scratch, tmp_path):
    happened, lost = work(scratch, tmp_path, "csa.wsgi")
    assert happened["errors"] == []
    assert happened["saved"]
    assert lost == []
    assert {"static file", "autosave", "review"} <= {name for name, _ in happened["requests"]}


BROKEN = """
from unittest.mock import patch
from csa.wsgi import application
from actions import workflow

save = workflow.save

def forgetful(update, content, **deed):
    return update if content.text.count("Sentence") == 1 else save(update, content, **deed)

patch("actions.workflow.save", forgetful).start()
patch("actions.reviewing.waiting", None).start()
"""


@pytest.mark.slow
def test_an_error_and_a_lost_save_are_reported(scratch, tmp_path):
    """The control: a server that says "Saved" of each first sentence and forgets it, and whose queue is broken."""
    (tmp_path / "broken.py").write_text(BROKEN)
    happened, lost = work(scratch, tmp_path, "broken:application")
    assert lost
    assert lost == [[update, text] for update, text in happened["saved"] if text.count("Sentence") == 1]
    assert happened["errors"]
    assert all(line.startswith("queue: ") and line.endswith(" answered 500") for line in happened["errors"])


@pytest.mark.django_db
def test_each_of_the_crowd_has_work_of_its_own():
    people = crowd.make(23, timezone.now())
    assert (len(people["leads"]), len(people["reviewers"])) == (20, 3)
    updates = [update["path"] for lead in people["leads"] for update in lead["updates"]]
    assert len(updates) == len(set(updates)) == 20 * (crowd.ACTIONS - crowd.SUBMITTED)


def test_a_form_is_read_as_a_browser_sends_it():
    form = (
        '<input type="hidden" name="version" value="3"><input name="said" value="a &amp; b"><input name="empty">'
        '<input type="radio" name="rating" value="red"><input type="radio" name="rating" value="green" checked>'
        '<input type="checkbox" name="no_progress"><button type="submit" name="then" value="save">Save</button>'
        '<textarea name="why" rows="3">\n&lt;late&gt;</textarea><textarea name="text_html" hidden disabled></textarea>'
    )
    assert visitors.fields(form) == {"version": "3", "said": "a & b", "empty": "", "rating": "green", "why": "<late>"}


def test_the_rows_of_load_stand_beside_the_floors():
    requests = [["static file", 2.0], ["smallest page", 10.0], ["write", 100.0], ["dashboard", 200.0], ["save", 150.0]]
    rows = {line["title"]: line for line in load.summary(requests)}
    assert (rows["page"]["requests"], rows["page"]["p95"]) == (2, 200)
    assert (rows["page"]["to_static"], rows["page"]["to_smallest"]) == (100, 20)
    assert load.verdict(rows["page"]) == "p95 at most 150 ms: missed"
    assert load.verdict(rows["save"]) == "p95 at most 150 ms: met"
    assert "autosave" not in rows


def test_load_fails_by_errors_and_lost_saves_alone():
    assert not load.has_failed({"errors": {}, "lost": []})
    assert load.has_failed({"errors": {"write answered 500": 1}, "lost": []})
    assert load.has_failed({"errors": {}, "lost": [[1, "<p>Gone.</p>"]]})
