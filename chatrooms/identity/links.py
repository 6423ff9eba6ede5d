"""Links that sign in another device: of one use, for five minutes. Only the hash of their code is stored."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Annotated, Any, NamedTuple

from pydantic import Field
from sqlalchemy import Boolean, Column, Connection, ForeignKey, String, Table, delete, false, insert, or_, select
from typing_extensions import TypedDict

from chatrooms import clock
from chatrooms.errors import Unauthorized
from chatrooms.identity import suspensions
from chatrooms.identity.beginnings import Beginning
from chatrooms.identity.digests import digest
from chatrooms.pipeline import rights
from chatrooms.storage.fields import Began
from chatrooms.storage.tables import metadata, users

GOOD_FOR = timedelta(minutes=5)
CODE_LENGTH = 43
"""Characters of a code: 256 bits, as text."""

links = Table(
    "links",
    metadata,
    Column("username", String(32), ForeignKey(users.c.username), primary_key=True),
    Column("code_hash", String(64), nullable=False, unique=True),
    Column("expires_at", String(24), nullable=False),
    Column("made_by", String(32), comment="null if the person did, or the console"),
    Column("began", String(16), nullable=False, server_default="device", comment="how the session begins by it"),
    Column("second_factor", Boolean, nullable=False, server_default=false(), comment="shown by who made it"),
    Column("proven_at", String(24), comment="when the person proved who they are, if they made it"),
)


class Link(TypedDict):
    """A link that signs in another device once; the address is the page's own, with ``#/link/`` and the code."""

    code: Annotated[str, Field(description="What signs in, by `session.link`.")]
    expires_at: Annotated[str, Field(description="Until when, in ISO 8601.")]


class Whose(NamedTuple):
    """Whom a link signs in, and how their session begins."""

    username: str
    beginning: Beginning


def make(
    db: Connection,
    username: str,
    good_for: timedelta,
    began: Began,
    made_by: str | None = None,
    *,
    second_factor: bool = False,
    proven_at: str | None = None,
) -> Link:
    """Make the link that signs in ``username``, by a session that ``began`` so; an earlier one no longer does.

    ``made_by`` is the username of somebody else who makes it by their role on the server, or has made the one by which
    the session began that makes it. ``second_factor`` says
    whether one was shown in the session of the person who makes it, and ``proven_at`` from when on that lasts.
    """
    code, expires_at = secrets.token_urlsafe(32), clock.later(good_for)
    drop(db, username)
    row = {"username": username, "code_hash": digest(code), "expires_at": expires_at}
    how = {"began": began, "made_by": made_by, "second_factor": second_factor, "proven_at": proven_at}
    db.execute(insert(links).values(row | how))
    return {"code": code, "expires_at": expires_at}


def drop(db: Connection, username: str) -> None:
    """Make the link of ``username``, if there is one, sign in no one."""
    db.execute(delete(links).where(links.c.username == username))


def drop_all(db: Connection, username: str) -> None:
    """Make the link of ``username``, and those that they have made for others, sign in no one."""
    db.execute(delete(links).where(or_(links.c.username == username, links.c.made_by == username)))


def of(db: Connection, code: str) -> Whose | None:
    """Return whom the link with that code signs in, unless it has expired or was used, or could not be made now."""
    good = links.c.code_hash == digest(code), links.c.expires_at > clock.now()
    link = db.execute(select(links).where(*good)).one_or_none()
    if link is None or not (link.made_by is None or _works(db, link)):
        return None
    shown, proven_at, made_by = link.second_factor, link.proven_at, link.made_by
    return Whose(link.username, Beginning(link.began, second_factor=shown, proven_at=proven_at, made_by=made_by))


def _works(db: Connection, link: Any) -> bool:
    """Return whether somebody else who made a link could make it now.

    One for another device works as long as the session that made it goes on, which began by their link (see
    `roles.store`).
    """
    if suspensions.find(db, link.made_by):
        return False
    makers, role = rights.of(db, link.made_by), rights.of(db, link.username)
    if link.began == "device":
        return rights.rank(makers) > rights.rank(role) or not rights.empowers("guest", role)
    return rights.verdict(makers, "sign_in", role).allowed


def require(whose: Whose | None) -> Whose:
    """Return whom a link signs in; raises `Unauthorized` if that is nobody."""
    if whose is None:
        raise Unauthorized("This link was used, or it has expired. Make a new one.")
    return whose
