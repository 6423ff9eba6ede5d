"""May this caller do this here? The one membership predicate, and the permissions that commands declare.

A room is found through the caller who asks for it, so a permission cannot be forgotten. What a caller may not know
about is `NotFound`, never `Forbidden`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import Connection, and_, bindparam, select

from chatrooms import names
from chatrooms.errors import Archived, Forbidden, Invalid, NotAMember, NotFound
from chatrooms.pipeline.commands import Act, Caller, Params
from chatrooms.storage.rows import Access, Role
from chatrooms.storage.statements import Prepared
from chatrooms.storage.tables import members, rooms, users


@dataclass(frozen=True)
class Here:
    """A room as a caller stands to it: ``role`` is None for one who is not a member.

    ``exists`` is false for a conversation whose first message has not been posted.
    """

    room: str
    access: Access
    role: Role | None
    exists: bool = True
    archived: bool = False

    @property
    def moderates(self) -> bool:
        """Whether the caller is an owner or moderator."""
        return self.role in ("owner", "moderator")


class InRoom(Protocol):
    """Parameters that name a room."""

    @property
    def room(self) -> str:
        """The room."""


def of(db: Connection, me: Caller, room: str) -> Here:
    """Return ``room`` as ``me`` belongs to it; raises `NotFound`, or `NotAMember` where ``me`` could join."""
    here = peek(db, me, room)
    if here.role is None:
        raise NotAMember(room=room) if here.access == "open" else NotFound(room=room)
    return here


def peek(db: Connection, me: Caller, room: str) -> Here:
    """Return ``room`` even if ``me`` does not belong to it. For joining alone; everything else asks `of`."""
    match names.kind(room):
        case "shared":
            return _shared(db, me, room)
        case "personal":
            return _personal(db, me, room)
        case _:
            return _conversation(db, me, room)


def person(db: Connection, username: str, field: str = "username") -> str:
    """Return ``username`` if there is such a person; raises `NotFound`."""
    if db.scalar(select(users.c.username).where(users.c.username == username)) is None:
        raise NotFound("There is nobody of that name.", field=field)
    return username


def anyone(_act: Act, _p: Params) -> None:
    """Allow every caller who is known."""


def member(act: Act, p: InRoom) -> Here:
    """Allow members."""
    return of(act.db, act.me, p.room)


def poster(act: Act, p: InRoom) -> Here:
    """Allow members, unless the room is archived."""
    return require_unarchived(member(act, p))


def joiner(act: Act, p: InRoom) -> Here:
    """Allow everybody to enter an open room, and members to stay."""
    here = peek(act.db, act.me, p.room)
    if here.role is None and here.access != "open":
        raise NotFound(room=here.room)
    return require_unarchived(here)


def inviter(act: Act, p: InRoom) -> Here:
    """Allow members of open rooms, and owners and moderators of private ones."""
    here = poster(act, p)
    if here.access == "private" and not here.moderates:
        raise Forbidden("Only an owner or moderator can invite people to a private room.")
    return here


def closer(act: Act, p: InRoom) -> Here:
    """Allow people of a conversation."""
    here = member(act, p)
    if here.access != "conversation":
        raise Invalid("You can only close conversations. Leave a room instead.", field="room")
    return here


def manager(act: Act, p: InRoom) -> Here:
    """Allow owners and moderators."""
    here = member(act, p)
    if not here.moderates:
        raise Forbidden("Only an owner or moderator can do that.")
    return here


def require_unarchived(here: Here) -> Here:
    """Return ``here``; raises `Archived`."""
    if here.archived:
        raise Archived(room=here.room)
    return here


_found = Prepared(
    select(rooms.c.access, rooms.c.archived, members.c.role)
    .select_from(
        rooms.outerjoin(
            members,
            and_(
                members.c.room == rooms.c.name,
                members.c.username == bindparam("username"),
                members.c.gone.is_(False),
            ),
        )
    )
    .where(rooms.c.name == bindparam("room"))
)


def _shared(db: Connection, me: Caller, room: str) -> Here:
    row = _found.one(db, {"room": room, "username": me.username})
    if row is None:
        raise NotFound(room=room)
    return Here(room, row["access"], "owner" if me.host else row["role"], archived=row["archived"])


def _personal(db: Connection, me: Caller, room: str) -> Here:
    if room != me.username and not me.host:
        raise NotFound(room=room)
    if _found.one(db, {"room": room, "username": me.username}) is None:
        raise NotFound("There is nobody of that name.", field="room")
    return Here(room, "personal", "owner")


def _conversation(db: Connection, me: Caller, room: str) -> Here:
    if me.username not in names.people(room):
        raise NotFound(room=room)
    if _found.one(db, {"room": room, "username": me.username}) is not None:
        return Here(room, "conversation", "member")
    for username in names.people(room):
        person(db, username, field="room")
    return Here(room, "conversation", "member", exists=False)
