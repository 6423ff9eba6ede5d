"""What a database knows of itself: one row."""

from __future__ import annotations

import secrets
from typing import NamedTuple

from sqlalchemy import Column, Connection, Integer, String, Table, insert, select, update

from chatrooms.storage.tables import metadata

facts = Table(
    "facts",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False, comment="1: there is one row"),
    Column("instance", String(16), nullable=False, comment="tells this chat from others on the same host"),
    Column("epoch", String(32), nullable=False, comment="another one after a backup was put back"),
    Column(
        "secret",
        String(64),
        nullable=False,
        server_default="",
        comment="what only the server can compute is made with it",
    ),
    Column(
        "id_secret",
        String(64),
        nullable=False,
        server_default="",
        comment="the ids of messages with a key are made with it; the same after a backup was put back",
    ),
    Column("ran_at", String(24), nullable=False, comment="when a server was last known to run, by its clock"),
    Column("name", String(60), nullable=False, server_default="", comment="of the server, if its owner named it"),
    Column("sign_up", String(8), nullable=False, server_default="", comment="as admins chose, see signing_up"),
    Column("second_factor", String(9), nullable=False, server_default="", comment="of whom, as owners chose"),
)


class Facts(NamedTuple):
    """What tells this chat from others on its host, and its history from those of restored backups.

    ``name`` is what its owner calls the server, ``sign_up`` how admins let new people in, ``second_factor`` of whom
    owners require one; each can be empty. The ``secret`` signs and encrypts; from ``id_secret`` come ids that must be
    the same for the same key forever.
    """

    instance: str
    epoch: str
    ran_at: str
    secret: str = ""
    name: str = ""
    sign_up: str = ""
    second_factor: str = ""
    id_secret: str = ""

    @classmethod
    def unknown(cls) -> Facts:
        """Return what is known before the database is open."""
        return cls("", "", "")


def find(db: Connection) -> Facts | None:
    """Return the facts; None in a new database."""
    row = db.execute(select(*(facts.c[name] for name in Facts._fields))).one_or_none()
    return Facts(*row) if row else None


def find_or_make(db: Connection, now: str) -> Facts:
    """Return the facts; make them up in a new database."""
    if known := find(db):
        return known
    made = Facts(secrets.token_hex(4), _new_epoch(), now, _new_secret(), id_secret=_new_secret())
    db.execute(insert(facts).values(id=1, **made._asdict()))
    return made


def note_running(db: Connection, now: str) -> None:
    """Note that a server runs now."""
    db.execute(update(facts).values(ran_at=now))


def rename(db: Connection, name: str) -> None:
    """Store what the owner calls the server."""
    db.execute(update(facts).values(name=name))


def choose_sign_up(db: Connection, sign_up: str) -> None:
    """Store how new people come in."""
    db.execute(update(facts).values(sign_up=sign_up))


def choose_second_factor(db: Connection, second_factor: str) -> None:
    """Store of whom a second factor is required."""
    db.execute(update(facts).values(second_factor=second_factor))


def renew(db: Connection) -> None:
    """Begin a new epoch, so that every client starts anew, with a new secret: what the old one signed is void."""
    db.execute(update(facts).values(epoch=_new_epoch(), secret=_new_secret()))


def _new_epoch() -> str:
    return secrets.token_hex(16)


def _new_secret() -> str:
    return secrets.token_hex(32)
