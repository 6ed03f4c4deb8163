from django.contrib import admin

from accounts.admin import ReadOnlyMixin, ScopedAdmin
from reports.models import Edition, FrozenEdition


@admin.register(Edition)
class EditionAdmin(ScopedAdmin):
    list_display = ["title", "kind", "agreement", "as_at"]
    list_filter = ["kind"]
    list_select_related = ["agreement"]
    search_fields = ["title"]


@admin.register(FrozenEdition)
class FrozenEditionAdmin(ReadOnlyMixin, ScopedAdmin):
    """To look at. Editions are frozen and published by the deeds of reports/editions.py, never here."""

    list_display = ["edition", "number", "frozen_at", "published_at", "withdrawn_at"]
    list_select_related = ["edition"]
    exclude = ["content"]
