"""All shared rooms that an admin or owner of the server can see, to manage them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import Connection, or_, select
from typing_extensions import TypedDict

from chatrooms.pipeline import access, rights
from chatrooms.pipeline.act import Act
from chatrooms.pipeline.commands import Params, query
from chatrooms.pipeline.feature import Feature
from chatrooms.storage.results import many
from chatrooms.storage.rows import Room
from chatrooms.storage.synced import SYNCED
from chatrooms.storage.tables import members, rooms
from chatrooms.types import MAX_PAGE, Search


class FindRooms(Params):
    """A page of rooms."""

    query: Search = Field("", description="Part of a name or title; if empty, return all.")
    after: Search = Field("", description="Start after this room; if empty, start at the first.")


class Managed(TypedDict):
    """A room and its owners."""

    room: Annotated[Room, Field(description="The room.")]
    owners: Annotated[list[str], Field(description="The usernames of its owners.")]


class RoomPage(TypedDict):
    """Rooms; ``more`` is true if there are others after the last one."""

    rooms: list[Managed]
    more: bool


def _admin(act: Act, _p: FindRooms) -> None:
    """Allow admins and owners of the server."""
    rights.require(act, "moderate")


@query("server.rooms", may=_admin, method="all_rooms")
def page(act: Act, p: FindRooms, _: None) -> RoomPage:
    """Return open and archived rooms, and those that you belong to, a hundred at a time, ordered by name."""
    where: list[Any] = [access.manageable(act.me), rooms.c.name > p.after]
    if p.query:
        where.append(or_(*(field.icontains(p.query, autoescape=True) for field in (rooms.c.name, rooms.c.title))))
    found = SYNCED["rooms"].select().where(*where).order_by(rooms.c.name).limit(MAX_PAGE + 1)
    listed = many(Room, act.db.execute(found))
    owned = owners(act.db, [room["name"] for room in listed[:MAX_PAGE]])
    shown: list[Managed] = [{"room": room, "owners": owned.get(room["name"], [])} for room in listed[:MAX_PAGE]]
    return {"rooms": shown, "more": len(listed) > MAX_PAGE}


def owners(db: Connection, names: Sequence[str]) -> dict[str, list[str]]:
    """Return the owners of each room that has any, those who belong to it longest first."""
    is_owner = members.c.role == "owner", members.c.gone.is_(False), members.c.room.in_(names)
    found: dict[str, list[str]] = {}
    for room, username in db.execute(
        select(members.c.room, members.c.username).where(*is_owner).order_by(members.c.since, members.c.username)
    ):
        found.setdefault(room, []).append(username)
    return found


FEATURE = Feature(commands=(page,))
