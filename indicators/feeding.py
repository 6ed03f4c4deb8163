"""Take what a reader of public data has read: each figure to the indicator that is fed with its measure.

A measure that no indicator is fed with gets one of its own, plainly marked as not yet looked at by anybody.
"""

from collections import Counter, defaultdict
from contextlib import suppress
from dataclasses import dataclass, field, replace
from decimal import Decimal

from django.db import transaction
from django.db.models import Max
from django.utils.text import slugify

from accounts import history
from accounts.models import Partnership
from indicators import figures, recording
from indicators.imports.checks import fits
from indicators.imports.gaps import ASB
from indicators.imports.proposals import Proposal, Sorted
from indicators.imports.reading import (
    INCOMPLETE,
    NOT_AVAILABLE,
    NOT_STATED,
    PROVISIONAL,
    Areas,
    Read,
    TooManyRefused,
    shortened,
)
from indicators.models import Import, Indicator

Basis, Feed = Indicator.Basis, Indicator.Feed
LONGEST_MEASURE = Indicator._meta.get_field("feed_measure").max_length
DIRECTION_NOTE = "Made by an import: nobody has said yet what a rise or a fall of this measure means."
GAP_NOTE = "The supply of this month looks incomplete: a gap in what was supplied, not a fall."


@dataclass(frozen=True)
class Source:
    """A public source: who supplies it, and what an indicator is that is made for one of its measures.

    ``basis`` is None where the figures themselves say. ``has_partnerships``: rows may be for community safety
    partnerships (codes such as E22000137) and not for local authorities alone.
    """

    supplier: str
    unit: str
    basis: str | None
    has_partnerships: bool = False


SOURCES = {
    Feed.POLICE_UK: Source("Police.uk", "offences and incidents", Basis.MONTH),
    Feed.ONS_CRIME: Source("Office for National Statistics", "offences", Basis.ROLLING_YEAR, has_partnerships=True),
    Feed.STATS19: Source("Department for Transport", "collisions or casualties", Basis.CALENDAR_YEAR),
    Feed.FINGERTIPS: Source("Department of Health and Social Care", figures.UNKNOWN_UNIT, None, has_partnerships=True),
}


@dataclass
class Taken:
    """What became of a Reading. ``left_out`` is {why: how many figures}, ``made`` the new indicators."""

    sorted: Sorted = field(default_factory=Sorted)
    arrival: Import | None = None
    made: list[Indicator] = field(default_factory=list)
    left_out: Counter = field(default_factory=Counter)


def areas_for(partnership, feed):
    """The Areas for which a reader of ``feed`` is to look."""
    districts = {
        code: area.name
        for area in partnership.areas.all()
        for code in (area.code, *area.other_codes)
        if SOURCES[feed].has_partnerships or not _is_csp(code)
    }
    fed = partnership.indicators.filter(feed_source=feed).exclude(geography_code__in=["", partnership.ons_code])
    wholes = dict(fed.exclude(geography_code__in=list(districts)).values_list("geography_code", "geography_name"))
    return Areas(partnership.ons_code, partnership.short_name, districts, wholes)


@transaction.atomic
def take(partnership, feed, reading, *, origins, at, existing_only=False, dry_run=False):
    """Keep the figures of ``reading``, a Reading with nothing refused, as those of ``feed``. Returns a Taken.

    ``origins`` has the Origin of each of its files. With ``existing_only`` no indicator is made. With ``dry_run`` all
    is done, and then taken back; so it is where two figures come to the same place, or a measure's name is too long for
    an indicator, which ``reading`` then refuses.
    """
    Partnership.objects.hold(partnership)
    taken = Taken()
    reads = [*reading.figures, *_whole_sums(partnership, feed, reading)]
    fed = _indicators(partnership, feed, reads, reading, taken, at=at, existing_only=existing_only)
    proposals = _proposals(partnership, reads, fed, reading, taken)
    if not reading.refused:
        warnings = [one.text for one in reading.warnings]
        taken.sorted, taken.arrival = recording.load(
            partnership, proposals, source=feed.label, origins=origins, warnings=warnings, at=at
        )
    if dry_run or reading.refused:
        transaction.set_rollback(True)
    return taken


def earlier_counts(partnership, feed):
    """{first day of a month: {measure: figure}} of the whole area as it stands, from the indicators fed by ``feed``.

    A month that is marked as a gap in supply is left out with all its measures: nothing is to be compared with it.
    """
    known, gaps = defaultdict(dict), set()
    fed = partnership.indicators.filter(feed_source=feed, basis=Basis.MONTH, geography_code=partnership.ons_code)
    for indicator in fed.with_figures():
        for one in {one.start: one for one in sorted(indicator.observations.all(), key=lambda one: one.order)}.values():
            if one.is_incomplete:
                gaps.add(one.start)
            elif one.value is not None:
                known[one.start][indicator.feed_measure] = one.value
    return {month: counts for month, counts in known.items() if month not in gaps}


def _is_csp(code):
    """Whether an ONS code is that of a community safety partnership, as E22000137."""
    return code[1:3] == "22"


def _whole_sums(partnership, feed, reading):
    """The partnership's own figures as sums, where the source has rows for partnerships only and has them all.

    A sum with a part that is missing is missing itself.
    """
    wanted = {area.pk for area in partnership.areas.all() if any(map(_is_csp, [area.code, *area.other_codes]))}
    if feed != Feed.ONS_CRIME or not wanted:
        return
    places = _places(partnership)
    parts = defaultdict(dict)
    given = set()
    for read in reading.figures:
        if read.area_code == partnership.ons_code:
            given.add((read.measure, read.start, read.end))
        elif places.get(read.area_code) in wanted:
            parts[read.measure, read.start, read.end][places[read.area_code]] = read
    for (measure, start, end), of_area in parts.items():
        if of_area.keys() == wanted and (measure, start, end) not in given:
            yield _sum(partnership, measure, start, end, list(of_area.values()))


def _sum(partnership, measure, start, end, parts):
    values = [one.value for one in parts]
    statuses = {one.status for one in parts}
    status = PROVISIONAL if PROVISIONAL in statuses else NOT_STATED
    if None in values:
        value, missing = None, NOT_AVAILABLE
    else:
        value, missing = sum(values, Decimal()), ""
    name = partnership.short_name
    return Read(
        measure, partnership.ons_code, name, start, end, value, status, missing, note="Sum of its partnerships."
    )


def _indicators(partnership, feed, reads, reading, taken, *, at, existing_only):
    """{measure: Indicator} of those that are fed by ``feed``, and of those made now. Too long a name is refused."""
    fed = {one.feed_measure: one for one in partnership.indicators.filter(feed_source=feed)}
    missing = {}
    for read in reads:
        if read.measure not in fed and read.decimals >= missing.get(read.measure, read).decimals:
            missing[read.measure] = read
    if missing and not existing_only:
        slugs = set(partnership.indicators.values_list("slug", flat=True))
        last = partnership.indicators.aggregate(last=Max("position"))["last"] or 0
        for position, read in enumerate(missing.values(), start=last + 1):
            if len(read.measure) > LONGEST_MEASURE:
                reason = f"The name of the measure is longer than {LONGEST_MEASURE} characters. Shorten it in the file."
                with suppress(TooManyRefused):
                    reading.refuse(read.row, "", read.measure, reason)
                continue
            made = _made(partnership, feed, read, position, slugs)
            history.record(made, verb="made", by=None, at=at, note=f"For figures of {feed.label}.")
            fed[read.measure] = made
            taken.made.append(made)
    return fed


def _made(partnership, feed, read, position, slugs):
    source = SOURCES[feed]
    slug = _free_slug(read.measure, slugs)
    return Indicator.objects.create(
        partnership=partnership,
        slug=slug,
        position=position,
        title=shortened(read.measure, 200),
        definition=f"{read.measure}, as {source.supplier} publishes it.",
        unit=source.unit,
        decimals=min(read.decimals, 4),
        kind=Indicator.Kind.CONTEXT,
        geography_name=partnership.short_name,
        geography_code=partnership.ons_code,
        supplier=source.supplier,
        source=feed.label,
        basis=source.basis or _basis(read.period),
        desired=Indicator.Direction.NEITHER,
        direction_note=DIRECTION_NOTE,
        feed_source=feed,
        feed_measure=read.measure,
    )


def _free_slug(measure, slugs):
    """A slug that is in none of ``slugs``, and is now."""
    wanted = slugify(measure)[:90] or "measure"
    slug = next(one for one in (wanted, *(f"{wanted}-{n}" for n in range(2, len(slugs) + 3))) if one not in slugs)
    slugs.add(slug)
    return slug


def _basis(period):
    if period.is_calendar_year:
        return Basis.CALENDAR_YEAR
    if period.is_financial_year:
        return Basis.FINANCIAL_YEAR
    if period.months == 36 and period.start.month == 1:
        return Basis.THREE_CALENDAR_YEARS
    return {1: Basis.MONTH, 12: Basis.ROLLING_YEAR}.get(period.months, Basis.MIXED)


def _places(partnership):
    """{code: number of the Area}, by all its codes."""
    areas = partnership.areas.all()
    return {code: area.pk for area in areas for code in (*area.other_codes, area.code)}


def _proposals(partnership, reads, fed, reading, taken):
    """The figures to be kept. What is left out is counted in ``taken``; two for one place ``reading`` refuses."""
    places, found = _places(partnership), {}
    for read in reads:
        indicator = fed.get(read.measure)
        if why := _why_left_out(read, indicator, places):
            taken.left_out[why] += 1
            continue
        area = None if read.area_code == indicator.geography_code else places[read.area_code]
        proposal = _proposal(indicator, area, read, reading.gaps)
        other = found.setdefault(proposal.key, proposal)
        if (other.value, other.missing) != (proposal.value, proposal.missing):
            reason = f"{read.measure}, {read.area_name}, {read.period.label}: there are two figures for this."
            with suppress(TooManyRefused):
                reading.refuse(read.row, "", str(read.value), reason)
    return list(found.values())


def _why_left_out(read, indicator, places):
    if indicator is None:
        return "no indicator is fed with the measure"
    if read.area_code != indicator.geography_code and read.area_code not in places:
        return "the indicator is for another area"
    return "" if fits(indicator, read.period) else "the indicator counts periods of another length"


def _proposal(indicator, area, read, gaps):
    proposal = Proposal(
        indicator=indicator.pk,
        area=area,
        start=read.start,
        end=read.end,
        value=read.value,
        missing=read.missing,
        qualifier=read.qualifier,
        status=read.status,
        note=read.note,
        row=read.row,
    )
    if read.start in gaps and read.measure != ASB:
        return replace(proposal, status=INCOMPLETE, note=" ".join(filter(None, [read.note, GAP_NOTE])))
    return proposal
