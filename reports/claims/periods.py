"""The dates and periods of a text: "28 March 2023", "March 2023", "2021/22", "the year before"."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_SHORT = {name[:3]: number for number, name in enumerate(MONTHS, 1)} | {"sept": 9}
_NUMBERS = {name: number for number, name in enumerate(MONTHS, 1)} | _SHORT
MONTH = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December"
    r"|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec)\b\.?"
)
YEAR = r"(?:19|20)[0-9]{2}"
WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
_WEEKDAY = "(?:" + "|".join(WEEKDAYS) + ")"

_DATE = re.compile(
    rf"(?:(?P<weekday>\b{_WEEKDAY})(?:,?\s+(?:the\s+)?))?"
    rf"(?:(?<![\w/.,\u00a3])(?P<day>[0-9]{{1,2}})(?:st|nd|rd|th)?(?:\s+of)?\s+(?P<month>{MONTH})"
    rf"|\b(?P<month2>{MONTH})\s+(?P<day2>[0-9]{{1,2}})(?:st|nd|rd|th)?(?![\w%.,/][0-9]|[0-9%]))"
    rf"(?:,?\s+(?P<year>{YEAR})(?![0-9]{{3}}|[0-9,]*[,%]\s?[0-9]))?"
)
_NUMERIC = re.compile(rf"(?<![\w/.-])([0-9]{{1,2}})/([0-9]{{1,2}})/({YEAR}|[0-9]{{2}})(?![\w/-])")
_ISO = re.compile(rf"(?<![\w/.-])({YEAR})-([0-9]{{2}})-([0-9]{{2}})(?![\w/-])")
_PAIR = re.compile(
    rf"(?<![\w\u00a3.,/-])({YEAR})\s?([/\u2013\u2014-])\s?({YEAR}|[0-9]{{1,2}})(?![0-9%]|,[0-9]{{3}}|/[0-9A-Za-z]|\.[0-9])"
)
_MONTH_YEAR = re.compile(rf"\b({MONTH})\s+(?:({YEAR})(?:[0-9]{{1,2}})?|['\u2019]([0-9]{{2}}))\b")
_YEAR = re.compile(
    rf"(?<![\w\u00a3$\u20ac.,/-])(?:FY\s?)?({YEAR})(?:[0-9]{{1,2}})?(?:'s|\u2019s|s)?(?!\w|,[0-9]{{3}}|\.[0-9]|\s?%|\s?million|\s?per\s?cent)"
)
_CENTURY = re.compile(r"['\u2019](?=[0-9])|19[0-9]|20[0-9]")
_MONTH_AT_ALL = re.compile(r"\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)")
_MONTH_ALONE = re.compile(rf"\b(?:{MONTH})(?=\W|$)")
_RELATIVE = re.compile(
    r"\b(?:(?P<before>last\s+year|(?:the\s+)?(?:previous|preceding|prior)\s+(?:year|12\s+months|twelve\s+months|period|quarter)"
    r"|(?:the|a)\s+year\s+(?:before|earlier|ago|previously))|(?P<now>this\s+year|the\s+current\s+year))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Day:
    """A date as it is written; ``weekday`` is 0 for Monday. Month, day and year may make no date that exists."""

    start: int
    end: int
    day: int
    month: int
    year: int | None = None
    weekday: int | None = None

    @property
    def exists(self):
        longest = 31 if not 1 <= self.month <= 12 else monthrange(self.year or 2024, self.month)[1]
        return 1 <= self.month <= 12 and 1 <= self.day <= longest

    @property
    def date(self):
        """None without a year, and for a day that does not exist."""
        return date(self.year, self.month, self.day) if self.year and self.exists else None


@dataclass(frozen=True)
class Pair:
    """Two years joined, "2021/22" or "2020-2023". ``last`` is a full year."""

    start: int
    end: int
    first: int
    last: int
    mark: str
    is_short: bool


@dataclass(frozen=True)
class Period:
    """Any of them; ``rank`` orders those of one kind (a year, or a year and month), None where it cannot be told."""

    start: int
    end: int
    rank: tuple | None = None


def british(day):
    return f"{day.day} {MONTHS[day.month - 1].capitalize()} {day.year}"


def month_number(name):
    return _NUMBERS[name.lower().rstrip(".")]


def days(text):
    """The dates with a day, in order."""
    found = []
    for match in _DATE.finditer(text) if _MONTH_AT_ALL.search(text) else ():
        weekday = match["weekday"]
        found.append(
            Day(
                match.start(),
                match.end(),
                int(match["day"] or match["day2"]),
                month_number(match["month"] or match["month2"]),
                int(match["year"]) if match["year"] else None,
                WEEKDAYS.index(weekday) if weekday else None,
            )
        )
    for match in _NUMERIC.finditer(text):
        year = int(match[3]) if len(match[3]) == 4 else 2000 + int(match[3])
        found.append(Day(match.start(), match.end(), int(match[1]), int(match[2]), year))
    for match in _ISO.finditer(text):
        found.append(Day(match.start(), match.end(), int(match[3]), int(match[2]), int(match[1])))
    return sorted(found, key=lambda day: day.start)


def pairs(text):
    for match in _PAIR.finditer(text):
        first, last = int(match[1]), match[3]
        short = len(last) < 4
        whole = int(last) if not short else first - first % 10 ** len(last) + int(last)
        if short and whole < first and first % 100 == 99:
            whole += 100
        yield Pair(match.start(), match.end(), first, whole, match[2], short)


def periods(text, known_days=None):
    """All dates and periods of ``text`` without overlap, in order; the longer reading wins."""
    known_days = days(text) if known_days is None else known_days
    found = [Period(day.start, day.end, (day.year, day.month, day.day) if day.year else None) for day in known_days]
    if _CENTURY.search(text):
        found += _years(text)
    if _MONTH_AT_ALL.search(text):
        found += [Period(*match.span()) for match in _MONTH_ALONE.finditer(text)]
    if "year" in text or "Year" in text or "12 months" in text:
        found += [Period(*match.span(), (-1,) if match["before"] else (0,)) for match in _RELATIVE.finditer(text)]
    return _apart(found)


def _years(text):
    found = [Period(pair.start, pair.end, (pair.last,)) for pair in pairs(text)]
    for match in _MONTH_YEAR.finditer(text):
        year = int(match[2]) if match[2] else 2000 + int(match[3])
        found.append(Period(*match.span(), (year, month_number(match[1]))))
    return [*found, *(Period(*match.span(), (int(match[1]),)) for match in _YEAR.finditer(text))]


def _apart(found):
    kept, at = [], 0
    for period in sorted(found, key=lambda period: (period.start, -period.end)):
        if period.start >= at:
            kept.append(period)
            at = period.end
    return kept


def is_earlier(one, other):
    """Whether a period ends before another; None where that cannot be told from how they are written."""
    if one is None or other is None or one == other:
        return None
    if min(one[0], other[0]) <= 0:
        return one < other if max(one[0], other[0]) <= 0 else None
    common = min(len(one), len(other))
    return one[:common] < other[:common] if one[:common] != other[:common] else None
