"""What became of a commit whose answer was lost with its connection to PostgreSQL.

PostgreSQL knows the outcome of each transaction by its id, as long as its history goes on: after a failover or from a
backup it begins another timeline, in which the same id may mean something else. So may it after a crash: an id whose
transaction had not reached the disk is given to another one. So a history ends with the server's processes, too.
"""

from __future__ import annotations

from contextlib import suppress
from threading import Event
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError

SECONDS_BETWEEN = 0.1
"""How long to wait before asking again."""
HISTORY = "chatrooms_history"
"""In the ``info`` of a connection: the database's identity and timeline, and since when the server runs."""

_HISTORY = """
SELECT concat_ws(
    '/', system_identifier, substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8),
    extract(epoch FROM pg_postmaster_start_time()),
    (SELECT max(extract(epoch FROM backend_start)) FROM pg_stat_activity WHERE backend_type = 'checkpointer')
) FROM pg_control_system()
"""
_STATUS = text("SELECT pg_xact_status(CAST(CAST(:id AS TEXT) AS xid8))")
_END = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE backend_xid = CAST(CAST(CAST(:id AS TEXT) AS xid8) AS xid)"
)


class Unknown(Exception):
    """It cannot be known whether a transaction was committed."""


class Transacted(NamedTuple):
    """A transaction: its id, and the history that it belongs to."""

    id: str
    history: str


def remember(connection: Any, record: Any) -> None:
    """Note the history of a new connection; for SQLAlchemy's event ``connect``."""
    record.info[HISTORY] = connection.execute(_HISTORY).fetchone()[0]


def is_stored(engine: Engine, transacted: Transacted, ending: Event) -> bool:
    """Return whether a transaction was committed, once the database answers; raises `Unknown`.

    Wait for that until ``ending`` is set, because nothing else can be written before.
    """
    while not ending.is_set():
        with suppress(SQLAlchemyError), engine.connect() as connection:
            found = _outcome(connection, transacted)
            if found is not None:
                return found
        ending.wait(SECONDS_BETWEEN)
    raise Unknown


def _outcome(connection: Connection, transacted: Transacted) -> bool | None:
    """Return whether a transaction was committed; None if its session still has it, which is then ended."""
    if connection.info.get(HISTORY) != transacted.history:
        raise Unknown
    status = connection.scalar(_STATUS, {"id": transacted.id})
    if status is None:
        raise Unknown
    if status == "in progress":
        connection.execute(_END, {"id": transacted.id})
        return None
    return bool(status == "committed")
