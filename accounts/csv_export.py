"""Lists as CSV files that a spreadsheet opens safely."""

import csv

from django.http import HttpResponse

# A spreadsheet would run a text that begins so as a formula.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def csv_response(name, columns, rows):
    """A download ``name`` of the header ``columns`` and ``rows`` of values, UTF-8 with a byte-order mark.

    Texts are made safe; numbers stay numbers, so give a figure as a number.
    """
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response.write("\ufeff")
    writer = csv.writer(response)
    writer.writerow(columns)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return response


def _cell(value):
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_STARTS) else value
