"""The people of the demonstration. Their password is known to everybody, so production never has them."""

from accounts.models import Membership, Role, User

PASSWORD = "demonstration-only"  # noqa: S105
_ORDER = [Role.OFFICER, Role.REVIEWER, Role.LEAD, Role.VIEWER]


def person(email, name, role, partnership, agency=None):
    """The demonstration user ``email`` with ``role`` in ``partnership``; made where missing."""
    user = User.objects.filter(email=email).first() or User.objects.create_user(
        email, PASSWORD, name=name, is_demonstration=True
    )
    Membership.objects.get_or_create(user=user, partnership=partnership, role=role, defaults={"agency": agency})
    return user


def sign_ins():
    """A dict of email, role (in words) and password for each demonstration role, counties and officers first."""
    held = Membership.objects.filter(user__is_demonstration=True).select_related("user", "partnership")
    ordered = sorted(held, key=lambda one: (one.partnership.kind, _ORDER.index(Role(one.role)), one.user.email))
    return [
        {
            "email": one.user.email,
            "role": f"{one.user.name} ({one.get_role_display()}, {one.partnership.short_name})",
            "password": PASSWORD,
        }
        for one in ordered
    ]
