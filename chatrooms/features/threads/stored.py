"""What is stored of threads: of each message with replies the summary that everyone receives with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, cast

import orjson
from pydantic import Field
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    ForeignKey,
    Integer,
    String,
    Table,
    bindparam,
    false,
    func,
    select,
)
from typing_extensions import TypedDict

from chatrooms import names
from chatrooms.storage.ahead import Foreseen
from chatrooms.storage.expressions import packed, values
from chatrooms.storage.fields import Seq
from chatrooms.storage.rows import Message
from chatrooms.storage.statements import Prepared, Upsert
from chatrooms.storage.synced import SYNCED
from chatrooms.storage.tables import is_message, messages, metadata, rooms

FIRST = 5
"""How many people a message names who replied to it in its thread."""


class Summary(TypedDict):
    """The thread under a message: the room whose name is this one's, a slash and the message's `seq`."""

    replies: Annotated[int, Field(description="How many messages it has, without deleted ones.")]
    last_at: Annotated[str, Field(description="When the newest of them was posted; ISO 8601, UTC, with milliseconds.")]
    people: Annotated[
        list[str], Field(description=f"The usernames of the first {FIRST} people who replied, in that order.")
    ]


class Echo(TypedDict):
    """A reply in a thread of this room."""

    id: Annotated[str, Field(description="A UUID.")]
    room: Annotated[str, Field(description="The thread.")]
    seq: Seq


threads = Table(
    "threads",
    metadata,
    Column("message", String(36), ForeignKey(messages.c.id), primary_key=True),
    Column("room", String(400), ForeignKey(rooms.c.name), nullable=False, unique=True, comment="the thread"),
    Column("replies", Integer, nullable=False, comment="without deleted ones"),
    Column("last_at", String(24), nullable=False, comment="when the newest of them was posted"),
    Column("people", JSON, nullable=False, comment="the first who replied"),
    Column("quiet_until", String(24), nullable=False, server_default="", comment="when it may be sent again"),
    Column("waiting", Boolean, nullable=False, server_default=false(), comment="for that, since the last reply"),
)

_ids = values("ids")
_SUMMARY = tuple(threads.c[name] for name in Summary.__annotations__)
SUMMARIES = Foreseen(
    select(threads.c.message, *_SUMMARY)
    .select_from(_ids.join(threads, threads.c.message == _ids.c.value))
    .where(threads.c.replies > 0)
)
_reply, _shared = messages.alias("reply"), messages.alias("echo")
ECHOES = Foreseen(
    select(_shared.c.id.label("echo"), _reply.c.id, _reply.c.room, _reply.c.seq)
    .select_from(_ids.join(_shared, _shared.c.id == _ids.c.value).join(_reply, _reply.c.id == _shared.c.reply_to))
    .where(_reply.c.room != _shared.c.room)
)
_above = Prepared(
    SYNCED["messages"].select().where(messages.c.room == bindparam("in_room"), messages.c.seq == bindparam("at_seq"))
)
_remaining = messages.c.room == bindparam("in_room"), is_message, messages.c.deleted.is_(False)
_count = Prepared(
    select(func.count().label("replies"), func.coalesce(func.max(messages.c.at), "").label("last_at")).where(
        *_remaining
    )
)
_people = Prepared(
    select(messages.c.author)
    .where(*_remaining)
    .group_by(messages.c.author)
    .order_by(func.min(messages.c.seq))
    .limit(FIRST)
)


def _putting(insert: Any) -> Any:
    row = insert(threads).values(
        message=bindparam("message"), room=bindparam("room"), **{name.key: bindparam(name.key) for name in _SUMMARY}
    )
    newer = {name.key: row.excluded[name.key] for name in _SUMMARY}
    return row.on_conflict_do_update(index_elements=["message"], set_=newer)


_PUT = Upsert(_putting)


def load(db: Connection, ids: Sequence[str]) -> Mapping[str, Summary]:
    """Return the summaries of those messages that have replies."""
    return {row.pop("message"): cast(Summary, row) for row in SUMMARIES.all(db, {"ids": packed(ids)})}


def load_echoes(db: Connection, ids: Sequence[str]) -> Mapping[str, Echo]:
    """Return, of those messages that refer to a reply in a thread, that reply."""
    return {row.pop("echo"): cast(Echo, row) for row in ECHOES.all(db, {"ids": packed(ids)})}


def above(db: Connection, thread: str) -> Message:
    """Return the row of the message that a thread is under; it exists if the thread does."""
    row = _above.one(db, {"in_room": names.base(thread), "at_seq": names.seq_above(thread)})
    return cast(Message, row)


def add(db: Connection, message: str, reply: Mapping[str, Any]) -> None:
    """Count a new reply to a message."""
    known = load(db, [message]).get(message) or Summary(replies=0, last_at="", people=[])
    people = known["people"] if reply["author"] in known["people"] else [*known["people"], reply["author"]][:FIRST]
    last_at = max(known["last_at"], reply["at"])
    _put(db, message, reply["room"], {"replies": known["replies"] + 1, "last_at": last_at, "people": people})


def count_again(db: Connection, message: str, thread: str) -> None:
    """Count the replies to a message after one was deleted."""
    counted = cast(dict[str, Any], _count.one(db, {"in_room": thread}))
    people = [row["author"] for row in _people.all(db, {"in_room": thread})]
    _put(db, message, thread, {**counted, "people": people})


def _put(db: Connection, message: str, thread: str, summary: Mapping[str, Any]) -> None:
    stored = {**summary, "people": orjson.dumps(summary["people"]).decode()}
    _PUT.run(db, {"message": message, "room": thread, **stored})
