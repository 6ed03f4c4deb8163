from django.contrib import admin

from accounts.administration import ReadOnlyMixin, ScopedAdmin, ScopedInline
from actions.models import Action, Concern, Event, Funding, ProgressUpdate, Recommendation, Round, UpdateEvent
from priorities.admin import YearFilter


class FundingInline(ScopedInline):
    model = Funding


class EventInline(ScopedInline):
    model = Event


class ActionYearFilter(YearFilter):
    path = "priority__agreement__year"


@admin.register(Action)
class ActionAdmin(ScopedAdmin):
    named_by = ["priority"]
    list_display = ["reference", "title", "status", "outcome", "due", "priority"]
    list_filter = ["status", "outcome", ActionYearFilter]
    search_fields = ["title", "priority__title"]
    filter_horizontal = ["agencies", "themes", "owners", "continues"]
    inlines = [FundingInline, EventInline]

    def get_readonly_fields(self, request, obj=None):
        """An action ends on its own page, with a reason and one at a time."""
        ending = ["outcome", "outcome_reason", "merged_into"]
        return [*super().get_readonly_fields(request, obj), *ending, *(["status"] if obj else [])]


@admin.register(Round)
class RoundAdmin(ScopedAdmin):
    # Planning and opening are deeds of the service's own pages, which keep the rounds in order.
    readonly_fields = ["opened_at", "opened_by"]

    def get_readonly_fields(self, request, obj=None):
        planned = ["position", "opens", "due", "meets"] if obj else []
        return [*super().get_readonly_fields(request, obj), *planned]

    list_display = ["title", "agreement", "opens", "due", "meets"]
    list_select_related = ["agreement"]
    search_fields = ["title"]


class UpdateEventInline(ReadOnlyMixin, ScopedInline):
    model = UpdateEvent
    fields = ["kind", "at", "by", "version", "note"]


@admin.register(ProgressUpdate)
class ProgressUpdateAdmin(ReadOnlyMixin, ScopedAdmin):
    """To look at: who accepts what is not for the administration to decide."""

    list_display = ["action", "round", "state", "rating", "as_at"]
    list_filter = ["state", "rating"]
    list_select_related = ["action__priority", "round"]
    search_fields = ["action__title"]
    inlines = [UpdateEventInline]


@admin.register(Concern)
class ConcernAdmin(ReadOnlyMixin, ScopedAdmin):
    """To look at: who raised, escalated and decided it is kept by the service's own pages."""

    list_display = ["about", "state", "raised_at", "raised_by", "partnership"]
    list_filter = ["state"]
    list_select_related = ["action__priority", "priority", "indicator", "raised_by", "partnership"]
    search_fields = ["fact", "comment", "recommendation"]


@admin.register(Recommendation)
class RecommendationAdmin(ReadOnlyMixin, ScopedAdmin):
    """To look at: a response stands for good, and the service's own pages keep the history of it."""

    list_display = ["made_on", "response_due", "responded_on", "agreement"]
    list_select_related = ["agreement"]
    search_fields = ["text", "response"]
