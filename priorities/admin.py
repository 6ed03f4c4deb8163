from django.contrib import admin

from accounts.administration import ScopedAdmin, ScopedInline, YearFilter
from priorities.models import Agreement, Chapter, Lead, Note, Priority, Section, Theme, VersionChange


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
