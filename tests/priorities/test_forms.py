"""The form field for rich text: what comes in by either way, what is stored, what is shown again."""

import pytest
from bs4 import BeautifulSoup
from django import forms
from django.template import engines

from priorities.forms import MOST_CHARACTERS, RichTextFormField
from priorities.text import plain

CRISPY = engines["django"].from_string("{% load crispy_forms_filters %}{{ form|crispy }}")


class UpdateForm(forms.Form):
    text = RichTextFormField(label="What has happened?", help_text="Short.", max_length=20)
    more = RichTextFormField(required=False)


def shown(form):
    """{name: element} of the named fields of the page."""
    page = BeautifulSoup(CRISPY.render({"form": form}), "html.parser")
    return {element["name"]: element for element in page.find_all(attrs={"name": True})}


def content(element):
    return element.text.removeprefix("\n")


def value(name="text", **data):
    form = UpdateForm({"text": "required"} | data)
    assert form.is_valid(), form.errors
    return form.cleaned_data[name]


def test_the_html_wins_over_the_markdown():
    assert value(text="one", text_html="<p>two</p>") == "<p>two</p>"
    assert value(text="- one\n- **two**") == "<ul><li>one</li><li><strong>two</strong></li></ul>"


@pytest.mark.parametrize("empty", ["", " ", "<p></p>", "<p><br></p>", "<p>&nbsp;</p>", "<ul><li><p></p></li></ul>"])
def test_without_words_the_value_is_empty(empty):
    assert value("more", more_html=empty) == ""
    assert UpdateForm({"text_html": empty}).errors["text"] == ["This field is required."]


def test_the_value_is_of_the_vocabulary():
    posted = '<p onclick="x()">a</p><script>b</script><div style="color: red">c</div><img src=x onerror=y>'
    assert value(text_html=posted) == "<p>a</p><p>c</p>"
    assert value(text="<script>b</script>") == "<p>&lt;script&gt;b&lt;/script&gt;</p>"


@pytest.mark.parametrize(
    ("length", "problem"), [(20, None), (21, "1 character too long."), (1220, "1,200 characters too long.")]
)
@pytest.mark.parametrize("name", ["text", "text_html"])
def test_the_length_counts_plain_words(name, length, problem):
    form = UpdateForm({name: "<p></p>" * 9 * (name == "text_html") + "a" * length})
    expected = {"text": [f"Write 20 characters or fewer. The text is {problem}"]} if problem else {}
    assert form.errors == expected


def test_endless_input_is_refused_and_not_searched():
    form = UpdateForm({"more": "![" * MOST_CHARACTERS, "text": "a"})
    assert "too long" in form.errors["more"][0]
    assert UpdateForm({"more_html": "<ul><li>" * 5000 + "a", "text": "a"}).is_valid()


@pytest.mark.parametrize("prefix", [None, "row-1"])
def test_both_ways_are_shown_and_one_is_asleep(prefix):
    form = UpdateForm(prefix=prefix, initial={"text": '<p>a <strong>b</strong><sup data-note="n1"></sup></p>'})
    name = form.add_prefix("text")
    fields = shown(form)
    assert content(fields[name]) == "a **b**[^n1]"
    assert content(fields[f"{name}_html"]) == '<p>a <strong>b</strong><sup data-note="n1"></sup></p>'
    assert fields[f"{name}_html"].has_attr("disabled")
    assert fields[f"{name}_html"].has_attr("hidden")
    assert not fields[name].has_attr("disabled")
    posted = UpdateForm({name: "x", f"{form.add_prefix('more')}_html": "<p>y</p>"}, prefix=prefix)
    assert posted.is_valid()
    assert posted.cleaned_data == {"text": "<p>x</p>", "more": "<p>y</p>"}


@pytest.mark.parametrize("posted", [{"text_html": f"<p>{'long ' * 9}<em>x</em></p>"}, {"text": "long " * 9 + "*x*"}])
def test_with_errors_the_text_comes_back_in_both(posted):
    fields = shown(UpdateForm(posted))
    assert content(fields["text"]) == "long " * 9 + "_x_"
    assert content(fields["text_html"]) == f"<p>{'long ' * 9}<em>x</em></p>"


def test_what_is_shown_cannot_break_out_of_its_element():
    fields = shown(UpdateForm({"text_html": "<p>&lt;/textarea&gt;&lt;script&gt;</p>"}))
    assert content(fields["text_html"]) == "<p>&lt;/textarea&gt;&lt;script&gt;</p>"


def test_the_field_has_a_label_a_hint_and_errors():
    page = BeautifulSoup(CRISPY.render({"form": UpdateForm({"text": "a" * 21})}), "html.parser")
    area = page.find(attrs={"name": "text"})
    described = [page.find(id=name).get_text(" ", strip=True) for name in area["aria-describedby"].split()]
    assert described[0] == "Short."
    assert described[1].startswith("Error: Write 20 characters or fewer.")
    assert described[2].startswith("To make a list, start each line with a dash")
    assert page.find("label", attrs={"for": area["id"]}).text == "What has happened?"
    assert page.find("a", href=f"#{area['id']}")
    assert len(page.find_all(class_="govuk-textarea--error")) == 1
    ids = [element["id"] for element in page.find_all(id=True)]
    assert len(ids) == len(set(ids))


STORED = '<p>a <strong>b</strong></p><ul><li>c</li></ul><table><tbody><tr><th scope="row">d</th></tr></tbody></table>'


@pytest.mark.parametrize(
    ("posted", "changed"),
    [
        ({"more_html": STORED}, False),
        ({"more_html": STORED.replace("<li>c</li>", "<li><p>c</p></li>") + "<p></p>"}, False),
        ({"more_html": STORED.replace("b</strong>", "b </strong>")}, False),
        ({"more_html": STORED.replace("<strong>b</strong>", "b")}, True),
        ({"more_html": STORED.replace("c", "C")}, True),
        ({"more_html": ""}, True),
        ({}, True),
    ],
)
def test_a_change_is_one_of_meaning(posted, changed):
    assert UpdateForm(posted, initial={"more": STORED}).fields["more"].has_changed(STORED, posted.get("more_html")) == (
        changed
    )


def test_markdown_that_comes_back_as_it_was_shown_is_no_change():
    markdown = content(shown(UpdateForm(initial={"more": STORED}))["more"])
    assert "more" not in UpdateForm({"more": markdown}, initial={"more": STORED}).changed_data
    assert "more" in UpdateForm({"more": f"{markdown}\n\nx"}, initial={"more": STORED}).changed_data


WORD = """<html xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:w="urn:schemas-microsoft-com:office:word">
<head><style>@font-face {font-family:Wingdings;} p.MsoNormal {margin:0cm;}</style></head><body lang=EN-GB>
<!--StartFragment-->
<h2><a name="_Toc1"></a>Summer&nbsp;2026</h2>
<p class=MsoNormal style='margin-bottom:8.0pt'><b><span style='mso-ansi-language:EN-GB'>Two “safe” rooms</span></b>
<span style='mso-spacerun:yes'>&nbsp; </span>opened<a href="#_ftn1" name="_ftnref1" title=""><span
class=MsoFootnoteReference><span style='mso-special-character:footnote'>[1]</span></span></a>.<o:p></o:p></p>
<p class=MsoListParagraphCxSpFirst style='text-indent:-18.0pt;mso-list:l0 level1 lfo1'><![if !supportLists]><span
style='font-family:Symbol;mso-bidi-font-family:Symbol'><span style='mso-list:Ignore'>·<span
style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp;&nbsp;&nbsp;&nbsp;&nbsp; </span></span></span><![endif]>It&rsquo;s
<i>open</i><o:p></o:p></p>
<p class=MsoListParagraphCxSpMiddle style='mso-list:l0 level2 lfo1'><span style='font-family:"Courier New"'><span
style='mso-list:Ignore'>o<span style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp; </span></span></span>on weekdays</p>
<p class=MsoListParagraphCxSpLast style='mso-list:l0 level3 lfo1'><span style='font-family:Wingdings'><span
style='mso-list:Ignore'>§<span style='font:7.0pt "Times New Roman"'>&nbsp; </span></span></span>&ndash; 9 to 5</p>
<p class=MsoNormal><o:p>&nbsp;</o:p></p>
<p class=MsoNormal>• last</p>
<p class=MsoNormal>Then</p>
<p>•&nbsp;alone</p>
<!--EndFragment--></body></html>"""


def test_paste_from_word_is_put_right():
    assert value("more", more_html=WORD) == (
        "<h3>Summer&nbsp;2026</h3><p><strong>Two “safe” rooms</strong> opened[1].</p>"
        "<ul><li>It\u2019s <em>open</em></li><li>on weekdays</li><li>\u2013 9 to 5</li><li>last</li></ul>"
        "<p>Then</p><ul><li>alone</li></ul>"
    )


@pytest.mark.parametrize("words", ["§ 17 applies", "o come", "off", "a · b", "o'clock"])
def test_words_that_only_look_like_a_bullet_stay(words):
    assert value(text_html=f"<p>{words}</p>") == f"<p>{words}</p>"


def test_bullets_within_a_cell_and_links_elsewhere():
    html = (
        '<table><tbody><tr><td><p>·&nbsp; a</p></td></tr></tbody></table><p><a href="https://example.org/#b">c</a></p>'
    )
    repaired = value("more", more_html=html)
    assert "<td><ul><li>a</li></ul></td>" in repaired
    assert 'href="https://example.org/#b"' in repaired
    assert plain(repaired) == "a\nc"
