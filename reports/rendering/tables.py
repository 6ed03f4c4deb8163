"""The actions and the figures of the document tree as two plain tables, for spreadsheets and programs."""

from dataclasses import dataclass
from decimal import Decimal

from priorities.dates import british
from priorities.text import plain
from reports.rendering.markings import markings

ACTION_COLUMNS = {
    "priority": "the priority's title",
    "reference": "the action's reference, unique in the year",
    "title": "what is to be done",
    "progress": "the accepted text on progress, a line for each paragraph and bullet, without notes",
    "no_progress": "yes where it was said that there was no progress in the round",
    "as_at": "when the progress was written, to the day or to the month",
}
FIGURE_COLUMNS = {
    "priority": "the priority's title",
    "indicator": "what is measured",
    "definition": "how it is counted",
    "unit": "what the value counts",
    "area": "where it is measured",
    "supplier": "who gave the figure",
    "source": "from what",
    "period": "the period in words",
    "start": "the period's first day",
    "end": "the period's last day",
    "value": "the figure as a number; empty where it is not known, which is not zero",
    "text": "the figure as the report prints it",
    "qualifier": "how exact it is",
    "status": "provisional, validated, revised, estimate, incomplete (supply) or not stated",
    "printed_in": "the report that printed it, or the day on which it was recorded",
    "as_at": "when that report was written, to the day or to the month",
    "note": "a remark on this figure",
    "restatement": "what an earlier report gave for the same period",
    "stated_change": "the change that was printed beside the figure, right or wrong",
    "breaks": "dates at which the indicator's figures stop being comparable",
}


@dataclass(frozen=True)
class Table:
    """``columns`` maps each name to its meaning. Values are text; numbers are Decimals; a blank is ""."""

    name: str
    columns: dict
    rows: list


def tables(document):
    """The tables of the Document: Actions and Figures, in the order of the report."""
    actions = [_action(priority, action) for priority in document.priorities for action in priority.actions]
    figures = [
        _figure(priority, indicator, figure)
        for priority in document.priorities
        for indicator in priority.indicators
        for figure in indicator.figures
    ]
    return [Table("Actions", ACTION_COLUMNS, actions), Table("Figures", FIGURE_COLUMNS, figures)]


def about(document):
    """What the tables are from, and whether it was issued, a line each."""
    lines = [document.title, document.partnership_name, document.year]
    lines += [f"As at {british(document.as_at)}"] if document.as_at else []
    return lines + markings(document)


def _action(priority, action):
    said = "yes" if action.no_progress else "no"
    return [priority.title, action.reference, action.title, plain(action.progress), said, action.as_at]


def _figure(priority, indicator, figure):
    of_figure = vars(figure) | {"value": "" if figure.value is None else Decimal(figure.value)}
    values = {
        **{name: getattr(indicator, name) for name in ("definition", "unit", "area", "supplier", "source")},
        **of_figure,
        "priority": priority.title,
        "indicator": indicator.title,
        "breaks": "; ".join(f"{one.date} {one.title}" for one in indicator.breaks),
    }
    return [values[column] for column in FIGURE_COLUMNS]
