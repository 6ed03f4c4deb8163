"""The form of an update. What is wrong in one place does not keep the rest from being saved."""

import uuid

from django import forms
from django.core.exceptions import ValidationError

from actions.models import ProgressUpdate
from actions.particulars import NEEDED, PARTS
from actions.workflow import Content
from priorities.date_input import DateInput
from priorities.dates import british, validate_partial_date
from priorities.forms import RichTextFormField, RichTextInput
from priorities.text import plain

QUESTION = "What has happened since the last round? The Working Group and the Scrutiny Committee will read this"
MOST_CHARACTERS = 20_000
MOST_ROWS = 50
# Where one of these is wrong, nothing can be saved.
NEEDED_TO_SAVE = {"text", "version", "key"}


class PartialDateInput(DateInput):
    def decompress(self, value):
        year, month, day = [*map(int, value.split("-")), None][:3] if value else [None] * 3
        return [day, month, year]


class PartialDateFormField(forms.MultiValueField):
    """A day or a month, as ISO text. ``name`` stands in what is said of a wrong one; ``latest`` is its last day."""

    widget = PartialDateInput

    def __init__(self, *, name, latest=None, **kwargs):
        self.name, self.latest = name, latest
        parts = [forms.CharField(required=False) for _ in range(3)]
        super().__init__(fields=parts, require_all_fields=False, **kwargs)

    def compress(self, values):
        if not values:
            return ""
        day, month, year = values
        if not month or not year:
            missing = " and ".join(part for part, value in (("a month", month), ("a year", year)) if not value)
            raise ValidationError(f"The {self.name} must include {missing}.")
        if not all(value.isascii() and value.isdecimal() for value in filter(None, values)):
            raise ValidationError(f"The {self.name} must be in numbers, such as 20 11 2026.")
        if len(year) != 4 or year < "2000":
            raise ValidationError(f"The year of the {self.name} must have four figures, and be 2000 or later.")
        date = "-".join([year, *(part.zfill(2) for part in (month, day) if part)])
        try:
            validate_partial_date(date)
        except ValidationError:
            raise ValidationError(f"The {self.name} must be a date that exists.") from None
        if self.latest and date > self.latest.isoformat()[: len(date)]:
            raise ValidationError(f"The {self.name} must not be after {british(self.latest)}, the end of the round.")
        return date


def _words(label, length, rows=None):
    widget = forms.Textarea(attrs={"rows": rows}) if rows else forms.TextInput
    return forms.CharField(label=label, max_length=length, required=False, widget=widget)


def _row_fields(part):
    """The fields of one row. Called anew for each row, as forms may change their fields."""
    return {
        "numbers": lambda: {"what": _words("What was counted", 200), "value": _words("Number", 60)},
        "funding": lambda: {"source": _words("Where the money comes from", 200), "amount": _words("Amount", 60)},
        "events": lambda: {
            "title": _words("Event", 300),
            "date": PartialDateFormField(
                label="Date of the event",
                name="date of the event",
                required=False,
                help_text="The day can be left out.",
            ),
            "attendance": _words("How many came", 200),
            "satisfaction": _words("How satisfied they were", 300),
        },
    }[part]()


class UpdateForm(forms.Form):
    """All that a lead writes. Bound, it knows what of it can be kept: see ``can_be_saved`` and ``content``.

    ``starts_with`` is the text of a box that nobody has written in yet, ``more`` the part that gets a further row.
    ``follows`` is the key of an earlier sending of the same page to which no answer came: see ``_keep``.
    """

    text = RichTextFormField(label=QUESTION, max_length=MOST_CHARACTERS, required=False)
    no_progress = forms.BooleanField(
        label="No progress this round", help_text="Tick this rather than leave the box empty.", required=False
    )
    rating = forms.ChoiceField(
        label="How is the action going?",
        help_text="Its BRAG rating. Amber and red need a reason.",
        choices=ProgressUpdate.Rating,
        widget=forms.RadioSelect,
        required=False,
    )
    amber_reason = _words("Why is it amber?", 2000, rows=3)
    red_reason = _words("Why is it red?", 2000, rows=3)
    as_at = PartialDateFormField(
        label="As-at date",
        name="as-at date",
        help_text="The day to which this is true. The day can be left out.",
        error_messages={"required": "Enter the as-at date."},
    )
    version = forms.IntegerField(min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)
    key = forms.UUIDField(widget=forms.HiddenInput)
    follows = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, data=None, *, update, starts_with="", more=""):
        super().__init__(data, initial=_initial(update, starts_with))
        self.update = update
        self.fields["as_at"].latest = update.round.meets or update.round.due
        self._rows = {part: self._add_rows(part, more == part) for part in PARTS}

    def _add_rows(self, part, one_more):
        """Names of the fields of each row: of those stored or sent, and of an empty one."""
        stored = self.update.particulars.get(part, [])
        sent = _rows_sent(self.data, part) if self.is_bound else len(stored) + 1 + one_more
        rows = [{name: f"{part}-{index}-{name}" for name in PARTS[part]} for index in range(min(sent, MOST_ROWS))]
        for row, values in zip(rows, [*stored, *[{}] * len(rows)], strict=False):
            for name, field in _row_fields(part).items():
                self.fields[row[name]] = field
                self.initial[row[name]] = values.get(name, "")
        return rows

    def rows(self, part):
        """The bound fields of the part, a list for each row."""
        return [[self[field] for field in row.values()] for row in self._rows[part]]

    def is_filled(self, part):
        """Whether anything stands in the part, right or wrong."""
        values = (field.value() for row in self.rows(part) for field in row)
        return any(any(value) if isinstance(value, list) else value for value in values)

    def clean(self):
        for rating in ProgressUpdate.NEEDS_A_REASON:
            if self.cleaned_data.get("rating") == rating and not self.cleaned_data.get(f"{rating}_reason"):
                self.add_error(f"{rating}_reason", f"Say why it is {rating}. Until then the rating is not saved.")
        for part, rows in self._rows.items():
            for row in filter(self._is_filled, rows):
                for name, sentence in NEEDED[part].items():
                    if row[name] not in self.errors and not self.cleaned_data.get(row[name]):
                        self.add_error(row[name], sentence)

    def _is_filled(self, row):
        return any(self.cleaned_data.get(field) or field in self.errors for field in row.values())

    @property
    def can_be_saved(self):
        return not NEEDED_TO_SAVE & self.errors.keys()

    @property
    def warnings(self):
        """What was not saved and why, in sentences."""
        return [f"{self[name].label.rstrip('?')}: {error}" for name, errors in self.errors.items() for error in errors]

    def typed(self):
        """(label, words) of everything that was sent, right or wrong, to be copied."""
        said = [(field.label, self._as_typed(field)) for field in self.visible_fields()]
        return [(label, words) for label, words in said if words]

    def _as_typed(self, field):
        value = field.value()
        if field.name == "text":
            return plain(value or "")
        if field.name == "rating":
            return dict(ProgressUpdate.Rating.choices).get(value, "")
        if isinstance(value, list):
            return " ".join(filter(None, value))
        return "Yes" if value is True else value or ""

    def content(self):
        """What can be kept of what was typed. Where a field is wrong, what was stored stays."""
        rating, reason = self._rating()
        return Content(
            text=self._text(),
            rating=rating,
            rating_reason=reason,
            no_progress=self.cleaned_data["no_progress"],
            as_at=self.cleaned_data.get("as_at", self.update.as_at),
            particulars={part: rows for part in PARTS if (rows := self._particulars(part))},
        )

    def _text(self):
        if "text" in self.errors:
            return self["text"].value() or ""
        # Markdown says less than what it was made from; unchanged, it must not thin the stored text out.
        is_markdown = RichTextInput.html_name("text") not in self.data
        return self.initial["text"] if is_markdown and "text" not in self.changed_data else self.cleaned_data["text"]

    def _rating(self):
        """The rating with its reason. One that lacks its reason is not kept, but no word of a reason is lost."""
        rating = self.cleaned_data.get("rating", "")
        reasons = {one: self.cleaned_data.get(f"{one}_reason", "") for one in ProgressUpdate.NEEDS_A_REASON}
        if rating and rating not in reasons:
            return rating, ""
        if reasons.get(rating):
            return rating, reasons[rating]
        return "", next(filter(None, reasons.values()), "")

    def _particulars(self, part):
        """The rows with what is right in them; workflow.missing asks for the rest."""
        rows = [{name: self.cleaned_data.get(field, "") for name, field in row.items()} for row in self._rows[part]]
        return [row for row in rows if any(row.values())]

    def renewed(self, update):
        """The same typing over ``update`` as it stands now, to be sent as a new form."""
        data = self.data.copy()
        data["version"], data["key"], data["follows"] = update.version, uuid.uuid4(), ""
        return UpdateForm(data, update=update)


def _initial(update, starts_with):
    reason_of = "red_reason" if update.rating == ProgressUpdate.Rating.RED else "amber_reason"
    return {
        "text": update.text if update.version else starts_with,
        "no_progress": update.no_progress,
        "rating": update.rating,
        reason_of: update.rating_reason,
        # Update times come from the round, never from the clock.
        "as_at": update.as_at or (update.round.due.isoformat() if update.round.due else ""),
        "version": update.version,
        "key": uuid.uuid4(),
    }


def _rows_sent(data, part):
    numbers = [name.split("-")[1] for name in data if name.startswith(f"{part}-")]
    return max((int(number) + 1 for number in numbers if number.isdecimal() and len(number) < 4), default=0)
