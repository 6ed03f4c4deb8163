"""What every page of the administration is built on: rows, choices and changes of the own partnerships only."""

from operator import attrgetter

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.utils import timezone

from accounts import history
from accounts.models import partnership_of


def once(request, question, answer):
    """``answer()``, asked once in the life of ``request`` for the hashable ``question``."""
    answers = request.__dict__.setdefault("_administration_answers", {})
    if question not in answers:
        answers[question] = answer()
    return answers[question]


def chosen_rows(value):
    """The rows that a cleaned value of a form stands for, those of no partnership left out."""
    rows = value if isinstance(value, QuerySet) else [value] if isinstance(value, Model) else []
    return [row for row in rows if hasattr(row, "partnership_path")]


class OnePartnershipForm(forms.ModelForm):
    """All that is chosen belongs to one partnership: an officer of two must not link the one to the other."""

    def clean(self):
        cleaned = super().clean()
        rows = [row for value in self.cleaned_data.values() for row in chosen_rows(value)]
        if self.instance.pk and hasattr(self.instance, "partnership_path"):
            rows.append(self.instance)
        if len({partnership_of(row) for row in rows} - {None}) > 1:
            raise ValidationError("What you have chosen belongs to different partnerships. Choose from one only.")
        return cleaned


class NamedInputsFormSet(forms.BaseInlineFormSet):
    """Rows of a table, whose column headings name no input: each input says its own name."""

    def add_fields(self, form, index):
        super().add_fields(form, index)
        for field in form.fields.values():
            # A choice of related rows wraps the widget that is written into the page.
            getattr(field.widget, "widget", field.widget).attrs["aria-label"] = field.label


class ScopedRowsMixin:
    """Rows, and choices of related rows, of the partnerships in which the signed-in person is an officer."""

    form = OnePartnershipForm
    # What the names of the rows are made of.
    named_by = []

    def get_queryset(self, request):
        managed = self.model.objects.managed_by(request.user)
        rows = super().get_queryset(request).filter(pk__in=managed.values("pk"))
        return rows.select_related(*self.named_by) if self.named_by else rows

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        field = super().formfield_for_foreignkey(db_field, request, **self._choices(db_field, request, kwargs))
        return self._told_apart(field, db_field)

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        field = super().formfield_for_manytomany(db_field, request, **self._choices(db_field, request, kwargs))
        return self._told_apart(field, db_field)

    def _choices(self, db_field, request, kwargs):
        related = db_field.related_model
        if hasattr(related.objects.all(), "managed_by"):
            rows = related.objects.managed_by(request.user)
            kwargs.setdefault("queryset", rows.labelled() if hasattr(related, "choice_label") else rows)
        return kwargs

    def _told_apart(self, field, db_field):
        """Choices named with their year and partnership, where the model has such a name."""
        if field and hasattr(db_field.related_model, "choice_label"):
            field.label_from_instance = attrgetter("choice_label")
        return field

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

    def get_readonly_fields(self, request, obj=None):
        """A row never moves to another partnership."""
        fixed = ["partnership"] if obj and "partnership" in {field.name for field in obj._meta.fields} else []
        return [*super().get_readonly_fields(request, obj), *fixed]

    def lookup_allowed(self, lookup, value, request):
        """Only what the page offers to filter by: other lookups could ask for passwords, letter by letter."""
        named = {one.parameter_name for one in self.list_filter if isinstance(one, type)}
        fields = [one[0] if isinstance(one, tuple) else one for one in self.list_filter if not isinstance(one, type)]
        return lookup in named | {field + end for field in fields for end in ("", "__exact", "__id__exact", "__isnull")}

    def save_model(self, request, obj, form, change):
        if change and hasattr(obj, "partnership_path"):
            history.keep_first(self.model._default_manager.get(pk=obj.pk), at=timezone.now())
        super().save_model(request, obj, form, change)

    def save_formset(self, request, form, formset, change):
        """Rows inside the page have a history of their own: what they said before, and what they say now."""
        at, model = timezone.now(), formset.model
        if not hasattr(model, "partnership_path"):
            return super().save_formset(request, form, formset, change)
        gone = [one.instance.pk for one in formset.deleted_forms]
        changed = [one.instance.pk for one in formset.initial_forms if one.has_changed()]
        stored = model._default_manager.filter(pk__in=gone + changed)
        history.keep_first(*stored, at=at)
        verbs = [(row, "deleted") for row in stored if row.pk in gone]
        self._record_all(request, verbs, at)
        super().save_formset(request, form, formset, change)
        verbs = [(row, "added") for row in formset.new_objects]
        verbs += [(row, "changed") for row, _fields in formset.changed_objects]
        return self._record_all(request, verbs, at)

    def _record_all(self, request, verbs, at):
        for row, verb in verbs:
            history.record(row, verb=verb, by=request.user, at=at)

    def log_addition(self, request, obj, message):
        return self._recorded(request, obj, "added", super().log_addition(request, obj, message))

    def log_change(self, request, obj, message):
        return self._recorded(request, obj, "changed", super().log_change(request, obj, message))

    def log_deletions(self, request, queryset):
        for row in queryset:
            if getattr(row, "partnership_path", ""):
                history.record(row, verb="deleted", by=request.user, at=timezone.now())
        return super().log_deletions(request, queryset)

    def _recorded(self, request, row, verb, entry):
        """In the same history as the service's own pages. A person belongs to no one partnership."""
        if hasattr(row, "partnership_path"):
            note = entry.get_change_message()
            history.record(row, verb=verb, by=request.user, at=entry.action_time, note=note)
        return entry

    def get_view_on_site_url(self, obj=None):
        """Straight to the page. Django's redirector would name any partnership's rows."""
        return obj.get_absolute_url() if obj and hasattr(obj, "get_absolute_url") else None


class ScopedInline(ScopedRowsMixin, admin.TabularInline):
    """Rows inside a scoped parent, whose own rule decides who may open the page."""

    extra = 0
    formset = NamedInputsFormSet


class ReadOnlyMixin:
    """Looked at in the administration, never changed there."""

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
