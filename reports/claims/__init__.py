"""What can be told to be wrong from one passage of a report alone: its figures, dates, lists, notes and names.

``find(text)`` takes plain text or Markdown and returns Findings in order of place. Nothing is looked up: whatever some
values that the printing and the words allow would satisfy is left alone.
"""

from reports.claims import (
    acronyms,
    calendar_rules,
    changes,
    counted,
    events,
    notes,
    privacy,
    reading,
    shares,
    subjects,
    sums,
)
from reports.claims.findings import RULES, Finding
from reports.claims.passage import Passage
from reports.claims.statements import Line

__all__ = ["RULES", "Finding", "find"]

_CHECKS = (changes, subjects, sums, shares, counted, calendar_rules, events, notes, acronyms, privacy, reading)


def find(text: str) -> list[Finding]:
    passage = Passage(text)
    lines = [
        (sentence, Line(passage.clean[sentence.start : sentence.end].replace("\n", " ")))
        for sentence in passage.sentences
    ]
    return list(_outermost(sorted({finding for check in _CHECKS for finding in check.check(passage, lines)})))


def _outermost(found):
    """Without those that lie within another of the same rule."""
    reached = {}
    for finding in sorted(found, key=lambda one: (one.start, -one.end)):
        if finding.end > reached.get(finding.rule, -1):
            reached[finding.rule] = finding.end
            yield finding
