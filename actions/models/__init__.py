"""The action plan at work: actions, calls for updates, the updates, and what is raised with the groups."""

from actions.models.concerns import Concern, Recommendation
from actions.models.plan import Action, Event, Funding
from actions.models.rollovers import Rollover
from actions.models.updates import Presence, ProgressUpdate, Round, UpdateEvent

__all__ = [
    "Action",
    "Concern",
    "Event",
    "Funding",
    "Presence",
    "ProgressUpdate",
    "Recommendation",
    "Rollover",
    "Round",
    "UpdateEvent",
]
