from django import forms

from accounts import memberships
from accounts.models import Role, User

SWITCHED_OFF = (
    "The account with this e-mail address is switched off, so the person cannot sign in and gets no e-mails. "
    "Ask whoever runs this installation to switch it on, then invite again."
)


class RolesForm(forms.Form):
    """Roles that a member does not hold yet."""

    roles = forms.MultipleChoiceField(
        label="Roles to add",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one role."},
    )

    def __init__(self, *args, choices, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["roles"].choices = choices


class InviteForm(forms.Form):
    """A person to invite, by name and address, with roles and an agency of the partnership or a new one."""

    name = forms.CharField(max_length=200, error_messages={"required": "Enter the name."})
    email = forms.EmailField(
        label="E-mail address", max_length=254, error_messages={"required": "Enter the e-mail address."}
    )
    roles = forms.MultipleChoiceField(
        choices=Role,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one role."},
    )
    agency = forms.ModelChoiceField(queryset=None, required=False, empty_label="None of these")
    new_agency = forms.CharField(
        label="Name of a new agency", max_length=200, required=False, help_text="If the list does not have it."
    )

    def __init__(self, *args, partnership, **kwargs):
        super().__init__(*args, **kwargs)
        self.partnership = partnership
        self.fields["agency"].queryset = partnership.agencies.all()

    def clean_name(self):
        return " ".join(self.cleaned_data["name"].split())

    def clean_new_agency(self):
        return " ".join(self.cleaned_data["new_agency"].split())

    def clean_email(self):
        email = self.cleaned_data["email"].lower()
        if memberships.is_switched_off(email, self.partnership):
            raise forms.ValidationError(SWITCHED_OFF)
        return email

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("agency") and cleaned.get("new_agency"):
            self.add_error("new_agency", "Choose an agency or enter a new one, not both.")
        if self._has_all(cleaned.get("email"), cleaned.get("roles")):
            self.add_error("roles", "A member with this e-mail address has these roles already.")
        return cleaned

    def _has_all(self, email, roles):
        if not email or not roles:
            return False
        held = self.partnership.memberships.filter(user__in=User.objects.filter(email=email), role__in=roles)
        return held.count() == len(set(roles))
