"""Markdown and rich text, there and back: neither meaning nor words change."""

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from priorities.markdown import to_html, to_markdown
from priorities.text import note_keys, plain, sanitise
from priorities.tidy import tidy

# Words with everything that Markdown gives a meaning to, in and between them.
SIGNS = "\\*_`#<>&[]()!|~=+-.:1a9é£“”·\xa0"
WORDS = st.lists(st.text(st.sampled_from(SIGNS), min_size=1, max_size=4) | st.sampled_from(
    ["one", "1.", "2)", "- x", "[^1]", "[a](b)", "<b>", "&amp;", "&#35;", "# x", "**b**", "a_b_c", "---", "===", ":--",
     "|", "> q", "~~~", "```", "[a]: b", "!", "https://example.org/", "<https://example.org/>", "    x"]
), min_size=1, max_size=4).map(" ".join)  # fmt: skip
LETTERS = st.text(st.characters(exclude_categories=["Cc", "Cs", "Co", "Cn"]), min_size=1, max_size=12)
ADDRESSES = st.sampled_from(
    [
        "https://example.org/",
        "https://example.org/a_(b)?c=d&copy=e#f",
        "mailto:a@kent.example",
        "/kent/",
        "https://é.org",
    ]
)
TEXT = (WORDS | LETTERS).map(lambda words: words.replace("&", "&amp;").replace("<", "&lt;"))


def marked(inner):
    inside = st.lists(inner, min_size=1, max_size=3).map("".join)
    return st.builds("<{1}>{0}</{1}>".format, inside, st.sampled_from(["strong", "em"])) | st.builds(
        '<a href="{1}">{0}</a>'.format, TEXT, ADDRESSES.map(lambda address: address.replace("&", "&amp;"))
    )


INLINE = st.lists(
    st.recursive(TEXT | st.sampled_from(['<sup data-note="n1"></sup>', "<br>", " "]), marked, max_leaves=5),
    min_size=1, max_size=4,
).map("".join)  # fmt: skip
PARAGRAPH = INLINE.map("<p>{}</p>".format)


def listed(inner):
    item = st.lists(inner, min_size=1, max_size=3).map("".join).map("<li>{}</li>".format)
    return st.builds("<{1}>{0}</{1}>".format, st.lists(item, max_size=3).map("".join), st.sampled_from(["ul", "ol"]))


BLOCK = st.recursive(PARAGRAPH | INLINE, listed, max_leaves=6)
HEADING = st.builds(
    "<{1}>{0}</{1}>".format, INLINE.map(lambda html: html.replace("<br>", " ")), st.sampled_from(["h3", "h4"])
)
CELL = INLINE.map(lambda html: html.replace("<br>", " "))


@st.composite
def tables(draw):
    width = draw(st.integers(1, 3))

    def row(tag):
        return "<tr>" + "".join(f"<{tag}>{draw(CELL)}</{tag}>" for _ in range(width)) + "</tr>"

    head = draw(st.sampled_from(["", "<thead>{}</thead>"])).format(row("th"))
    return f"<table>{head}<tbody>{''.join(row('td') for _ in range(draw(st.integers(1, 2))))}</tbody></table>"


HTML = st.lists(BLOCK | HEADING | tables(), min_size=1, max_size=4).map("".join)


@settings(deadline=None)
@given(HTML)
@example("<p>a<strong>.b</strong>c</p>")
@example("<p>a<em>b</em><strong>c</strong>d<strong><em>e</em></strong></p>")
@example("<p>x<a href='https://example.org/'>y</a>: z</p><p><sup data-note='n1'></sup>: w</p>")
@example("<p>1<a href='/kent/'>^0</a></p>")
@example("<ul><li><p>a</p><p>b</p></li><li>c<ol><li>d</li></ol></li></ul>")
def test_what_markdown_can_say_comes_back_the_same(html):
    html = tidy(html)
    assert tidy(to_html(to_markdown(html), typed=True)) == html


@settings(deadline=None)
@given(HTML)
def test_tidying_keeps_words_and_notes_and_does_nothing_twice(html):
    cleaned = tidy(html)
    assert "".join(plain(cleaned).split()) == "".join(plain(sanitise(html)).split())
    assert note_keys(cleaned) == note_keys(sanitise(html))
    assert tidy(cleaned) == cleaned


LITERAL = ["1. x", "2. x", "2019. A good year", "*", "* x", "_", "_x_", "#", "# x", "<", "<b>x</b>", "&amp;", "- x",
           "+ 5", "> 5", "---", "===", "a | b", "[x](y)", "[^1]", "[x]: y", "`x`", "```", "!", "\\", "\\*", "~~~",
           "    x", "<https://example.org>", "x  ", "**x**", "5 * 4 * 3", "a_b_c"]  # fmt: skip


@pytest.mark.parametrize("words", LITERAL)
def test_signs_meant_literally_survive(words):
    html = tidy(f"<p>{words.replace('&', '&amp;').replace('<', '&lt;')}</p>")
    assert tidy(to_html(to_markdown(html), typed=True)) == html
    assert plain(html) == words.strip()


NO_MARKDOWN = st.characters(categories=["L", "N", "P", "S"], exclude_characters="\\*_`#<>&[]|-+1234567890.):=~")


@settings(deadline=None)
@given(st.lists(st.text(NO_MARKDOWN, min_size=1), min_size=1).map(" ".join))
def test_what_a_person_types_keeps_its_words(typed):
    assert plain(to_html(typed, typed=True)) == typed


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("[Update]: we did it", "[Update]: we did it"),
        ("2019. A good year", "2019. A good year"),
        ("> 5 incidents", "> 5 incidents"),
        ("    far in", "far in"),
        ("one\n---", "one\n---"),
        ("one\n***\ntwo", "one\n***\ntwo"),
        ("`x` ![y](z)", "`x` !y"),
        ("<script>x</script>", "<script>x</script>"),
        ("one\ntwo", "one\ntwo"),
        ("```\nx\n```", "```\nx\n```"),
    ],
)
def test_what_the_vocabulary_cannot_say_stands_as_typed(typed, kept):
    assert plain(to_html(typed, typed=True)) == kept


@pytest.mark.parametrize(
    ("typed", "html"),
    [
        ("- one\n- two", "<ul><li>one</li><li>two</li></ul>"),
        ("1. one\n2. two", "<ol><li>one</li><li>two</li></ol>"),
        ("**bold** and *soft*", "<p><strong>bold</strong> and <em>soft</em></p>"),
        ("[a](https://example.org/)[^n1]", '<p><a href="https://example.org/">a</a><sup data-note="n1"></sup></p>'),
        ("# a\n\n### b\n\n#### c", "<h3>a</h3><h3>b</h3><h4>c</h4>"),
        ("[a](javascript:b)", "<p>[a](javascript:b)</p>"),
    ],
)
def test_markdown_that_a_person_types(typed, html):
    assert tidy(to_html(typed, typed=True)) == html


TABLE = (
    '<table><caption>Deaths</caption><thead><tr><th>Year</th><th colspan="2">All</th></tr></thead>'
    '<tbody><tr><th scope="row">2019</th><td>a<br>b</td><td><ul><li>c</li></ul></td></tr></tbody></table>'
)


def test_what_markdown_cannot_say_keeps_its_words():
    back = to_html(to_markdown(TABLE), typed=True)
    assert plain(back).split() == plain(TABLE).split()
    assert not re.search("caption|colspan|scope|<ul|<br", back)


@pytest.mark.parametrize(
    ("noisy", "same"),
    [
        ("<ul><li><p>a</p></li></ul>", "<ul><li>a</li></ul>"),
        ("<p>a <strong>b </strong>c<em> </em></p><p></p><p><br></p>", "<p>a <strong>b</strong> c</p>"),
        ("<p><strong>a</strong><strong> b</strong></p>", "<p><strong>a b</strong></p>"),
        ("<strong><p>a</p></strong>", "<p>a</p>"),
        ("<p>a\n  b&nbsp; c d&nbsp;e</p>", "<p>a b c d&nbsp;e</p>"),
        ("<ul><li>a</li></ul><ul><li>b</li><li></li></ul>", "<ul><li>a</li><li>b</li></ul>"),
        ("a<ul></ul>", "<p>a</p>"),
        ("<table><tbody><tr><th colspan=1><p>a</p></th></tr></tbody></table>",
         "<table><thead><tr><th>a</th></tr></thead></table>"),
    ],
)  # fmt: skip
def test_noise_disappears(noisy, same):
    assert tidy(noisy) == same


def test_deep_nesting_keeps_the_words():
    for deep in ("<ul><li>" * 5000, "<strong><em>" * 5000, "<table><tr><td>" * 3000):
        assert plain(tidy(f"{deep}words")) == "words"
