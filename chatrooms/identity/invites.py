"""Invitations by link: they lead to a room, and new people to the server. Only the hash of their code is stored."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Annotated, cast
from uuid import uuid4

from pydantic import Field
from sqlalchemy import Column, ColumnElement, Connection, ForeignKey, Integer, String, Table, insert, select, update
from typing_extensions import TypedDict

from chatrooms import clock
from chatrooms.errors import Forbidden, NotFound, Refusal
from chatrooms.features import members, timeline
from chatrooms.identity import suspensions
from chatrooms.identity.digests import digest
from chatrooms.names import APPLICATION
from chatrooms.pipeline import access, rights, room_rules, standing, tenants
from chatrooms.pipeline.act import Act, Caller
from chatrooms.storage.fields import Created
from chatrooms.storage.results import many
from chatrooms.storage.rows import Member
from chatrooms.storage.tables import metadata, rooms, users

GOOD_FOR = timedelta(days=7)
MOST_DAYS, MOST_USES, USES = 90, 1000, 100
MOST_LISTED = 500

invites = Table(
    "invites",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("code_hash", String(64), nullable=False, unique=True),
    Column("room", String(400), ForeignKey(rooms.c.name), nullable=False, index=True),
    Column("created_by", String(32), ForeignKey(users.c.username), nullable=False),
    Column("created_at", String(24), nullable=False),
    Column("expires_at", String(24), nullable=False),
    Column("uses_left", Integer, nullable=False),
)
_SHOWN = [column for column in invites.c if column.name != "code_hash"]


class Invite(TypedDict):
    """An invitation by link."""

    id: Annotated[str, Field(description="The id, for `invite.revoke`.")]
    room: Annotated[str, Field(description="The room that people join by it.")]
    created_by: Annotated[str, Field(description="Who invites them.")]
    created_at: Created
    expires_at: Annotated[str, Field(description="Until when it works, in ISO 8601.")]
    uses_left: Annotated[int, Field(description="How many more people can join by it.")]


class NewInvite(Invite):
    """An invitation that was made."""

    code: Annotated[
        str,
        Field(description="What people join by; the page's address, `#/invite/` and this is a link. Shown this once."),
    ]


def make(db: Connection, created_by: str, room: str, uses: int, expires_at: str) -> NewInvite:
    """Store an invitation by ``created_by`` to ``room``, and return it with its code."""
    code = secrets.token_urlsafe(32)
    row: Invite = {
        "id": str(uuid4()),
        "room": room,
        "created_by": created_by,
        "created_at": clock.now(),
        "expires_at": expires_at,
        "uses_left": uses,
    }
    db.execute(insert(invites).values(**row, code_hash=digest(code)))
    return {**row, "code": code}


def known(db: Connection, code: str, field: str = "invite") -> Invite:
    """Return the invitation with that code, also one that works no longer; raises `NotFound`."""
    return require(_one(db, invites.c.code_hash == digest(code)), field)


def require(invite: Invite | None, field: str = "invite") -> Invite:
    """Return ``invite``; raises `NotFound` without one, about the parameter ``field``."""
    if invite is None:
        raise NotFound("This invitation has expired, or it was used or revoked.", field=field)
    return invite


def working(db: Connection, code: str) -> Invite | None:
    """Return the invitation with that code, if it still works."""
    good = invites.c.code_hash == digest(code), invites.c.expires_at > clock.now(), invites.c.uses_left > 0
    invite = _one(db, *good)
    return invite if invite and _may_invite(db, invite) else None


def _may_invite(db: Connection, invite: Invite) -> bool:
    """Return whether the person who made an invitation could make it now."""
    by = invite["created_by"]
    me = Caller(by, host=by == APPLICATION)
    if suspensions.find(db, by):
        return False
    try:
        here = access.governing(db, me, access.peek(db, me, invite["room"]))
        access.require_unarchived(standing.require_member(here))
        room_rules.require_inviter(db, me, here)
    except Refusal:
        return False
    return True


def admits(db: Connection, invite: Invite) -> bool:
    """Return whether the person who made an invitation may approve new people."""
    by = invite["created_by"]
    return rights.verdict(rights.role_of(db, Caller(by, host=by == APPLICATION)), "admit").allowed


def use(act: Act, code: str, field: str = "invite", *, is_new: bool = False) -> Member:
    """Make the caller a member of the room that an invitation leads to.

    Members stay what they are, also if it works no longer: they may have joined by its last use. People who are new to
    the server always count, though they are members of the lobby already.

    Raises `NotFound`, and `Forbidden` for people who were removed from a private room: a link that they still have must
    not undo that.
    """
    room, username = known(act.db, code, field)["room"], act.me.username
    before = members.find(act.db, room, username)
    here = before if before and not before["gone"] else None
    if here and not is_new:
        return here
    invite = require(working(act.db, code), field)
    if not tenants.has_room(act.db, act.me, room):
        require(None, field)
    if here:
        _count(act, invite)
        return here
    is_private = access.peek(act.db, act.me, room, field).access == "private"
    if before and is_private and not members.has_left(act.db, room, username):
        raise Forbidden("You were in this room before. Ask a member to invite you again.")
    if before is None:
        _count(act, invite)  # not for people who were members before, who could use it up
    timeline.record(act, room, "joined", f"{username} joined.")
    return members.add(act, room, username, "member", invited_by=invite["created_by"])


def _count(act: Act, invite: Invite) -> None:
    act.db.execute(update(invites).where(invites.c.id == invite["id"]).values(uses_left=invites.c.uses_left - 1))


def in_room(db: Connection, room: str, created_by: str | None) -> list[Invite]:
    """Return the invitations to ``room`` that still work, the newest first; with ``created_by``, only theirs."""
    good = [invites.c.room == room, invites.c.expires_at > clock.now(), invites.c.uses_left > 0]
    if created_by:
        good.append(invites.c.created_by == created_by)
    return many(Invite, db.execute(select(*_SHOWN).where(*good).order_by(invites.c.created_at.desc(), invites.c.id)))


def everywhere(db: Connection, me: Caller) -> list[Invite]:
    """Return the invitations that still work to the rooms that the caller can see, the newest first."""
    good = invites.c.expires_at > clock.now(), invites.c.uses_left > 0, access.manageable(me)
    found = select(*_SHOWN).join(rooms, rooms.c.name == invites.c.room).where(*good, rooms.c.archived.is_(False))
    listed = found.order_by(invites.c.created_at.desc(), invites.c.id).limit(MOST_LISTED)
    return [invite for invite in many(Invite, db.execute(listed)) if _may_invite(db, invite)]


def find(db: Connection, id: str) -> Invite | None:
    """Return an invitation by its id, also one that no longer works."""
    return _one(db, invites.c.id == id)


def _one(db: Connection, *where: ColumnElement[bool]) -> Invite | None:
    row = db.execute(select(*_SHOWN).where(*where)).mappings().one_or_none()
    return cast(Invite, dict(row)) if row else None


def end(db: Connection, id: str) -> None:
    """Make an invitation work no longer."""
    db.execute(update(invites).where(invites.c.id == id).values(uses_left=0))


def end_of(db: Connection, username: str) -> None:
    """Make the invitations by a person work no longer."""
    db.execute(update(invites).where(invites.c.created_by == username).values(uses_left=0))
