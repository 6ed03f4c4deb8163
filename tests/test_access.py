"""Who gets what: every address x person x method against one table. An address without a row fails."""

from fnmatch import fnmatch
from urllib.parse import urlsplit

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, path, reverse

from accounts.middleware import public
from accounts.models import Partnership, User
from actions import calendar
from actions.models import Concern, Recommendation
from indicators.imports.looking import Waiting
from indicators.imports.table import Grid, guess
from indicators.models import Import
from priorities.years import FinancialYear
from tests.conftest import NOW

LIVE = FinancialYear(2026)
PRINTED = FinancialYear(2022)

KENT = ["viewer@kent.example", "lead.rs@kent.example", "reviewer@kent.example", "officer@kent.example"]
DOVER = ["viewer@dover.example", "lead@dover.example", "reviewer@dover.example", "officer@dover.example"]
ANONYMOUS = "anonymous"
SUPERUSER = "superuser@installation.example"
PEOPLE = [ANONYMOUS, *KENT, *DOVER, SUPERUSER]

SIGN_IN = "sign in"  # to GET a redirect to the sign-in page; to POST 401, with what was typed
SENT_ON = "sent on"  # to POST a redirect to the sign-in page: nothing or only a password was typed
TURNED_AWAY = "turned away"  # a redirect to admin:login, which refuses signed-in people with 403


# Signed-in people who are officers nowhere.
BARRED = [*KENT[:3], *DOVER[:3]]


def everyone(answer):
    return dict.fromkeys(PEOPLE, answer)


def members(answer=200):
    """The members of Kent get ``answer``; to anybody else the page does not exist."""
    return everyone(404) | {ANONYMOUS: SIGN_IN} | dict.fromkeys(KENT, answer)


def officers(kent=200, dover=200, superuser=200):
    """Officers by partnership; other signed-in people are turned away."""
    return everyone(TURNED_AWAY) | {
        ANONYMOUS: SIGN_IN,
        "officer@kent.example": kent,
        "officer@dover.example": dover,
        SUPERUSER: superuser,
    }


def managers(answer=200):
    """The officers of Kent, and superusers; to anybody else the page does not exist."""
    return everyone(404) | {ANONYMOUS: SIGN_IN, "officer@kent.example": answer, SUPERUSER: answer}


def signed_in(answer):
    return everyone(answer) | {ANONYMOUS: SIGN_IN}


def anonymous_only(answer):
    """Signed-in people are sent on to the front page."""
    return everyone(302) | {ANONYMOUS: answer}


LIVE_PRIORITY = ["kent", LIVE, "road-safety"]
SUMMARY = "annual-summary"
DRAFT = members() | {"viewer@kent.example": 404}
DRAFT_POSTED = {person: 405 if got == 200 else got for person, got in DRAFT.items()} | {ANONYMOUS: SENT_ON}


def own_lead():
    return User.objects.get(email="lead.rs@kent.example").pk


def other_lead():
    return User.objects.get(email="lead@dover.example").pk


def raised_concern():
    """Raised by the lead of Road Safety, about an action of it."""
    return Concern.objects.get(partnership__slug="kent", state="raised").pk


def escalated_concern():
    """Raised by the Working Group, about an indicator of another priority."""
    return Concern.objects.get(partnership__slug="kent", state="escalated").pk


def calendar_token():
    return calendar.token(User.objects.get(email="officer@kent.example"))


def recommendation():
    return Recommendation.objects.get(agreement__partnership__slug="kent").pk


def waiting_import():
    return _import()


def applied_import():
    return _import(applied_at=NOW)


def _import(applied_at=None):
    """A file of Kent, made where none is there: its rows are read, and of no indicator."""
    kent = Partnership.objects.get(slug="kent")
    header = ["Indicator", "Period", "Value"]
    waiting = Waiting(Grid(header, [(2, ["None", "2022/23", "1"])]), guess(header))
    made, _ = Import.objects.get_or_create(
        partnership=kent,
        applied_at=applied_at,
        defaults={"source": "Police", "file_name": "f.csv", "sha256": "0" * 64, "size": 1, "at": NOW}
        | {"rows": waiting.rows, "counts": {"new": 0, "restated": 0, "unchanged": 0}},
    )
    return made.pk


# Members who see a concern: the lead a raised one of the own work, the governing group an escalated one.
RAISED = members() | {"viewer@kent.example": 404}
ESCALATED = members() | {"lead.rs@kent.example": 404}
MOVED_ALREADY = {"viewer@kent.example": 403, "reviewer@kent.example": 409, "officer@kent.example": 409}


def kept_by_officers(answer=200):
    """A page for officers that other members of the partnership know of."""
    return members(403) | {"officer@kent.example": answer}


def reviewed(reviewer=200, officer=200):
    """A page of the review: to the other members of the partnership it does not exist."""
    return members(404) | {"reviewer@kent.example": reviewer, "officer@kent.example": officer}


SUBMITTED = ["kent", LIVE, "domestic-abuse", 2, 2]
ACCEPTED = [*LIVE_PRIORITY, 2, 2]
RETURNED = [*LIVE_PRIORITY, 1, 2]


def written(lead=200, officer=403):
    """A page of the lead of Road Safety, of an update that the officers may read too."""
    return members(404) | {"lead.rs@kent.example": lead, "officer@kent.example": officer}


# Name of the address: [(arguments, {person: answer to GET}, {person: answer to POST})]. Where the addresses hold
# an object, it is Kent's; a function stands for its number. None for POST: a page to read, which takes none.
TABLE = {
    "home": [([], everyone(200), None)],
    "accessibility": [([], everyone(200), None)],
    "session-status": [([], everyone(200), None)],
    "open-data": [([], everyone(200), None)],
    # Every address behind it: tests/reports/test_api.py.
    "open-data-api": [([""], everyone(200), None), (["nowhere"], everyone(404), everyone(405))],
    "partnership-detail": [(["kent"], members(), None), (["nowhere"], members(404), None)],
    "person-list": [(["kent"], managers(), None)],
    "person-invite": [(["kent"], managers(), managers())],
    "person-detail": [
        (["kent", own_lead], managers(), managers()),
        (["kent", other_lead], managers(404), managers(404)),
        (["kent", 10**30], managers(404), managers(404)),
    ],
    "role-take": [(["kent", own_lead, "lead"], signed_in(405), managers(302))],
    "membership-end": [
        (["kent", other_lead], managers(404), managers(404)),
        (["kent", own_lead], managers(), managers(302)),
    ],
    "membership-leave": [(["kent"], members(), members(302))],
    "agreement-detail": [(["kent", LIVE], members(), None), (["kent", FinancialYear(2019)], members(404), None)],
    "agreement-document": [(["kent", PRINTED], members(), None)],
    "priority-detail": [(LIVE_PRIORITY, members(), None)],
    "action-detail": [
        ([*LIVE_PRIORITY, 1], members(), None),
        ([*LIVE_PRIORITY, 10**9], members(404), None),
        ([*LIVE_PRIORITY, 10**30], members(404), None),
    ],
    "supply-calendar": [(["kent"], members() | {"viewer@kent.example": 404}, None), (["nowhere"], members(404), None)],
    "supply-csv": [(["kent"], members() | {"viewer@kent.example": 404}, None)],
    "concern-list": [(["kent"], members(), None), (["nowhere"], members(404), None)],
    "concern-csv": [(["kent"], members(), None)],
    # What it is about stands behind the question mark: tests/actions/test_concerns.py walks that.
    "concern-add": [(["kent"], members(404), members(404))],
    "concern-history-csv": [(["kent", raised_concern], RAISED, None), (["kent", escalated_concern], ESCALATED, None)],
    "concern-detail": [
        (["kent", raised_concern], RAISED, None),
        (["kent", escalated_concern], ESCALATED, None),
        (["dover", escalated_concern], members(404), None),
        (["kent", 10**30], members(404), None),
    ],
    "concern-escalate": [(["kent", escalated_concern], signed_in(405), ESCALATED | MOVED_ALREADY)],
    "concern-close": [
        (["kent", raised_concern], signed_in(405), RAISED | {"lead.rs@kent.example": 403}),
        (["kent", escalated_concern], signed_in(405), ESCALATED | {"viewer@kent.example": 403}),
    ],
    "recommendation-list": [(["kent", LIVE], members(), None)],
    "recommendation-csv": [(["kent", LIVE], members(), None)],
    "recommendation-add": [(["kent", LIVE], kept_by_officers(), kept_by_officers())],
    "recommendation-detail": [
        (["kent", LIVE, recommendation], members(), None),
        (["kent", PRINTED, recommendation], members(404), None),
    ],
    "recommendation-history-csv": [(["kent", LIVE, recommendation], members(), None)],
    "recommendation-answer": [(["kent", LIVE, recommendation], signed_in(405), kept_by_officers())],
    "priority-leads": [(LIVE_PRIORITY, kept_by_officers(), None)],
    "lead-add": [(LIVE_PRIORITY, kept_by_officers(), kept_by_officers())],
    "lead-change": [
        ([*LIVE_PRIORITY, 1], kept_by_officers(), kept_by_officers()),
        ([*LIVE_PRIORITY, 99], kept_by_officers(404), kept_by_officers(404)),
    ],
    "action-end": [([*LIVE_PRIORITY, 1], kept_by_officers(), kept_by_officers())],
    "action-resume": [([*LIVE_PRIORITY, 1], kept_by_officers(), kept_by_officers(409))],
    "action-history": [([*LIVE_PRIORITY, 1], members(), None)],
    "action-history-csv": [([*LIVE_PRIORITY, 1], members(), None)],
    "agreement-history": [(["kent", LIVE], members(), None)],
    "agreement-history-csv": [(["kent", LIVE], members(), None)],
    "roll-over": [(["kent", LIVE], kept_by_officers(), kept_by_officers())],
    "roll-over-undo": [(["kent", LIVE], kept_by_officers(), kept_by_officers(409))],
    "update-detail": [(RETURNED, written(officer=200), None), (ACCEPTED, members(), None)],
    "update-history-csv": [(RETURNED, written(officer=200), None), (ACCEPTED, members(), None)],
    "update-write": [
        (RETURNED, written(), written()),
        (ACCEPTED, members(403) | {"lead.rs@kent.example": 200}, members(403) | {"lead.rs@kent.example": 409}),
        ([*LIVE_PRIORITY, 1, 10**30], members(404), members(404)),
    ],
    "update-autosave": [(RETURNED, signed_in(405), written(400))],
    "update-presence": [(RETURNED, signed_in(405), written())],
    "update-check": [(RETURNED, written(), written(409))],
    "update-take-back": [(RETURNED, signed_in(405), written(409))],
    "review-dashboard": [(["kent", LIVE], reviewed(), None), (["kent", FinancialYear(2019)], members(404), None)],
    "indicator-dashboard": [(["kent", LIVE], reviewed(), None), (["kent", FinancialYear(2019)], members(404), None)],
    "review-queue": [(["kent", LIVE], reviewed(), None)],
    "update-review": [
        (SUBMITTED, reviewed(), None),
        (ACCEPTED, reviewed(), None),
        ([*LIVE_PRIORITY, 1, 2], members(404), None),  # returned: with its lead
    ],
    # Without the number of the text that was read: 409.
    "update-accept": [(SUBMITTED, signed_in(405), reviewed(409, 403)), (ACCEPTED, signed_in(405), reviewed(409, 403))],
    "update-return": [(SUBMITTED, signed_in(405), reviewed(409, 403))],
    "update-reopen": [(ACCEPTED, reviewed(), reviewed(409, 409)), (SUBMITTED, members(404), reviewed(409, 409))],
    "round-chase": [(["kent", LIVE, 2], signed_in(405), reviewed(403, 302))],
    "round-list": [(["kent", LIVE], members(), None), (["kent", FinancialYear(2019)], members(404), None)],
    "round-calendar": [(["kent", LIVE], members(), None)],
    "rounds-calendar": [([calendar_token], everyone(200), None), (["1.wrong"], everyone(404), everyone(405))],
    "round-add": [(["kent", LIVE], kept_by_officers(), kept_by_officers())],
    "round-change": [
        (["kent", LIVE, 2], kept_by_officers(), kept_by_officers()),
        (["kent", LIVE, 9], kept_by_officers(404), kept_by_officers(404)),
        (["kent", PRINTED, 1], kept_by_officers(404), kept_by_officers(404)),
    ],
    "round-open": [
        (["kent", LIVE, 2], kept_by_officers(), kept_by_officers(409)),
        (["kent", LIVE, 10**30], kept_by_officers(404), kept_by_officers(404)),
    ],
    "indicator-list": [(["kent"], members(), None)],
    "indicator-detail": [(["kent", "asb-incidents"], members(), None)],
    "indicator-csv": [(["kent", "asb-incidents"], members(), None)],
    "indicator-ods": [(["kent", "asb-incidents"], members(), None)],
    "indicator-json": [(["kent", "asb-incidents"], members(), None)],
    "indicator-figure": [
        (["kent", "asb-incidents"], members(), None),
        (["kent", "hidden-harm-reports"], members(404), None),  # one figure: no chart
    ],
    "figure-add": [
        (["kent", "asb-incidents"], kept_by_officers(), kept_by_officers()),
        (["dover", "asb-incidents"], members(404), members(404)),
    ],
    "import-list": [(["kent"], kept_by_officers(), None), (["nowhere"], members(404), None)],
    "import-add": [(["kent"], kept_by_officers(), kept_by_officers())],
    "import-detail": [
        (["kent", waiting_import], kept_by_officers(), None),
        (["kent", applied_import], kept_by_officers(), None),
        (["kent", 10**30], kept_by_officers(404), None),
    ],
    "import-columns": [
        (["kent", waiting_import], kept_by_officers(), kept_by_officers()),
        (["kent", applied_import], kept_by_officers(404), kept_by_officers(404)),
    ],
    # Without what the person was shown: 409.
    "import-apply": [(["kent", waiting_import], signed_in(405), kept_by_officers(409))],
    "import-discard": [
        (["kent", waiting_import], signed_in(405), kept_by_officers(302)),
        (["kent", applied_import], signed_in(405), kept_by_officers(404)),
    ],
    "import-undo": [
        (["kent", waiting_import], kept_by_officers(), kept_by_officers(409)),
        (["kent", applied_import], kept_by_officers(), kept_by_officers(302)),
    ],
    "definition-change": [(["kent", "asb-incidents"], kept_by_officers(), kept_by_officers())],
    "edition-list": [(["kent", LIVE], members(), None)],
    "edition-detail": [
        (["kent", PRINTED, SUMMARY], everyone(200), None),
        (["kent", LIVE, SUMMARY], DRAFT, DRAFT_POSTED),
    ],
    "edition-pdf": [
        (["kent", PRINTED, SUMMARY], everyone(200), None),
        (["kent", LIVE, SUMMARY], DRAFT, DRAFT_POSTED),
    ],
    "edition-json": [
        (["kent", PRINTED, SUMMARY], everyone(200), None),
        (["kent", LIVE, SUMMARY], DRAFT, DRAFT_POSTED),
    ],
    "edition-docx": [
        (["kent", PRINTED, SUMMARY], everyone(200), None),
        (["kent", LIVE, SUMMARY], DRAFT, DRAFT_POSTED),
    ],
    "edition-ods": [
        (["kent", PRINTED, SUMMARY], everyone(200), None),
        (["kent", LIVE, SUMMARY], DRAFT, DRAFT_POSTED),
    ],
    "edition-csv": [
        (["kent", PRINTED, SUMMARY], everyone(200), None),
        (["kent", LIVE, SUMMARY], DRAFT, DRAFT_POSTED),
    ],
    "account_login": [([], anonymous_only(200), anonymous_only(200))],
    "account_logout": [([], everyone(200) | {ANONYMOUS: 302}, everyone(302))],
    "account_signup": [([], anonymous_only(200), anonymous_only(200))],
    "account_inactive": [([], everyone(200), everyone(405))],
    "account_reauthenticate": [([], signed_in(200), signed_in(200) | {ANONYMOUS: SENT_ON})],
    "account_change_password": [([], signed_in(200), signed_in(200) | {ANONYMOUS: SENT_ON})],
    "account_set_password": [([], signed_in(302), signed_in(302) | {ANONYMOUS: SENT_ON})],
    "account_reset_password": [([], everyone(200), everyone(200))],
    "account_reset_password_done": [([], everyone(200), everyone(405))],
    "account_reset_password_from_key": [(["1", "wrong-key"], everyone(200), everyone(200))],
    "account_reset_password_from_key_done": [([], everyone(200), everyone(405))],
    "admin:index": [([], officers(), officers())],
    "admin:login": [([], signed_in(403), signed_in(403))],
    "admin:logout": [
        ([], officers(405, 405, 405) | dict.fromkeys(BARRED, 302), officers() | dict.fromkeys(BARRED, 302))
    ],
    "admin:password_change": [([], officers(302, 302, 302), officers(302, 302, 302))],
    "admin:password_change_done": [([], officers(), officers(405, 405, 405))],
    "admin:jsi18n": [([], officers(), officers(405, 405, 405))],
    "admin:autocomplete": [([], officers(403, 403, 403), officers(405, 405, 405))],
    "admin:app_list": [(["actions"], officers(), officers())],
}


def addresses(resolver=None, namespace=""):
    """(name, pattern) of every address of the project."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from addresses(pattern, inner)
        elif isinstance(pattern, URLPattern):
            yield f"{namespace}{pattern.name}", pattern


def test_every_address_has_a_row():
    missing = [name for name, _ in addresses() if name not in TABLE and not is_generic(name)]
    assert not missing, f"Add a row to TABLE for: {missing}"


GENERIC = [
    "admin:*_changelist",
    "admin:*_add",
    "admin:*_history",
    "admin:*_delete",
    "admin:*_*_change",
    "admin:None",
]


def is_generic(name):
    """The administration's addresses of models, walked by the tests of the administration."""
    return any(fnmatch(name, form) for form in GENERIC)


def client_of(person):
    client = Client()
    if person == SUPERUSER:
        client.force_login(User.objects.get_or_create(email=SUPERUSER, is_superuser=True)[0])
    elif person != ANONYMOUS:
        client.force_login(User.objects.get(email=person))
    return client


def answer(response):
    posted = response.request["REQUEST_METHOD"] == "POST"
    if posted and response.status_code == 401:
        return SIGN_IN
    if response.status_code != 302:
        return response.status_code
    redirects = {reverse("account_login"): SENT_ON if posted else SIGN_IN, reverse("admin:login"): TURNED_AWAY}
    return redirects.get(urlsplit(response.url).path, 302)


def undone(call):
    """What ``call`` returns; what it wrote is gone."""
    with transaction.atomic():
        result = call()
        transaction.set_rollback(True)
    return result


def expected_post(get_answer):
    """Pages to read take no POST from anybody."""
    return SIGN_IN if get_answer == SIGN_IN else 405


@pytest.mark.django_db
def test_the_table_holds(monkeypatch):
    monkeypatch.setattr("reports.views.render_pdf", lambda document: b"%PDF-1.7 stand-in")
    wrong = []
    for name, rows in TABLE.items():
        for args, get, post in rows:
            url = reverse(name, args=[arg() if callable(arg) else arg for arg in args])
            for person in PEOPLE:
                got = answer(client_of(person).get(url))
                if got != get[person]:
                    wrong.append(f"GET {url} as {person}: {got}, not {get[person]}")
                wanted = post[person] if post else expected_post(get[person])
                got = undone(lambda url=url, person=person: answer(client_of(person).post(url)))
                if got != wanted:
                    wrong.append(f"POST {url} as {person}: {got}, not {wanted}")
    assert not wrong, "\n".join(wrong)


def unguarded(request, partnership):
    return HttpResponse(f"Everything about {partnership}")


@pytest.mark.django_db
@pytest.mark.parametrize("view", [unguarded, public(lambda request, partnership: HttpResponse("open"))])
def test_an_unguarded_view_is_found(view, monkeypatch):
    """The control of the two tests above: a view that forgets ``visible_to``, and one that forgets its row."""
    resolver = get_resolver()
    leak = path("<slug:partnership>/leak/", view, name="leak")
    monkeypatch.setattr(resolver, "url_patterns", [leak, *resolver.url_patterns])
    assert "leak" in [name for name, _ in addresses(resolver)]
    with pytest.raises(AssertionError, match="leak"):
        test_every_address_has_a_row()
    outsider = client_of("officer@dover.example").get("/kent/leak/")
    assert answer(outsider) != members()["officer@dover.example"]
