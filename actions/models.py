"""The action plan at work: actions, calls for updates, the updates, and what is raised with the groups."""

import datetime as dt

from django.db import models
from django.db.models import F, Prefetch, Q
from django.urls import reverse

from accounts.models import Agency, NaturalKeyModel, Partnership, Role, ScopedQuerySet, User
from indicators.models import Indicator
from priorities.dates import PartialDateField
from priorities.models import Agreement, Priority, Theme
from priorities.text import RichTextField


class ActionQuerySet(ScopedQuerySet):
    def in_agreement(self, agreement):
        return self.filter(priority__agreement=agreement).order_by("priority__position", "position")

    def open(self):
        return self.exclude(status=Action.Status.CLOSED)

    def with_latest_update(self):
        """Each with ``latest_updates``: its updates with their rounds, newest round first."""
        newest_first = ProgressUpdate.objects.newest_round_first()
        return self.prefetch_related(Prefetch("updates", newest_first, to_attr="latest_updates"))


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


class Round(NaturalKeyModel):
    """A call for updates before a Working Group meeting. Dates are unknown for rounds of published reports."""

    partnership_path = "agreement__partnership"
    natural_key_parent = "agreement"
    natural_key_fields = ["title"]

    agreement = models.ForeignKey(Agreement, models.CASCADE, related_name="rounds")
    title = models.CharField(max_length=100)
    position = models.PositiveSmallIntegerField(help_text="1 for the year's first round. Later rounds count more.")
    opens = models.DateField(null=True, blank=True)
    due = models.DateField(null=True, blank=True)
    meets = models.DateField("Working Group meets", null=True, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["agreement_id", "position"]
        constraints = [
            models.UniqueConstraint(fields=["agreement", "title"], name="round_unique_title"),
            models.UniqueConstraint(fields=["agreement", "position"], name="round_unique_position"),
            models.CheckConstraint(
                name="round_dates_in_order",
                condition=Q(opens=None, due=None, meets=None)
                | Q(opens__isnull=False, due__isnull=False, opens__lte=F("due"))
                & (Q(meets=None) | Q(due__lte=F("meets"))),
                violation_error_message="A round opens, then is due, then the Working Group meets.",
            ),
        ]

    def __str__(self):
        return self.title


class ProgressUpdateQuerySet(ScopedQuerySet):
    def accepted(self):
        return self.filter(state=ProgressUpdate.State.ACCEPTED)

    def newest_round_first(self):
        """Each with its round. The newest round's text is the one that counts."""
        return self.select_related("round").order_by("-round__position")

    def to_review(self, user):
        """Submitted updates of the partnerships in whose Working Group ``user`` sits."""
        reviewed = Partnership.objects.with_member(user, Role.REVIEWER)
        return self.filter(state=ProgressUpdate.State.SUBMITTED, round__agreement__partnership__in=reviewed)

    def visible_to(self, user):
        """What ``user`` may read: accepted text of the own partnerships; before that, only those concerned.

        The leads of the priority and the officers read it in every state, the Working Group once it is submitted.
        """
        if not user.is_authenticated:
            return self.none()
        partnership = f"{self.model.partnership_path}__in"
        officer = Q(**{partnership: Partnership.objects.with_member(user, Role.OFFICER)})
        reviewer = Q(**{partnership: Partnership.objects.with_member(user, Role.REVIEWER)})
        lead = Q(action__priority__in=Priority.objects.filter(leads__users=user))
        state = ProgressUpdate.State
        concerned = officer | lead | (reviewer & Q(state=state.SUBMITTED)) | Q(state=state.ACCEPTED)
        return super().visible_to(user).filter(concerned)


class ProgressUpdate(NaturalKeyModel):
    """The answer of one action to one round. Only accepted text can reach a report."""

    class State(models.TextChoices):
        NOT_STARTED = "not started", "Not started"
        DRAFT = "draft", "Draft"
        SUBMITTED = "submitted", "Submitted"
        RETURNED = "returned", "Returned"
        ACCEPTED = "accepted", "Accepted"

    class Rating(models.TextChoices):
        BLUE = "blue", "Blue: complete"
        GREEN = "green", "Green: on track"
        AMBER = "amber", "Amber: some concern"
        RED = "red", "Red: serious concern"

    partnership_path = "round__agreement__partnership"
    natural_key_parent = "round"
    natural_key_fields = ["action__priority__slug", "action__number"]

    round = models.ForeignKey(Round, models.CASCADE, related_name="updates")
    action = models.ForeignKey(Action, models.CASCADE, related_name="updates")
    state = models.CharField(max_length=12, choices=State, default=State.NOT_STARTED)
    text = RichTextField(blank=True)
    rating = models.CharField("BRAG rating", max_length=6, choices=Rating, blank=True)
    rating_reason = models.TextField(blank=True)
    no_progress = models.BooleanField("no progress this round", default=False)
    as_at = PartialDateField("as at")
    version = models.PositiveIntegerField(default=0)
    from_published_report = models.BooleanField(default=False, help_text="Taken from a report that was printed.")
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="accepted_updates")

    objects = ProgressUpdateQuerySet.as_manager()

    class Meta:
        ordering = ["round_id", "action_id"]
        constraints = [
            models.UniqueConstraint(fields=["round", "action"], name="progressupdate_unique_in_round"),
            models.CheckConstraint(
                name="progressupdate_concern_has_reason",
                condition=~Q(rating__in=["amber", "red"]) | ~Q(rating_reason=""),
                violation_error_message="Amber and red need a reason.",
            ),
            models.CheckConstraint(
                name="progressupdate_acceptance_complete",
                condition=Q(state="accepted", accepted_at__isnull=False, accepted_by__isnull=False)
                | Q(state="accepted", from_published_report=True, accepted_at=None, accepted_by=None)
                | ~Q(state="accepted") & Q(accepted_at=None, accepted_by=None),
                violation_error_message="Who accepted it, and when, stand together.",
            ),
            models.CheckConstraint(
                name="progressupdate_accepted_says_something",
                condition=~Q(state="accepted") | ~Q(text="") | Q(no_progress=True),
                violation_error_message="An accepted update has a text, or says that there is no progress.",
            ),
        ]

    def __str__(self):
        return f"{self.action.reference}, {self.round}"


class UpdateEvent(models.Model):
    """One line of an update's history: who did what when, with the text as it stood. Only ever added to."""

    class Kind(models.TextChoices):
        SAVED = "saved", "Saved"
        SUBMITTED = "submitted", "Submitted"
        RETURNED = "returned", "Returned"
        ACCEPTED = "accepted", "Accepted"
        REOPENED = "reopened", "Reopened"

    partnership_path = "update__round__agreement__partnership"

    update = models.ForeignKey(ProgressUpdate, models.CASCADE, related_name="events")
    kind = models.CharField(max_length=10, choices=Kind)
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, related_name="update_events")
    version = models.PositiveIntegerField()
    text = RichTextField(blank=True)
    rating = models.CharField(max_length=6, choices=ProgressUpdate.Rating, blank=True)
    note = models.TextField(blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["update_id", "at", "pk"]

    def __str__(self):
        return f"{self.get_kind_display()} by {self.by}"


class ConcernQuerySet(ScopedQuerySet):
    def open(self):
        return self.exclude(state=Concern.State.CLOSED)


class Concern(models.Model):
    """A concern about an action, a priority or an indicator: fact, comment, recommendation, then a decision."""

    class State(models.TextChoices):
        RAISED = "raised", "With the Working Group"
        ESCALATED = "escalated", "Escalated to the governing group"
        CLOSED = "closed", "Closed"

    partnership_path = "partnership"

    partnership = models.ForeignKey(Partnership, models.CASCADE, related_name="concerns")
    action = models.ForeignKey(Action, models.CASCADE, null=True, blank=True, related_name="concerns")
    priority = models.ForeignKey(Priority, models.CASCADE, null=True, blank=True, related_name="concerns")
    indicator = models.ForeignKey(Indicator, models.CASCADE, null=True, blank=True, related_name="concerns")
    state = models.CharField(max_length=10, choices=State, default=State.RAISED)
    fact = RichTextField()
    comment = RichTextField(blank=True)
    recommendation = RichTextField(blank=True)
    raised_at = models.DateTimeField()
    raised_by = models.ForeignKey(User, models.PROTECT, related_name="concerns_raised")
    decision = RichTextField(blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="concerns_decided")

    objects = ConcernQuerySet.as_manager()

    class Meta:
        ordering = ["-raised_at"]
        constraints = [
            models.CheckConstraint(
                name="concern_about_one_thing",
                condition=Q(action__isnull=False, priority=None, indicator=None)
                | Q(action=None, priority__isnull=False, indicator=None)
                | Q(action=None, priority=None, indicator__isnull=False),
                violation_error_message="A concern is about one action, one priority or one indicator.",
            ),
            models.CheckConstraint(
                name="concern_decision_complete",
                condition=Q(state="closed", decided_at__isnull=False, decided_by__isnull=False) & ~Q(decision="")
                | ~Q(state="closed") & Q(decided_at=None, decided_by=None, decision=""),
                violation_error_message="A closed concern has a decision, who took it and when.",
            ),
        ]

    def __str__(self):
        return f"Concern about {self.about}"

    @property
    def about(self):
        return self.action or self.priority or self.indicator


class Recommendation(models.Model):
    """A recommendation of the Scrutiny Committee, to be answered in 28 days."""

    DAYS_TO_ANSWER = dt.timedelta(days=28)

    partnership_path = "agreement__partnership"

    agreement = models.ForeignKey(Agreement, models.CASCADE, related_name="recommendations")
    text = RichTextField()
    made_on = models.DateField()
    response = RichTextField(blank=True)
    responded_on = models.DateField(null=True, blank=True)
    actions = models.ManyToManyField(Action, blank=True, related_name="recommendations")

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["made_on"]
        constraints = [
            models.CheckConstraint(
                name="recommendation_response_complete",
                condition=Q(responded_on=None, response="")
                | Q(responded_on__isnull=False, responded_on__gte=F("made_on")) & ~Q(response=""),
                violation_error_message="A response has a text and a date, not before the recommendation.",
            )
        ]

    def __str__(self):
        return f"Recommendation of {self.made_on}"

    @property
    def response_due(self):
        """The last day for the answer (Police and Justice Act 2006, section 19)."""
        return self.made_on + self.DAYS_TO_ANSWER
