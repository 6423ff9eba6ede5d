"""Pinned messages: a part of each message, and a list for each room."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from pydantic import Field
from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    ForeignKey,
    Index,
    Select,
    String,
    Table,
    delete,
    func,
    insert,
    select,
    tuple_,
)
from typing_extensions import TypedDict

from chatrooms import names
from chatrooms.errors import Conflict, Invalid, NotFound
from chatrooms.features import timeline
from chatrooms.features.messages.loading import OneMessage, changed, load, rows, with_parts
from chatrooms.features.messages.permissions import WRITING_THERE, Which, require_undeleted, room_of, writable
from chatrooms.pipeline import access
from chatrooms.pipeline.act import Act
from chatrooms.pipeline.commands import change, query
from chatrooms.pipeline.feature import Feature
from chatrooms.pipeline.part import Part
from chatrooms.pipeline.shapes import InRoom
from chatrooms.pipeline.standing import Here
from chatrooms.storage.ahead import Foreseen
from chatrooms.storage.expressions import packed, values
from chatrooms.storage.rows import EventData, Message
from chatrooms.storage.tables import messages, metadata, rooms, users
from chatrooms.types import Id, fitting

MAX_PINNED = 100
MAX_OF_ONE = 25
"""How many of a shared room's pins can be by one person who is not an owner or moderator: others pin, too."""

pins = Table(
    "pins",
    metadata,
    Column("message", String(36), ForeignKey(messages.c.id), primary_key=True),
    Column("room", String(400), ForeignKey(rooms.c.name), nullable=False),
    Column("by", String(32), ForeignKey(users.c.username), nullable=False),
    Column("at", String(24), nullable=False),
    Index(None, "room", "at"),
)

_order = pins.c.at, messages.c.seq
_ids = values("ids")
_of = Foreseen(select(pins.c.message, pins.c.at).select_from(_ids.join(pins, pins.c.message == _ids.c.value)))


class Page(InRoom):
    """A page of the pinned messages of a room."""

    after: Id | None = Field(None, description="Start after this pinned message; if omitted, at the most recent.")


class Pinned(TypedDict):
    """Pinned messages of a room, most recently pinned first; ``more`` is true if there are older ones."""

    messages: list[Message]
    more: bool


def _load(db: Connection, ids: Sequence[str]) -> dict[str, str]:
    return {row["message"]: row["at"] for row in _of.all(db, {"ids": packed(ids)})}


def _store(db: Connection, message: Message) -> None:
    """Unpin a deleted message. The pin of an edited one is loaded anew."""
    if message["deleted"]:
        db.execute(delete(pins).where(pins.c.message == message["id"]))


PINNED_AT = Part(
    "pinned_at",
    str | None,
    "When it was pinned; `null` if it is not pinned.",
    None,
    _load,
    _store,
    found_by={"is:pinned": lambda _: select(pins.c.message)},
    asks=_of,
    when=("deleted",),
)


def _unpinnable(act: Act, p: Which) -> Message:
    """Allow people who can post in the message's room."""
    message, _ = writable(act, p)
    return require_undeleted(message)


def _pinnable(act: Act, p: Which) -> Message:
    """Allow people who can post in the message's room, but no one in a thread: a thread shows no list of pins."""
    message = _unpinnable(act, p)
    if names.kind(message["room"]) == "thread":
        raise Invalid("Messages in threads can't be pinned.", field="id")
    return message


@change(
    "message.pin",
    may=_pinnable,
    locks=room_of,
    rate="post",
    repeatable=True,
    scope="rooms",
    question=WRITING_THERE,
)
def pin(act: Act, p: Which, message: Message) -> OneMessage:
    """Pin a message to its room; a room can have 100. Pinning a pinned message has no effect.

    In a shared room, a person who is not an owner or moderator can have pinned at most 25 of them.
    """
    if p.id in _load(act.db, [p.id]):
        return {"message": with_parts(act, [message])[0]}
    _require_place(act, message["room"])
    act.db.execute(insert(pins).values(message=p.id, room=message["room"], by=act.me.username, at=act.now))
    pinned = changed(act, message)
    _record(act, message, "pinned")
    return {"message": pinned}


def _require_place(act: Act, room: str) -> None:
    """Raise `Conflict` if a room has as many pins as it can, or as many of the caller."""
    if _count(act.db, room) >= MAX_PINNED:
        raise Conflict(f"A room can have at most {MAX_PINNED} pinned messages. Unpin one first.", field="id")
    if _count(act.db, room, pins.c.by == act.me.username) < MAX_OF_ONE or names.kind(room) != "shared":
        return
    if not access.governed(act.db, act.me, room, "id").moderates:
        raise Conflict(f"You have pinned {MAX_OF_ONE} messages here. Unpin one of yours first.", field="id")


def _count(db: Connection, room: str, *where: ColumnElement[bool]) -> int:
    joined = pins.join(messages, messages.c.id == pins.c.message)
    return db.scalar(select(func.count()).select_from(joined).where(*_in(room), *where)) or 0


@change(
    "message.unpin",
    may=_unpinnable,
    locks=room_of,
    rate="post",
    repeatable=True,
    scope="rooms",
    question=WRITING_THERE,
)
def unpin(act: Act, p: Which, message: Message) -> OneMessage:
    """Unpin a message. Unpinning a message that is not pinned has no effect."""
    if not act.db.execute(delete(pins).where(pins.c.message == p.id)).rowcount:
        return {"message": with_parts(act, [message])[0]}
    unpinned = changed(act, message)
    _record(act, message, "unpinned")
    return {"message": unpinned}


def _record(act: Act, message: Message, kind: Literal["pinned", "unpinned"]) -> None:
    about: EventData = {"message": message["id"], "seq": message["seq"]}
    timeline.record(act, message["room"], kind, f"{act.me.username} {kind} a message.", about)


@query("room.pins", may=access.member, scope="read")
def page(act: Act, p: Page, here: Here) -> Pinned:
    """Return the pinned messages of a room, most recently pinned first, as many as fit into one response."""
    found = _pinned(here).order_by(*(column.desc() for column in _order))
    if p.after is not None:
        found = found.where(tuple_(*_order) < _place(act, here, p.after))
    loaded = load(act, found)
    shown = list(fitting(loaded))
    return {"messages": shown, "more": len(loaded) > len(shown)}


def _place(act: Act, here: Here, message: str) -> tuple[Any, ...]:
    """Return the place of a pinned message in the list; raises `NotFound`."""
    place = act.db.execute(_pinned(here).where(pins.c.message == message).with_only_columns(*_order)).one_or_none()
    if place is None:
        raise NotFound("This message is not pinned any more. Start again without `after`.", field="after")
    return tuple(place)


def _pinned(here: Here) -> Select[Any]:
    """Return a query for the pinned messages of a room, without deleted ones."""
    return rows(here).join(pins, pins.c.message == messages.c.id).where(*_in(here.room))


def _in(room: str) -> tuple[ColumnElement[bool], ...]:
    return pins.c.room == room, messages.c.deleted.is_(False)


FEATURE = Feature(tables=(pins,), commands=(pin, unpin, page), parts=(PINNED_AT,))
