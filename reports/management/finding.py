"""What the commands are told on the command line: a partnership, a year and a report of that year."""

from django.core.management.base import CommandError
from django.utils import timezone

from accounts.models import Partnership
from priorities.dates import british
from priorities.years import FinancialYear

USUAL_REPORT = "annual-summary"


def add_edition_arguments(parser, *, versions=False):
    """``versions``: the command takes a frozen version, too."""
    which = "Which report: annual-summary if not given."
    if versions:
        which += " A number is that version of it; annual-summary/2 says both."
    parser.add_argument("partnership", help="The partnership's short name, such as kent.")
    parser.add_argument("year", help="2022/23 or 2022-23.")
    parser.add_argument("--edition", default=USUAL_REPORT, help=which)


def report_and_version(written):
    """What --edition names: "annual-summary", "2" or "annual-summary/2" as a report and a number or None."""
    slug, _, number = written.rpartition("/")
    return (slug or USUAL_REPORT, int(number)) if number.isdecimal() else (written, None)


def find_version(edition, number):
    """The frozen version, or a CommandError that names those there are, or says why it was withdrawn."""
    frozen = edition.frozen.filter(number=number).first()
    if frozen is None:
        known = _listed(str(one) for one in edition.frozen.order_by("number").values_list("number", flat=True))
        raise CommandError(f"{edition} has no version {number}. There is: {known}.")
    if frozen.withdrawn_at:
        day = british(timezone.localdate(frozen.withdrawn_at))
        raise CommandError(f"{frozen} was withdrawn on {day}: {frozen.withdrawn_reason}")
    return frozen


def find_edition(partnership_slug, written_year, edition_slug):
    """The edition, or a CommandError that names what there is instead."""
    partnership = Partnership.objects.filter(slug=partnership_slug).first()
    if partnership is None:
        known = _listed(Partnership.objects.order_by("slug").values_list("slug", flat=True))
        raise CommandError(f"There is no partnership {partnership_slug!r}. There is: {known}.")
    try:
        year = FinancialYear.parse(written_year)
    except ValueError as error:
        raise CommandError(f"{error} {_years_of(partnership)}") from error
    agreement = partnership.agreements.filter(year=year.start_year).first()
    if agreement is None:
        raise CommandError(f"{partnership.name} has no agreement for {year}. {_years_of(partnership)}")
    edition = agreement.editions.select_related("agreement__partnership").filter(slug=edition_slug).first()
    if edition is None:
        known = _listed(agreement.editions.order_by("slug").values_list("slug", flat=True))
        raise CommandError(f"{partnership.name} has no report {edition_slug!r} for {year}. There is: {known}.")
    return edition


def _listed(names):
    return ", ".join(names) or "none"


def _years_of(partnership):
    starts = partnership.agreements.order_by("year").values_list("year", flat=True)
    return f"There is: {_listed(FinancialYear(start).label for start in starts)}."
