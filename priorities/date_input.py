"""A date in three boxes, as people know it: day, month, year."""

import datetime as dt

from django import forms
from django.core.exceptions import ValidationError


class DateInput(forms.MultiWidget):
    use_fieldset = True

    def __init__(self, attrs=None):
        super().__init__([forms.TextInput] * 3, attrs)

    def decompress(self, value):
        return [value.day, value.month, value.year] if value else [None, None, None]


class DateInputField(forms.MultiValueField):
    """Its value is a date, or None. The words of ``required`` say which date is missing."""

    widget = DateInput
    default_error_messages = {
        "required": "Enter the date.",
        "incomplete": "Enter a day, a month and a year.",
        "invalid": "Enter a date that exists, such as 21 11 2026.",
    }

    def __init__(self, **kwargs):
        said = {
            "incomplete": self.default_error_messages["incomplete"],
            "max_length": self.default_error_messages["invalid"],
        }
        fields = [forms.CharField(max_length=4, error_messages=said) for _ in range(3)]
        kwargs.setdefault("help_text", "For example, 21 11 2026.")
        super().__init__(fields=fields, require_all_fields=False, **kwargs)

    def compress(self, values):
        if not values:
            return None
        try:
            day, month, year = (int(value) for value in values)
            if year < 1900:
                raise ValueError
            return dt.date(year, month, day)
        except ValueError:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None
