"""Rooms, and what operators do to them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, select
from typing_extensions import TypedDict

from chatrooms import names
from chatrooms.cli.database import acting, require_person, transaction
from chatrooms.cli.opening import Unable
from chatrooms.features import all_rooms, members, room_roles
from chatrooms.features import rooms as shared
from chatrooms.pipeline import jobs
from chatrooms.pipeline.commands import Command
from chatrooms.settings import Settings
from chatrooms.storage.results import many
from chatrooms.storage.tables import rooms

COMMANDS: Mapping[str, Command[Any]] = {
    "archive": shared.archive,
    "unarchive": shared.unarchive,
    "role": room_roles.set_room_role,
    "remove": members.remove,
}
_by_name = {command.name: command for command in COMMANDS.values()}
_columns = rooms.c.name, rooms.c.title, rooms.c.access, rooms.c.archived, rooms.c.members
_are_shared = rooms.c.access.in_(("open", "private"))


class Listed(TypedDict):
    """A room, as the command line prints it."""

    name: str
    title: str
    access: str
    archived: bool
    members: int
    owners: list[str]


def listed(settings: Settings) -> list[Listed]:
    """Return all open and private rooms, ordered by name."""
    with transaction(settings) as db:
        return _listed(db, *db.scalars(select(rooms.c.name).where(_are_shared).order_by(rooms.c.name)))


def manage(settings: Settings, what: str, room: str, given: Mapping[str, str]) -> Listed:
    """Have the server run a command about a room, and return the room as it is then; raises `Unable`."""
    command, name = COMMANDS[what], names.shared(room)
    with transaction(settings) as db:
        if not shared.exists(db, name):
            raise Unable(f"there is no room {name}")
        if username := given.get("username"):
            require_person(db, names.username(username))
        params = {"room": name, **given}
        to_come = [(_by_name[job["command"]], job["params"]) for job in jobs.unfinished(db, shared.MANAGE)]
        with acting.rehearsing(db, settings, to_come, (command, params)):
            (room_then,) = _listed(db, name)
        jobs.leave(db, shared.MANAGE, {"command": command.name, "params": params})
        return room_then


def _listed(db: Connection, *found: str) -> list[Listed]:
    owners = all_rooms.owners(db, found)
    rows = many(Listed, db.execute(select(*_columns).where(rooms.c.name.in_(found)).order_by(rooms.c.name)))
    return [{**row, "owners": owners.get(row["name"], [])} for row in rows]
