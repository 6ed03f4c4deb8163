"""Plain tables, and the arithmetic of what stands in them."""

import math
import statistics
import sys

MISSING = "-"


def percentile(values, percent):
    """The smallest of ``values`` that at least ``percent`` per cent of them do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]


def ratio(value, base):
    """``value`` as a multiple of ``base``; None where there is nothing to compare with."""
    return value / base if base else None


def paired_ratio(values, bases):
    """The median of the ratios of runs that followed each other: it holds when the machine is busy."""
    ratios = [one for one in map(ratio, values, bases) if one is not None]
    return statistics.median(ratios) if ratios else None


def number(value, decimals=1, unit=""):
    """The number as a table shows it, or a dash for None."""
    return MISSING if value is None else f"{value:,.{decimals}f}{unit}"


def times(value):
    return number(value, 2, "x")


def lines(columns, rows):
    """The lines of a table. The first and the last column are words; those between are numbers, set to the right."""
    cells = [columns, *[[str(cell) for cell in row] for row in rows]]
    widths = [max(len(row[place]) for row in cells) for place in range(len(columns))]
    ruled = [cells[0], ["-" * width for width in widths], *cells[1:]]
    last = len(columns) - 1
    return [
        "  ".join(
            cell.ljust(width) if place in (0, last) else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in ruled
    ]


def show(title, columns, rows, remarks=()):
    """Print the table below its title, then a line for each remark."""
    print("", title, "", *lines(columns, rows), *([""] if remarks else []), *remarks, sep="\n", flush=True)


def progress(line):
    """Show ``line`` in place of the one before it, on a screen; say nothing in a log."""
    if sys.stdout.isatty():
        print(f"\r    {line:<60}", end="", flush=True)


def progress_done():
    """Leave the line of ``progress`` to what is printed next."""
    if sys.stdout.isatty():
        print(f"\r{'':<64}\r", end="", flush=True)
