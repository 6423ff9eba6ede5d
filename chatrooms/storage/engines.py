"""The SQLAlchemy engines: one connection that writes, several that read."""

from __future__ import annotations

import logging
from functools import partial
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, text
from sqlalchemy.exc import ArgumentError

from chatrooms.storage import lost_commits
from chatrooms.storage.statements import Prepared

READERS = 4
LOOKUPS = 1
"""How many more read for lookups alone, which must not wait for long queries."""
CACHE = 64 * 1024
"""KiB of pages that SQLite's writer keeps in memory: with few, it writes some several times in a transaction."""
CHECKPOINT = 48_000
"""Pages in SQLite's write-ahead log, 4 KiB each, after which a commit copies it, if `Checkpoints` did not by then."""
CHANGES = "chatrooms_changes"
"""The attribute of PostgreSQL's writing connection that counts the rows that it has changed."""
NETWORK = {
    "connect_timeout": 5,
    "tcp_user_timeout": 10_000,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "client_encoding": "utf8",
}
"""How long PostgreSQL may be silent, in seconds and milliseconds, unless the URL says otherwise; see
https://www.postgresql.org/docs/current/libpq-connect.html."""
LOCK_PATIENCE = "250ms"
"""How long one wait for a lock takes; the writer goes on without what it could not lock, and tries again."""
WRITER = {
    "lock_timeout": LOCK_PATIENCE,
    "statement_timeout": "15s",
    "idle_in_transaction_session_timeout": "500ms",  # a server that stands still holds up others no longer
}
READER = {"statement_timeout": "30s", "idle_in_transaction_session_timeout": "60s"}
"""The settings of sessions with PostgreSQL: how long they may hold up others."""
BEGIN = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"
"""Begins a transaction of the writer's, whatever the defaults of the database are."""
BEGINS = "chatrooms_begins"
"""The execution option of those who send `BEGIN` themselves."""
_QUIET = logging.getLogger("sqlalchemy.engine.Engine.chatrooms")
_QUIET.setLevel(logging.WARNING)  # below WARNING, SQLAlchemy logs rows


def connect(url: URL, *, writer: bool, patient: bool = False) -> Engine:
    """Return the engine of the writer or of the readers, which cannot write. It connects on first use.

    What a ``patient`` one does in PostgreSQL may take as long as it needs.
    """
    how: dict[str, Any] = {"pool_size": 1 if writer else READERS + LOOKUPS, "max_overflow": 0}
    how |= {"hide_parameters": True, "logging_name": _QUIET.name.rpartition(".")[2]}
    if url.get_backend_name() != "sqlite":
        return _postgresql(url, how, writer=writer, patient=patient)
    engine = create_engine(url, **how)

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA busy_timeout = 5000")
        if writer:
            connection.execute(f"PRAGMA cache_size = -{CACHE}")
            connection.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT}")
        else:
            connection.execute("PRAGMA query_only = ON")

    begin = Prepared(text("BEGIN IMMEDIATE" if writer else "BEGIN"))
    event.listen(engine, "begin", partial(begin.run, values={}))
    return engine


def _postgresql(url: URL, how: dict[str, Any], *, writer: bool, patient: bool) -> Engine:
    """Return an engine that does not ask before each use whether its connection still works: that is a round trip.

    Those who use it begin anew with another connection if it does not. With the option `BEGINS`, the writer's engine
    leaves it to the caller to send `BEGIN`, together with what follows.
    """
    args: dict[str, Any] = {name: value for name, value in NETWORK.items() if name not in url.query}
    if writer:
        args["cursor_factory"] = _counting_cursor()
    if "prepare_threshold" in url.query:  # a number or none, where the URL has a text
        args["prepare_threshold"] = _threshold(str(url.query["prepare_threshold"]))
    isolation = "AUTOCOMMIT" if writer else "REPEATABLE READ"
    engine = create_engine(url, **how, connect_args=args, isolation_level=isolation)
    limits = WRITER if writer else READER
    settings = "; ".join(f"SET {name} = '{0 if patient else value}'" for name, value in limits.items())

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: Any) -> None:
        connection.execute(settings, prepare=False)
        connection.commit()

    if writer:
        event.listen(engine, "connect", lost_commits.remember)
        event.listen(engine, "begin", _begin)
    return engine


def _begin(connection: Connection) -> None:
    if not connection.get_execution_options().get(BEGINS):
        connection.exec_driver_sql(BEGIN)


def _threshold(given: str) -> int | None:
    """Return after how many executions psycopg prepares a statement, or None for never; raises ``ArgumentError``."""
    if given.lower() == "none":
        return None
    if not given.isdecimal():
        raise ArgumentError(f"prepare_threshold is a number or none, not {given!r}")
    return int(given)


def _counting_cursor() -> Any:
    """Return a class of psycopg's cursors that count the changed rows in an attribute of their connection."""
    from psycopg import Cursor

    class CountingCursor(Cursor[Any]):
        def execute(self, *args: Any, **options: Any) -> Any:
            super().execute(*args, **options)
            done = self.pgresult  # None in a pipeline, in which the writer only reads
            if done is not None and not (done.command_status or b"").startswith(b"SELECT"):
                setattr(self.connection, CHANGES, getattr(self.connection, CHANGES, 0) + max(0, self.rowcount))
            return self

        def executemany(self, *args: Any, **options: Any) -> None:
            super().executemany(*args, **options)
            setattr(self.connection, CHANGES, getattr(self.connection, CHANGES, 0) + max(0, self.rowcount))

    return CountingCursor
