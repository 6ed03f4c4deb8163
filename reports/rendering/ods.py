"""The report's tables as an OpenDocument spreadsheet: a sheet each, and one that says what they are."""

from accounts.ods_export import Sheet, spreadsheet
from reports.rendering.tables import about, tables


def render_ods(document):
    """The spreadsheet's bytes, the same for the same document."""
    made = tables(document)
    sheets = [Sheet(table.name, list(table.columns), table.rows) for table in made]
    title = f"{document.title} \N{EN DASH} {document.partnership_name}"
    return spreadsheet(title, [*sheets, _about(document, made)])


def _about(document, made):
    """The sheet that says what the others hold."""
    rows = [["", "", line] for line in about(document)]
    rows += [[table.name, column, meaning] for table in made for column, meaning in table.columns.items()]
    return Sheet("About", ["sheet", "column", "what it holds"], rows)
