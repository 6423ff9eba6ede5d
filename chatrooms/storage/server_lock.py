"""The lock that a server holds on its database, so that no server uses it that does not know of the others.

Each process only knows its own connections: a person removed from a room on one would still receive its messages on
another. A SQLite database has one server. Those of PostgreSQL are nodes, which share the lock; the versions before were
not, and want it for themselves.
"""

from __future__ import annotations

import fcntl
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Engine, event

from chatrooms.storage.files import close_to_others, make_private_file

KEY = 0x63686174
"""The key of PostgreSQL's advisory lock. The keys of rooms are 64-bit hashes."""
PATIENCE = "5s"
"""How long PostgreSQL may take to notice that the previous server is gone."""

SET_TIMEOUT = "SELECT set_config('lock_timeout', %s, false)"
LOCK_NOT_AVAILABLE = "55P03"
"""https://www.postgresql.org/docs/current/errcodes-appendix.html"""


class Busy(Exception):
    """Another process uses this database, and does not share it."""


def take(engine: Engine, *, shared: bool = False) -> Callable[[], None]:
    """Lock the database of the writer's ``engine`` for this process, before anything else connects with it.

    In PostgreSQL, those that have it ``shared`` can use it together. Return a function that releases it; raises `Busy`.
    """
    return _file(engine.url) if engine.dialect.name == "sqlite" else _sessions(engine, shared=shared)


def _file(url: URL) -> Callable[[], None]:
    if not url.database or url.database == ":memory:":
        raise ValueError("the SQLite database must be a file")
    make_private_file(Path(url.database + ".lock"))
    lock = Path(url.database + ".lock").open("w")  # noqa: SIM115 - held as long as the database
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        raise Busy(
            f"another server uses {url.database}: stop it and run one process, or use PostgreSQL for several"
        ) from None
    _close_to_others(url.database)
    return lock.close


def _close_to_others(database: str) -> None:
    """Make the database private; SQLite gives the same mode to the files that it creates next to it."""
    make_private_file(Path(database))
    for beside in ("-wal", "-shm", "-journal"):
        close_to_others(Path(database + beside))


def _sessions(engine: Engine, *, shared: bool) -> Callable[[], None]:
    """Let each session of the writer begin with the lock, so that it never writes without.

    PostgreSQL releases the lock when a session ends, also when PostgreSQL was restarted or a network failed.
    """
    session = _Session(engine.url.database or "", shared=shared)
    event.listen(engine, "connect", session.begin)
    engine.connect().close()
    return engine.dispose


class _Session:
    """The writer's session with PostgreSQL, the only one at a time."""

    def __init__(self, database: str, *, shared: bool) -> None:
        self._database = database
        self._take = f"SELECT pg_advisory_lock{'_shared' * shared}(%s)"
        self._former: Any = None
        self._lost = False

    def begin(self, connection: Any, _record: Any) -> None:
        """Take the lock in a new session; raises `Busy`, and from then on at once."""
        try:
            if not self._lost:
                usual, connection.autocommit = connection.autocommit, True  # an open transaction may not be idle
                with connection.cursor() as cursor:
                    self._lock(cursor)
                connection.autocommit = usual
        except Exception as error:
            if getattr(error, "sqlstate", None) != LOCK_NOT_AVAILABLE:
                raise
            self._lost = True
        if self._lost:
            connection.close()
            raise Busy(f"another server uses {self._database}: stop it first")

    def _lock(self, cursor: Any) -> None:
        """Lock the database; PostgreSQL may not have noticed yet that the session before is gone."""
        if self._former:
            end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE (pid, backend_start) = (%s, %s)"
            cursor.execute(end, self._former)
        (usual,) = cursor.execute("SHOW lock_timeout").fetchone()
        cursor.execute(SET_TIMEOUT, (PATIENCE,))
        cursor.execute(self._take, (KEY,))
        cursor.execute(SET_TIMEOUT, (usual,))
        cursor.execute("SELECT pid, backend_start FROM pg_stat_activity WHERE pid = pg_backend_pid()")
        self._former = cursor.fetchone()
