from django import forms


class DecisionForm(forms.Form):
    """The number of the text that was read goes with every decision about it."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)


class ReturnForm(DecisionForm):
    note = forms.CharField(
        label="What should the lead change?",
        help_text="The lead reads this beside the text.",
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=4000,
        error_messages={"required": "Say what the lead should change."},
    )


class ReopenForm(DecisionForm):
    reason = forms.CharField(
        label="Why is it opened again?",
        help_text="The lead reads this. The text leaves the draft report until it is accepted again.",
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=4000,
        error_messages={"required": "Say why the update is opened again."},
    )


class ChaseForm(forms.Form):
    """One update, or all of a priority."""

    update = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
    priority = forms.SlugField(required=False)

    def lookups(self):
        """What names the updates; None where nothing is named."""
        if not self.is_valid():
            return None
        if pk := self.cleaned_data["update"]:
            return {"pk": pk}
        if slug := self.cleaned_data["priority"]:
            return {"action__priority__slug": slug}
        return None
