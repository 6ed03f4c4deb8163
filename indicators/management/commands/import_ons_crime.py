from indicators.feeding import areas_for
from indicators.imports import ons_crime
from indicators.management.importing import FeedCommand
from indicators.models import Indicator


class Command(FeedCommand):
    help = "Takes the ONS's tables of recorded crime by Community Safety Partnership in, as CSV or XLSX."
    feed = Indicator.Feed.ONS_CRIME

    def add_arguments(self, parser):
        super().add_arguments(parser)
        parser.add_argument(
            "--force", default="", metavar="CODE", help="The police force's ONS code, where the districts do not tell."
        )

    def read(self, told):
        return ons_crime.read(
            told.paths,
            areas=areas_for(told.partnership, self.feed),
            progress=self.progress,
            force=told.options["force"],
        )
