"""What the reader of a file gives back: figures, what was refused and why, warnings, and counts. No database here.

A reader is ``read(files, *, areas, progress=None) -> Reading``. Where anything is refused, nothing of the files may be
loaded. Codes decide which area a figure is for; names only where the source has no codes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from indicators.periods import Period

LARGEST_REFUSED = 100

NOT_STATED, PROVISIONAL, INCOMPLETE = "not stated", "provisional", "incomplete"
NOT_AVAILABLE, CONFIDENTIAL, NOT_APPLICABLE = "not available", "confidential", "not applicable"


@dataclass(frozen=True)
class Areas:
    """The areas that figures are wanted for.

    ``code`` and ``name`` are the partnership's own; ``districts`` are its parts, {code: name}. ``wholes`` are further
    areas that its indicators are for, such as the police force area, {code: name}: figures for them are taken where
    the source gives them, and never added up from districts.
    """

    code: str
    name: str
    districts: Mapping[str, str] = field(default_factory=dict)
    wholes: Mapping[str, str] = field(default_factory=dict)

    def __contains__(self, code) -> bool:
        return bool(code) and (code == self.code or code in self.districts or code in self.wholes)

    def name_of(self, code) -> str:
        """The name of one of the areas. Raises KeyError for any other code."""
        return self.name if code == self.code else {**self.wholes, **self.districts}[code]

    @property
    def parts(self) -> Mapping[str, str]:
        """The areas whose rows add up to the partnership's own: its districts or, without any, itself."""
        return self.districts or {self.code: self.name}


@dataclass(frozen=True)
class Read:
    """One figure as the file gives it. ``value`` is None where it is missing; blank is not zero.

    ``status`` and ``missing`` are the words that an observation is stored with; ``row`` is the line of the file, None
    for a figure counted from many rows. ``lower`` and ``upper`` are 95% confidence limits.
    """

    measure: str
    area_code: str
    area_name: str
    start: date
    end: date
    value: Decimal | None
    status: str = NOT_STATED
    missing: str = ""
    row: int | None = None
    qualifier: str = "exact"
    decimals: int = 0
    note: str = ""
    lower: Decimal | None = None
    upper: Decimal | None = None

    @property
    def period(self) -> Period:
        return Period(self.start, self.end)


@dataclass(frozen=True)
class Refused:
    """What cannot be taken. ``row`` is the line, None for the file as a whole; ``reason`` says what to do."""

    row: int | None
    column: str
    value: str
    reason: str
    file: str = ""

    def __str__(self):
        where = [self.file, f"line {self.row}" if self.row else "", f'column "{self.column}"' if self.column else ""]
        return f"{', '.join(filter(None, where))}: {self.reason}" if any(where) else self.reason


@dataclass(frozen=True)
class Warning_:
    """What was taken, left out or noticed, that a person should know before loading."""

    text: str
    row: int | None = None
    file: str = ""


class TooManyRefused(Exception):
    """Enough was refused to say so: the rest of the file is not looked at."""


@dataclass
class Reading:
    """All that was read.

    ``unplaced`` holds figures for no area of ours (such as "Unassigned Kent"): shown, counted, never loaded.
    ``gaps`` holds the first days of months in which the supply looks incomplete. ``counts`` is
    {month as "2018-10", or a longer period's label: {area's name: {measure: number, or why it is missing}}}, for JSON.
    """

    figures: list[Read] = field(default_factory=list)
    unplaced: list[Read] = field(default_factory=list)
    warnings: list[Warning_] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    counts: dict = field(default_factory=dict)
    gaps: set[date] = field(default_factory=set)
    _seen: dict = field(default_factory=dict, repr=False)

    def add(self, read: Read, *, file="", placed=True):
        """Take a figure. The same figure twice is kept once; two different ones for one area and period are refused."""
        key = (read.measure, read.area_code, read.area_name, read.start, read.end)
        if (before := self._seen.get(key)) is not None:
            return self._add_again(before, read, file)
        self._seen[key] = read
        (self.figures if placed else self.unplaced).append(read)
        name = f"{read.start:%Y-%m}" if read.period.months == 1 else read.period.label
        of_area = self.counts.setdefault(name, {}).setdefault(read.area_name, {})
        of_area[read.measure] = read.missing if read.value is None else _json_number(read.value)

    def _add_again(self, before, read, file):
        where = f"{read.measure}, {read.area_name}, {read.period.label}"
        line = f" on line {before.row}" if before.row else ""
        if (before.value, before.missing) == (read.value, read.missing):
            self.warn(f"The same figure stands twice and is taken once: {where}.", row=read.row, file=file)
            return
        reason = f"There is already another figure{line} for {where}. Keep the right one and delete the other."
        self.refuse(read.row, "", "" if read.value is None else str(read.value), reason, file=file)

    def warn(self, text, *, row=None, file=""):
        self.warnings.append(Warning_(text, row, file))

    def refuse(self, row, column, value, reason, *, file=""):
        """Refuse a cell, a row or (with no row) a file. Raises TooManyRefused after LARGEST_REFUSED."""
        self.refused.append(Refused(row, column, shortened(value), reason, file))
        if len(self.refused) >= LARGEST_REFUSED:
            raise TooManyRefused


def shortened(value, longest=60) -> str:
    """The text of a cell as a message can show it: on one line, and not long."""
    text = " ".join(str(value).split())
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def counted(number, noun) -> str:
    """ "1 row", "2,000 rows"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _json_number(value):
    return int(value) if value == value.to_integral_value() else float(value)
