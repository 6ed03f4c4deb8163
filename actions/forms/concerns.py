from django import forms

from actions.models import Concern
from priorities.date_input import DateInputField
from priorities.forms import RichTextFormField


class ConcernForm(forms.Form):
    """A concern as somebody raises it."""

    fact = RichTextFormField(
        label="What has happened?",
        help_text="The facts, with figures and dates.",
        error_messages={"required": "Say what has happened."},
    )
    comment = RichTextFormField(
        label="What do you make of it?", help_text="Likely causes, and what it may lead to.", required=False
    )
    recommendation = RichTextFormField(
        label="What do you recommend?", help_text="What the group should decide.", required=False
    )


class EscalateForm(forms.Form):
    comment = forms.CharField(
        label="Message to the governing group",
        help_text="What the Working Group says about it. It is kept in the history.",
        widget=forms.Textarea(attrs={"rows": 5}),
        max_length=5000,
        required=False,
    )


class DecisionForm(forms.Form):
    """The decision that closes a concern, and the state in which the person read it."""

    state = forms.ChoiceField(choices=Concern.State, widget=forms.HiddenInput)
    decision = RichTextFormField(label="Decision", error_messages={"required": "Say what was decided."})
    decided_on = DateInputField(
        label="Date of the decision", error_messages={"required": "Enter the date of the decision."}
    )
