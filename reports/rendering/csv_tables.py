"""The report's tables as CSV: a ZIP file of actions.csv, figures.csv and a README.txt that says what they are."""

from accounts.csv_export import csv_text
from accounts.zipped import zipped
from reports.rendering.tables import about, tables

ZIP_TYPE = "application/zip"

_HOW_TO_READ = """\
The files are UTF-8. A text that begins with one of = + - @ has an apostrophe before it,
so that no spreadsheet takes it for a formula; numbers are as they are."""


def render_csv(document):
    """The ZIP file's bytes, the same for the same document. A text that a spreadsheet would run is made harmless."""
    made = tables(document)
    files = [(f"{table.name.lower()}.csv", csv_text(table.columns, table.rows).encode()) for table in made]
    return zipped([("README.txt", _readme(document, made).encode()), *files])


def _readme(document, made):
    blocks = ["\n".join(about(document))]
    for table in made:
        lines = [f"{table.name.lower()}.csv", *(f"  {name}: {meaning}" for name, meaning in table.columns.items())]
        blocks.append("\n".join(lines))
    return "\n\n".join([*blocks, _HOW_TO_READ]) + "\n"
