"""Members of rooms: joining, leaving, inviting, removing, and closing conversations.

A membership belongs to two rooms, the shared one and the person's own, and has a rev in each: clients of both catch up.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from typing import Any, cast

from pydantic import Field
from sqlalchemy import Connection, bindparam, func, insert, select, update
from typing_extensions import TypedDict

from chatrooms.errors import Forbidden, NotFound
from chatrooms.features import reads, timeline
from chatrooms.pipeline import access, newcomers, owners, people, relations, requests, rights, room_rules, tenants
from chatrooms.pipeline.act import Act, Caller
from chatrooms.pipeline.commands import Params, change, own_room
from chatrooms.pipeline.feature import Feature
from chatrooms.pipeline.questions import Question
from chatrooms.pipeline.shapes import InSharedRoom, WithPerson
from chatrooms.pipeline.standing import Here
from chatrooms.storage.fields import Role
from chatrooms.storage.rows import EventData, EventKind, Member, Membership
from chatrooms.storage.statements import Prepared
from chatrooms.storage.synced import SYNCED
from chatrooms.storage.tables import members, rooms
from chatrooms.types import AnyRoom

_this = members.c.room == bindparam("in_room"), members.c.username == bindparam("who")
_member = Prepared(SYNCED["members"].select().where(*_this))
_membership = Prepared(SYNCED["memberships"].select().where(*_this))
_insert = Prepared(insert(members))
_left = Prepared(select(members.c.left).where(*_this, members.c.left.is_(True)))
_closed = Prepared(
    select(members.c.username).where(
        members.c.room == bindparam("room"),
        members.c.closed.is_(True),
        func.coalesce(members.c.request, "") != requests.IGNORED,
    )
)
_recount = Prepared(
    update(rooms)
    .where(rooms.c.name == bindparam("of"))
    .values(members=rooms.c.members + bindparam("more"), rev=bindparam("at"))
    .returning(*SYNCED["rooms"].selected)
)

UNMUTED: dict[str, Any] = {"muted": False, "muted_until": None}
NOTHING_CHOSEN: dict[str, Any] = {**UNMUTED, "favorite": False}
"""What those have set for a room who are new to it, or have left it."""


class InConversation(Params):
    """A conversation."""

    room: AnyRoom = Field(description="A conversation that you belong to.")


class OneMember(TypedDict):
    """The membership as it is now."""

    member: Member


class OneMembership(TypedDict):
    """Your own membership as it is now; ``rev`` is that of your own room."""

    membership: Membership


def add(
    act: Act,
    room: str,
    username: str,
    role: Role,
    *,
    invited_by: str | None = None,
    added: bool = False,
    request: str | None = None,
) -> Member:
    """Make ``username`` a member of ``room``; an existing member keeps their role.

    They can be ``added`` by somebody else, without their doing. A conversation can be a ``request`` to the person.
    """
    before = find(act.db, room, username)
    if before and not before["gone"]:
        return before
    more = {"invited_by": invited_by, "added": added, "request": request}
    member = _put(act, room, username, role=role, gone=False, known=before is not None, **more)
    _count(act, room, 1)
    reads.begin(act, room, username)
    return member


def reopen(act: Act, conversation: str) -> None:
    """Put a conversation back on the lists of the people who have closed it, but have not ignored it as a request."""
    for row in _closed.all(act.db, {"room": conversation}):
        set_own(act, conversation, row["username"], closed=False)


def own(act: Act, room: str) -> Membership:
    """Return the caller's own membership; raises `NotFound` before the first message, or if the host has none."""
    found = membership(act.db, room, act.me.username)
    if found is None or found["gone"]:
        why = "The application is not a member here." if act.me.host else "This conversation has no messages yet."
        raise NotFound(why, field="room")
    return found


def keep(act: Act, room: str, **values: Any) -> OneMembership:
    """Store what the caller wants of a room that they belong to; values that they have already change nothing."""
    before: Mapping[str, Any] = own(act, room)
    same = all(before[name] == value for name, value in values.items())
    return {"membership": cast(Membership, before) if same else set_own(act, room, act.me.username, **values)}


def set_own(act: Act, room: str, username: str, **values: Any) -> Membership:
    """Store what concerns only the person in their membership. They alone receive it, so the room keeps its rev."""
    where = (members.c.room == room, members.c.username == username)
    act.db.execute(update(members).where(*where).values(**values, person_rev=act.changes.rev(username)))
    row = cast(Membership, membership(act.db, room, username))
    act.changes.add(username, "memberships", row)
    return row


def find(db: Connection, room: str, username: str) -> Member | None:
    """Return the membership of ``username`` in ``room``, even if it has ended."""
    return cast(Member | None, _member.one(db, {"in_room": room, "who": username}))


def has_left(db: Connection, room: str, username: str) -> bool:
    """Return whether a person has left ``room`` by themselves, and not come back."""
    return _left.one(db, {"in_room": room, "who": username}) is not None


def _joining(_db: Connection, me: Caller, p: InSharedRoom) -> Iterable[str]:
    return p.room, me.username


def with_person(_db: Connection, _me: Caller, p: WithPerson) -> Iterable[str]:
    """Lock the room, and the person's own room."""
    return p.room, p.username


def _leaving(db: Connection, me: Caller, p: InSharedRoom) -> Iterable[str]:
    return p.room, me.username, *owners.next_owner(db, p.room, me.username)


def _removing(db: Connection, _me: Caller, p: WithPerson) -> Iterable[str]:
    return p.room, p.username, *owners.next_owner(db, p.room, p.username)


@change("room.join", may=access.joiner, locks=_joining, repeatable=True, scope="rooms")
def join(act: Act, p: InSharedRoom, here: Here) -> OneMember:
    """Join an open room. Members can repeat this without effect."""
    if here.role is None:
        timeline.record(act, p.room, "joined", f"{act.me.username} joined.")
    return {"member": add(act, p.room, act.me.username, "member")}


@change("room.leave", may=access.member, locks=_leaving, repeatable=False, scope="rooms")
def leave(act: Act, p: InSharedRoom, _here: Here) -> OneMember:
    """Leave a room. To return to a private one, you need an invitation.

    When the last owner leaves, the longest-standing moderator becomes the owner, or else the longest-standing member.
    """
    own(act, p.room)
    return {"member": _end(act, p.room, act.me.username)}


@change("room.close", may=access.closer, locks=own_room, repeatable=True, method="close_conversation", scope="own")
def close(act: Act, p: InConversation, _here: Here) -> OneMembership:
    """Take a conversation off your list on all your devices, until its next message. No one else is notified."""
    return keep(act, p.room, closed=True)


_INVITING = Question(
    "write", lambda db, me, p: [p.username] if p.username != me.username and people.is_seen(db, me, p.username) else []
)


@change("room.invite", may=room_rules.inviter, locks=with_person, repeatable=False, scope="rooms", question=_INVITING)
def invite(act: Act, p: WithPerson, _here: Here) -> OneMember:
    """Add a person to a room, which appears on all their devices at once.

    Inviting people who share no room with you counts as starting a conversation; the lobby does not count as shared,
    nor do open rooms where anyone can sign up, unless they invited you there. People who left
    come back by themselves, to a private room by an invitation link.
    """
    username = people.reachable(act.db, act.me, p.username)
    tenants.require_same(act.db, p.room, username)
    before = find(act.db, p.room, username)
    if before is None or before["gone"]:
        relations.require_welcome(act.db, act.me, [username])
        if not act.me.host:
            if has_left(act.db, p.room, username):
                raise Forbidden("This person left the room. Send them an invitation link, by which they can return.")
            _count_invitation(act, username, was_here=before is not None)
        timeline.record(act, p.room, "invited", f"{act.me.username} invited {username}.", {"username": username})
    by = act.me.username
    return {"member": add(act, p.room, username, "member", invited_by=by, added=not act.me.host and username != by)}


def _count_invitation(act: Act, username: str, *, was_here: bool) -> None:
    """Count inviting a stranger, or someone who ``was_here``, like beginning a conversation; raises `RateLimited`.

    Sharing the lobby does not count, because everyone is added to it, nor what anybody can join who can sign up.
    """
    counting = {"even_added": True, "even_open": act.server.sign_up != "open"}
    if was_here or not relations.acquainted(act.db, act.me.username, username, besides=act.lobby, **counting):
        newcomers.begin(act, [username])


def require_above(act: Act, room: str, username: str, enough: Container[Role | None]) -> None:
    """Raise `Forbidden` if the caller acts by a role on the server, and that of ``username`` is not lower.

    With a role of ``enough`` in the room, they act by that. In the lobby, everybody acts by their role on the server.
    """
    if room == act.lobby or access.peek(act.db, act.me, room).role not in enough:
        rights.require_above(act, username)


def _remover(act: Act, p: WithPerson) -> Here:
    """Allow owners and moderators; only an owner can remove an owner."""
    here = access.manager(act, p)
    member = find(act.db, p.room, p.username)
    if member is None or member["gone"]:
        raise NotFound("That person is not a member.", field="username")
    if member["role"] == "owner" and here.role != "owner":
        raise Forbidden("Only an owner can remove an owner.")
    require_above(act, p.room, p.username, ("owner",) if member["role"] == "owner" else ("owner", "moderator"))
    return here


@change("room.remove", may=_remover, locks=_removing, repeatable=False, scope="rooms")
def remove(act: Act, p: WithPerson, _here: Here) -> OneMember:
    """Remove a member; their sockets stop receiving from the room at once.

    By a role on the server, and in the lobby, you can only remove people with a lower role on the server than yours.
    """
    return {"member": _end(act, p.room, p.username)}


def _end(act: Act, room: str, username: str) -> Member:
    """End a membership; if it was the last owner's, make another member the owner."""
    next_owner = owners.next_owner(act.db, room, username)
    ended = _put(act, room, username, role="member", gone=True, known=True, left=username == act.me.username)
    for successor in next_owner:
        appoint(act, cast(Member, find(act.db, room, successor)), "owner")
    _count(act, room, -1)
    _record_end(act, room, username, next_owner)
    return ended


def _record_end(act: Act, room: str, username: str, next_owner: Sequence[str]) -> None:
    me, is_own = act.me.username, username == act.me.username
    kind: EventKind = "left" if is_own else "removed"
    text, data = (f"{me} left.", EventData()) if is_own else (f"{me} removed {username}.", EventData(username=username))
    for owner in next_owner:
        data["owner"] = owner
        text += f" {owner} is now the owner."
    timeline.record(act, room, kind, text, data or None)


def appoint(act: Act, member: Member, role: Role) -> Member:
    """Give a member another role in the room."""
    return _put(act, member["room"], member["username"], role=role, gone=False, known=True, since=member["since"])


def membership(db: Connection, room: str, username: str) -> Membership | None:
    """Return the membership with what concerns only the person."""
    return cast(Membership | None, _membership.one(db, {"in_room": room, "who": username}))


def _count(act: Act, room: str, more: int) -> None:
    """Add to the number of members; a change has its room once."""
    row = _recount.one(act.db, {"of": room, "more": more, "at": act.changes.rev(room)})
    act.changes.put(room, "rooms", cast(dict[str, Any], row))


def _put(act: Act, room: str, username: str, *, role: Role, gone: bool, known: bool, **more: Any) -> Member:
    rev, person_rev = act.changes.rev(room), act.changes.rev(username)
    values = {"role": role, "gone": gone, "since": act.now, "left": False, "rev": rev, "person_rev": person_rev, **more}
    if gone or not known:
        values |= NOTHING_CHOSEN
    if known:
        act.db.execute(update(members).where(members.c.room == room, members.c.username == username).values(values))
    else:
        _insert.run(act.db, {"room": room, "username": username, "closed": False, **values})
    since = str(values["since"])
    row: Member = {"room": room, "username": username, "role": role, "since": since, "gone": gone, "rev": rev}
    act.changes.add(room, "members", row)
    act.changes.add(username, "memberships", cast(Membership, membership(act.db, room, username)))
    return row


FEATURE = Feature(commands=(join, leave, close, invite, remove))
