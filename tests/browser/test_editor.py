"""The editor of rich text fields in real Chromium, on a page of its own that holds two of them."""

import pytest
from django import forms
from django.http import HttpResponse
from django.template import engines
from django.urls import get_resolver, path
from playwright.sync_api import expect

from accounts.middleware import public
from priorities.forms import RichTextFormField
from tests.browser.conftest import DESKTOP, PHONE, all_faults

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

ADDRESS = "/test/editor/"
STORED = (
    '<h3>Heading</h3><p>One <strong>bold</strong> word<sup data-note="n1"></sup></p>'
    '<ul><li>first<ul><li>inner</li></ul></li></ul><ol><li><a href="https://example.org/">link</a></li></ol>'
    '<table><caption>Year by year</caption><thead><tr><th>Year</th><th colspan="2">All</th></tr></thead>'
    '<tbody><tr><th scope="row">2019</th><td>1<br>2</td><td rowspan="2">3</td></tr>'
    "<tr><td>4</td><td>5</td></tr></tbody></table><h4>Last</h4>"
)
WORD = """<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><style>p.MsoNormal {margin: 0cm}</style></head>
<body lang=EN-GB><!--StartFragment--><p class=MsoNormal style='margin:0cm'><b><span style='font-size:12.0pt;
color:red;mso-fareast-language:EN-US'>Key</span></b><span style="font-family:Arial"> “points”<o:p></o:p></span></p>
<p class=MsoListParagraphCxSpFirst style='text-indent:-18.0pt;mso-list:l0 level1 lfo1'><![if !supportLists]><span
style='font-family:Symbol'><span style='mso-list:Ignore'>·<span style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp;&nbsp;
</span></span></span><![endif]>first</p><p class=MsoListParagraphCxSpLast style='mso-list:l0 level1 lfo1'><span
style='mso-list:Ignore'>·<span style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp; </span></span>second</p>
<p class=MsoNormal><o:p>&nbsp;</o:p></p><!--EndFragment--></body></html>"""
PAGE = """{% extends "base.html" %}{% load crispy_forms_filters %}
{% block title %}Editor{% endblock %}
{% block content %}<h1 class="govuk-heading-l">Editor</h1>
<form method="post" novalidate>{% csrf_token %}{{ form|crispy }}<button class="govuk-button">Save</button></form>
{% for name, html in saved.items %}<pre id="saved-{{ name }}">{{ html }}</pre>{% endfor %}
{% endblock %}"""


class UpdateForm(forms.Form):
    progress = RichTextFormField(label="What has happened?", help_text="The Working Group reads this.", max_length=300)
    plans = RichTextFormField(label="What comes next?", required=False)


@public
def page(request):
    form = UpdateForm(request.POST or None, prefix="u", initial={"plans": STORED})
    saved = form.cleaned_data if form.is_valid() else None
    return HttpResponse(engines["django"].from_string(PAGE).render({"form": form, "saved": saved}, request))


@pytest.fixture(autouse=True, scope="module")
def mounted():
    """The page, at an address of the live server while this module runs."""
    patterns = get_resolver().url_patterns
    patterns.insert(0, path(ADDRESS.lstrip("/"), page))
    yield
    del patterns[0]


class Editing:
    """The page with the editor, and its first field."""

    def __init__(self, visitor):
        self.visitor = visitor
        self.page = visitor.page
        visitor.open(ADDRESS)
        self.text = self.page.get_by_role("textbox", name="What has happened?")
        self.keys = self.page.keyboard

    def button(self, name):
        toolbar = self.page.get_by_role("toolbar").first
        return toolbar.get_by_role("button", name=name)

    def html(self, name="progress"):
        return self.page.locator(f"[name=u-{name}_html]").input_value()

    def saved(self, name="progress"):
        self.page.get_by_role("button", name="Save", exact=True).click()
        return self.page.locator(f"#saved-{name}").text_content()

    def paste(self, html):
        self.text.evaluate(
            """(box, html) => {
              const data = new DataTransfer();
              data.setData("text/html", html);
              box.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
            }""",
            html,
        )


@pytest.fixture
def editing(visit):
    editing = Editing(visit())
    expect(editing.page.get_by_role("toolbar")).to_have_count(2)
    yield editing
    assert editing.visitor.troubles == []


def test_what_is_typed_arrives(editing):
    editing.text.click()
    editing.keys.type("Plain words")
    editing.keys.press("Enter")
    editing.keys.type("- first")
    editing.keys.press("Enter")
    editing.keys.type("second <b> & 1.5")
    expect(editing.text.get_by_role("listitem")).to_have_count(2)
    expect(editing.page.locator("[name=u-progress], [name=u-progress_html]").filter(visible=True)).to_have_count(0)
    assert editing.saved() == "<p>Plain words</p><ul><li>first</li><li>second &lt;b&gt; &amp; 1.5</li></ul>"


def test_the_toolbar_is_worked_by_keyboard_alone(editing):
    editing.text.focus()
    editing.keys.press("Shift+Tab")
    expect(editing.button("Bold")).to_be_focused()
    editing.keys.press("ArrowRight")
    expect(editing.button("Bullets")).to_be_focused()
    editing.keys.press("Enter")
    expect(editing.text).to_be_focused()
    editing.keys.type("one ")
    editing.keys.press("Shift+Tab")
    expect(editing.button("Bullets")).to_be_focused()
    editing.keys.press("Home")
    editing.keys.press("Space")
    expect(editing.text).to_be_focused()
    expect(editing.button("Bold")).to_have_attribute("aria-pressed", "true")
    expect(editing.button("Bullets")).to_have_attribute("aria-pressed", "true")
    editing.keys.type("strong")
    editing.keys.press("Control+b")
    expect(editing.button("Bold")).to_have_attribute("aria-pressed", "false")
    assert editing.saved() == "<ul><li>one <strong>strong</strong></li></ul>"


def test_the_arrow_keys_go_round_the_toolbar(editing):
    editing.button("Bold").focus()
    editing.keys.press("ArrowLeft")
    expect(editing.button("Redo")).to_be_focused()
    editing.keys.press("ArrowRight")
    expect(editing.button("Bold")).to_be_focused()
    editing.keys.press("End")
    expect(editing.button("Redo")).to_be_focused()
    assert editing.page.locator(".app-editor__button[tabindex='0']").count() == 2


def test_tab_leaves_the_editor_from_a_list_and_from_a_table(editing):
    plans = editing.page.get_by_role("textbox", name="What comes next?")
    for inside, keys in (("li >> text=inner", ["End", "Enter", "x"]), ("td >> nth=0", [])):
        plans.locator(inside).click()
        for key in [*keys, "Tab"]:
            editing.keys.press(key)
        expect(editing.page.get_by_role("button", name="Save", exact=True)).to_be_focused()


def test_undo_and_redo(editing):
    expect(editing.button("Undo")).to_have_attribute("aria-disabled", "true")
    editing.text.click()
    editing.keys.type("words")
    editing.button("Undo").click()
    assert editing.html() == "<p></p>"
    expect(editing.button("Redo")).to_have_attribute("aria-disabled", "false")
    editing.button("Redo").click()
    assert editing.html() == "<p>words</p>"


def test_numbers(editing):
    editing.button("Numbers").click()
    editing.keys.type("one")
    assert editing.saved() == "<ol><li>one</li></ol>"


def test_a_link_on_words_and_without_words(editing):
    editing.text.click()
    editing.keys.type("see here")
    editing.keys.press("Control+Shift+ArrowLeft")
    editing.button("Link").click()
    address = editing.page.get_by_label("Web address").first
    expect(address).to_be_focused()
    expect(editing.page.get_by_role("button", name="Remove link")).to_have_count(0)
    editing.keys.type("not an address")
    editing.keys.press("Enter")
    expect(editing.page.get_by_role("alert").filter(has_text="Enter a web address")).to_be_visible()
    expect(address).to_be_focused()
    address.fill("www.example.org/a?b=c&d")
    editing.keys.press("Enter")
    expect(editing.text).to_be_focused()
    editing.keys.press("End")
    editing.keys.type(" or ")
    editing.button("Link").click()
    editing.keys.type("help@kent.example")
    editing.keys.press("Enter")
    editing.keys.type(" end")
    assert editing.saved() == (
        '<p>see <a href="https://www.example.org/a?b=c&amp;d">here</a> or '
        '<a href="mailto:help@kent.example">help@kent.example</a> end</p>'
    )


def test_a_link_is_changed_and_removed_and_the_form_left_with_escape(editing):
    editing.paste('<p><a href="https://example.org/">words</a></p>')
    editing.text.get_by_text("words").click()
    editing.button("Link").click()
    expect(editing.page.get_by_label("Web address").first).to_have_value("https://example.org/")
    editing.keys.press("Escape")
    expect(editing.text).to_be_focused()
    assert "https://example.org/" in editing.html()
    editing.button("Link").click()
    editing.page.get_by_role("button", name="Remove link").first.click()
    assert editing.html() == "<p>words</p>"


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", "file:///etc", "words"])
def test_no_other_kind_of_link(editing, address):
    editing.paste(f'<p><a href="{address}">words</a></p>')
    assert editing.html() == "<p>words</p>"
    editing.button("Link").click()
    editing.keys.type(address)
    editing.keys.press("Enter")
    assert editing.html() == "<p>words</p>"


def test_paste_from_word(editing):
    editing.text.click()
    editing.paste(WORD)
    assert "style" not in editing.html()
    assert editing.saved() == "<p><strong>Key</strong> “points”</p><ul><li>first</li><li>second</li></ul>"


def test_everything_of_the_vocabulary_survives_editing(editing):
    plans = editing.page.get_by_role("textbox", name="What comes next?")
    plans.get_by_text("Last").click()
    editing.keys.press("End")
    editing.keys.type(" words")
    editing.text.click()
    editing.keys.type("x")
    assert editing.saved("plans") == STORED.replace("Last", "Last words")


def test_a_text_that_nobody_touches_is_posted_as_it_was(editing):
    editing.text.click()
    editing.keys.type("x")
    assert editing.saved("plans") == STORED


def test_errors_keep_the_text_and_their_link_moves_the_focus(editing):
    editing.text.click()
    editing.keys.press("Control+b")
    editing.keys.type("long " * 61)
    editing.page.get_by_role("button", name="Save", exact=True).click()
    summary = editing.page.get_by_role("alert").filter(has_text="There is a problem")
    summary.get_by_role("link").click()
    expect(editing.text).to_be_focused()
    expect(editing.text).to_contain_text("long long")
    expect(editing.text).to_have_attribute("aria-invalid", "true")
    expect(editing.text).to_have_accessible_description(
        "The Working Group reads this. Error: Write 300 characters or fewer. The text is 4 characters too long."
    )
    assert editing.html() == f"<p><strong>{('long ' * 61).strip()}</strong></p>"
    assert all_faults(editing.visitor) == ""


def test_a_click_on_the_label_moves_the_focus(editing):
    editing.page.locator("label", has_text="What has happened?").click()
    expect(editing.text).to_be_focused()


def test_changes_send_input_events_and_another_script_sets_the_text(editing):
    editing.page.evaluate(
        """() => {
          window.heard = [];
          document.querySelector("main form").addEventListener("input", (event) => heard.push(event.target.name));
        }"""
    )
    editing.text.click()
    editing.keys.type("ab")
    assert [name for name in editing.page.evaluate("heard") if name] == ["u-progress_html"] * 2
    editing.page.locator("[name=u-progress_html]").evaluate(
        "(area, detail) => area.dispatchEvent(new CustomEvent('richtext:set', {detail}))",
        "<p>from <strong>them</strong></p>",
    )
    expect(editing.text).to_have_text("from them")
    assert editing.html() == "<p>from <strong>them</strong></p>"
    assert [name for name in editing.page.evaluate("heard") if name] == ["u-progress_html"] * 2


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["wide", "narrow"])
def test_the_page_has_no_fault(editing, size):
    editing.page.set_viewport_size(size)
    editing.text.click()
    editing.keys.type("words")
    editing.button("Link").click()
    assert all_faults(editing.visitor) == ""


def test_without_the_bundle_the_text_area_stays(visit):
    visitor = visit()
    visitor.page.route("**/django_prose_editor/editor.js", lambda route: route.abort())
    editing = Editing(visitor)
    expect(editing.page.get_by_role("toolbar")).to_have_count(0)
    editing.text.fill("- one\n- **two**")
    assert editing.saved() == "<ul><li>one</li><li><strong>two</strong></li></ul>"


def test_without_scripts_markdown_is_posted(visit):
    editing = Editing(visit(scripts=False))
    assert editing.visitor.troubles == []
    expect(editing.page.get_by_role("textbox")).to_have_count(2)
    expect(editing.text).to_have_accessible_description(
        "The Working Group reads this. To make a list, start each line with a dash and a space. For bold, put two "
        "stars on each side: **bold**. For a link, write [words](https://www.example.org). Leave an empty line between "
        "paragraphs."
    )
    editing.text.fill("1. one\n2. two\n\nthree [four](https://example.org/)[^n1]")
    assert editing.saved() == (
        "<ol><li>one</li><li>two</li></ol>"
        '<p>three <a href="https://example.org/">four</a><sup data-note="n1"></sup></p>'
    )
