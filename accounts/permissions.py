"""Who may do what with people and partnerships. The only home of these questions."""

from accounts.models import Partnership, Role, partnerships_of

WORKING = [Role.LEAD, Role.REVIEWER, Role.OFFICER]


def can_administer(user):
    """Officers of any partnership, and superusers, may enter the administration. Read anew at each request."""
    return user.is_authenticated and user.is_active and (user.is_superuser or bool(partnerships_of(user, Role.OFFICER)))


def holds(user, partnership, *roles):
    """Whether ``user`` is an active member of ``partnership`` (or its number) in one of ``roles``."""
    return getattr(partnership, "pk", partnership) in partnerships_of(user, *roles)


def working_in(user):
    """The partnerships in which ``user`` works on the plan, rather than only reads it."""
    return Partnership.objects.with_member(user, *WORKING)


def works_in(user, partnership):
    return holds(user, partnership, *WORKING)


def can_manage_people(user, partnership):
    """Officers of the partnership, and superusers, invite people and change their roles."""
    return can_administer(user) and Partnership.objects.managed_by(user).filter(pk=partnership.pk).exists()
