"""Dates that are known to the month or to the day, kept as they are known: "2022-11" or "2022-11-28"."""

import datetime as dt
import re

from django.core.exceptions import ValidationError
from django.db import models

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_KNOWN = re.compile(r"(\d{4})-(\d{2})(?:-(\d{2}))?")


def _parts(text):
    match = _KNOWN.fullmatch(text)
    if not match:
        raise ValueError(f"{text!r} is not a date such as 2022-11-28 or a month such as 2022-11.")
    try:
        return dt.date(int(match[1]), int(match[2]), int(match[3] or 1)), match[3] is not None
    except ValueError:
        raise ValueError(f"{text!r} is not a date that exists.") from None


def validate_partial_date(text):
    try:
        _parts(text)
    except ValueError as error:
        raise ValidationError(str(error)) from error


def british(day):
    """A date, or a partial date as text, in words: "28 November 2022", "November 2022"; "" for nothing."""
    if not day:
        return ""
    value, to_the_day = (day, True) if isinstance(day, dt.date) else _parts(day)
    month_and_year = f"{MONTHS[value.month - 1]} {value.year}"
    return f"{value.day} {month_and_year}" if to_the_day else month_and_year


def in_days(days):
    """When something is that lies ``days`` ahead: "today", "tomorrow", "in 5 days"; behind, "5 days ago"."""
    if days < 0:
        return "yesterday" if days == -1 else f"{-days} days ago"
    return {0: "today", 1: "tomorrow"}.get(days, f"in {days} days")


def countdown(days):
    """How long there is until a day that lies ``days`` ahead: "11 days left", "today", "1 day overdue"."""
    if days == 0:
        return "today"
    return f"{abs(days)} day{'' if abs(days) == 1 else 's'} {'left' if days > 0 else 'overdue'}"


class PartialDateField(models.CharField):
    """A date known to the month or to the day, as ISO text; empty when unknown. Sorts in order of time."""

    default_validators = [validate_partial_date]

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("max_length", 10)
        kwargs.setdefault("blank", True)
        kwargs.setdefault("help_text", "A day such as 2022-11-28, or a month such as 2022-11.")
        super().__init__(*args, **kwargs)
