import datetime as dt

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils import timezone

from accounts.demonstration import PASSWORD, sign_ins
from accounts.loading import Refused
from reports import demonstration
from reports.rendering.pdf import RenderingFailed


class Command(BaseCommand):
    help = "Loads the demonstration: published data, a live year, a district and people. Loading again changes nothing."

    def add_arguments(self, parser):
        parser.add_argument("--today", type=dt.date.fromisoformat, help="Load as if on this day, such as 2026-11-21.")
        parser.add_argument(
            "--sign-ins", dest="only_sign_ins", action="store_true", help="Only print the demonstration sign-ins."
        )

    def handle(self, *, today, only_sign_ins, **options):
        if settings.PRODUCTION:
            raise CommandError("The demonstration has passwords that everybody knows. It is not loaded in production.")
        if not only_sign_ins:
            self._load(today)
        self.stdout.write(f"Demonstration sign-ins, all with the password {PASSWORD}:")
        for one in sign_ins():
            self.stdout.write(f"  {one['email']:<26} {one['role']}")

    def _load(self, today):
        now = timezone.now()
        if today:
            now = timezone.make_aware(dt.datetime.combine(today, dt.time(12)))
        try:
            demonstration.load(now=now, say=lambda line: self.stdout.write(f"{line} ..."))
        except (Refused, DatabaseError, RenderingFailed) as error:
            raise CommandError(f"The demonstration was not loaded: {error}") from error
