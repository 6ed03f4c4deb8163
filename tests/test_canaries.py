"""Drafts leak nowhere: a token of its own in each text that is not for everybody, and every page read as everybody.

Who may read a token is written down here once more, from the design alone, and not asked of the code under test.
"""

import re
from unittest.mock import patch
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts import post
from accounts.models import Letter, Partnership, ScopedQuerySet, User
from actions import notices
from actions.models import Action, Concern, ProgressUpdate, Round, UpdateEvent
from actions.models.updates import ProgressUpdateQuerySet, UpdateEventQuerySet
from actions.views.rounds import rounds_calendar
from indicators.models import Indicator
from priorities.models import Agreement, Priority
from reports.models import Edition
from tests.conftest import NOW

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
State = ProgressUpdate.State
TOKEN = re.compile(rb"CANARY-\w+")
ANONYMOUS = None
READERS = [
    ANONYMOUS,
    *(f"{who}@kent.example" for who in ("viewer", "lead.rs", "lead.da", "reviewer", "officer")),
    *(f"{who}@dover.example" for who in ("viewer", "lead", "reviewer", "officer")),
]


def staff(partnership, *roles):
    return {f"{role}@{partnership.slug}.example" for role in roles}


def leads(priority):
    return set(User.objects.filter(leads__priority=priority).values_list("email", flat=True))


def drafts():
    return ProgressUpdate.objects.filter(state__in=[State.DRAFT, State.SUBMITTED, State.RETURNED])


def plant():
    """A dict of each token and the e-mail addresses of those who may read it."""
    readers = {}

    def token(*allowed):
        name = f"CANARY-{uuid4().hex}"
        readers[name.encode()] = set().union(*allowed)
        return name

    for update in drafts().select_related("action__priority__agreement__partnership", "saved_by"):
        partnership, priority = update.action.priority.agreement.partnership, update.action.priority
        makers = leads(priority) | staff(partnership, "officer")
        now = makers | staff(partnership, "reviewer") if update.state == State.SUBMITTED else makers
        ProgressUpdate.objects.filter(pk=update.pk).update(
            text=f"<p>{token(now)}</p>",
            rating="amber",
            rating_reason=token(now),
            particulars={"events": [{"title": token(now), "date": "2026-11", "attendance": token(now)}]},
        )
        UpdateEvent.objects.create(
            update=update,
            kind="saved",
            at=NOW,
            by=update.saved_by,
            version=update.version,
            text=f"<p>{token(makers)}</p>",
            rating_reason=token(makers),
            note=token(makers),
            particulars={"numbers": [{"what": token(makers), "value": "1"}]},
        )
    for partnership in Partnership.objects.all():
        action = Action.objects.filter(priority__agreement__partnership=partnership).open().last()
        Concern.objects.create(
            partnership=partnership,
            action=action,
            fact=f"<p>{token(leads(action.priority), staff(partnership, 'officer', 'reviewer'))}</p>",
            raised_at=NOW,
            raised_by=User.objects.get(email=f"reviewer@{partnership.slug}.example"),
        )
    return readers


# --- Every address ------------------------------------------------------------------------------------------------


def patterns(resolver=None, namespace=""):
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            yield from patterns(pattern, f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace)
        elif pattern.name and isinstance(pattern, URLPattern):
            yield f"{namespace}{pattern.name}", pattern


def open_data_addresses(partnership):
    """What stands behind /api/v1/, of published and of unpublished reports."""
    own = f"partnerships/{partnership}"
    editions = [f"{own}/editions/{year}/annual-summary" for year in ("2022-23", "2026-27")]
    lists = [f"{own}/editions", f"{own}/indicators", f"{own}/indicators/asb-incidents"]
    return ["partnerships", *lists, *editions, *[f"{one}/actions" for one in editions]]


def argument_lists():
    """What may stand in an address, by the names of its arguments, some after the first word of the address's name."""
    live = Agreement.objects.filter(year=2026).select_related("partnership")
    years = [*live, Agreement.objects.get(partnership__slug="kent", year=2022)]
    partnerships = [(one.slug,) for one in Partnership.objects.all()]
    of_year = [tuple(one.url_args) for one in years]
    priorities = Priority.objects.filter(agreement__in=years).select_related("agreement__partnership")
    updates = drafts().filter(round__agreement__in=live)
    updates = updates.select_related("round", "action__priority__agreement__partnership")
    of_priority = [(*one.agreement.url_args, one.slug) for one in priorities]
    of_update = [tuple(one.url_args) for one in updates]
    editions = Edition.objects.filter(agreement__in=years).select_related("agreement__partnership")
    rounds = Round.objects.filter(agreement__in=live).select_related("agreement__partnership")
    concerns = Concern.objects.select_related("partnership")
    indicators = Indicator.objects.select_related("partnership")
    return {
        (): [()],
        ("rest",): [(way,) for one in Partnership.objects.all() for way in open_data_addresses(one.slug)],
        ("partnership",): partnerships,
        ("partnership", "year"): of_year,
        ("partnership", "year", "slug"): of_priority,
        ("partnership", "year", "slug", "number"): sorted({args[:4] for args in of_update}, key=str),
        ("partnership", "year", "slug", "number", "round"): of_update,
        ("partnership", "year", "position"): [(*one.agreement.url_args, one.position) for one in rounds],
        ("partnership", "year", "slug", "position"): [(*args, 1) for args in of_priority],
        ("partnership", "slug"): [(one.partnership.slug, one.slug) for one in indicators if one.slug[0] in "ads"],
        ("edition", "partnership", "year", "slug"): [(*one.agreement.url_args, one.slug) for one in editions],
        ("concern", "partnership", "pk"): [(one.partnership.slug, one.pk) for one in concerns],
        ("partnership", "pk"): [(slug, 1) for (slug,) in partnerships],
        ("partnership", "pk", "role"): [(slug, 1, "lead") for (slug,) in partnerships],
        ("partnership", "year", "pk"): [(*args, 1) for args in of_year],
    }


def addresses():
    """(name, address) of everything that the service answers to. The administration has tests of its own."""
    lists = argument_lists()
    for name, pattern in patterns():
        if name.startswith(("admin:", "account_")) or pattern.callback == rounds_calendar:
            continue
        arguments = tuple(pattern.pattern.converters)
        known = lists.get((name.split("-")[0], *arguments)) or lists[arguments]
        for args in known:
            yield name, reverse(name, args=args)


def read_everything(readers, people=READERS, only=()):
    """(how many responses were read, the leaks): each address by GET and, without data, by POST, as each person."""
    count, leaks = 0, []
    listed = [address for name, address in addresses() if not only or name in only]
    for email in people:
        client = Client()
        if email:
            client.force_login(User.objects.get(email=email))
        for address in listed:
            for response in (client.get(address), client.post(address)):
                count += 1
                told = b"".join([response.getvalue(), repr(sorted(response.headers.items())).encode()])
                leaks += [
                    f"{email} at {address} ({response.status_code})"
                    for token in set(TOKEN.findall(told))
                    if email not in readers[token]
                ]
    return count, leaks


@pytest.fixture(autouse=True)
def plain_files(monkeypatch):
    """Files that are made of a report's document are packed; here each is the document as text, which can be read."""
    for name in ("render_pdf", "render_docx", "render_ods", "render_csv"):
        monkeypatch.setattr(f"reports.views.{name}", lambda document: repr(document).encode())


def test_no_draft_leaks_in_ten_thousand_responses():
    readers = plant()
    count, leaks = read_everything(readers)
    assert leaks == []
    assert count >= 10_000


PAGES_OF_UPDATES = ["action-detail", "update-detail", "update-history-csv", "review-dashboard", "update-review"]


@pytest.mark.parametrize(
    ("queryset", "readers"),
    [
        (ProgressUpdateQuerySet, ["viewer@kent.example"]),
        (UpdateEventQuerySet, ["reviewer@kent.example", "viewer@kent.example"]),
    ],
    ids=["updates", "history"],
)
def test_a_leak_is_found(queryset, readers):
    """The controls: each rule gives way to the simplest one, members of the partnership read it."""
    planted = plant()
    with patch.object(queryset, "visible_to", ScopedQuerySet.visible_to):
        assert read_everything(planted, readers, only=PAGES_OF_UPDATES)[1]


def test_those_concerned_do_read_them():
    """The control of the planting: every token is found by someone, save those no page shows."""
    readers = plant()
    found = set()
    for email in ("officer@kent.example", "officer@dover.example"):
        client = Client()
        client.force_login(User.objects.get(email=email))
        for name, address in addresses():
            if name in {*PAGES_OF_UPDATES, "concern-detail"}:
                found |= set(TOKEN.findall(client.get(address).getvalue()))
    assert found == set(readers)


def test_no_letter_holds_a_draft(mailoutbox):
    planted = plant()
    for round in Round.objects.current():
        notices.tell_opened(round, at=NOW)
    for update in ProgressUpdate.objects.filter(state=State.RETURNED):
        notices.tell_returned(update, by=None, at=NOW)
    notices.queue_due(at=NOW)
    for letter in Letter.objects.all():
        post.deliver(letter.pk, at=NOW)
    assert len(mailoutbox) > 10
    assert planted
    assert not [mail.subject for mail in mailoutbox if TOKEN.search(mail.message().as_bytes())]
