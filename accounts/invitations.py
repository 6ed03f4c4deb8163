"""The letter to a person whom an officer invited."""

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings

from accounts.models import User
from accounts.post import Mail, link


def compose(letter, *, at):
    """With a link to set a password, or, for a person who has one, just the news."""
    held = letter.to.memberships.filter(partnership=letter.partnership)
    context = {
        "inviter": User.objects.get(pk=letter.about["by"]).name,
        "roles": [one.get_role_display() for one in held],
    }
    if letter.to.has_usable_password():
        subject = f"You are a member of {letter.partnership.name}"
        return Mail(subject, "role_given.txt", context | {"link": link("partnership-detail", letter.partnership.slug)})
    key = default_token_generator.make_token(letter.to)
    first_sign_in = {
        "link": link("account_reset_password_from_key", user_pk_to_url_str(letter.to), key),
        "new_link": link("account_reset_password"),
        "days": settings.PASSWORD_RESET_TIMEOUT // (24 * 60 * 60),
    }
    return Mail(f"Invitation to {letter.partnership.name}", "invitation.txt", context | first_sign_in)
