"""Copying a chat from one database into another, SQLite or PostgreSQL, where it goes on as if nothing had happened.

Rows go over in pieces, in the order of their keys. Each piece is committed together with how far the copy has come, so
that it goes on after whatever interrupted it. Of each table, a hash is kept that is made of all of its pieces; at the
end, it is made again of what the target gives back. Until then, no server starts with the target.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import orjson
from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Engine,
    MetaData,
    Select,
    String,
    Table,
    Text,
    delete,
    func,
    insert,
    select,
    text,
    tuple_,
)

from chatrooms.storage import facts, migrations
from chatrooms.storage.migrations import HEAD, UNFINISHED
from chatrooms.storage.tables import messages, metadata, rooms

ROWS = 10_000
"""How many rows are copied at once."""

progress = Table(
    "copied",
    MetaData(),
    Column("name", String(63), primary_key=True, comment="of a table; empty for the copy as a whole"),
    Column("rows", BigInteger, nullable=False),
    Column("after", JSON, comment="the key of the last row; of the whole, the statements to end with"),
    Column("hash", Text, nullable=False),
    Column("done", Boolean, nullable=False),
)
"""How far the copy has come; in the target, until it is complete."""

INDEXED = "indexed"
"""The table about the index of words, which each database keeps in its own way, and makes anew."""
WHOLE = ""

_REFERENCES = text(
    "SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid) FROM pg_constraint "
    "WHERE contype = 'f' AND connamespace = current_schema()::regnamespace"
)
_INDEXES = text(
    "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) "
    "FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid "
    "WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' "
    "AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = indexrelid)"
)

Report = Callable[[str], None]
"""Gets a line about how far the copy has come."""


class Impossible(Exception):
    """A copy cannot be made; the message says why."""


class Piece(NamedTuple):
    """Some rows of a table, and the key of the last of them."""

    rows: list[list[Any]]
    after: list[Any]

    def hash(self, before: str) -> str:
        """Return the hash of all pieces up to this one, given that of those ``before``."""
        made = orjson.dumps(self.rows, option=orjson.OPT_SORT_KEYS)
        return hashlib.blake2b(before.encode() + made, digest_size=32).hexdigest()


def tables() -> list[Table]:
    """Return the tables to copy, those first that others refer to."""
    return [table for table in metadata.sorted_tables if table.name != INDEXED]


def copy(source: Engine, target: Engine, report: Report) -> dict[str, int]:
    """Copy all rows, and return how many of each table; raises `Impossible` or ``SQLAlchemyError``.

    No server may use either of them meanwhile. Call it again to go on with one that was interrupted.
    """
    with source.connect() as read:
        _begin(read, target)
        for table in tables():
            _copy_table(read, target, table, report)
    counts = {table.name: _require_same(target, table, report) for table in tables()}
    _finish(target)
    return counts


def _begin(source: Connection, target: Engine) -> None:
    """Create the tables of the target, or find that this copy has begun there before; raises `Impossible`."""
    state, revision = fingerprint(source), migrations.revision_of(target)
    if revision is None:
        migrations.migrate(target)
        with target.begin() as write:
            _set_revision(write, UNFINISHED)
            progress.create(write)
            later = _without_checks(write) if write.dialect.name == "postgresql" else []
            _note(write, WHOLE, {"rows": 0, "after": later, "hash": state, "done": False})
    elif revision != UNFINISHED:
        raise Impossible("the target is not empty")
    elif _noted(target, WHOLE)["hash"] != state:
        raise Impossible(
            "the target has a part of another database, or of this one before a server used it again: "
            "begin anew with an empty target"
        )


def _without_checks(target: Connection) -> list[str]:
    """Drop PostgreSQL's indexes and references, which are several times faster made at the end.

    Return the statements that make them.
    """
    references, indexes = target.execute(_REFERENCES).all(), target.execute(_INDEXES).all()
    for table, name, _ in references:
        target.exec_driver_sql(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    for name, _ in indexes:
        target.exec_driver_sql(f"DROP INDEX {name}")
    made = [f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}" for table, name, definition in references]
    return [definition for _, definition in indexes] + made


def fingerprint(source: Connection) -> str:
    """Return what differs once a server has used the source again; raises `Impossible` if none ever has."""
    known = source.execute(select(facts.facts)).one_or_none()
    if known is None:
        raise Impossible("no server has used the source")
    counted = source.execute(select(func.count(), func.sum(rooms.c.counter)).select_from(rooms)).one()
    return hashlib.blake2b(repr((HEAD, tuple(known), *map(int, counted))).encode(), digest_size=32).hexdigest()


def _copy_table(source: Connection, target: Engine, table: Table, report: Report) -> None:
    state = _noted(target, table.name)
    total = source.scalar(select(func.count()).select_from(table)) or 0
    for piece in () if state["done"] else _pieces(source, table, state["after"]):
        made = piece.hash(state["hash"])
        state |= {"rows": state["rows"] + len(piece.rows), "after": piece.after, "hash": made}
        with target.begin() as write:
            _store(write, table, piece.rows)
            _note(write, table.name, state)
        report(f"{table.name}: {state['rows']:,} of {total:,} rows")
    with target.begin() as write:
        _note(write, table.name, state | {"done": True})
        _continue_numbers(write, table)


def _pieces(source: Connection, table: Table, after: list[Any] | None) -> Iterator[Piece]:
    keys = list(table.primary_key.columns)
    places = [list(table.columns).index(key) for key in keys]
    while rows := [list(row) for row in source.execute(_next(table, keys, after)).all()]:
        after = [rows[-1][place] for place in places]
        yield Piece(rows, after)


def _next(table: Table, keys: Sequence[ColumnElement[Any]], after: list[Any] | None) -> Select[Any]:
    found = select(table).order_by(*keys).limit(ROWS)
    return found if after is None else found.where(tuple_(*keys) > tuple_(*after))


def _store(target: Connection, table: Table, rows: list[list[Any]]) -> None:
    """Insert rows, in the way that is fastest for a database."""
    columns, quoted = list(table.columns), target.dialect.identifier_preparer.quote
    for place, column in enumerate(columns):
        if isinstance(column.type, JSON):
            for row in rows:
                row[place] = _document(row[place], nullable=bool(column.nullable))
    names = ", ".join(quoted(column.name) for column in columns)
    driver: Any = target.connection.driver_connection
    if target.dialect.name == "sqlite":
        driver.executemany(f"INSERT INTO {quoted(table.name)} ({names}) VALUES ({', '.join('?' * len(columns))})", rows)
        return
    with driver.cursor() as cursor, cursor.copy(f"COPY {quoted(table.name)} ({names}) FROM STDIN") as copying:
        for row in rows:
            copying.write_row(row)


def _document(value: Any, *, nullable: bool) -> str | None:
    return None if value is None and nullable else orjson.dumps(value).decode()


def _continue_numbers(target: Connection, table: Table) -> None:
    """Let PostgreSQL give new rows numbers that no copied row has; SQLite does it by itself."""
    column = table.autoincrement_column
    if target.dialect.name == "sqlite" or column is None:
        return
    newest = select(func.coalesce(func.max(column), 0) + 1).scalar_subquery()
    target.execute(select(func.setval(func.pg_get_serial_sequence(table.name, column.name), newest, False)))


def _require_same(target: Engine, table: Table, report: Report) -> int:
    """Return how many rows of a table the target has; raises `Impossible` if they are not those that were copied."""
    state, made, count = _noted(target, table.name), "", 0
    with target.connect() as read:
        for piece in _pieces(read, table, None):
            count, made = count + len(piece.rows), piece.hash(made)
            report(f"{table.name}: {count:,} of {state['rows']:,} rows compared")
    if (count, made) != (state["rows"], state["hash"]):
        raise Impossible(f"the copy of the table {table.name} differs from the source: begin anew with an empty target")
    return count


def _finish(target: Engine) -> None:
    """Let servers use the target."""
    with target.begin() as write:
        ahead = select(func.count()).select_from(messages.join(rooms)).where(messages.c.rev > rooms.c.counter)
        if write.scalar(ahead):
            raise Impossible("the source is damaged: rooms have messages that are newer than the rooms")
        newest = write.scalar(select(func.coalesce(func.max(messages.c.key), 0))) or 0
        write.execute(delete(metadata.tables[INDEXED]))
        write.execute(insert(metadata.tables[INDEXED]).values(id=1, low=newest + 1, high=newest + 1, start=newest + 1))
        for statement in _noted_in(write, WHOLE)["after"]:
            write.exec_driver_sql(statement)
        if write.dialect.name == "postgresql":
            write.exec_driver_sql("ANALYZE")  # without it, PostgreSQL guesses what the tables have
        progress.drop(write)
        _set_revision(write, HEAD)


def _set_revision(target: Connection, revision: str) -> None:
    target.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})


def _noted(target: Engine, name: str) -> dict[str, Any]:
    """Return how far the copy of a table has come."""
    with target.connect() as read:
        return _noted_in(read, name)


def _noted_in(target: Connection, name: str) -> dict[str, Any]:
    row = target.execute(select(progress).where(progress.c.name == name)).mappings().one_or_none()
    return dict(row) if row else {"name": name, "rows": 0, "after": None, "hash": "", "done": False}


def _note(target: Connection, name: str, state: Mapping[str, Any]) -> None:
    target.execute(delete(progress).where(progress.c.name == name))
    target.execute(insert(progress).values(dict(state) | {"name": name}))
