"""Who is a member: invite, give and take away roles, end a membership.

The partnership is held meanwhile, so that two officers cannot remove each other at once.
"""

from django.contrib.auth.hashers import make_password
from django.db import transaction

from accounts import history, post
from accounts.models import Agency, Membership, Partnership, Role, User


class LastOfficer(Exception):
    """A partnership always keeps an officer who can sign in."""


@transaction.atomic
def invite(partnership, *, name, email, roles, by, at, agency=None, new_agency=""):
    """Make the person with this address a member in ``roles``, with an account where there is none, and write to them.

    Nothing here tells whether there was an account: that would tell of other partnerships.
    """
    Partnership.objects.hold(partnership)
    if new_agency:
        agency = _agency(partnership, new_agency, by=by, at=at)
    # Nobody knows a password of the new account: the letter holds a link to set one.
    account = {"name": name, "password": make_password(None)}
    person, _is_new = User.objects.get_or_create(email=email.lower(), defaults=account)
    given = [one for role in roles if (one := _give(person, partnership, role, agency, by=by, at=at))]
    if given:
        key = f"invitation:{person.pk}:{given[0].pk}"
        post.queue(kind="invitation", to=person, partnership=partnership, key=key, about={"by": by.pk}, at=at)
    return person


def is_switched_off(email, partnership):
    """Whether the account of this address is switched off; only of people who are or were members here.

    Of anybody else it would tell that there is an account, and so of other partnerships.
    """
    person = User.objects.filter(email=email.lower(), is_active=False).first()
    if person is None:
        return False
    was_here = partnership.history.filter(about_model=Membership._meta.label_lower, values__user=person.pk)
    return person.memberships.filter(partnership=partnership).exists() or was_here.exists()


@transaction.atomic
def give_role(person, partnership, *, role, by, at):
    """A further role for a member. The agency is that of the roles held; a role that is held already stays as it is."""
    Partnership.objects.hold(partnership)
    held = person.memberships.filter(partnership=partnership).select_related("agency")
    if held:
        _give(person, partnership, role, held[0].agency, by=by, at=at)


@transaction.atomic
def take_role(person, partnership, *, role, by, at):
    """Take one role away. LastOfficer if nobody could then manage the partnership."""
    _take(person, partnership, [role], verb="role taken away", by=by, at=at)


@transaction.atomic
def end(person, partnership, *, by, at):
    """Take all roles away. LastOfficer if nobody could then manage the partnership."""
    _take(person, partnership, Role.values, verb="membership ended", by=by, at=at)


def _agency(partnership, name, *, by, at):
    agency, is_new = Agency.objects.get_or_create(partnership=partnership, name=name)
    if is_new:
        history.record(agency, verb="added", by=by, at=at)
    return agency


def _give(person, partnership, role, agency, *, by, at):
    """The new Membership, or None where the role is held already."""
    one, is_new = Membership.objects.get_or_create(
        user=person, partnership=partnership, role=Role(role), defaults={"agency": agency, "given_at": at}
    )
    if is_new:
        history.record(one, verb="role given", by=by, at=at)
        return one
    return None


def _take(person, partnership, roles, *, verb, by, at):
    Partnership.objects.hold(partnership)
    taken = person.memberships.filter(partnership=partnership, role__in=roles)
    if any(one.role == Role.OFFICER for one in taken):
        others = partnership.memberships.exclude(user=person).filter(role=Role.OFFICER, user__is_active=True)
        if not others.exists():
            raise LastOfficer
    for one in taken:
        history.record(one, verb=verb, by=by, at=at)
    taken.delete()
