from django import forms
from django.db.models import Q

from accounts.models import User
from actions import leads


class LeadForm(forms.Form):
    """A lead post and who holds it; ``read`` is the post as the page showed it."""

    role_title = forms.CharField(
        label="Name of the post",
        max_length=200,
        help_text="For example, Chief Superintendent.",
        error_messages={"required": "Enter the name of the post."},
    )
    agency = forms.ModelChoiceField(queryset=None, required=False, empty_label="No agency")
    people = forms.ModelMultipleChoiceField(
        label="Who holds it",
        queryset=None,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="Everybody ticked may write on this priority.",
    )
    read = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, partnership, lead=None, **kwargs):
        """Offers those who may be given a post, and, to be unticked, those who hold it although they no longer may."""
        super().__init__(*args, **kwargs)
        self.fields["agency"].queryset = partnership.agencies.all()
        eligible = {person.pk for person in leads.eligible(partnership)}
        offered = Q(pk__in=eligible) | Q(leads=lead) if lead else Q(pk__in=eligible)
        people = self.fields["people"]
        people.queryset = User.objects.filter(offered).distinct()
        people.label_from_instance = lambda person: _label(person, may_hold=person.pk in eligible)

    @classmethod
    def of(cls, lead, *args, partnership, typed=None):
        """The form of a post as it stands, or with what a person had ``typed`` over an older state of it."""
        initial = {
            "role_title": lead.role_title,
            "agency": lead.agency,
            "people": lead.users.all(),
            "read": leads.as_read(lead),
        }
        return cls(*args, partnership=partnership, lead=lead, initial=initial | (typed or {}))


def _label(person, *, may_hold):
    named = f"{person} ({person.email})"
    return named if may_hold else f"{named}: no longer has the role of a priority lead"
