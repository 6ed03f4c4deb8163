"""Who there is: partnerships, agencies, people and the roles that people hold in a partnership."""

import datetime as dt
from functools import reduce

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.core.exceptions import ObjectDoesNotExist
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.urls import reverse


class NaturalKeyModel(models.Model):
    """A row that fixtures name by what it is: the key of its parent, then its own fields."""

    natural_key_parent = ""
    natural_key_fields = []

    class Meta:
        abstract = True

    def natural_key(self):
        values = (reduce(getattr, lookup.split("__"), self) for lookup in self.natural_key_lookups())
        return tuple(value.isoformat() if isinstance(value, dt.date) else value for value in values)

    @classmethod
    def natural_key_lookups(cls):
        """The field lookups that together name one row, such as ["partnership__slug", "year"]."""
        parent = cls.natural_key_parent
        above = cls._meta.get_field(parent).related_model.natural_key_lookups() if parent else []
        return [f"{parent}__{lookup}" for lookup in above] + cls.natural_key_fields


class ScopedQuerySet(models.QuerySet):
    """Rows of one partnership each. The model names the way there as ``partnership_path`` ("" for itself)."""

    def get_by_natural_key(self, *key):
        return self.get(**dict(zip(self.model.natural_key_lookups(), key, strict=True)))

    def labelled(self):
        """With what a ``choice_label`` says of them: year and partnership."""
        return self.select_related(self.model.partnership_path) if self.model.partnership_path else self

    def hold(self, row, *, nowait=False):
        """``row`` anew, held until the transaction ends: one change at a time to what hangs on it.

        On SQLite the transaction itself is the lock.
        """
        return self.select_for_update(no_key=True, nowait=nowait).get(pk=row.pk)

    def of_member(self, user, *roles):
        """A condition: rows of the partnerships of which ``user`` is a member in one of ``roles``."""
        return Q(**{f"{self.model.partnership_path or 'pk'}__in": partnerships_of(user, *roles)})

    def visible_to(self, user):
        """The rows of the partnerships of which ``user`` is a member; none for an anonymous visitor."""
        return self.filter(self.of_member(user))

    def managed_by(self, user):
        """The rows of the partnerships in which ``user`` is an officer; every row for a superuser."""
        if user.is_active and user.is_superuser:
            return self
        return self.filter(self.of_member(user, Role.OFFICER))


def partnerships_of(user, *roles):
    """The numbers of the partnerships of which ``user`` is an active member, in one of ``roles`` where any is given.

    The memberships are read once in a request, as they are then; for any other ``user``, anew at each question.
    """
    if not user.is_authenticated or not user.is_active:
        return set()
    held = user.memberships.all() if user.memberships_read is None else user.memberships_read
    return {one.partnership_id for one in held if not roles or one.role in roles}


def partnership_of(row):
    """The partnership that owns ``row``, or None while the way there is not filled in."""
    try:
        return reduce(getattr, row.partnership_path.split("__"), row) if row.partnership_path else row
    except ObjectDoesNotExist:
        return None


# First parts of addresses that are not partnerships.
RESERVED_SLUGS = ["accessibility", "accounts", "admin", "api", "calendar", "media", "static"]


class PartnershipQuerySet(ScopedQuerySet):
    def with_member(self, user, *roles):
        """Partnerships of which ``user`` is an active member, in one of ``roles`` where any is given."""
        return self.filter(self.of_member(user, *roles))


class Partnership(NaturalKeyModel):
    """A community safety partnership. It owns everything below it; partnerships never see each other's drafts."""

    class Kind(models.TextChoices):
        COUNTY = "county", "County partnership"
        DISTRICT = "district", "District partnership"

    partnership_path = ""
    natural_key_fields = ["slug"]

    slug = models.SlugField(unique=True, help_text="Used in addresses, for example kent.")
    name = models.CharField(max_length=200)
    short_name = models.CharField(max_length=60, help_text="For example Kent.")
    kind = models.CharField(max_length=10, choices=Kind)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="districts")
    ons_code = models.CharField("ONS code", max_length=9, help_text="The area's code, for example E10000016.")
    is_demonstration = models.BooleanField(
        "demonstration", default=False, help_text="Invented, to show how the service works. Marked so on screen."
    )

    objects = PartnershipQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                name="partnership_slug_not_reserved",
                condition=~Q(slug__in=RESERVED_SLUGS),
                violation_error_message="This short name is used by the service itself. Choose another.",
            ),
            models.CheckConstraint(
                name="partnership_county_has_no_parent",
                condition=Q(kind="district") | Q(kind="county", parent=None),
                violation_error_message="A county partnership has no parent.",
            ),
            models.CheckConstraint(
                name="partnership_not_its_own_parent",
                condition=Q(parent=None) | ~Q(parent=F("id")),
                violation_error_message="A partnership cannot be its own parent.",
            ),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("partnership-detail", args=[self.slug])


class Agency(NaturalKeyModel):
    """A body that takes part: police, council, fire, NHS, probation, a board or a charity."""

    partnership_path = "partnership"
    natural_key_parent = "partnership"
    natural_key_fields = ["name"]

    partnership = models.ForeignKey(Partnership, models.CASCADE, related_name="agencies")
    name = models.CharField(max_length=200)
    former_names = models.JSONField(default=list, blank=True, help_text="Earlier names, a list of texts.")

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "agencies"
        constraints = [models.UniqueConstraint(fields=["partnership", "name"], name="agency_unique_name")]

    def __str__(self):
        return self.name


class UserQuerySet(models.QuerySet):
    def managed_by(self, user):
        """The members of the partnerships in which ``user`` is an officer; everyone for a superuser."""
        if user.is_active and user.is_superuser:
            return self
        return self.filter(pk__in=Membership.objects.managed_by(user).values("user"))

    def members_of(self, partnership):
        """The members, each with the memberships there as ``held``."""
        there = Membership.objects.filter(partnership=partnership)
        held = models.Prefetch("memberships", there.select_related("agency"), to_attr="held")
        return self.filter(pk__in=there.values("user")).prefetch_related(held)

    def wholly_managed_by(self, user):
        """Those of ``managed_by`` who belong to no other partnership: only their accounts may be changed.

        An officer who could change the e-mail address of a person shared with another partnership could
        read that partnership's drafts.
        """
        if user.is_active and user.is_superuser:
            return self
        elsewhere = Membership.objects.exclude(pk__in=Membership.objects.managed_by(user).values("pk"))
        return self.managed_by(user).exclude(is_superuser=True).exclude(pk__in=elsewhere.values("user"))


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):
    """E-mail addresses are compared without regard to capitals."""

    def get_by_natural_key(self, email):
        return self.get(email__iexact=email)

    def create_user(self, email, password=None, **fields):
        if not email:
            raise ValueError("A user needs an e-mail address.")
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email, password=None, **fields):
        return self.create_user(email, password, is_superuser=True, **fields)


class LowerCaseEmailField(models.EmailField):
    """Sign-in compares addresses in small letters, so they are kept so."""

    def to_python(self, value):
        value = super().to_python(value)
        return value.lower() if value else value

    def get_prep_value(self, value):
        value = super().get_prep_value(value)
        return value.lower() if value else value


class User(AbstractBaseUser, PermissionsMixin):
    """A person, who signs in with an e-mail address."""

    email = LowerCaseEmailField("e-mail address", unique=True)
    name = models.CharField(max_length=200)
    is_active = models.BooleanField(
        "active", default=True, help_text="Untick this instead of deleting: history keeps the person's name."
    )
    is_demonstration = models.BooleanField("demonstration", default=False)
    date_joined = models.DateTimeField(auto_now_add=True)

    objects = UserManager()

    memberships_read = None  # where they were read with the person (accounts/backends.py)

    USERNAME_FIELD = EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        ordering = ["name", "email"]
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="user_unique_email_any_case",
                violation_error_message="There is a user with this e-mail address.",
            )
        ]

    def __str__(self):
        return self.name or self.email

    def get_short_name(self):
        return str(self)

    @property
    def is_staff(self):
        """Django's name for "may enter the administration": officers and superusers."""
        from accounts.permissions import can_administer

        return can_administer(self)


class Role(models.TextChoices):
    LEAD = "lead", "Priority lead"
    REVIEWER = "reviewer", "Working Group member"
    OFFICER = "officer", "Community safety officer"
    VIEWER = "viewer", "Governing group or Scrutiny"


class Membership(models.Model):
    """A role that a person holds in a partnership. A person may hold several."""

    partnership_path = "partnership"

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    partnership = models.ForeignKey(Partnership, models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role)
    agency = models.ForeignKey(Agency, models.PROTECT, null=True, blank=True, related_name="memberships")
    given_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["partnership_id", "role", "user_id"]
        constraints = [
            models.UniqueConstraint(fields=["user", "partnership", "role"], name="membership_unique_role"),
        ]

    def __str__(self):
        return f"{self.user}: {self.get_role_display()}, {self.partnership}"


class HistoryEntryQuerySet(ScopedQuerySet):
    def about(self, *rows):
        """What was done to these rows, newest first. Whoever may see a row may see its history."""
        same = (Q(about_model=row._meta.label_lower, about_id=row.pk) for row in rows)
        return self.filter(reduce(Q.__or__, same, Q(pk=None))).select_related("by").order_by("-at", "-pk")


class HistoryEntry(models.Model):
    """Who did what to which row, when, with its values as they then stood. Only ever added to.

    The row is named by its model and number, not by a reference, so that its history outlives it.
    """

    partnership_path = "partnership"

    partnership = models.ForeignKey(Partnership, models.PROTECT, related_name="history")
    about_model = models.CharField(max_length=60)
    about_id = models.BigIntegerField()
    about = models.CharField(max_length=300)
    verb = models.CharField(max_length=60)
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="history")
    note = models.TextField(blank=True)
    values = models.JSONField(encoder=DjangoJSONEncoder)

    objects = HistoryEntryQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name_plural = "history entries"
        indexes = [models.Index(fields=["about_model", "about_id", "at"], name="historyentry_about")]

    def __str__(self):
        return f"{self.about}: {self.verb}"


class LetterQuerySet(ScopedQuerySet):
    def unsent(self):
        return self.filter(sent_at=None, cancelled_at=None)

    def due(self, at):
        """What is to be tried at the moment ``at``."""
        return self.unsent().filter(next_try__lte=at)


class Letter(models.Model):
    """An e-mail to one person about one event. It holds what it is about, never what people wrote."""

    partnership_path = "partnership"

    to = models.ForeignKey(User, models.PROTECT, related_name="letters")
    partnership = models.ForeignKey(Partnership, models.PROTECT, null=True, related_name="letters")
    kind = models.CharField(max_length=40, help_text="A key of the setting LETTERS.")
    about = models.JSONField(default=dict, help_text="Numbers of rows, by name.")
    key = models.CharField(max_length=200, unique=True, help_text="Names the person and the event.")
    written_at = models.DateTimeField()
    due_at = models.DateTimeField(help_text="Not sent before.")
    sent_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    tries = models.PositiveIntegerField(default=0)
    next_try = models.DateTimeField()
    last_error = models.CharField(max_length=100, blank=True)

    objects = LetterQuerySet.as_manager()

    class Meta:
        ordering = ["-written_at", "-pk"]
        indexes = [
            models.Index(fields=["next_try"], name="letter_unsent", condition=Q(sent_at=None, cancelled_at=None))
        ]
        constraints = [
            models.CheckConstraint(name="letter_sent_or_cancelled", condition=Q(sent_at=None) | Q(cancelled_at=None)),
            models.CheckConstraint(name="letter_tried_before_sent", condition=Q(sent_at=None) | Q(tries__gte=1)),
            models.CheckConstraint(name="letter_not_before_due", condition=Q(next_try__gte=F("due_at"))),
            models.CheckConstraint(name="letter_key_not_empty", condition=~Q(key="")),
        ]

    def __str__(self):
        return f"{self.kind} to {self.to}"
