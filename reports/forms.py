from django import forms

from accounts.models import Partnership


class PublishedReportSearchForm(forms.Form):
    """Narrows the list of published reports to partnerships whose name holds the words."""

    q = forms.CharField(label="Search by partnership", max_length=100, required=False)

    def filter(self, reports):
        words = self.cleaned_data["q"].split() if self.is_valid() else []
        for word in words:
            reports = reports.filter(agreement__partnership__in=Partnership.objects.filter(name__icontains=word))
        return reports
