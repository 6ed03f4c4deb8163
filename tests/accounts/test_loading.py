"""Rows from files: every row is checked, a fault is named in plain words, and nothing is loaded by halves."""

import json
from unittest.mock import patch

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError

from accounts.loading import Refused, load
from accounts.models import Agency, Membership, Partnership, User
from actions.models import ProgressUpdate, Round
from indicators.models import Indicator, Observation
from priorities.models import Lead, Priority, Section

pytestmark = pytest.mark.django_db

NEW = {"model": "accounts.partnership", "fields": {"slug": "essex", "name": "Essex", "short_name": "Essex"}}
NEW["fields"] |= {"kind": "county", "ons_code": "E10000012"}
FIGURE = {
    "indicator": ["kent", "domestic-abuse-incidents"],
    "start": "2031-04-01",
    "end": "2032-03-31",
    "value": "123.5",
    "printed_in": "2032/33",
    "printed_year": 2032,
    "as_at": "2032-05",
}
PRIORITY = {"agreement": ["kent", 2022], "slug": "new", "code": "NEW", "title": "New", "position": 90}
PERSON = {"email": "new@essex.example", "name": "A new person"}
MEMBER = {"user": ["new@essex.example"], "partnership": ["essex"], "role": "officer"}


@pytest.fixture
def written(tmp_path):
    """Writes rows to a file: written(row, row), written("text", name="other.json")."""

    def write(*rows, name="rows.json"):
        path = tmp_path / name
        path.write_text(rows[0] if isinstance(rows[0], str) else json.dumps(rows))
        return path

    return write


def row(model, fields, **changes):
    return {"model": model, "fields": {**fields, **changes}}


def figure(**changes):
    return row("indicators.observation", FIGURE, **changes)


def without(name, fields):
    return {key: value for key, value in fields.items() if key != name}


def stored():
    models = (Partnership, Agency, User, Membership, Priority, Section, Lead, Indicator, Observation, Round)
    through = (Indicator.priorities.through, Priority.continues.through)
    return {model._meta.label: list(model.objects.order_by("pk").values_list()) for model in (*models, *through)}


def test_rows_of_several_files_are_loaded_in_order(written, kent):
    first = written(NEW, row("accounts.agency", {"partnership": ["essex"], "name": "Essex Police"}))
    second = written(
        figure(), row("priorities.priority", PRIORITY, continues=[["kent", 2018, "domestic-abuse"]]), name="second.json"
    )
    assert load([first, second]) == 4
    assert Agency.objects.get(partnership__slug="essex").name == "Essex Police"
    assert Observation.objects.get(printed_in="2032/33").as_at == "2032-05"
    assert [one.agreement.year for one in Priority.objects.get(code="NEW").continues.all()] == [2018]


def test_loading_twice_changes_nothing(written):
    path = written(NEW, row("accounts.user", PERSON), row("accounts.membership", MEMBER), figure())
    load([path])
    before = stored()
    load([path])
    assert stored() == before


def test_a_row_that_is_stored_is_written_anew(written):
    load([written(figure())])
    load([written(figure(value="7", qualifier="over"))])
    assert [(str(one.value), one.qualifier) for one in Observation.objects.filter(printed_in="2032/33")] == [
        ("7.0000", "over")
    ]


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (figure(qualifier="roughly"), ["qualifier: Value 'roughly' is not a valid choice.", "Choose from: 'exact', "]),
        (figure(as_at="soon"), ["as_at: 'soon' is not a date such as 2022-11-28"]),
        (figure(as_at="2032-13"), ["as_at: '2032-13' is not a date that exists."]),
        (figure(start="soon"), ["start: “soon” value has an invalid date format"]),
        (figure(value="many"), ["value: “many” value must be a decimal number."]),
        (figure(value="1.23456"), ["value: Ensure that there are no more than 4 decimal places."]),
        (figure(note=None), ["note: this must not be null."]),
        (figure(note=["a", "b"]), ['note: ["a", "b"] is not a single value.']),
        (figure(note="a\0b"), ["note: 'a\\x00b' holds what is no character."]),
        (figure(note="\ud800"), ["note: '\\ud800' holds what is no character."]),
        (figure(printed_in="x" * 41), ["printed_in: Ensure this value has at most 40 characters"]),
        (figure(printed_year=2032.5), ["printed_year: 2032.5 is not a whole number."]),
        (figure(printed_year=-1), ["printed_year: Ensure this value is greater than or equal to 0."]),
        (figure(colour="red"), ["colour: there is no such field. There is: indicator, area, start, end,"]),
        (figure(indicator=["kent", "nothing"]), ['indicator: there is no indicator ["kent", "nothing"].']),
        (figure(indicator=["kent"]), ['indicator: ["kent"] is not the natural key of one indicator.']),
        (figure(indicator=["kent", "\0"]), ["is not the natural key of one indicator."]),
        (figure(indicator=1), ["indicator: 1 names no indicator. Write its natural key, as a list."]),
        (figure(indicator=None), ["indicator: this must not be null."]),
        (row("indicators.observation", without("indicator", FIGURE)), ["indicator: This field cannot be null."]),
        (figure(end="2030-01-01"), ["2032/33): The period ends before it starts."]),
        (row("priorities.priority", PRIORITY, agreement=["kent", 2011]), ["there is no agreement", '["kent", 2011]']),
        (row("priorities.priority", PRIORITY, agreement=["kent", "x"]), ["is not the natural key of one agreement"]),
        (row("priorities.priority", PRIORITY, continues=[["kent", 2022, "no"]]), ["continues: there is no priority"]),
        (row("priorities.priority", PRIORITY, continues="all"), ["continues: this must be a list of references."]),
        (row("priorities.priority", PRIORITY, code="DA"), ["agreement, code: another row has the same."]),
        (row("priorities.priority", PRIORITY, leads=[]), ["leads: there is no such field."]),
        ({**figure(), "pk": 1}, ['not by "pk"']),
        (row("accounts.nothing", {}), ["accounts.nothing: there is no model 'accounts.nothing'."]),
        ({"model": 5, "fields": {}}, ["there is no model 5."]),
        ({"fields": {}}, ["there is no model None."]),
        (row("sessions.session", {}), ["sessions.session is not loaded from files."]),
        (row("reports.frozenedition", {}), ["reports.frozenedition is not loaded from files."]),
        (row("actions.concern", {}), ["actions.concern is not loaded from files."]),
        (row("accounts.user", PERSON, is_superuser=True), ["is_superuser: superusers are made with"]),
        (row("accounts.user", PERSON, is_superuser="t"), ["is_superuser: superusers are made with"]),
        (row("accounts.user", PERSON, password="secret"), ["password: leave it out."]),
        (row("accounts.user", PERSON, email="nobody"), ["email: Enter a valid email address."]),
        (row("accounts.user", {"name": "X"}), ["email: This field cannot be blank."]),
        (NEW, ["this row stands already in", "row 1."]),
        ({"model": "accounts.agency"}, ["this is not a row"]),
        ("a text", ["this is not a row"]),
    ],
)
def test_a_fault_is_named_and_nothing_is_loaded(bad, words, written, kent):
    before = stored()
    with pytest.raises(Refused) as refusal:
        load([written(NEW, bad)])
    assert "rows.json, row 2" in str(refusal.value)
    assert [word for word in words if word not in str(refusal.value)] == [], str(refusal.value)
    assert "\n" not in str(refusal.value)
    assert stored() == before


def test_the_whole_message(written):
    path = written(figure(), figure(printed_in="2033/34", qualifier="over or so"))
    with pytest.raises(Refused) as refusal:
        load([path])
    assert str(refusal.value) == (
        f"{path}, row 2, indicators.observation (kent, domestic-abuse-incidents, 2031-04-01, 2032-03-31, 2033/34): "
        "qualifier: Value 'over or so' is not a valid choice. "
        "Choose from: 'exact', 'approx', 'over', 'just over', 'at least', 'estimate'."
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[{"model": ', "is not JSON: Expecting value"),
        ("", "is not JSON"),
        ('{"model": "accounts.user"}', "does not hold a list of rows."),
        ("[" * 100_000, "is not JSON"),
    ],
)
def test_a_file_that_holds_no_rows_is_named(text, words, written):
    good = written(NEW)
    with pytest.raises(Refused, match=r"broken\.json") as refusal:
        load([good, written(text, name="broken.json")])
    assert words in str(refusal.value)
    assert not Partnership.objects.filter(slug="essex").exists()


def test_a_file_that_is_not_there_or_not_text_is_named(tmp_path):
    with pytest.raises(Refused, match=r"none\.json cannot be read: No such file or directory\."):
        load([tmp_path / "none.json"])
    with pytest.raises(Refused, match=r"cannot be read: Is a directory\."):
        load([tmp_path])
    (tmp_path / "latin.json").write_bytes('["é"]'.encode("latin-1"))
    with pytest.raises(Refused, match=r"latin\.json is not JSON"):
        load([tmp_path / "latin.json"])


def test_what_the_database_finds_only_at_the_end_is_refused_too(written):
    with (
        patch("accounts.loading.connection.check_constraints", side_effect=IntegrityError("row 7 of x")),
        pytest.raises(Refused, match=r"rows\.json: a row refers to one that does not exist\. row 7 of x"),
    ):
        load([written(NEW)])
    assert not Partnership.objects.filter(slug="essex").exists()


def test_a_person_keeps_what_the_row_does_not_name(written, member):
    User.objects.filter(pk=member("officer").pk).update(is_active=False)
    officer = member("officer")
    load([written(row("accounts.user", {"email": officer.email, "name": "Renamed"}))])
    again = member("officer")
    assert again.name == "Renamed"
    assert (again.pk, again.password, again.date_joined) == (officer.pk, officer.password, officer.date_joined)
    assert not again.is_active


def test_a_superuser_is_not_changed(written):
    User.objects.create_superuser("root@essex.example", "x", name="Root")
    with pytest.raises(Refused, match="not changed from files"):
        load([written(row("accounts.user", PERSON, email="Root@essex.example", is_superuser=False))])
    assert User.objects.get(email="root@essex.example").is_superuser


def test_a_new_person_has_no_password_until_they_set_one(written):
    load([written(NEW, row("accounts.user", PERSON), row("accounts.membership", MEMBER))])
    person = User.objects.get(email="new@essex.example")
    assert not person.has_usable_password()
    assert person.memberships.get().partnership.slug == "essex"


def test_progress_is_loaded_with_who_accepted_it_and_when(written, kent):
    one = ProgressUpdate.objects.filter(round__agreement__year=2026, action__priority__agreement__partnership=kent)
    draft = one.filter(state="draft").first()
    key = {"round": list(draft.round.natural_key()), "action": list(draft.action.natural_key())}
    said = {"state": "accepted", "text": "<p>Done.</p>", "as_at": "2026-11", "version": 2}
    path = written(row("actions.progressupdate", key | said))
    with pytest.raises(Refused, match=r"Who accepted it, and when, stand together\.$"):
        load([path])
    accepted = {"accepted_at": "2026-11-20T12:00:00Z", "accepted_by": ["officer@kent.example"]}
    load([written(row("actions.progressupdate", key | said | accepted))])
    draft.refresh_from_db()
    assert (draft.state, draft.text, draft.accepted_by.email) == ("accepted", "<p>Done.</p>", "officer@kent.example")


def test_texts_are_cleaned_on_their_way_in(written):
    fields = {"priority": ["kent", 2022, "domestic-abuse"], "position": 90, "heading": "New"}
    load([written(row("priorities.section", fields, body="<p>Safe<script>x</script></p>"))])
    assert Section.objects.get(position=90).body == "<p>Safe</p>"


def test_the_command_says_how_many_or_why_not(written, capsys):
    call_command("load_data", str(written(NEW, figure())))
    assert capsys.readouterr().out == "Rows loaded: 2\n"
    with pytest.raises(CommandError, match=r"^Nothing was loaded: .*rows\.json, row 1, .*qualifier: "):
        call_command("load_data", str(written(figure(qualifier="roughly"))))
