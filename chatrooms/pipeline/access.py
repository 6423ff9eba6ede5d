"""The permissions that commands declare, and the membership lookup that they share.

A room is looked up together with the caller's membership, and queries for messages begin with what that returns (a
`Here`) or with the caller, so that no command can forget to check it. A room that the caller must not know about is
`NotFound`, never `Forbidden`.
"""

from __future__ import annotations

from typing import Protocol

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from chatrooms import names
from chatrooms.errors import Archived, Forbidden, Invalid, NotFound
from chatrooms.pipeline import relations, requests, rights, scopes, standing, tenants
from chatrooms.pipeline.act import Act, Caller
from chatrooms.pipeline.commands import Params
from chatrooms.pipeline.standing import Here, require_member
from chatrooms.storage.expressions import Base
from chatrooms.storage.tables import members, rooms, users


class HasRoom(Protocol):
    """Parameters that name a room."""

    @property
    def room(self) -> str:
        """The room."""


def of(db: Connection, me: Caller, room: str, *, writing: bool = False, field: str = "room") -> Here:
    """Return ``room``, named by the parameter ``field``, for a member.

    Raises `NotFound`, or `NotAMember` if the caller could join. Raises `Archived` if the member wants to write in an
    archived room, `Forbidden` in a conversation with a person who has blocked them, or whom they have blocked.
    """
    here = require_member(peek(db, me, room, field))
    return require_open(db, me, here) if writing else here


def peek(db: Connection, me: Caller, room: str, field: str = "room") -> Here:
    """Return ``room`` even if the caller is not a member. Use it for joining only, and `of` for everything else.

    For a person's key there are no other rooms than those that it is for; one of the application is told why not.
    """
    if me.scope and not me.scope.has(room):
        if me.host:
            raise Forbidden(scopes.ELSEWHERE)
        raise NotFound(room=room)
    return standing.of(db, me, room, field)


def governing(db: Connection, me: Caller, here: Here) -> Here:
    """Return ``here`` with the rights that the caller's role on the server gives them in a shared room they can see."""
    is_visible = here.role is not None or here.access == "open"
    if names.kind(names.base(here.room)) != "shared" or not is_visible or here.role == "owner":
        return here
    given = rights.IN_ROOMS.get(rights.role_of(db, me))
    return here._replace(role=given) if given else here


def governed(db: Connection, me: Caller, room: str, field: str = "room") -> Here:
    """Return a room with the caller's rights there, by their membership or their role on the server."""
    return require_member(governing(db, me, peek(db, me, room, field)))


def readable(room: ColumnElement[str], me: Caller) -> ColumnElement[bool]:
    """Return the condition that the caller belongs to ``room``, for queries about several rooms."""
    base = Base(room)
    mine = select(members.c.room).where(members.c.username == me.username, members.c.gone.is_(False))
    reads = or_(base == me.username, base.in_(mine))
    return reads if me.scope is None or me.scope.rooms is None else and_(reads, base.in_(sorted(me.scope.rooms)))


def manageable(me: Caller) -> ColumnElement[bool]:
    """Return the condition that a row of ``rooms`` is a shared room that the caller can see."""
    is_visible = or_(and_(rooms.c.access == "open", tenants.ours(me)), readable(rooms.c.name, me))
    return and_(rooms.c.access.in_(("open", "private")), is_visible)


def belongs(username: ColumnElement[str], room: ColumnElement[str]) -> ColumnElement[bool]:
    """Return the condition that a person belongs to ``room``, for queries about several people."""
    base = Base(room)
    here = select(members.c.room).where(
        members.c.room == base, members.c.username == username, members.c.gone.is_(False)
    )
    return or_(base == username, here.exists())


def known(db: Connection, room: str) -> bool:
    """Return whether the shared room or thread, or each person in the personal room or conversation, exists."""
    if names.kind(room) in ("shared", "thread"):
        return db.scalar(select(rooms.c.name).where(rooms.c.name == room)) is not None
    theirs = names.people(room)
    return db.scalar(select(func.count()).where(users.c.username.in_(theirs))) == len(theirs)


def anyone(_act: Act, _p: Params) -> None:
    """Allow every signed-in caller."""


def member(act: Act, p: HasRoom) -> Here:
    """Allow members."""
    return of(act.db, act.me, p.room)


def joiner(act: Act, p: HasRoom) -> Here:
    """Allow everyone in open rooms, and existing members in others."""
    here = peek(act.db, act.me, p.room)
    if here.role is None and here.access != "open":
        raise NotFound(room=here.room)
    return require_unarchived(here)


def lister(act: Act, p: HasRoom) -> Here:
    """Allow members of rooms and the people of conversations, but no one in their own room."""
    here = member(act, p)
    if here.access in ("personal", "thread"):
        what = "a thread" if here.access == "thread" else "your own room"
        raise Invalid(f"You can't do that with {what}.", field="room")
    return here


def closer(act: Act, p: HasRoom) -> Here:
    """Allow the people of a conversation."""
    here = member(act, p)
    if here.access != "conversation":
        raise Invalid("You can only close conversations. Leave a room instead.", field="room")
    return here


def manager(act: Act, p: HasRoom) -> Here:
    """Allow owners and moderators, of the room or of the server."""
    return require_manager(governed(act.db, act.me, p.room))


def require_manager(here: Here) -> Here:
    """Return ``here`` for an owner or moderator; raises `Forbidden`."""
    if not here.moderates:
        raise Forbidden("Only an owner or moderator can do that.")
    return here


def require_open(db: Connection, me: Caller, here: Here) -> Here:
    """Return ``here`` if people can write; raises `Archived`, or `Forbidden` if one of two has blocked the other."""
    if here.blocked:
        relations.require_unblocked(db, me, here.room)
    return require_unarchived(here)


def require_accepted(here: Here) -> Here:
    """Return ``here``; raises `Forbidden` in a conversation that somebody else has not accepted."""
    if here.waits:
        raise Forbidden(requests.NOT_YET)
    return here


def require_unarchived(here: Here) -> Here:
    """Return ``here``; raises `Archived`."""
    if here.archived:
        raise Archived(room=here.room)
    return here
