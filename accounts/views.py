import sys

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import InterfaceError, OperationalError
from django.http import JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.views import defaults
from django.views.decorators.csrf import requires_csrf_token
from django.views.decorators.http import require_safe

from accounts.kept_text import (
    FAILED,
    NOT_ALLOWED,
    NOT_AVAILABLE,
    NOT_FOUND,
    NOT_SAVED,
    STALE_TOKEN,
    TOO_LARGE,
    is_typed,
    refuse,
)
from accounts.middleware import public


@public
@require_safe
def accessibility(request):
    return render(request, "accounts/accessibility.html")


@public
@require_safe
def session_status(request):
    """For scripts of a page that is still open: who is signed in now, and the token to send with the next request."""
    user = request.user
    if not user.is_authenticated:
        return JsonResponse({"signed_in": False, "email": "", "token": ""})
    return JsonResponse({"signed_in": True, "email": user.email, "token": get_token(request)})


@requires_csrf_token
def csrf_failure(request, reason=""):
    """A form whose token is too old: the page was open for long, or the person signed in again in another tab."""
    return refuse(request, STALE_TOKEN)


def permission_denied(request, exception):
    """A role that was taken away while its holder was typing takes no words with it."""
    return refuse(request, NOT_ALLOWED) if is_typed(request) else defaults.permission_denied(request, exception)


def page_not_found(request, exception):
    return refuse(request, NOT_FOUND) if is_typed(request) else defaults.page_not_found(request, exception)


def bad_request(request, exception):
    if isinstance(exception, (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)):
        return refuse(request, TOO_LARGE)
    return defaults.bad_request(request, exception)


@requires_csrf_token
def server_error(request):
    """A database that is locked or unreachable is no fault of the request: what was typed comes back."""
    if isinstance(sys.exc_info()[1], (OperationalError, InterfaceError)):
        return refuse(request, NOT_SAVED if request.method == "POST" else NOT_AVAILABLE)
    return refuse(request, FAILED) if is_typed(request) else defaults.server_error(request)
