"""The permissions that commands declare, and the membership lookup that they share.

A room is looked up together with the caller's membership, and queries for messages begin with what that returns (a
`Here`) or with the caller, so that no command can forget to check it. A room that the caller must not know about is
`NotFound`, never `Forbidden`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Protocol

from sqlalchemy import ColumnElement, Connection, and_, bindparam, case, false, func, or_, select

from chatrooms import names
from chatrooms.errors import Archived, Conflict, Forbidden, Invalid, NotAMember, NotFound
from chatrooms.pipeline import people, relations, requests, rights
from chatrooms.pipeline.commands import Act, Caller, Params
from chatrooms.storage.ahead import Foreseen
from chatrooms.storage.given import Base
from chatrooms.storage.rows import Access, Role
from chatrooms.storage.statements import Asked, Prepared
from chatrooms.storage.tables import blocks, members, messages, rooms, users

RESTRICTING = "posting", "threading", "inviting"
"""What a room can leave to its owners and moderators alone."""


@dataclass(frozen=True)
class Here:
    """A room and the caller's ``role`` in it, None if they are not a member.

    ``exists`` is false for a conversation or thread without messages; ``closed`` is true if anyone has closed a
    conversation, ``ended`` if the message above a thread was deleted, ``blocked`` if one of the two people of a
    conversation has blocked the other, ``asked`` if the caller has not accepted it, ``waits`` if no one else has (see
    `requests`). ``restricted`` are the rules that leave something to owners and moderators alone, ``slow`` is how many
    seconds are between two messages of a member (see `room_rules`). A thread has the role, the archiving, the blocking,
    the waiting and the rules of its room.
    """

    room: str
    access: Access
    role: Role | None
    exists: bool = True
    archived: bool = False
    closed: bool = False
    ended: bool = False
    blocked: bool = False
    asked: bool = False
    waits: bool = False
    restricted: frozenset[str] = frozenset()
    slow: int = 0

    @property
    def moderates(self) -> bool:
        """Return whether the caller is an owner or moderator."""
        return self.role in ("owner", "moderator")


class HasRoom(Protocol):
    """Parameters that name a room."""

    @property
    def room(self) -> str:
        """The room."""


def of(db: Connection, me: Caller, room: str, *, writing: bool = False) -> Here:
    """Return ``room`` for a member; raises `NotFound`, or `NotAMember` if the caller could join.

    Raises `Archived` if the member wants to write in an archived room, `Conflict` in a thread that has ended,
    `Forbidden` in a conversation with a person who has blocked them, or whom they have blocked.
    """
    here = require_member(peek(db, me, room))
    if writing:
        require_open(db, me, here)
    if writing and here.ended:
        raise Conflict("The message above was deleted, so no one can reply to it.", field="room")
    return here


def peek(db: Connection, me: Caller, room: str) -> Here:
    """Return ``room`` even if the caller is not a member. Use it for joining only, and `of` for everything else.

    For a key of a program there are no other rooms than those that it is for.
    """
    if me.scope and not me.scope.has(room):
        raise NotFound(room=room)
    match names.kind(room):
        case "shared":
            return _shared(db, me, room)
        case "personal":
            return _personal(db, me, room)
        case "thread":
            return _thread(db, me, room)
        case _:
            return _conversation(db, me, room)


def governing(db: Connection, me: Caller, here: Here) -> Here:
    """Return ``here`` with the rights that the caller's role on the server gives them in a shared room they can see."""
    is_visible = here.role is not None or here.access == "open"
    if names.kind(names.base(here.room)) != "shared" or not is_visible or here.role == "owner":
        return here
    given = rights.IN_ROOMS.get(rights.role_of(db, me))
    return replace(here, role=given) if given else here


def governed(act: Act, p: HasRoom) -> Here:
    """Return a room with the caller's rights there, by their membership or their role on the server."""
    return require_member(governing(act.db, act.me, peek(act.db, act.me, p.room)))


def require_member(here: Here) -> Here:
    """Return ``here`` for a member; raises `NotFound`, or `NotAMember` if the caller could join."""
    if here.role is None:
        raise NotAMember(room=here.room) if here.access == "open" else NotFound(room=here.room)
    return here


def readable(room: ColumnElement[str], me: Caller) -> ColumnElement[bool]:
    """Return the condition that the caller belongs to ``room``, for queries about several rooms."""
    base = Base(room)
    mine = select(members.c.room).where(members.c.username == me.username, members.c.gone.is_(False))
    reads = or_(base == me.username, base.in_(mine))
    return reads if me.scope is None or me.scope.rooms is None else and_(reads, base.in_(sorted(me.scope.rooms)))


def manageable(me: Caller) -> ColumnElement[bool]:
    """Return the condition that a row of ``rooms`` is a shared room that the caller can see."""
    is_visible = or_(rooms.c.access == "open", readable(rooms.c.name, me))
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


def poster(act: Act, p: HasRoom) -> Here:
    """Allow members, unless the room is archived, or waits to be accepted."""
    return require_accepted(of(act.db, act.me, p.room, writing=True))


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
    return require_manager(governed(act, p))


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
    """Return ``here``; raises `Forbidden` in a conversation that none of the others has accepted."""
    if here.waits:
        raise Forbidden(requests.NOT_YET)
    return here


def require_unarchived(here: Here) -> Here:
    """Return ``here``; raises `Archived`."""
    if here.archived:
        raise Archived(room=here.room)
    return here


_theirs = members.alias()
_has_closed = select(_theirs.c.room).where(_theirs.c.room == rooms.c.name, _theirs.c.closed.is_(True)).correlate(rooms)
_has_blocked = select(blocks.c.pair).where(blocks.c.pair == rooms.c.name, blocks.c.gone.is_(False)).correlate(rooms)
_accepting = _theirs.c.username != bindparam("username"), _theirs.c.request.is_(None)
_has_accepted = select(_theirs.c.room).where(_theirs.c.room == rooms.c.name, *_accepting).correlate(rooms)
_is_conversation = rooms.c.access == "conversation"
_found = Foreseen(
    select(
        rooms.c.access,
        rooms.c.archived,
        members.c.role,
        case((_is_conversation, _has_closed.exists()), else_=false()).label("closed"),
        case((_is_conversation, _has_blocked.exists()), else_=false()).label("blocked"),
        case((_is_conversation, ~_has_accepted.exists()), else_=false()).label("waits"),
        members.c.request,
        *(rooms.c[rule] for rule in RESTRICTING),
        rooms.c.slow,
    )
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


_above = Prepared(
    select(
        messages.c.number,
        messages.c.deleted,
        select(rooms.c.name).where(rooms.c.name == bindparam("thread")).exists().label("exists"),
    ).where(messages.c.room == bindparam("room"), messages.c.seq == bindparam("seq"))
)


def standings(username: str, rooms: Iterable[str]) -> Iterator[Asked]:
    """Yield what finds a person's standing in shared rooms and conversations, to be read ahead."""
    for room in map(names.base, rooms):
        if names.kind(room) != "personal":
            yield _found, {"room": room, "username": username}


def _shared(db: Connection, me: Caller, room: str) -> Here:
    row = _found.one(db, {"room": room, "username": me.username})
    if row is None:
        raise NotFound(room=room)
    role: Role | None = "owner" if me.host else row["role"]
    restricted = frozenset(rule for rule in RESTRICTING if row[rule] == "moderators")
    return Here(room, row["access"], role, archived=row["archived"], restricted=restricted, slow=row["slow"])


def _personal(db: Connection, me: Caller, room: str) -> Here:
    if room != me.username and not me.host:
        raise NotFound(room=room)
    if _found.one(db, {"room": room, "username": me.username}) is None:
        raise NotFound("No one has that name.", field="room")
    return Here(room, "personal", "owner")


def _conversation(db: Connection, me: Caller, room: str) -> Here:
    if me.username not in names.people(room):
        raise NotFound(room=room)
    row = _found.one(db, {"room": room, "username": me.username})
    if row is not None:
        state = {"closed": row["closed"], "blocked": row["blocked"], "waits": row["waits"] and not me.host}
        return Here(room, "conversation", "member", **state, asked=row["request"] is not None)
    for username in names.people(room):
        if username != me.username:
            people.reachable(db, username, field="room")
    others = [username for username in names.people(room) if username != me.username]
    blocked = len(others) == 1 and bool(relations.blocking(db, me.username, others[0]))
    return Here(room, "conversation", "member", exists=False, blocked=blocked)


def _thread(db: Connection, me: Caller, room: str) -> Here:
    """Return a thread for a member of its room; raises `NotFound`, `Invalid`, or `NotAMember` about its room."""
    try:
        base = of(db, me, names.base(room))
    except NotFound as hidden:
        raise NotFound(room=room) from hidden
    above = _above.one(db, {"room": base.room, "seq": names.seq_above(room), "thread": room})
    if above is None or (above["deleted"] and not above["exists"]):
        raise NotFound(
            "There is no message for this thread." if above is None else "This message was deleted.", field="room"
        )
    if above["number"] is None:
        raise Invalid("That's an event in the room's timeline, not a message.", field="room")
    state = {"exists": above["exists"], "archived": base.archived, "ended": above["deleted"]}
    return Here(
        room,
        "thread",
        base.role,
        **state,
        blocked=base.blocked,
        waits=base.waits,
        restricted=base.restricted,
        slow=base.slow,
    )
