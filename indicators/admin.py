from django.contrib import admin

from accounts.administration import ScopedAdmin, ScopedInline
from indicators.models import Area, Break, EarlierDefinition, Indicator, Observation


class ObservationInline(ScopedInline):
    model = Observation
    named_by = ["indicator", "area"]
    fields = [
        "area",
        "start",
        "end",
        "value",
        "missing",
        "qualifier",
        "status",
        "printed_in",
        "printed_year",
        "as_at",
        "note",
    ]

    def has_change_permission(self, request, obj=None):
        """A figure that was printed is never overwritten: a restated one is a further row."""
        return False

    has_delete_permission = has_change_permission


class BreakInline(ScopedInline):
    model = Break


class EarlierDefinitionInline(ScopedInline):
    """To look at: the page "Change the definition" keeps the earlier one, and asks whether the series breaks."""

    model = EarlierDefinition
    named_by = ["indicator"]

    def has_add_permission(self, request, obj=None):
        return False

    has_change_permission = has_delete_permission = has_add_permission


@admin.register(Area)
class AreaAdmin(ScopedAdmin):
    list_display = ["name", "code", "partnership"]
    list_select_related = ["partnership"]
    search_fields = ["name", "code", "former_names"]

    def has_delete_permission(self, request, obj=None):
        """Figures rest on it."""
        return super().has_delete_permission(request, obj) and (obj is None or not obj.observations.exists())


@admin.register(Indicator)
class IndicatorAdmin(ScopedAdmin):
    list_display = ["title", "kind", "unit", "geography_name", "supplier", "partnership"]
    list_filter = ["kind", "basis", "desired"]
    list_select_related = ["partnership"]
    search_fields = ["title", "definition", "supplier", "geography_name"]
    filter_horizontal = ["priorities", "continues"]
    inlines = [ObservationInline, BreakInline, EarlierDefinitionInline]
    fieldsets = [
        (None, {"fields": ["partnership", "slug", "position", "title", "definition", "unit", "decimals", "kind"]}),
        ("Where and from whom", {"fields": ["geography_name", "geography_code", "supplier", "source", "basis"]}),
        (
            "How it is read",
            {
                "fields": [
                    "desired",
                    "direction_note",
                    "target",
                    "rule_set",
                    "baseline_points",
                    "screen_outliers",
                ]
            },
        ),
        ("What may be published", {"fields": ["suppression_threshold", "secondary_suppression", "rounding"]}),
        (
            "When figures are owed",
            {"fields": ["supply_months", "supply_days", "supply_contact", "feed_source", "feed_measure"]},
        ),
        ("Where it belongs", {"fields": ["priorities", "continues"]}),
    ]

    def get_readonly_fields(self, request, obj=None):
        """A definition is changed on a page of its own, which keeps the earlier one."""
        return [*super().get_readonly_fields(request, obj), *(["definition"] if obj else [])]

    def has_delete_permission(self, request, obj=None):
        """Published reports rest on the figures."""
        return super().has_delete_permission(request, obj) and (obj is None or not obj.observations.exists())
