"""The one door to the open data interface, and the page that explains it."""

import hashlib
import logging

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import Resolver404, reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from accounts.middleware import public
from reports import open_data
from reports.api.limits import seconds_to_wait
from reports.api.problems import problem

logger = logging.getLogger(__name__)

METHODS = "GET, HEAD, OPTIONS"
EDITION = "/partnerships/{partnership}/editions/{year}/{edition}"
ADDRESSES = [
    ("/partnerships", "The partnerships that have published a report."),
    ("/partnerships/{partnership}/editions", "Its published reports: versions, dates, sizes, digests."),
    (EDITION, "A whole report: priorities, actions with their progress, indicators. JSON only."),
    (f"{EDITION}/actions", "The actions of a report with their progress."),
    (f"{EDITION}/figures", "All figures of a report."),
    ("/partnerships/{partnership}/indicators", "Its indicators, in all its reports."),
    ("/partnerships/{partnership}/indicators/{indicator}", "The figures of one indicator, as each report gave them."),
]


@public
@require_safe
def explanation(request):
    newest = open_data.published().filter(is_newest=True).first()
    context = {"addresses": ADDRESSES, "limit": settings.API_REQUESTS_A_MINUTE}
    if newest:
        context["example"] = _example(open_data.place_of(newest))
    return render(request, "reports/open_data.html", context)


def _example(place):
    own = f"partnerships/{place.partnership}"
    edition = f"{own}/editions/{place.year}/{place.edition}"
    ways = {
        "editions": f"{own}/editions",
        "indicators": f"{own}/indicators",
        "figures": f"{edition}/figures",
        "actions": f"{edition}/actions",
    }
    return {name: reverse("open-data-api", args=[way]) for name, way in ways.items()}


@public
@csrf_exempt
def door(request, rest):
    """The answer to ``/api/v1/<rest>``: counted, open to pages of other sites, and JSON whatever happens."""
    try:
        response = _answer(request, rest)
    except (OperationalError, InterfaceError):
        logger.exception("The database did not answer %s", request.path)
        response = problem(503, "The service is not available just now. Try again in a minute.", **{"Retry-After": 60})
    except SuspiciousOperation:
        response = problem(400, "The address has too many parameters.")
    response["Access-Control-Allow-Origin"] = "*"
    response["Access-Control-Expose-Headers"] = "ETag, Retry-After, Content-Disposition"
    return response


def _answer(request, rest):
    if wait := seconds_to_wait(request, at=timezone.now()):
        return problem(429, f"Too many requests. Try again in {wait} seconds.", **{"Retry-After": wait})
    if request.method == "OPTIONS":
        asked = {"Access-Control-Allow-Methods": METHODS, "Access-Control-Allow-Headers": "If-None-Match"}
        return HttpResponse(status=204, headers={"Allow": METHODS, "Access-Control-Max-Age": "86400", **asked})
    if request.method not in ("GET", "HEAD"):
        return problem(405, "This data can only be read.", Allow=METHODS)
    response = _read(request, rest)
    return _fresh(request, response) if response.status_code == 200 else response


def _read(request, rest):
    # Not before the first request: it loads django-ninja, which takes a quarter of a second.
    from reports.api.operations import resolver

    try:
        match = resolver.resolve(rest)
    except Resolver404:
        return problem(404, "There is no such address. /api/ lists those that there are.")
    method, request.method = request.method, "GET"  # django-ninja knows no HEAD; the server leaves the body out
    try:
        return match.func(request, **match.kwargs)
    finally:
        request.method = method


def _fresh(request, response):
    """Caches may keep ``response`` but ask each time whether it still holds: what is withdrawn is gone at once.

    The ETag of a report's tree is the digest of the frozen copy, since both are the SHA-256 of the same bytes.
    """
    response["ETag"] = f'"{hashlib.sha256(response.content).hexdigest()}"'
    response["Cache-Control"] = "public, no-cache"
    answer = get_conditional_response(request, etag=response["ETag"], response=response)
    return problem(412, "The data is not the version that was asked for.") if answer.status_code == 412 else answer
