"""What a figure must hold to be kept with an indicator, whether it was typed or came in a row."""

import datetime as dt

from indicators.imports.cells import CellProblem, number
from indicators.imports.proposals import LARGEST, PLACES
from priorities.dates import british

EARLIEST = dt.date(1900, 1, 1)
_MONTHS = {
    "calendar year": 12,
    "financial year": 12,
    "rolling year": 12,
    "July to June": 12,
    "three calendar years": 36,
    "month": 1,
}
_IN_WORDS = {1: "one month", 12: "twelve months", 36: "three years"}


def value_of(indicator, cell):
    """The cells.Number of a ``cell`` that holds a figure of ``indicator``, or says that there is none.

    Raises CellProblem: blank is not zero, so a blank cell is one too.
    """
    found = number(cell, may_be_negative=False)
    if found.value is None:
        if not found.missing:
            raise CellProblem("There is no value. Enter the figure, or [x] where there is none.")
        return found
    if -found.value.normalize().as_tuple().exponent > min(indicator.decimals, PLACES):
        raise CellProblem(
            f"{found.value:f} has more decimals than this indicator, which has {indicator.decimals or 'none'}."
        )
    if found.value >= LARGEST:
        raise CellProblem(f"{found.value:,f} is too large a number.")
    return found


def check_period(indicator, period, *, on):
    """Raises CellProblem where no figure of ``indicator`` can be for ``period``, known on the day ``on``."""
    if period.start < EARLIEST:
        raise CellProblem(f"{period.label} lies before {EARLIEST.year}. Correct the year.")
    if period.end > on:
        raise CellProblem(f"{period.label} ends on {british(period.end)}, which has not come yet.")
    if not fits(indicator, period):
        wanted = _MONTHS[indicator.basis]
        raise CellProblem(
            f"{period.label} is not a period of {_IN_WORDS[wanted]}, as this indicator counts "
            f"({indicator.get_basis_display().lower()})."
        )


def fits(indicator, period):
    """Whether ``period`` is as long as those that ``indicator`` counts; where these are mixed, any is."""
    return _MONTHS.get(indicator.basis) in (None, period.months)
