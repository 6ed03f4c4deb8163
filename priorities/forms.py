"""The form field for text of the vocabulary: an editor with JavaScript, Markdown without."""

from html import escape

from django import forms
from django.core.exceptions import ValidationError

from priorities.markdown import to_html, to_markdown
from priorities.text import plain
from priorities.tidy import tidy
from priorities.word_paste import repair

# Far beyond any text that a person writes. Longer input is not searched for Markdown, which could take long.
MOST_CHARACTERS = 200_000


def cleaned(html):
    """``html`` from a person's editor as it may be stored; empty where no words remain."""
    html = tidy(repair(html))
    return html if plain(html) else ""


class RichTextInput(forms.Textarea):
    """Two text areas of one value: Markdown, and HTML that static/js/editor.js brings into play. Its value is HTML."""

    template_name = "priorities/rich_text_input.html"

    def value_from_datadict(self, data, files, name):
        if (html := data.get(self.html_name(name))) is not None:
            return html
        markdown = data.get(name)
        if markdown and len(markdown) > MOST_CHARACTERS:
            return f"<p>{escape(markdown)}</p>"
        return markdown and to_html(markdown, typed=True)

    def value_omitted_from_data(self, data, files, name):
        return name not in data and self.html_name(name) not in data

    def get_context(self, name, value, attrs):
        html = cleaned(value or "")
        context = super().get_context(name, to_markdown(html), attrs)
        widget, attrs = context["widget"], context["widget"]["attrs"]
        attrs["class"] = "govuk-textarea govuk-textarea--error" if attrs.get("aria-invalid") else "govuk-textarea"
        if attrs.get("id"):
            widget["syntax_id"] = f"{attrs['id']}_syntax"
            attrs["aria-describedby"] = " ".join(filter(None, [attrs.get("aria-describedby"), widget["syntax_id"]]))
        return context | {"widget": widget | {"html_name": self.html_name(name), "html": html}}

    @staticmethod
    def html_name(name):
        return f"{name}_html"


class RichTextFormField(forms.CharField):
    """Text of the vocabulary. Its value is HTML, cleaned; ``max_length`` counts the characters of the plain words."""

    widget = RichTextInput

    def __init__(self, *, max_length=None, **kwargs):
        super().__init__(**kwargs)
        self.most_characters = max_length

    def to_python(self, value):
        return cleaned(super().to_python(value))

    def validate(self, value):
        super().validate(value)
        over = len(plain(value)) - (self.most_characters or MOST_CHARACTERS)
        if over > 0:
            raise ValidationError(
                "Write %(most)s characters or fewer. The text is %(over)s %(unit)s too long.",
                code="max_length",
                params={
                    "most": f"{self.most_characters or MOST_CHARACTERS:,}",
                    "over": f"{over:,}",
                    "unit": "character" if over == 1 else "characters",
                },
            )

    def has_changed(self, initial, data):
        """Whether the meaning changed. Markdown that comes back as it was shown is no change, even if it says less."""
        if self.disabled:
            return False
        before, after = cleaned(initial or ""), cleaned(data or "")
        return after not in (before, cleaned(to_html(to_markdown(before), typed=True)))
