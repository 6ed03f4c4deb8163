from django import forms
from django.core.exceptions import ValidationError

from actions import rounds
from actions.models import Round
from priorities.date_input import DateInputField
from priorities.dates import british


class RoundForm(forms.Form):
    """A round's title and dates; ``read`` is the round as the page showed it."""

    title = forms.CharField(
        label="Name of the round",
        max_length=100,
        help_text="For example, Autumn round.",
        error_messages={"required": "Enter a name for the round."},
    )
    opens = DateInputField(
        label="Opens",
        help_text="From this day the leads are asked for their updates. For example, 21 9 2026.",
        error_messages={"required": "Enter the date on which the round opens."},
    )
    due = DateInputField(
        label="Updates are due",
        help_text="The last day for the leads. For example, 16 10 2026.",
        error_messages={"required": "Enter the date on which updates are due."},
    )
    meets = DateInputField(
        label="Working Group meets (optional)",
        help_text="Leave the boxes empty while there is no date yet.",
        required=False,
    )
    prefilled = forms.BooleanField(
        label="Start from the last accepted text",
        help_text=Round._meta.get_field("prefilled").help_text,
        required=False,
    )
    read = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, agreement, round=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.others = agreement.rounds.exclude(pk=round.pk if round else None)

    @classmethod
    def of(cls, round, *args):
        initial = {name: getattr(round, name) for name in ("title", "opens", "due", "meets", "prefilled")}
        return cls(*args, agreement=round.agreement, round=round, initial=initial | {"read": rounds.as_read(round)})

    def clean_title(self):
        title = self.cleaned_data["title"]
        if self.others.filter(title__iexact=title).exists():
            raise ValidationError("Another round of this year has this name. Choose a different one.")
        return title

    def clean(self):
        opens, due, meets = (self.cleaned_data.get(name) for name in ("opens", "due", "meets"))
        if opens and due and due < opens:
            self.add_error("due", f"Updates cannot be due before the round opens. Enter {british(opens)} or later.")
        elif due and meets and meets < due:
            self.add_error(
                "meets", f"The Working Group cannot meet before updates are due. Enter {british(due)} or later."
            )

    def read_again(self, round):
        """Keeps what was entered, to be sent over ``round`` as it now is."""
        self.data = self.data.copy()
        self.data["read"] = rounds.as_read(round)

    @property
    def asked(self):
        """What goes to the deed."""
        return {name: self.cleaned_data[name] for name in ("title", "opens", "due", "meets", "prefilled")}
