"""An indicator's figures as files: CSV and ODS for spreadsheets, JSON for programs. The caller says which figures."""

from decimal import Decimal

from django.http import HttpResponse, JsonResponse

from accounts.csv_export import csv_response
from accounts.ods_export import ODS_TYPE, Sheet, spreadsheet
from indicators import markers

COLUMNS = [
    "area",
    "area_code",
    "period",
    "start",
    "end",
    "value",
    "qualifier",
    "status",
    "marks",
    "printed_in",
    "as_at",
    "note",
    "restatement",
    "stated_change",
    "disclosure",
]


def as_csv(name, indicator, rows):
    """``rows`` are series.Rows. A figure is a number, so a fall keeps its sign; a blank stays empty."""
    return csv_response(f"{name}.csv", COLUMNS, (_cells(indicator, row) for row in rows))


def as_ods(name, indicator, rows):
    sheet = Sheet("Figures", COLUMNS, [_cells(indicator, row) for row in rows])
    response = HttpResponse(spreadsheet(indicator.title, [sheet]), content_type=ODS_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{name}.ods"'
    return response


def as_json(name, indicator, rows, breaks):
    """The figures with what is needed to read them. ``value`` is decimal text or null, so that no digit is lost."""
    rows = list(rows)
    content = {
        "title": indicator.title,
        "definition": indicator.definition,
        "unit": indicator.unit,
        "area": indicator.geography_name,
        "area_code": indicator.geography_code,
        "supplier": indicator.supplier,
        "source": indicator.source,
        "direction": indicator.direction_note,
        "marks": dict(markers.explained(mark for row in rows for mark in row.marks)),
        "breaks": [{"date": one.date, "title": one.title, "note": one.note} for one in breaks],
        "figures": [dict(zip(COLUMNS, _json_values(indicator, row), strict=True)) for row in rows],
    }
    response = JsonResponse(content, json_dumps_params={"ensure_ascii": False, "indent": 1})
    response["Content-Disposition"] = f'attachment; filename="{name}.json"'
    return response


def _values(indicator, row):
    figure = row.figure
    return {
        "area": row.area or indicator.geography_name,
        "area_code": row.area_code or (indicator.geography_code if not row.area else ""),
        "marks": " ".join(f"[{mark}]" for mark in row.marks),
        "disclosure": "not published" if row.is_held_back else "",
    } | {column: getattr(figure, column) for column in COLUMNS if hasattr(figure, column)}


def _cells(indicator, row):
    values = _values(indicator, row)
    values["value"] = "" if values["value"] is None else Decimal(values["value"])
    return [values[column] for column in COLUMNS]


def _json_values(indicator, row):
    values = _values(indicator, row) | {"marks": list(row.marks)}
    return [values[column] for column in COLUMNS]
