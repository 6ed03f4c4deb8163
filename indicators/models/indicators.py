"""Proxy indicators: what is measured, by whom, how it may be read, and what it was called before."""

from django.apps import apps
from django.db import models
from django.db.models import Prefetch, Q
from django.urls import reverse

from accounts.models import NaturalKeyModel, Partnership, ScopedQuerySet, User
from priorities.models import Priority


class IndicatorQuerySet(ScopedQuerySet):
    def with_figures(self):
        """Each with the observations of its whole area and its breaks, in three queries however many there are."""
        observations = apps.get_model("indicators", "Observation").objects.of_whole_area()
        return self.prefetch_related(Prefetch("observations", observations), "breaks")


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

    class RuleSet(models.TextChoices):
        AUTO = "auto", "Process behaviour chart where there are points enough, otherwise the recent trend"
        XMR = "xmr", "Process behaviour chart (XmR)"
        TREND = "trend", "Recent trend of five points"
        NONE = "none", "No rules: figures only"

    class Feed(models.TextChoices):
        NONE = "", "None: figures are entered or uploaded"
        POLICE_UK = "police_uk", "data.police.uk, street-level crime"
        ONS_CRIME = "ons_crime", "Office for National Statistics, recorded crime by partnership area"
        STATS19 = "stats19", "Department for Transport, road collisions and casualties"
        FINGERTIPS = "fingertips", "Fingertips public health data"

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
    secondary_suppression = models.BooleanField(
        default=False,
        help_text="Where one area alone is suppressed, the next smallest is too, so that it cannot be worked out.",
    )
    rounding = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Published figures are rounded to the nearest 5, 10 or 100, for example."
    )
    rule_set = models.CharField("rules", max_length=5, choices=RuleSet, default=RuleSet.AUTO)
    baseline_points = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Limits come from the first so many points, and are held."
    )
    screen_outliers = models.BooleanField(
        default=False, help_text="Leave extreme moves out when limits are worked out. The page says so."
    )
    target = models.DecimalField(max_digits=18, decimal_places=4, null=True, blank=True)
    supply_months = models.PositiveSmallIntegerField(
        "a new figure every", null=True, blank=True, help_text="Months. Empty where none is expected."
    )
    supply_days = models.PositiveSmallIntegerField(
        "owed within", null=True, blank=True, help_text="Days after the end of the period."
    )
    supply_contact = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="supplies",
        help_text="Who is reminded. Without one, the officers are.",
    )
    feed_source = models.CharField("fed from", max_length=12, choices=Feed, blank=True)
    feed_measure = models.CharField(
        "measure in that source", max_length=300, blank=True, help_text="As the source words it."
    )
    priorities = models.ManyToManyField(Priority, blank=True, related_name="indicators")
    continues = models.ManyToManyField(
        "self",
        symmetrical=False,
        blank=True,
        related_name="continued_by",
        help_text="Measures of another name or definition that this one follows.",
    )

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
            models.CheckConstraint(
                name="indicator_supply_complete",
                condition=Q(supply_months=None, supply_days=None) | Q(supply_months__gte=1, supply_days__isnull=False),
                violation_error_message="Say both how often a figure comes and within how many days it is owed.",
            ),
            models.CheckConstraint(
                name="indicator_rounding_positive",
                condition=Q(rounding=None) | Q(rounding__gte=1),
                violation_error_message="Round to 1 or more.",
            ),
            models.CheckConstraint(
                name="indicator_feed_complete",
                condition=Q(feed_source="", feed_measure="") | ~Q(feed_source="") & ~Q(feed_measure=""),
                violation_error_message="A feed needs both its source and the measure's name there.",
            ),
            models.UniqueConstraint(
                fields=["partnership", "feed_source", "feed_measure"],
                condition=~Q(feed_source=""),
                name="indicator_unique_feed",
                violation_error_message="Another indicator is fed with this measure.",
            ),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("indicator-detail", args=[self.partnership.slug, self.slug])


class EarlierDefinition(NaturalKeyModel):
    """What an indicator counted before the day ``until``. The definition that holds now stands with the indicator."""

    partnership_path = "indicator__partnership"
    natural_key_parent = "indicator"
    natural_key_fields = ["until"]

    indicator = models.ForeignKey(Indicator, models.CASCADE, related_name="earlier_definitions")
    until = models.DateField(help_text="The first day of the next definition.")
    definition = models.TextField()
    note = models.TextField("why it changed")

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["indicator_id", "-until"]
        constraints = [models.UniqueConstraint(fields=["indicator", "until"], name="earlier_definition_unique_date")]

    def __str__(self):
        return f"{self.indicator}, until {self.until}"
