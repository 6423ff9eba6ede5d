"""The SQLAlchemy engines: one connection that writes, several that read."""

from __future__ import annotations

import logging
from functools import partial
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event

READERS = 4
LOOKUPS = 1
"""How many more read for lookups alone, which must not wait for long queries."""
CACHE = 64 * 1024
"""KiB of pages that SQLite's writer keeps in memory: with few, it writes some several times in a transaction."""
CHECKPOINT = 48_000
"""Pages in SQLite's write-ahead log, 4 KiB each, after which a commit copies it, if `Checkpoints` did not by then."""
CHANGES = "chatrooms_changes"
"""The attribute of PostgreSQL's writing connection that counts the rows that it has changed."""
_QUIET = logging.getLogger("sqlalchemy.engine.Engine.chatrooms")
_QUIET.setLevel(logging.WARNING)  # below WARNING, SQLAlchemy logs rows


def connect(url: URL, *, writer: bool) -> Engine:
    """Return the engine of the writer or of the readers, which cannot write. It connects on first use."""
    how: dict[str, Any] = {"pool_size": 1 if writer else READERS + LOOKUPS, "max_overflow": 0}
    how |= {"hide_parameters": True, "logging_name": _QUIET.name.rpartition(".")[2]}
    if url.get_backend_name() != "sqlite":
        isolation = "READ COMMITTED" if writer else "REPEATABLE READ"
        if writer:
            how["connect_args"] = {"cursor_factory": _counting_cursor()}
        return create_engine(url, **how, pool_pre_ping=True, isolation_level=isolation)
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

    begin = "BEGIN IMMEDIATE" if writer else "BEGIN"
    event.listen(engine, "begin", partial(Connection.exec_driver_sql, statement=begin))
    return engine


def _counting_cursor() -> Any:
    """Return a class of psycopg's cursors that count the changed rows in an attribute of their connection."""
    from psycopg import Cursor

    class CountingCursor(Cursor[Any]):
        def execute(self, *args: Any, **options: Any) -> Any:
            super().execute(*args, **options)
            if not (self.statusmessage or "").startswith("SELECT"):
                setattr(self.connection, CHANGES, getattr(self.connection, CHANGES, 0) + max(0, self.rowcount))
            return self

        def executemany(self, *args: Any, **options: Any) -> None:
            super().executemany(*args, **options)
            setattr(self.connection, CHANGES, getattr(self.connection, CHANGES, 0) + max(0, self.rowcount))

    return CountingCursor
