from django.core.management.base import BaseCommand, CommandError

from accounts.loading import Refused, load


class Command(BaseCommand):
    help = "Loads rows from JSON files like those in fixtures/. Every row is checked first: all are loaded, or none."

    def add_arguments(self, parser):
        parser.add_argument("files", nargs="+", metavar="FILE", help="A JSON file. Files are loaded in this order.")

    def handle(self, *, files, **options):
        try:
            count = load(files)
        except Refused as refusal:
            raise CommandError(f"Nothing was loaded: {refusal}") from refusal
        self.stdout.write(f"Rows loaded: {count:,}")
