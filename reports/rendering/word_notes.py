"""The notes of a priority as footnotes. A note cited again is a reference to its footnote."""

from priorities.text import note_keys
from reports.rendering import word_xml as xml
from reports.rendering.word_text import Place, TextWriter

_STYLE = "FootnoteReference"


class Footnotes:
    """Each note of ``priority`` stands as a footnote where it is first cited; ``uncited`` are the notes that are not.

    Programs number footnotes themselves, from 1 through the whole document, in order of citation: in the sections, then
    in the actions. The tree counts from 1 in each priority; told to do so, LibreOffice numbers most notes 0.
    """

    def __init__(self, priority, package, width):
        self._package = package
        self._width = width
        self._notes = {note.key: note for note in priority.notes}
        texts = [section.body for section in priority.sections] + [action.progress for action in priority.actions]
        cited = dict.fromkeys(key for text in texts for key in note_keys(text) if key in self._notes)
        self._numbers = {key: number for number, key in enumerate(cited, start=package.footnotes + 1)}
        self._marks = {key: package.ident() for key in cited}
        self._written = set()
        self._writer = TextWriter(package, package.note_links, self._again)
        self.uncited = [note for note in priority.notes if note.key not in cited]

    def reference(self, key):
        """The run that refers to the note; a missing note is named in the text."""
        if key in self._marks and key not in self._written:
            return self._footnote(key)
        return self._again(key)

    def _footnote(self, key):
        self._written.add(key)
        number = self._package.footnote(self._content(self._notes[key]))
        mark = _marked(f'<w:footnoteReference w:id="{number}"/>')
        return xml.bookmark(self._marks[key], self._name(key), mark)

    def _content(self, note):
        source, place = source_runs(note), Place("FootnoteText", self._width)
        opening = _marked("<w:footnoteRef/>") + xml.run(" ")
        if not source:
            return self._writer.written(note.text, place, opening=opening)
        return xml.paragraph(opening + source, place.style) + self._writer.written(note.text, place)

    def _again(self, key):
        """A reference to a note whose footnote stands elsewhere, or that has none."""
        if key in self._marks:
            number = xml.run(str(self._numbers[key]), style=_STYLE)
            return xml.field(rf"NOTEREF {self._name(key)} \f \h", number)
        return xml.run("note" if key in self._notes else f"[note {key} is missing]", style=_STYLE)

    def _name(self, key):
        return f"_Note{self._marks[key]}"


def source_runs(note):
    """The runs of "Publisher. Title, published.", "" where a note has no source."""
    if not (note.title or note.publisher or note.published):
        return ""
    after_title = ", " if note.title and note.published else ""
    publisher = f"{note.publisher}. " if note.publisher else ""
    return xml.run(publisher) + xml.run(note.title, italic=True) + xml.run(f"{after_title}{note.published}.")


def _marked(content):
    return f'<w:r><w:rPr><w:rStyle w:val="{_STYLE}"/></w:rPr>{content}</w:r>'
