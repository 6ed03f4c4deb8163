from allauth.account.auth_backends import AuthenticationBackend
from django.db.models import Exists, OuterRef

from accounts.models import Membership, Role, User


class OfficerKnowingBackend(AuthenticationBackend):
    """Reads the signed-in person anew at each request, in one query with what every page asks: an officer?

    Roles in a partnership decide what a person may do. Django's own tables of permissions are never read.
    """

    def get_user(self, user_id):
        officer = Membership.objects.filter(user=OuterRef("pk"), role=Role.OFFICER)
        user = User.objects.annotate(is_officer=Exists(officer)).filter(pk=user_id).first()
        return user if user and self.user_can_authenticate(user) else None

    def get_all_permissions(self, user_obj, obj=None):
        return set()
