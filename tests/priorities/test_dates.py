import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from priorities.dates import british, countdown, validate_partial_date


@pytest.mark.parametrize(
    ("known", "words"),
    [
        ("2022-11", "November 2022"),
        ("2022-11-08", "8 November 2022"),
        (dt.date(2023, 3, 31), "31 March 2023"),
        ("", ""),
        (None, ""),
    ],
)
def test_british(known, words):
    assert british(known) == words


@given(st.dates())
def test_days_and_months_are_accepted(day):
    validate_partial_date(day.isoformat())
    validate_partial_date(day.isoformat()[:7])
    assert british(day.isoformat()) == british(day)


@pytest.mark.parametrize("text", ["2022", "2022-13", "2022-02-30", "28 February 2022", "2022-2"])
def test_what_is_no_date_is_refused_by_name(text):
    with pytest.raises(ValidationError, match=text):
        validate_partial_date(text)


@pytest.mark.parametrize(
    ("days", "said"),
    [(11, "11 days left"), (1, "1 day left"), (0, "today"), (-1, "1 day overdue"), (-3, "3 days overdue")],
)
def test_countdown(days, said):
    assert countdown(days) == said
