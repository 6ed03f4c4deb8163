"""Rounds, the updates that answer them, and what was done to each update."""

import datetime as dt

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, OuterRef, Prefetch, Q, Subquery
from django.urls import reverse

from accounts.models import NaturalKeyModel, Role, ScopedQuerySet, User
from actions import particulars
from priorities.dates import PartialDateField
from priorities.models import Agreement, Priority
from priorities.text import RichTextField


class RoundQuerySet(ScopedQuerySet):
    def opened(self):
        return self.filter(opened_at__isnull=False)

    def current(self):
        """The last opened round of each agreement: the one that is asked about."""
        opened = Round.objects.opened().filter(agreement=OuterRef("agreement")).order_by("-position")
        return self.filter(pk=Subquery(opened.values("pk")[:1]))


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
    prefilled = models.BooleanField(
        "start from the last accepted text",
        default=False,
        help_text="Each box begins with what was last accepted. Otherwise that text stands beside an empty box.",
    )
    opened_at = models.DateTimeField(null=True, blank=True)
    opened_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="rounds_opened")

    objects = RoundQuerySet.as_manager()

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
            models.CheckConstraint(
                name="round_opening_complete",
                condition=Q(opened_at=None, opened_by=None)
                | Q(opened_at__isnull=False, opened_by__isnull=False, due__isnull=False),
                violation_error_message="An open round has dates, and somebody who opened it.",
            ),
        ]

    def __str__(self):
        return self.title

    def is_overdue(self, on):
        return self.due < on


class ProgressUpdateQuerySet(ScopedQuerySet):
    def accepted(self):
        return self.filter(state=ProgressUpdate.State.ACCEPTED)

    def laid_before(self):
        """Those that the Working Group has got from their leads."""
        return self.filter(state__in=ProgressUpdate.LAID_BEFORE)

    def outstanding(self):
        """Those that still wait for their lead. A closed action is asked nothing more."""
        return self.filter(state__in=ProgressUpdate.WITH_THE_LEAD).exclude(action__status="closed")

    def in_current_rounds(self):
        return self.filter(round__in=Round.objects.current())

    def led_by(self, user):
        """Those of the priorities that ``user`` leads: the ones that ``user`` may write."""
        return self.filter(action__priority__in=Priority.objects.led_by(user))

    def newest_round_first(self):
        """Each with its round. The newest round's text is the one that counts."""
        return self.select_related("round").order_by("-round__position")

    def without_words(self):
        """How each one stands, as dicts without a word that was written: of drafts too, for the Working Group."""
        return self.order_by("action__priority__position", "action__position").values(
            "pk",
            "state",
            number=F("action__number"),
            title=F("action__title"),
            priority_id=F("action__priority_id"),
            priority=F("action__priority__title"),
            code=F("action__priority__code"),
            slug=F("action__priority__slug"),
        )

    def asked(self):
        """Without those of closed actions that nobody answered: they are asked nothing more."""
        return self.exclude(state__in=ProgressUpdate.WITH_THE_LEAD, action__status="closed")

    def at(self, partnership, year, slug, number, round):
        """The one at an address. ``round`` is the round's position."""
        return self.filter(
            action__priority__agreement__partnership__slug=partnership,
            action__priority__agreement__year=year.start_year,
            round__position=round,
            action__priority__slug=slug,
            action__number=number,
        )

    def with_places(self):
        """Each with all that its pages name."""
        return self.select_related("round", "saved_by", "accepted_by", "action__priority__agreement__partnership")

    def with_reasons(self):
        """Each with ``reasons``: the lines of its history that sent it back, newest first."""
        sent_back = UpdateEvent.objects.filter(kind__in=UpdateEvent.SENDING_BACK).select_related("by")
        return self.prefetch_related(
            Prefetch("events", sent_back.filter(update__state="returned").order_by("-at", "-pk"), to_attr="reasons")
        )

    def before(self, update):
        """The accepted ones that came before ``update``, newest first: of its action, and of those it continues."""
        earlier = Q(action=update.action_id, round__position__lt=update.round.position)
        continued = Q(action__in=update.action.continues.values("pk"))
        return self.accepted().filter(earlier | continued).order_by("-round__agreement__year", "-round__position")

    def to_review(self, user):
        """Submitted updates of the partnerships in whose Working Group ``user`` sits."""
        return self.filter(self.of_member(user, Role.REVIEWER), state=ProgressUpdate.State.SUBMITTED)

    def visible_to(self, user):
        """What ``user`` may read: accepted text of the own partnerships; before that, only those concerned.

        The leads of the priority and the officers read it in every state, the Working Group once it is submitted.
        """
        if not user.is_authenticated:
            return self.none()
        officer, reviewer = self.of_member(user, Role.OFFICER), self.of_member(user, Role.REVIEWER)
        lead = Q(action__priority__in=Priority.objects.led_by(user))
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

    WITH_THE_LEAD = [State.NOT_STARTED, State.DRAFT, State.RETURNED]
    LAID_BEFORE = [State.SUBMITTED, State.ACCEPTED]  # the Working Group
    BEGUN = [State.DRAFT, State.RETURNED]  # and not finished
    NEEDS_A_REASON = [Rating.AMBER, Rating.RED]

    partnership_path = "round__agreement__partnership"
    natural_key_parent = "round"
    natural_key_fields = ["action__priority__slug", "action__number"]

    round = models.ForeignKey(Round, models.CASCADE, related_name="updates")
    action = models.ForeignKey("actions.Action", models.CASCADE, related_name="updates")
    state = models.CharField(max_length=12, choices=State, default=State.NOT_STARTED)
    text = RichTextField(blank=True)
    rating = models.CharField("BRAG rating", max_length=6, choices=Rating, blank=True)
    rating_reason = models.TextField(blank=True)
    no_progress = models.BooleanField("no progress this round", default=False)
    as_at = PartialDateField("as at")
    particulars = models.JSONField(
        default=dict, blank=True, encoder=DjangoJSONEncoder, help_text="Numbers, money and events: particulars.py."
    )
    version = models.PositiveIntegerField(default=0, help_text="Grows with each save: the text's own number.")
    saved_at = models.DateTimeField(null=True, blank=True)
    saved_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="saved_updates")
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
            models.CheckConstraint(
                name="progressupdate_save_complete",
                condition=Q(saved_at=None, saved_by=None) | Q(saved_at__isnull=False, saved_by__isnull=False),
                violation_error_message="Who saved it, and when, stand together.",
            ),
        ]

    def __str__(self):
        return f"{self.action.reference}, {self.round}"

    @property
    def url_args(self):
        """What leads to every page of this update."""
        priority = self.action.priority
        return [*priority.agreement.url_args, priority.slug, self.action.number, self.round.position]

    def get_absolute_url(self):
        return reverse("update-detail", args=self.url_args)

    @property
    def review_url(self):
        return reverse("update-review", args=self.url_args)

    @property
    def write_url(self):
        return reverse("update-write", args=self.url_args)

    @property
    def in_report(self):
        """The text with its particulars, as it stands in the report once it is accepted."""
        return self.text + particulars.to_html(self.particulars)

    @property
    def is_with_the_lead(self):
        return self.state in self.WITH_THE_LEAD


class UpdateEventQuerySet(ScopedQuerySet):
    def visible_to(self, user):
        """The leads of the priority and the officers see every line; the Working Group what was laid before it.

        The others see none: an accepted text has drafts behind it.
        """
        if not user.is_authenticated:
            return self.none()
        officer, reviewer = self.of_member(user, Role.OFFICER), self.of_member(user, Role.REVIEWER)
        lead = Q(update__action__priority__in=Priority.objects.led_by(user))
        return super().visible_to(user).filter(officer | lead | (reviewer & ~Q(kind=UpdateEvent.Kind.SAVED)))

    def written_by(self, user):
        return self.filter(by=user, kind__in=UpdateEvent.WRITING)


class UpdateEvent(models.Model):
    """One line of an update's history: who did what when, with all of it as it stood. Only ever added to.

    ``key`` names one sending of a form: sent twice, it is done once.
    """

    class Kind(models.TextChoices):
        SAVED = "saved", "Saved"
        SUBMITTED = "submitted", "Submitted"
        TAKEN_BACK = "taken back", "Taken back"
        RETURNED = "returned", "Returned"
        ACCEPTED = "accepted", "Accepted"
        REOPENED = "reopened", "Reopened"

    WRITING = [Kind.SAVED, Kind.SUBMITTED]
    SENDING_BACK = [Kind.RETURNED, Kind.REOPENED]

    partnership_path = "update__round__agreement__partnership"

    update = models.ForeignKey(ProgressUpdate, models.PROTECT, related_name="events")
    kind = models.CharField(max_length=10, choices=Kind)
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, related_name="update_events")
    version = models.PositiveIntegerField()
    text = RichTextField(blank=True)
    rating = models.CharField(max_length=6, choices=ProgressUpdate.Rating, blank=True)
    rating_reason = models.TextField(blank=True)
    no_progress = models.BooleanField("no progress this round", default=False)
    as_at = PartialDateField("as at")
    particulars = models.JSONField(default=dict, blank=True, encoder=DjangoJSONEncoder)
    note = models.TextField(blank=True)
    key = models.UUIDField(null=True, blank=True)

    objects = UpdateEventQuerySet.as_manager()

    class Meta:
        ordering = ["update_id", "at", "pk"]
        constraints = [models.UniqueConstraint(fields=["update", "key"], name="updateevent_unique_key")]

    def __str__(self):
        return f"{self.get_kind_display()} by {self.by}"


class Presence(models.Model):
    """Who has an update open for writing, and when their page last said so."""

    LASTS = dt.timedelta(seconds=75)

    partnership_path = "update__round__agreement__partnership"

    update = models.ForeignKey(ProgressUpdate, models.CASCADE, related_name="presences")
    user = models.ForeignKey(User, models.CASCADE, related_name="presences")
    seen_at = models.DateTimeField()

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["update_id", "user_id"]
        constraints = [models.UniqueConstraint(fields=["update", "user"], name="presence_unique_user")]

    def __str__(self):
        return f"{self.user} at {self.update}"
