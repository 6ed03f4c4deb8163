from django import forms

from actions.models import Action

_REASON = {"required": "Say why."}


def _reason(label, hint):
    return forms.CharField(
        label=label, help_text=hint, max_length=2000, widget=forms.Textarea(attrs={"rows": 4}), error_messages=_REASON
    )


class EndForm(forms.Form):
    """How an action ends, and why. ``mergeable`` are the actions into which it can be merged."""

    outcome = forms.ChoiceField(
        label="How does it end?",
        choices=Action.Outcome,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose how the action ends."},
    )
    into = forms.ModelChoiceField(
        label="The action into which it is merged",
        help_text="Only if it is merged.",
        queryset=None,
        required=False,
        empty_label="None",
        error_messages={"invalid_choice": "Choose an action of this year that is open."},
    )
    reason = _reason("Why?", "Everybody who can see the plan will read this.")

    def __init__(self, *args, mergeable, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["into"].queryset = mergeable

    def clean(self):
        cleaned = super().clean()
        merged = cleaned.get("outcome") == Action.Outcome.MERGED
        if merged and not cleaned.get("into") and "into" not in self.errors:
            self.add_error("into", "Choose the action into which it is merged.")
        if cleaned.get("outcome") and not merged and cleaned.get("into"):
            self.add_error("into", "Choose “None”, or choose “Merged” above.")
        return cleaned


class ResumeForm(forms.Form):
    reason = _reason("Why is it opened again?", "This stands in the history of the action.")
