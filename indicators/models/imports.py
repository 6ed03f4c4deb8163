"""Files of figures: what came, who brought it, what was taken from it, and how its columns are read."""

from django.db import models
from django.db.models import Q

from accounts.models import Partnership, ScopedQuerySet, User


class Import(models.Model):
    """A file (or pasted rows) of figures. It is looked at first; applied or not; and can be undone as a whole.

    ``rows`` holds what was read until it is decided. ``counts`` says how many were new, restated, unchanged.
    ``by`` is None for a command.
    """

    partnership_path = "partnership"

    partnership = models.ForeignKey(Partnership, models.CASCADE, related_name="imports")
    source = models.CharField(max_length=100)
    file_name = models.CharField(max_length=255)
    sha256 = models.CharField("SHA-256", max_length=64)
    size = models.PositiveBigIntegerField("bytes")
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="imports")
    rows = models.JSONField(default=list)
    counts = models.JSONField(default=dict)
    warnings = models.JSONField(default=list)
    applied_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="undone_imports")

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="import_undoing_complete",
                condition=Q(undone_at=None, undone_by=None)
                | Q(undone_at__isnull=False, undone_by__isnull=False, applied_at__isnull=False),
            ),
        ]

    def __str__(self):
        return f"{self.file_name}, {self.source}"


class ColumnMatching(models.Model):
    """How the columns of a source's files are read, remembered for the next file: {column of the file: meaning}."""

    partnership_path = "partnership"

    partnership = models.ForeignKey(Partnership, models.CASCADE, related_name="column_matchings")
    source = models.CharField(max_length=100)
    columns = models.JSONField(default=dict)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["partnership_id", "source"]
        constraints = [models.UniqueConstraint(fields=["partnership", "source"], name="column_matching_unique_source")]

    def __str__(self):
        return f"{self.source}, {self.partnership}"
