"""People who have signed in at the provider and are nobody here yet: they pick a name, or ask to join with it."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import Boolean, Column, Connection, String, Table, delete, false, insert, select

from chatrooms import clock
from chatrooms.errors import Unauthorized
from chatrooms.identity.digests import digest
from chatrooms.identity.oidc import linked
from chatrooms.identity.oidc.linked import LONGEST_LABEL, LONGEST_SUBJECT, Identity
from chatrooms.pipeline.act import Act
from chatrooms.storage.tables import metadata

GOOD_FOR = timedelta(minutes=15)
"""How long somebody may take to pick a name."""
LATE = "This took too long. Sign in again."

newcomers = Table(
    "oidc_newcomers",
    metadata,
    Column("issuer", String(300), primary_key=True),
    Column("subject", String(LONGEST_SUBJECT), primary_key=True),
    Column("label", String(LONGEST_LABEL), nullable=False),
    Column("mark", String(64), comment="of their session at the provider, see begun"),
    Column("second_factor", Boolean, nullable=False, server_default=false(), comment="shown at the provider"),
    Column("anew", Boolean, nullable=False, server_default=false(), comment="whether they signed in there just then"),
    Column("tells_time", Boolean, nullable=False, server_default=false(), comment="the provider, of their signing in"),
    Column("ticket_hash", String(64), nullable=False, unique=True),
    Column("bound_to", String(64), nullable=False, comment="the hash of a browser's cookie"),
    Column("expires_at", String(24), nullable=False, index=True),
)


class Newcomer(NamedTuple):
    """Somebody who picks a name, what stands for their session at the provider, and what they showed there."""

    identity: Identity
    mark: str | None
    second_factor: bool
    anew: bool
    tells_time: bool


def make(db: Connection, newcomer: Newcomer, browser: str) -> str:
    """Store a newcomer and return their ticket, which an earlier one loses to it; forget those that have expired.

    Raises `Suspended` for somebody who was suspended under the name that they had here.
    """
    linked.require_unbarred(db, newcomer.identity)
    ticket = secrets.token_urlsafe(32)
    forget(db, newcomer.identity)
    db.execute(delete(newcomers).where(newcomers.c.expires_at <= clock.now()))
    shown = {"second_factor": newcomer.second_factor, "anew": newcomer.anew, "tells_time": newcomer.tells_time}
    known = {**newcomer.identity._asdict(), "mark": newcomer.mark, **shown}
    row = {"ticket_hash": digest(ticket), "bound_to": digest(browser), "expires_at": clock.later(GOOD_FOR)}
    db.execute(insert(newcomers).values(**known, **row))
    return ticket


def require(newcomer: Newcomer | None) -> Newcomer:
    """Return ``newcomer``; raises `Unauthorized` without one."""
    if newcomer is None:
        raise Unauthorized(LATE)
    return newcomer


def find(db: Connection, ticket: str, browser: str) -> Newcomer | None:
    """Return the newcomer with a ticket, unless it has expired or belongs to another browser."""
    mine = newcomers.c.ticket_hash == digest(ticket), newcomers.c.bound_to == digest(browser)
    row = db.execute(select(newcomers).where(*mine, newcomers.c.expires_at > clock.now())).one_or_none()
    if row is None:
        return None
    identity = Identity(row.issuer, row.subject, row.label)
    return Newcomer(identity, row.mark, row.second_factor, row.anew, row.tells_time)


def settle(act: Act, newcomer: Newcomer, username: str) -> None:
    """Let the account of the provider sign in ``username``, the name that a newcomer has taken; raises `Suspended`."""
    linked.require_unbarred(act.db, newcomer.identity)
    forget(act.db, newcomer.identity)
    linked.add(act, newcomer.identity, username, used=True, tells_time=newcomer.tells_time)


def forget(db: Connection, identity: Identity) -> None:
    """Forget a newcomer: their ticket is no longer good."""
    theirs = newcomers.c.issuer == identity.issuer, newcomers.c.subject == identity.subject
    db.execute(delete(newcomers).where(*theirs))


def sign_out(db: Connection, issuer: str, subject: str, mark: str | None) -> None:
    """Forget who has signed out at the provider meanwhile: of the session there that ``mark`` stands for, or of all."""
    theirs = newcomers.c.mark == mark if mark else newcomers.c.subject == subject
    db.execute(delete(newcomers).where(newcomers.c.issuer == issuer, theirs))
