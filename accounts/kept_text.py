"""What a person typed comes back with every refusal, to be sent again or copied. See docs/decisions/0009."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.http import JsonResponse
from django.shortcuts import render

# Never given back on a page, whatever else the name of the field says.
SECRET_FIELDS = ("password", "csrfmiddlewaretoken", "login")
TOKEN_FIELD = "csrfmiddlewaretoken"  # noqa: S105
LONGEST_LINE = 80


@dataclass(frozen=True)
class Refusal:
    """``error`` is the word for scripts, ``heading`` the one for people; sent again, some fail again."""

    error: str
    status: int
    heading: str
    may_be_repeated: bool = True


SIGNED_OUT = Refusal("signed_out", 401, "You have been signed out")
STALE_TOKEN = Refusal("stale_token", 403, "Your form was not sent")
NOT_SAVED = Refusal("unavailable", 503, "The service could not save just now")
NOT_AVAILABLE = Refusal("unavailable", 503, "The service is not available just now")
FAILED = Refusal("failed", 500, "Something went wrong", may_be_repeated=False)
NOT_ALLOWED = Refusal("forbidden", 403, "You cannot change this", may_be_repeated=False)
NOT_FOUND = Refusal("not_found", 404, "This page is not there for you", may_be_repeated=False)
TOO_LARGE = Refusal("too_large", 400, "This is too large to send")


@dataclass(frozen=True)
class Field:
    name: str
    value: str

    @property
    def label(self):
        return re.sub(r"[\W_]+", " ", self.name).strip().capitalize() or self.name

    @property
    def is_long(self):
        return len(self.value) > LONGEST_LINE or "\n" in self.value


def refuse(request, refusal):
    """The answer to a request that was not carried out. Asks the database nothing about an anonymous person."""
    if wants_json(request):
        return JsonResponse({"error": refusal.error}, status=refusal.status)
    sent = request.POST.keys() - {TOKEN_FIELD}
    may_be_repeated = refusal.may_be_repeated and not any(map(is_secret, sent)) and from_this_site(request)
    fields = [Field(name, value) for name, values in request.POST.lists() if not is_secret(name) for value in values]
    context = {
        "refusal": refusal,
        "fields": fields,
        "typed": [field for field in fields if field.value.strip()],
        "files": [file.name for _, files in request.FILES.lists() for file in files],
        "multipart": request.content_type == "multipart/form-data",
        "can_send_again": bool(fields) and may_be_repeated,
        "most_bytes": settings.DATA_UPLOAD_MAX_MEMORY_SIZE,
        "most_fields": settings.DATA_UPLOAD_MAX_NUMBER_FIELDS,
    }
    return render(request, "accounts/kept_text.html", context, status=refusal.status)


def is_typed(request):
    """Whether the request holds anything that a person would miss."""
    return any(value.strip() for name, value in request.POST.items() if not is_secret(name))


def wants_json(request):
    """Scripts of the pages say so; a browser, and whoever says nothing, gets a page."""
    return request.get_preferred_type(["text/html", "application/json"]) == "application/json"


def is_secret(name):
    return any(secret in name.lower() for secret in SECRET_FIELDS)


def from_this_site(request):
    """Whether a page of this site sent the request, so that another site's form is never made sendable.

    Unlike Django's own check, which looks at the Referer under HTTPS only, a request that names no site fails.
    """
    try:
        sender = urlsplit(request.headers.get("Origin", request.headers.get("Referer", "")))
    except ValueError:
        return False
    origin = f"{sender.scheme}://{sender.netloc}"
    return origin == f"{request.scheme}://{request.get_host()}" or origin in settings.CSRF_TRUSTED_ORIGINS
