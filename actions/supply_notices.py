"""Who is reminded of figures that a supplier owes, and what the letters say: links only, never a figure.

One letter to a person, partnership and day, with all that the person has not been told of: each figure once when it is
due soon and once when it is late. Asked is the contact of the indicator; without one, the officers. As in
actions/notices.py, what a letter says is found out when it is sent: by then the figure may be in.
"""

import datetime as dt
from collections import defaultdict

from django.core.cache import cache
from django.db.models import Q
from django.utils import timezone
from django.utils.text import Truncator

from accounts import post
from accounts.models import Letter, Membership, Role
from accounts.permissions import holds, works_in
from actions.notices import FOLLOWED, FROM_HOUR, LONGEST_TITLE
from indicators import supplies
from priorities.dates import british, in_days

REMINDED_BEFORE = 7
HOUR = 3600  # seconds
DUE_SOON, LATE = "supply-due-soon", "supply-late"


def queue_due(*, at):
    """Due work: queue today's reminders.

    May run at any time, and by several at once: a letter's key is that of its day. A day that was missed is made up.
    It looks through all indicators, so it does so once an hour.
    """
    local = timezone.localtime(at)
    looked = f"{__name__}:{local:%Y-%m-%dT%H}"
    if local.hour < FROM_HOUR or cache.get(looked):
        return
    _queue_letters(local.date(), at=at)
    cache.set(looked, True, timeout=HOUR)


def _queue_letters(today, *, at):
    wanted = _wanted(today)
    told = _told(wanted, today)
    for (partnership, user), events in wanted.items():
        new = [event for event in events if (user, event) not in told]
        if new:
            post.queue(
                kind=LATE if any(kind == LATE for kind, *_ in new) else DUE_SOON,
                to=user,
                key=f"supplies:{partnership.pk}:{user.pk}:{today}",
                partnership=partnership,
                about={"figures": new},
                at=at,
            )


def event_of(indicator, owed, on):
    """What is told of an owed figure ``on`` a day: (which letter, indicator's number, period, due date), or None.

    A due date that is put off makes another event.
    """
    days = (owed.due - on).days
    if days > REMINDED_BEFORE or days < -FOLLOWED.days:
        return None
    period = owed.period
    return (DUE_SOON if days >= 0 else LATE, indicator.pk, f"{period.start}", f"{period.end}", f"{owed.due}")


def compose(letter, *, at):
    """What is still owed of that which the letter is about, for the setting LETTERS."""
    today = timezone.localdate(at)
    about = {tuple(event) for event in letter.about["figures"]}
    indicators = supplies.supplied().filter(pk__in={number for _, number, *_ in about}, partnership=letter.partnership)
    items = [
        _item(supply.indicator, owed, today)
        for supply in supplies.outstanding(indicators.order_by("position", "title"), today)
        if _is_asked(letter, supply.indicator)
        for owed in supply.owed
        if event_of(supply.indicator, owed, today) in about
    ]
    if not items:
        return None
    late, soon = ([item for item in items if item["is_late"] == is_late] for is_late in (True, False))
    subject = f"{'Figures are late' if late else 'Figures are due soon'}: {letter.partnership.short_name}"
    context = {"late": late, "soon": soon, "calendar": _calendar_link(letter)}
    return post.Mail(subject, "supplies.txt", context)


def _wanted(today):
    """{(partnership, person): [event]} of all that may be told today."""
    events = defaultdict(list)
    for supply in supplies.outstanding(supplies.supplied(), today):
        for owed in supply.owed:
            if event := event_of(supply.indicator, owed, today):
                events[supply.indicator.partnership, supplies.contact(supply.indicator)].append(event)
    officers = _officers({partnership for partnership, contact in events if contact is None})
    wanted = defaultdict(list)
    for (partnership, contact), found in events.items():
        for user in [contact] if contact else officers[partnership.pk]:
            wanted[partnership, user] += found
    return wanted


def _officers(partnerships):
    """{number of a partnership: its officers}."""
    officers = defaultdict(list)
    held = Membership.objects.filter(partnership__in=partnerships, role=Role.OFFICER, user__is_active=True)
    for one in held.select_related("user").order_by("pk"):
        officers[one.partnership_id].append(one.user)
    return officers


def _told(wanted, today):
    """{(person, event)} of the letters of late that were sent or are to be sent, or that no server takes."""
    since = today - FOLLOWED - dt.timedelta(days=REMINDED_BEFORE + 1)
    letters = Letter.objects.filter(
        kind__in=[DUE_SOON, LATE], to__in={user for _, user in wanted}, written_at__date__gte=since
    ).exclude(Q(cancelled_at__isnull=False, last_error=""))
    return {(letter.to, tuple(event)) for letter in letters.select_related("to") for event in letter.about["figures"]}


def _is_asked(letter, indicator):
    contact = supplies.contact(indicator)
    return contact == letter.to if contact else holds(letter.to, letter.partnership, Role.OFFICER)


def _item(indicator, owed, today):
    days = (owed.due - today).days
    return {
        "title": Truncator(" ".join(indicator.title.split())).chars(LONGEST_TITLE),
        "period": owed.period.label,
        "due": british(owed.due),
        "when": in_days(days),
        "is_late": days < 0,
        "link": post.link("indicator-detail", indicator.partnership.slug, indicator.slug),
    }


def _calendar_link(letter):
    """For those who may open it; a contact may be a member who only reads."""
    works = works_in(letter.to, letter.partnership_id)
    return post.link("supply-calendar", letter.partnership.slug) if works else ""
