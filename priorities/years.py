"""The financial year of a plan: 1 April to 31 March. The only place where "2022/23" is read or written."""

import datetime as dt
import re
from dataclasses import dataclass

_WRITTEN = re.compile(r"(\d{4})[/-](\d{2})")


@dataclass(frozen=True, order=True)
class FinancialYear:
    """The year that begins on 1 April of ``start_year``, an integer such as 2022."""

    start_year: int

    @classmethod
    def parse(cls, text):
        """Read "2022/23" or "2022-23". ValueError, saying what is wrong, for anything else."""
        match = _WRITTEN.fullmatch(text)
        if not match:
            raise ValueError(f"{text!r} is not a year such as 2022/23.")
        year = cls(int(match[1]))
        if match[2] != f"{(year.start_year + 1) % 100:02}":
            raise ValueError(f"{text!r} is not a year: after {match[1]} comes {year.label[-2:]}.")
        return year

    @classmethod
    def of(cls, day):
        """The financial year in which the date ``day`` falls."""
        return cls(day.year if (day.month, day.day) >= (4, 1) else day.year - 1)

    @property
    def label(self):
        return f"{self.start_year}/{(self.start_year + 1) % 100:02}"

    @property
    def slug(self):
        return self.label.replace("/", "-")

    @property
    def start(self):
        return dt.date(self.start_year, 4, 1)

    @property
    def end(self):
        return dt.date(self.start_year + 1, 3, 31)

    @property
    def following(self):
        return FinancialYear(self.start_year + 1)

    def __str__(self):
        return self.label
