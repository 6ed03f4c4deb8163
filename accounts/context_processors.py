from django.conf import settings
from django.utils.functional import SimpleLazyObject

from accounts.demonstration import sign_ins
from accounts.permissions import can_administer


def service(request):
    """What the page frame needs: the service's name, demonstration or not, and the officer's link."""
    user = getattr(request, "user", None)
    return {
        "service": {
            "name": "Community Safety Plan",
            "demonstration": settings.DEMONSTRATION,
            "is_officer": SimpleLazyObject(lambda: user is not None and can_administer(user)),
        },
        "demo_sign_ins": SimpleLazyObject(sign_ins) if settings.DEMONSTRATION else [],
    }
