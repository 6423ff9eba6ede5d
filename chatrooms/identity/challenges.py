"""What an authenticator must sign, once and soon: stored, so that any process of the server can check it.

A challenge belongs to a session, or to the browser that asked for it and has the cookie to prove it.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import Column, Connection, String, Table

from chatrooms.identity import single_use
from chatrooms.identity.digests import digest
from chatrooms.storage.tables import metadata

GOOD_FOR = timedelta(minutes=5)
BYTES = 32

challenges = Table(
    "challenges",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("bound_to", String(64), nullable=False, comment="the hash of a session's id, or of a browser's cookie"),
    Column("origin", String(300), nullable=False),
    Column("handle", String(43), nullable=False, comment="of the person who adds a passkey; empty to sign in"),
    Column("expires_at", String(24), nullable=False, index=True),
)


class Challenge(NamedTuple):
    """What an authenticator is to sign, for a page of ``origin``; ``handle`` is the person who adds a passkey."""

    value: bytes
    origin: str
    handle: str


def make(db: Connection, bound_to: str, origin: str, handle: str = "") -> Challenge:
    """Store a challenge and return it."""
    value = secrets.token_bytes(BYTES)
    single_use.add(db, challenges, value, GOOD_FOR, bound_to=digest(bound_to), origin=origin, handle=handle)
    return Challenge(value, origin, handle)


def hold(db: Connection, value: bytes, bound_to: str) -> Challenge | None:
    """Return a challenge as `take` does, but keep it until `finish`."""
    row = single_use.hold(db, challenges, value, bound_to)
    return Challenge(value, row.origin, row.handle) if row else None


def finish(db: Connection, value: bytes, bound_to: str) -> bool:
    """Return whether a challenge that was held is good still, once."""
    return single_use.finish(db, challenges, value, bound_to)


def take(db: Connection, value: bytes, bound_to: str) -> Challenge | None:
    """Return a challenge that nobody has taken, unless it has expired or belongs to others."""
    row = single_use.take(db, challenges, value, bound_to)
    return Challenge(value, row.origin, row.handle) if row else None
