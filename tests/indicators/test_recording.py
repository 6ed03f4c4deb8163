"""Figures in: one at a time and whole files, restated beside what stands, undone as a whole, each given once."""

import datetime as dt
import threading
from contextlib import suppress
from decimal import Decimal
from functools import partial

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connections

from accounts.models import HistoryEntry, Partnership, PartnershipQuerySet, User
from indicators import recording
from indicators.imports import origin, table
from indicators.imports.looking import Waiting, look
from indicators.imports.proposals import Outcome, Proposal
from indicators.models import ColumnMatching, Import, Indicator, Observation
from tests.conftest import NOW, TODAY
from tests.scratch import race

LATER = NOW + dt.timedelta(hours=1)


def burglaries(partnership):
    return Indicator.objects.create(
        partnership=partnership,
        slug="burglaries",
        title="Burglaries",
        definition="Burglaries recorded.",
        unit="offences",
        kind=Indicator.Kind.PROXY,
        geography_name=partnership.short_name,
        geography_code=partnership.ons_code,
        supplier="Police",
        basis=Indicator.Basis.FINANCIAL_YEAR,
        desired=Indicator.Direction.DOWN,
        direction_note="Fewer is better.",
    )


@pytest.fixture
def indicator(kent):
    return burglaries(kent)


def proposal(indicator, value, year=2022, **fields):
    value = None if value is None else Decimal(value)
    return Proposal(indicator.pk, None, dt.date(year, 4, 1), dt.date(year + 1, 3, 31), value, **fields)


def values(indicator):
    return [one.value and int(one.value) for one in sorted(indicator.observations.all(), key=lambda one: one.order)]


def history_of(row):
    return [(entry.verb, entry.note) for entry in HistoryEntry.objects.about(row)]


# --- One figure -------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_figure_is_kept_with_who_and_when(indicator, member):
    officer = member("officer")
    given = proposal(indicator, "27528", status="provisional", as_at="2023-05", note="From the police.")
    assert recording.record(indicator, given, seen=None, by=officer, at=NOW) == Outcome.NEW
    kept = indicator.observations.get()
    assert (kept.value, kept.status, kept.as_at, kept.note) == (27528, "provisional", "2023-05", "From the police.")
    assert (kept.recorded_at, kept.recorded_by, kept.printed_in, kept.printed_year) == (NOW, officer, "", 2026)
    assert history_of(indicator) == [("figure recorded", "2022/23: 27,528 offences")]


@pytest.mark.django_db
def test_the_same_again_changes_nothing(indicator, member):
    keep = partial(recording.record, indicator, by=member("officer"), at=NOW)
    keep(proposal(indicator, 27528, status="validated", note="Checked."), seen=None)
    for again in (proposal(indicator, "27528.0"), proposal(indicator, 27528, status="validated", note="Checked.")):
        assert keep(again, seen=None) == Outcome.UNCHANGED
    assert values(indicator) == [27528]
    assert len(history_of(indicator)) == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    "fields",
    [
        {"value": 27529},
        {"qualifier": "over"},
        {"status": "validated"},
        {"note": "Recounted."},
        {"as_at": "2023-06"},
        {"value": None, "missing": "confidential"},
    ],
    ids=str,
)
def test_whatever_differs_is_a_second_value(indicator, member, fields):
    keep = partial(recording.record, indicator, by=member("officer"))
    keep(proposal(indicator, 27528), seen=None, at=NOW)
    first = indicator.observations.get()
    second = proposal(indicator, **{"value": 27528} | fields)
    with pytest.raises(recording.Changed) as changed:
        keep(second, seen=None, at=LATER)
    assert changed.value.current.pk == first.pk
    assert keep(second, seen=first.pk, at=LATER) == Outcome.RESTATED
    assert indicator.observations.count() == 2
    assert history_of(indicator)[0][0] == "figure restated"
    current = max(indicator.observations.all(), key=lambda one: one.order)
    assert current.pk != first.pk


@pytest.mark.django_db
def test_a_printed_figure_is_restated_too(kent, member):
    indicator = kent.indicators.get(slug="casualties-all")
    printed = max(indicator.observations.all(), key=lambda one: one.order)
    given = Proposal(indicator.pk, None, printed.start, printed.end, printed.value + 1)
    assert recording.record(indicator, given, seen=printed.pk, by=member("officer"), at=NOW) == Outcome.RESTATED
    assert max(indicator.observations.all(), key=lambda one: one.order).value == printed.value + 1


@pytest.mark.django_db
def test_the_last_given_stands(indicator, member):
    """Of a printed figure of this year and of recorded ones the last; an earlier value given again is a new one."""
    keep = partial(recording.record, indicator, by=member("officer"))
    printed = {"start": dt.date(2022, 4, 1), "end": dt.date(2023, 3, 31), "value": 1}
    seen = indicator.observations.create(**printed, printed_in="2026/27", printed_year=2026).pk
    for hours, value in enumerate((2, 3, 1), start=1):
        given = proposal(indicator, value)
        assert keep(given, seen=seen, at=NOW + dt.timedelta(hours=hours)) == Outcome.RESTATED
        assert keep(given, seen=seen, at=NOW + dt.timedelta(hours=hours)) == Outcome.UNCHANGED
        seen = indicator.observations.order_by("-pk").first().pk
    assert values(indicator) == [1, 2, 3, 1]


@pytest.mark.django_db
def test_areas_and_the_whole_are_kept_apart(indicator, kent, member):
    area = kent.areas.first()
    keep = partial(recording.record, indicator, seen=None, by=member("officer"), at=NOW)
    assert keep(proposal(indicator, 10)) == Outcome.NEW
    of_area = proposal(indicator, 10)
    of_area = Proposal(of_area.indicator, area.pk, of_area.start, of_area.end, of_area.value)
    assert keep(of_area) == Outcome.NEW
    assert keep(of_area) == Outcome.UNCHANGED
    assert set(indicator.observations.values_list("area", flat=True)) == {None, area.pk}


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["lead.rs", "reviewer", "viewer", "officer@dover"])
def test_officers_of_the_partnership_alone(indicator, member, who):
    by = member(*who.split("@"))
    with pytest.raises(PermissionDenied):
        recording.record(indicator, proposal(indicator, 1), seen=None, by=by, at=NOW)
    with pytest.raises(PermissionDenied):
        bring(indicator.partnership, ROWS, by)
    arrival = bring(indicator.partnership, ROWS, member("officer"))
    for deed in (
        partial(recording.apply, seen=seen(arrival), at=NOW),
        partial(recording.undo, at=NOW),
        recording.discard,
        partial(recording.match, waiting=Waiting.of(arrival)),
    ):
        with pytest.raises(PermissionDenied):
            deed(arrival, by=by)
    assert not indicator.observations.exists()


# --- A file -----------------------------------------------------------------------------------------------------

ROWS = "Indicator\tPeriod\tValue\nBurglaries\t2021/22\t27,000\nBurglaries\t2022/23\t27,528\n"


def bring(partnership, text, by, *, source="Police", at=NOW, **fields):
    grid = table.read_pasted(text)
    return recording.bring(
        partnership,
        Waiting(grid, table.guess(grid.header), is_pasted=True),
        source=source,
        origin=origin.of_text(text),
        by=by,
        at=at,
        **fields,
    )


def seen(arrival):
    return look(arrival, on=TODAY).sorted.digest


def apply(arrival, by, at=NOW):
    return recording.apply(arrival, seen=seen(arrival), by=by, at=at)


@pytest.mark.django_db
def test_a_file_is_kept_with_its_origin(indicator, kent, member):
    officer = member("officer")
    arrival = bring(kent, ROWS, officer)
    assert not indicator.observations.exists(), "to look at a file keeps nothing"
    arrival = apply(arrival, officer, at=LATER)
    assert values(indicator) == [27000, 27528]
    assert set(indicator.observations.values_list("arrival", "recorded_by", "recorded_at")) == {
        (arrival.pk, officer.pk, LATER)
    }
    kept = Import.objects.get()
    assert (kept.file_name, kept.size, len(kept.sha256)) == ("Pasted rows", len(ROWS.encode()), 64)
    assert (kept.by, kept.at, kept.applied_at, kept.rows) == (officer, NOW, LATER, [])
    assert kept.counts == {"new": 2, "restated": 0, "unchanged": 0, "rests_on": []}
    assert history_of(kept) == [("applied", "2 figures kept.")]
    assert ColumnMatching.objects.get(source="Police").columns == {
        "Indicator": "indicator",
        "Period": "period",
        "Value": "value",
    }


@pytest.mark.django_db
def test_new_restated_and_unchanged_rows(indicator, kent, member):
    officer = member("officer")
    apply(bring(kent, ROWS, officer), officer)
    mixed = ROWS.replace("27,528", "27,600") + "Burglaries\t2020/21\t[x]\n"
    arrival = apply(bring(kent, mixed, officer, at=LATER), officer, at=LATER)
    assert arrival.counts | {"rests_on": 1} == {"new": 1, "restated": 1, "unchanged": 1, "rests_on": 1}
    assert values(indicator) == [None, 27000, 27528, 27600]
    assert indicator.observations.get(value=None).missing == "not available"


@pytest.mark.django_db
def test_one_refused_row_keeps_everything_out(indicator, kent, member):
    arrival = bring(kent, ROWS + "Burglaries\t2020/21\t-1\n", member("officer"))
    with pytest.raises(ValidationError, match="mend"):
        apply(arrival, member("officer"))
    assert not indicator.observations.exists()
    assert Import.objects.get().applied_at is None


@pytest.mark.django_db
def test_what_changed_since_it_was_shown_is_not_applied(indicator, kent, member):
    officer = member("officer")
    arrival = bring(kent, ROWS, officer)
    shown = seen(arrival)
    recording.record(indicator, proposal(indicator, 5), seen=None, by=officer, at=NOW)
    with pytest.raises(recording.Changed):
        recording.apply(arrival, seen=shown, by=officer, at=NOW)
    assert values(indicator) == [5]
    apply(arrival, officer, at=LATER)
    assert values(indicator) == [27000, 5, 27528]


@pytest.mark.django_db
def test_an_applied_file_is_applied_once(indicator, kent, member):
    officer = member("officer")
    arrival = bring(kent, ROWS, officer)
    shown = seen(arrival)
    for _ in range(2):
        recording.apply(arrival, seen=shown, by=officer, at=NOW)
    assert len(values(indicator)) == 2
    assert len(history_of(arrival)) == 1


@pytest.mark.django_db
def test_a_file_is_undone_as_a_whole(indicator, kent, member):
    officer = member("officer")
    recording.record(indicator, proposal(indicator, 5), seen=None, by=officer, at=NOW)
    arrival = apply(bring(kent, ROWS, officer), officer, at=LATER)
    assert recording.undo(arrival, by=officer, at=LATER) == 2
    assert values(indicator) == [5]
    kept = Import.objects.get()
    assert (kept.undone_by, kept.undone_at, kept.applied_at, kept.by) == (officer, LATER, LATER, officer)
    assert history_of(kept)[0] == ("undone", "2 figures taken away.")
    with pytest.raises(ValidationError, match="was undone on"):
        recording.undo(kept, by=officer, at=LATER)


@pytest.mark.django_db
def test_files_of_a_source_are_undone_from_the_last(indicator, kent, member):
    officer = member("officer")
    first = apply(bring(kent, ROWS, officer), officer, at=NOW)
    second = apply(bring(kent, ROWS + "Burglaries\t2020/21\t1\n", officer, at=LATER), officer, at=LATER)
    with pytest.raises(ValidationError, match="later file of this source"):
        recording.undo(first, by=officer, at=LATER)
    assert len(values(indicator)) == 3
    recording.undo(second, by=officer, at=LATER)
    recording.undo(first, by=officer, at=LATER)
    assert values(indicator) == []


@pytest.mark.django_db
def test_what_another_source_rests_on_is_not_undone(indicator, kent, member):
    """The second file kept nothing of its own for two rows, because the first had brought them."""
    officer = member("officer")
    first = apply(bring(kent, ROWS, officer), officer, at=NOW)
    more = ROWS + "Burglaries\t2020/21\t1\n"
    second = apply(bring(kent, more, officer, source="Home Office", at=LATER), officer, at=LATER)
    assert second.counts["rests_on"] == [first.pk]
    with pytest.raises(ValidationError, match="applied later"):
        recording.undo(first, by=officer, at=LATER)
    other = "Indicator\tPeriod\tValue\nBurglaries\t2019/20\t1\n"
    apart = apply(bring(kent, other, officer, source="Survey", at=LATER), officer, at=LATER)
    assert recording.why_not_undone(apart) == ""
    assert recording.why_not_undone(second) == "", "a later file of another source that rests on nothing is no reason"


@pytest.mark.django_db
def test_what_another_file_gave_too_is_not_undone(indicator, kent, member):
    """The second file keeps no figure of its own: all stood already. Loaded once more, it has nothing to add."""
    first = apply(bring(kent, ROWS, member("officer")), member("officer"), at=NOW)
    given = [proposal(indicator, 27000, 2021), proposal(indicator, 27528)]
    file = [origin.Origin("offences.csv", "0" * 64, 1)]
    load = partial(recording.load, kent, given, source="Home Office", at=LATER)
    found, second = load(origins=file)
    assert found.counts == {"new": 0, "restated": 0, "unchanged": 2}
    assert second.counts == found.counts | {"rests_on": [first.pk]}
    assert load(origins=file)[1] is None
    with pytest.raises(ValidationError, match="applied later"):
        recording.undo(first, by=member("officer"), at=LATER)
    recording.undo(second, by=member("officer"), at=LATER)
    assert load(origins=file)[1] is not None, "what was undone says nothing any more"
    assert values(indicator) == [27000, 27528]


@pytest.mark.django_db
def test_the_same_file_says_once_what_it_gives_and_another_of_its_source_says_it_too(indicator, kent):
    given = [proposal(indicator, 27528)]
    file, other = ([origin.Origin("offences.csv", digit * 64, 1)] for digit in "01")
    load = partial(recording.load, kent, given, source="Home Office", at=LATER)
    made = [load(origins=one)[1] is not None for one in (file, file, other, other, file)]
    assert made == [True, False, True, False, False]


@pytest.mark.django_db
def test_figures_that_came_with_no_file_are_nothing_to_record(indicator, kent, member):
    recording.record(indicator, proposal(indicator, 27528), seen=None, by=member("officer"), at=NOW)
    file = [origin.Origin("offences.csv", "0" * 64, 1)]
    found, arrival = recording.load(kent, [proposal(indicator, 27528)], source="Police", origins=file, at=LATER)
    assert (found.counts["unchanged"], arrival) == (1, None)


@pytest.mark.django_db
def test_a_file_whose_columns_are_not_matched_is_not_applied(indicator, kent, member):
    arrival = bring(kent, "Name\tWhen\tHow many\nBurglaries\t2022/23\t1\n", member("officer"))
    with pytest.raises(recording.Changed):
        recording.apply(arrival, seen="", by=member("officer"), at=NOW)
    assert Import.objects.get().applied_at is None


@pytest.mark.django_db
@pytest.mark.parametrize("deed", ["discard", "mend"])
def test_a_file_that_was_applied_first_is_not_taken_away(indicator, kent, member, monkeypatch, deed):
    """Whoever waits for the partnership finds the file applied by the one who held it before."""
    officer, hold = member("officer"), PartnershipQuerySet.hold
    arrival = bring(kent, ROWS, officer)
    shown = seen(arrival)

    def another_first(rows, row):
        monkeypatch.setattr(PartnershipQuerySet, "hold", hold)
        recording.apply(arrival, seen=shown, by=officer, at=NOW)
        return hold(rows, row)

    monkeypatch.setattr(PartnershipQuerySet, "hold", another_first)
    if deed == "discard":
        with pytest.raises(recording.Changed):
            recording.discard.__wrapped__(arrival, by=officer)  # without its transaction, which the other is not in
    else:
        bring(kent, ROWS, officer, instead_of=arrival.pk)
    assert Import.objects.get(pk=arrival.pk).applied_at == NOW
    assert values(indicator) == [27000, 27528]


@pytest.mark.django_db
def test_undecided_files_are_forgotten_after_a_week(kent, member):
    officer = member("officer")
    old = bring(kent, ROWS, officer)
    mended = bring(kent, ROWS, officer, at=LATER)
    newest = bring(kent, ROWS, officer, at=LATER, instead_of=mended.pk)
    assert set(Import.objects.values_list("pk", flat=True)) == {old.pk, newest.pk}
    last = bring(kent, ROWS, officer, at=NOW + dt.timedelta(days=7, minutes=30))
    assert set(Import.objects.values_list("pk", flat=True)) == {newest.pk, last.pk}
    recording.discard(last, by=officer)
    with pytest.raises(recording.Changed):
        recording.apply(last, seen="", by=officer, at=NOW)


# --- At once ----------------------------------------------------------------------------------------------------


@pytest.fixture
def waiting(scratch):
    """Two Imports of the same rows, looked at and not applied, in a database of the test's own."""
    kent = Partnership.objects.get(slug="kent")
    burglaries(kent)
    return [bring(kent, ROWS, officer_of_kent()) for _ in range(2)]


def officer_of_kent():
    return User.objects.get(email="officer@kent.example")


def apply_all_at_once(imports, deed=recording.apply):
    """Apply each of ``imports`` in a thread of its own; how it went for each, in no particular order."""
    digests, left = {one.pk: seen(one) for one in imports}, list(imports)
    connections.close_all()

    def work():
        arrival = left.pop()
        try:
            deed(arrival, seen=digests[arrival.pk], by=officer_of_kent(), at=NOW)
        except recording.Changed:
            return "changed"
        return "applied"

    return sorted(race(work, len(imports)))


def kept():
    return Observation.objects.filter(indicator__slug="burglaries").count()


@pytest.fixture
def looking_together(monkeypatch):
    """Between the look at what stands and the first figure each waits for the other, who never comes if guarded."""
    both_have_looked = threading.Barrier(2)

    def look_and_wait(arrival, *, on):
        found = look(arrival, on=on)
        with suppress(threading.BrokenBarrierError):
            both_have_looked.wait(timeout=2)
        return found

    monkeypatch.setattr(recording, "look", look_and_wait)


def test_one_file_applied_twice_at_once_is_kept_once(waiting, looking_together):
    assert apply_all_at_once([waiting[0]] * 2) == ["applied"] * 2
    assert kept() == 2


def test_two_files_with_the_same_rows_at_once_are_kept_once(waiting, looking_together):
    assert apply_all_at_once(waiting) == ["applied", "changed"]
    assert kept() == 2


def test_without_transaction_and_lock_they_are_kept_twice(waiting, looking_together, monkeypatch):
    """The control of the two tests above."""
    monkeypatch.setattr(PartnershipQuerySet, "hold", lambda rows, row: row)
    assert apply_all_at_once(waiting, recording.apply.__wrapped__) == ["applied", "applied"]
    assert kept() == 4


def test_one_figure_sent_five_times_at_once_is_kept_once(waiting):
    indicator = Indicator.objects.select_related("partnership").get(slug="burglaries")
    connections.close_all()

    def send():
        given = proposal(indicator, 7, year=2015)
        return recording.record(indicator, given, seen=None, by=officer_of_kent(), at=NOW)

    assert sorted(race(send, 5)) == ["new", *["unchanged"] * 4]
    assert values(indicator) == [7]
