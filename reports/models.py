"""Reports of an agreement, and the frozen copies of them that are published."""

from django.db import models
from django.db.models import Exists, F, OuterRef, Prefetch, Q, Subquery
from django.urls import reverse

from accounts.models import NaturalKeyModel, Partnership, Role, ScopedQuerySet, User
from priorities.dates import PartialDateField
from priorities.models import Agreement
from priorities.text import RichTextField


class EditionQuerySet(ScopedQuerySet):
    def visible_to(self, user):
        """Published ones for everybody; drafts for those who make the report, in their own partnerships.

        The governing group and Scrutiny read what is published. Each has ``newest_published``, a number or None,
        and ``is_own``: whether it is of a partnership of which ``user`` is a member.
        """
        newest = FrozenEdition.objects.published().filter(edition=OuterRef("pk")).order_by("-number")
        return (
            self.select_related("agreement__partnership")
            .annotate(
                newest_published=Subquery(newest.values("number")[:1]),
                is_own=Exists(Partnership.objects.with_member(user).filter(pk=OuterRef("agreement__partnership"))),
            )
            .filter(Q(newest_published__isnull=False) | self.of_member(user, Role.LEAD, Role.REVIEWER, Role.OFFICER))
        )

    def listed(self):
        """Those with a published copy, newest year first, each with its ``published_versions``."""
        published = FrozenEdition.objects.published().filter(edition=OuterRef("pk"))
        return (
            self.filter(Exists(published))
            .select_related("agreement__partnership")
            .prefetch_related(FrozenEdition.objects.published_versions())
            .defer("introduction", "agreement__foreword")
            .order_by("-agreement__year", "agreement__partnership__name", "slug")
        )


class Edition(NaturalKeyModel):
    """A report of one agreement. Its drafts are rendered from live data; see FrozenEdition for what is issued."""

    class Kind(models.TextChoices):
        WORKING_GROUP = "working group", "Working Group pack"
        GOVERNING_GROUP = "governing group", "Governing group report"
        SUMMARY = "summary", "Annual summary"

    partnership_path = "agreement__partnership"
    natural_key_parent = "agreement"
    natural_key_fields = ["slug"]

    agreement = models.ForeignKey(Agreement, models.CASCADE, related_name="editions")
    slug = models.SlugField(max_length=60)
    kind = models.CharField(max_length=16, choices=Kind, default=Kind.SUMMARY)
    title = models.CharField(max_length=200)
    running_header = models.CharField(max_length=200, blank=True)
    introduction = RichTextField(blank=True)
    as_at = PartialDateField("as at")

    objects = EditionQuerySet.as_manager()

    class Meta:
        ordering = ["agreement_id", "slug"]
        constraints = [models.UniqueConstraint(fields=["agreement", "slug"], name="edition_unique_slug")]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("edition-detail", args=[*self.agreement.url_args, self.slug])


class FrozenEditionQuerySet(ScopedQuerySet):
    def published(self):
        return self.filter(published_at__isnull=False, withdrawn_at=None)

    def published_versions(self):
        """For ``prefetch_related`` on editions: published copies, newest first, as ``published_versions``."""
        return Prefetch("frozen", self.published().defer("content").order_by("-number"), to_attr="published_versions")


class FrozenEdition(models.Model):
    """An edition as it stood when it was frozen: the document tree by value, and the PDF made from it.

    ``content`` is the tree of ``reports/summary.py`` as JSON; ``schema`` its schema number; ``digest`` the
    SHA-256 of the canonical JSON. Nothing of it changes after it is frozen, except that it is published or withdrawn.
    """

    partnership_path = "edition__agreement__partnership"

    edition = models.ForeignKey(Edition, models.PROTECT, related_name="frozen")
    number = models.PositiveSmallIntegerField()
    schema = models.PositiveSmallIntegerField()
    renderer = models.CharField(max_length=100)
    content = models.JSONField()
    digest = models.CharField(max_length=64)
    pdf = models.FileField(upload_to="editions/%Y/")
    pdf_digest = models.CharField(max_length=64)
    pdf_size = models.PositiveIntegerField("size of the PDF in bytes")
    frozen_at = models.DateTimeField()
    frozen_by = models.ForeignKey(User, models.PROTECT, related_name="editions_frozen")
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="editions_published")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="editions_withdrawn")
    withdrawn_reason = models.TextField(blank=True)

    objects = FrozenEditionQuerySet.as_manager()

    class Meta:
        ordering = ["edition_id", "number"]
        indexes = [
            # Without it, the list of published reports reads every frozen report's content to get to its dates.
            models.Index(
                fields=["edition", "number"],
                name="frozenedition_published",
                condition=Q(published_at__isnull=False, withdrawn_at=None),
            )
        ]
        constraints = [
            models.UniqueConstraint(fields=["edition", "number"], name="frozenedition_unique_number"),
            models.CheckConstraint(
                name="frozenedition_publication_complete",
                condition=Q(published_at=None, published_by=None)
                | Q(published_at__gte=F("frozen_at"), published_by__isnull=False),
            ),
            models.CheckConstraint(
                name="frozenedition_withdrawal_complete",
                condition=Q(withdrawn_at=None, withdrawn_by=None, withdrawn_reason="")
                | Q(published_at__isnull=False, withdrawn_at__gte=F("published_at"), withdrawn_by__isnull=False)
                & ~Q(withdrawn_reason=""),
            ),
        ]

    def __str__(self):
        return f"{self.edition}, version {self.number}"
