from indicators.forms.search import IndicatorSearchForm

__all__ = ["IndicatorSearchForm"]
