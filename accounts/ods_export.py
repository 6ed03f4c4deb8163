"""Tables as an OpenDocument spreadsheet. Written as text: a library takes seconds for a few thousand cells."""

import re
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from accounts.xml_text import escape
from accounts.zipped import zipped

ODS_TYPE = "application/vnd.oasis.opendocument.spreadsheet"

_PARTS = Path(__file__).parent / "spreadsheet"
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_DAY_COLUMNS = {"start", "end", "as_at"}
_WIDE = {"progress", "title", "definition", "note", "restatement", "breaks", "what it holds"}


@dataclass(frozen=True)
class Sheet:
    """``columns`` are names; ``rows`` have a Decimal or a text for each. ISO days in columns of days become dates."""

    name: str
    columns: list[str]
    rows: list[list]


def spreadsheet(title, sheets):
    """The file's bytes, the same for the same ``sheets``. No cell is a formula."""
    files = {
        "mimetype": ODS_TYPE,
        "META-INF/manifest.xml": _part("manifest"),
        "meta.xml": _part("meta").replace("<!-- title -->", escape(title)),
        "content.xml": _part("content").replace("<!-- sheets -->", "".join(map(_sheet, sheets))),
    }
    return zipped([(name, content.encode()) for name, content in files.items()], stored={"mimetype"})


def _part(name):
    return (_PARTS / f"{name}.xml").read_text(encoding="utf-8")


def _sheet(sheet):
    columns = "".join(
        f'<table:table-column table:style-name="{"wide" if name in _WIDE else "narrow"}" '
        'table:default-cell-style-name="text"/>'
        for name in sheet.columns
    )
    head = "".join(_text(name, "head") for name in sheet.columns)
    rows = "".join(
        f"<table:table-row>{''.join(map(_cell, sheet.columns, row))}</table:table-row>" for row in sheet.rows
    )
    return (
        f'<table:table table:name="{escape(sheet.name)}">{columns}'
        f"<table:table-header-rows><table:table-row>{head}</table:table-row></table:table-header-rows>"
        f"{rows}</table:table>"
    )


def _cell(column, value):
    if isinstance(value, Decimal):
        shown = f"{value:f}"
        return _typed("number", f'office:value-type="float" office:value="{shown}"', shown)
    if column in _DAY_COLUMNS and _DAY.fullmatch(value):
        return _typed("day", f'office:value-type="date" office:date-value="{value}"', value)
    return _text(value, "text") if value else "<table:table-cell/>"


def _text(value, style):
    return _typed(style, 'office:value-type="string"', value)


def _typed(style, kind, shown):
    lines = "".join(f"<text:p>{escape(line)}</text:p>" for line in shown.split("\n"))
    return f'<table:table-cell table:style-name="{style}" {kind}>{lines}</table:table-cell>'
