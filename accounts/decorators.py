from django.views.decorators.http import require_http_methods


def read_or_write(view):
    """For pages that show a form and take it."""
    return require_http_methods(["GET", "HEAD", "POST"])(view)
