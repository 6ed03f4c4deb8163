"""Who has an update open for writing. A page says so every few seconds; after Presence.LASTS it counts no more."""

from actions.models import Presence


def seen(update, *, by, at):
    Presence.objects.bulk_create(
        [Presence(update=update, user=by, seen_at=at)],
        update_conflicts=True,
        unique_fields=["update", "user"],
        update_fields=["seen_at"],
    )


def left(update, *, by, said_at):
    """The page that last said so at ``said_at`` is left. What another page of the same person said since counts."""
    Presence.objects.filter(update=update, user=by, seen_at=said_at).delete()


def others(update, *, than, at):
    """The Presences of other people that still count, by name."""
    present = Presence.objects.filter(update=update, seen_at__gt=at - Presence.LASTS).exclude(user=than)
    return present.select_related("user").order_by("user__name")
