from indicators.feeding import areas_for
from indicators.imports import stats19
from indicators.management.importing import FeedCommand
from indicators.models import Indicator


class Command(FeedCommand):
    help = "Takes road collisions and casualties of the Department for Transport in (STATS19): both files of a year."
    feed = Indicator.Feed.STATS19

    def read(self, told):
        areas = areas_for(told.partnership, self.feed)
        return stats19.read(told.paths, areas=areas, progress=self.progress, today=told.today)
