"""A chart's SVG, of each kind and of several lengths, beside the target of a millisecond."""

import statistics
import time
from calendar import monthrange
from datetime import date
from decimal import Decimal

from bench.table import number, percentile, progress, progress_done, show
from indicators import charts, plotly_figure
from indicators.periods import Period

COLUMNS = ["what", "points", "ms", "p95 ms", "bytes", "target"]
# Milliseconds for a chart of a typical series, on the machine that the targets are for.
LONGEST = 1.0
TYPICAL = range(12, 41)


def run(runs):
    """Draw each chart ``runs`` times, print the table and return what was measured."""
    measured = {}
    for name, (points, deed) in ways().items():
        progress(name)
        deed()
        took = [_milliseconds(deed) for _ in range(runs)]
        size = len(deed()) if isinstance(deed(), str) else None
        measured[name] = {"points": points, "ms": statistics.median(took), "p95": percentile(took, 95), "bytes": size}
    progress_done()
    _show(measured, runs)
    return measured


def ways():
    """The number of points and the deed, by name."""
    found = {}
    for count in (12, 24, 40, 120):
        series = months(count)
        given = {"ident": "chart", "title": "Incidents", "unit": "incidents"}
        full = given | {
            "limits": limits(series),
            "breaks": [charts.BreakLine(series[count // 2].period.start, "New", 1)],
        }
        found[f"line, {count} months"] = count, _deed(charts.line_chart, series, **given)
        found[f"line with limits, {count} months"] = count, _deed(charts.line_chart, series, **full)
        found[f"sparkline, {count} months"] = count, _deed(charts.sparkline, series)
    series = months(40)
    found["bars"] = 12, _deed(charts.bar_chart, [charts.Part(f"Part {n}", Decimal(n)) for n in range(12)], **given)
    areas = {f"District {n}": months(24) for n in range(13)}
    found["13 districts"] = 24 * 13, _deed(charts.small_multiples, areas, **given)
    found["figure for the screen"] = 40, _deed(plotly_figure.line_figure, series, limits(series), (), "incidents", 0)
    return found


def months(count):
    """Points of successive months, no two neighbours alike; the last is provisional."""
    starts = [date(2010 + number // 12, number % 12 + 1, 1) for number in range(count)]
    periods = [Period(start, start.replace(day=monthrange(start.year, start.month)[1])) for start in starts]
    return [
        charts.Point(period, Decimal(3000 + number * number * 37 % 997), provisional=number == count - 1)
        for number, period in enumerate(periods)
    ]


def limits(points):
    """Limits that change halfway, every tenth point a signal."""
    half = len(points) // 2
    return [
        charts.Limit(
            point.period, 3500.5 - 50 * (number >= half), 2900.25, 4100.75, "concern" if number % 10 == 5 else ""
        )
        for number, point in enumerate(points)
    ]


def _deed(draw, *arguments, **options):
    return lambda: draw(*arguments, **options)


def _milliseconds(deed):
    started = time.perf_counter()
    deed()
    return (time.perf_counter() - started) * 1000


def verdict(one):
    if one["points"] not in TYPICAL:
        return ""
    return f"at most {LONGEST:g} ms: {'met' if one['ms'] <= LONGEST else 'missed'}"


def _show(measured, runs):
    rows = [
        [name, one["points"], number(one["ms"], 2), number(one["p95"], 2), number(one["bytes"], 0), verdict(one)]
        for name, one in measured.items()
    ]
    show(f"Charts, median of {runs}", COLUMNS, rows)
