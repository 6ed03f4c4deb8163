from indicators.feeding import areas_for, earlier_counts
from indicators.imports import geography, police_uk
from indicators.imports.archives import FileRefused
from indicators.imports.reading import Reading
from indicators.management.importing import FeedCommand
from indicators.models import Indicator


class Command(FeedCommand):
    help = "Takes street-level crime of data.police.uk in: a month's CSV, or the site's zip of many months."
    feed = Indicator.Feed.POLICE_UK

    def add_arguments(self, parser):
        super().add_arguments(parser)
        parser.add_argument(
            "--lookup",
            metavar="FILE",
            help="An ONS lookup of LSOAs to districts, in CSV. Without it a district is found by the LSOA's name.",
        )

    def read(self, told):
        lookup = None
        if path := told.options["lookup"]:
            try:
                lookup = geography.lsoa_lookup(path)
            except FileRefused as problem:
                reading = Reading()
                reading.refuse(problem.row, "", "", problem.reason, file=path)
                return reading
        former = {name: area.name for area in told.partnership.areas.all() for name in area.former_names}
        return police_uk.read(
            told.paths,
            areas=areas_for(told.partnership, self.feed),
            progress=self.progress,
            former_names=former,
            lookup=lookup,
            earlier=earlier_counts(told.partnership, self.feed),
            today=told.today,
        )
