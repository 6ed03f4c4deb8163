from django.contrib import admin

from accounts.admin import ScopedAdmin, ScopedInline
from indicators.models import Break, Indicator, Observation


class ObservationInline(ScopedInline):
    model = Observation
    named_by = ["indicator"]
    fields = ["start", "end", "value", "qualifier", "status", "printed_in", "printed_year", "as_at", "note"]


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
