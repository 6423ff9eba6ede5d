"""The link by which a server gets its first owner: it works once, for a day. Only the hash of its code is stored."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import Column, Connection, String, Table, delete, insert, select

from chatrooms import clock
from chatrooms.errors import Unauthorized
from chatrooms.features import roles
from chatrooms.identity.digests import digest
from chatrooms.pipeline.act import Act
from chatrooms.storage.tables import metadata

GOOD_FOR = timedelta(days=1)

setups = Table(
    "setups",
    metadata,
    Column("code_hash", String(64), primary_key=True),
    Column("expires_at", String(24), nullable=False),
)


def make(db: Connection) -> str:
    """Return the code of a new link; those before no longer work."""
    db.execute(delete(setups))
    return add(db)


def add(db: Connection) -> str:
    """Return the code of one more link: several servers that start each print one, and people may open any."""
    code = secrets.token_urlsafe(32)
    db.execute(delete(setups).where(setups.c.expires_at <= clock.now()))
    db.execute(insert(setups).values(code_hash=digest(code), expires_at=clock.later(GOOD_FOR)))
    return code


class Start(NamedTuple):
    """Whether a server that starts has an owner; if no one has ever joined it, the ``code`` of its link."""

    has_owner: bool
    code: str | None


def start(act: Act) -> Start:
    """Make the link of a server that no one has joined yet."""
    has_owner = bool(roles.owners(act.db))
    return Start(has_owner, None if has_owner or not roles.is_new(act.db) else add(act.db))


def works(db: Connection, code: str) -> bool:
    """Return whether a link makes the person who follows it the owner."""
    good = setups.c.code_hash == digest(code), setups.c.expires_at > clock.now()
    return db.scalar(select(setups.c.code_hash).where(*good)) is not None and not roles.owners(db)


def use(db: Connection, code: str) -> None:
    """End all links because one is followed; raises `Unauthorized` if it does not work."""
    require(works=works(db, code))
    db.execute(delete(setups))


def require(*, works: bool) -> None:
    """Raise `Unauthorized` unless a link ``works``."""
    if not works:
        raise Unauthorized("This link was used, or it has expired. Make a new one with `chatrooms setup`.")
