"""A file that waits to be decided, read as figures and set beside what stands. It reads, and changes nothing."""

from collections import defaultdict
from dataclasses import dataclass

from indicators.imports.proposals import Sorted, sort
from indicators.imports.reading import Refused
from indicators.imports.table import Grid, Known, is_complete, plain_name, read_figures
from indicators.standing import standing


@dataclass(frozen=True)
class Look:
    """What the file would do. Where a row is refused, nothing of it can be applied."""

    waiting: "Waiting"
    sorted: Sorted
    refused: list[Refused]


def look(arrival, *, on):
    """The Look of an Import whose columns are matched, on the day ``on``."""
    waiting = Waiting.of(arrival)
    proposals, refused = read_figures(waiting.grid, waiting.columns, waiting.known(arrival.partnership), on=on)
    return Look(waiting, sort(proposals, standing(proposals)), refused)


@dataclass(frozen=True)
class Waiting:
    """What an undecided Import keeps as its rows: the table, and what its columns hold.

    ``columns`` is {meaning: header}; ``indicator`` the slug of the one that all rows are of, or "".
    """

    grid: Grid
    columns: dict
    indicator: str = ""
    is_pasted: bool = False

    @classmethod
    def of(cls, arrival):
        kept = arrival.rows
        grid = Grid(kept["header"], kept["rows"], kept["warnings"])
        return cls(grid, kept["columns"], kept["indicator"], kept["is_pasted"])

    @property
    def rows(self):
        """For an Import, as JSON."""
        grid = self.grid
        return {
            "header": grid.header,
            "rows": grid.rows,
            "warnings": grid.warnings,
            "columns": self.columns,
            "indicator": self.indicator,
            "is_pasted": self.is_pasted,
        }

    @property
    def is_matched(self):
        return is_complete(self.columns, self.indicator)

    def known(self, partnership):
        return known_to(partnership, self.indicator)


# Stands for no column in a ColumnMatching: what it holds is the slug of the indicator that all rows are of.
NO_COLUMN = ""


def as_remembered(columns, indicator):
    """For a ColumnMatching, {header: meaning}, from {meaning: header} and a slug or ""."""
    return {header: meaning for meaning, header in columns.items()} | ({NO_COLUMN: indicator} if indicator else {})


def remembered(matching, header):
    """({meaning: header}, slug or "") of a ColumnMatching for a file with this ``header``; None where it lacks one."""
    kept = dict(matching.columns)
    indicator = kept.pop(NO_COLUMN, "")
    if not kept.keys() <= set(header):
        return None
    return {meaning: name for name, meaning in kept.items()}, indicator


def known_to(partnership, slug=""):
    """The Known of ``partnership``; ``slug`` names the indicator that all rows are of."""
    indicators = defaultdict(list)
    one = None
    for indicator in partnership.indicators.all():
        indicators[plain_name(indicator.title)].append(indicator)
        if plain_name(indicator.title) != indicator.slug:
            indicators[indicator.slug].append(indicator)
        if indicator.slug == slug:
            one = indicator
    return Known(partnership.name, indicators, _areas(partnership), one)


def _areas(partnership):
    """{name: Area} by codes and names; a code or a name of today wins over a former one."""
    named = {}
    for area in partnership.areas.all():
        for name in (*area.former_names, *area.other_codes):
            named.setdefault(plain_name(name), area)
        named |= {plain_name(area.name): area, plain_name(area.code): area}
    return named
