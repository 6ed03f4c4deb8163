"""Every page type in Chromium: accessible, within the policy, from one host, and narrow enough."""

import pytest
from django.urls import reverse

from priorities.years import FinancialYear
from tests.browser.conftest import all_faults

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

LIVE = FinancialYear(2026)
PRINTED = FinancialYear(2022)
ANONYMOUS = None
VIEWER = "viewer@kent.example"
LEAD = "lead.rs@kent.example"
REVIEWER = "reviewer@kent.example"
OFFICER = "officer@kent.example"
SUMMARY = "annual-summary"

# Who, status, name of the address, its arguments.
PAGES = {
    "sign-in": (ANONYMOUS, 200, "account_login"),
    "home, anonymous": (ANONYMOUS, 200, "home"),
    "home, lead": (LEAD, 200, "home"),
    "home, reviewer": (REVIEWER, 200, "home"),
    "home, officer": (OFFICER, 200, "home"),
    "home, viewer": (VIEWER, 200, "home"),
    "partnership": (VIEWER, 200, "partnership-detail", "kent"),
    "people": (OFFICER, 200, "person-list", "kent"),
    "people, invitation": (OFFICER, 200, "person-invite", "kent"),
    "people, leaving": (VIEWER, 200, "membership-leave", "kent"),
    "people, not for members": (VIEWER, 404, "person-list", "kent"),
    "year, live": (VIEWER, 200, "agreement-detail", "kent", LIVE),
    "year, printed": (VIEWER, 200, "agreement-detail", "kent", PRINTED),
    "Agreement": (VIEWER, 200, "agreement-document", "kent", PRINTED),
    "priority, live": (LEAD, 200, "priority-detail", "kent", LIVE, "road-safety"),
    "priority, printed": (VIEWER, 200, "priority-detail", "kent", PRINTED, "road-safety"),
    "action, live": (LEAD, 200, "action-detail", "kent", LIVE, "road-safety", 1),
    "action, printed": (VIEWER, 200, "action-detail", "kent", PRINTED, "road-safety", 1),
    "concerns, open": (OFFICER, 200, "concern-list", "kent"),
    "concerns, viewer": (VIEWER, 200, "concern-list", "kent"),
    "concern, open": (REVIEWER, 200, "concern-detail", "kent", 1),
    "concern, escalated": (OFFICER, 200, "concern-detail", "kent", 2),
    "concern, to read": (VIEWER, 200, "concern-detail", "kent", 2),
    "update to write": (LEAD, 200, "update-write", "kent", LIVE, "road-safety", 1, 2),
    "update, accepted, for its lead": (LEAD, 200, "update-write", "kent", LIVE, "road-safety", 2, 2),
    "update to check": (LEAD, 200, "update-check", "kent", LIVE, "road-safety", 1, 2),
    "update with its history": (OFFICER, 200, "update-detail", "kent", LIVE, "road-safety", 1, 2),
    "update, accepted": (VIEWER, 200, "update-detail", "kent", LIVE, "road-safety", 2, 2),
    "review of a round": (REVIEWER, 200, "review-dashboard", "kent", LIVE),
    "review, no round": (REVIEWER, 200, "review-dashboard", "kent", PRINTED),
    "review of indicators": ("reviewer@dover.example", 200, "indicator-dashboard", "dover", LIVE),
    "review of indicators, many": (REVIEWER, 200, "indicator-dashboard", "kent", LIVE),
    "supply calendar": (LEAD, 200, "supply-calendar", "kent"),
    "review, queue": (REVIEWER, 200, "review-queue", "kent", LIVE),
    "review, nothing waits": (REVIEWER, 200, "review-queue", "kent", PRINTED),
    "review of an update": (REVIEWER, 200, "update-review", "kent", LIVE, "domestic-abuse", 2, 2),
    "review, to read": (OFFICER, 200, "update-review", "kent", LIVE, "domestic-abuse", 2, 2),
    "update to open again": (REVIEWER, 200, "update-reopen", "kent", LIVE, "road-safety", 2, 2),
    "rounds, officer": (OFFICER, 200, "round-list", "kent", LIVE),
    "rounds, lead": (LEAD, 200, "round-list", "kent", LIVE),
    "rounds, none": (VIEWER, 200, "round-list", "kent", PRINTED),
    "round to plan": (OFFICER, 200, "round-add", "kent", LIVE),
    "round to change": (OFFICER, 200, "round-change", "kent", LIVE, 2),
    "round, open already": (OFFICER, 200, "round-open", "kent", LIVE, 2),
    "recommendations": (OFFICER, 200, "recommendation-list", "kent", LIVE),
    "recommendations, none": (VIEWER, 200, "recommendation-list", "kent", PRINTED),
    "recommendation to add": (OFFICER, 200, "recommendation-add", "kent", LIVE),
    "recommendation to answer": (OFFICER, 200, "recommendation-detail", "kent", LIVE, 1),
    "recommendation": (VIEWER, 200, "recommendation-detail", "kent", LIVE, 1),
    "leads": (OFFICER, 200, "priority-leads", "kent", LIVE, "road-safety"),
    "lead to add": (OFFICER, 200, "lead-add", "kent", LIVE, "road-safety"),
    "lead to change": (OFFICER, 200, "lead-change", "kent", LIVE, "road-safety", 1),
    "action to end": (OFFICER, 200, "action-end", "kent", LIVE, "road-safety", 1),
    "action to open again": (OFFICER, 200, "action-resume", "kent", LIVE, "road-safety", 1),
    "history of an action": (VIEWER, 200, "action-history", "kent", LIVE, "road-safety", 1),
    "history of a year": (VIEWER, 200, "agreement-history", "kent", LIVE),
    "year to roll over": (OFFICER, 200, "roll-over", "kent", LIVE),
    "rolling over to undo": (OFFICER, 200, "roll-over-undo", "kent", LIVE),
    "indicators": (VIEWER, 200, "indicator-list", "kent"),
    "indicator": (VIEWER, 200, "indicator-detail", "kent", "asb-incidents"),
    "indicator, officer": (OFFICER, 200, "indicator-detail", "kent", "casualties-all"),
    "figure to record": (OFFICER, 200, "figure-add", "kent", "asb-incidents"),
    "files of figures": (OFFICER, 200, "import-list", "kent"),
    "rows to paste": (OFFICER, 200, "import-add", "kent"),
    "indicator, definition to change": (OFFICER, 200, "definition-change", "kent", "asb-incidents"),
    "reports, live": (OFFICER, 200, "edition-list", "kent", LIVE),
    "reports, printed": (VIEWER, 200, "edition-list", "kent", PRINTED),
    "report, published": (ANONYMOUS, 200, "edition-detail", "kent", PRINTED, SUMMARY),
    "report, draft": (OFFICER, 200, "edition-detail", "kent", LIVE, SUMMARY),
    "open data": (ANONYMOUS, 200, "open-data"),
    "accessibility statement": (ANONYMOUS, 200, "accessibility"),
    "a draft is not found": (VIEWER, 404, "edition-detail", "kent", LIVE, SUMMARY),
    "no access to the administration": (LEAD, 403, "admin:index"),
    "not found": (VIEWER, 404, "partnership-detail", "nowhere"),
    "change of password": (VIEWER, 200, "account_change_password"),
    "reset of password": (ANONYMOUS, 200, "account_reset_password"),
    "reset of password, sent": (ANONYMOUS, 200, "account_reset_password_done"),
    "reset of password, wrong key": (ANONYMOUS, 200, "account_reset_password_from_key", "1", "wrong-key"),
    "reset of password, finished": (ANONYMOUS, 200, "account_reset_password_from_key_done"),
    "confirm the password": (VIEWER, 200, "account_reauthenticate"),
    "sign-out": (VIEWER, 200, "account_logout"),
    "sign-up, closed": (ANONYMOUS, 200, "account_signup"),
    "account switched off": (ANONYMOUS, 200, "account_inactive"),
}


@pytest.mark.parametrize(
    ("who", "status", "name", "args"), [(*row[:3], row[3:]) for row in PAGES.values()], ids=PAGES.keys()
)
def test_page(who, status, name, args, visit):
    visitor = visit(who)
    visitor.open(reverse(name, args=args), status)
    assert all_faults(visitor) == ""
