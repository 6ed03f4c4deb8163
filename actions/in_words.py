"""What a lead wrote, field by field in plain words: for reading it again, comparing it and taking it along."""

from actions import particulars
from actions.models import ProgressUpdate
from priorities.dates import british
from priorities.text import plain

NAMES = {
    "text": "What has happened",
    "no_progress": "No progress this round",
    "rating": "BRAG rating",
    "rating_reason": "Reason for the rating",
    "as_at": "As-at date",
    "numbers": "Numbers",
    "funding": "Funding",
    "events": "Events",
}


def in_words(content):
    """{field: its words} of a workflow.Content, an update or a line of its history; "" where nothing is said."""
    return {
        "text": plain(content.text),
        "no_progress": "Yes" if content.no_progress else "",
        "rating": ProgressUpdate.Rating(content.rating).label if content.rating else "",
        "rating_reason": content.rating_reason,
        "as_at": british(content.as_at),
    } | {part: "\n".join(particulars.sentences(content.particulars, part)) for part in particulars.PARTS}


def differing(one, other):
    """(name, words in ``one``, words in ``other``) of each field beside the text that is not the same in both."""
    pairs = zip(in_words(one).items(), in_words(other).values(), strict=True)
    return [(NAMES[field], words, others) for (field, words), others in pairs if words != others and field != "text"]
