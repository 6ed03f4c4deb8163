"""Registers ``<year:…>`` for addresses. Import this where a urls.py uses it."""

from django.urls import register_converter

from priorities.years import FinancialYear


class FinancialYearConverter:
    """URL part ``2022-23`` as a FinancialYear; anything that is not a year does not match."""

    regex = r"\d{4}-\d{2}"

    def to_python(self, value):
        return FinancialYear.parse(value)

    def to_url(self, value):
        return value.slug


register_converter(FinancialYearConverter, "year")
