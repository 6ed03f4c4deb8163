"""The dates of rounds for calendar programs: titles and dates only, never what anybody wrote."""

import datetime as dt
from urllib.parse import urlsplit

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db.models import Count, Max
from django.http import Http404
from icalendar import Calendar, Event

from accounts import post
from accounts.models import HistoryEntry, User
from actions.models import Round

DATES = {"opens": "round opens", "due": "updates are due", "meets": "Working Group meets"}
ASK_AGAIN = dt.timedelta(hours=6)
DAY = dt.timedelta(days=1)
PRODUCT = "-//Community Safety Plan//Rounds//EN"


def token(user):
    """Names ``user`` to a calendar program. It dies with a change of password; ``person`` says when else."""
    return _signer(user).sign(user.pk)


def link(user):
    """The address to which a calendar program subscribes."""
    return post.link("rounds-calendar", token(user))


def person(token):
    """The active person whom a token names; else Http404. The memberships are asked at each fetch, by ``feed_of``."""
    number = token.partition(".")[0]
    user = User.objects.filter(pk=number, is_active=True).first() if _is_number(number) else None
    try:
        if user is None or _signer(user).unsign(token) != f"{user.pk}":
            raise Http404
    except BadSignature:
        raise Http404 from None
    return user


def feed_of(user):
    """The rounds of all partnerships of which ``user`` is a member now, as iCalendar bytes."""
    return feed(Round.objects.visible_to(user), name="Community Safety Plan: rounds of updates")


def feed(rounds, *, name):
    """The dates of ``rounds`` (a queryset) as iCalendar bytes."""
    rounds = rounds.filter(due__isnull=False).select_related("agreement__partnership").order_by("opens", "pk")
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", ASK_AGAIN, parameters={"value": "DURATION"})
    calendar.add("x-published-ttl", ASK_AGAIN, parameters={"value": "DURATION"})
    revisions = _revisions(rounds)
    for round in rounds:
        for field in DATES:
            if getattr(round, field):
                calendar.add_component(_event(round, field, *revisions.get(round.pk, (0, _midnight(round.opens)))))
    return calendar.to_ical()


def _event(round, field, sequence, at):
    event = Event()
    event.add("uid", f"round-{round.pk}-{field}@{urlsplit(settings.SITE_URL).hostname}")
    event.add("summary", f"{round.agreement.partnership.short_name}, {round.title}: {DATES[field]}")
    event.add("dtstart", getattr(round, field))
    event.add("dtend", getattr(round, field) + DAY)
    event.add("sequence", sequence)
    event.add("dtstamp", at)
    event.add("last-modified", at)
    event.add("transp", "TRANSPARENT")
    return event


def _revisions(rounds):
    """{number of a round: (how often it was changed, when last)}, from its history."""
    entries = HistoryEntry.objects.filter(about_model=Round._meta.label_lower, about_id__in=[one.pk for one in rounds])
    counted = entries.order_by().values_list("about_id").annotate(Count("pk"), Max("at"))
    return {pk: (number, at.astimezone(dt.UTC)) for pk, number, at in counted}


def _midnight(day):
    return dt.datetime.combine(day, dt.time(), dt.UTC)


def _signer(user):
    return Signer(salt=f"actions.calendar:{user.password}", sep=".")


def _is_number(text):
    return text.isascii() and text.isdecimal() and len(text) < 16
