"""Whether a chat can work with a PostgreSQL as it is, said in words before anything is written to it."""

from __future__ import annotations

import logging
import time
from contextlib import suppress
from typing import Any, NamedTuple

from sqlalchemy import URL, Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError

from chatrooms.storage.engines import LOOKUPS, READERS, connect

OLDEST = 130_000
"""The oldest version, 13.0 as PostgreSQL writes it in numbers, that tells the outcome of a transaction by its id."""
CONNECTIONS = 2 + READERS + LOOKUPS
"""How many connections a server has: its readers', its writer's, and another one while it starts."""

SECONDS_APART = 2
"""How far clocks may differ without a warning."""

log = logging.getLogger(__name__)

_ASK = text(
    "SELECT current_setting('server_version_num')::int AS version, current_setting('server_encoding') AS encoding,"
    " pg_is_in_recovery() AS recovers, current_setting('default_transaction_read_only') = 'on' AS is_read_only,"
    " pg_backend_pid() AS pid, extract(epoch FROM clock_timestamp())::float8 AS now,"
    " has_database_privilege('public', current_database(), 'CONNECT') AND EXISTS (SELECT FROM pg_roles"
    " WHERE rolcanlogin AND NOT rolsuper AND rolname <> current_user) AS is_public,"
    " quote_ident(current_database()) AS name"
)
_PUBLIC = (
    "every role of this PostgreSQL can connect to the database, and disturb the chat there; once you have run this in "
    "it, its owner alone can: REVOKE CONNECT ON DATABASE %s FROM PUBLIC"
)


class Unfit(Exception):
    """The database cannot be used as it is; the message says why, and what to do."""


class Found(NamedTuple):
    """What a connection leads to."""

    version: int
    encoding: str
    recovers: bool
    is_read_only: bool
    pid: int
    now: float = 0.0
    """Seconds since 1970, by the clock of the database."""
    is_public: bool = False
    """Whether roles can connect that are neither a superuser nor the server's own."""
    name: str = ""


def require(url: URL) -> None:
    """Raise `Unfit` if a chat cannot use this database; SQLite's can always be used."""
    if url.get_backend_name() == "sqlite":
        return
    engine = connect(url, writer=False)
    try:
        with engine.connect() as connection:
            found = _ask(connection)
            _require_place(engine, connection, found)
        if unwritable := reason(found):
            raise Unfit(unwritable)
        _require_kind(found)
        if different := clock_reason(found.now, time.time()):
            log.warning("%s", different)
        if found.is_public:
            log.warning(_PUBLIC, found.name)
    finally:
        engine.dispose()


def reason(found: Found) -> str:
    """Return why nothing can be written at present; empty if it can."""
    if found.recovers:
        return "the database is in recovery: it is a standby, or not ready yet; name the primary in `database`"
    if found.is_read_only:
        return "the database is read only: set default_transaction_read_only to off for it and its owner"
    return ""


def clock_reason(there: float, here: float) -> str:
    """Return what a clock that differs from the database's means; empty if it does not."""
    seconds = round(here - there)
    if abs(seconds) <= SECONDS_APART:
        return ""
    way = "ahead of" if seconds > 0 else "behind"
    return (
        f"the clock of this machine is {abs(seconds)} s {way} that of the database: messages that are posted here get "
        "wrong times, and what is due comes early or late; set it right (NTP)"
    )


def reason_in(connection: Connection) -> str:
    """Return `reason` for a database that is connected."""
    return "" if connection.dialect.name == "sqlite" else reason(_ask(connection))


def _require_kind(found: Found) -> None:
    if found.version < OLDEST:
        raise Unfit("the database is older than PostgreSQL 13")
    if found.encoding != "UTF8":
        raise Unfit(
            f"the database has the encoding {found.encoding}, which cannot store everything that people write: create "
            "one with createdb --encoding=UTF8 --template=template0"
        )


def _ask(connection: Connection) -> Found:
    return Found(*connection.execute(_ASK).one())


def _require_place(engine: Engine, connection: Connection, found: Found) -> None:
    """Raise `Unfit` behind a pooler that gives each transaction another session; warn of one that does not.

    A pooler does not pass on PostgreSQL's key to cancel a query, which has the number of the session's process.
    """
    driver: Any = connection.connection.driver_connection
    if driver.info.backend_pid == found.pid:
        return
    connection.rollback()
    if _shares(engine, connection, found.pid):
        raise Unfit(
            "the database is behind a connection pooler that gives each transaction another session, such as PgBouncer "
            "with pool_mode = transaction: name PostgreSQL itself in `database`, or set pool_mode = session for it"
        )
    log.warning("the database is behind a connection pooler, which has to allow %d connections to it", CONNECTIONS)


def _shares(engine: Engine, connection: Connection, pid: int) -> bool:
    """Return whether a second connection gets the session of the first, or the first another one then."""
    with suppress(SQLAlchemyError), engine.connect() as second:
        if _ask(second).pid == pid:
            return True
        return _ask(connection).pid != pid
    return False
