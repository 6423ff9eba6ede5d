"""Pictures of people and rooms: square files, uploaded like others, and then given to a person or a room."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from pydantic import Field
from sqlalchemy import Connection, update

from chatrooms.errors import Conflict, Invalid, NotFound
from chatrooms.features import rooms, users
from chatrooms.features.files import finishing, stored
from chatrooms.features.files.posting import own
from chatrooms.features.files.removing import REMOVE
from chatrooms.features.files.stored import files, find
from chatrooms.features.rooms import OneRoom
from chatrooms.features.users import OneUser
from chatrooms.pipeline import access, tenants
from chatrooms.pipeline.act import Act, Caller
from chatrooms.pipeline.chat import Chat
from chatrooms.pipeline.commands import Params, change, own_room
from chatrooms.pipeline.contents import Outgoing, Served
from chatrooms.pipeline.jobs import enqueue
from chatrooms.pipeline.standing import Here
from chatrooms.types import Id, SharedRoom

SIZES = ("small", "large")
USED = "This file is already in use as a picture."


class Portrait(Params):
    """A picture."""

    file: Id | None = Field(
        description="The id of a file of yours that you began with `square` and have uploaded; `null` for no picture."
    )


class RoomPortrait(Portrait):
    """The picture of a room."""

    room: SharedRoom


def _this(_db: Connection, _me: Caller, p: RoomPortrait) -> Iterable[str]:
    return (p.room,)


@change(
    "user.picture",
    may=access.anyone,
    locks=own_room,
    rate="upload",
    repeatable=True,
    method="set_my_picture",
    scope="own",
)
def set_my_picture(act: Act, p: Portrait, _: None) -> OneUser:
    """Set or remove your picture. People who watch your presence receive it in a ``profile`` signal."""
    user = users.existing(act.db, act.me.username)
    if p.file == user["picture"]:
        return {"user": user}
    _exchange(act, user["picture"], p.file, act.me.username)
    return {"user": users.store(act, act.me.username, {"picture": p.file})}


@change(
    "room.picture",
    may=access.manager,
    locks=_this,
    rate="upload",
    repeatable=True,
    method="set_room_picture",
    scope="rooms",
)
def set_room_picture(act: Act, p: RoomPortrait, _here: Here) -> OneRoom:
    """Set or remove the picture of a room."""
    room = rooms.find(act.db, p.room)
    if p.file != room["picture"]:
        _exchange(act, room["picture"], p.file, p.room)
        rooms.store(act, p.room, picture=p.file)
    return {"room": rooms.find(act.db, p.room)}


async def give(chat: Chat, username: str, content: bytes | None) -> None:
    """Give a person a picture from these bytes, without rates, or take theirs away; the same again has no effect.

    Raises `Invalid`, `TooLarge`, `NoSpace` or `NotInstalled` if they cannot become one.
    """
    me, file = Caller(username, host=True), None
    if content is not None:
        name = f"{hashlib.sha256(content).hexdigest()}.picture"
        if name == await chat.lookup(lambda db: _name_of_present(db, username)):
            return
        begun = await chat.run("file.begin", {"name": name, "size": len(content), "square": True}, me)
        file = begun["file"]["id"]
        await chat.blobs.run(chat.blobs.spool.made)
        await chat.blobs.run(chat.blobs.spool.write, file, 0, content)
        await finishing.finish(chat, file, username)
    await chat.run("user.picture", {"file": file}, me)


def _name_of_present(db: Connection, username: str) -> str | None:
    """Return the name of the file that is a person's picture."""
    picture = users.existing(db, username)["picture"]
    row = find(db, picture) if picture else None
    return row["name"] if row else None


def _exchange(act: Act, old: str | None, new: str | None, of: str) -> None:
    """Give a person or a room another picture; raises a `Refusal` if that is none."""
    if new:
        _require_unused(act, new)
        if not stored.use(act.db, new, portrait_of=of):
            raise Conflict(USED, field="file")
    if old:
        act.db.execute(update(files).where(files.c.id == old).values(gone=True))
        enqueue(act, REMOVE, old)


def _require_unused(act: Act, id: str) -> None:
    row = own(act, id, "file")
    if not row["square"]:
        raise Invalid("Begin the upload of this file with `square`.", field="file")
    if row["size"] is None:
        raise Conflict("This file is not uploaded completely.", field="file")
    if row["portrait_of"]:
        raise Conflict(USED, field="file")


def _of_person(db: Connection, caller: Caller, username: str, picture: str, size: str) -> Outgoing | None:
    """Return the present picture of a person whom the caller sees."""
    user = None if tenants.hidden(db, caller, [username]) else users.find(db, username)
    return sized(db, picture, size) if user and user["picture"] == picture else None


def _of_room(db: Connection, caller: Caller, name: str, picture: str, size: str) -> Outgoing | None:
    """Return the present picture of a room if the caller may see the room: as a member, or because it is open."""
    try:
        here = access.peek(db, caller, f"#{name}")
    except NotFound:
        return None
    is_seen = here.role is not None or here.access == "open"
    return sized(db, picture, size) if is_seen and rooms.find(db, here.room)["picture"] == picture else None


def sized(db: Connection, picture: str, size: str) -> Outgoing | None:
    """Return a picture in a size; None if there is none such."""
    row = find(db, picture)
    if row is None or (size and size not in SIZES):
        return None
    return Outgoing(f"{stored.key(row)}.{size or 'large'}", "picture.webp", "image/webp", None, inline=True, lasts=True)


SERVED = (Served("people", _of_person), Served("rooms", _of_room))
