"""The yearly Agreement and what it names: themes, priorities, their leads, narrative sections and notes."""

from django.db import models
from django.db.models import Q
from django.urls import reverse

from accounts.models import Agency, NaturalKeyModel, Partnership, Role, ScopedQuerySet, User
from priorities.dates import PartialDateField
from priorities.text import RichTextField
from priorities.years import FinancialYear


class AgreementQuerySet(ScopedQuerySet):
    def in_year(self, partnership_slug, year):
        """The agreement of one partnership for one FinancialYear."""
        return self.select_related("partnership").filter(partnership__slug=partnership_slug, year=year.start_year)

    def newest_first(self):
        return self.select_related("partnership").order_by("partnership__name", "-year")


class Agreement(NaturalKeyModel):
    """A partnership's Community Safety Agreement of one year, which is also the year's action plan."""

    partnership_path = "partnership"
    natural_key_parent = "partnership"
    natural_key_fields = ["year"]

    partnership = models.ForeignKey(Partnership, models.CASCADE, related_name="agreements")
    year = models.PositiveSmallIntegerField(help_text="The year in which it begins: 2022 for 2022/23.")
    title = models.CharField(max_length=200)
    version = models.CharField(max_length=20, blank=True)
    effective_from = models.DateField(null=True, blank=True)
    foreword = RichTextField(blank=True)
    is_demonstration = models.BooleanField("demonstration", default=False)

    objects = AgreementQuerySet.as_manager()

    class Meta:
        ordering = ["-year", "partnership_id"]
        constraints = [
            models.UniqueConstraint(fields=["partnership", "year"], name="agreement_unique_year"),
            models.CheckConstraint(name="agreement_year_possible", condition=Q(year__gte=1998, year__lte=2200)),
        ]

    def __str__(self):
        return f"{self.title} {self.financial_year}"

    def get_absolute_url(self):
        return reverse("agreement-detail", args=self.url_args)

    @property
    def financial_year(self):
        return FinancialYear(self.year)

    @property
    def choice_label(self):
        return f"{self.partnership.short_name} {self.financial_year}"

    @property
    def url_args(self):
        """The two leading parts of the address of everything in this year."""
        return [self.partnership.slug, self.financial_year]


class VersionChange(NaturalKeyModel):
    """One line of the Agreement's version control: what changed in which chapter."""

    partnership_path = "agreement__partnership"
    natural_key_parent = "agreement"
    natural_key_fields = ["version", "position"]

    agreement = models.ForeignKey(Agreement, models.CASCADE, related_name="version_changes")
    version = models.CharField(max_length=20)
    date = PartialDateField()
    position = models.PositiveSmallIntegerField()
    chapter = models.CharField(max_length=100)
    change = models.TextField()

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["agreement_id", "date", "position"]
        constraints = [
            models.UniqueConstraint(fields=["agreement", "version", "position"], name="versionchange_unique_position")
        ]

    def __str__(self):
        return f"{self.version}, {self.chapter}"


class Chapter(NaturalKeyModel):
    """A chapter or appendix of the Agreement's own document."""

    partnership_path = "agreement__partnership"
    natural_key_parent = "agreement"
    natural_key_fields = ["position"]

    agreement = models.ForeignKey(Agreement, models.CASCADE, related_name="chapters")
    position = models.PositiveSmallIntegerField()
    label = models.CharField(max_length=20, help_text='"Chapter 1" or "Appendix A".')
    title = models.CharField(max_length=200)
    body = RichTextField(blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["agreement_id", "position"]
        constraints = [models.UniqueConstraint(fields=["agreement", "position"], name="chapter_unique_position")]

    def __str__(self):
        return f"{self.label}: {self.title}"


class Theme(NaturalKeyModel):
    """A cross-cutting theme of the Agreement, to which actions of any priority may contribute."""

    partnership_path = "agreement__partnership"
    natural_key_parent = "agreement"
    natural_key_fields = ["title"]

    agreement = models.ForeignKey(Agreement, models.CASCADE, related_name="themes")
    position = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=200)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["agreement_id", "position"]
        constraints = [models.UniqueConstraint(fields=["agreement", "title"], name="theme_unique_title")]

    def __str__(self):
        return self.title

    @property
    def choice_label(self):
        return f"{self.agreement.choice_label}: {self}"


class PriorityQuerySet(ScopedQuerySet):
    def with_leads(self):
        """Each with its leads and their agencies, in one query more."""
        return self.prefetch_related(models.Prefetch("leads", Lead.objects.select_related("agency")))

    def led_by(self, user):
        """The priorities of which ``user`` is a lead or a deputy, while holding that role in the partnership."""
        posts = Lead.objects.filter(users=user).values("priority")
        return self.filter(self.of_member(user, Role.LEAD), pk__in=posts)


class Priority(NaturalKeyModel):
    """One of the year's priorities. It *continues* those of earlier years: renamed, split or merged."""

    partnership_path = "agreement__partnership"
    natural_key_parent = "agreement"
    natural_key_fields = ["slug"]

    agreement = models.ForeignKey(Agreement, models.CASCADE, related_name="priorities")
    slug = models.SlugField(max_length=80)
    code = models.CharField(max_length=10, help_text="A short code, for example RS.")
    title = models.CharField(max_length=200)
    position = models.PositiveSmallIntegerField()
    continues = models.ManyToManyField("self", symmetrical=False, blank=True, related_name="continued_by")

    objects = PriorityQuerySet.as_manager()

    class Meta:
        ordering = ["agreement_id", "position"]
        verbose_name_plural = "priorities"
        constraints = [
            models.UniqueConstraint(fields=["agreement", "slug"], name="priority_unique_slug"),
            models.UniqueConstraint(fields=["agreement", "code"], name="priority_unique_code"),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("priority-detail", args=[*self.agreement.url_args, self.slug])

    @property
    def choice_label(self):
        return f"{self.agreement.choice_label}: {self}"


class Lead(NaturalKeyModel):
    """Who champions a priority: a role in an agency, and the people who hold it."""

    partnership_path = "priority__agreement__partnership"
    natural_key_parent = "priority"
    natural_key_fields = ["position"]

    priority = models.ForeignKey(Priority, models.CASCADE, related_name="leads")
    position = models.PositiveSmallIntegerField(default=1)
    role_title = models.CharField(max_length=200)
    agency = models.ForeignKey(Agency, models.PROTECT, null=True, blank=True, related_name="leads")
    users = models.ManyToManyField(User, blank=True, related_name="leads")

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["priority_id", "position"]
        constraints = [models.UniqueConstraint(fields=["priority", "position"], name="lead_unique_position")]

    def __str__(self):
        return f"{self.role_title}, {self.agency}" if self.agency else self.role_title


class Section(NaturalKeyModel):
    """One headed part of a priority's narrative."""

    partnership_path = "priority__agreement__partnership"
    natural_key_parent = "priority"
    natural_key_fields = ["position"]

    priority = models.ForeignKey(Priority, models.CASCADE, related_name="sections")
    position = models.PositiveSmallIntegerField()
    heading = models.CharField(max_length=200)
    body = RichTextField(blank=True)
    as_at = PartialDateField("as at")

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["priority_id", "position"]
        constraints = [models.UniqueConstraint(fields=["priority", "position"], name="section_unique_position")]

    def __str__(self):
        return self.heading


class Note(NaturalKeyModel):
    """A note to a priority's text: a source, a definition or a caveat.

    Text refers to it by ``key``. Numbers run from 1 in each priority, over the numbered notes in order.
    """

    partnership_path = "priority__agreement__partnership"
    natural_key_parent = "priority"
    natural_key_fields = ["key"]

    priority = models.ForeignKey(Priority, models.CASCADE, related_name="notes")
    key = models.SlugField(max_length=40)
    position = models.PositiveSmallIntegerField()
    is_numbered = models.BooleanField("numbered", default=True)
    publisher = models.CharField(max_length=200, blank=True)
    title = models.CharField(max_length=300, blank=True)
    published = models.CharField(max_length=60, blank=True, help_text="When it came out, as the source says it.")
    text = RichTextField(blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["priority_id", "position"]
        constraints = [
            models.UniqueConstraint(fields=["priority", "key"], name="note_unique_key"),
            models.CheckConstraint(
                name="note_says_something",
                condition=~Q(title="") | ~Q(text=""),
                violation_error_message="A note needs a title or a text.",
            ),
        ]

    def __str__(self):
        return self.title or self.key
