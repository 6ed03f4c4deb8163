from django import forms
from django.core.exceptions import ValidationError

from indicators.imports.table import LARGEST_UPLOAD, MEANINGS, MOST_ROWS

NEW_SOURCE = ""
LABELS = {
    "indicator": "Indicator",
    "area": "Area",
    "period": "Period",
    "start": "First day of the period",
    "end": "Last day of the period",
    "value": "Value",
    "qualifier": "How exact it is",
    "status": "Status",
    "as_at": "As at",
    "note": "Note",
}
_HINTS = {
    "indicator": "Its title, or the short name that stands in its address.",
    "area": "The ONS code, or the name, of a district. Blank for the whole area of the indicator.",
    "period": "Such as 2022/23, year ending June 2018 or October 2018. Or choose the first and the last day below.",
    "value": "A number, or [x] not available, [c] confidential, [z] not applicable.",
}


class BringForm(forms.Form):
    """A file, or rows pasted from a spreadsheet, and the name of the source that they come from."""

    source = forms.ChoiceField(required=False)
    new_source = forms.CharField(
        label="Name of a new source",
        max_length=100,
        required=False,
        help_text="For example, Kent Police, quarterly figures. How its columns are read is remembered by this name.",
    )
    text = forms.CharField(
        label="Paste the rows",
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "false"}),
        help_text="Copied from a spreadsheet, with the names of the columns in the first row.",
    )
    file = forms.FileField(
        label="Or upload a file",
        required=False,
        max_length=255,
        help_text=f"CSV, XLSX or ODS, up to {LARGEST_UPLOAD // 1_000_000} MB and {MOST_ROWS:,} rows.",
    )

    instead_of = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, sources, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["source"].choices = [(NEW_SOURCE, "A new source"), *((one, one) for one in sources)]

    def clean_new_source(self):
        return " ".join(self.cleaned_data["new_source"].split())

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file and file.size > LARGEST_UPLOAD:
            raise ValidationError(
                f"The file is {file.size / 1_000_000:.1f} MB. {LARGEST_UPLOAD // 1_000_000} MB is the most here: split "
                "it, or ask whoever runs this installation to load it with the command import_observations."
            )
        return file

    def clean(self):
        cleaned = super().clean()
        source, new = cleaned.get("source"), cleaned.get("new_source")
        if not self.has_error("source") and not self.has_error("new_source") and bool(source) == bool(new):
            self.add_error("new_source", "Choose a source, or enter the name of a new one, not both.")
        pasted = bool(cleaned.get("text", "").strip())
        if not self.has_error("file") and pasted == bool(cleaned.get("file")):
            self.add_error("text", "Paste rows or upload a file, one of the two.")
        return cleaned

    @property
    def source_name(self):
        return self.cleaned_data["source"] or self.cleaned_data["new_source"]


class ColumnsForm(forms.Form):
    """What each column holds: a choice of the file's headers for each meaning."""

    one_indicator = forms.ModelChoiceField(
        label="Or all rows are of one indicator", queryset=None, required=False, empty_label="No", to_field_name="slug"
    )

    def __init__(self, *args, partnership, header, **kwargs):
        super().__init__(*args, **kwargs)
        columns = [("", "No column"), *((name, name) for name in header if name)]
        for meaning in MEANINGS:
            self.fields[meaning] = forms.ChoiceField(
                label=LABELS[meaning], choices=columns, required=False, help_text=_HINTS.get(meaning, "")
            )
        self.fields["one_indicator"].queryset = partnership.indicators.all()
        self.order_fields(["value", "indicator", "one_indicator", "period", "start", "end", *MEANINGS])

    def clean(self):
        cleaned = super().clean()
        if self.errors:
            return cleaned
        used_twice = self._used_twice(cleaned)
        days = [bool(cleaned["start"]), bool(cleaned["end"])]
        if not cleaned["value"]:
            self.add_error("value", "Choose the column that holds the values.")
        if bool(cleaned["indicator"]) == bool(cleaned["one_indicator"]):
            self.add_error("indicator", "Choose a column, or the one indicator that all rows are of, not both.")
        if any(days) != all(days) or bool(cleaned["period"]) == any(days):
            self.add_error("period", "Choose the column of the period, or those of its first and its last day.")
        for column in used_twice:
            self.add_error(None, f'The column "{column}" is chosen twice. Choose it once.')
        return cleaned

    @property
    def columns(self):
        """{meaning: header}, of those that were chosen."""
        return {meaning: self.cleaned_data[meaning] for meaning in MEANINGS if self.cleaned_data[meaning]}

    @property
    def indicator(self):
        """The slug of the one indicator that all rows are of, or ""."""
        return one.slug if (one := self.cleaned_data["one_indicator"]) else ""

    @staticmethod
    def _used_twice(cleaned):
        used = [cleaned[meaning] for meaning in MEANINGS if cleaned[meaning]]
        return sorted({column for column in used if used.count(column) > 1})
