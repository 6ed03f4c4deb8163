from allauth.account.models import EmailAddress
from django import forms
from django.contrib import admin
from django.contrib.auth.forms import BaseUserCreationForm

from accounts.administration import ReadOnlyMixin, ScopedAdmin, ScopedInline, once
from accounts.models import Agency, Membership, Partnership, User


@admin.register(Partnership)
class PartnershipAdmin(ScopedAdmin):
    list_display = ["name", "kind", "parent", "ons_code", "is_demonstration"]
    list_filter = ["kind"]
    search_fields = ["name", "slug", "ons_code"]
    # A district's parent is another partnership, and rightly so.
    form = forms.ModelForm

    def get_readonly_fields(self, request, obj=None):
        """What addresses, marks and the county's place rest on is for the installation's own administrator."""
        return [] if request.user.is_superuser else ["slug", "kind", "parent", "ons_code", "is_demonstration"]

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
class MembershipAdmin(ReadOnlyMixin, ScopedAdmin):
    """To look at: the page of people gives and takes roles, and keeps the last officer."""

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

    def has_add_permission(self, request, obj=None):
        """The installation's own administrator makes a partnership's first officer; officers do the rest."""
        return request.user.is_superuser

    has_change_permission = has_delete_permission = has_add_permission


@admin.register(User)
class UserAdmin(ScopedAdmin):
    """The people of the officer's own partnerships. New ones are invited: nobody sets a password for somebody else."""

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

    def has_add_permission(self, request):
        return request.user.is_superuser

    def has_delete_permission(self, request, obj=None):
        return False

    def get_readonly_fields(self, request, obj=None):
        """An officer ends a membership; the account itself is the administrator's to close."""
        closing = [] if request.user.is_superuser else ["is_active"]
        return [*super().get_readonly_fields(request, obj), *closing]

    def save_model(self, request, obj, form, change):
        if change and "email" in form.changed_data:
            # Whoever had the old address, or a password, is out: the new one asks for a link to set one.
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)
        if "email" in form.changed_data:
            # The sign-in keeps a copy of each address, through which the old one would go on letting in.
            EmailAddress.objects.filter(user=obj).delete()
