"""Periods of time, their labels and the like-for-like test: the only home of all three."""

import re
from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

from priorities.dates import MONTHS, british

EXAMPLES = "2017/18, 2018, June 2018, April to June 2018, year ending June 2018, 2016 to 2018 or 31 March 2023"

_KINDS = {1: "month", 3: "three months", 12: "rolling year", 36: "three years"}


FIRST_YEAR, LAST_YEAR = 1800, 2199  # of figures, and of labels that can be read


@dataclass(frozen=True, order=True)
class Period:
    """The days from ``start`` to ``end``, both included; one day is a point in time.

    Periods sort by start, then by end. Raises ValueError when ``end`` comes before ``start``.
    """

    start: date
    end: date

    def __post_init__(self):
        if self.end < self.start:
            raise ValueError(f"The period ends on {british(self.end)}, before it starts on {british(self.start)}.")

    @classmethod
    def financial_year(cls, year: int) -> Self:
        """1 April of ``year`` to 31 March of the next: 2022 gives 2022/23."""
        return cls.of_months(year, 4, 12)

    @classmethod
    def calendar_year(cls, year: int) -> Self:
        return cls.of_months(year, 1, 12)

    @classmethod
    def year_ending(cls, year: int, month: int) -> Self:
        """The twelve months whose last is ``month`` of ``year``: (2018, 6) gives the year ending June 2018."""
        return cls.of_months(year - 1, month, 12).shifted(1)

    @classmethod
    def quarter(cls, year: int, number: int) -> Self:
        """A quarter of the calendar year, numbered from 1: (2018, 2) gives April to June 2018."""
        return cls.of_months(year, 3 * number - 2, 3)

    @classmethod
    def month(cls, year: int, month: int) -> Self:
        return cls.of_months(year, month, 1)

    @classmethod
    def three_years(cls, year: int) -> Self:
        """Three calendar years pooled, of which ``year`` is the first."""
        return cls.of_months(year, 1, 36)

    @classmethod
    def point(cls, day: date) -> Self:
        """A point in time."""
        return cls(day, day)

    @classmethod
    def of_months(cls, year: int, month: int, count: int) -> Self:
        """``count`` whole months from ``month`` of ``year`` on. Raises ValueError where there is no such month."""
        start = date(year, month, 1)
        return cls(start, _first_of(_month_number(start) + count) - timedelta(days=1))

    @classmethod
    def parse(cls, start: str, end: str) -> Self:
        """A period from two ISO dates, such as "2022-04-01". Raises ValueError, naming the text that is no date."""
        return cls(_iso_date(start), _iso_date(end))

    @property
    def label(self) -> str:
        """The period in the Office for National Statistics' style; no two whole-month periods share a label."""
        if self.is_point:
            return british(self.start)
        if self.months is None:
            return f"{british(self.start)} to {british(self.end)}"
        return _year_label(self) or _month_label(self)

    @property
    def days(self) -> int:
        return (self.end - self.start).days + 1

    @property
    def months(self) -> int | None:
        """How many whole calendar months the period is, or None when it starts or ends within a month."""
        if self.start.day != 1 or self.end.day != monthrange(self.end.year, self.end.month)[1]:
            return None
        return _month_number(self.end) - _month_number(self.start) + 1

    @property
    def kind(self) -> str:
        """What sort of period it is, in words: "month", "quarter", "financial year", "point in time", "9 months"."""
        if self.is_point:
            return "point in time"
        if self.months is None:
            return f"{self.days} days"
        if self.is_calendar_year:
            return "calendar year"
        if self.is_financial_year:
            return "financial year"
        if self.months == 3 and self.start.month % 3 == 1:
            return "quarter"
        return _KINDS.get(self.months, f"{self.months} months")

    @property
    def is_point(self) -> bool:
        return self.start == self.end

    @property
    def is_calendar_year(self) -> bool:
        return self.months == 12 and self.start.month == 1

    @property
    def is_financial_year(self) -> bool:
        return self.months == 12 and self.start.month == 4

    @property
    def midpoint(self) -> date:
        """The middle day; of an even number of days, the earlier of the two in the middle."""
        return self.start + (self.end - self.start) // 2

    def overlaps(self, other: Self) -> bool:
        """Whether any day belongs to both."""
        return self.start <= other.end and other.start <= self.end

    def same_length(self, other: Self) -> bool:
        """Equal in whole months where both are whole months (so leap years match), otherwise equal in days."""
        if self.months is not None and other.months is not None:
            return self.months == other.months
        return self.days == other.days

    def shifted(self, months: int) -> Self:
        """The period that lies ``months`` later (earlier, if negative): as many whole months, or one day.

        The last day of a month goes to the last day of a month. Raises ValueError for any other period, for moved by
        months it could change its length.
        """
        if self.months is not None:
            start = _first_of(_month_number(self.start) + months)
            return type(self).of_months(start.year, start.month, self.months)
        if not self.is_point:
            raise ValueError(f"{self.label} is not made of whole months, so it cannot be moved by months.")
        return type(self).point(_same_day(self.start, months))


def comparable(a: Period, b: Period, breaks: Iterable[date]) -> bool:
    """Whether figures for the two periods are like for like: the same length, with no break between them.

    Overlap is not tested here.
    """
    return a.same_length(b) and not any(separates(day, a, b) for day in breaks)


def separates(day: date, a: Period, b: Period) -> bool:
    """Whether a break dated ``day`` separates the two: one starts before it and the other on or after it.

    A period that a break falls inside therefore belongs with the periods before the break.
    """
    first, second = sorted((a.start, b.start))
    return first < day <= second


@dataclass(frozen=True)
class Run:
    """Periods, in order of time, whose figures may be tested for trend.

    ``reason`` is a sentence that says why earlier ones are left out, or "" where none is.
    """

    periods: tuple[Period, ...]
    reason: str


def latest_run(periods: Iterable[Period], breaks: Iterable[date] = ()) -> Run:
    """The longest run that ends with the latest period and in which neighbours are like for like and none overlap.

    Of a rolling year that is published each quarter only the latest is left: to take every fourth would be to choose
    one of four stories. A period given twice is one period. Leave ``breaks`` out where the test itself starts again
    at a break.
    """
    ordered = sorted(set(periods), key=lambda period: (period.end, period.start))
    breaks = list(breaks)
    run = ordered[-1:]
    for earlier in reversed(ordered[:-1]):
        if why := _why_not_together(earlier, run[0], breaks):
            return Run(tuple(run), f"Earlier figures are left out: {why}.")
        run.insert(0, earlier)
    return Run(tuple(run), "")


def parse_label(text: str) -> Period:
    """The period that a label names, however it is commonly written: the inverse of ``label``.

    Reads also "2018-06", "2017-18", "YE Jun 2018", "Q1 2018/19", "Apr-Jun 2018", "2013 - 15" and "31/03/2023" (day
    first), for years from 1800 to 2199. Raises ValueError for what is no period, and for what may be either of two
    ("2011-12", "Q1 2018"), with a sentence that names the text.
    """
    found = sorted(_readings(_plain(text)))
    if len(found) == 1:
        return found[0]
    if found:
        choices = " or ".join(period.label for period in found)
        raise ValueError(f"{text!r} may mean {choices}: write which.")
    raise ValueError(f"{text!r} is not a period such as {EXAMPLES}.")


def _why_not_together(earlier, later, breaks):
    """The reason why a figure for ``earlier`` and one for ``later`` are not in one run, or ""."""
    both = f"{earlier.label} and {later.label}"
    if earlier.overlaps(later):
        return f"{both} overlap, and periods that overlap are never tested for a trend"
    if not earlier.same_length(later):
        return f"{both} are not of the same length"
    if not comparable(earlier, later, breaks):
        return f"there is a break in the series between {both}"
    return ""


def _month_number(day):
    """Months counted from the start of the calendar, so that they can be added to."""
    return day.year * 12 + day.month - 1


def _first_of(month_number):
    return date(month_number // 12, month_number % 12 + 1, 1)


def _same_day(day, months):
    """That day of the month ``months`` later, or the month's last if it has no such day or ``day`` is a last day."""
    first = _first_of(_month_number(day) + months)
    last = monthrange(first.year, first.month)[1]
    was_last = day.day == monthrange(day.year, day.month)[1]
    return first.replace(day=last if was_last else min(day.day, last))


def _iso_date(text):
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is not a date such as 2022-04-01.") from None


def _year_label(period):
    """The label of one or more whole calendar or financial years, or of another twelve months; else ""."""
    if period.months % 12:
        return ""
    if period.start.month == 1:
        return _span(str(period.start.year), str(period.end.year))
    if period.start.month == 4:
        return _span(_financial(period.start.year), _financial(period.end.year - 1))
    return f"year ending {_month(period.end)}" if period.months == 12 else ""


def _month_label(period):
    """ "June 2018", "April to June 2018" or "October 2018 to March 2019"."""
    if period.months > 1 and period.start.year == period.end.year:
        return f"{MONTHS[period.start.month - 1]} to {_month(period.end)}"
    return _span(_month(period.start), _month(period.end))


def _span(first, last):
    return first if first == last else f"{first} to {last}"


def _month(day):
    return f"{MONTHS[day.month - 1]} {day.year}"


def _financial(year):
    return f"{year}/{(year + 1) % 100:02d}"


# Reading labels: each form below gives the set of all periods that a match of it may mean.

_YEAR = "((?:1[89]|2[01])[0-9]{2})"
_NUMBER = "([0-9]{4}|[0-9]{2})"
_NAME = "([a-z]{3,9})"


def _plain(text):
    """Lower case, single spaces, "-" for every dash; no ordinals ("31st") and no stops or commas after words."""
    words = " ".join(text.casefold().split())
    words = re.sub("[\N{EN DASH}\N{EM DASH}\N{MINUS SIGN}]", "-", words)
    words = re.sub(r"(?<=[a-z])[.,]|,(?= )", "", words)
    return re.sub(r"\b([0-9]{1,2})(?:st|nd|rd|th)\b", r"\1", words)


def _readings(words):
    return _read(words, _SINGLE) or _read(words, _COUNTED) or _from_to(words)


def _read(words, forms):
    for form, periods in forms:
        if match := form.fullmatch(words):
            try:
                return periods(*match.groups())
            except ValueError:  # there is no such day or month
                return set()
    return set()


def _year(year):
    return {Period.calendar_year(int(year))}


def _slashed(year, after):
    return {Period.financial_year(int(year))} if after in _next_year(year) else set()


def _hyphened(year, number):
    """ "2018-06" is a month, "2017-18" a financial year, "2016-18" a pool of years; some may be two of these."""
    first, last = int(year), int(year[: 4 - len(number)] + number)
    found = {Period.month(first, int(number))} if 1 <= int(number) <= 12 else set()
    if number in _next_year(year):
        found.add(Period.financial_year(first))
    if last > first + 1 or number == str(first + 1):
        found.add(Period.of_months(first, 1, 12 * (last - first + 1)))
    return found


def _next_year(year):
    after = str(int(year) + 1)
    return after, after[2:]


def _named_month(name, year):
    return {Period.month(int(year), number) for number in _months_named(name)}


def _named_day(day, name, year):
    return {Period.point(date(int(year), number, int(day))) for number in _months_named(name)}


def _months_named(name):
    return [number for number, month in enumerate(MONTHS, start=1) if month.casefold().startswith(name)]


def _iso_day(year, month, day):
    return {Period.point(date(int(year), int(month), int(day)))}


def _british_day(day, month, year):
    return _iso_day(year, month, day)


def _ending(span, count, last):
    """The whole months up to ``last``, which is a month or the last day of one."""
    months = int(count) if count else 3 if span == "quarter" else 12
    ends = [period.end for period in _read(last, _SINGLE) if period.is_point or period.months == 1]
    found = {Period(_first_of(_month_number(end) + 1 - months), end) for end in ends}
    return {period for period in found if period.months}


def _numbered_quarter(number, year):
    """A quarter of a financial year; of a year that may be of either sort, both quarters."""
    starts = {period.start for period in _read(year, _SINGLE) if period.months == 12}
    starts |= {start.replace(month=4) for start in starts}
    return {Period.of_months(start.year, start.month, 3).shifted(3 * int(number) - 3) for start in starts}


def _from_to(words):
    """Two periods of one kind and all between. The first may lack its year, the last its century: "2013 - 15"."""
    for separator in (" to ", " - ", "-"):
        first, found, last = words.partition(separator)
        if found:
            break
    pairs = [
        (a, b)
        for a in _read(first, _SINGLE) | _read(f"{first} {last[-4:]}", _SINGLE)
        for b in _read(last, _SINGLE) | _read(first[:2] + last, _SINGLE)
    ]
    spans = {Period(a.start, b.end) for a, b in pairs if a.kind == b.kind and a.start <= b.start}
    if separator == " - " or len(last) == 2:  # "2017 - 18" is written for both
        spans |= {Period.financial_year(one.start.year) for one in spans if one.start.month == 1 and one.months == 24}
    return spans


_SINGLE = [
    (re.compile(_YEAR), _year),
    (re.compile(f"(?:fy ?|financial year )?{_YEAR}/{_NUMBER}"), _slashed),
    (re.compile(f"{_YEAR}-{_NUMBER}"), _hyphened),
    (re.compile(f"{_NAME} {_YEAR}"), _named_month),
    (re.compile(f"(?:as at )?([0-9]{{1,2}}) {_NAME} {_YEAR}"), _named_day),
    (re.compile(f"{_YEAR}-([0-9]{{2}})-([0-9]{{2}})"), _iso_day),
    (re.compile(f"([0-9]{{1,2}})/([0-9]{{1,2}})/{_YEAR}"), _british_day),
]
_COUNTED = [
    (re.compile("(?:the )?(?:(year|quarter|([1-9][0-9]?) months) (?:ending|ended|to)|y/?e) (.+)"), _ending),
    (re.compile("q(?:uarter )?([1-4]) (.+)"), _numbered_quarter),
    (re.compile("(.+) q(?:uarter )?([1-4])"), lambda year, number: _numbered_quarter(number, year)),
]
