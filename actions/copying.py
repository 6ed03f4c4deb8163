"""Copy priorities and actions into another year. Every copy *continues* what it was made from."""

from django.db.models import Max

from actions.models import Action
from priorities.models import Lead, Note, Priority, Section, Theme
from priorities.text import replace_note_references

Status = Action.Status


def copy_themes(agreement, new):
    """The themes that are not there yet. Returns {number of an old theme: the new Theme}."""
    there = {one.title: one for one in new.themes.all()}
    return {
        one.pk: there.get(one.title) or Theme.objects.create(agreement=new, position=one.position, title=one.title)
        for one in agreement.themes.all()
    }


def append_priority(new, source):
    """Let the Priority ``new`` continue ``source``: with its leads, indicators, sections and notes, after its own."""
    new.continues.add(source)
    new.indicators.add(*source.indicators.all())
    _append_leads(new, source)
    keys = _append_notes(new, source)
    place = _last(new.sections)
    Section.objects.bulk_create(
        Section(
            priority=new,
            position=place + one.position,
            heading=one.heading,
            body=replace_note_references(one.body, lambda key: f'<sup data-note="{keys.get(key, key)}"></sup>'),
            as_at=one.as_at,
        )
        for one in source.sections.all()
    )


def _append_leads(new, source):
    """A post that both of two merged priorities have is one post, of the people of both."""
    there = {(one.role_title, one.agency_id): one for one in new.leads.all()}
    place = _last(new.leads)
    for lead in source.leads.all():
        copy = there.get((lead.role_title, lead.agency_id)) or Lead.objects.create(
            priority=new, position=place + lead.position, role_title=lead.role_title, agency_id=lead.agency_id
        )
        copy.users.add(*lead.users.all())


def _append_notes(new, source):
    """Returns {key in ``source``: key in ``new``}: two merged priorities may use one key for two notes."""
    used = set(new.notes.values_list("key", flat=True))
    place = _last(new.notes)
    keys = {}
    for note in source.notes.all():
        keys[note.key] = _free(note.key, used)
        used.add(keys[note.key])
        Note.objects.create(
            priority=new,
            key=keys[note.key],
            position=place + note.position,
            is_numbered=note.is_numbered,
            publisher=note.publisher,
            title=note.title,
            published=note.published,
            text=note.text,
        )
    return keys


def _free(key, used):
    longest = Note._meta.get_field("key").max_length
    tries = [key, *(f"{key[: longest - 4]}-{number}" for number in range(2, 1000))]
    return next(one for one in tries if one not in used)


def _last(rows):
    return rows.aggregate(last=Max("position"))["last"] or 0


def copy_actions(copies, priorities, themes):
    """Make the ``copies`` of an Outline. ``priorities`` is {code: the new Priority}; one that had ended is in hand.

    Progress, money, events and dates belong to the year that they were made in.
    """
    places = {code: _last(priority.actions) for code, priority in priorities.items()}
    rows = []
    for one in copies:
        places[one.code] += 1
        rows.append(
            Action(
                priority=priorities[one.code],
                number=one.number,
                position=places[one.code],
                title=one.action.title,
                status=Status.CONTINUING if one.action.status == Status.CLOSED else one.action.status,
            )
        )
    Action.objects.bulk_create(rows)
    olds = Action.objects.filter(pk__in=[one.action.pk for one in copies])
    olds = {one.pk: one for one in olds.prefetch_related("agencies", "owners", "themes")}
    pairs = [(new, one, olds[one.action.pk]) for new, one in zip(rows, copies, strict=True)]
    links = Action.continues.through
    links.objects.bulk_create(
        links(from_action=new, to_action_id=pk) for new, one, _old in pairs for pk in one.continues
    )
    _link(Action.agencies, "agency", [(new, row) for new, _one, old in pairs for row in old.agencies.all()])
    _link(Action.owners, "user", [(new, row) for new, _one, old in pairs for row in old.owners.all()])
    _link(Action.themes, "theme", [(new, themes[row.pk]) for new, _one, old in pairs for row in old.themes.all()])


def _link(relation, name, pairs):
    relation.through.objects.bulk_create(relation.through(action=new, **{name: row}) for new, row in pairs)


# What of each model stands as it was copied; other fields are not written by a rollover.
COPIED = {
    Theme: ["position", "title"],
    Priority: ["slug", "code", "title", "position"],
    Lead: ["position", "role_title", "agency_id"],
    Section: ["position", "heading", "body", "as_at"],
    Note: ["key", "position", "is_numbered", "publisher", "title", "published", "text"],
    Action: ["number", "position", "title", "status", "outcome", "outcome_reason", "starts", "due"],
}
