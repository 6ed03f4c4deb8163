from indicators.feeding import areas_for
from indicators.imports import fingertips
from indicators.management.importing import FeedCommand
from indicators.models import Indicator


class Command(FeedCommand):
    help = "Takes public health figures of Fingertips in: a download in CSV, or an upload file."
    feed = Indicator.Feed.FINGERTIPS

    def add_arguments(self, parser):
        super().add_arguments(parser)
        parser.add_argument("--measure", default="", help="The name of what an upload file holds, which it lacks.")

    def read(self, told):
        return fingertips.read(
            told.paths,
            areas=areas_for(told.partnership, self.feed),
            progress=self.progress,
            measure=told.options["measure"],
            today=told.today,
        )
