"""The people of the load benchmark, signed in, and what they work on.

Each partnership has one reviewer and up to nine leads, each lead a priority of its own, so that nobody is in another
one's way: whatever a visitor is refused is an error.
"""

import datetime as dt
import math

from django.conf import settings
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import Agency, Membership, Partnership, Role, User
from actions.models import Action, ProgressUpdate, Round, UpdateEvent
from priorities.models import Agreement, Lead, Priority
from priorities.years import FinancialYear

PEOPLE = 10  # of one partnership
ACTIONS = 8  # of one lead
SUBMITTED = 2  # of these, before the first visitor comes
SENTENCE = "Partners met in the district, agreed who does what by when, and will report on it at the next meeting. "
TEXT = f"<p>{(SENTENCE * 4).strip()}</p>" * 2

Kind = UpdateEvent.Kind
State = ProgressUpdate.State


def make(users, now):
    """Add so many ``users``, at least two. Returns what the visitors need to know of each."""
    people = {"leads": [], "reviewers": []}
    reviewers = math.ceil(users / PEOPLE)
    for number in range(reviewers):
        leads = len(range(number, users - reviewers, reviewers))
        with transaction.atomic():
            _add(number, leads, now, people)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    return people


def database():
    """What stores the data, and whether a commit waits for the disk."""
    if connection.vendor != "postgresql":
        return connection.display_name
    with connection.cursor() as cursor:
        said = []
        for name in ("server_version", "fsync", "synchronous_commit"):
            cursor.execute(f"SHOW {name}")
            said.append(cursor.fetchone()[0])
    return "PostgreSQL {}, fsync {}, synchronous_commit {}".format(*said)


def lost(saved):
    """Those of the saves, [key of the update, text], of which the history knows nothing."""
    events = UpdateEvent.objects.filter(kind=Kind.SAVED, update__in={update for update, _ in saved})
    kept = set(events.values_list("update", "text"))
    return [[update, text] for update, text in saved if (update, text) not in kept]


def _add(number, leads, now, people):
    name = f"Load {number}"
    partnership = Partnership.objects.create(
        slug=f"load-{number}",
        name=f"{name} Community Safety Partnership",
        short_name=name,
        kind=Partnership.Kind.DISTRICT,
        is_demonstration=True,
    )
    agency = Agency.objects.create(partnership=partnership, name="District council")
    officer, reviewer = (_person(partnership, agency, role) for role in (Role.OFFICER, Role.REVIEWER))
    agreement = Agreement.objects.create(
        partnership=partnership, year=FinancialYear.of(now.date()).start_year, title="Community Safety Plan"
    )
    last, current = _rounds(agreement, officer, now)
    for place in range(1, leads + 1):
        lead = _person(partnership, agency, Role.LEAD, place)
        actions = _actions(agreement, place, lead, agency)
        _accepted(last, actions, lead, reviewer)
        updates = _waiting(current, actions, lead, now)
        asked = [{"key": one.pk, "path": one.write_url} for one in updates if one.state == State.NOT_STARTED]
        people["leads"].append({"cookie": _session(lead), "updates": asked})
    people["reviewers"].append(
        {"cookie": _session(reviewer), "path": reverse("review-dashboard", args=agreement.url_args)}
    )


def _person(partnership, agency, role, place=1):
    name = f"{role.label} {place} of {partnership.short_name}"
    user = User.objects.create(email=f"{role}.{place}@{partnership.slug}.example", name=name, password="!")
    Membership.objects.create(user=user, partnership=partnership, role=role, agency=agency)
    return user


def _session(user):
    """The cookie of ``user``, signed in without a password: what hashing one takes is not measured."""
    client = Client()
    client.force_login(user)
    return [settings.SESSION_COOKIE_NAME, client.cookies[settings.SESSION_COOKIE_NAME].value]


def _rounds(agreement, officer, now):
    """The last round, due 90 days ago, and the current one, due in a week."""
    today, days = now.date(), dt.timedelta
    return [
        Round.objects.create(
            agreement=agreement,
            title=f"Round {position}",
            position=position,
            opens=today - days(ago + 28),
            due=today - days(ago),
            meets=today - days(ago - 14),
            opened_at=now - days(ago + 28),
            opened_by=officer,
        )
        for position, ago in ((1, 90), (2, -7))
    ]


def _actions(agreement, place, lead, agency):
    priority = Priority.objects.create(
        agreement=agreement, slug=f"priority-{place}", code=f"P{place}", title=f"Priority {place}", position=place
    )
    Lead.objects.create(priority=priority, role_title="Manager", agency=agency).users.add(lead)
    return Action.objects.bulk_create(
        Action(
            priority=priority,
            number=number,
            position=number,
            title=f"Carry out the joint work on part {number} of the plan with all the partners",
            status=Action.Status.CONTINUING,
        )
        for number in range(1, ACTIONS + 1)
    )


def _accepted(round, actions, lead, reviewer):
    at, by = round.opened_at, lead
    updates = ProgressUpdate.objects.bulk_create(
        ProgressUpdate(
            round=round,
            action=action,
            state=State.ACCEPTED,
            **_content(round),
            version=1,
            saved_at=at,
            saved_by=by,
            accepted_at=at,
            accepted_by=reviewer,
        )
        for action in actions
    )
    _tell(updates, [(Kind.SAVED, by), (Kind.SUBMITTED, by), (Kind.ACCEPTED, reviewer)], at)


def _waiting(round, actions, lead, now):
    """The updates of the current round: the first few submitted, the others not begun."""
    written = {"state": State.SUBMITTED, **_content(round), "version": 1, "saved_at": now, "saved_by": lead}
    submitted = ProgressUpdate.objects.bulk_create(
        ProgressUpdate(round=round, action=action, **written) for action in actions[:SUBMITTED]
    )
    _tell(submitted, [(Kind.SAVED, lead), (Kind.SUBMITTED, lead)], now)
    return submitted + ProgressUpdate.objects.bulk_create(
        ProgressUpdate(round=round, action=action) for action in actions[SUBMITTED:]
    )


def _content(round):
    return {"text": TEXT, "rating": ProgressUpdate.Rating.GREEN, "as_at": round.due.isoformat()}


def _tell(updates, deeds, at):
    """The history of ``updates``: the ``deeds``, (kind, person), in this order."""
    UpdateEvent.objects.bulk_create(
        UpdateEvent(update=one, kind=kind, at=at, by=by, version=1, **_content(one.round))
        for one in updates
        for kind, by in deeds
    )
