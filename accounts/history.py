"""The history of everything that people change: who did what when, with the values as they stood."""

from accounts.models import HistoryEntry, partnership_of

# Never kept twice: a password, even as a hash, has no place in a history.
_SECRET = {"password"}


def record(row, *, verb, by, at, note=""):
    """Append that ``by`` did ``verb`` ("opened", "ended") to ``row``. Call it in the transaction of the deed.

    ``by`` is None for what the service itself did.
    """
    return HistoryEntry.objects.create(
        partnership=partnership_of(row),
        about_model=row._meta.label_lower,
        about_id=row.pk,
        about=str(row)[:300],
        verb=verb,
        at=at,
        by=by,
        note=note,
        values=_values(row),
    )


def keep_first(*rows, at):
    """Append the values of those of the ``rows`` (of one model, as they are stored) of which nothing is kept yet.

    Call it before a change, so that the wording that the change takes away stays in the history.
    """
    if not rows:
        return
    entries = HistoryEntry.objects.filter(about_model=rows[0]._meta.label_lower, about_id__in=[one.pk for one in rows])
    kept = set(entries.values_list("about_id", flat=True))
    for row in rows:
        if row.pk not in kept:
            record(row, verb="kept as it stood", by=None, at=at, note="Before its first change in this service.")


def _values(row):
    fields = [field for field in row._meta.concrete_fields if field.name not in _SECRET]
    related = {field.name: [str(one) for one in getattr(row, field.name).all()] for field in row._meta.many_to_many}
    return {field.name: field.value_from_object(row) for field in fields} | related
