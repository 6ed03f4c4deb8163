"""The vocabulary of rich text: what passes, what is taken out, and what reading gives."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from priorities.markdown import to_html
from priorities.models import Section
from priorities.text import note_keys, plain, sanitise, shift_headings

IN_THE_VOCABULARY = (
    '<h3>Heading</h3><p>One <strong>bold</strong> <em>word</em><sup data-note="n1"></sup></p>'
    '<ul><li><a href="https://example.org/">link</a></li></ul>'
    '<table><tbody><tr><th scope="row">a</th><td>b</td></tr></tbody></table>'
)
ATTACKS = [
    "<script>alert(1)</script>",
    '<img src="x" onerror="alert(1)">',
    '<a href="javascript:alert(1)">x</a>',
    '<p style="color:red" onclick="x()">y</p>',
    '<iframe src="https://example.org"></iframe>',
    '<svg><a xlink:href="javascript:alert(1)"></a></svg>',
    '<p id="clobber" class="govuk-button">z</p>',
    "<style>p{}</style>",
    '<form action="/admin/"><input name="q"></form>',
]
FORBIDDEN = [
    "<script",
    "onerror",
    "javascript:",
    "style",
    "onclick",
    "<iframe",
    "<svg",
    "id=",
    "class=",
    "<form",
    "<input",
    "<img",
]


def test_the_vocabulary_passes_unchanged():
    assert sanitise(IN_THE_VOCABULARY) == IN_THE_VOCABULARY


@pytest.mark.parametrize("attack", ATTACKS)
def test_everything_else_is_taken_out(attack):
    cleaned = sanitise(f"<p>before</p>{attack}")
    assert cleaned.startswith("<p>before</p>")
    assert not [word for word in FORBIDDEN if word in cleaned]


@given(st.text())
def test_cleaning_twice_changes_nothing(text):
    assert sanitise(sanitise(text)) == sanitise(text)


@pytest.mark.django_db
def test_text_is_cleaned_on_its_way_into_the_database(kent):
    section = Section.objects.filter(priority__agreement__partnership=kent).first()
    Section.objects.filter(pk=section.pk).update(body="<p>fine</p><script>bad()</script>")
    section.refresh_from_db()
    assert section.body == "<p>fine</p>"


def test_markdown_becomes_the_vocabulary():
    html = to_html(
        "A *word* [here](https://example.org/)[^2]\n\n- one\n- two\n\n<b>raw</b>", lambda number: f"n{number}"
    )
    assert note_keys(html) == ["n2"]
    assert "<li>one</li>" in html
    assert "&lt;b&gt;raw" in html


def test_plain_gives_one_line_a_block():
    assert plain(IN_THE_VOCABULARY) == "Heading\nOne bold word\nlink\na\nb"


def test_headings_shift_together():
    assert shift_headings("<h3>a</h3><h4>b</h4>", 1) == "<h4>a</h4><h5>b</h5>"
