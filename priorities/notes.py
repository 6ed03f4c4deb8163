"""Numbers and links of notes: from 1 in each priority, made when a text is shown, with links both ways."""

from html import escape

from priorities.text import replace_note_references


def numbers(notes):
    """{key: number} for ``notes`` in their order; an unnumbered note has None."""
    result, count = {}, 0
    for note in notes:
        count += note.is_numbered
        result[note.key] = count if note.is_numbered else None
    return result


class NoteLinks:
    """Turns the references in a priority's texts into links, and remembers them for the links back.

    ``prefix`` makes the ids unique in the page. Use one for all texts of a priority, in order of reading.
    """

    def __init__(self, numbers, prefix):
        self.numbers = numbers
        self.prefix = prefix
        self.citations = {key: [] for key in numbers}

    def note_id(self, key):
        return f"{self.prefix}-note-{key}"

    def link(self, html):
        """``html`` with each reference as a numbered link to its note; a missing note is named in the text."""
        return replace_note_references(html, self._reference)

    def _reference(self, key):
        if key not in self.numbers:
            return f"<sup>[note {escape(key)} is missing]</sup>"
        place = f"{self.prefix}-ref-{key}-{len(self.citations[key]) + 1}"
        self.citations[key].append(place)
        number = self.numbers[key]
        shown = f"{number}" if number else "note"
        return (
            f'<sup><a id="{place}" href="#{self.note_id(key)}" role="doc-noteref">'
            f'<span class="govuk-visually-hidden">Note </span>{shown}</a></sup>'
        )
