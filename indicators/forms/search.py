from django import forms
from django.db.models import Q

from indicators.models import Indicator


class IndicatorSearchForm(forms.Form):
    """Narrows a list of indicators by words and by kind. Unusable input narrows nothing."""

    q = forms.CharField(label="Search indicators", max_length=100, required=False)
    kind = forms.ChoiceField(label="Kind", choices=[("", "Every kind"), *Indicator.Kind.choices], required=False)

    def filter(self, indicators):
        wanted = self.cleaned_data if self.is_valid() else {}
        if wanted.get("kind"):
            indicators = indicators.filter(kind=wanted["kind"])
        for word in wanted.get("q", "").split():
            indicators = indicators.filter(Q(title__icontains=word) | Q(definition__icontains=word))
        return indicators
