"""The marks beside figures, as the Government Statistical Service writes them: the only home of marks and meanings."""

from indicators import figures
from indicators.models import Observation

MEANINGS = {
    "p": "provisional",
    "r": "revised: an earlier edition or supply gave another figure",
    "e": "estimated",
    "u": "unreliable: part of what it counts was not supplied, so it is not compared or drawn",
    "b": "break in the series: not comparable with the figures before it",
    "c": "confidential, or too small a number to be published",
    "x": "not available",
    "z": "not applicable",
    "low": "rounds to zero, but is not zero",
}

_STATUSES = {
    Observation.Status.PROVISIONAL: "p",
    Observation.Status.REVISED: "r",
    Observation.Status.ESTIMATE: "e",
    Observation.Status.INCOMPLETE: "u",
}
_MISSING = {
    "": "x",
    Observation.Missing.NOT_AVAILABLE: "x",
    Observation.Missing.CONFIDENTIAL: "c",
    Observation.Missing.NOT_APPLICABLE: "z",
}


def of(observation, decimals, *, restates=False, after_break=False):
    """The marks of one figure, as keys of MEANINGS in their order. Where there is no value, only why.

    ``restates``: an earlier figure for the same period was another. ``after_break``: it is the first after a break.
    """
    if observation.value is None:
        return (_MISSING[observation.missing],)
    found = {_STATUSES.get(observation.status)}
    is_estimate = observation.qualifier == Observation.Qualifier.ESTIMATE
    is_low = _is_low(observation, decimals)
    found |= {
        mark for mark, holds in (("r", restates), ("e", is_estimate), ("b", after_break), ("low", is_low)) if holds
    }
    return tuple(mark for mark in MEANINGS if mark in found)


def explained(marks):
    """(mark, meaning) of each of ``marks`` that occurs, in the order of MEANINGS."""
    occurring = set(marks)
    return [(mark, meaning) for mark, meaning in MEANINGS.items() if mark in occurring]


def _is_low(observation, decimals):
    rounds_to_zero = bool(observation.value) and not figures.round_half_up(observation.value, decimals)
    return rounds_to_zero or getattr(observation, "is_low", False)
