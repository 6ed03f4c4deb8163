"""The process behaviour rules over 1,000 series of 120 points, beside the mean of each of the same series."""

import random
import statistics
import time

from bench.table import number, paired_ratio, progress, progress_done, show, times
from indicators.spc import xmr

COLUMNS = ["what", "series", "points each", "s", "us a point", "to the mean", "target"]
SERIES = 1000
POINTS = 120
# Seconds for all of them, on the machine that the targets are for.
LONGEST = 1.0


def run(runs, count=SERIES, length=POINTS):
    """Reckon all series ``runs`` times in each way in turn, print the table and return what was measured."""
    chance = random.Random(4)
    series = [[float(round(chance.gauss(300, 30))) for _ in range(length)] for _ in range(count)]
    ways = {"xmr": lambda values: xmr(values, desired="down", target=250), "floor": statistics.fmean}
    took = {way: [] for way in ways}
    for turn in range(runs):
        progress(f"run {turn + 1} of {runs}")
        for way, deed in ways.items():
            took[way].append(_seconds(deed, series))
    progress_done()
    measured = {way: statistics.median(took[way]) for way in ways}
    measured |= {"series": count, "points": length, "to_floor": paired_ratio(took["xmr"], took["floor"])}
    _show(measured, runs)
    return measured


def _seconds(deed, series):
    started = time.perf_counter()
    for values in series:
        deed(values)
    return time.perf_counter() - started


def verdict(seconds):
    return f"at most {LONGEST:g} s: {'met' if seconds <= LONGEST else 'missed'}"


def _show(measured, runs):
    rows = [
        ["XmR, all rules", *_cells(measured, "xmr"), times(measured["to_floor"]), verdict(measured["xmr"])],
        ["the mean alone (statistics.fmean)", *_cells(measured, "floor"), times(1), ""],
    ]
    show(f"Process behaviour rules, median of {runs}", COLUMNS, rows)


def _cells(measured, way):
    total = measured["series"] * measured["points"]
    return [measured["series"], measured["points"], number(measured[way], 3), number(measured[way] / total * 1e6, 2)]
