from django.shortcuts import render
from django.views.decorators.csrf import requires_csrf_token
from django.views.decorators.http import require_safe

from accounts.middleware import public

# Never given back on a page.
SECRET_FIELDS = ("password", "csrfmiddlewaretoken", "login")


@public
@require_safe
def accessibility(request):
    return render(request, "accounts/accessibility.html")


@requires_csrf_token
def csrf_failure(request, reason=""):
    """A form whose token is too old: the typed text comes back, to be copied or sent again."""
    submitted = [
        (name, value)
        for name, values in request.POST.lists()
        if not any(secret in name for secret in SECRET_FIELDS)
        for value in values
    ]
    return render(request, "403_csrf.html", {"submitted": submitted}, status=403)
