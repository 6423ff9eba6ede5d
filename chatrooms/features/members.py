"""Who belongs to which room.

A membership concerns two rooms, the shared one and the person's own, and carries a rev of each: both sides catch up
by their own.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pydantic import Field
from sqlalchemy import Connection, insert, update
from typing_extensions import TypedDict

from chatrooms.errors import Forbidden, NotFound
from chatrooms.features import reads
from chatrooms.pipeline import access
from chatrooms.pipeline.access import Here
from chatrooms.pipeline.commands import Act, Caller, Params, change, query
from chatrooms.pipeline.feature import Feature
from chatrooms.storage.rows import Member, Role, many, one
from chatrooms.storage.tables import SYNCED, members
from chatrooms.types import MAX_PAGE, AnyRoom, Search, SharedRoom, Username


class InRoom(Params):
    """A shared room."""

    room: SharedRoom


class WithPerson(InRoom):
    """A shared room and somebody."""

    username: Username


class Page(Params):
    """A page of the members of a room."""

    room: AnyRoom = Field(description="A room that you belong to.")
    query: Search = Field("", description="A part of the usernames to return; empty returns all.")
    after: Search = Field("", description="Start after this username; empty starts at the first.")


class OneMember(TypedDict):
    """The membership as it is now."""

    member: Member


class MemberPage(TypedDict):
    """Members by username; ``more`` says whether there are others after the last."""

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


def end(act: Act, room: str, username: str) -> Member:
    """End a membership, and tell both."""
    return _put(act, room, username, role="member", gone=True, known=True)


def find(db: Connection, room: str, username: str) -> Member | None:
    """The membership of ``username`` in ``room``, past ones too."""
    return one(Member, db.execute(_members(room).where(members.c.username == username)))


def _both(_db: Connection, me: Caller, p: InRoom) -> Iterable[str]:
    return p.room, me.username


def _both_with(_db: Connection, me: Caller, p: WithPerson) -> Iterable[str]:
    return p.room, p.username


@change("room.join", may=access.joiner, locks=_both)
def join(act: Act, p: InRoom, _here: Here) -> OneMember:
    """Join an open room; a member stays one."""
    return {"member": add(act, p.room, act.me.username, "member")}


@change("room.leave", may=access.member, locks=_both)
def leave(act: Act, p: InRoom, here: Here) -> OneMember:
    """Leave a room. You can return to a private one by invitation only.

    When its last owner leaves, the room passes to its longest-standing moderator, or else member.
    """
    left = end(act, p.room, act.me.username)
    if here.role == "owner":
        _succeed(act, p.room)
    return {"member": left}


@change("room.invite", may=access.inviter, locks=_both_with)
def invite(act: Act, p: WithPerson, _here: Here) -> OneMember:
    """Make somebody a member; the room appears on all their devices at once."""
    return {"member": add(act, p.room, access.person(act.db, p.username), "member")}


def _remover(act: Act, p: WithPerson) -> Role:
    """Allow owners and moderators; removing an owner takes another."""
    here = access.manager(act, p)
    member = find(act.db, p.room, p.username)
    if member is None or member["gone"]:
        raise NotFound("That person is not a member.", field="username")
    if member["role"] == "owner" and here.role != "owner":
        raise Forbidden("Only an owner can remove an owner.")
    return member["role"]


@change("room.remove", may=_remover, locks=_both_with)
def remove(act: Act, p: WithPerson, role: Role) -> OneMember:
    """End somebody's membership; their sockets stop receiving at once."""
    ended = end(act, p.room, p.username)
    if role == "owner":
        _succeed(act, p.room)
    return {"member": ended}


@query("room.members", may=access.member)
def page(act: Act, p: Page, _here: Here) -> MemberPage:
    """Return the members of a room by username, a hundred at a time."""
    found = _members(p.room).where(members.c.gone.is_(False), members.c.username > p.after)
    if p.query:
        found = found.where(members.c.username.contains(p.query.lower(), autoescape=True))
    rows = act.db.execute(found.order_by(members.c.username).limit(MAX_PAGE + 1)).all()
    return {"members": many(Member, rows[:MAX_PAGE]), "more": len(rows) > MAX_PAGE}


def _succeed(act: Act, room: str) -> None:
    still_here = many(Member, act.db.execute(_members(room).where(members.c.gone.is_(False))))
    if still_here and not any(member["role"] == "owner" for member in still_here):
        heir = min(still_here, key=lambda member: (member["role"] != "moderator", member["since"], member["username"]))
        _put(act, room, heir["username"], role="owner", gone=False, known=True)


def _members(room: str) -> Any:
    return SYNCED["members"].select().where(members.c.room == room)


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
    act.changes.add(room, "members", row)
    act.changes.add(username, "memberships", {**row, "rev": person_rev})
    return row


FEATURE = Feature(commands=(join, leave, invite, remove, page))
