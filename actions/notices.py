"""Who is written to about updates, when, and what the letters say: links only, never a word of an update.

accounts/post.py keeps and sends the letters. What a letter says is found out when it is sent: by then the update may
have been submitted, or the round may have another date.
"""

import datetime as dt
from collections import defaultdict

from django.db.models import Count, F, Q
from django.utils import timezone
from django.utils.text import Truncator

from accounts import post
from accounts.models import Letter, Membership, Role
from accounts.permissions import holds
from actions.models import ProgressUpdate, Round
from priorities.dates import british, in_days
from priorities.models import Lead

# Letters that nobody asked for at that moment wait for the morning.
FROM_HOUR = 7
REMINDED_BEFORE = [7, 1]
# After that, an old round is no longer brought up by itself.
FOLLOWED = dt.timedelta(days=28)
LONGEST_TITLE = 150

OPENED, DUE_SOON, OVERDUE = "round-opened", "round-due-soon", "round-overdue"
RETURNED, CHASE, DIGEST = "update-returned", "chase", "digest"
ABOUT_A_ROUND = [OPENED, DUE_SOON, OVERDUE, RETURNED, CHASE]


def posts_held(priorities):
    """One row for each lead's post and person who may write on one of ``priorities``: .user_id, .user, .lead.

    The reverse of PriorityQuerySet.led_by.
    """
    return Lead.users.through.objects.filter(
        lead__priority__in=priorities,
        user__is_active=True,
        user__memberships__role=Role.LEAD,
        user__memberships__partnership=F("lead__priority__agreement__partnership"),
    ).select_related("lead", "user")


def tell_opened(round, *, at):
    """Write once to everybody who has something to answer in ``round``."""
    for one, user in _asked([round]):
        _queue(OPENED, one, user, at=at)


def tell_returned(update, *, by, at):
    """Write to the leads of the priority, except to the one who opened the update again."""
    for held in _people(posts_held([update.action.priority_id])):
        if held != by:
            post.queue(
                kind=RETURNED,
                to=held,
                key=f"{RETURNED}:{update.pk}:{held.pk}:{at.isoformat()}",
                partnership=update.round.agreement.partnership,
                about={"update": update.pk, "round": update.round_id},
                at=at,
            )


def queue_due(*, at):
    """Due work: queue today's letters about the rounds that are asked about, and on Mondays the digest.

    May run at any time, and by several at once: a letter's key is that of its event. A day that was missed is made up.
    """
    if timezone.localtime(at).hour < FROM_HOUR:
        return
    today = timezone.localdate(at)
    rounds = _followed(today)
    told = defaultdict(list)
    letters = Letter.objects.filter(kind__in=ABOUT_A_ROUND, about__round__in=[round.pk for round in rounds])
    for letter in letters:
        told[letter.about["round"], letter.to_id].append(letter)
    for round, user in _asked(rounds):
        if letter := letter_of_the_day(round.due, today, told[round.pk, user.pk]):
            kind, *stage = letter
            _queue(kind, round, user, *stage, at=at)
    _queue_digests(rounds, today, at=at)


def letter_of_the_day(due, on, letters):
    """What a person with outstanding updates is sent ``on`` a day: (kind, what else its key says), or None.

    ``letters`` are those about the round that the person has had. One a day is enough, and none while one waits to
    be sent: it says how things stand when it is sent.
    """
    if any(_is_waiting(letter) or _sent_on(letter) == on for letter in letters):
        return None
    opened = max((_sent_on(one) for one in letters if one.kind == OPENED and one.sent_at), default=None)
    days = (due - on).days
    if days < 0:
        wanted = (OVERDUE, f"{due}")
    elif not any(one.kind == OPENED for one in letters):
        wanted = (OPENED,)
    else:
        before = min((number for number in REMINDED_BEFORE if days <= number), default=None)
        # Who was first told of the round that late needs no reminder.
        if before is None or (opened and (due - opened).days <= before):
            return None
        wanted = (DUE_SOON, f"{due}", f"{before}")
    return None if any(_stage(letter) == wanted for letter in letters) else wanted


# What the letters say: composers for the setting LETTERS


def compose_opened(letter, *, at):
    return _about_round(letter, "A round of updates is open", at=at, wanted=lambda days: days >= 0)


def compose_due_soon(letter, *, at):
    return _about_round(letter, "Updates are due soon", at=at, wanted=lambda days: 0 <= days <= max(REMINDED_BEFORE))


def compose_overdue(letter, *, at):
    return _about_round(letter, "Updates are overdue", at=at, wanted=lambda days: days < 0)


def compose_chase(letter, *, at):
    """What an officer asks for."""
    return _about_round(letter, "Please send your updates", at=at, wanted=lambda days: True)


def compose_returned(letter, *, at):
    update = (
        ProgressUpdate.objects.outstanding()
        .led_by(letter.to)
        .filter(pk=letter.about["update"], state=ProgressUpdate.State.RETURNED)
        .select_related("round", "action__priority__agreement__partnership")
        .first()
    )
    if update is None:
        return None
    subject = f"Sent back: {update.action.reference}, {update.round.title}"
    return post.Mail(subject, "update_returned.txt", {"round": update.round, "item": _item(update)})


def compose_digest(letter, *, at):
    if not holds(letter.to, letter.partnership, Role.OFFICER):
        return None
    rounds = [round for round in _followed(timezone.localdate(at)) if round.agreement.partnership == letter.partnership]
    counts = (
        ProgressUpdate.objects.asked()
        .filter(round__in=rounds)
        .values("round", "action__priority__title")
        .annotate(asked=Count("pk"), waiting=Count("pk", filter=Q(state__in=ProgressUpdate.WITH_THE_LEAD)))
        .filter(waiting__gt=0)
        .order_by("round", "action__priority__position")
    )
    by_round = [
        {
            "title": round.title,
            "year": round.agreement.financial_year,
            "due": british(round.due),
            "when": in_days((round.due - timezone.localdate(at)).days),
            "lines": lines,
            "link": post.link("review-dashboard", *round.agreement.url_args),
        }
        for round in rounds
        if (lines := [count for count in counts if count["round"] == round.pk])
    ]
    if not by_round:
        return None
    subject = f"Updates not answered yet: {letter.partnership.short_name}"
    return post.Mail(subject, "round_digest.txt", {"rounds": by_round})


def _about_round(letter, words, *, at, wanted):
    """None where nothing is outstanding any more, or where ``wanted`` of the days left says no."""
    round = Round.objects.select_related("agreement__partnership").filter(pk=letter.about["round"]).first()
    if round is None:
        return None
    days = (round.due - timezone.localdate(at)).days
    updates = (
        round.updates.outstanding()
        .led_by(letter.to)
        .select_related("round", "action__priority__agreement__partnership")
        .order_by("action__priority__position", "action__position")
    )
    if not wanted(days) or not updates:
        return None
    context = {
        "round": round,
        "due": british(round.due),
        "when": in_days(days),
        "is_overdue": days < 0,
        "items": [_item(update) for update in updates],
    }
    return post.Mail(f"{words}: {round.title}, {letter.partnership.short_name}", "round_updates.txt", context)


def _item(update):
    title = Truncator(" ".join(update.action.title.split())).chars(LONGEST_TITLE)
    return {"reference": update.action.reference, "title": title, "link": post.link("update-write", *update.url_args)}


def _followed(today):
    """The rounds that are asked about, each the last opened one of its year."""
    rounds = Round.objects.current().filter(due__gte=today - FOLLOWED)
    return list(rounds.select_related("agreement__partnership").order_by("agreement_id"))


def _asked(rounds):
    """(round, person) for everybody who has something to answer in one of ``rounds``."""
    outstanding = ProgressUpdate.objects.outstanding().filter(round__in=rounds)
    asked = set(outstanding.values_list("round_id", "action__priority_id"))
    people = defaultdict(set)
    for held in posts_held({priority for _, priority in asked}):
        people[held.lead.priority_id].add(held.user)
    pairs = {(number, user) for number, priority in asked for user in people[priority]}
    by_number = {round.pk: round for round in rounds}
    return [(by_number[number], user) for number, user in sorted(pairs, key=lambda pair: (pair[0], pair[1].pk))]


def _people(posts):
    return sorted({held.user for held in posts}, key=lambda user: user.pk)


def _queue(kind, round, user, *stage, at):
    post.queue(
        kind=kind,
        to=user,
        key=":".join([kind, f"{round.pk}", f"{user.pk}", *stage]),
        partnership=round.agreement.partnership,
        about={"round": round.pk},
        at=at,
    )


def _queue_digests(rounds, today, *, at):
    """One a week, for rounds that were open on Monday."""
    monday = today - dt.timedelta(days=today.weekday())
    open_then = [round for round in rounds if timezone.localdate(round.opened_at) <= monday]
    partnerships = {round.agreement.partnership_id for round in open_then}
    officers = Membership.objects.filter(partnership__in=partnerships, role=Role.OFFICER, user__is_active=True)
    officers = officers.select_related("user", "partnership")
    keys = {f"{DIGEST}:{one.partnership_id}:{one.user_id}:{monday}": one for one in officers}
    had = set(Letter.objects.filter(key__in=keys).values_list("key", flat=True))
    for key, one in keys.items():
        if key not in had:
            post.queue(kind=DIGEST, to=one.user, key=key, partnership=one.partnership, at=at)


def _stage(letter):
    """The kind, and what stands in the key after round and person."""
    return (letter.kind, *letter.key.split(":")[3:])


def _is_waiting(letter):
    return letter.sent_at is None and letter.cancelled_at is None


def _sent_on(letter):
    return timezone.localdate(letter.sent_at) if letter.sent_at else None
