"""Attempts to sign in at the provider: what is sent there and must come back, once and soon, to the same browser."""

from __future__ import annotations

import base64
import hashlib
import secrets
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import Column, Connection, String, Table, update

from chatrooms import clock
from chatrooms.identity import single_use
from chatrooms.identity.digests import digest
from chatrooms.storage.tables import metadata

GOOD_FOR = timedelta(minutes=10)
LENGTH = 43
"""Characters of a state: 256 bits, as text."""

attempts = Table(
    "oidc_attempts",
    metadata,
    Column("hash", String(64), primary_key=True, comment="of the state"),
    Column("bound_to", String(64), nullable=False, comment="the hash of a browser's cookie; empty until it begins"),
    Column("session", String(36), nullable=False, comment="to connect the provider to its person; empty to sign in"),
    Column("nonce", String(43), nullable=False),
    Column("verifier", String(43), nullable=False, comment="of the code (RFC 7636)"),
    Column("expires_at", String(24), nullable=False, index=True),
)


class Attempt(NamedTuple):
    """What goes with a ``state``; ``session`` is that of a person who connects the provider, or empty."""

    state: str
    session: str
    nonce: str
    verifier: str

    @property
    def challenge(self) -> str:
        """What the provider checks the verifier by (RFC 7636, 4.2)."""
        hashed = hashlib.sha256(self.verifier.encode()).digest()
        return base64.urlsafe_b64encode(hashed).rstrip(b"=").decode()


def make(db: Connection, session: str = "") -> Attempt:
    """Store an attempt and return it."""
    made = Attempt(secrets.token_urlsafe(32), session, secrets.token_urlsafe(32), secrets.token_urlsafe(32))
    row = {"session": session, "nonce": made.nonce, "verifier": made.verifier}
    single_use.add(db, attempts, made.state, GOOD_FOR, bound_to="", **row)
    return made


def bind(db: Connection, state: str, browser: str) -> Attempt | None:
    """Bind an attempt that no browser has begun to one, by its cookie; return the attempt if there is one."""
    mine = attempts.c.hash == digest(state), attempts.c.bound_to == "", attempts.c.expires_at > clock.now()
    columns = attempts.c.session, attempts.c.nonce, attempts.c.verifier
    bound = update(attempts).where(*mine).values(bound_to=digest(browser))
    row = db.execute(bound.returning(*columns)).one_or_none()
    return Attempt(state, *row) if row else None


def hold(db: Connection, state: str, browser: str) -> Attempt | None:
    """Return an attempt that nobody has held, unless it has expired or belongs to another browser."""
    row = single_use.hold(db, attempts, state, browser)
    return Attempt(state, row.session, row.nonce, row.verifier) if row else None


def finish(db: Connection, state: str, browser: str) -> bool:
    """Return whether an attempt that was held is good still, once."""
    return single_use.finish(db, attempts, state, browser)
