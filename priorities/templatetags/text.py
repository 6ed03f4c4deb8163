from dataclasses import dataclass

from django import template
from django.urls import reverse
from django.utils.safestring import mark_safe

from priorities.dates import british, countdown
from priorities.text import plain, sanitise, shift_headings

register = template.Library()
register.filter("british", british)
register.filter("countdown", countdown)
register.filter("plain", plain)


@register.filter
def rich(html):
    """Stored text, cleaned once more and marked as safe to show."""
    return mark_safe(sanitise(html))  # noqa: S308 - sanitised here


@register.simple_tag
def cited(html, links, shift=0):
    """Stored text with its note references as links (NoteLinks), and its headings ``shift`` levels lower."""
    return mark_safe(links.link(shift_headings(sanitise(html), shift)))  # noqa: S308 - sanitised here


@register.simple_tag
def note_id(note, links):
    return links.note_id(note.key)


@register.filter
def note_number(note, links):
    """The note's number, or None where it is unnumbered."""
    return links.numbers[note.key]


@register.filter
def citations(note, links):
    """The ids of the places that refer to the note, among the texts linked so far."""
    return links.citations[note.key]


@dataclass(frozen=True)
class Place:
    short_name: str
    url: str

    def get_absolute_url(self):
        return self.url


@register.simple_tag
def place(label, url):
    """A place for ``trail`` that is a page but no object."""
    return Place(label, url)


@register.inclusion_tag("components/breadcrumbs.html")
def trail(*places):
    """Breadcrumbs from Home through ``places``: objects with an address become links, the last one never."""
    crumbs = [("Home", reverse("home"))]
    for place in places:
        label = getattr(place, "short_name", None) or getattr(place, "financial_year", None) or place
        crumbs.append((str(label), place.get_absolute_url() if hasattr(place, "get_absolute_url") else None))
    crumbs[-1] = (crumbs[-1][0], None)
    return {"crumbs": crumbs}
