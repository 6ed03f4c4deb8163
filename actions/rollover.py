"""Roll a year over: the next agreement, with the priorities and open actions that go on."""

from django.db import transaction

from actions.models import Action
from priorities.models import Agreement, Lead, Note, Priority, Section, Theme


@transaction.atomic
def roll_over(agreement, *, to, is_demonstration=False):
    """A new Agreement for the FinancialYear ``to``, made from ``agreement``, which stays as it is.

    Copied: themes, priorities with leads, sections and notes, the indicators in use, and each open action with
    its agencies, owners and themes. Every copy *continues* what it was made from. Progress is not copied.
    IntegrityError where the year exists.
    """
    new = Agreement.objects.create(
        partnership=agreement.partnership,
        year=to.start_year,
        title=agreement.title,
        effective_from=to.start,
        is_demonstration=is_demonstration,
    )
    themes = {
        theme.pk: Theme.objects.create(agreement=new, position=theme.position, title=theme.title)
        for theme in agreement.themes.all()
    }
    for priority in agreement.priorities.all():
        _copy_actions(priority, _copy_priority(priority, new), themes)
    return new


def _copy_priority(priority, agreement):
    new = Priority.objects.create(
        agreement=agreement,
        slug=priority.slug,
        code=priority.code,
        title=priority.title,
        position=priority.position,
    )
    new.continues.set([priority])
    new.indicators.set(priority.indicators.all())
    for lead in priority.leads.all():
        copy = Lead.objects.create(priority=new, position=lead.position, role_title=lead.role_title, agency=lead.agency)
        copy.users.set(lead.users.all())
    Section.objects.bulk_create(
        Section(priority=new, position=one.position, heading=one.heading, body=one.body, as_at=one.as_at)
        for one in priority.sections.all()
    )
    Note.objects.bulk_create(
        Note(
            priority=new,
            key=one.key,
            position=one.position,
            is_numbered=one.is_numbered,
            publisher=one.publisher,
            title=one.title,
            published=one.published,
            text=one.text,
        )
        for one in priority.notes.all()
    )
    return new


def _copy_actions(priority, new_priority, themes):
    for action in priority.actions.open():
        new = Action.objects.create(
            priority=new_priority,
            number=action.number,
            position=action.position,
            title=action.title,
            status=action.status,
        )
        new.continues.set([action])
        new.agencies.set(action.agencies.all())
        new.owners.set(action.owners.all())
        new.themes.set(themes[theme.pk] for theme in action.themes.all())
