"""The lock that a server holds on its database, so that a database has only one server.

Each process only knows its own connections: with two servers, a person removed from a room on one would still receive
its messages on the other.
"""

from __future__ import annotations

import fcntl
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import URL, NullPool, create_engine, text
from sqlalchemy.exc import DBAPIError

from chatrooms.storage.files import close_to_others, make_private_file

KEY = 0x63686174
"""The key of PostgreSQL's advisory lock. The keys of rooms are 64-bit hashes."""
PATIENCE = "5s"
"""How long PostgreSQL may take to notice that the previous server is gone."""


class Busy(Exception):
    """Another process uses this database."""


def take(url: URL) -> Callable[[], None]:
    """Lock the database for this process and return a function that releases it; raises `Busy`."""
    return _file(url) if url.get_backend_name() == "sqlite" else _postgresql(url)


def _file(url: URL) -> Callable[[], None]:
    if not url.database or url.database == ":memory:":
        raise ValueError("the SQLite database must be a file")
    make_private_file(Path(url.database + ".lock"))
    lock = Path(url.database + ".lock").open("w")  # noqa: SIM115 - held as long as the database
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        lock.close()
        raise Busy(f"another server uses {url.database}") from error
    _close_to_others(url.database)
    return lock.close


def _close_to_others(database: str) -> None:
    """Make the database private; SQLite gives the same mode to the files that it creates next to it."""
    make_private_file(Path(database))
    for beside in ("-wal", "-shm", "-journal"):
        close_to_others(Path(database + beside))


def _postgresql(url: URL) -> Callable[[], None]:
    engine = create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    connection = engine.connect()
    try:
        connection.execute(text(f"SET lock_timeout = '{PATIENCE}'"))
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": KEY})
    except DBAPIError as error:
        connection.close()
        raise Busy(f"another server uses {url.database}") from error
    return connection.close
