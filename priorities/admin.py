from django.contrib import admin

from accounts.administration import ScopedAdmin, ScopedInline
from priorities.models import Agreement, Chapter, Lead, Note, Priority, Section, Theme, VersionChange
from priorities.years import FinancialYear


class YearFilter(admin.SimpleListFilter):
    """The years of the rows that the officer may see. ``path`` leads to the year; a subclass may lengthen it."""

    title = "year"
    parameter_name = "year"
    path = "agreement__year"

    def lookups(self, request, model_admin):
        years = model_admin.get_queryset(request).order_by().values_list(self.path, flat=True).distinct()
        return [(str(year), FinancialYear(year).label) for year in sorted(years, reverse=True)]

    def queryset(self, request, queryset):
        offered = {value for value, _ in self.lookup_choices}
        return queryset.filter(**{self.path: self.value()}) if self.value() in offered else queryset


class ThemeInline(ScopedInline):
    model = Theme


class VersionChangeInline(ScopedInline):
    model = VersionChange


@admin.register(Agreement)
class AgreementAdmin(ScopedAdmin):
    list_display = ["title", "financial_year", "partnership", "version", "effective_from"]
    list_filter = ["year"]
    list_select_related = ["partnership"]
    search_fields = ["title", "partnership__name"]
    inlines = [ThemeInline, VersionChangeInline]


@admin.register(Chapter)
class ChapterAdmin(ScopedAdmin):
    list_display = ["label", "title", "agreement"]
    list_select_related = ["agreement"]
    search_fields = ["title", "body"]


class LeadInline(ScopedInline):
    model = Lead
    named_by = ["agency"]
    fields = ["position", "role_title", "agency", "users"]


class SectionInline(ScopedInline):
    model = Section


class NoteInline(ScopedInline):
    model = Note


@admin.register(Priority)
class PriorityAdmin(ScopedAdmin):
    list_display = ["title", "code", "position", "agreement"]
    list_filter = [YearFilter]
    list_select_related = ["agreement"]
    search_fields = ["title", "code"]
    filter_horizontal = ["continues"]
    inlines = [LeadInline, SectionInline, NoteInline]
