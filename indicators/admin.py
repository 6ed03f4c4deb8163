from django.contrib import admin

from accounts.administration import ScopedAdmin, ScopedInline
from indicators.models import Break, Indicator, Observation


class ObservationInline(ScopedInline):
    model = Observation
    named_by = ["indicator"]
    fields = ["start", "end", "value", "qualifier", "status", "printed_in", "printed_year", "as_at", "note"]

    def has_change_permission(self, request, obj=None):
        """A figure that was printed is never overwritten: a restated one is a further row."""
        return False

    has_delete_permission = has_change_permission


class BreakInline(ScopedInline):
    model = Break


@admin.register(Indicator)
class IndicatorAdmin(ScopedAdmin):
    list_display = ["title", "kind", "unit", "geography_name", "supplier", "partnership"]
    list_filter = ["kind", "basis", "desired"]
    list_select_related = ["partnership"]
    search_fields = ["title", "definition", "supplier", "geography_name"]
    filter_horizontal = ["priorities"]
    inlines = [ObservationInline, BreakInline]

    def has_delete_permission(self, request, obj=None):
        """Published reports rest on the figures."""
        return super().has_delete_permission(request, obj) and (obj is None or not obj.observations.exists())
