"""Refusals, as JSON with one plain sentence."""

from django.http import JsonResponse


def problem(status, detail, **headers):
    return JsonResponse({"detail": detail}, status=status, headers=headers)
