"""Lines of history in words: what changed against the line before, and the row as it stood."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

from django.apps import apps
from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone

from accounts.models import HistoryEntry
from actions.models import Action, Event, Funding, Rollover, Round
from priorities.dates import PartialDateField, british
from priorities.models import Agreement, Chapter, Lead, Note, Priority, Section, Theme, VersionChange
from priorities.text import RichTextField, plain

CSV_COLUMNS = ["when", "who", "what", "about", "why", "changes", "as it stood"]
# What is recorded of a year's plan, by the row that it names as the one above it. Every member sees these rows.
_BELOW = {
    "agreement": [Priority, Theme, Chapter, VersionChange, Round, Rollover],
    "priority": [Lead, Section, Note, Action],
    "action": [Funding, Event],
}

# What the names of rows are made of.
_NAMED_BY = {Action: ["priority"]}


@dataclass(frozen=True)
class Change:
    """One field, before and after, in words; "" for nothing."""

    label: str
    before: str
    after: str

    def __str__(self):
        return f"{self.label}: {self.before or 'nothing'} → {self.after or 'nothing'}"


@dataclass(frozen=True)
class Line:
    """An entry, its Changes against the entry before it, and every field that had a value: (label, text)."""

    entry: HistoryEntry
    changes: list
    values: list

    @property
    def who(self):
        return str(self.entry.by or "The service")


def of_year(agreement, user):
    """The entries about the plan of a year that ``user`` may see, newest first: also about rows that are gone."""
    entries = HistoryEntry.objects.visible_to(user).filter(partnership=agreement.partnership_id)
    year = _below("agreement", [agreement.pk])
    priorities = _numbers(agreement.priorities, entries.filter(year))
    in_priorities = _below("priority", priorities)
    in_actions = _below("action", _numbers(Action.objects.in_agreement(agreement), entries.filter(in_priorities)))
    mine = Q(about_model=Agreement._meta.label_lower, about_id=agreement.pk)
    made = Q(about_model=Rollover._meta.label_lower, values__new_agreement=agreement.pk)
    found = entries.filter(mine | made | year | in_priorities | in_actions)
    return found.select_related("by").order_by("-at", "-pk")


def _below(name, numbers):
    labels = [model._meta.label_lower for model in _BELOW[name]]
    return Q(about_model__in=labels, **{f"values__{name}__in": numbers})


def _numbers(rows, entries):
    """The numbers of ``rows``, and of those of their model that are gone and known from the ``entries`` alone."""
    recorded = entries.filter(about_model=rows.model._meta.label_lower).order_by().values_list("about_id")
    return [pk for (pk,) in rows.order_by().values_list("pk").union(recorded)]


def lines(entries):
    """The entries of a queryset or of a page of one, as Lines. Names of related rows cost a query for each model."""
    entries = list(entries)
    earlier = HistoryEntry.objects.filter(
        about_model=OuterRef("about_model"), about_id=OuterRef("about_id"), pk__lt=OuterRef("pk")
    ).order_by("-pk")
    found = HistoryEntry.objects.filter(pk__in=[one.pk for one in entries])
    before = dict(found.annotate(before=Subquery(earlier.values("values")[:1])).values_list("pk", "before"))
    names = _names([(one.about_model, values) for one in entries for values in (one.values, before[one.pk] or {})])
    return [_line(one, before[one.pk], names) for one in entries]


def rows(entries):
    """Rows of CSV_COLUMNS."""
    for line in lines(entries):
        entry = line.entry
        changes = "\n".join(map(str, line.changes))
        stood = "\n".join(f"{label}: {text}" for label, text in line.values)
        when = timezone.localtime(entry.at).isoformat(timespec="seconds")
        yield [when, line.who, entry.verb, entry.about, entry.note, changes, stood]


def _line(entry, before, names):
    now = _texts(entry, entry.values, names)
    if before is None:
        return Line(entry, [], [one for one in now.values() if one[1]])
    then = _texts(entry, before, names)
    changes = [
        Change(label, then[name][1] if name in then else "", text)
        for name, (label, text) in now.items()
        if entry.values.get(name) != before.get(name)
    ]
    return Line(entry, changes, [one for one in now.values() if one[1]])


def _texts(entry, values, names):
    """{name of a field: (its label, its value in words)}, without numbers of rows and what is for machines."""
    fields = _fields(entry.about_model)
    return {
        name: (_label(fields[name]), _in_words(fields[name], value, names))
        for name, value in values.items()
        if name in fields
    }


def _fields(label):
    model = apps.get_model(label)
    above = model.partnership_path.split("__")[0]
    return {
        field.name: field
        for field in (*model._meta.concrete_fields, *model._meta.many_to_many)
        if field.name != above and not field.primary_key and not isinstance(field, models.JSONField)
    }


def _label(field):
    return f"{field.verbose_name[:1].upper()}{field.verbose_name[1:]}"


def _in_words(field, value, names):
    if value in (None, "", []):
        return ""
    if field.many_to_many:
        return ", ".join(value)
    if field.is_relation:
        return names.get((field.related_model, value), f"number {value}")
    if field.flatchoices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(field, RichTextField):
        return plain(value)
    if isinstance(field, PartialDateField):
        return british(value)
    if isinstance(field, models.BooleanField):
        return "Yes" if value else "No"
    if isinstance(field, models.DateTimeField):
        at = timezone.localtime(dt.datetime.fromisoformat(value))
        return f"{british(at.date())}, {at:%H:%M}"
    return british(dt.date.fromisoformat(value)) if isinstance(field, models.DateField) else str(value)


def _names(recorded):
    """{(model, number): name} of the rows to which the ``recorded`` pairs of model and values refer."""
    wanted = defaultdict(set)
    for label, values in recorded:
        for name, field in _fields(label).items():
            if field.is_relation and not field.many_to_many and values.get(name):
                wanted[field.related_model].add(values[name])
    return {
        (model, row.pk): str(row)
        for model, numbers in wanted.items()
        for row in model._base_manager.select_related(*_NAMED_BY.get(model, [])).filter(pk__in=numbers)
    }
