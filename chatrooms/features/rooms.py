"""Rooms: creating, updating, archiving and finding them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any, Literal, cast

import sqlalchemy as sa
from pydantic import Field
from sqlalchemy import Connection, bindparam, insert, or_, select
from typing_extensions import TypedDict

from chatrooms.errors import Conflict, Forbidden, Invalid, NotFound
from chatrooms.features import members, timeline
from chatrooms.pipeline import access, newcomers, rights, room_rules, tenants
from chatrooms.pipeline.act import APPLICATION, Act, Caller
from chatrooms.pipeline.chat import Chat
from chatrooms.pipeline.commands import Params, change, query
from chatrooms.pipeline.feature import Feature
from chatrooms.pipeline.jobs import Job, JobKind
from chatrooms.pipeline.questions import Question
from chatrooms.pipeline.shapes import InSharedRoom
from chatrooms.pipeline.standing import Here
from chatrooms.storage.fields import Access, Who
from chatrooms.storage.results import many
from chatrooms.storage.rows import EventData, EventKind, Room
from chatrooms.storage.statements import Prepared
from chatrooms.storage.synced import RULES, SYNCED
from chatrooms.storage.tables import members as memberships
from chatrooms.storage.tables import rooms
from chatrooms.types import Search, SharedRoom, Title, Topic

MAX_LISTED = 200
ACCESS = "Who can join: everyone (`open`) or invited people (`private`)."


class Create(Params):
    """A new shared room."""

    name: SharedRoom = Field(
        description="An optional `#` and 1 to 48 letters, digits, `.`, `-` or `_`, at least one a letter or digit. "
        "A name that a private or archived room has is a `conflict` too, so keep secrets out of names."
    )
    title: Title = Field("", description="The title that people see, one line; if empty, the name.")
    topic: Topic = Field("", description="What the room is about, one line.")
    access: Literal["open", "private"] = Field("open", description=ACCESS)


class Update(Params):
    """The properties to change."""

    room: SharedRoom
    title: Title | None = Field(None, description="The title that people see, one line; if empty, the name.")
    topic: Topic | None = Field(None, description="What the room is about, one line.")
    access: Literal["open", "private"] | None = Field(None, description=ACCESS)
    posting: Who | None = Field(None, description="Who can post in it.")
    threading: Who | None = Field(None, description="Who can reply in its threads.")
    inviting: Who | None = Field(
        None,
        description="Who can invite people; of a private room, its owners and moderators unless you say otherwise.",
    )
    calling: Who | None = Field(None, description="Who mentions everybody by `@room` and `@here`.")
    slow: int | None = Field(
        None,
        ge=0,
        le=room_rules.MOST_SLOW,
        description="Seconds between two messages of a member who is not an owner or moderator; 0 for none.",
    )


class Find(Params):
    """A search."""

    query: Search = Field("", description="Part of a name, title or topic; if empty, return all.")


class OneRoom(TypedDict):
    """The room as it is now."""

    room: Room


class Listing(Room):
    """A room that you can join."""


class ManyRooms(TypedDict):
    """Rooms, ordered by number of members, largest first."""

    rooms: list[Listing]


_insert = Prepared(insert(rooms))
_by_name = Prepared(SYNCED["rooms"].select().where(rooms.c.name == bindparam("name")))


def add(act: Act, name: str, access: Access, title: str = "", topic: str = "") -> Room:
    """Create the room and broadcast it."""
    values = {
        "name": name,
        "title": title,
        "topic": topic,
        "access": access,
        "created_by": act.me.username,
        "created_at": act.now,
        "archived": False,
        "picture": None,
        "posted": 0,
        "members": 0,
        "posting": "members",
        "threading": "members",
        "inviting": _inviting(access),
        "calling": "moderators",
        "slow": 0,
    }
    tenant = tenants.of(act.db, act.me.username) if access in ("open", "private") else ""
    _insert.run(act.db, {**values, "rev": 1, "counter": 0, "tenant": tenant})
    act.changes.add(name, "rooms", {**values, "posted_at": None, "rev": act.changes.rev(name)})
    return find(act.db, name)


def _inviting(access: Access) -> Who:
    """Return who can invite people to a room, unless its owners and moderators say otherwise."""
    return "moderators" if access == "private" else "members"


def find(db: Connection, name: str) -> Room:
    """Return the row of an existing room."""
    row = _by_name.one(db, {"name": name})
    if row is None:
        raise LookupError(f"there is no room {name}")
    return cast(Room, row)


def exists(db: Connection, name: str) -> bool:
    """Return whether a room with that name exists, archived ones included."""
    return _by_name.one(db, {"name": name}) is not None


def _new(_db: Connection, me: Caller, p: Create) -> Iterable[str]:
    return p.name, me.username


def _this(_db: Connection, _me: Caller, p: InSharedRoom | Update) -> Iterable[str]:
    return (p.room,)


def _creator(act: Act, _p: Create) -> None:
    """Allow everyone but guests."""
    rights.require(act, "create")


def _named(_db: Connection, _me: Caller, p: Create) -> Iterable[str]:
    return (p.name,)


@change(
    "room.create",
    may=_creator,
    locks=_new,
    repeatable=False,
    rate="create",
    scope="rooms",
    question=Question("create", _named),
)
def create(act: Act, p: Create, _: None) -> OneRoom:
    """Create a shared room and become its owner. The name cannot be changed later."""
    if exists(act.db, p.name):
        raise Conflict("A room with that name already exists or was archived.", field="name")
    add(act, p.name, p.access, p.title or p.name.removeprefix("#"), p.topic)
    if not act.me.host:
        newcomers.count_room(act)
        members.add(act, p.name, act.me.username, "owner")
    return {"room": find(act.db, p.name)}


def _updater(act: Act, p: Update) -> Here:
    """Allow owners and moderators; only an owner can change who can join, and the lobby stays open."""
    here = access.manager(act, p)
    if p.access in (None, here.access):
        return here
    if here.role != "owner":
        raise Forbidden("Only an owner of the room can change who can join it.", field="access")
    if p.room == act.lobby and p.access == "private":
        raise Invalid("This room stays open, because everybody is added to it.", field="access")
    return here


@change("room.update", may=_updater, locks=_this, repeatable=False, scope="rooms")
def update(act: Act, p: Update, here: Here) -> OneRoom:
    """Update a room's title, topic, rules, or access, which only its owners change. The lobby stays open."""
    given = p.model_dump(exclude={"room"}, exclude_none=True)
    if not given:
        raise Invalid("Nothing to update: give a title, topic, access or rule.", field="title")
    if p.access and p.access != here.access:
        given = {"inviting": _inviting(p.access)} | given
    if given.get("title") == "":
        given["title"] = p.room.removeprefix("#")
    if different := store(act, p.room, **given):
        _record_update(act, p.room, different)
    return {"room": find(act.db, p.room)}


def _record_update(act: Act, room: str, different: Mapping[str, Any]) -> None:
    """Record what of a room changed as one event, of the kind of the first."""
    data = cast(EventData, {key: value for key, value in different.items() if key not in RULES})
    did: dict[EventKind, str] = {}
    if title := data.get("title"):
        did["renamed"] = f"renamed the room to “{title}”"
    if (topic := data.get("topic")) is not None:
        did["topic"] = f"changed the topic to “{topic}”" if topic else "removed the topic"
    if access := data.get("access"):
        did["access"] = "opened the room to everyone" if access == "open" else "made the room private"
    if any(rule in different for rule in RULES) and not access:
        did["rules"] = "changed what members can do here"
    timeline.record(act, room, next(iter(did)), f"{act.me.username} {' and '.join(did.values())}.", data or None)


@change("room.archive", may=access.manager, locks=_this, repeatable=True, scope="rooms")
def archive(act: Act, p: InSharedRoom, _here: Here) -> OneRoom:
    """Archive a room: members can read it, but no one can post until it is unarchived."""
    if store(act, p.room, archived=True):
        timeline.record(act, p.room, "archived", f"{act.me.username} archived the room.")
    return {"room": find(act.db, p.room)}


@change("room.unarchive", may=access.manager, locks=_this, repeatable=True, scope="rooms")
def unarchive(act: Act, p: InSharedRoom, _here: Here) -> OneRoom:
    """Open an archived room again for posting. Unarchiving a room that is not archived has no effect."""
    if store(act, p.room, archived=False):
        timeline.record(act, p.room, "unarchived", f"{act.me.username} unarchived the room.")
    return {"room": find(act.db, p.room)}


@query("room.list", may=access.anyone, method="joinable", scope="read")
def joinable(act: Act, p: Find, _: None) -> ManyRooms:
    """Return up to 200 open rooms that you have not joined, largest first."""
    mine = select(memberships.c.room).where(memberships.c.username == act.me.username, memberships.c.gone.is_(False))
    found = (
        _rooms()
        .where(tenants.ours(act.me), rooms.c.access == "open", rooms.c.archived.is_(False), rooms.c.name.not_in(mine))
        .order_by(rooms.c.members.desc(), rooms.c.name)
        .limit(MAX_LISTED)
    )
    if p.query:
        fields = (rooms.c.name, rooms.c.title, rooms.c.topic)
        found = found.where(or_(*(field.icontains(p.query, autoescape=True) for field in fields)))
    return {"rooms": many(Listing, act.db.execute(found))}


def _rooms() -> Any:
    return SYNCED["rooms"].select()


def store(act: Act, name: str, **values: Any) -> dict[str, Any]:
    """Store and broadcast the values that differ, and return them; without any, the rev stays the same."""
    room: Mapping[str, Any] = find(act.db, name)
    different = {key: value for key, value in values.items() if room[key] != value}
    if different:
        rev = act.changes.rev(name)
        act.db.execute(sa.update(rooms).where(rooms.c.name == name).values(**different, rev=rev))
        act.changes.add(name, "rooms", find(act.db, name))
    return different


async def _manage(chat: Chat, job: Job) -> None:
    """Run what an operator has decided beside the server, unless it is done or impossible by now."""
    with suppress(Conflict, Forbidden, Invalid, NotFound):
        await chat.run(job.data["command"], job.data["params"], APPLICATION)


MANAGE = JobKind("room.manage", _manage, in_order=True)
FEATURE = Feature(commands=(create, update, archive, unarchive, joinable), jobs=(MANAGE,))
