from django.contrib import admin

from accounts.administration import ReadOnlyMixin, ScopedAdmin
from reports.models import Edition, FrozenEdition


@admin.register(Edition)
class EditionAdmin(ScopedAdmin):
    list_display = ["title", "kind", "agreement", "as_at"]
    list_filter = ["kind"]
    list_select_related = ["agreement"]
    search_fields = ["title"]

    def get_readonly_fields(self, request, obj=None):
        """An issued report keeps its title and its address."""
        issued = ["agreement", "slug", "title"] if obj and obj.frozen.exists() else []
        return [*super().get_readonly_fields(request, obj), *issued]


@admin.register(FrozenEdition)
class FrozenEditionAdmin(ReadOnlyMixin, ScopedAdmin):
    """To look at: ``manage.py publish_report`` freezes and publishes."""

    list_display = ["edition", "number", "frozen_at", "published_at", "withdrawn_at"]
    list_select_related = ["edition"]
    exclude = ["content"]
