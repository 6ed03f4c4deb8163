from django import forms
from django.core.exceptions import ValidationError

from indicators.imports.cells import CellProblem
from indicators.imports.checks import check_period, value_of
from indicators.imports.proposals import Proposal
from indicators.imports.table import as_at_of, joined_note, parse_period
from indicators.models import Observation
from indicators.periods import EXAMPLES


class FigureForm(forms.Form):
    """One figure of an indicator. ``seen`` is the number of the figure that the page showed as standing."""

    area = forms.ModelChoiceField(queryset=None, required=False)
    period = forms.CharField(
        max_length=60,
        help_text=f"For example, {EXAMPLES}.",
        error_messages={"required": "Enter the period."},
    )
    value = forms.CharField(max_length=40, required=False, help_text="For example, 27,528. Blank is not zero.")
    missing = forms.ChoiceField(
        label="If there is no value, why",
        choices=[("", "There is a value"), *Observation.Missing.choices],
        required=False,
    )
    qualifier = forms.ChoiceField(label="How exact it is", choices=Observation.Qualifier.choices)
    status = forms.ChoiceField(choices=Observation.Status.choices)
    as_at = forms.CharField(
        label="As at (optional)",
        max_length=40,
        required=False,
        help_text="When it stood so, as far as known: 28 November 2022, or November 2022.",
    )
    note = forms.CharField(
        label="Note (optional)", max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, indicator, on, **kwargs):
        super().__init__(*args, **kwargs)
        self.indicator, self.on = indicator, on
        self.fields["area"].queryset = indicator.partnership.areas.all()
        self.fields["area"].empty_label = f"{indicator.geography_name}, the whole area"
        self.fields["value"].label = f"Value ({indicator.unit})" if indicator.unit else "Value"
        self.order_fields(["period", "area"])

    def clean_period(self):
        try:
            period = parse_period(self.cleaned_data["period"])
            check_period(self.indicator, period, on=self.on)
        except CellProblem as problem:
            raise ValidationError(str(problem)) from None
        return period

    def clean_as_at(self):
        try:
            return as_at_of(self.cleaned_data["as_at"])
        except CellProblem as problem:
            raise ValidationError(str(problem)) from None

    def clean(self):
        cleaned = super().clean()
        if "value" not in cleaned or "missing" not in cleaned:
            return cleaned
        try:
            self._read_value(cleaned)
        except CellProblem as problem:
            self.add_error("value", str(problem))
        return cleaned

    def _read_value(self, cleaned):
        """Puts a cells.Number in place of the text."""
        written, missing = cleaned["value"], cleaned["missing"]
        if missing and not written:
            cleaned["number"] = value_of(self.indicator, _MARKERS[missing])
            return
        number = value_of(self.indicator, written)
        if missing and number.missing != missing:
            raise CellProblem("There is a value and a reason why there is none. Choose one of the two.")
        cleaned["number"] = number

    @property
    def proposal(self):
        said = self.cleaned_data
        number, period = said["number"], said["period"]
        is_stated = said["status"] != Observation.Status.NOT_STATED
        return Proposal(
            indicator=self.indicator.pk,
            area=said["area"] and said["area"].pk,
            start=period.start,
            end=period.end,
            value=number.value,
            missing=number.missing,
            qualifier=said["qualifier"],
            status=said["status"] if is_stated else number.status,
            as_at=said["as_at"],
            note=joined_note(said["note"], number.marker),
        )

    def show(self, standing):
        """Marks ``standing`` (a Standing or None) as what the page now shows. What was typed is kept."""
        self.data = self.data.copy()
        self.data["seen"] = standing.pk if standing else ""


_MARKERS = {"not available": "[x]", "confidential": "[c]", "not applicable": "[z]"}
