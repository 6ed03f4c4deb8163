"""What is raised with the Working Group, and what Scrutiny recommends."""

import datetime as dt

from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from accounts.models import Partnership, Role, ScopedQuerySet, User
from actions.models.plan import Action
from indicators.models import Indicator
from priorities.dates import british
from priorities.models import Agreement, Priority
from priorities.text import RichTextField


class ConcernQuerySet(ScopedQuerySet):
    def open(self):
        return self.exclude(state=Concern.State.CLOSED)

    def with_about(self):
        """Each with what it is about, down to the address of that, in one query."""
        return self.select_related(
            "partnership",
            "action__priority__agreement__partnership",
            "priority__agreement__partnership",
            "indicator__partnership",
        )

    def visible_to(self, user):
        """The Working Group and the officers see every concern; a lead those raised by or about the own work.

        The governing group and Scrutiny see what was escalated to them.
        """
        if not user.is_authenticated:
            return self.none()
        led = Priority.objects.led_by(user)
        concerned = (
            self.of_member(user, Role.OFFICER, Role.REVIEWER)
            | Q(raised_by=user)
            | Q(priority__in=led)
            | Q(action__priority__in=led)
            | Q(indicator__in=Indicator.objects.filter(priorities__in=led))
            | self.of_member(user, Role.VIEWER) & Q(escalated_at__isnull=False)
        )
        return super().visible_to(user).filter(concerned)


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
    escalated_at = models.DateTimeField(null=True, blank=True)
    escalated_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="concerns_escalated")
    decision = RichTextField(blank=True)
    decided_on = models.DateField("date of the decision", null=True, blank=True)
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
            models.CheckConstraint(
                name="concern_escalation_complete",
                condition=Q(escalated_at=None, escalated_by=None) & ~Q(state="escalated")
                | Q(escalated_at__isnull=False, escalated_by__isnull=False) & ~Q(state="raised"),
                violation_error_message="An escalated concern says who escalated it, and when.",
            ),
        ]

    def __str__(self):
        return f"Concern about {self.about}"

    def get_absolute_url(self):
        return reverse("concern-detail", args=[self.partnership.slug, self.pk])

    @property
    def about(self):
        return self.action or self.priority or self.indicator

    @property
    def about_label(self):
        """What it is about, in words: "Action RS-A1 Make road safety campaigns known, 2026/27"."""
        priority = self.action.priority if self.action else self.priority
        year = f", {priority.agreement.financial_year}" if priority else ""
        return f"{self.about._meta.verbose_name.capitalize()} {self.about}{year}"


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
        return f"Recommendation of {british(self.made_on)}"

    def get_absolute_url(self):
        return reverse("recommendation-detail", args=[*self.agreement.url_args, self.pk])

    @property
    def response_due(self):
        """The last day for the answer (Police and Justice Act 2006, section 19)."""
        return self.made_on + self.DAYS_TO_ANSWER

    def days_left(self, on):
        """Days from ``on`` to the last day for the answer; below zero when it is overdue."""
        return (self.response_due - on).days
