from allauth.account.auth_backends import AuthenticationBackend

from accounts.models import Membership, User


class MembershipBackend(AuthenticationBackend):
    """Reads the signed-in person anew at each request, in one query with the memberships: nearly every question asks.

    Roles in a partnership decide what a person may do. Django's own tables of permissions are never read.
    """

    def get_user(self, user_id):
        held = list(Membership.objects.filter(user=user_id).select_related("user"))
        user = held[0].user if held else User.objects.filter(pk=user_id).first()
        if user:
            user.memberships_read = held
        return user if user and self.user_can_authenticate(user) else None

    def get_all_permissions(self, user_obj, obj=None):
        return set()
