"""Secrets of a single use, which belong to one browser or session and expire; only their hashes are stored.

A table of them has the columns ``hash``, ``bound_to`` and ``expires_at``.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Row, Table, delete, insert, update

from chatrooms import clock
from chatrooms.identity.digests import digest


def add(db: Connection, table: Table, secret: str | bytes, good_for: timedelta, **row: Any) -> None:
    """Store a secret with the rest of its ``row``; forget those of the table that have expired."""
    db.execute(delete(table).where(table.c.expires_at <= clock.now()))
    db.execute(insert(table).values(hash=digest(secret), expires_at=clock.later(good_for), **row))


def take(db: Connection, table: Table, secret: str | bytes, holder: str) -> Row[Any] | None:
    """Delete a secret of ``holder`` and return its row; None if it is another's, was taken or has expired."""
    mine = table.c.hash == digest(secret), table.c.bound_to == digest(holder)
    row = db.execute(delete(table).where(*mine).returning(*table.c)).one_or_none()
    return row if row and row.expires_at > clock.now() else None


def held(holder: str) -> str:
    """Return what a secret of ``holder`` belongs to from `hold` on."""
    return f"held for {holder}"


def hold(db: Connection, table: Table, secret: str | bytes, holder: str) -> Row[Any] | None:
    """Do what `take` does, but keep the secret for `finish`: what ends it meanwhile ends what it is used for."""
    mine = table.c.hash == digest(secret), table.c.bound_to == digest(holder)
    kept = update(table).where(*mine).values(bound_to=digest(held(holder)))
    row = db.execute(kept.returning(*table.c)).one_or_none()
    return row if row and row.expires_at > clock.now() else None


def finish(db: Connection, table: Table, secret: str | bytes, holder: str) -> bool:
    """Delete a secret that ``holder`` has held; return whether nothing has ended it."""
    return take(db, table, secret, held(holder)) is not None
