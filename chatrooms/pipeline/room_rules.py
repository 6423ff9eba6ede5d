"""What members may do in a shared room, as its owners and moderators have decided: one table of actions, with reasons.

Owners and moderators, also those by their role on the server, may do all of it, as often as they like.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, bindparam, select

from chatrooms.errors import Forbidden
from chatrooms.pipeline import access, rights
from chatrooms.pipeline.act import Act, Caller
from chatrooms.pipeline.standing import Here, Rule
from chatrooms.storage.statements import Prepared
from chatrooms.storage.tables import members, rooms

REASONS: Mapping[Rule, str] = {
    "posting": "Only owners and moderators can post in this room.",
    "threading": "Only owners and moderators can reply in the threads of this room.",
    "inviting": "Only owners and moderators can invite people to this room.",
}
NO_CALLS = "Only owners and moderators of this room can mention everybody."
MOST_SLOW = 21_600
_caller = Prepared(
    select(members.c.role, rooms.c.calling)
    .join(rooms, rooms.c.name == members.c.room)
    .where(
        members.c.room == bindparam("in_room"),
        members.c.username == bindparam("who"),
        members.c.gone.is_(False),
    )
)


def require(db: Connection, me: Caller, here: Here, rule: Rule) -> None:
    """Raise `Forbidden` with the reason unless the rules of a room allow its member something."""
    if rule in here.restricted and not access.governing(db, me, here).moderates:
        raise Forbidden(REASONS[rule])


def require_poster(act: Act, here: Here) -> None:
    """Raise `Forbidden` unless a member can post in a room or thread."""
    require(act.db, act.me, here, "threading" if here.access == "thread" else "posting")


def wait(act: Act, here: Here) -> None:
    """Count a message of a member of a room in slow mode, and in its threads; raises `RateLimited`."""
    if here.slow and not access.governing(act.db, act.me, here).moderates:
        act.rates.slow(act.me.username, here.room, here.slow)


def require_inviter(db: Connection, me: Caller, here: Here) -> Here:
    """Return ``here`` if its member may invite people; raises `Forbidden`."""
    rights.demand(rights.verdict(rights.role_of(db, me), "invite"))
    require(db, me, here, "inviting")
    return here


def may_call(db: Connection, room: str, username: str) -> bool:
    """Return whether a member mentions everybody by `@room` and `@here`."""
    found = _caller.one(db, {"in_room": room, "who": username})
    if found is None:
        return False
    return found["role"] != "member" or found["calling"] == "members" or rights.of(db, username) in rights.IN_ROOMS


def inviter(act: Act, p: access.HasRoom) -> Here:
    """Allow members, or owners and moderators alone, as the room's rules say, but no guests."""
    here = access.require_unarchived(access.governed(act.db, act.me, p.room))
    return require_inviter(act.db, act.me, here)
