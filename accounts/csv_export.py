"""Lists as CSV files that a spreadsheet opens safely."""

import csv
from io import StringIO

from django.http import HttpResponse

# A spreadsheet would run a text that begins so as a formula.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def csv_response(name, columns, rows):
    """A download ``name`` of ``csv_text``."""
    response = HttpResponse(csv_text(columns, rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def csv_text(columns, rows):
    """The header ``columns`` and ``rows`` of values as CSV, with a byte-order mark; encode it as UTF-8.

    Texts are made safe; numbers stay numbers, so give a figure as a number.
    """
    written = StringIO(newline="")
    written.write("\ufeff")
    writer = csv.writer(written)
    writer.writerow(columns)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return written.getvalue()


def _cell(value):
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_STARTS) else value
