"""Deny by default: a page is for signed-in people unless its view says otherwise; and headers on every response."""

from django.contrib.auth.views import redirect_to_login
from django.utils.cache import patch_cache_control

from accounts.kept_text import SIGNED_OUT, refuse, wants_json


def public(view):
    """Mark ``view`` as open to everyone. The table in tests/test_access.py names each such page."""
    view.is_public = True
    return view


class SignInRequiredMiddleware:
    """Send an anonymous visitor to the sign-in page from every view that is not marked ``public``.

    What was typed comes back instead: it would be lost on the way.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        if request.user.is_authenticated or getattr(view, "is_public", False):
            return None
        if view.__module__.startswith("allauth.account."):
            return None
        if request.method not in ("GET", "HEAD") or wants_json(request):
            return refuse(request, SIGNED_OUT)
        return redirect_to_login(request.get_full_path())


class SecurityHeadersMiddleware:
    """The headers that Django does not send by itself; see docs/decisions for the list."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        response.headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
        response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
        if not request.path.startswith("/static/"):
            user = getattr(request, "user", None)
            if not response.has_header("Cache-Control") or (user is not None and user.is_authenticated):
                patch_cache_control(response, no_store=True, private=True)
        return response
