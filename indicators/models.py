"""Proxy indicators: what is measured, the figures as they were printed, and the breaks between them."""

from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from accounts.models import NaturalKeyModel, Partnership, ScopedQuerySet
from indicators.periods import Period
from priorities.dates import PartialDateField
from priorities.models import Priority


class IndicatorQuerySet(ScopedQuerySet):
    def with_figures(self):
        """Each with its observations and breaks, in three queries however many there are."""
        return self.prefetch_related("observations", "breaks")


class Indicator(NaturalKeyModel):
    """A measure that shows direction of travel: what is counted, where, by whom, and what a rise means."""

    class Kind(models.TextChoices):
        PROXY = "proxy", "Proxy indicator"
        CONTEXT = "context", "Context"
        OUTPUT = "output", "Output"

    class Basis(models.TextChoices):
        CALENDAR_YEAR = "calendar year", "Calendar year"
        FINANCIAL_YEAR = "financial year", "Financial year"
        ROLLING_YEAR = "rolling year", "Rolling year"
        JULY_TO_JUNE = "July to June", "July to June"
        THREE_CALENDAR_YEARS = "three calendar years", "Three calendar years"
        MONTH = "month", "Month"
        PART_YEAR = "part year", "Part of a year"
        POINT_IN_TIME = "point in time", "Point in time"
        CUMULATIVE = "cumulative", "Cumulative"
        EVENT = "event", "One event"
        MIXED = "mixed", "Mixed periods"
        NOT_STATED = "not stated", "Not stated"

    class Direction(models.TextChoices):
        UP = "up", "A rise is wanted"
        DOWN = "down", "A fall is wanted"
        NEITHER = "neither", "A rise may be good or bad"

    partnership_path = "partnership"
    natural_key_parent = "partnership"
    natural_key_fields = ["slug"]

    partnership = models.ForeignKey(Partnership, models.CASCADE, related_name="indicators")
    slug = models.SlugField(max_length=100)
    position = models.PositiveSmallIntegerField(default=0)
    title = models.CharField(max_length=200)
    definition = models.TextField()
    unit = models.CharField(max_length=60)
    decimals = models.PositiveSmallIntegerField(default=0)
    kind = models.CharField(max_length=10, choices=Kind)
    geography_name = models.CharField("area", max_length=200)
    geography_code = models.CharField("area's ONS code", max_length=9, blank=True)
    supplier = models.CharField(max_length=200)
    source = models.TextField(blank=True)
    basis = models.CharField("period basis", max_length=20, choices=Basis)
    desired = models.CharField("desired direction", max_length=10, choices=Direction)
    direction_note = models.TextField(help_text="One sentence: what a rise or a fall may mean.")
    suppression_threshold = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Counts below this are not published."
    )
    priorities = models.ManyToManyField(Priority, blank=True, related_name="indicators")

    objects = IndicatorQuerySet.as_manager()

    class Meta:
        ordering = ["partnership_id", "position", "title"]
        constraints = [
            models.UniqueConstraint(fields=["partnership", "slug"], name="indicator_unique_slug"),
            models.CheckConstraint(
                name="indicator_direction_explained",
                condition=~Q(direction_note=""),
                violation_error_message="Say in one sentence what a rise or a fall may mean.",
            ),
            models.CheckConstraint(name="indicator_decimals_few", condition=Q(decimals__lte=4)),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("indicator-detail", args=[self.partnership.slug, self.slug])


class Observation(NaturalKeyModel):
    """One figure for one period, as one edition printed it. A restated figure is a further observation."""

    class Qualifier(models.TextChoices):
        EXACT = "exact", "exact"
        APPROX = "approx", "approximately"
        OVER = "over", "over"
        JUST_OVER = "just over", "just over"
        AT_LEAST = "at least", "at least"
        ESTIMATE = "estimate", "estimated"

    class Status(models.TextChoices):
        NOT_STATED = "not stated", "Not stated"
        PROVISIONAL = "provisional", "Provisional"
        VALIDATED = "validated", "Validated"
        REVISED = "revised", "Revised"
        ESTIMATE = "estimate", "Estimate"

    partnership_path = "indicator__partnership"
    natural_key_parent = "indicator"
    natural_key_fields = ["start", "end", "printed_in"]

    indicator = models.ForeignKey(Indicator, models.CASCADE, related_name="observations")
    start = models.DateField()
    end = models.DateField()
    value = models.DecimalField(max_digits=18, decimal_places=4, null=True, blank=True, help_text="Blank is not zero.")
    qualifier = models.CharField(max_length=10, choices=Qualifier, default=Qualifier.EXACT)
    status = models.CharField(max_length=12, choices=Status, default=Status.NOT_STATED)
    printed_in = models.CharField(
        max_length=40, help_text='The edition that printed it: "2022/23" or "Agreement 2022".'
    )
    printed_year = models.PositiveSmallIntegerField(help_text="The year in which that edition's year begins.")
    as_at = PartialDateField("as at")
    note = models.TextField(blank=True)
    stated_percent = models.DecimalField(max_digits=9, decimal_places=2, null=True, blank=True)
    stated_absolute = models.DecimalField(max_digits=18, decimal_places=4, null=True, blank=True)
    against_start = models.DateField(null=True, blank=True)
    against_end = models.DateField(null=True, blank=True)
    against_value = models.DecimalField(max_digits=18, decimal_places=4, null=True, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["indicator_id", "end", "start", "printed_year", "printed_in"]
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "start", "end", "printed_in"], name="observation_unique_in_edition"
            ),
            models.CheckConstraint(
                name="observation_period_runs_forward",
                condition=Q(start__lte=F("end")),
                violation_error_message="The period ends before it starts.",
            ),
            models.CheckConstraint(
                name="observation_against_complete",
                condition=Q(against_start=None, against_end=None)
                | Q(against_start__isnull=False, against_end__isnull=False, against_start__lte=F("against_end")),
                violation_error_message="The period compared with needs both a start and an end.",
            ),
        ]

    def __str__(self):
        return f"{self.indicator}, {self.period.label}: {self.value}"

    @property
    def period(self):
        return Period(self.start, self.end)

    @property
    def is_provisional(self):
        return self.status == self.Status.PROVISIONAL


class Break(NaturalKeyModel):
    """A dated break in a series: figures before and after it are not compared."""

    partnership_path = "indicator__partnership"
    natural_key_parent = "indicator"
    natural_key_fields = ["date", "title"]

    indicator = models.ForeignKey(Indicator, models.CASCADE, related_name="breaks")
    date = models.DateField()
    title = models.CharField(max_length=200)
    note = models.TextField()

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["indicator_id", "date", "title"]
        verbose_name = "break in series"
        verbose_name_plural = "breaks in series"
        constraints = [
            models.UniqueConstraint(fields=["indicator", "date", "title"], name="break_unique_in_series"),
        ]

    def __str__(self):
        return f"{self.title}, {self.date}"
