from types import SimpleNamespace

from priorities.notes import NoteLinks, numbers


def note(key, is_numbered=True):
    return SimpleNamespace(key=key, is_numbered=is_numbered)


def test_numbers_run_over_the_numbered_notes():
    assert numbers([note("a"), note("x", False), note("b")]) == {"a": 1, "x": None, "b": 2}


def test_links_go_both_ways_and_count_citations():
    links = NoteLinks({"a": 1, "b": 2}, "p")
    html = links.link('<p>x<sup data-note="b"></sup> y<sup data-note="b"></sup></p>')
    assert html.count('href="#p-note-b"') == 2
    assert links.citations == {"a": [], "b": ["p-ref-b-1", "p-ref-b-2"]}
    assert all(f'id="{place}"' in html for place in links.citations["b"])


def test_a_missing_note_is_named():
    assert "[note zz is missing]" in NoteLinks({}, "p").link('<sup data-note="zz"></sup>')
