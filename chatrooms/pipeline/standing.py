"""A caller's standing in a room: membership, role, and what restricts them there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple, get_args

from sqlalchemy import ARRAY, ColumnElement, Connection, String, and_, bindparam, case, column, false, func, select

from chatrooms import names
from chatrooms.errors import Invalid, NotAMember, NotFound
from chatrooms.pipeline import people, relations, tenants
from chatrooms.pipeline.act import Caller
from chatrooms.storage.ahead import Foreseen
from chatrooms.storage.fields import Access, Role
from chatrooms.storage.own_tables import blocks
from chatrooms.storage.statements import Asked, Prepared
from chatrooms.storage.tables import members, messages, rooms

Rule = Literal["posting", "threading", "inviting"]
"""What a room can leave to its owners and moderators alone, by the names of its columns."""
RULES: tuple[Rule, ...] = get_args(Rule)


class Here(NamedTuple):
    """A room and the caller's ``role`` in it, None if they are not a member.

    ``exists`` is false for a conversation or thread without messages; ``closed`` is true if anyone has closed a
    conversation, ``ended`` if the message above a thread was deleted, ``blocked`` if one of the two people of a
    conversation has blocked the other, ``asked`` if the caller has not accepted it, ``waits`` if somebody else has not
    (see `requests`). ``added`` is true if somebody added the caller, who has written nothing since. ``restricted`` are
    the rules that leave something to owners and moderators alone, ``slow`` is how many seconds are between two messages
    of a member (see `room_rules`). A thread has the role, the archiving, the blocking, the waiting and the rules of its
    room.
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
    added: bool = False
    restricted: frozenset[Rule] = frozenset()
    slow: int = 0

    @property
    def moderates(self) -> bool:
        """Return whether the caller is an owner or moderator."""
        return self.role in ("owner", "moderator")


_theirs = members.alias()
_has_closed = select(_theirs.c.room).where(_theirs.c.room == rooms.c.name, _theirs.c.closed.is_(True)).correlate(rooms)
_has_blocked = select(blocks.c.pair).where(blocks.c.pair == rooms.c.name, blocks.c.gone.is_(False)).correlate(rooms)
_asking = _theirs.c.username != bindparam("username"), _theirs.c.request.is_not(None)
_is_asked = select(_theirs.c.room).where(_theirs.c.room == rooms.c.name, *_asking).correlate(rooms)
_is_conversation = rooms.c.access == "conversation"
_standing = (
    rooms.c.access,
    rooms.c.archived,
    members.c.role,
    case((_is_conversation, _has_closed.exists()), else_=false()).label("closed"),
    case((_is_conversation, _has_blocked.exists()), else_=false()).label("blocked"),
    case((_is_conversation, _is_asked.exists()), else_=false()).label("waits"),
    members.c.request,
    members.c.added,
    *(rooms.c[rule] for rule in RULES),
    rooms.c.slow,
)


def _membership(username: ColumnElement[str]) -> ColumnElement[bool]:
    return and_(members.c.room == rooms.c.name, members.c.username == username, members.c.gone.is_(False))


_asked = func.unnest(bindparam("room", type_=ARRAY(String)), bindparam("username", type_=ARRAY(String)))
_wanted = _asked.table_valued(column("room", String), column("username", String)).render_derived(name="wanted")
_found = Foreseen(
    select(*_standing)
    .select_from(rooms.outerjoin(members, _membership(bindparam("username"))))
    .where(rooms.c.name == bindparam("room")),
    select(_wanted.c.room, _wanted.c.username, *_standing).select_from(
        _wanted.join(rooms, rooms.c.name == _wanted.c.room).outerjoin(members, _membership(_wanted.c.username))
    ),
)


_above = Prepared(
    select(
        messages.c.number,
        messages.c.deleted,
        select(rooms.c.name).where(rooms.c.name == bindparam("thread")).exists().label("exists"),
    ).where(messages.c.room == bindparam("room"), messages.c.seq == bindparam("seq"))
)


def of(db: Connection, me: Caller, room: str, field: str = "room") -> Here:
    """Return ``room`` as it is to the caller, a member or not; raises `NotFound` if they must not know about it.

    ``field`` is the parameter that names it. Permissions do not begin here, but with `access.of`.
    """
    match names.kind(room):
        case "shared":
            return _shared(db, me, room)
        case "personal":
            return _personal(db, me, room, field)
        case "thread":
            return _thread(db, me, room, field)
        case _:
            return _conversation(db, me, room, field)


def require_member(here: Here) -> Here:
    """Return ``here`` for a member; raises `NotFound`, or `NotAMember` if the caller could join."""
    if here.role is None:
        raise NotAMember(room=here.room) if here.access == "open" else NotFound(room=here.room)
    return here


def standings(username: str, rooms: Iterable[str]) -> Iterator[Asked]:
    """Yield what finds a person's standing in shared rooms and conversations, to be read ahead."""
    for room in map(names.base, rooms):
        if names.kind(room) != "personal":
            yield _found, {"room": room, "username": username}


def _shared(db: Connection, me: Caller, room: str) -> Here:
    row = _found.one(db, {"room": room, "username": me.username})
    if row is None or (row["role"] is None and not tenants.has_room(db, me, room)):
        raise NotFound("There is no such room. Create it by the command `room.create`." if me.host else None, room=room)
    role: Role | None = "owner" if me.host else row["role"]
    restricted = frozenset(rule for rule in RULES if row[rule] == "moderators")
    state = {"archived": row["archived"], "added": bool(row["added"])}
    return Here(room, row["access"], role, **state, restricted=restricted, slow=row["slow"])


def _personal(db: Connection, me: Caller, room: str, field: str) -> Here:
    if room != me.username and not me.host:
        raise NotFound(room=room)
    if _found.one(db, {"room": room, "username": me.username}) is None:
        raise NotFound("No one has that name.", field=field)
    return Here(room, "personal", "owner")


def _conversation(db: Connection, me: Caller, room: str, field: str) -> Here:
    """Return a conversation for one of its people, or as it is for the application, which moderates that of others."""
    is_mine = me.username in names.people(room)
    row = _found.one(db, {"room": room, "username": me.username}) if is_mine or me.host else None
    if row is not None:
        state = {"closed": row["closed"], "blocked": row["blocked"], "waits": row["waits"] and not me.host}
        role: Role = "member" if is_mine else "owner"
        return Here(room, "conversation", role, **state, asked=row["request"] is not None)
    if not is_mine:
        raise NotFound(room=room)
    for username in names.people(room):
        if username != me.username:
            people.reachable(db, me, username, field=field)
    others = [username for username in names.people(room) if username != me.username]
    blocked = len(others) == 1 and bool(relations.blocking(db, me.username, others[0]))
    return Here(room, "conversation", "member", exists=False, blocked=blocked)


def _thread(db: Connection, me: Caller, room: str, field: str) -> Here:
    """Return a thread for a member of its room; raises `NotFound`, `Invalid`, or `NotAMember` about its room."""
    try:
        base = require_member(of(db, me, names.base(room), field))
    except NotFound as hidden:
        raise NotFound(room=room) from hidden
    above = _above.one(db, {"room": base.room, "seq": names.seq_above(room), "thread": room})
    if above is None or (above["deleted"] and not above["exists"]):
        raise NotFound(
            "There is no message for this thread." if above is None else "This message was deleted.", field=field
        )
    if above["number"] is None:
        raise Invalid("That's an event in the room's timeline, not a message.", field=field)
    state = {"exists": above["exists"], "archived": base.archived, "ended": above["deleted"]}
    return Here(
        room,
        "thread",
        base.role,
        **state,
        blocked=base.blocked,
        waits=base.waits,
        added=base.added,
        restricted=base.restricted,
        slow=base.slow,
    )
