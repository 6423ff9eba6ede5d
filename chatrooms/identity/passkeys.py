"""Passkeys: keys that authenticators hold, such as a phone or a security key; here are their public halves."""

from __future__ import annotations

import logging
import secrets
from typing import Annotated, NamedTuple
from uuid import uuid4

from pydantic import Field
from sqlalchemy import Connection, delete, insert, select
from sqlalchemy import update as sql_update
from typing_extensions import TypedDict

from chatrooms.errors import Conflict, NotFound, Unauthorized
from chatrooms.identity.ceremonies import Known, NewKey
from chatrooms.identity.challenges import BYTES
from chatrooms.pipeline.act import Act
from chatrooms.storage.factors import passkeys
from chatrooms.storage.fields import Created
from chatrooms.storage.results import many

MOST = 20
"""Passkeys of a person."""
LONGEST_NAME = 60
REFUSED = "This passkey doesn't sign you in here. Use another way."

log = logging.getLogger(__name__)


class Passkey(TypedDict):
    """One of your passkeys."""

    id: Annotated[str, Field(description="The id, for `passkey.remove`.")]
    name: Annotated[str, Field(description="What you call it.")]
    created_at: Created
    used_at: Annotated[str | None, Field(description="When you last signed in by it; null if you never did.")]


class Stored(NamedTuple):
    """A passkey that signs somebody in."""

    id: str
    username: str
    known: Known


_SHOWN = passkeys.c.id, passkeys.c.name, passkeys.c.created_at, passkeys.c.used_at


def of_person(db: Connection, username: str) -> list[Passkey]:
    """Return the passkeys of a person, the oldest first."""
    mine = select(*_SHOWN).where(passkeys.c.username == username)
    return many(Passkey, db.execute(mine.order_by(passkeys.c.created_at, passkeys.c.id)))


def ids_of(db: Connection, username: str) -> list[str]:
    """Return by which ids authenticators know the passkeys of a person."""
    return list(db.scalars(select(passkeys.c.credential_id).where(passkeys.c.username == username)))


def handle_of(db: Connection, username: str) -> str:
    """Return how authenticators know a person; a new handle if they have no passkey."""
    known = select(passkeys.c.handle).where(passkeys.c.username == username).limit(1)
    return db.scalar(known) or secrets.token_urlsafe(BYTES)


def find(db: Connection, credential_id: str) -> Stored | None:
    """Return the passkey that authenticators know by an id."""
    columns = passkeys.c.id, passkeys.c.username, passkeys.c.public_key, passkeys.c.handle
    row = db.execute(select(*columns).where(passkeys.c.credential_id == credential_id)).one_or_none()
    return Stored(row.id, row.username, Known(row.public_key, row.handle)) if row else None


def require_place(db: Connection, username: str) -> None:
    """Raise `Conflict` if a person has as many passkeys as they can."""
    if len(ids_of(db, username)) >= MOST:
        raise Conflict(f"You can have at most {MOST} passkeys. Remove one first.")


def add(act: Act, name: str, handle: str, key: NewKey) -> Passkey:
    """Store a passkey of the caller; raises `Conflict` if it is stored already."""
    require_place(act.db, act.me.username)
    if find(act.db, key.credential_id):
        raise Conflict("You have already added this passkey.", field="credential")
    row: Passkey = {"id": str(uuid4()), "name": name, "created_at": act.now, "used_at": None}
    about = {"username": act.me.username, "handle": handle}
    act.db.execute(insert(passkeys).values(**row, **about, **key._asdict()))
    return row


def use(act: Act, id: str, sign_count: int) -> None:
    """Note that a passkey signs in; raises `Unauthorized` if it was removed, or its count has gone back.

    A count that does not grow means that there is a copy of the key (Web Authentication, 6.1.1). Most have none: 0.
    """
    row = act.db.execute(select(passkeys.c.sign_count, passkeys.c.username).where(passkeys.c.id == id)).one_or_none()
    if row is None:
        raise Unauthorized(REFUSED)
    if sign_count <= row.sign_count and (sign_count or row.sign_count):
        log.warning("a passkey of %s was refused: its count went back, so there may be a copy of it", row.username)
        raise Unauthorized(REFUSED)
    values = {"sign_count": sign_count, "used_at": act.now}
    act.db.execute(sql_update(passkeys).where(passkeys.c.id == id).values(values))


def rename(act: Act, id: str, name: str) -> Passkey:
    """Give a passkey of the caller another name; raises `NotFound`."""
    mine = passkeys.c.id == id, passkeys.c.username == act.me.username
    if act.db.execute(sql_update(passkeys).where(*mine).values(name=name)).rowcount == 0:
        raise NotFound("You have no such passkey.", field="id")
    return next(passkey for passkey in of_person(act.db, act.me.username) if passkey["id"] == id)


def remove(act: Act, id: str) -> None:
    """Remove a passkey of the caller; raises `NotFound`."""
    mine = passkeys.c.id == id, passkeys.c.username == act.me.username
    if act.db.execute(delete(passkeys).where(*mine)).rowcount == 0:
        raise NotFound("You have no such passkey.", field="id")


def forget(db: Connection, username: str) -> None:
    """Remove all passkeys of a person."""
    db.execute(delete(passkeys).where(passkeys.c.username == username))
