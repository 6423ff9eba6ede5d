"""Who belongs to which room.

A membership concerns two rooms, the shared one and the person's own, and carries a rev of each: both sides catch up
by their own.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypedDict, cast

from sqlalchemy import Connection, bindparam, case, insert, select, update

from chatrooms import policy, reads, standing
from chatrooms.commands import Act, Caller, Params, change, query
from chatrooms.errors import NotFound
from chatrooms.params import MAX_PAGE, AnyRoom, Search, SharedRoom, Username
from chatrooms.prepared import Prepared
from chatrooms.tables import SYNCED, Member, Membership, Role, many, members, one

_closed = Prepared(select(members.c.username).where(members.c.room == bindparam("room"), members.c.closed.is_(True)))


class InRoom(Params):
    """A shared room."""

    room: SharedRoom


class WithPerson(InRoom):
    """A shared room and somebody."""

    username: Username


class Page(Params):
    """A page of the members of a room, from ``after`` a username on."""

    room: AnyRoom
    query: Search = ""
    after: Search = ""


class InConversation(Params):
    """A conversation."""

    room: AnyRoom


class OneMembership(TypedDict):
    """The caller's own membership as it is now; ``rev`` is that of their own room."""

    membership: Membership


class OneMember(TypedDict):
    """The membership as it is now."""

    member: Member


class ManyMembers(TypedDict):
    """Memberships by username; ``more`` says that there are others after the last."""

    members: list[Member]
    more: bool


def add(act: Act, room: str, username: str, role: Role) -> Member:
    """Make ``username`` a member of ``room``, and tell both; one who is a member already stays what they are."""
    before = find(act.db, room, username)
    if before and not before["gone"]:
        return before
    member = _put(act, room, username, role=role, gone=False, known=before is not None)
    reads.begin(act, room, username)
    return member


def reopen(act: Act, conversation: str) -> None:
    """Put a conversation back on the list of everybody who has closed it."""
    for row in _closed.all(act.db, {"room": conversation}):
        _mark_closed(act, conversation, row["username"], closed=False)


def find(db: Connection, room: str, username: str) -> Member | None:
    """The membership of ``username`` in ``room``, past ones too."""
    return one(Member, db.execute(_members(room).where(members.c.username == username)))


def _joining(_db: Connection, me: Caller, p: InRoom) -> Iterable[str]:
    return p.room, me.username


def _inviting(_db: Connection, _me: Caller, p: WithPerson) -> Iterable[str]:
    return p.room, p.username


def _leaving(db: Connection, me: Caller, p: InRoom) -> Iterable[str]:
    return p.room, me.username, *_next_owner(db, p.room, me.username)


def _removing(db: Connection, _me: Caller, p: WithPerson) -> Iterable[str]:
    return p.room, p.username, *_next_owner(db, p.room, p.username)


def _myself(_db: Connection, me: Caller, _p: InConversation) -> Iterable[str]:
    return (me.username,)


@change("room.join", locks=_joining)
def join(act: Act, p: InRoom) -> OneMember:
    """Enter an open room. Who is a member already stays one."""
    policy.join(standing.peek(act.db, act.me, p.room))
    return {"member": add(act, p.room, act.me.username, "member")}


@change("room.leave", locks=_leaving)
def leave(act: Act, p: InRoom) -> OneMember:
    """Leave a room. A private one can be entered again by invitation only.

    When its last owner leaves, a room passes to its longest-standing moderator, or else member.
    """
    policy.leave(standing.find(act.db, act.me, p.room))
    return {"member": _end(act, p.room, act.me.username)}


@change("room.close", locks=_myself)
def close(act: Act, p: InConversation) -> OneMembership:
    """Take a conversation off your list, on all your devices, until its next message. Nobody else learns of it."""
    here = standing.find(act.db, act.me, p.room)
    policy.close(here)
    before = _membership(act.db, p.room, act.me.username)
    if before is None:
        raise NotFound("Nobody has posted anything there yet.", field="room")
    return {"membership": before if before["closed"] else _mark_closed(act, p.room, act.me.username, closed=True)}


@change("room.invite", locks=_inviting)
def invite(act: Act, p: WithPerson) -> OneMember:
    """Make somebody a member; the room appears on all their tabs at once."""
    policy.invite(standing.find(act.db, act.me, p.room))
    return {"member": add(act, p.room, standing.person(act.db, p.username), "member")}


@change("room.remove", locks=_removing)
def remove(act: Act, p: WithPerson) -> OneMember:
    """End somebody's membership; all their tabs fall silent at once."""
    member = find(act.db, p.room, p.username)
    role = member["role"] if member and not member["gone"] else None
    policy.remove(standing.find(act.db, act.me, p.room), role)
    return {"member": _end(act, p.room, p.username)}


@query("room.members")
def page(act: Act, p: Page) -> ManyMembers:
    """Who belongs to a room, by username, a hundred at a time."""
    standing.find(act.db, act.me, p.room)
    found = _members(p.room).where(members.c.gone.is_(False), members.c.username > p.after)
    if p.query:
        found = found.where(members.c.username.contains(p.query.lower(), autoescape=True))
    rows = act.db.execute(found.order_by(members.c.username).limit(MAX_PAGE + 1)).all()
    return {"members": many(Member, rows[:MAX_PAGE]), "more": len(rows) > MAX_PAGE}


def _end(act: Act, room: str, username: str) -> Member:
    """End a membership; if it was that of the last owner, the room passes on."""
    next_owner = _next_owner(act.db, room, username)
    ended = _put(act, room, username, role="member", gone=True, known=True)
    for successor in next_owner:
        _put(act, room, successor, role="owner", gone=False, known=True)
    return ended


def _next_owner(db: Connection, room: str, leaving: str) -> list[str]:
    """Return who owns the room when ``leaving`` has left, if they are its last owner and others remain."""
    member = find(db, room, leaving)
    if member is None or member["gone"] or member["role"] != "owner":
        return []
    rank = case((members.c.role == "owner", 0), (members.c.role == "moderator", 1), else_=2)
    others = _members(room).where(members.c.gone.is_(False), members.c.username != leaving)
    first = one(Member, db.execute(others.order_by(rank, members.c.since, members.c.username).limit(1)))
    return [first["username"]] if first and first["role"] != "owner" else []


def _members(room: str) -> Any:
    return SYNCED["members"].select().where(members.c.room == room)


def _membership(db: Connection, room: str, username: str) -> Membership | None:
    found = SYNCED["memberships"].select().where(members.c.room == room, members.c.username == username)
    return one(Membership, db.execute(found))


def _mark_closed(act: Act, room: str, username: str, *, closed: bool) -> Membership:
    """Store whether the person has closed a conversation, and tell them alone: it spends no rev of the conversation."""
    where = (members.c.room == room, members.c.username == username)
    act.db.execute(update(members).where(*where).values(closed=closed, person_rev=act.changes.rev(username)))
    row = cast(Membership, _membership(act.db, room, username))
    act.changes.tell(username, "memberships", row)
    return row


def _put(act: Act, room: str, username: str, *, role: Role, gone: bool, known: bool) -> Member:
    rev, person_rev = act.changes.rev(room), act.changes.rev(username)
    values = {"role": role, "gone": gone, "since": act.now, "rev": rev, "person_rev": person_rev}
    if known:
        where = (members.c.room == room, members.c.username == username)
        act.db.execute(update(members).where(*where).values(values))
    else:
        act.db.execute(insert(members).values(room=room, username=username, **values))
    row: Member = {
        "room": room,
        "username": username,
        "role": role,
        "since": act.now,
        "gone": gone,
        "rev": rev,
    }
    act.changes.tell(room, "members", row)
    act.changes.tell(username, "memberships", {**row, "rev": person_rev, "closed": False})
    return row
