import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.differences import Piece, wording, words


def same(text):
    return Piece("same", text)


def added(text):
    return Piece("added", text)


def removed(text):
    return Piece("removed", text)


def test_wording_marks_the_words_that_changed():
    assert wording("Help partners deliver the plan", "Help all partners deliver") == [
        same("Help"),
        added("all"),
        same("partners deliver"),
        removed("the plan"),
    ]


def test_each_block_is_a_line():
    assert words("<p>One two</p><ul><li>a</li></ul>", "<p>One three</p><ul><li>a</li><li>b c</li></ul>") == [
        [same("One"), removed("two"), added("three")],
        [same("• a")],
        [added("• b c")],
    ]


@pytest.mark.parametrize(
    ("before", "after", "line"),
    [
        ("<p>Read on</p>", "<p>Read<br>on</p>", [same("Read"), added("¶")]),
        ("<p>Now</p>", '<p>Now<sup data-note="ons"></sup></p>', [same("Now"), added("[note ons]")]),
        (
            '<p><a href="https://a.example">Plan</a></p>',
            '<p><a href="https://b.example">Plan</a></p>',
            [same("Plan"), removed("(https://a.example)"), added("(https://b.example)")],
        ),
        ("<p>Done</p>", "<ul><li>Done</li></ul>", [added("•"), same("Done")]),
    ],
)
def test_a_change_that_is_no_word_shows_too(before, after, line):
    assert words(before, after)[0] == line


def test_nothing_against_nothing_has_no_lines():
    assert words("", "") == []
    assert wording("", "") == []


def test_the_same_words_thousands_of_times_are_not_compared():
    lines = words(f"<p>{'a ' * 5000}</p>", f"<p>{'a ' * 4999}</p>")
    assert {piece.kind for line in lines for piece in line} == {"removed", "added"}


_texts = st.lists(st.lists(st.sampled_from("abc"), min_size=1, max_size=6).map(" ".join), max_size=4)


@given(_texts, _texts)
def test_both_texts_can_be_read_from_the_difference(before, after):
    lines = words(*("".join(f"<p>{line}</p>" for line in text) for text in (before, after)))
    pieces = [piece for line in lines for piece in line if piece.words != "¶"]
    words_of = {
        kind: " ".join(piece.words for piece in pieces if piece.kind in ("same", kind)).replace(" ¶", "").split()
        for kind in ("removed", "added")
    }
    assert words_of == {"removed": " ".join(before).split(), "added": " ".join(after).split()}
