"""PostgreSQL's locks on what writes change; SQLite allows one writer at a time and needs none.

A batch takes all of its locks by one statement, in the same order as every other batch, so that two cannot deadlock.
It waits a little for them (`engines.LOCK_PATIENCE`). If that was too little, it goes on with those that it can have at
once, and what needs others waits for another batch.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from functools import lru_cache

from sqlalchemy import ARRAY, BigInteger, Boolean, Connection, String, bindparam, column, func, select, text

from chatrooms.storage.engines import BEGIN
from chatrooms.storage.statements import Asked, Prepared

Locks = Callable[[Connection], Iterable[str]]

LOCK_NOT_AVAILABLE = "55P03"
"""https://www.postgresql.org/docs/current/errcodes-appendix.html"""

_given = func.unnest(bindparam("keys", type_=ARRAY(BigInteger)))
_key = _given.table_valued(column("key", BigInteger)).render_derived(name="given")
_BEGIN = Prepared(text(BEGIN))
_WAIT = Prepared(
    select(
        func.pg_current_xact_id().cast(String).label("transaction"),
        select(func.count(func.pg_advisory_xact_lock(_key.c.key))).select_from(_key).scalar_subquery().label("locked"),
    )
)
_TRY = Prepared(select(_key.c.key).where(func.pg_try_advisory_xact_lock(_key.c.key, type_=Boolean)))


class Elsewhere(Exception):
    """Another transaction holds a lock that a write needs."""


def begin(keys: Iterable[int]) -> tuple[Asked, Asked]:
    """Return what begins a transaction, and what waits for its locks; that one's row has the ``transaction``'s id."""
    return (_BEGIN, {}), (_WAIT, {"keys": sorted(keys)})


def take(db: Connection, names: Iterable[str]) -> None:
    """Wait for the locks of some names, for a transaction of another process than a server."""
    if db.dialect.name == "postgresql":
        _WAIT.one(db, {"keys": sorted(keys_of(names))})


def attempted(db: Connection, keys: Iterable[int]) -> set[int]:
    """Return those of some locks that could be taken at once."""
    return {row["key"] for row in _TRY.all(db, {"keys": sorted(keys)})} if keys else set()


def require(db: Connection, keys: set[int], held: set[int], missed: set[int]) -> None:
    """Take the locks that a write needs and that its batch does not hold; raises `Elsewhere`.

    An earlier write of the batch may have created what this one changes. Do not wait for them: that could deadlock.
    """
    lacking = keys - held
    if lacking:
        if not lacking & missed:
            held |= attempted(db, lacking)
        if keys - held:
            raise Elsewhere


def keys_of(names: Iterable[str]) -> set[int]:
    """Return the keys of the locks of some names."""
    return set(map(key, names))


@lru_cache(maxsize=20_000)
def key(name: str) -> int:
    """Return the key of the lock of a name: a hash of 64 bits."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "big", signed=True)
