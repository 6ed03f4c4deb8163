"""The actions of a plan, their money and their events."""

from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from accounts.models import Agency, NaturalKeyModel, ScopedQuerySet, User
from priorities.dates import PartialDateField
from priorities.models import Priority, Theme


class ActionQuerySet(ScopedQuerySet):
    def in_agreement(self, agreement):
        return self.filter(priority__agreement=agreement).order_by("priority__position", "position")

    def at_address(self, partnership_slug, year, priority_slug, number):
        """The one action that these parts of an address name, with all above it."""
        return self.select_related("priority__agreement__partnership").filter(
            priority__agreement__partnership__slug=partnership_slug,
            priority__agreement__year=year.start_year,
            priority__slug=priority_slug,
            number=number,
        )

    def open(self):
        return self.exclude(status=Action.Status.CLOSED)

    def led_by(self, user):
        return self.filter(priority__in=Priority.objects.led_by(user))

    def for_history(self):
        """Each with all that its line of history says, so that many can be written at once."""
        return self.select_related("priority__agreement__partnership").prefetch_related(
            "agencies", "owners", "themes", "continues__priority"
        )


class Action(NaturalKeyModel):
    """What partners will do under one priority. It *continues* actions of earlier years, mostly re-worded."""

    class Status(models.TextChoices):
        PLANNED = "planned", "Planned"
        CONTINUING = "continuing", "Continuing"
        CLOSED = "closed", "Closed"

    class Outcome(models.TextChoices):
        COMPLETED = "completed", "Completed"
        CARRIED_ON = "carried on", "Carried on"
        MERGED = "merged", "Merged"
        STOPPED = "stopped", "Stopped"

    partnership_path = "priority__agreement__partnership"
    natural_key_parent = "priority"
    natural_key_fields = ["number"]

    priority = models.ForeignKey(Priority, models.CASCADE, related_name="actions")
    number = models.PositiveSmallIntegerField(help_text="Stays the same for good; it stands in addresses.")
    position = models.PositiveSmallIntegerField()
    title = models.TextField()
    status = models.CharField(max_length=12, choices=Status, default=Status.PLANNED)
    outcome = models.CharField(max_length=12, choices=Outcome, blank=True)
    outcome_reason = models.TextField("reason", blank=True)
    merged_into = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="merged", help_text="An action of the same year."
    )
    starts = models.DateField(null=True, blank=True)
    due = models.DateField(null=True, blank=True)
    agencies = models.ManyToManyField(Agency, blank=True, related_name="actions")
    owners = models.ManyToManyField(User, blank=True, related_name="actions")
    themes = models.ManyToManyField(Theme, blank=True, related_name="actions")
    continues = models.ManyToManyField("self", symmetrical=False, blank=True, related_name="continued_by")

    objects = ActionQuerySet.as_manager()

    class Meta:
        ordering = ["priority_id", "position"]
        constraints = [
            models.UniqueConstraint(fields=["priority", "number"], name="action_unique_number"),
            models.CheckConstraint(
                name="action_closed_with_outcome_and_reason",
                condition=Q(status="closed") & ~Q(outcome="") & ~Q(outcome_reason="")
                | ~Q(status="closed") & Q(outcome="", outcome_reason=""),
                violation_error_message="A closed action needs an outcome and a reason; an open one has neither.",
            ),
            models.CheckConstraint(
                name="action_merged_into_another",
                condition=Q(merged_into=None) | Q(outcome="merged") & ~Q(merged_into=F("id")),
                violation_error_message="Only a merged action names another into which it was merged.",
            ),
            models.CheckConstraint(
                name="action_due_after_start",
                condition=Q(starts=None) | Q(due=None) | Q(starts__lte=F("due")),
                violation_error_message="The due date lies before the start.",
            ),
        ]

    def __str__(self):
        return f"{self.reference} {self.title}"

    def get_absolute_url(self):
        return reverse("action-detail", args=[*self.priority.agreement.url_args, self.priority.slug, self.number])

    @property
    def reference(self):
        """A short name that is unique in the year, such as "RS-A1"."""
        return f"{self.priority.code}-A{self.number}"

    @property
    def choice_label(self):
        return f"{self.priority.agreement.choice_label}: {self}"


class Funding(NaturalKeyModel):
    """Money for an action: where it comes from, and how much if that is known."""

    partnership_path = "action__priority__agreement__partnership"
    natural_key_parent = "action"
    natural_key_fields = ["position"]

    action = models.ForeignKey(Action, models.CASCADE, related_name="funding")
    position = models.PositiveSmallIntegerField()
    source = models.CharField(max_length=200)
    amount = models.DecimalField("amount in pounds", max_digits=14, decimal_places=2, null=True, blank=True)
    amount_text = models.CharField("amount as printed", max_length=60, blank=True)
    note = models.TextField(blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["action_id", "position"]
        verbose_name_plural = "funding"
        constraints = [
            models.UniqueConstraint(fields=["action", "position"], name="funding_unique_position"),
            models.CheckConstraint(name="funding_not_negative", condition=Q(amount=None) | Q(amount__gte=0)),
        ]

    def __str__(self):
        return self.source


class Event(NaturalKeyModel):
    """A conference, seminar, campaign or training that was part of an action."""

    partnership_path = "action__priority__agreement__partnership"
    natural_key_parent = "action"
    natural_key_fields = ["position"]

    action = models.ForeignKey(Action, models.CASCADE, related_name="events")
    position = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=300)
    date = PartialDateField()
    place = models.CharField(max_length=200, blank=True)
    attendance = models.PositiveIntegerField(null=True, blank=True)
    attendance_text = models.CharField("attendance as written", max_length=200, blank=True)
    satisfaction_text = models.CharField("satisfaction as written", max_length=300, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["action_id", "position"]
        constraints = [models.UniqueConstraint(fields=["action", "position"], name="event_unique_position")]

    def __str__(self):
        return self.title
