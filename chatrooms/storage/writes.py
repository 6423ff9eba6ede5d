"""Writes: how a batch of them runs in one transaction, with locks and savepoints."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from chatrooms.errors import Internal, Refusal, Unavailable
from chatrooms.storage.batches import Asked
from chatrooms.storage.statements import Prepared
from chatrooms.wire import failures

Locks = Callable[[Connection], Iterable[str]]

_SAVE, _UNDO, _RELEASE = (
    Prepared(text(sql)) for sql in ("SAVEPOINT job", "ROLLBACK TO SAVEPOINT job", "RELEASE SAVEPOINT job")
)


class Write(Asked):
    """Work for the writer, and the names of what it changes."""

    def __init__(self, work: Callable[[Connection], Any], locks: Locks) -> None:
        super().__init__()
        self.work, self.locks = work, locks


def lock(connection: Connection, batch: list[Write]) -> set[int]:
    """Lock what the batch changes, always in the same order, so that two batches cannot deadlock.

    SQLite allows one writer at a time and needs no locks. If a write's ``locks`` function fails, it fails again in
    `run`, which reports it.
    """
    if connection.dialect.name != "postgresql":
        return set()
    keys: set[int] = set()
    for write in batch:
        with suppress(Exception):
            keys |= _keys(write, connection)
    for key in sorted(keys):
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})
    return keys


def _hold(write: Write, connection: Connection, held: set[int]) -> None:
    """Compute the locks again, because an earlier write of the batch may have created what this one changes.

    Do not wait for a lock that is missing now, which could deadlock; the client tries again.
    """
    wanted = _keys(write, connection)
    if connection.dialect.name != "postgresql":
        return
    for key in sorted(wanted - held):
        if not connection.scalar(text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": key}):
            raise Unavailable
        held.add(key)


def run(write: Write, connection: Connection, held: set[int]) -> None:
    """Run one write. An exception undoes it alone, but a database error ends the batch."""
    _SAVE.run(connection, {})
    try:
        _hold(write, connection, held)
        write.result = write.work(connection)
    except Refusal as refusal:
        write.error = refusal
    except Exception as error:
        if isinstance(error, DBAPIError) and not isinstance(error, IntegrityError):
            raise
        failures.report("command failed")
        write.error = Internal()
    if write.error:
        _UNDO.run(connection, {})
    _RELEASE.run(connection, {})


def _keys(write: Write, connection: Connection) -> set[int]:
    """Return the keys of a write's locks for PostgreSQL."""
    return {_key(name) for name in write.locks(connection)}


def _key(name: str) -> int:
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "big", signed=True)
