"""Which queries read a whole large table, as the database itself explains them."""

import json
import re

from django.db import connection

LARGE = 1000
_NAMED = re.compile(r'"(\w+)"(?: (?:AS )?"?([A-Z]\d+)"?)?')


def whole_table_reads(queries):
    """The names of the tables of LARGE rows and more that one of the ``queries`` reads from end to end.

    ``queries`` are pairs of SQL and parameters.
    """
    found = set()
    for sql, parameters in queries:
        if sql.lstrip().upper().startswith("SELECT"):
            found |= _read_whole(sql, parameters)
    return sorted(found)


def row_counts():
    """{table: rows} of the large tables."""
    with connection.cursor() as cursor:
        names = connection.introspection.table_names(cursor)
        counts = {}
        for name in names:
            cursor.execute(f"SELECT COUNT(*) FROM {connection.ops.quote_name(name)}")
            counts[name] = cursor.fetchone()[0]
    return {name: count for name, count in counts.items() if count >= LARGE}


def _read_whole(sql, parameters):
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", parameters)
            (plans,) = cursor.fetchone()
            plans = json.loads(plans) if isinstance(plans, str) else plans
            tables = {name for plan in plans for name in _sequential(plan["Plan"])}
        else:
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}", parameters)
            tables = _scanned([row[-1] for row in cursor.fetchall()], sql)
    return tables & _large_tables()


def _sequential(node):
    if node["Node Type"] == "Seq Scan":
        yield node["Relation Name"]
    for inner in node.get("Plans", ()):
        yield from _sequential(inner)


def _scanned(steps, sql):
    """SQLite says "SCAN U0" or "SCAN table USING INDEX …"; the query tells which table "U0" is."""
    aliases = {alias: table for table, alias in _NAMED.findall(sql) if alias}
    names = [step.split()[1] for step in steps if step.startswith("SCAN ")]
    return {aliases.get(name, name) for name in names}


_large = None


def _large_tables():
    global _large
    if _large is None:
        _large = set(row_counts())
    return _large
