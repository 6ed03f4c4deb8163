"""The report as a Word file: complete, well built, its own footnotes and contents, nothing from outside."""

import datetime as dt
import re
import shutil
import struct
import subprocess
import zipfile
from dataclasses import fields, is_dataclass, replace
from functools import cache
from html import unescape
from io import BytesIO

import pytest
import resvg_py
from docx import Document as read_with_python_docx
from report_words import CHART, YEARS, blocks, document_of, first_missing, small_document, squeezed
from word_file import W, WordFile, faults, file_bookmarks, style_of, words

from priorities.text import note_keys
from reports.rendering.docx import render_docx
from reports.rendering.pdf import RenderingFailed
from reports.rendering.pictures import picture_of
from reports.summary import ActionRow, Lead, Note, Section

each_report = pytest.mark.parametrize("year", YEARS)
needs_office = pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice (soffice) is not installed")


@cache
def rendered(year):
    """The tree and its Word file, made once. Callers need the database."""
    document = document_of(year)
    return document, render_docx(document)


def as_word_has_it(document):
    """The tree with its notes numbered through it in order of citation, after those that no text cites, without one."""
    count, priorities = 0, []
    for priority in document.priorities:
        texts = [section.body for section in priority.sections] + [action.progress for action in priority.actions]
        cited = list(dict.fromkeys(key for text in texts for key in note_keys(text)))
        place = {key: number for number, key in enumerate(cited, start=count + 1)}
        notes = [replace(note, number=place.get(note.key)) for note in priority.notes]
        priorities.append(replace(priority, notes=sorted(notes, key=lambda note: note.number or 0)))
        count += len(cited)
    return replace(document, priorities=priorities)


def small(in_priority=None, **changes):
    return WordFile(render_docx(small_document(in_priority, **changes)))


def with_text(body, notes=None):
    """The Word file of a report whose one section has this text."""
    changes = {"sections": [Section("Context", body, "")]} | ({} if notes is None else {"notes": notes})
    content = render_docx(small_document(changes))
    assert faults(content) == []
    return WordFile(content)


# --- All of it, in order, well built ----------------------------------------------------------------------------------


@pytest.mark.django_db
@each_report
def test_everything_of_the_tree_is_there_in_order(year):
    document, content = rendered(year)
    wanted = list(blocks(as_word_has_it(document)))
    assert len(wanted) > 100
    assert first_missing(WordFile(content).words(), wanted) is None


def test_a_block_that_is_gone_or_out_of_turn_is_missed():
    document = small_document()
    found, wanted = WordFile(render_docx(document)).words(), list(blocks(as_word_has_it(document)))
    assert first_missing(found, wanted) is None
    assert first_missing(found.replace("Acampaignran.", ""), wanted) == "Acampaignran."
    assert first_missing(found, [*wanted[1:], wanted[0]]) == wanted[0]


@pytest.mark.django_db
@each_report
def test_the_file_is_well_built(year):
    _, content = rendered(year)
    assert faults(content) == []
    assert len(read_with_python_docx(BytesIO(content)).tables) == len(WordFile(content).body.findall(f"{W}tbl"))


@pytest.mark.parametrize(
    ("part", "old", "new", "fault"),
    [
        ("document", '<w:pStyle w:val="Title"/>', '<w:pStyle w:val="Tilte"/>', "style Tilte is not defined"),
        ("styles", "<w:keepNext/>\n      <w:keepLines/>", "<w:keepLines/><w:keepNext/>", "pPr holds"),
        ("document", '<w:gridCol w:w="3277"/>', "", "does not fill 1 columns"),
        ("document", 'w:fldCharType="end"', 'w:fldCharType="separate"', "a field does not end"),
        ("document", '<w:tblLayout w:type="fixed"/>', "", None),
        ("document", '<w:footnoteReference w:id="1"/>', "", "footnotes and the references"),
        ("document", 'w:anchor="_Toc', 'w:anchor="_Tic', "which is not there"),
        ("_rels/document", 'Target="styles.xml"', 'Target="style.xml"', "style.xml, which is not there"),
        ("settings", '<w:zoom w:percent="100"/>', "<w:unknown/>", "settings holds"),
        ("numbering", '<w:num w:numId="1">', '<w:num w:numId="99">', "list 1 is not defined"),
    ],
)  # fmt: skip
def test_a_badly_built_file_is_seen(part, old, new, fault):
    content = render_docx(small_document())
    name = f"word/{part}.xml{'.rels' if part.startswith('_rels') else ''}"
    broken = _changed(content, name, lambda text: text.replace(old, new))
    assert broken != content
    found = faults(broken)
    assert any(fault in one for one in found) if fault else found == []


def _changed(content, name, change):
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as read, zipfile.ZipFile(out, "w") as write:
        for entry in read.infolist():
            text = read.read(entry)
            write.writestr(entry, change(text.decode()).encode() if entry.filename == name else text)
    return out.getvalue()


@needs_office
@pytest.mark.slow
@pytest.mark.django_db
def test_libreoffice_reads_all_of_it(tmp_path):
    document, content = rendered("2022/23")
    (tmp_path / "report.docx").write_bytes(content)
    call = ["soffice", f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless"]
    call += ["--convert-to", "odt", "--outdir", tmp_path, tmp_path / "report.docx"]
    subprocess.run(call, check=True, capture_output=True, timeout=120)
    with zipfile.ZipFile(tmp_path / "report.odt") as archive:
        read = archive.read("content.xml").decode()
    numbers = [int(one) for one in re.findall(r"<text:note-citation[^>]*>(\d+)<", read)]
    assert numbers == list(range(1, len(WordFile(content).footnotes()) + 1))
    assert read.count("<draw:image ") == len(WordFile(content).all("drawing"))
    assert read.count("<table:table-header-rows>") == len(WordFile(content).all("tblHeader"))
    found = squeezed(unescape(re.sub(r"<[^>]+>", "", read)))
    for priority in document.priorities:
        assert squeezed(priority.title) in found
        for action in priority.actions:
            assert squeezed(action.reference + action.title) in found
        for indicator in priority.indicators:
            assert all(squeezed(figure.period + figure.text) in found for figure in indicator.figures)


# --- Styles, contents, margins ----------------------------------------------------------------------------------------


def test_headings_lists_and_captions_are_styles():
    file = small()
    assert file.paragraphs("Title") == ["Action Plan 2022/23"]
    assert file.paragraphs("Heading1") == ["Introduction", "Road Safety"]
    assert file.paragraphs("Heading2") == ["Context", "Actions and progress", "Indicators", "Notes"]
    assert file.paragraphs("Heading3") == ["Below", "Casualties", "Other figures"]
    assert file.paragraphs("ListBullet") == ["A campaign ran."]
    assert file.paragraphs("Caption") == ["Figures: Casualties (casualties)"]


@pytest.mark.django_db
@each_report
def test_the_contents_list_the_headings_and_can_be_made_again(year):
    _, content = rendered(year)
    file = WordFile(content)
    headings = [words(one) for one in file.all("p") if style_of(one) in {"Heading1", "Heading2"}]
    assert [words(one) for one in file.all("p") if style_of(one) in {"TOC1", "TOC2"}] == headings
    assert any(re.match(r' TOC \\o "1-2" \\h', one.text) for one in file.all("instrText"))
    assert file.all("updateFields", "word/settings.xml")[0].get(W + "val") == "true"


def test_each_page_but_the_cover_has_the_running_header_and_all_their_number():
    file = small()
    named = {
        (one.tag.removeprefix(W), one.get(W + "type")): file.relationships("word/document.xml")[
            one.get("{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id")
        ][1]
        for one in file.all("sectPr")[0]
        if one.tag.endswith("Reference")
    }
    read = {place: words(file.trees[f"word/{name}"]) for place, name in named.items()}
    assert read == {
        ("headerReference", "default"): "Appendix B: Action Plan",
        ("headerReference", "first"): "",
        ("footerReference", "default"): "Page 1 of 1",
        ("footerReference", "first"): "Page 1 of 1",
    }
    footer = file.trees[f"word/{named['footerReference', 'default']}"]
    assert [one.text.strip() for one in footer.iter(W + "instrText")] == ["PAGE", "NUMPAGES"]
    assert [one.find(W + "titlePg") is not None for one in file.all("sectPr")] == [True, False]


def test_a_draft_and_a_demonstration_say_so_on_the_cover_and_each_page():
    marked = small(is_draft=True, is_demonstration=True)
    assert marked.paragraphs("Marking") == ["Draft: not issued", "Demonstration: not from a published report"]
    assert "Draft: not issued \N{MIDDLE DOT} Demonstration: not from a" in words(marked.trees["word/header1.xml"])
    plain = small()
    assert not [name for name, content in plain.parts.items() if b"Draft:" in content or b"Demonstration" in content]


def test_who_and_when_come_from_the_tree_alone():
    properties = read_with_python_docx(BytesIO(render_docx(small_document()))).core_properties
    assert properties.title == "Action Plan 2022/23 \N{EN DASH} Kent Community Safety Partnership"
    assert properties.author == properties.last_modified_by == "Kent Community Safety Partnership"
    assert properties.subject.startswith("Action Plan 2022/23: priorities")
    assert properties.language == "en-GB"
    assert properties.created == properties.modified == dt.datetime(2023, 7, 1, tzinfo=dt.UTC)
    undated = read_with_python_docx(BytesIO(render_docx(small_document(as_at="")))).core_properties
    assert undated.created == dt.datetime(2023, 3, 31, tzinfo=dt.UTC)


@pytest.mark.django_db
def test_the_same_tree_gives_the_same_bytes():
    document, content = rendered("2022/23")
    assert render_docx(document) == content
    assert {(entry.date_time, entry.create_system) for entry in WordFile(content).entries} == {
        ((1980, 1, 1, 0, 0, 0), 0)
    }
    assert render_docx(replace(document, title="Other")) != content


def test_the_language_is_british_english():
    file = small()
    assert {one.get(W + "val") for one in file.all("lang", "word/styles.xml")} == {"en-GB"}


def test_a_report_without_anything_is_a_file_nevertheless():
    content = render_docx(small_document(priorities=[], introduction="", running_header=""))
    assert faults(content) == []
    bare = {"leads": [Lead("", "Kent Police")], "sections": [], "actions": [], "indicators": [], "notes": []}
    content = render_docx(small_document(bare))
    assert faults(content) == []
    assert "Prioritylead:KentPolice" in WordFile(content).words()


# --- Tables and charts ------------------------------------------------------------------------------------------------


@pytest.mark.django_db
@each_report
def test_each_table_repeats_its_header_row_and_keeps_short_rows_whole(year):
    document, content = rendered(year)
    file = WordFile(content)
    tables = file.body.findall(f"{W}tbl")
    assert len(tables) >= sum(bool(priority.actions) for priority in document.priorities)
    for table in tables:
        rows = table.findall(f"{W}tr")
        repeated = [row.find(f"{W}trPr/{W}tblHeader") is not None for row in rows]
        assert repeated == [True] + [False] * (len(rows) - 1)
        assert table.find(f"{W}tblPr/{W}tblLook").get(W + "firstRow") == "1"
        assert table.find(f"{W}tblPr/{W}tblCaption").get(W + "val")
        for row in rows:
            assert (row.find(f"{W}trPr/{W}cantSplit") is not None) or len(words(row)) > 600


@pytest.mark.django_db
@each_report
def test_each_chart_is_a_picture_that_is_described(year):
    document, content = rendered(year)
    file = WordFile(content)
    charts = [one.chart for priority in document.priorities for one in priority.indicators if one.chart]
    shown = [one for one in file.body.iter() if one.tag.endswith("}docPr")]
    assert len(shown) == len(charts)
    for picture, chart in zip(shown, charts, strict=True):
        title, description = (re.search(rf"<{part}[^>]*>(.*?)</{part}>", chart)[1] for part in ("title", "desc"))
        assert squeezed(picture.get("descr")) == squeezed(f"{title} {description}".replace("&#x27;", "'"))
    pictures = [content for name, content in file.parts.items() if name.endswith(".png")]
    assert len(pictures) == len(charts)
    assert all(struct.unpack(">II", one[16:24])[0] >= 900 for one in pictures)


def test_a_figures_table_says_what_the_page_says():
    rows = [[words(cell) for cell in row.findall(f"{W}tc")] for row in small().all("tr")]
    (latest,) = [row for row in rows if row[0] == "2022"]
    assert latest[:4] == ["2022", "4,532 (provisional)", "Provisional", "2022/23, July 2023"]
    assert latest[4] == "Not yet validated. Restated: 2021/22 gave 4,600."
    assert rows[-1][0] == "Speeding, Kent"
    assert rows[-1][2] == "5,799 casualties"


def test_tables_of_the_text_keep_their_shape():
    file = with_text(
        '<table><caption>Shares</caption><thead><tr><th colspan="2">Both</th><th>Other</th></tr></thead>'
        '<tbody><tr><td rowspan="2">A</td><td>B</td><td>C</td></tr><tr><td>D</td><td>E</td></tr></tbody></table>'
    )
    table = file.body.find(f"{W}tbl")
    rows = [[words(cell) for cell in row.findall(f"{W}tc")] for row in table.findall(f"{W}tr")]
    assert rows == [["Both", "Other"], ["A", "B", "C"], ["", "D", "E"]]
    assert [one.get(W + "val") for one in table.iter(f"{W}vMerge")] == ["restart", "continue"]
    assert len(list(table.iter(f"{W}tblHeader"))) == 1
    assert "Shares" in file.paragraphs("Caption")


def test_a_cell_that_runs_into_another_ends_before_it():
    body = '<tr><td>A</td><td rowspan="2">B</td><td>C</td></tr><tr><td colspan="3">D</td><td>E</td></tr>'
    table = with_text(f"<table>{body}</table>").body.find(f"{W}tbl")
    rows = [[words(cell) for cell in row.findall(f"{W}tc")] for row in table.findall(f"{W}tr")]
    assert rows == [["A", "B", "C"], ["D", "", "E"]]


@pytest.mark.parametrize(
    "body",
    [
        '<table><tr><td colspan="999999999">A</td></tr><tr><td>B</td><td>C</td></tr></table>',
        '<table><tr><td rowspan="999999999">A</td><td>B</td></tr><tr><td>C</td></tr></table>',
        '<table><tr><td rowspan="3">A</td><td colspan="2">B</td></tr><tr><td colspan="5">C</td></tr><tr></tr></table>',
        '<table><tr><td colspan="-1">A</td><td rowspan="x">B</td></tr><tr><td>C</td></tr></table>',
        f"<table><tr>{'<td>A</td>' * 70}</tr><tr><td>B</td><td>C</td></tr></table>",
        "<table><tr><td><table><tr><td>A</td><td>B</td></tr></table></td><td><ul><li>C</li></ul></td></tr></table>",
        "<ul><li>A<ul><li>B<ol><li>C</li></ol></li></ul></li></ul>",
        "<p>A</p>" + "<ul><li>B" * 40 + "C" + "</li></ul>" * 40,
        "<h3>A</h3><h4>B</h4><ol><li><h3>C</h3><p>D</p></li></ol>",
    ],
)
def test_no_text_spoils_the_file(body):
    section, progress = Section("Context", body, ""), ActionRow("RS-A1", "Act.", body, False, "")
    content = render_docx(small_document({"sections": [section], "actions": [progress]}, introduction=body))
    assert faults(content) == []
    for letter in "ABC":
        assert WordFile(content).words().count(letter) >= 3


# --- Text -------------------------------------------------------------------------------------------------------------


def test_words_keep_their_marks_and_links():
    file = with_text(
        '<p>Plain, <strong>bold</strong> and <em>slanted</em>,<br>see <a href="https://a.example/?q=1&amp;r=2">a '
        '<strong>page</strong></a> or <a href="mailto:b@a.example">write</a>.</p>'
    )
    runs = {words(run): {one.tag.removeprefix(W) for one in run.iter()} for run in file.all("r")}
    assert "b" in runs["bold"]
    assert "i" in runs["slanted"]
    assert "b" not in runs["Plain, "]
    assert len(file.all("br")) > 1
    links = {words(one): one for one in file.all("hyperlink") if one.get(W + "anchor") is None}
    assert set(links) == {"a page", "write"}
    outside = [target for _, target, is_outside in file.relationships("word/document.xml").values() if is_outside]
    assert outside == ["https://a.example/?q=1&r=2", "mailto:b@a.example"]


def test_numbered_lists_begin_at_one_again_and_lists_nest():
    file = with_text("<ol><li>One</li><li>Two<ul><li>Below</li></ul></li></ol><p>And</p><ol><li>Again</li></ol>")
    numbered = {
        words(one): (one.find(f"{W}pPr/{W}numPr/{W}numId").get(W + "val"), one.find(f"{W}pPr/{W}numPr/{W}ilvl"))
        for one in file.all("p")
        if style_of(one) in {"ListNumber", "ListBullet"}
    }
    assert numbered["One"][0] == numbered["Two"][0] != numbered["Again"][0]
    assert numbered["Below"][1].get(W + "val") == "1"
    assert len(file.all("startOverride", "word/numbering.xml")) == 2 * 9


# --- Footnotes --------------------------------------------------------------------------------------------------------


def cited(*keys):
    return "<p>Text" + "".join(f'<sup data-note="{key}"></sup>' for key in keys) + "</p>"


@pytest.mark.django_db
@each_report
def test_each_note_is_one_footnote_or_stands_below(year):
    document, content = rendered(year)
    file = WordFile(content)
    all_cited = sum(
        len(set(note_keys("".join([*(one.body for one in part.sections), *(one.progress for one in part.actions)]))))
        for part in document.priorities
    )
    assert len(file.footnotes()) == all_cited
    assert [int(one.get(W + "id")) for one in file.all("footnoteReference")] == list(range(1, all_cited + 1))


def test_a_note_that_is_cited_again_is_a_reference_to_its_footnote():
    notes = [Note(f"n{number}", number, "", f"Source {number}", "", "") for number in (1, 2, 3)]
    file = with_text(cited("n2", "n1", "n2"), notes)
    assert [words(one).strip() for one in file.footnotes().values()] == ["Source 2.", "Source 1."]
    (again,) = [one.text.split()[1] for one in file.all("instrText") if "NOTEREF" in one.text]
    assert again in file_bookmarks(file)
    assert "Text121" in file.words()
    assert words(file.all("p")[-2]) == "Source 3."


@pytest.mark.parametrize(
    ("keys", "shown", "footnotes"), [(["n1", "u"], "Text12", 2), (["u"], "Text1", 1), (["n3"], "[noten3ismissing]", 0)]
)
def test_unnumbered_notes_are_footnotes_too_and_missing_ones_are_named(keys, shown, footnotes):
    notes = [Note("n1", 1, "", "One", "", ""), Note("u", None, "", "U", "", "")]
    file = with_text(cited(*keys), notes)
    assert shown in file.words()
    assert len(file.footnotes()) == footnotes


def test_a_note_may_have_text_links_and_name_another():
    text = '<p>See <a href="https://n.example/">there</a><sup data-note="n2"></sup>.</p><ul><li>Item</li></ul>'
    notes = [
        Note("n1", 1, "Home Office", "Crime", "May 2023", text),
        Note("n2", 2, "", "", "", "<h3>Only</h3><p>x</p>"),
    ]
    file = with_text(cited("n1", "n2"), [*notes, Note("n3", 3, "", "", "", cited("n1", "n3", "n4"))])
    assert "Text1note[noten4ismissing]" in file.words()
    assert words(file.footnotes()[1]).strip() == "Home Office. Crime, May 2023.See there2.Item"
    assert words(file.footnotes()[2]).strip() == "Onlyx"
    assert list(file.relationships("word/footnotes.xml").values()) == [("hyperlink", "https://n.example/", True)]


# --- Nothing runs, nothing is fetched ---------------------------------------------------------------------------------

PAYLOADS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "]]></w:t></w:r><w:r><w:instrText>DDEAUTO c:\\\\cmd</w:instrText></w:r>",
    '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>&x;',
    "{ INCLUDETEXT file:///etc/passwd }",
    "=cmd|' /C calc'!A0",
    "\x00\x08\x0b\ufffe text",
]


def poisoned(value, payload):
    """The tree with ``payload`` in every plain text of it."""
    kept = {"schema", "year", "start", "end", "date", "as_at", "chart", "value", "qualifier", "status", "key", "kind"}
    if is_dataclass(value):
        changed = {
            field.name: getattr(value, field.name)
            if field.name in kept
            else poisoned(getattr(value, field.name), payload)
            for field in fields(value)
        }
        return type(value)(**changed)
    if isinstance(value, list):
        return [poisoned(one, payload) for one in value]
    return payload if isinstance(value, str) else value


@pytest.mark.parametrize("payload", PAYLOADS)
def test_text_stays_text(payload):
    content = render_docx(poisoned(small_document(), payload))
    assert faults(content) == []
    file, harmless = WordFile(content), small()
    assert {one.tag for one in file.body.iter()} <= {one.tag for one in harmless.body.iter()}
    fields_of = {one.text.split()[0] for one in file.all("instrText")}
    assert fields_of <= {"TOC", "NOTEREF", "PAGE", "NUMPAGES"}
    shown = re.sub("[\x00\x08\x0b\ufffe]", "", payload)
    assert file.paragraphs("Title") == [shown]


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)", "file:///etc/passwd", "//host/share", "\\\\host\\share", "data:text/html,x", "http:",
        "http://[bad/", "http://a:b:c/", "https://a.example/" + "x" * 3000, "ms-word:ofe|u|http://a/", "#a",
    ],
)  # fmt: skip
def test_addresses_that_could_do_harm_are_no_links(address):
    file = with_text(f'<p>See <a href="{address}">this place</a>.</p>')
    assert "Seethisplace." in file.words()
    assert not [one for one in file.relationships("word/document.xml").values() if one[2]]


def test_a_link_with_odd_characters_is_written_as_an_address():
    file = with_text('<p><a href="https://a.example/a b&quot;c<d">x</a></p>')
    (address,) = [target for _, target, outside in file.relationships("word/document.xml").values() if outside]
    assert address == "https://a.example/a%20b%22c%3Cd"


def drawing(inside):
    size = 'viewBox="0 0 20 10" width="20" height="10"'
    namespaces = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    return f'<svg {namespaces} {size}><title>Chart</title>{inside}<path d="M0 0L20 10" stroke="#12436D"/></svg>'


@pytest.fixture
def canary(tmp_path):
    """A picture file that a drawing might try to read."""
    path = tmp_path / "canary.png"
    path.write_bytes(resvg_py.svg_to_bytes(svg_string=drawing('<path d="M0 0H20V10H0Z" fill="red"/>')))
    return path


@pytest.mark.parametrize(
    "inside",
    [
        '<image href="{path}" width="20" height="10"/>',
        '<image xlink:href="{path}" width="20" height="10"/>',
        '<g><image xlink:href="file://{path}" width="20" height="10"/></g>',
        '<defs><pattern id="p" width="1" height="1"><image href="{path}" width="20" height="10"/></pattern></defs>'
        '<path d="M0 0H20V10H0Z" fill="url(#p)" stroke="none"/>',
        '<use href="{path}#a"/><foreignObject><p>Red</p></foreignObject>',
        '<style>@import "{path}"; path {{ stroke: red }}</style>',
    ],
)
def test_a_chart_reads_no_file(inside, canary):
    clean = picture_of(drawing(""))
    made = picture_of(drawing(inside.format(path=canary)))
    without_fill = picture_of(drawing('<path d="M0 0H20V10H0Z" stroke="none"/>'))
    assert made.png == (without_fill if "pattern" in inside else clean).png


def test_a_chart_would_read_a_file_if_it_were_let(canary):
    read = resvg_py.svg_to_bytes(svg_string=drawing(f'<image href="{canary}" width="20" height="10"/>'))
    assert read != resvg_py.svg_to_bytes(svg_string=drawing(""))


@pytest.mark.parametrize(
    "chart", ['<!DOCTYPE svg [<!ENTITY x "y">]>' + CHART, "<svg", "<p>No drawing</p>", '<svg viewBox="0 0 x 1"></svg>']
)
def test_what_is_no_drawing_is_told_in_plain_words(chart):
    document = small_document()
    indicator = replace(document.priorities[0].indicators[0], chart=chart)
    with pytest.raises(RenderingFailed, match=r"The Word file could not be made\. Casualties: A chart"):
        render_docx(small_document({"indicators": [indicator]}))
