"""A database has one server: each holds a lock as long as its database is open.

Only one process knows who is connected where: beside a second one, somebody who was removed through the first would go
on receiving what is posted through the other.
"""

from __future__ import annotations

import fcntl
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import URL, NullPool, create_engine, text
from sqlalchemy.exc import DBAPIError

from chatrooms.storage.files import close_to_others, make_private_file

KEY = 0x63686174
"""Of PostgreSQL's advisory lock, apart from those of rooms, which have 64 bits."""
PATIENCE = "5s"
"""How long PostgreSQL may take to notice that the server before is gone."""


class Busy(Exception):
    """Another process uses this database."""


def take(url: URL) -> Callable[[], None]:
    """Lock the database for this process; return what unlocks it. Raises `Busy`."""
    return _file(url) if url.get_backend_name() == "sqlite" else _postgresql(url)


def _file(url: URL) -> Callable[[], None]:
    if not url.database or url.database == ":memory:":
        raise ValueError("the SQLite database has to be a file")
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
    """Let nobody but the owner read the database; SQLite gives the same rights to the files it makes beside it."""
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
