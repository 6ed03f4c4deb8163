"""What a cell says: a number with its markers, or a date. Anything else is refused with a reason.

A cell is text, a Decimal, a date or None, as ``files.open_table`` gives it.
"""

import re
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from indicators.imports.reading import (
    CONFIDENTIAL,
    INCOMPLETE,
    NOT_APPLICABLE,
    NOT_AVAILABLE,
    NOT_STATED,
    PROVISIONAL,
    shortened,
)
from priorities.dates import MONTHS


class CellProblem(ValueError):
    """Why a cell cannot be taken, and what to do, in plain English."""

    @property
    def reason(self) -> str:
        return str(self)


class Number(NamedTuple):
    """``value`` is None where the cell is blank (``missing`` "") or says that there is no figure.

    ``marker`` is the letter or word of a marker that is neither a status nor a missing figure: "b" (break in series)
    or "low" (more than zero, but rounds to zero).
    """

    value: Decimal | None
    status: str = NOT_STATED
    missing: str = ""
    marker: str = ""


_MISSING = {"x": NOT_AVAILABLE, "c": CONFIDENTIAL, "z": NOT_APPLICABLE, "low": NOT_AVAILABLE}
_STATUS = {"p": PROVISIONAL, "r": "revised", "e": "estimate", "u": INCOMPLETE}
_NO_FIGURE = {"-", "..", "…", "\N{EN DASH}"}
_MARKERS = re.compile(r"\[\s*([a-z]+)\s*\]", re.IGNORECASE)
_ERROR = re.compile(r"#(DIV/0!|N/A|NAME\?|NULL!|NUM!|REF!|VALUE!|SPILL!|CALC!)|Err:[0-9]+")
_NUMBER = re.compile(r"(-?)£?([0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(\.[0-9]+)?%?")
_EXPONENT = re.compile(r"-?[0-9.]+[eE][+-]?[0-9]+")
_LARGEST_DIGITS = 14  # before the point, as an observation is stored
_SPACES = str.maketrans({"\N{NO-BREAK SPACE}": " ", "\N{MINUS SIGN}": "-"})


def text(cell) -> str:
    """The cell as text on one line; "" for an empty one, and 2018 for the number 2018."""
    if isinstance(cell, Decimal):
        return f"{cell:f}"
    return "" if cell is None else " ".join(str(cell).split())


def number(cell, *, may_be_negative=True, whole=False) -> Number:
    """The number in ``cell``: "9,789 ", "£1,234", "45.3%" (as 45.3), "12 [p]", "[x]", "-", ".." or nothing.

    ``may_be_negative`` False is for counts, which cannot be below zero, and ``whole`` for those that are whole.
    Exponents are refused in text: they are what a spreadsheet leaves of a number too wide for its column.
    Raises CellProblem.
    """
    said = text(cell).translate(_SPACES).strip()
    markers = [marker.lower() for marker in _MARKERS.findall(said)]
    bare = _MARKERS.sub("", said).strip()
    status, missing, marker = _of_markers(markers)
    if bare in _NO_FIGURE and not markers:
        return Number(None, status, NOT_AVAILABLE, marker)
    if not bare:
        if markers and not missing:
            raise CellProblem(f'"{said}" has a marker and no figure. Write the figure, or [x] where there is none.')
        return Number(None, status, missing, marker)
    if missing and marker != "low":
        raise CellProblem(f'"{shortened(said)}" has a figure and also says that there is none. Delete one of the two.')
    value = _decimal(cell if isinstance(cell, Decimal) else bare)
    if value < 0 and not may_be_negative:
        raise CellProblem(
            f'"{shortened(bare)}" is below zero, and a count cannot be. Correct it, or write [x] for none.'
        )
    if whole and value != value.to_integral_value():
        raise CellProblem(f'"{shortened(bare)}" is not a whole number, and a count must be. Correct it.')
    return Number(value, status, "", marker)


def figure(cell, *, may_be_negative=True, whole=False) -> Number:
    """The number in ``cell`` as ``number`` reads it, where there must be one or a word that there is none."""
    found = number(cell, may_be_negative=may_be_negative, whole=whole)
    if found.value is None and not found.missing:
        raise CellProblem("There is no figure. Blank is not zero: write the figure, or [x] where there is none.")
    return found


def day(cell) -> date:
    """The date in ``cell``: a date, "2018-04-01", "01/04/2018" (day first) or "1 April 2018". Raises CellProblem."""
    if isinstance(cell, date):
        return cell
    said = text(cell)
    for pattern, order in _DATES:
        if found := pattern.fullmatch(said):
            parts = dict(zip(order, found.groups(), strict=True))
            try:
                return date(int(parts["year"]), _month(parts["month"]), int(parts["day"]))
            except ValueError:
                raise CellProblem(f'"{said}" is not a date that exists. Correct it.') from None
    refuse_error(said)
    raise CellProblem(f'"{shortened(said)}" is not a date such as 2018-04-01 or 01/04/2018. Correct it.')


def refuse_error(said):
    """Raises CellProblem where a spreadsheet's error stands in place of a figure, as #DIV/0!."""
    if found := _ERROR.search(said):
        raise CellProblem(
            f"The spreadsheet could not work this cell out: {found.group()}. Correct its formula, or write [x] where "
            "there is no figure."
        )


_DATES = (
    (re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[T ]00:00(?::00)?)?"), ("year", "month", "day")),
    (re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})"), ("day", "month", "year")),
    (re.compile(r"([0-9]{1,2}) ([A-Za-z]+) ([0-9]{4})"), ("day", "month", "year")),
)


def _month(name) -> int:
    """ "April", "apr" or "04" as 4. Raises ValueError."""
    if name.isdecimal():
        return int(name)
    found = [place for place, month in enumerate(MONTHS, start=1) if name.lower() in (month.lower(), month[:3].lower())]
    if not found:
        raise ValueError(f'"{name}" is not a month.')
    return found[0]


def _of_markers(markers):
    """(status, missing, marker) of the letters in brackets. Raises CellProblem for one that is not known."""
    status, missing, marker = NOT_STATED, "", ""
    for letter in markers:
        if letter in _STATUS:
            status = _STATUS[letter]
        elif letter in _MISSING:
            missing = _MISSING[letter]
        elif letter != "b":
            known = ", ".join(f"[{one}]" for one in (*_STATUS, "b", *_MISSING))
            raise CellProblem(f"[{letter}] is not a marker that is known. Use one of {known}.")
        if letter in ("b", "low"):
            marker = letter
    return status, missing, marker


def _decimal(cell):
    if isinstance(cell, Decimal):
        value = cell
    else:
        refuse_error(cell)
        value = _plain_decimal(cell)
    if value.adjusted() >= _LARGEST_DIGITS:
        raise CellProblem(f'"{shortened(cell)}" is too large a number. Give it in thousands or millions.')
    return value


def _plain_decimal(said):
    if found := _NUMBER.fullmatch(said):
        sign, whole, fraction = found.groups()
        return Decimal(sign + whole.replace(",", "") + (fraction or ""))
    shown = shortened(said)
    if _EXPONENT.fullmatch(said):
        raise CellProblem(f'"{shown}" is written with an exponent, so digits may be lost. Write the number in full.')
    if "," in said and not re.search(r"[^0-9,.\-£% ]", said):
        raise CellProblem(
            f'"{shown}" has a comma where no thousands end. Write 1234 or 1,234; a decimal point is a full stop.'
        )
    raise CellProblem(f'"{shown}" is not a number. Write digits only, or [x] where there is no figure.')
