"""What may be published: nothing small, nothing from which a small figure can be worked out, nothing that tells it."""

import datetime as dt
import json
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import Role
from indicators import disclosure, markers, series
from indicators.assessment import assess
from indicators.models import Area, Indicator, Observation
from reports.models import Edition
from reports.summary import build_summary, to_data

END = dt.date(2021, 3, 31)
THRESHOLD = 5


def indicator(**fields):
    plain = {"suppression_threshold": THRESHOLD, "secondary_suppression": True, "title": "Burglaries"}
    return Indicator(**(plain | fields))


def observe(value, area=None, *, first=2020, **fields):
    """A figure of a financial year, unsaved. ``area`` is a number, None for the whole."""
    value = None if value is None else Decimal(value)
    start, end = dt.date(first, 4, 1), dt.date(first + 1, 3, 31)
    plain = {"printed_in": "2022/23", "printed_year": 2022, "as_at": "", "area_id": area}
    return Observation(start=start, end=end, value=value, **(plain | fields))


def published(observations, **fields):
    """{area: value} as published."""
    return {one.area_id: one.value for one in disclosure.for_publication(indicator(**fields), observations)}


def of_areas(whole, *values):
    return [observe(whole), *(observe(value, area) for area, value in enumerate(values, start=1))]


# --- Suppression --------------------------------------------------------------------------------------------------


def test_small_counts_are_not_published():
    known = [observe(value, first=first) for first, value in ((2018, 9), (2019, 4), (2020, 0), (2021, 5))]
    assert [one.value for one in disclosure.for_publication(indicator(), known)] == [9, None, None, 5]
    assert disclosure.for_publication(indicator(suppression_threshold=None), known) == known, "the control"
    assert [one.value for one in known] == [9, 4, 0, 5], "what is stored stays"


def test_a_blank_is_not_a_small_count():
    (blank,) = disclosure.for_publication(indicator(), [observe(None, note="Not yet given.")])
    assert (blank.missing, blank.note) == ("", "Not yet given.")


def test_nothing_that_tells_the_value_is_kept():
    secret = {"note": "2 in all.", "stated_percent": Decimal(-30), "qualifier": "approx"}
    known = [
        observe(9, first=2018, note="Provisional."),
        observe(2, first=2019, **secret),
        observe(7, first=2019, printed_in="2023/24", printed_year=2023, note="Was 2."),
        observe(11, first=2020, stated_absolute=Decimal(4), against_value=7, note="Up from 2 in 2019/20."),
    ]
    public = disclosure.for_publication(indicator(), known)
    assert [one.value for one in public] == [9, None, None, 11]
    assert [one.missing for one in public] == ["", "confidential", "confidential", ""]
    assert [one.note for one in public] == ["Provisional.", disclosure.SUPPRESSED, disclosure.SUPPRESSED, ""]
    assert {(one.stated_percent, one.stated_absolute, one.against_value) for one in public} == {(None, None, None)}
    told = str(series.in_words(_saved(indicator(unit="offences")), public))
    assert "2 in all" not in told
    assert "Was 2" not in told
    assert "Restated" not in told
    assert "7" not in told.replace("2017", "")
    assert "2 in all" in str(series.in_words(_saved(indicator(unit="offences")), known)), "the control"


def _saved(indicator):
    indicator._prefetched_objects_cache = {"breaks": []}
    return indicator


# --- Secondary suppression ----------------------------------------------------------------------------------------


def test_where_one_area_alone_is_suppressed_the_next_smallest_is_too():
    assert published(of_areas(40, 3, 20, 7, 10)) == {None: 40, 1: None, 2: 20, 3: None, 4: 10}
    assert published(of_areas(40, 3, 20, 7, 10), secondary_suppression=False) == {None: 40, 1: None, 2: 20, 3: 7, 4: 10}


@pytest.mark.parametrize(
    ("observations", "held"),
    [
        (of_areas(40, 3, 2, 20, 15), {1, 2}),  # two hide each other
        (of_areas(35, 0, 0, 20, 15), {1, 2, 4}),  # the rest of the whole is 0, so both are 0
        (of_areas(43, 4, 4, 20, 15), {1, 2, 4}),  # the rest is 8, so both are 4
        (of_areas(8, 4, 4), {None, 1, 2}),  # and no other area hides them
        (of_areas(3, 3), {None, 1}),
        (of_areas(30, 3), {None, 1}),
        (of_areas(40, 20, 20), set()),
        (of_areas(None, 3, 20, 17), {1}),  # the whole is not known
        (of_areas(4, 3, 1), {None, 1, 2}),  # the whole is small itself
        ([*of_areas(40, 3, 20), observe(17, 3, first=2021)], {1, 2}),  # of another year
    ],
)
def test_what_is_held_back_beside_the_whole(observations, held):
    assert {area for area, *_ in disclosure.held_back(indicator(), observations)} == held


def test_all_that_was_given_for_a_place_is_held_back():
    known = [*of_areas(40, 3, 20, 17), observe(9, 1, printed_in="2023/24", printed_year=2023)]
    public = disclosure.for_publication(indicator(), known)
    assert [one.value for one in public if one.area_id in (1, 3)] == [None, None, None]


AREAS = st.lists(st.integers(0, 12), min_size=1, max_size=6)


def _possible(shown, count):
    """For each hidden area the values that the whole less what is shown allows; None where it tells nothing."""
    hidden = [area for area in range(1, count + 1) if shown[area] is None]
    if shown[None] is None or not hidden:
        return None
    rest = shown[None] - sum(value for area, value in shown.items() if area is not None and value is not None)
    if len(hidden) == 1:
        return {hidden[0]: {rest}}
    return {area: set(range(int(rest) + 1)) for area in hidden}


def _worked_out(values, **fields):
    """The areas whose suppressed figure the published ones tell by subtraction: alone, as zeros or as the largest."""
    shown = published(of_areas(sum(values), *values), **fields)
    possible = _possible(shown, len(values))
    if possible is None:
        return set()
    known = {area for area, values in possible.items() if len(values) == 1}
    rest = shown[None] - sum(value for area, value in shown.items() if area is not None and value is not None)
    if len(possible) > 1 and rest == len(possible) * (THRESHOLD - 1) and all(values[one - 1] < 5 for one in possible):
        known |= set(possible)
    return known


@settings(max_examples=500, deadline=None)
@given(AREAS)
def test_nobody_can_work_out_what_is_suppressed(values):
    assert _worked_out(values) == set()


def test_without_secondary_suppression_it_can_be_worked_out():
    """The control of the test above."""
    assert _worked_out([3, 20, 7], secondary_suppression=False) == {1}
    assert _worked_out([0, 0, 7], secondary_suppression=False) == {1, 2}
    assert _worked_out([4, 4, 7], secondary_suppression=False) == {1, 2}


@settings(max_examples=200, deadline=None)
@given(AREAS)
def test_every_small_figure_is_held_back_and_no_more_than_is_needed(values):
    shown = published(of_areas(sum(values), *values))
    assert all(shown[area] is None for area, value in enumerate(values, start=1) if value < THRESHOLD)
    large = [area for area, value in enumerate(values, start=1) if value >= THRESHOLD]
    assert sum(shown[area] is None for area in large) <= 1


# --- Rounding -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "to", "rounded", "is_low"),
    [(4532, 10, 4530, False), (4535, 10, 4540, False), (2, 5, 0, True), (0, 5, 0, False), (4532, 1, 4532, False)],
)
def test_rounding(value, to, rounded, is_low):
    given = [observe(value, stated_absolute=2, note=f"{value} in all.")]
    (one,) = disclosure.for_publication(indicator(suppression_threshold=None, rounding=to), given)
    assert one.value == rounded
    assert ("low" in markers.of(one, 0)) is is_low
    if to > 1:
        assert (one.note, one.stated_absolute) == ("", None), "neither tells the figure before it was rounded"


def test_a_rounded_figure_is_an_interval_and_no_exact_count():
    """Two more is no rise of a tenth; the control is the same change in true values."""
    one = indicator(rounding=100, suppression_threshold=None, unit="offences", desired="down", rule_set="auto")
    known = [observe(1049, first=2020), observe(1051, first=2021)]
    assert assess(one, disclosure.for_publication(one, known), []).sentence.startswith("Rose by up to 22% to 1,100")
    assert assess(one, known, []).sentence.startswith("Rose by 0.2% to 1,051")
    several = [observe(value, first=2010 + place) for place, value in enumerate((5000, 5400, 5800, 6200, 6600))]
    assert assess(one, several, []).signal == "concern", "the control"
    assert assess(one, disclosure.for_publication(one, several), []).signal == "", "chance is not reckoned from 100s"


def test_a_note_beside_a_suppressed_figure_tells_no_number():
    """The control is a period in which nothing is suppressed."""
    note = "3 of them in Dover."
    beside = [observe(40, note=note), observe(3, 1), observe(12, 2), observe(25, 3)]
    assert disclosure.for_publication(indicator(), beside)[0].note == ""
    elsewhere = [observe(40, note=note, first=2019), *beside]
    assert disclosure.for_publication(indicator(), elsewhere)[0].note == note


def test_small_counts_are_suppressed_before_the_rest_is_rounded():
    assert published(of_areas(403, 4, 2, 397), rounding=10) == {None: 400, 1: None, 2: None, 3: 400}


# --- Who sees what ------------------------------------------------------------------------------------------------


@pytest.fixture
def burglaries(dover):
    areas = [Area.objects.create(partnership=dover, code=f"E0500000{n}", name=f"Ward {n}") for n in range(3)]
    made = indicator(
        partnership=dover,
        slug="burglaries",
        definition="Burglaries recorded.",
        unit="offences",
        kind="proxy",
        geography_name="Dover",
        supplier="Police",
        basis="financial year",
        desired="down",
        direction_note="Fewer is better.",
    )
    made.save()
    for first in (2018, 2019, 2020):
        for value, area in ((17316, None), (3, areas[0]), (7713, areas[1]), (9600, areas[2])):
            made.observations.create(
                area=area,
                start=dt.date(first, 4, 1),
                end=dt.date(first + 1, 3, 31),
                value=value,
                printed_in="2022/23",
                printed_year=2022,
                note=f"{value} in all.",
            )
    return made


@pytest.fixture
def people(person, dover):
    return {role: person(role, dover) for role in Role.values}


@pytest.mark.django_db
def test_only_those_who_work_in_the_partnership_see_true_values(burglaries, people, member):
    known = list(burglaries.observations.all())
    for role in (Role.LEAD, Role.REVIEWER, Role.OFFICER):
        assert disclosure.shown_to(people[role], burglaries, known) == known
    for user in (people[Role.VIEWER], member("officer", "kent")):
        values = [one.value for one in disclosure.shown_to(user, burglaries, known)]
        assert values.count(None) == 6
        assert Decimal(3) not in values
        assert Decimal(7713) not in values


ADDRESSES = ["/dover/indicators/"]
ADDRESSES += [f"/dover/indicators/burglaries/{one}" for one in ("", "figures.csv", "figures.json", "figures.ods")]
ADDRESSES += ["/dover/indicators/burglaries/chart.json"]


@pytest.mark.django_db
@pytest.mark.parametrize("address", ADDRESSES)
def test_no_page_tells_a_viewer_what_is_suppressed(address, burglaries, people, client, text_of):
    """The whole is small in the last year, so that the pages without areas have something to hide."""
    last = {"start": dt.date(2021, 4, 1), "end": END.replace(year=2022), "printed_in": "2022/23", "printed_year": 2022}
    burglaries.observations.create(**last, value=4, note="4321 is what nobody may read.")
    client.force_login(people[Role.VIEWER])
    told = text_of(client.get(address))
    for secret in ("4321", "3 in all", "7713", "7,713", "17316 in all", "4 in 2021/22", "to 4 in"):
        assert secret not in told
    client.force_login(people[Role.OFFICER])
    secret = "to 4 in" if address == "/dover/indicators/" else "4321"
    assert secret in text_of(client.get(address)), "the control: who works there reads it"


@pytest.fixture
def text_of():
    import io
    import zipfile

    def text(response):
        assert response.status_code == 200
        if response["Content-Type"].endswith("opendocument.spreadsheet"):
            return zipfile.ZipFile(io.BytesIO(response.content)).read("content.xml").decode()
        return response.content.decode()

    return text


@pytest.mark.django_db
def test_a_report_tells_nothing_that_is_suppressed(kent):
    edition = Edition.objects.filter(agreement__partnership=kent, agreement__year=2022).first()
    latest = Observation.objects.get(indicator__slug="asb-incidents", start=dt.date(2022, 4, 1))
    Observation.objects.filter(pk=latest.pk).update(value=98765, note="98765 in all.")

    def told():
        return json.dumps(to_data(build_summary(edition)))

    assert "98765" in told(), "the control"
    assert "98,765" in told()
    Indicator.objects.filter(pk=latest.indicator_id).update(suppression_threshold=100000 // 4)
    Observation.objects.filter(pk=latest.pk).update(value=9876)
    assert "9,876" not in told()
    assert "98765" not in told()


@pytest.mark.django_db
def test_the_whole_that_would_tell_its_only_part_is_held_back_in_lists_too(burglaries, people, client):
    """A list reads the figures of the parts only where they decide what may be said of the whole."""
    burglaries.observations.exclude(area__name="Ward 0").exclude(area=None).delete()
    client.force_login(people[Role.VIEWER])
    assert "17,316" not in client.get("/dover/indicators/").content.decode()
    Indicator.objects.filter(pk=burglaries.pk).update(secondary_suppression=False)
    assert "17,316" in client.get("/dover/indicators/").content.decode(), "the control"


@pytest.mark.django_db
def test_the_whole_that_would_tell_its_only_part_is_in_no_report(kent):
    edition = Edition.objects.filter(agreement__partnership=kent, agreement__year=2022).first()
    latest = Observation.objects.get(indicator__slug="asb-incidents", start=dt.date(2022, 4, 1))
    Observation.objects.filter(pk=latest.pk).update(value=98765)
    latest.pk, latest.area, latest.value = None, kent.areas.first(), 3
    latest.save()
    Indicator.objects.filter(pk=latest.indicator_id).update(suppression_threshold=5)
    assert "98,765" in json.dumps(to_data(build_summary(edition))), "the control"
    Indicator.objects.filter(pk=latest.indicator_id).update(secondary_suppression=True)
    assert "98,765" not in json.dumps(to_data(build_summary(edition)))


def test_nothing_is_copied_where_nothing_is_kept_back():
    known = of_areas(40, 20, 20)
    assert disclosure.for_publication(indicator(), known) == known
    assert [id(one) for one in disclosure.for_publication(indicator(), known)] == [id(one) for one in known]
