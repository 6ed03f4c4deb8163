"""Who may do what with people and partnerships. The only home of these questions."""

from accounts.models import Membership


def roles_in(user, partnership):
    """The set of Role values that ``user`` holds in ``partnership``; empty for an anonymous visitor."""
    if not user.is_authenticated or not user.is_active:
        return frozenset()
    return frozenset(Membership.objects.filter(user=user, partnership=partnership).values_list("role", flat=True))


def can_administer(user):
    """Officers of any partnership, and superusers, may enter the administration. Read anew at each request."""
    if not user.is_authenticated or not user.is_active:
        return False
    return user.is_superuser or user.is_officer
