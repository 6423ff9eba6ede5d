"""The reactions as they are stored: each person's own, and of each message the summary that everyone receives.

Counting a message's reactions anew each time would take longer the more people react; a summary is one row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import orjson
from pydantic import Field
from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
    bindparam,
    delete,
    false,
    select,
)
from typing_extensions import TypedDict

from chatrooms.features.reactions.emoji import LONGEST
from chatrooms.storage.ahead import Foreseen
from chatrooms.storage.expressions import packed, values
from chatrooms.storage.statements import Prepared, Upsert
from chatrooms.storage.tables import messages, metadata, users

FIRST = 20
"""How many people a message names for each emoji."""


class Reaction(TypedDict):
    """An emoji with which people reacted to a message."""

    emoji: Annotated[str, Field(description="The emoji.")]
    count: Annotated[int, Field(description="How many people reacted with it.")]
    people: Annotated[
        list[str],
        Field(description="The usernames of the first 20 of them, in the order in which they reacted."),
    ]


reactions = Table(
    "reactions",
    metadata,
    Column("key", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, comment="in the order of reacting"),
    Column("message", String(36), ForeignKey(messages.c.id), nullable=False),
    Column("emoji", String(LONGEST), nullable=False),
    Column("username", String(32), ForeignKey(users.c.username), nullable=False),
    UniqueConstraint("message", "username", "emoji"),
    Index(None, "message", "emoji", "key"),
)

reacted = Table(
    "reacted",
    metadata,
    Column("message", String(36), ForeignKey(messages.c.id), primary_key=True),
    Column("reactions", JSON, nullable=False, comment="as clients receive them"),
    Column("quiet_until", String(24), nullable=False, server_default="", comment="when it may be sent again"),
    Column("waiting", Boolean, nullable=False, server_default=false(), comment="for that, since the last reaction"),
)

_ids = values("ids")
SUMMARIES = Foreseen(
    select(reacted.c.message, reacted.c.reactions).select_from(_ids.join(reacted, reacted.c.message == _ids.c.value))
)
_of_person = Prepared(
    select(reactions.c.message, reactions.c.emoji)
    .select_from(_ids.join(reactions, reactions.c.message == _ids.c.value))
    .where(reactions.c.username == bindparam("username"))
    .order_by(reactions.c.key)
)
_ONE = ("message", "emoji", "username")
_one = tuple(reactions.c[name] == bindparam(name) for name in _ONE)
_key = Prepared(select(reactions.c.key).where(*_one))
_remove = Prepared(delete(reactions).where(*_one))
_people = Prepared(
    select(reactions.c.username)
    .where(
        reactions.c.message == bindparam("message"),
        reactions.c.emoji == bindparam("emoji"),
        reactions.c.key > bindparam("after"),
    )
    .order_by(reactions.c.key)
    .limit(bindparam("limit", type_=Integer))
)


def _adding(insert: Any) -> Any:
    row = insert(reactions).values({name: bindparam(name) for name in _ONE})
    return row.on_conflict_do_nothing(index_elements=sorted(_ONE))


def _summarizing(insert: Any) -> Any:
    row = insert(reacted).values(message=bindparam("message"), reactions=bindparam("reactions"))
    return row.on_conflict_do_update(index_elements=["message"], set_={"reactions": row.excluded.reactions})


_ADD, _SUMMARIZE = Upsert(_adding), Upsert(_summarizing)


def load(db: Connection, ids: Sequence[str]) -> Mapping[str, list[Reaction]]:
    """Return the reactions of the messages that have some, the oldest emoji first."""
    return {row["message"]: row["reactions"] for row in SUMMARIES.all(db, {"ids": packed(ids)})}


def reactions_to(db: Connection, message: str) -> Sequence[Reaction]:
    """Return the reactions of one message, the oldest emoji first."""
    return load(db, [message]).get(message, ())


def beyond(db: Connection, username: str, found: Sequence[Any]) -> Mapping[str, list[str]]:
    """Return a person's own reactions that messages do not show, because others reacted before them."""
    hidden = {
        (message["id"], reaction["emoji"])
        for message in found
        for reaction in message["reactions"]
        if reaction["count"] > FIRST and username not in reaction["people"]
    }
    mine: dict[str, list[str]] = {}
    ids = {message for message, _ in hidden}
    for row in _of_person.all(db, {"ids": packed(ids), "username": username}) if ids else ():
        if (row["message"], row["emoji"]) in hidden:
            mine.setdefault(row["message"], []).append(row["emoji"])
    return mine


def add(db: Connection, message: str, emoji: str, username: str) -> bool:
    """Add a reaction; return False if it is there."""
    is_new = _ADD.run(db, {"message": message, "emoji": emoji, "username": username}) > 0
    if is_new:
        _count(db, message, emoji, 1)
    return is_new


def remove(db: Connection, message: str, emoji: str, username: str) -> bool:
    """Remove a reaction; return False if it is not there."""
    was_there = _remove.run(db, {"message": message, "emoji": emoji, "username": username}) > 0
    if was_there:
        _count(db, message, emoji, -1)
    return was_there


def forget(db: Connection, message: str) -> None:
    """Remove all reactions to a message."""
    for table in (reactions, reacted):
        db.execute(delete(table).where(table.c.message == message))


def key_of(db: Connection, message: str, emoji: str, username: str) -> int | None:
    """Return the position of a person's reaction among the others; None if there is none."""
    row = _key.one(db, {"message": message, "emoji": emoji, "username": username})
    return row["key"] if row else None


def people(db: Connection, message: str, emoji: str, limit: int, after: int = 0) -> list[str]:
    """Return the people who reacted with an emoji, in the order in which they did, ``after`` a position."""
    asked = {"message": message, "emoji": emoji, "after": after, "limit": limit}
    return [row["username"] for row in _people.all(db, asked)]


def _count(db: Connection, message: str, emoji: str, more: int) -> None:
    """Count reactions to a message that were added or removed; an emoji keeps its place among the others."""
    known: dict[str, Reaction] = {each["emoji"]: each for each in reactions_to(db, message)}
    count = more + (known[emoji]["count"] if emoji in known else 0)
    known[emoji] = {"emoji": emoji, "count": count, "people": people(db, message, emoji, FIRST)}
    summary = orjson.dumps([each for each in known.values() if each["count"]]).decode()
    _SUMMARIZE.run(db, {"message": message, "reactions": summary})
