"""The report as HTML and as JSON: all of the tree, nothing from outside, every link leads somewhere."""

import json
import re
from collections import Counter
from dataclasses import fields, is_dataclass
from itertools import pairwise
from pathlib import Path

import pytest
from report_words import YEARS, blocks, document_of, first_missing, small_document, words_of_html

from indicators.series import Figure, NumberedBreak
from reports import summary
from reports.rendering.data import render_json
from reports.rendering.html import render_body, render_for_pdf, render_standalone
from reports.summary import Lead, PriorityPart, Section, from_data

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.django_db
@pytest.mark.parametrize("year", YEARS)
def test_everything_of_the_tree_is_there_in_order(year):
    document = document_of(year)
    wanted = list(blocks(document))
    assert len(wanted) > 100
    assert first_missing(words_of_html(render_standalone(document)), wanted) is None
    assert first_missing(words_of_html(render_body(document)), wanted) is None


def test_a_block_that_is_gone_or_out_of_turn_is_missed():
    document = small_document()
    words = words_of_html(render_standalone(document))
    wanted = list(blocks(document))
    assert first_missing(words, wanted) is None
    assert first_missing(words.replace("Acampaignran.", ""), wanted) == "Acampaignran."
    assert first_missing(words, [*wanted[1:], wanted[0]]) == wanted[0]


@pytest.mark.django_db
@pytest.mark.parametrize("year", YEARS)
def test_ids_are_unique_and_every_link_inside_leads_to_one(year):
    html = render_body(document_of(year))
    idents = Counter(re.findall(r'\bid="([^"]+)"', html))
    assert [ident for ident, times in idents.items() if times > 1] == []
    targets = set(re.findall(r'href="#([^"]+)"', html))
    assert len(targets) > 20
    assert targets <= set(idents)
    assert set(re.findall(r'aria-(?:labelledby|describedby)="([^"]+)"', html)) <= set(idents)


@pytest.mark.django_db
@pytest.mark.parametrize("year", YEARS)
def test_the_file_stands_alone(year):
    html = render_standalone(document_of(year))
    assert html.startswith('<!DOCTYPE html>\n<html lang="en-GB">')
    assert not re.search(
        r"<(?:script|link|img|iframe)|\bsrc=|url\((?!\s*attr)|@import|@font-face",
        html.replace("attr(data-target url)", ""),
    )


def test_only_the_pdf_names_font_files_and_only_ours():
    html = render_for_pdf(small_document())
    files = re.findall(r'url\("file://([^"]+)"\)', html)
    assert len(files) == 4
    assert all(Path(file).is_relative_to(ROOT / "static" / "vendor" / "liberation-sans") for file in files)


@pytest.mark.django_db
def test_charts_of_the_pdf_do_not_ask_for_a_font_of_the_machine():
    document = document_of("2022/23")
    assert 'font-family="Arial' in render_standalone(document)
    assert 'font-family="Arial' not in render_for_pdf(document)


@pytest.mark.django_db
@pytest.mark.parametrize("year", YEARS)
def test_no_heading_level_is_skipped(year):
    levels = [int(level) for level in re.findall(r"<h([1-6])", render_standalone(document_of(year)))]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<h3>One</h3><h4>Two</h4>", "<h4>One</h4><h5>Two</h5>"),
        ("<h4>First</h4><h3>Then</h3>", "<h4>First</h4><h4>Then</h4>"),
    ],
)
def test_headings_of_texts_fit_below_their_section(text, shown):
    assert shown in render_body(small_document({"sections": [Section("Context", text, "")]}))


def test_what_is_not_known_is_said_in_words():
    html = render_body(small_document())
    rows = re.findall(r'<tr id="action-(.*?)".*?</tr>', html, re.DOTALL)
    assert rows == ["RS-A1", "RS-A2", "RS-A3"]
    assert html.count("No progress this round.") == 1
    assert html.count("No update has been accepted for this action.") == 1
    assert html.index("No progress this round.") < html.index("No update has been accepted")
    assert "As at March 2023" in html
    assert "2023-03" not in html
    assert "4,532 (provisional)" in html
    assert "5,799 (provisional)" not in html
    assert "Not yet validated. Restated: 2021/22 gave 4,600." in html
    assert "Break 1, 1 April 2020: COVID-19. Traffic fell." in html
    assert "Fewer is better." in html


def test_a_draft_and_a_demonstration_say_so():
    plain_one = render_body(small_document())
    assert "Draft" not in plain_one
    assert "Demonstration" not in plain_one
    marked = render_body(small_document(is_draft=True, is_demonstration=True))
    assert "Draft: not issued" in marked
    assert "Demonstration: not from a published report" in marked


def test_a_lead_may_be_half_known_or_absent():
    half = render_body(small_document({"leads": [Lead("", "Kent Police"), Lead("Chair", "")]}))
    assert "<strong>Priority lead:</strong> Kent Police</p>" in half
    assert "<strong>Priority lead:</strong> Chair</p>" in half
    assert "Priority lead" not in render_body(small_document({"leads": []}))


def test_notes_link_back_to_each_place_that_cites_them():
    html = render_body(small_document())
    assert re.findall(r'href="#(road-safety-ref-n1-\d)" role="doc-backlink" aria-label="([^"]+)"', html) == [
        ("road-safety-ref-n1-1", "Back to reference 1 of note 1"),
        ("road-safety-ref-n1-2", "Back to reference 2 of note 1"),
    ]
    uncited = re.search(r'<li id="road-safety-note-n2".*?</li>', html, re.DOTALL)[0]
    assert "href" not in uncited


def test_plain_words_of_the_tree_are_escaped():
    html = render_standalone(small_document(title="<script>alert(1)</script>", running_header='"</style><b>'))
    assert "<script>" not in html
    assert "</style><b>" not in html


def test_the_body_is_a_part_of_a_page():
    assert re.fullmatch(r'<article class="app-report">.*</article>', render_body(small_document()).strip(), re.DOTALL)


@pytest.mark.django_db
@pytest.mark.parametrize("year", YEARS)
def test_json_holds_the_whole_tree(year):
    document = document_of(year)
    data = render_json(document)
    assert data == render_json(document_of(year))
    assert data.endswith(b"}\n")
    assert from_data(json.loads(data)) == document


def test_json_is_written_in_utf_8():
    assert "£".encode() in render_json(small_document(title="£1"))


def test_the_tree_is_described_to_the_last_field():
    described = (ROOT / "docs" / "report-tree.md").read_text()
    kinds = {kind for kind in vars(summary).values() if is_dataclass(kind)} | {Figure, NumberedBreak}
    assert PriorityPart in kinds
    missing = {field.name for kind in kinds for field in fields(kind) if f"`{field.name}`" not in described}
    assert not missing


def test_the_documented_example_is_a_tree():
    example = re.search(r"```json\n(.*?)```", (ROOT / "docs" / "report-tree.md").read_text(), re.DOTALL)[1]
    document = from_data(json.loads(example))
    assert "RS-A1" in render_body(document)
