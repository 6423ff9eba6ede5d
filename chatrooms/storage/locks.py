"""PostgreSQL's locks on what writes change; SQLite allows one writer at a time and needs none."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from contextlib import suppress

from sqlalchemy import Connection, text

from chatrooms.errors import Unavailable

Locks = Callable[[Connection], Iterable[str]]


def take(connection: Connection, batch: Iterable[Locks]) -> set[int]:
    """Lock what the batch changes, always in the same order, so that two batches cannot deadlock.

    If a function of the batch fails, it fails again in `require`, for its write alone.
    """
    keys: set[int] = set()
    for locks in batch:
        with suppress(Exception):
            keys |= _keys(connection, locks)
    for key in sorted(keys):
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})
    return keys


def require(connection: Connection, locks: Locks, held: set[int]) -> None:
    """Compute the locks again, because an earlier write of the batch may have created what this one changes.

    Do not wait for a lock that is missing now, which could deadlock; the client tries again. Raises `Unavailable`.
    """
    for key in sorted(_keys(connection, locks) - held):
        if not connection.scalar(text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": key}):
            raise Unavailable
        held.add(key)


def _keys(connection: Connection, locks: Locks) -> set[int]:
    return {_key(name) for name in locks(connection)}


def _key(name: str) -> int:
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "big", signed=True)
