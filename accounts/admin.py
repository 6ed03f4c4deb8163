"""Accounts in the administration, and the base class that keeps every partnership's rows apart."""

from django.contrib import admin
from django.contrib.auth.forms import BaseUserCreationForm
from django.forms import BaseInlineFormSet

from accounts.models import Agency, Membership, Partnership, User


def once(request, question, answer):
    """``answer()``, asked once in the life of ``request`` for the hashable ``question``."""
    answers = request.__dict__.setdefault("_administration_answers", {})
    if question not in answers:
        answers[question] = answer()
    return answers[question]


class ScopedRowsMixin:
    """Rows, and choices of related rows, of the partnerships in which the signed-in person is an officer."""

    # What the names of the rows are made of.
    named_by = []

    def get_queryset(self, request):
        managed = self.model.objects.managed_by(request.user)
        rows = super().get_queryset(request).filter(pk__in=managed.values("pk"))
        return rows.select_related(*self.named_by) if self.named_by else rows

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        return super().formfield_for_foreignkey(db_field, request, **self._choices(db_field, request, kwargs))

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        return super().formfield_for_manytomany(db_field, request, **self._choices(db_field, request, kwargs))

    def _choices(self, db_field, request, kwargs):
        related = db_field.remote_field.model
        if hasattr(related.objects.none(), "managed_by"):
            rows = related.objects.managed_by(request.user)
            kwargs.setdefault("queryset", rows.labelled() if hasattr(rows, "labelled") else rows)
        return kwargs

    def has_module_permission(self, request):
        return admin.site.has_permission(request)

    def has_view_permission(self, request, obj=None):
        return admin.site.has_permission(request)

    def has_add_permission(self, request, obj=None):
        return admin.site.has_permission(request)

    has_change_permission = has_delete_permission = has_view_permission


class ScopedAdmin(ScopedRowsMixin, admin.ModelAdmin):
    """The base of every model's page in the administration."""

    list_per_page = 50

    def _may(self, request, obj):
        """``obj`` is of this model; in a history or delete page too, where no queryset is asked."""
        rows = self.model.objects.managed_by(request.user)
        return admin.site.has_permission(request) and (
            obj is None or once(request, (self.model, obj.pk), lambda: rows.filter(pk=obj.pk).exists())
        )

    def has_view_permission(self, request, obj=None):
        return self._may(request, obj)

    def has_change_permission(self, request, obj=None):
        return self._may(request, obj)

    def has_delete_permission(self, request, obj=None):
        return self._may(request, obj)

    def has_add_permission(self, request):
        return admin.site.has_permission(request)


class NamedInputsFormSet(BaseInlineFormSet):
    """Rows of a table, whose column headings name no input: each input says its own name."""

    def add_fields(self, form, index):
        super().add_fields(form, index)
        for field in form.fields.values():
            # A choice of related rows wraps the widget that is written into the page.
            getattr(field.widget, "widget", field.widget).attrs["aria-label"] = field.label


class ScopedInline(ScopedRowsMixin, admin.TabularInline):
    """Rows inside a scoped parent, whose own rule decides who may open the page."""

    extra = 0
    formset = NamedInputsFormSet


class ReadOnlyMixin:
    """Looked at in the administration, changed only by the deeds that own it."""

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(Partnership)
class PartnershipAdmin(ScopedAdmin):
    list_display = ["name", "kind", "parent", "ons_code", "is_demonstration"]
    list_filter = ["kind"]
    search_fields = ["name", "slug", "ons_code"]

    def has_add_permission(self, request):
        return request.user.is_superuser

    def has_delete_permission(self, request, obj=None):
        return request.user.is_superuser


@admin.register(Agency)
class AgencyAdmin(ScopedAdmin):
    list_display = ["name", "partnership"]
    list_filter = [("partnership", admin.RelatedOnlyFieldListFilter)]
    search_fields = ["name", "former_names"]


@admin.register(Membership)
class MembershipAdmin(ScopedAdmin):
    list_display = ["user", "role", "partnership", "agency"]
    list_filter = ["role"]
    search_fields = ["user__name", "user__email", "agency__name"]
    list_select_related = ["user", "partnership", "agency"]


class MembershipInline(ScopedInline):
    model = Membership
    min_num = 1
    validate_min = True
    named_by = ["user", "partnership"]
    fields = ["partnership", "role", "agency"]


@admin.register(User)
class UserAdmin(ScopedAdmin):
    """The people of the officer's own partnerships, each with at least one role there."""

    list_display = ["name", "email", "is_active", "is_demonstration"]
    search_fields = ["name", "email"]
    list_filter = ["is_active"]
    inlines = [MembershipInline]

    def get_form(self, request, obj=None, **kwargs):
        if obj is None:
            kwargs["form"] = BaseUserCreationForm
        return super().get_form(request, obj, **kwargs)

    def get_fields(self, request, obj=None):
        return ["name", "email", "is_active"] if obj else ["name", "email", "password1", "password2"]

    def has_change_permission(self, request, obj=None):
        people = User.objects.wholly_managed_by(request.user)
        return self._may(request, obj) and (
            obj is None or once(request, ("wholly", obj.pk), lambda: people.filter(pk=obj.pk).exists())
        )

    def has_delete_permission(self, request, obj=None):
        return False
