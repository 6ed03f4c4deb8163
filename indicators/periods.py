"""Periods of time, their labels and the like-for-like test: the only home of all three."""

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Self

from priorities.dates import MONTHS, british


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
        return cls(date(year, 4, 1), date(year + 1, 3, 31))

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
        return (self.end.year - self.start.year) * 12 + self.end.month - self.start.month + 1

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


def comparable(a: Period, b: Period, breaks: Iterable[date]) -> bool:
    """Whether figures for the two periods are like for like: the same length, with no break between them.

    A break dated d separates two periods when one starts before d and the other starts on or after d. A period
    that a break falls inside therefore belongs with the periods before the break. Overlap is not tested here.
    """
    first, second = sorted((a.start, b.start))
    return a.same_length(b) and not any(first < day <= second for day in breaks)


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
