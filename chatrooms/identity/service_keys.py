"""Service keys: what a person gives to their programs instead of a session; only the hash is stored.

Those of the application itself have a beginning of their own, and are made on the command line alone.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable
from typing import Annotated, NamedTuple, get_type_hints
from uuid import uuid4

from pydantic import Field
from sqlalchemy import (
    JSON,
    Column,
    ColumnElement,
    Connection,
    ForeignKey,
    String,
    Table,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)
from typing_extensions import TypedDict

from chatrooms import clock, names
from chatrooms.identity.digests import digest
from chatrooms.pipeline.scopes import Scope
from chatrooms.storage.fields import Created
from chatrooms.storage.results import many
from chatrooms.storage.tables import metadata, users

BEGIN = "crk_"
"""Begins every key, so that programs which look for secrets in files find it."""
OF_APPLICATION = "cra_"
"""Begins those of the application, so that none of them is taken for a person's."""
SEEN_EVERY_HOURS = 1

service_keys = Table(
    "service_keys",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("username", String(32), ForeignKey(users.c.username), nullable=False, index=True),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("name", String(60), nullable=False),
    Column("commands", JSON, nullable=False, comment="names of commands, and of groups of them"),
    Column("rooms", JSON(none_as_null=True), comment="null for all"),
    Column("created_at", String(24), nullable=False),
    Column("expires_at", String(24)),
    Column("used_at", String(24)),
)


class About(TypedDict):
    """What a key is for."""

    name: Annotated[str, Field(description="What you call it.")]
    commands: Annotated[list[str], Field(description="The commands that it runs, and groups of them.")]
    rooms: Annotated[list[str] | None, Field(description="The rooms that it is for; null for all.")]
    expires_at: Annotated[str | None, Field(description="Until when it works, in ISO 8601; null for ever.")]


class Key(About):
    """One of your service keys."""

    id: Annotated[str, Field(description="The id, for `key.rotate` and `key.revoke`.")]
    created_at: Created
    used_at: Annotated[str | None, Field(description="When it was last used, to the hour; null if never.")]


class NewKey(Key):
    """A service key that was made."""

    token: Annotated[str, Field(description="What programs give as `token`, or `Authorization: Bearer`. Shown once.")]


class Holder(NamedTuple):
    """Whose key a token is, and what it is for."""

    id: str
    username: str
    used_at: str | None
    scope: Scope


_SHOWN = [service_keys.c[name] for name in get_type_hints(Key)]


def _works() -> ColumnElement[bool]:
    return or_(service_keys.c.expires_at.is_(None), service_keys.c.expires_at > clock.now())


def find(db: Connection, token: str) -> Holder | None:
    """Return whose key a token is, unless it was ended or has expired."""
    found = service_keys.c.token_hash == digest(token), _works(), _of_application(token)
    row = db.execute(select(service_keys).where(*found)).one_or_none()
    if row is None:
        return None
    rooms = None if row.rooms is None else frozenset(row.rooms)
    return Holder(row.id, row.username, row.used_at, Scope(frozenset(row.commands), rooms, row.expires_at))


def _of_application(token: str) -> ColumnElement[bool]:
    is_application = service_keys.c.username == names.APPLICATION
    return is_application if token.startswith(OF_APPLICATION) else ~is_application


def alive(db: Connection, id: str) -> bool:
    """Return whether a key was not ended, and has not expired."""
    return db.scalar(select(service_keys.c.id).where(service_keys.c.id == id, _works())) is not None


def all_alive(db: Connection, ids: Collection[str]) -> set[str]:
    """Return which of these keys were not ended, and have not expired."""
    return set(db.scalars(select(service_keys.c.id).where(service_keys.c.id.in_(ids), _works()))) if ids else set()


def stale(holder: Holder) -> bool:
    """Return whether it is time to note that a key is used."""
    return holder.used_at is None or holder.used_at < clock.ago(hours=SEEN_EVERY_HOURS)


def touch(db: Connection, ids: Iterable[str]) -> None:
    """Note that keys are used."""
    db.execute(update(service_keys).where(service_keys.c.id.in_(list(ids))).values(used_at=clock.now()))


def of_person(db: Connection, username: str) -> list[Key]:
    """Return the keys of a person, the oldest first."""
    mine = select(*_SHOWN).where(service_keys.c.username == username, _works())
    return many(Key, db.execute(mine.order_by(service_keys.c.created_at, service_keys.c.id)))


def counts(db: Connection, usernames: Iterable[str]) -> dict[str, int]:
    """Return how many keys work of each of ``usernames`` who has any."""
    theirs = select(service_keys.c.username, func.count()).where(service_keys.c.username.in_(usernames), _works())
    return {row[0]: row[1] for row in db.execute(theirs.group_by(service_keys.c.username))}


def about(key: Key) -> About:
    """Return what a key is for, to make another one for the same."""
    return {
        "name": key["name"],
        "commands": key["commands"],
        "rooms": key["rooms"],
        "expires_at": key["expires_at"],
    }


def make(db: Connection, username: str, about: About) -> NewKey:
    """Store a key of a person, or of the application, and return it with its token."""
    begin = OF_APPLICATION if username == names.APPLICATION else BEGIN
    token = begin + secrets.token_urlsafe(32)
    row: Key = {"id": str(uuid4()), **about, "created_at": clock.now(), "used_at": None}
    db.execute(insert(service_keys).values(**row, username=username, token_hash=digest(token)))
    return {**row, "token": token}


def end(db: Connection, username: str, id: str) -> Key | None:
    """End a key of a person, and return it; None if they have no such key."""
    mine = service_keys.c.id == id, service_keys.c.username == username
    found = many(Key, db.execute(select(*_SHOWN).where(*mine)))
    db.execute(delete(service_keys).where(*mine))
    return found[0] if found else None


def forget(db: Connection, username: str) -> list[str]:
    """End all keys of a person, and return their ids."""
    mine = service_keys.c.username == username
    ids = list(db.scalars(select(service_keys.c.id).where(mine)))
    db.execute(delete(service_keys).where(mine))
    return ids
