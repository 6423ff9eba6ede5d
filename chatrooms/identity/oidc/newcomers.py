"""People who have signed in at the provider and are nobody here yet: they pick a name, or wait to be approved.

People of the directory wait here, too; they have a name already.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import Column, Connection, String, Table, delete, insert, select, update

from chatrooms import clock
from chatrooms.errors import Unauthorized
from chatrooms.identity import applicants
from chatrooms.identity.digests import digest
from chatrooms.identity.ldap import linked as directory
from chatrooms.identity.oidc import begun, linked
from chatrooms.identity.oidc.linked import LONGEST_LABEL, LONGEST_SUBJECT, Identity
from chatrooms.pipeline.act import Act
from chatrooms.storage.tables import metadata

GOOD_FOR = timedelta(minutes=15)
"""How long somebody may take to pick a name."""
DIRECTORY = "ldap"
"""The issuer of people of the directory; no provider has such a name."""
LATE = "This took too long. Sign in again."

newcomers = Table(
    "oidc_newcomers",
    metadata,
    Column("issuer", String(300), primary_key=True),
    Column("subject", String(LONGEST_SUBJECT), primary_key=True),
    Column("label", String(LONGEST_LABEL), nullable=False),
    Column("ticket_hash", String(64), nullable=False, unique=True),
    Column("bound_to", String(64), nullable=False, comment="the hash of a browser's cookie"),
    Column("token_hash", String(64), unique=True, comment="of an applicant; null until they ask to join"),
    Column("expires_at", String(24), nullable=False, index=True),
)


class Newcomer(NamedTuple):
    """Somebody who picks a name by a ``ticket``."""

    ticket: str
    identity: Identity

    @property
    def mark(self) -> str:
        """What stands for their session at the provider."""
        return self.ticket[: begun.DIGITS]


def make(db: Connection, identity: Identity, browser: str, mark: str) -> str:
    """Store a newcomer and return their ticket, which an earlier one loses to it; forget those that have expired.

    It begins with the ``mark`` of their session at the provider; of the rest, 186 bits are random.
    """
    ticket = mark + secrets.token_urlsafe(32)[len(mark) :]
    _forget(db, identity)
    db.execute(delete(newcomers).where(newcomers.c.expires_at <= clock.now()))
    row = {"ticket_hash": digest(ticket), "bound_to": digest(browser), "expires_at": clock.later(GOOD_FOR)}
    db.execute(insert(newcomers).values(**identity._asdict(), **row))
    return ticket


def waits(db: Connection, identity: Identity) -> bool:
    """Return whether somebody who came by an account of the provider, or by the directory, waits to be approved."""
    theirs = newcomers.c.issuer == identity.issuer, newcomers.c.subject == identity.subject
    token_hash = db.scalar(select(newcomers.c.token_hash).where(*theirs))
    return token_hash is not None and applicants.waits_by_hash(db, token_hash)


def require(newcomer: Newcomer | None) -> Newcomer:
    """Return ``newcomer``; raises `Unauthorized` without one."""
    if newcomer is None:
        raise Unauthorized(LATE)
    return newcomer


def find(db: Connection, ticket: str, browser: str) -> Newcomer | None:
    """Return the newcomer with a ticket, unless it has expired or belongs to another browser."""
    mine = newcomers.c.ticket_hash == digest(ticket), newcomers.c.bound_to == digest(browser)
    good = newcomers.c.token_hash.is_(None), newcomers.c.expires_at > clock.now()
    columns = newcomers.c.issuer, newcomers.c.subject, newcomers.c.label
    row = db.execute(select(*columns).where(*mine, *good)).one_or_none()
    return Newcomer(ticket, Identity(*row)) if row else None


def settle(act: Act, newcomer: Newcomer, username: str) -> None:
    """Let the account of the provider sign in ``username``, the name that a newcomer has taken."""
    _forget(act.db, newcomer.identity)
    linked.add(act, newcomer.identity, username, used=True)


def wait(db: Connection, newcomer: Newcomer, token: str) -> None:
    """Note that a newcomer waits to be approved, as the applicant with ``token``, and nobody else by it."""
    db.execute(delete(newcomers).where(newcomers.c.token_hash == digest(token)))
    mine = newcomers.c.ticket_hash == digest(newcomer.ticket)
    values = {"token_hash": digest(token), "expires_at": clock.later(applicants.WAITS)}
    db.execute(update(newcomers).where(mine).values(values))


def wait_by_directory(db: Connection, username: str, token: str) -> None:
    """Note that somebody of the directory waits to be approved, as the applicant with ``token``."""
    identity = of_directory(username)
    _forget(db, identity)
    db.execute(delete(newcomers).where(newcomers.c.token_hash == digest(token)))
    row = {"ticket_hash": digest(secrets.token_bytes(32)), "bound_to": "", "token_hash": digest(token)}
    db.execute(insert(newcomers).values(**identity._asdict(), **row, expires_at=clock.later(applicants.WAITS)))


def of_directory(username: str) -> Identity:
    """Return what stands here for a name of the directory."""
    return Identity(DIRECTORY, username, username)


def came(db: Connection, token_hash: str) -> bool:
    """Return whether the applicant with a token came by the provider."""
    theirs = newcomers.c.token_hash == token_hash, newcomers.c.issuer != DIRECTORY
    return db.scalar(select(newcomers.c.issuer).where(*theirs)) is not None


def admit(act: Act, token_hash: str, username: str) -> None:
    """Let the account of the provider, or the directory, sign in ``username`` by which an applicant came, if so."""
    columns = newcomers.c.issuer, newcomers.c.subject, newcomers.c.label
    row = act.db.execute(select(*columns).where(newcomers.c.token_hash == token_hash)).one_or_none()
    if row is None:
        return
    _forget(act.db, Identity(*row))
    if row.issuer == DIRECTORY:
        directory.add(act, username, used=False)
    elif linked.username_of(act.db, Identity(*row)) is None:
        linked.add(act, Identity(*row), username, used=False)


def _forget(db: Connection, identity: Identity) -> None:
    theirs = newcomers.c.issuer == identity.issuer, newcomers.c.subject == identity.subject
    db.execute(delete(newcomers).where(*theirs))
