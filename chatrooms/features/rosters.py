"""Pages of the members of a room, and searching them."""

from __future__ import annotations

from typing import Annotated, Any, cast

from pydantic import Field
from sqlalchemy import Connection, bindparam, func, select
from typing_extensions import TypedDict

from chatrooms.errors import Invalid
from chatrooms.pipeline import access
from chatrooms.pipeline.act import Act
from chatrooms.pipeline.commands import Params, query
from chatrooms.pipeline.feature import Feature
from chatrooms.pipeline.standing import Here
from chatrooms.storage import people_search
from chatrooms.storage.expressions import packed, values
from chatrooms.storage.results import many
from chatrooms.storage.rows import Member
from chatrooms.storage.statements import Prepared
from chatrooms.storage.synced import SYNCED
from chatrooms.storage.tables import members, rooms, users
from chatrooms.types import MAX_PAGE, AnyRoom, Search, Username

FEW = 2000
"""Members of whom it takes less to search each than all people."""
_online = select(values("online").c.value)
_given = select(values("usernames").c.value)
_of_usernames = Prepared(
    SYNCED["members"].select().where(members.c.room == bindparam("in_room"), members.c.username.in_(_given))
)


class FindMembers(Params):
    """A page of the members of a room."""

    room: AnyRoom = Field(description="A room that you belong to.")
    query: Search = Field("", description="Part of a username or name; if empty, return all.")
    after: Search = Field("", description="Start after this username; if empty, start at the first.")
    usernames: list[Username] | None = Field(
        None, max_length=MAX_PAGE, fail_fast=True, description="Return only people with these usernames."
    )
    online: bool | None = Field(
        None, description="Return only people who are online (true) or offline (false); if omitted, both."
    )


class MemberPage(TypedDict):
    """Members; ``more`` is true if there are others after the last one."""

    members: list[Member]
    more: bool
    online: Annotated[list[str], Field(description="The usernames of those members who are online.")]
    total: Annotated[int, Field(description="How many members the room has.")]
    total_online: Annotated[int, Field(description="How many of the room's members are online.")]


def _reader(act: Act, p: FindMembers) -> Here:
    """Allow members, but no one in a thread, whose readers are the members of its room."""
    here = access.member(act, p)
    if here.access == "thread":
        raise Invalid("A thread has the members of its room. Ask for those.", field="room")
    return here


@query("room.members", may=_reader, scope="read")
def page(act: Act, p: FindMembers, _here: Here) -> MemberPage:
    """Return the members of a room, a hundred at a time, ordered by username.

    With a query, those of whom a word of a name begins with it come first.
    """
    online = act.server.online()
    here = members.c.username.in_(_online.params(online=packed(online)))
    total = act.db.scalar(select(rooms.c.members).where(rooms.c.name == p.room)) or 0
    wanted = _members(p.room).where(members.c.gone.is_(False))
    if p.usernames is not None:
        wanted = wanted.where(members.c.username.in_(p.usernames))
    if p.online is not None:
        wanted = wanted.where(here if p.online else ~here)
    found = _found(act.db, p, wanted, total) if p.query else _page(act.db, p.after, wanted)
    count = select(func.count()).where(members.c.room == p.room, members.c.gone.is_(False), here)
    return {
        "members": found[:MAX_PAGE],
        "more": len(found) > MAX_PAGE,
        "online": [member["username"] for member in found[:MAX_PAGE] if member["username"] in online],
        "total": total,
        "total_online": act.db.scalars(count).one(),
    }


def _page(db: Connection, after: str, wanted: Any) -> list[Member]:
    page = wanted.where(members.c.username > after).order_by(members.c.username).limit(MAX_PAGE + 1)
    return many(Member, db.execute(page))


def _found(db: Connection, p: FindMembers, wanted: Any, total: int) -> list[Member]:
    """Return the members whom a query finds: all people are searched for those of a large room, else its members."""
    usernames = wanted.with_only_columns(members.c.username)
    is_wanted = (
        usernames.where(members.c.username == users.c.username).exists()
        if total > FEW
        else users.c.username.in_(usernames)
    )
    found = people_search.find(db, p.query, p.after, MAX_PAGE + 1, is_wanted)
    rows = _of_usernames.all(db, {"in_room": p.room, "usernames": packed(found)})
    by_username = {row["username"]: cast(Member, row) for row in rows}
    return [by_username[username] for username in found]


def _members(room: str) -> Any:
    return SYNCED["members"].select().where(members.c.room == room)


FEATURE = Feature(commands=(page,))
