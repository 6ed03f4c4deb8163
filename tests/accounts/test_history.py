"""The history: kept for every change, shown with its row, and refused by the database itself to be changed."""

from types import SimpleNamespace

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.migrations.loader import MigrationLoader

from accounts import history
from accounts.models import Agency, HistoryEntry
from tests.conftest import NOW

APPEND_ONLY = ["accounts_historyentry", "actions_updateevent"]


@pytest.fixture
def agency(kent):
    return Agency.objects.create(partnership=kent, name="Harbour board")


@pytest.fixture
def entry(agency, member):
    made = history.record(agency, verb="added", by=member("officer"), at=NOW, note="For the coast")
    if connection.vendor == "postgresql":
        # A table with checks of references still to come cannot be truncated anyway.
        connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE")
    return made


def test_an_entry_holds_the_values_as_they_stood(agency, entry):
    Agency.objects.filter(pk=agency.pk).update(name="Port authority")
    kept = HistoryEntry.objects.about(agency).get()
    assert kept.values["name"] == "Harbour board"
    assert (kept.about, kept.verb, kept.note, kept.at) == ("Harbour board", "added", "For the coast", NOW)


def test_history_is_of_its_row_and_partnership(agency, entry, kent, dover, member):
    other = Agency.objects.create(partnership=kent, name="Other board")
    assert not HistoryEntry.objects.about(other).exists()
    assert HistoryEntry.objects.about(agency, other).count() == 1
    assert HistoryEntry.objects.visible_to(member("officer")).filter(pk=entry.pk).exists()
    assert not HistoryEntry.objects.visible_to(member("officer", "dover")).filter(pk=entry.pk).exists()


def test_a_password_is_never_kept(member):
    assert "password" not in history._values(member("officer"))


def replace(table, row):
    """REPLACE on SQLite; PostgreSQL's upsert does the same."""
    columns = [column.name for column in connection.introspection.get_table_description(connection.cursor(), table)]
    names = ", ".join(f'"{name}"' for name in columns)
    if connection.vendor == "sqlite":
        return f"INSERT OR REPLACE INTO {table} ({names}) SELECT {names} FROM {table} WHERE id = {row}"
    return (
        f"INSERT INTO {table} ({names}) SELECT {names} FROM {table} WHERE id = {row} "
        f"ON CONFLICT (id) DO UPDATE SET at = EXCLUDED.at"
    )


def tampering(table, row):
    yield f"UPDATE {table} SET at = at WHERE id = {row}"
    yield f"DELETE FROM {table} WHERE id = {row}"
    yield replace(table, row)
    if connection.vendor == "postgresql":
        yield f"TRUNCATE {table} CASCADE"


def outcome(statement):
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    except DatabaseError as error:
        return str(error)
    return "done"


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_the_database_refuses_to_change_a_row(table, entry, db):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id FROM {table} LIMIT 1")
        (row,) = cursor.fetchone()
    for statement in tampering(table, row):
        assert "is only added to" in outcome(statement), statement


def test_without_the_triggers_every_change_would_pass(agency, entry):
    """The control: the same statements, on the same table, after its migration is taken back."""
    table = "accounts_historyentry"
    operation = MigrationLoader(connection).get_migration("accounts", "0002_history").operations[-1]
    cursor = connection.cursor()
    editor = SimpleNamespace(connection=connection, execute=lambda sql, params: cursor.execute(sql))
    operation.reverse_code(None, editor)
    for statement in tampering(table, entry.pk):
        with transaction.atomic():
            assert outcome(statement) == "done", statement
            transaction.set_rollback(True)
    operation.code(None, editor)
    assert outcome(f"DELETE FROM {table} WHERE id = {entry.pk}") != "done"


def test_the_administration_keeps_the_same_history(client, member, agency, kent):
    client.force_login(member("officer"))
    page = f"/admin/accounts/agency/{agency.pk}/change/"
    assert client.post(page, {"name": "Port authority", "former_names": "[]"}).status_code == 302
    assert client.post(f"/admin/accounts/agency/{agency.pk}/delete/", {"post": "yes"}).status_code == 302
    deleted, changed, before = HistoryEntry.objects.about(agency)
    assert (before.values["name"], before.by) == ("Harbour board", None)
    assert (changed.verb, changed.values["name"], changed.by) == ("changed", "Port authority", member("officer"))
    assert (deleted.verb, deleted.about) == ("deleted", "Port authority")


def rows_of_formset(prefix, rows):
    """What a page of the administration posts for the rows ``rows`` inside it."""
    counts = {"TOTAL_FORMS": len(rows), "INITIAL_FORMS": sum("id" in row for row in rows), "MIN_NUM_FORMS": 0}
    posted = {f"{prefix}-{name}": value for name, value in counts.items()}
    return posted | {f"{prefix}-{place}-{name}": value for place, row in enumerate(rows) for name, value in row.items()}


def test_rows_inside_a_page_have_their_own_history(client, member, kent):
    """A section's wording is changed, another one taken out, a third one added: all three texts stay."""
    priority = kent.agreements.get(year=2026).priorities.get(slug="road-safety")
    first = priority.sections.get()
    second = priority.sections.create(position=80, heading="Second", body="<p>To be taken out</p>")
    wording, gone = first.body, second.body
    sections = [
        {"id": first.pk, "priority": priority.pk, "position": 1, "heading": "Anew", "body": "<p>Other words</p>"},
        {"id": second.pk, "priority": priority.pk, "position": 80, "heading": "Second", "DELETE": "on"},
        {"priority": priority.pk, "position": 90, "heading": "Further", "body": "<p>More</p>"},
    ]
    page = {"agreement": priority.agreement_id, "slug": priority.slug, "code": priority.code, "position": 1}
    page |= {"title": priority.title, "continues": [one.pk for one in priority.continues.all()]}
    page |= rows_of_formset("leads", []) | rows_of_formset("notes", []) | rows_of_formset("sections", sections)
    client.force_login(member("officer"))
    answer = client.post(f"/admin/priorities/priority/{priority.pk}/change/", page)
    assert answer.status_code == 302, answer.context["errors"]
    changed, before = HistoryEntry.objects.about(first)
    assert (before.verb, before.values["body"]) == ("kept as it stood", wording)
    assert (changed.verb, changed.values["body"], changed.by) == ("changed", "<p>Other words</p>", member("officer"))
    deleted, _before = HistoryEntry.objects.about(second)
    assert (deleted.verb, deleted.values["body"]) == ("deleted", gone)
    (added,) = HistoryEntry.objects.about(priority.sections.get(position=90))
    assert (added.verb, added.values["heading"]) == ("added", "Further")


def test_what_is_kept_first_is_kept_once(agency):
    history.keep_first(agency, at=NOW)
    history.keep_first(agency, at=NOW)
    assert HistoryEntry.objects.about(agency).count() == 1
