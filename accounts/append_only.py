"""Tables to which rows are only added: the database itself refuses to change, replace or remove one."""

from django.db import migrations

_SQLITE = """
CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table}
BEGIN SELECT RAISE(ABORT, '{table} is only added to'); END;
CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table}
BEGIN SELECT RAISE(ABORT, '{table} is only added to'); END;
CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN EXISTS (SELECT 1 FROM {table} WHERE {same})
BEGIN SELECT RAISE(ABORT, '{table} is only added to'); END;
"""
_POSTGRESQL = """
CREATE FUNCTION {table}_only_added_to() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '{table} is only added to' USING ERRCODE = 'integrity_constraint_violation'; END $$;
CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table}
FOR EACH ROW EXECUTE FUNCTION {table}_only_added_to();
CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION {table}_only_added_to();
"""
_SQLITE_BACK = """
DROP TRIGGER IF EXISTS {table}_no_update; DROP TRIGGER IF EXISTS {table}_no_delete;
DROP TRIGGER IF EXISTS {table}_no_replace;
"""
_POSTGRESQL_BACK = """
DROP TRIGGER IF EXISTS {table}_no_change ON {table}; DROP TRIGGER IF EXISTS {table}_no_truncate ON {table};
DROP FUNCTION IF EXISTS {table}_only_added_to();
"""


def append_only(table, *, unique=()):
    """A migration operation. ``unique`` names the columns of each further unique key, such as [("update_id", "key")].

    SQLite's REPLACE removes the old row without a trigger, so there an insert that meets an old row is refused.
    A later migration that makes the table anew on SQLite loses the triggers: tests/accounts/test_history.py sees it.
    """
    keys = [("id",), *unique]
    same = " OR ".join("(" + " AND ".join(f"{column} = NEW.{column}" for column in key) + ")" for key in keys)

    return migrations.RunPython(
        _statements({"sqlite": _SQLITE, "postgresql": _POSTGRESQL}, table, same),
        _statements({"sqlite": _SQLITE_BACK, "postgresql": _POSTGRESQL_BACK}, table, same),
    )


def _statements(scripts, table, same):
    def run(apps, schema_editor):
        connection = schema_editor.connection
        script = scripts[connection.vendor].format(table=table, same=same)
        statements = [script] if connection.vendor == "postgresql" else connection.ops.prepare_sql_script(script)
        for statement in statements:
            schema_editor.execute(statement, params=None)

    return run
