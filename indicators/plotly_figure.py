"""The figure that plotly.js draws on screen in place of a line chart's SVG: the same content, as plain dicts.

Numbers are floats, dates ISO text, and words from people are escaped, because plotly.js reads a little HTML in them.
"""

from collections.abc import Iterable, Sequence
from html import escape

from indicators import figures, svg
from indicators.chart_layout import MOST_LABELLED
from indicators.chart_marks import BreakLine, Limit, Point, like_neighbours, marks_in_order, runs, shown_breaks
from indicators.charts import SIGNAL_WORDS, level_in_words

_INK, _DARK, _GRID, _LINE, _RESTATED = "#0B0C0C", "#3D3D3D", "#CECECE", "#12436D", "#801650"
_WHITE = "#FFFFFF"
_MOST_LABELS = 6


def line_figure(
    points: Sequence[Point],
    limits: Iterable[Limit],
    breaks: Iterable[BreakLine],
    unit: str,
    decimals: int,
    *,
    zero_baseline: bool = True,
) -> dict:
    """``{"data": [...], "layout": {...}}`` for plotly.js and ``plotly.graph_objects.Figure``, ready for JsonResponse.

    What is joined, marked, restated, provisional or a signal is as in ``charts.line_chart``, given the same. Every
    mark says its figure when it is pointed at. ``layout.meta`` holds the labels of all periods (``x``, ``label``) and
    the breaks, of which static/js/chart.js names as many as there is room for. Raises ValueError without points.
    """
    if not points:
        raise ValueError("A figure needs at least one point.")
    marks = marks_in_order(points)
    breaks = sorted(breaks, key=lambda one: (one.date, one.number))
    drawn = {mark.point.period for mark in marks}
    limits = [one for one in limits if one.period in drawn]
    data = [*_limit_traces(runs(limits, breaks)), _line(marks, breaks)]
    data += _mark_traces(marks, {one.period: one for one in limits}, unit, decimals)
    return {"data": data, "layout": _layout(marks, breaks, unit, decimals, zero_baseline)}


def _line(marks, breaks):
    """One trace, interrupted by nulls wherever two figures are not joined."""
    current = [mark for mark in marks if not mark.restated]
    x, y, previous = [], [], None
    for before, after in like_neighbours(current, breaks):
        if before != previous:
            x, y = [*x, None, _day(current[before].when)], [*y, None, float(current[before].point.value)]
        x.append(_day(current[after].when))
        y.append(float(current[after].point.value))
        previous = after
    return _silent(x[1:], y[1:], color=_LINE, width=3)


def _limit_traces(found):
    """The average, thin, and the two limits, dotted, of each run."""
    traces = []
    for run in found:
        x = [_day(run.first), _day(run.last)]
        for place, level in enumerate(run.lines):
            if level is not None:
                style = {"width": 2, "dash": "dot"} if place else {"width": 1.5}
                traces.append(_silent(x, [float(level)] * 2, color=_DARK, **style))
    return traces


def _silent(x, y, **line):
    return {"type": "scatter", "mode": "lines", "x": x, "y": y, "line": line, "hoverinfo": "skip"}


def _mark_traces(marks, limits, unit, decimals):
    """A trace for each kind of mark that occurs, with the words that it says."""
    kinds, dense = {}, len(marks) > MOST_LABELLED
    for mark in marks:
        limit = None if mark.restated else limits.get(mark.point.period)
        trace = kinds.setdefault(_kind(mark, limit), {"x": [], "y": [], "hovertext": []})
        trace["x"].append(_day(mark.when))
        trace["y"].append(float(mark.point.value))
        trace["hovertext"].append(_said(mark, limit, unit, decimals))
    return [
        {"type": "scatter", "mode": "markers", **trace, "hoverinfo": "text", "marker": _marker(*kind, dense=dense)}
        for kind, trace in kinds.items()
    ]


def _kind(mark, limit):
    """What a mark's shape tells: "restated", a signal or "", whether provisional, and whether above the average."""
    if mark.restated:
        return "restated", False, False
    signal = limit.signal if limit else ""
    average = limit.lines[0] if limit else None
    above = signal == "improvement" and (average is None or mark.point.value >= average)
    return signal, mark.point.provisional, above


def _marker(kind, provisional, above, *, dense):
    if kind == "restated":
        return _shape("square", _WHITE, _RESTATED)
    if not kind:
        return _shape("circle", _WHITE if provisional else _LINE, _LINE, 5 if dense else 9)
    symbols = {"concern": "diamond", "improvement": "triangle-up" if above else "triangle-down", "neither": "cross"}
    colour = svg.SIGNAL_COLOURS[kind]
    return _shape(symbols[kind], _WHITE, colour, 13) if provisional else _shape(symbols[kind], colour, _DARK, 13)


def _shape(symbol, fill, edge, size=9):
    return {"symbol": symbol, "size": size, "color": fill, "opacity": 1, "line": {"color": edge, "width": 2}}


def _said(mark, limit, unit, decimals):
    """The lines of the words beside a mark, with what the SVG's description says of it."""
    point = mark.point
    value = figures.figure(point.value, unit, point.qualifier, decimals, with_unit=True)
    lines = [f"{mark.when.label}: {value}"]
    lines += ["Provisional"] * point.provisional + ["Since restated"] * mark.restated
    if limit:
        words = SIGNAL_WORDS.get(limit.signal, "")
        lines += [words[:1].upper() + words[1:]] * bool(words)
        lines += _expected(limit, unit, decimals)
    lines += [point.note] * bool(point.note)
    return "<br>".join(escape(line) for line in lines)


def _expected(limit, unit, decimals):
    _, lower, upper = limit.lines
    if lower is None or upper is None:
        return []
    return [f"Expected: {level_in_words(lower, unit, decimals)} to {level_in_words(upper, unit, decimals)}"]


def _layout(marks, breaks, unit, decimals, zero_baseline):
    current = [mark for mark in marks if not mark.restated]
    x, labels = [_day(mark.when) for mark in current], [mark.when.label for mark in current]
    step = -(-len(x) // _MOST_LABELS)
    shown, heading = shown_breaks(current, breaks), _heading(unit)
    named = [
        {"day": one.date.isoformat(), "number": one.number, "index": index}
        for index, one in enumerate(shown, start=len(heading))
    ]
    return {
        "font": {"family": "Arial, Liberation Sans, Helvetica, sans-serif", "size": 16, "color": _INK},
        "paper_bgcolor": _WHITE,
        "plot_bgcolor": _WHITE,
        "margin": {"l": 20, "r": 45, "t": 56, "b": 20},
        "showlegend": False,
        "hovermode": "closest",
        "hoverlabel": {"bgcolor": _WHITE, "bordercolor": _DARK, "font": {"color": _INK, "size": 14}, "align": "left"},
        "xaxis": {
            "type": "date",
            "showgrid": False,
            "linecolor": _DARK,
            "ticks": "outside",
            "tickangle": 0,
            "automargin": True,
            "tickmode": "array",
            "tickvals": x[::-step][::-1],
            "ticktext": labels[::-step][::-1],
        },
        "yaxis": {
            "rangemode": "tozero" if zero_baseline else "normal",
            "fixedrange": True,
            "gridcolor": _GRID,
            "zeroline": True,
            "zerolinecolor": _DARK,
            "tickprefix": "£" if figures.is_money(unit) else "",
            "ticksuffix": "%" if unit == "%" else "",
            "tickformat": ",",
            "nticks": 6,
            "automargin": True,
        },
        "shapes": [_upright(one) for one in shown],
        "annotations": [*heading, *map(_break_label, shown)],
        "meta": {"x": x, "label": labels, "breaks": named},
    }


def _upright(one):
    day = one.date.isoformat()
    line = {"color": _DARK, "width": 1.5, "dash": "dash"}
    return {"type": "line", "xref": "x", "yref": "paper", "x0": day, "x1": day, "y0": 0, "y1": 1, "line": line}


def _break_label(one):
    return _words(f"Break {one.number}", xref="x", x=one.date.isoformat(), yshift=0)


def _heading(unit):
    """The unit above the axis, where the figures do not carry it; no words stand upright."""
    words = "" if unit in ("%", "£") else unit[:1].upper() + unit[1:]
    return [_words(words, xref="paper", x=0, xanchor="left", yshift=24)] if words else []


def _words(words, **place):
    return {"text": escape(words), "showarrow": False, "yref": "paper", "y": 1, "yanchor": "bottom", **place}


def _day(when):
    return when.midpoint.isoformat()
