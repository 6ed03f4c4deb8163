from indicators.models.imports import ColumnMatching, Import
from indicators.models.indicators import EarlierDefinition, Indicator
from indicators.models.observations import Area, Break, Observation, given_order

__all__ = ["Area", "Break", "ColumnMatching", "EarlierDefinition", "Import", "Indicator", "Observation", "given_order"]
