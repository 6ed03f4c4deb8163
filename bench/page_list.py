"""The pages that are timed: every page type that answers GET, each with who opens it."""

from dataclasses import dataclass
from fnmatch import fnmatch

from django.contrib import admin
from django.urls import reverse

from accounts.models import User
from priorities.years import FinancialYear

PRINTED = FinancialYear(2022)
SUMMARY = "annual-summary"
OPEN = "partnerships/kent"
OFFICER = "officer@kent.example"
LEAD = "lead.rs@kent.example"
REVIEWER = "reviewer@kent.example"
ANONYMOUS = ""

# Addresses that are not timed, by the form of their names, and why.
NOT_TIMED = {
    "admin:login": "sends on to another page",
    "admin:logout": "answers POST",
    "admin:password_change*": "sends on to another page",
    "admin:jsi18n": "reads no rows",
    "admin:autocomplete": "used by no form",
    "admin:view_on_site": "sends on to another page",
    "admin:None": "sends on to another page",
    "admin:auth_group_*": "for superusers, few rows",
    "admin:account_emailaddress_*": "for superusers, few rows",
    "admin:django_tasks_database_*": "for superusers, rows of two weeks",
    "admin:*_add": "the form of the change page without its rows",
    "admin:*_history": "the log of one row",
    "admin:*_delete": "what hangs on one row; its queries grow with that, not with the database",
    "account_logout": "answers POST",
    "concern-escalate": "answers POST",
    "concern-close": "answers POST",
    "recommendation-answer": "answers POST",
    "round-chase": "answers POST",
    "update-accept": "answers POST",
    "import-apply": "answers POST",
    "import-discard": "answers POST",
    "import-detail": "reads one file; its queries are counted in tests/indicators/test_import_page.py",
    "import-columns": "reads one file, as it was sent",
    "import-undo": "reads one file",
    "update-autosave": "answers POST",
    "update-presence": "answers POST",
    "update-take-back": "answers POST",
    "update-return": "answers POST",
    "rounds-calendar": "reads what round-calendar reads, by a key in the address",
    "role-take": "answers POST",
    "account_signup": "closed",
    "account_inactive": "reads no rows",
    "account_reauthenticate": "reads the signed-in person only, as the change of password does",
    "account_set_password": "sends on to another page",
    "account_reset_password": "reads no rows",
    "account_reset_password_*": "reads no rows, or the one user that it names",
}


@dataclass(frozen=True)
class Page:
    """``who`` is the e-mail address of the person who opens it, or "" for a visitor; ``title`` the row's name."""

    name: str
    args: tuple = ()
    who: str = OFFICER
    query: str = ""
    remark: str = ""

    @property
    def title(self):
        remarks = ", ".join(filter(None, [self.remark, "" if self.who else "visitor"]))
        return f"{self.name} ({remarks})" if remarks else self.name

    @property
    def path(self):
        return reverse(self.name, args=self.args) + self.query


def site_pages(year):
    """The pages of the site, with the plan of the FinancialYear ``year`` as the live one."""
    live, printed = ("kent", year), ("kent", PRINTED, SUMMARY)
    priority = (*live, "road-safety")
    return [
        Page("home", who=ANONYMOUS),
        Page("home", who=ANONYMOUS, query="?q=kent", remark="search"),
        Page("home", remark="officer"),
        Page("home", who=LEAD, remark="lead"),
        Page("home", who=REVIEWER, remark="reviewer"),
        Page("accessibility", who=ANONYMOUS),
        Page("account_login", who=ANONYMOUS),
        Page("session-status"),
        Page("account_change_password"),
        Page("partnership-detail", ("kent",)),
        Page("person-list", ("kent",)),
        Page("person-invite", ("kent",)),
        Page("membership-leave", ("kent",)),
        Page("agreement-detail", live),
        Page("agreement-document", ("kent", PRINTED)),
        Page("priority-detail", priority),
        Page("priority-detail", priority, who=LEAD, remark="lead"),
        Page("action-detail", (*priority, 1)),
        Page("action-detail", (*priority, 1), who=LEAD, remark="lead"),
        Page("supply-calendar", ("kent",)),
        Page("supply-csv", ("kent",)),
        Page("concern-list", ("kent",)),
        Page("concern-csv", ("kent",)),
        Page("concern-add", ("kent",), query="?indicator=1"),
        Page("concern-detail", ("kent", 1)),
        Page("concern-history-csv", ("kent", 1)),
        Page("update-write", (*priority, 1, 2), who=LEAD),
        Page("update-check", (*priority, 1, 2), who=LEAD),
        Page("update-detail", (*priority, 1, 2), who=LEAD),
        Page("update-history-csv", (*priority, 1, 2), who=LEAD),
        Page("review-dashboard", live, who=REVIEWER),
        Page("indicator-dashboard", live, who=REVIEWER),
        Page("review-queue", live, who=REVIEWER),
        Page("update-review", (*live, "domestic-abuse", 2, 2), who=REVIEWER),
        Page("update-reopen", (*priority, 2, 2), who=REVIEWER),
        Page("round-list", live),
        Page("round-list", live, who=LEAD, remark="lead"),
        Page("round-calendar", live),
        Page("round-add", live),
        Page("round-change", (*live, 2)),
        Page("round-open", (*live, 2)),
        Page("recommendation-list", live),
        Page("recommendation-csv", live),
        Page("recommendation-add", live),
        Page("recommendation-detail", (*live, 1)),
        Page("recommendation-history-csv", (*live, 1)),
        Page("priority-leads", priority),
        Page("lead-add", priority),
        Page("lead-change", (*priority, 1)),
        Page("action-end", (*priority, 1)),
        Page("action-resume", (*priority, 1)),
        Page("action-history", (*priority, 1)),
        Page("action-history-csv", (*priority, 1)),
        Page("agreement-history", live),
        Page("agreement-history-csv", live),
        Page("roll-over", live),
        Page("roll-over-undo", live),
        Page("indicator-list", ("kent",)),
        Page("indicator-list", ("kent",), query="?q=road&kind=proxy", remark="search"),
        Page("indicator-detail", ("kent", "asb-incidents")),
        Page("indicator-csv", ("kent", "asb-incidents")),
        Page("indicator-ods", ("kent", "asb-incidents")),
        Page("indicator-json", ("kent", "asb-incidents")),
        Page("indicator-figure", ("kent", "asb-incidents")),
        Page("figure-add", ("kent", "asb-incidents")),
        Page("import-list", ("kent",)),
        Page("import-add", ("kent",)),
        Page("definition-change", ("kent", "asb-incidents")),
        Page("edition-list", live),
        Page("edition-detail", printed, who=ANONYMOUS),
        Page("edition-detail", (*live, SUMMARY), remark="draft"),
        Page("edition-pdf", printed, who=ANONYMOUS),
        Page("edition-json", printed, who=ANONYMOUS),
        Page("edition-json", (*live, SUMMARY), remark="draft"),
        Page("edition-docx", printed, who=ANONYMOUS),
        Page("edition-docx", (*live, SUMMARY), remark="draft"),
        Page("edition-ods", printed, who=ANONYMOUS),
        Page("edition-csv", printed, who=ANONYMOUS),
        Page("open-data", who=ANONYMOUS),
        Page("open-data-api", ("partnerships",), who=ANONYMOUS, remark="partnerships"),
        Page("open-data-api", (f"{OPEN}/editions",), who=ANONYMOUS, remark="editions"),
        Page("open-data-api", (f"{OPEN}/editions/2022-23/{SUMMARY}",), who=ANONYMOUS, remark="report"),
        Page("open-data-api", (f"{OPEN}/indicators",), who=ANONYMOUS, remark="indicators"),
        Page("open-data-api", (f"{OPEN}/indicators/asb-incidents",), who=ANONYMOUS, remark="figures"),
    ]


def scoped_models():
    """The models of the administration whose rows belong to a partnership."""
    return [model for model in admin.site._registry if hasattr(model.objects.none(), "managed_by")]


def admin_pages(row_of):
    """Each list of the administration, its search and one row. ``row_of(model)`` is the key of the row to open.

    With the pages of one person, which have such a key too.
    """
    pages = [Page("admin:index"), Page("admin:app_list", ("actions",))]
    pages += [Page(name, ("kent", row_of(User))) for name in ("person-detail", "membership-end")]
    for model in scoped_models():
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        pages.append(Page(f"{name}_changelist"))
        if admin.site._registry[model].search_fields:
            pages.append(Page(f"{name}_changelist", query="?q=road", remark="search"))
        pages.append(Page(f"{name}_change", (row_of(model),)))
    return pages


def all_pages(year):
    """Every page, with the rows of the database at hand."""
    officer = User.objects.get(email=OFFICER)
    return site_pages(year) + admin_pages(lambda model: model.objects.managed_by(officer).order_by("pk").first().pk)


def not_covered(names, pages):
    """Those of the addresses' ``names`` that are neither timed nor excused."""
    timed = {page.name for page in pages}
    return [name for name in names if name not in timed and not any(fnmatch(name, form) for form in NOT_TIMED)]
