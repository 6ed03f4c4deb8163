"""The report as PDF: complete, accessible, always the same bytes, made without a network and within its limits."""

import http.server
import importlib.util
import re
import shutil
import subprocess
import sys
import threading
from contextlib import contextmanager
from functools import cache
from html import unescape
from io import BytesIO
from pathlib import Path
from unittest.mock import patch

import page
import pikepdf
import pytest
from django.conf import settings
from report_words import YEARS, blocks, document_of, first_missing, small_document, squeezed
from weasyprint import HTML

from reports.rendering import pdf, pdf_process
from reports.rendering.html import render_for_pdf
from reports.rendering.pdf import RenderingFailed, pdf_of, render_pdf
from reports.summary import ActionRow, Note, Section

ROOT = Path(__file__).resolve().parents[2]
UACHECK = ROOT.parent / "shared" / "tools" / "uacheck.py"
TABLE_HEADS = ["ActionsProgress", "PeriodFigureStatusPrintedin,asatNote", "IndicatorPeriodFigureStatusNote"]

each_report = pytest.mark.parametrize("year", YEARS)
needs_poppler = pytest.mark.skipif(not shutil.which("pdftotext"), reason="pdftotext (poppler-utils) is not installed")


@cache
def rendered(year):
    """The tree, its HTML and its PDF, made once. Callers need the database."""
    document = document_of(year)
    return document, render_for_pdf(document), render_pdf(document)


def bare(html, **options):
    """What WeasyPrint makes by itself: the control of the checks."""
    return HTML(string=html).write_pdf(**options)


def pages_of(content, order="-raw"):
    text = subprocess.run(["pdftotext", order, "-", "-"], input=content, capture_output=True, check=True).stdout
    return text.decode().split("\f")[:-1]


def words_of_pdf(content, running_header):
    """The squeezed words of all pages, without page headers and footers, repeated header rows and lists' markers.

    The raw order is that of drawing: cells stay whole, but the markers of a page's lists come at its end.
    """
    beside = re.compile(r"Page \d+ of \d+|•|\d{1,2}\.")
    words = ""
    for number, text in enumerate(pages_of(content), start=1):
        lines = [line for line in text.split("\n") if line != running_header or number == 1]
        on_page = squeezed("\n".join(line for line in lines if not beside.fullmatch(line)))
        for head in TABLE_HEADS:
            on_page = on_page.removeprefix(head)
        words += on_page
    return words


def structure(content):
    """All structure elements of the PDF in order, as (kind, pikepdf object)."""
    opened = pikepdf.open(BytesIO(content))

    def walk(element):
        yield str(element.S), element
        for kid in element.get("/K", []):
            if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
                yield from walk(kid)

    found = list(walk(opened.Root.StructTreeRoot.K[0]))
    return opened, found


# --- All of it, in order ----------------------------------------------------------------------------------------------


@needs_poppler
@pytest.mark.slow
@pytest.mark.django_db
@each_report
def test_everything_of_the_tree_is_there_in_order(year):
    document, _, content = rendered(year)
    words = words_of_pdf(content, document.running_header)
    wanted = list(blocks(document))
    assert first_missing(words, wanted) is None
    last = wanted[-1]
    assert first_missing(words[: words.rindex(last)], wanted) == last


@needs_poppler
@pytest.mark.slow
@pytest.mark.django_db
@each_report
def test_every_page_has_words_a_running_header_and_its_number(year):
    document, _, content = rendered(year)
    pages = pages_of(content)
    for number, text in enumerate(pages, start=1):
        lines = text.strip().split("\n")
        assert f"Page {number} of {len(pages)}" in lines
        assert lines.count(document.running_header) == 1
        assert len(lines) > 2, f"page {number} is empty"
    assert pages[0].index(document.running_header) < pages[0].index(document.title.split(" Summary")[0])


@needs_poppler
@pytest.mark.slow
@pytest.mark.django_db
@each_report
def test_the_contents_give_the_true_pages(year):
    document, _, content = rendered(year)
    pages = [squeezed(text) for text in pages_of(content)]
    listed = "\n".join(pages_of(content, "-layout")[1:3])
    for priority in document.priorities:
        (stated,) = re.findall(rf"^ *{re.escape(priority.title)} +(\d+)$", listed, re.MULTILINE)
        assert squeezed(priority.title) in pages[int(stated) - 1][:300]


# --- Accessible -------------------------------------------------------------------------------------------------------


def defects(content, tmp_path):
    """What the Matterhorn-style checker finds, without its remarks."""
    spec = importlib.util.spec_from_file_location("uacheck", UACHECK)
    uacheck = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(uacheck)
    path = tmp_path / "report.pdf"
    path.write_bytes(content)
    return dict(uacheck.check(path)[0])


@pytest.mark.skipif(not UACHECK.exists(), reason="the checker is not beside the project")
@pytest.mark.slow
@pytest.mark.django_db
@each_report
def test_the_checker_finds_nothing(year, tmp_path):
    _, html, content = rendered(year)
    assert defects(content, tmp_path) == {}
    assert defects(bare(html, pdf_variant="pdf/ua-1"), tmp_path) != {}


@pytest.mark.slow
@pytest.mark.django_db
@each_report
def test_the_validator_finds_it_conformant(year):
    _, html, content = rendered(year)
    report = page.validate_pdf_bytes(content, profile="ua1")
    assert [(failure.rule_id, failure.message) for failure in report.failures] == []
    assert report.is_compliant
    assert not page.is_pdf_compliant_bytes(bare(html), profile="ua1")


def awkward_document():
    """Everything that the vocabulary of texts allows, at length, in unlucky places."""
    table = "<table><caption>A</caption><thead><tr><th>B</th><th>C</th></tr></thead><tbody>"
    table += "<tr><th>D</th><td>1</td></tr>" * 70 + '<tr><td colspan="2">E</td></tr></tbody></table>'
    headless = "<table><tbody><tr><td>1</td><td>2</td></tr></tbody></table>"
    nested = "<ol><li>One<ul><li>Two<ol><li>Three</li></ol></li></ul></li><li><p>Four</p><p>Five</p></li></ol>"
    long = "<p>" + "Words and more words. " * 400 + '<sup data-note="n1"></sup></p>'
    link = '<p><a href="https://example.org/a?b=1&amp;c=2">A <em>long</em> link ' + "on and on " * 60 + "</a></p>"
    body = "<h4>First</h4><p>a<br>b</p><h3>Second</h3>" + table + headless + nested + long + link
    rows = [
        ActionRow(f"RS-A{number}", "Do. " * number, body if number == 3 else nested, False, "")
        for number in range(1, 9)
    ]
    note = Note("n1", 1, "", "", "", '<ul><li>In a list<sup data-note="n2"></sup></li></ul>')
    other = Note("n2", None, "", "", "Undated", nested + '<p>End, see <sup data-note="n2"></sup></p>')
    sections = [Section("Text", body, ""), Section("No text", "", "")]
    return small_document({"sections": sections, "actions": rows, "notes": [note, other]}, running_header="")


@pytest.mark.skipif(not UACHECK.exists(), reason="the checker is not beside the project")
def test_awkward_texts_are_accessible_too(tmp_path):
    document = awkward_document()
    content = render_pdf(document)
    assert defects(content, tmp_path) == {}
    assert [failure.message for failure in page.validate_pdf_bytes(content, profile="ua1").failures] == []
    assert len(pikepdf.open(BytesIO(content)).pages) > 5


@pytest.mark.slow
@pytest.mark.django_db
@each_report
def test_tables_and_lists_are_whole_across_pages(year):
    _, html, content = rendered(year)
    _opened, elements = structure(content)
    kinds = [kind for kind, _ in elements]
    for kind, tag in (("/Table", "table"), ("/THead", "thead"), ("/TR", "tr"), ("/Figure", "svg"), ("/P", "p")):
        assert kinds.count(kind) == len(re.findall(rf"<{tag}\b", html)), kind
    assert kinds.count("/LI") + kinds.count("/TOCI") == html.count("<li")


@pytest.mark.slow
@pytest.mark.django_db
def test_the_structure_says_what_things_are():
    _, html, content = rendered("2022/23")
    opened, elements = structure(content)
    kinds = [kind for kind, _ in elements]
    assert kinds.count("/TOCI") == html.count('class="app-report__entry"')
    assert kinds.count("/Note") == html.count('class="app-report__note"')
    assert kinds.count("/Reference") == html.count('class="app-report__entry"') + html.count('role="doc-noteref"')
    scopes = [str(element.A.Scope) for kind, element in elements if kind == "/TH"]
    assert (scopes.count("/Column"), scopes.count("/Row")) == (
        html.count('<th scope="col"'),
        html.count('<th scope="row"'),
    )
    numberings = {str(element.A.ListNumbering) for kind, element in elements if kind == "/L"}
    assert numberings == {"/Disc", "/Decimal", "/None"}
    alternatives = [str(element.Alt) for kind, element in elements if kind == "/Figure"]
    assert alternatives == [unescape(title) for title in re.findall(r"<svg[^>]*><title[^>]*>(.*?)</title>", html)]
    assert str(opened.Root.Lang) == "en-GB"
    assert str(opened.docinfo.Title).startswith("Action Plan & Performance Summary 2022/23")


@pytest.mark.slow
@pytest.mark.django_db
def test_links_say_where_they_lead():
    _, html, content = rendered("2022/23")
    opened = pikepdf.open(BytesIO(content))
    links = [link for one in opened.pages for link in one.get("/Annots", [])]
    said = {str(link.Contents) for link in links}
    assert {"Introduction", "Actions and progress", "Note 1", "Back to reference 1 of note 1"} <= said
    idents = set(re.findall(r'\bid="([^"]+)"', html))
    assert not said & idents - {"Introduction"}
    assert all(link.F == 4 for link in links)


@pytest.mark.slow
@pytest.mark.django_db
@each_report
def test_bookmarks_are_the_headings_of_three_levels(year):
    _, html, content = rendered(year)
    with pikepdf.open(BytesIO(content)) as opened, opened.open_outline() as outline:

        def titles(items, level=1):
            for item in items:
                yield level, item.title
                yield from titles(item.children, level + 1)

        marks = list(titles(outline.root))
    headings = re.findall(r"<h([123])[^>]*>(.*?)</h\1>", html.replace("&amp;", "&").replace("&#x27;", "'"))
    assert marks == [(int(level), title) for level, title in headings]


# --- The same bytes ---------------------------------------------------------------------------------------------------


def in_process(html, *, seed="0", folder=ROOT / "static", path=""):
    """The child itself: (exit code, PDF, complaint)."""
    done = subprocess.run(
        [sys.executable, "-m", "reports.rendering.pdf_process", str(folder), "60", "1536"],
        input=html.encode(),
        capture_output=True,
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", "PYTHONHASHSEED": seed, "PYTHONPATH": path},
    )
    return done.returncode, done.stdout, done.stderr.decode()


@pytest.mark.slow
@pytest.mark.django_db
@each_report
def test_the_same_tree_gives_the_same_bytes(year):
    _, html, content = rendered(year)
    assert in_process(html, seed="1") == (0, content, "")
    assert in_process(html, seed="2") == (0, content, "")
    assert in_process(html.replace("Contents", "Content", 1))[1] != content


def test_a_pdf_has_no_date_of_its_making():
    assert b"/CreationDate" not in render_pdf(small_document())


# --- Nothing from elsewhere -------------------------------------------------------------------------------------------


@contextmanager
def listener():
    """A web server on this machine that remembers what it was asked for: (its address, the list)."""
    asked = []

    class Remember(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *args):
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Remember)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()


def greedy(address, canary):
    """HTML that asks for things from elsewhere in several ways; ``canary`` is a stylesheet that changes the page."""
    return (
        f'<html lang="en"><title>t</title><link rel="stylesheet" href="{address}/a.css">'
        f'<style>@import "{address}/b.css"; @import "{canary.as_uri()}";'
        f' @font-face {{ font-family: x; src: url("{address}/c.ttf") }} p {{ font-family: x }}</style>'
        f'<p style="background: url({address}/d.png)">One</p><img alt="e" src="{address}/e.png">'
        f'<object data="{address}/f.svg"></object><img alt="g" src="ftp://127.0.0.1/g.png">'
        f'<svg><image href="{address}/h.png"/></svg>'
    )


def test_nothing_is_fetched_but_our_own_files(tmp_path):
    canary = tmp_path / "canary.css"
    canary.write_text("@page { size: 300pt 300pt }")
    with listener() as (address, asked):
        html = greedy(address, canary)
        ours = pdf_of(html)
        assert asked == []
        assert first_page_size(ours) != (300, 300)

        HTML(string=html).write_pdf()
        assert {"/a.css", "/b.css", "/c.ttf", "/d.png", "/e.png"} <= set(asked)
        code, theirs, _ = in_process(html, folder=tmp_path)
        assert (code, first_page_size(theirs)) == (0, (300, 300))


@pytest.mark.parametrize(
    "trick", ["{inside}/../canary.css", "{inside}/link.css", "//elsewhere.example{inside}/own.css"]
)
def test_a_path_out_of_the_folder_is_refused(tmp_path, trick):
    inside = tmp_path / "static"
    inside.mkdir()
    (tmp_path / "canary.css").write_text("@page { size: 300pt 300pt }")
    (inside / "own.css").write_text("@page { size: 300pt 300pt }")
    (inside / "link.css").symlink_to(tmp_path / "canary.css")
    fetch = pdf_process.fetcher_for(inside).fetch
    with pytest.raises(ValueError, match="may not read"):
        fetch("file://" + trick.format(inside=inside))
    assert fetch((inside / "own.css").as_uri()).read() == b"@page { size: 300pt 300pt }"
    assert fetch("data:text/plain,own").read() == b"own"


def first_page_size(content):
    with pikepdf.open(BytesIO(content)) as opened:
        left, bottom, right, top = map(float, opened.pages[0].MediaBox)
    return round(right - left), round(top - bottom)


# --- Limits and failures ----------------------------------------------------------------------------------------------

ENDLESS = '<html lang="en"><title>t</title>' + "<table>" * 40 + "<p>word</p>" * 60_000


def test_a_render_that_takes_too_long_is_stopped(settings):
    settings.PDF_SECONDS = 2
    with pytest.raises(RenderingFailed, match="not finished within 2 seconds"):
        pdf_of(ENDLESS)


def test_a_render_that_takes_too_much_memory_is_stopped(settings):
    settings.PDF_MEGABYTES = 60
    with pytest.raises(RenderingFailed, match=r"60 megabytes of memory \(PDF_MEGABYTES\)"):
        pdf_of(ENDLESS)


def test_what_a_stopped_render_started_is_stopped_with_it(settings, tmp_path):
    settings.PDF_SECONDS = 2
    proof = tmp_path / "still-there"
    started = f"import subprocess, time; subprocess.Popen(['sh', '-c', 'sleep 4; touch {proof}']); time.sleep(60)"
    with patch.object(pdf, "COMMAND", [sys.executable, "-c", started]), pytest.raises(RenderingFailed, match="2 sec"):
        pdf_of("")
    threading.Event().wait(4)
    assert not proof.exists()


def test_a_missing_font_is_named_before_any_work():
    gone = ROOT / "static" / "vendor" / "liberation-sans" / "Gone.ttf"
    with (
        patch.object(pdf, "FONTS", [(gone, 400, "normal")]),
        patch.object(pdf, "pdf_of") as work,
        pytest.raises(RenderingFailed, match=re.escape(str(gone))),
    ):
        render_pdf(small_document())
    work.assert_not_called()


def test_a_missing_library_is_told_with_what_to_install(tmp_path):
    (tmp_path / "weasyprint.py").write_text("raise OSError(\"cannot load library 'libpango-1.0-0'\")")
    code, content, _ = in_process("<p>One</p>", path=str(tmp_path))
    assert (code, content) == (pdf_process.NO_LIBRARY, b"")
    assert "libpango-1.0-0" in pdf._reason(code, "")
    assert "brew install pango" in pdf._reason(code, "")


def test_a_crash_is_told_in_one_line(tmp_path):
    (tmp_path / "weasyprint.py").write_text("raise RuntimeError('no luck')")
    code, content, complaint = in_process("<p>One</p>", path=str(tmp_path))
    assert (code, content) == (1, b"")
    assert pdf._reason(code, complaint) == "The PDF could not be made; the renderer stopped: RuntimeError: no luck"


def test_the_child_is_told_no_secret():
    with patch.dict("os.environ", {"SECRET_KEY": "hidden", "DATABASE_URL": "hidden"}):
        shown = [sys.executable, "-c", "import os, sys; sys.exit(str(dict(os.environ)))"]
        with patch.object(pdf, "COMMAND", shown), pytest.raises(RenderingFailed) as told:
            pdf_of("")
    assert "PATH" in str(told.value)
    assert "hidden" not in str(told.value)
    assert settings.PDF_SECONDS > 0
