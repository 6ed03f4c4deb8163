"""Change what an indicator counts from a day on, keeping what it counted before."""

from hashlib import sha256

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from accounts import history
from indicators import permissions
from indicators.models import Break, EarlierDefinition, Indicator
from priorities.dates import british

BREAK_TITLE = "New definition"


class Conflict(Exception):
    """The definition is not the one that the person had read. ``current`` is the Indicator as it stands."""

    def __init__(self, current):
        super().__init__()
        self.current = current


def as_read(indicator):
    """What a person has read of the definition, in short: to be sent back with what they put in its place."""
    return sha256(indicator.definition.encode()).hexdigest()


@transaction.atomic
def change(indicator, *, definition, since, why, is_break, read, by, at):
    """From the day ``since`` on ``indicator`` counts what ``definition`` says.

    ``is_break``: figures before and after are not to be compared, so the series has a break. Otherwise only the
    wording is new. ``read`` is what ``as_read`` gave. Raises Conflict, PermissionDenied, or ValidationError, which
    says what is wrong.
    """
    if not permissions.can_change_definitions(by, indicator.partnership_id):
        raise PermissionDenied
    stood = Indicator.objects.hold(indicator)
    if as_read(stood) != read:
        raise Conflict(stood)
    _check(stood, definition, since, why)
    history.keep_first(stood, at=at)
    earlier = EarlierDefinition.objects.create(indicator=stood, until=since, definition=stood.definition, note=why)
    history.record(earlier, verb="kept", by=by, at=at)
    Indicator.objects.filter(pk=stood.pk).update(definition=definition)
    if is_break:
        _break(stood, since, why, by=by, at=at)
    changed = Indicator.objects.get(pk=stood.pk)
    history.record(changed, verb="definition changed", by=by, at=at, note=why)
    return changed


def _check(stood, definition, since, why):
    if not definition.strip() or not why.strip():
        raise ValidationError("Say what is counted from now on, and why that is new.")
    if definition == stood.definition:
        raise ValidationError({"definition": "This is the definition that stands. Change its words."})
    last = stood.earlier_definitions.first()
    if last and since <= last.until:
        raise ValidationError(
            {"since": f"The present definition began on {british(last.until)}. Choose a day after that."}
        )


def _break(indicator, since, why, *, by, at):
    """One break a day is enough, whatever its title."""
    if not indicator.breaks.filter(date=since).exists():
        made = Break.objects.create(indicator=indicator, date=since, title=BREAK_TITLE, note=why)
        history.record(made, verb="added", by=by, at=at)
