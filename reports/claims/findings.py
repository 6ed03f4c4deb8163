"""What a rule has found in a passage."""

from dataclasses import dataclass

ERROR, WARNING, ADVICE = "error", "warning", "advice"

# The rules by name, as the list of findings and the benchmark print them.
RULES = {
    "percentage": "a percentage against the figures it is drawn from",
    "difference": "a difference against the figures it is drawn from",
    "multiple": '"doubled", "halved" and the like against the figures',
    "direction": "a word of direction against the figures",
    "sum": "parts against their total",
    "share": "a share against the part and the whole",
    "over-100": "shares of one whole that come to more than 100%",
    "list-count": "a number of items against the list that follows",
    "date": "a date that does not exist, or that is given twice over",
    "weekday": "a day of the week that is not that of the date",
    "year-pair": "two years joined that do not make a year",
    "range": "a period that ends before it begins",
    "event-date": "one event with two dates",
    "note": "notes cited, listed and numbered",
    "acronym": "an acronym and what it stands for",
    "privacy": "details that may belong to a private person",
    "long-sentence": "a sentence that is hard to read at once",
}


@dataclass(frozen=True, order=True)
class Finding:
    """``start`` and ``end`` are offsets in the text as given; ``stated`` and ``expected`` are short, for a table.

    ``rule`` is one of RULES; ``severity`` is "error", "warning" (worth a look: the text may be right) or "advice".
    """

    start: int
    end: int
    rule: str
    stated: str
    expected: str
    message: str
    severity: str = ERROR
