"""What a report says of itself when it is not, or not yet, one that was issued."""

DRAFT = "Draft: not issued"
DEMONSTRATION = "Demonstration: not from a published report"


def markings(document):
    """The words that the Document must bear wherever it is shown."""
    marks = ((document.is_draft, DRAFT), (document.is_demonstration, DEMONSTRATION))
    return [words for holds, words in marks if holds]
