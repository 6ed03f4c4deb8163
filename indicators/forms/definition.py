from django import forms

from indicators import definitions
from priorities.date_input import DateInputField


class DefinitionForm(forms.Form):
    """What an indicator counts from a day on. ``read`` is the definition that the page showed."""

    definition = forms.CharField(
        label="The new definition",
        help_text="What is counted, and what is not.",
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": "Say what is counted."},
    )
    since = DateInputField(
        label="From which day does it hold?",
        help_text="The first day counted in the new way. For example, 1 4 2026.",
        error_messages={"required": "Enter the first day counted in the new way."},
    )
    why = forms.CharField(
        label="Why does it change?",
        help_text="Everybody who can see the indicator will read this.",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "Say why."},
    )
    is_break = forms.TypedChoiceField(
        label="May figures from before and after that day be compared?",
        choices=[
            ("yes", "No: what is counted is different, so the series has a break"),
            ("no", "Yes: only the wording is new"),
        ],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose whether figures may still be compared."},
    )
    read = forms.CharField(widget=forms.HiddenInput, required=False)

    @classmethod
    def of(cls, indicator, *args):
        initial = {"definition": indicator.definition, "read": definitions.as_read(indicator)}
        return cls(*args, initial=initial)
