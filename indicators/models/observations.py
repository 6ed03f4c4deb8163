"""The figures as they were printed or supplied, for the whole area or a part of it, and the breaks between them."""

import datetime as dt

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from accounts.models import NaturalKeyModel, Partnership, ScopedQuerySet, User
from indicators.models.imports import Import
from indicators.models.indicators import Indicator
from indicators.periods import FIRST_YEAR, LAST_YEAR, Period
from priorities.dates import PartialDateField, british

# Before every moment at which a figure was recorded.
_NEVER = dt.datetime.min.replace(tzinfo=dt.UTC)


def given_order(figure):
    """Sorts the figures of one period by when they were printed or recorded; the last is current.

    A figure is an Observation, or has its printed_year, recorded_at, as_at and printed_in.
    """
    recorded = (figure.recorded_at is not None, figure.recorded_at or _NEVER)
    return (figure.printed_year, *recorded, figure.as_at, figure.printed_in)


class Area(NaturalKeyModel):
    """A part of a partnership's area, such as a district. Figures are joined by ``code``, never by name."""

    partnership_path = "partnership"
    natural_key_parent = "partnership"
    natural_key_fields = ["code"]

    partnership = models.ForeignKey(Partnership, models.CASCADE, related_name="areas")
    code = models.CharField("ONS code", max_length=9)
    name = models.CharField(max_length=100)
    other_codes = models.JSONField(
        default=list, blank=True, help_text="Codes that mean the same area, a list of texts."
    )
    former_names = models.JSONField(default=list, blank=True, help_text="Earlier names, a list of texts.")

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["partnership_id", "name"]
        constraints = [models.UniqueConstraint(fields=["partnership", "code"], name="area_unique_code")]

    def __str__(self):
        return self.name


class ObservationQuerySet(ScopedQuerySet):
    def of_whole_area(self):
        """Those of the indicator's whole area, without its districts."""
        return self.filter(area=None)

    def get_by_natural_key(self, *key):
        return self.of_whole_area().get(**dict(zip(self.model.natural_key_lookups(), key, strict=True)))


class Observation(NaturalKeyModel):
    """One figure for one period, as an edition printed it or a supplier gave it.

    A restated figure is a further observation; of several for one period and area the last in ``order`` is current.
    """

    class Missing(models.TextChoices):
        NOT_AVAILABLE = "not available", "[x] not available"
        CONFIDENTIAL = "confidential", "[c] confidential"
        NOT_APPLICABLE = "not applicable", "[z] not applicable"

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
        INCOMPLETE = "incomplete", "Incomplete supply"

    partnership_path = "indicator__partnership"
    natural_key_parent = "indicator"
    natural_key_fields = ["start", "end", "printed_in"]

    indicator = models.ForeignKey(Indicator, models.CASCADE, related_name="observations")
    area = models.ForeignKey(
        Area, models.PROTECT, null=True, blank=True, related_name="observations", help_text="Empty for the whole area."
    )
    start = models.DateField()
    end = models.DateField()
    value = models.DecimalField(max_digits=18, decimal_places=4, null=True, blank=True, help_text="Blank is not zero.")
    missing = models.CharField("why there is no value", max_length=14, choices=Missing, blank=True)
    qualifier = models.CharField(max_length=10, choices=Qualifier, default=Qualifier.EXACT)
    status = models.CharField(max_length=12, choices=Status, default=Status.NOT_STATED)
    printed_in = models.CharField(
        max_length=40, blank=True, help_text='The edition that printed it: "2022/23" or "Agreement 2022".'
    )
    printed_year = models.PositiveSmallIntegerField(
        help_text="The year in which that edition's year begins, or the year in which it was recorded."
    )
    recorded_at = models.DateTimeField(null=True, blank=True, editable=False)
    recorded_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, editable=False, related_name="observations"
    )
    arrival = models.ForeignKey(
        Import, models.PROTECT, null=True, blank=True, editable=False, related_name="observations"
    )
    as_at = PartialDateField("as at")
    note = models.TextField(blank=True)
    stated_percent = models.DecimalField(max_digits=9, decimal_places=2, null=True, blank=True)
    stated_absolute = models.DecimalField(max_digits=18, decimal_places=4, null=True, blank=True)
    against_start = models.DateField(null=True, blank=True)
    against_end = models.DateField(null=True, blank=True)
    against_value = models.DecimalField(max_digits=18, decimal_places=4, null=True, blank=True)

    objects = ObservationQuerySet.as_manager()

    class Meta:
        ordering = ["indicator_id", "area_id", "end", "start", "printed_year", "recorded_at", "printed_in"]
        indexes = [
            # For the latest figure of each of thousands of indicators.
            models.Index(fields=["indicator", "-end", "-start"], condition=Q(area=None), name="observation_latest"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "start", "end", "printed_in"],
                condition=Q(area=None) & ~Q(printed_in=""),
                name="observation_unique_in_edition",
            ),
            models.UniqueConstraint(
                fields=["indicator", "area", "start", "end", "printed_in"],
                condition=Q(area__isnull=False) & ~Q(printed_in=""),
                name="observation_unique_of_area_in_edition",
            ),
            models.CheckConstraint(
                name="observation_printed_or_recorded",
                condition=~Q(printed_in="") | Q(recorded_at__isnull=False),
                violation_error_message="Name the edition that printed the figure.",
            ),
            models.CheckConstraint(
                name="observation_recording_complete",
                condition=Q(recorded_at=None, recorded_by=None, arrival=None)
                | Q(recorded_at__isnull=False, recorded_by__isnull=False)
                | Q(recorded_at__isnull=False, arrival__isnull=False),
            ),
            models.CheckConstraint(
                name="observation_missing_has_no_value",
                condition=Q(missing="") | Q(value=None),
                violation_error_message="A figure that is missing has no value.",
            ),
            models.CheckConstraint(
                name="observation_years_that_labels_know",
                condition=Q(start__gte=dt.date(FIRST_YEAR, 1, 1), end__lte=dt.date(LAST_YEAR, 12, 31)),
                violation_error_message=f"The years are {FIRST_YEAR} to {LAST_YEAR}. Correct the dates.",
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
    def order(self):
        """Sorts figures by period, and those of one period by when they were printed or recorded."""
        return (self.end, self.start, *given_order(self))

    @property
    def given_in(self):
        """Where the figure comes from: an edition, or "figures recorded on 3 May 2026"."""
        return self.printed_in or f"figures recorded on {british(timezone.localdate(self.recorded_at))}"

    @property
    def is_incomplete(self):
        """Part of what it should count was not supplied: it is shown, and neither compared nor drawn as a line."""
        return self.status == self.Status.INCOMPLETE

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
