"""Texts in PostgreSQL are compared by their bytes, as in SQLite.

The order of names, and what a search finds, must not depend on the language that a database was created for, nor on the
version of a library that knows it. Columns get that when a server starts, so that a dump that was put into another
database has it too.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable

from sqlalchemy import Connection, bindparam, text

from chatrooms.storage.tables import metadata

log = logging.getLogger(__name__)

_PROVIDER = "coalesce(to_jsonb(d) ->> 'datlocprovider', 'c')"  # a column since PostgreSQL 15
_IS_C = (
    f"SELECT {_PROVIDER} = 'b' OR ({_PROVIDER} = 'c' AND d.datcollate IN ('C', 'POSIX')) "
    "FROM pg_database d WHERE d.datname = current_database()"
)
_OTHERS = text(
    f"""
    SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod)
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_collation l ON l.oid = a.attcollation
    WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace AND c.relname IN :tables
      AND a.attnum > 0 AND NOT a.attisdropped
      AND l.collname NOT IN ('C', 'POSIX') AND NOT (l.collname = 'default' AND ({_IS_C}))
    ORDER BY c.relname, a.attnum
    """
).bindparams(bindparam("tables", expanding=True))


def compare_by_bytes(connection: Connection) -> None:
    """Give every column with texts of ours the collation "C", unless it has it."""
    if connection.dialect.name != "postgresql":
        return
    found: dict[str, list[tuple[str, str]]] = {}
    for table, column, kind in connection.execute(_OTHERS, {"tables": list(metadata.tables)}):
        found.setdefault(table, []).append((column, kind))
    if found:
        log.info("texts in the database will be compared by their bytes; this rebuilds indexes")
    for table, columns in found.items():
        connection.exec_driver_sql(_altering(connection, table, columns))


def _altering(connection: Connection, table: str, columns: Iterable[tuple[str, str]]) -> str:
    """Return the statement for a table, which rebuilds each of its indexes once."""
    quoted = connection.dialect.identifier_preparer.quote
    each = (f'ALTER COLUMN {quoted(name)} TYPE {kind} COLLATE "C"' for name, kind in columns)
    return f"ALTER TABLE {quoted(table)} {', '.join(each)}"
