"""What was rolled over into which year, so that it can be added to and undone."""

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q

from accounts.models import ScopedQuerySet, User
from priorities.models import Agreement


class RolloverQuerySet(ScopedQuerySet):
    def standing(self):
        return self.filter(undone_at=None)


class Rollover(models.Model):
    """A year that was rolled over into the next one. While it stands, it is its agreement's only one.

    ``plan`` says by value what was decided (``actions/rollover_plan.py``), each ending with the status from before.
    ``made`` names every row that was made: {model: {number: digest of its values}}.
    """

    partnership_path = "agreement__partnership"

    agreement = models.ForeignKey(Agreement, models.CASCADE, related_name="rollovers")
    # Whoever wants the new year gone undoes the rollover: that gives the old year its open actions back.
    new_agreement = models.OneToOneField(Agreement, models.RESTRICT, null=True, blank=True, related_name="rolled_from")
    version = models.PositiveIntegerField(default=1, help_text="Grows each time that the year is rolled over again.")
    plan = models.JSONField(encoder=DjangoJSONEncoder)
    made = models.JSONField(encoder=DjangoJSONEncoder)
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, related_name="rollovers")
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="rollovers_undone")

    objects = RolloverQuerySet.as_manager()

    class Meta:
        ordering = ["agreement_id", "at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["agreement"], name="rollover_one_standing", condition=Q(undone_at=None)),
            models.CheckConstraint(
                name="rollover_undone_or_standing",
                condition=Q(undone_at=None, undone_by=None, new_agreement__isnull=False)
                | Q(undone_at__isnull=False, undone_by__isnull=False, new_agreement=None),
                violation_error_message="A rollover stands and has its new year, or says who undid it, and when.",
            ),
        ]

    def __str__(self):
        return f"Rolling over of {self.agreement.financial_year}"
