from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.models import Role, User
from reports import editions
from reports.management.finding import add_edition_arguments, find_edition
from reports.rendering.data import render_json
from reports.rendering.pdf import RenderingFailed
from reports.summary import from_data


class Command(BaseCommand):
    help = "Freezes a report as it stands now, and publishes it. It is then open to everybody, and never changes."

    def add_arguments(self, parser):
        add_edition_arguments(parser)
        parser.add_argument("--by", required=True, metavar="EMAIL", help="The officer who publishes it.")

    def handle(self, *, partnership, year, edition, by, **options):
        edition = find_edition(partnership, year, edition)
        officer = find_officer(edition.agreement.partnership, by)
        now = timezone.now()
        try:
            frozen = editions.freeze(edition, by=officer, at=now)
        except RenderingFailed as error:
            raise CommandError(f"Nothing was published. {error}") from error
        editions.publish(frozen, by=officer, at=now)
        data = render_json(from_data(frozen.content))
        self.stdout.write(f"Published: {frozen}, by {officer}")
        self.stdout.write(f"  address  {edition.get_absolute_url()}")
        self.stdout.write(f"  PDF      {frozen.pdf_size:,} bytes, SHA-256 {frozen.pdf_digest}")
        self.stdout.write(f"  data     {len(data):,} bytes, SHA-256 {frozen.digest}")


def find_officer(partnership, email):
    """The active officer of ``partnership`` with this address, or a CommandError."""
    person = User.objects.filter(email__iexact=email).first()
    if person is None:
        raise CommandError(f"There is no person with the address {email}.")
    officers = partnership.memberships.filter(role=Role.OFFICER, user__is_active=True)
    if not officers.filter(user=person).exists():
        raise CommandError(f"{person} is not an active officer of {partnership.name}. Only officers publish reports.")
    return person
