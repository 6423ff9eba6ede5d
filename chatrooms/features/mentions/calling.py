"""Calls: a message of an owner or moderator with ``@room`` mentions all members, one with ``@here`` who is online.

Those of other members do so only if the room's rules say it. In threads and conversations, the words mention no one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Literal, cast

from pydantic import Field
from sqlalchemy import (
    Column,
    Connection,
    ForeignKey,
    Integer,
    String,
    Table,
    bindparam,
    delete,
    func,
    insert,
    select,
)
from typing_extensions import TypedDict

from chatrooms import names
from chatrooms.errors import Unconfirmed
from chatrooms.features.mentions.written import written
from chatrooms.pipeline import room_rules
from chatrooms.pipeline.act import Act
from chatrooms.pipeline.part import Part
from chatrooms.storage.ahead import Foreseen
from chatrooms.storage.expressions import packed, values
from chatrooms.storage.rows import Message
from chatrooms.storage.statements import Prepared
from chatrooms.storage.tables import members, messages, metadata

ASKED_ABOVE = 20
"""A call of more people needs to be confirmed."""

Whom = Literal["room", "here"]
WORDS: tuple[Whom, ...] = ("room", "here")
"""The words, that for more people first: it counts if a text has both."""
_MAYBE = re.compile(f"@(?:{'|'.join(WORDS)})", re.IGNORECASE)


class Call(TypedDict):
    """Whom a message calls."""

    whom: Annotated[
        Whom, Field(description="All members of the room (`room`), or those of them who were online (`here`).")
    ]
    at: Annotated[str, Field(description="When it began to call them; ISO 8601, UTC, with milliseconds.")]


calls = Table(
    "calls",
    metadata,
    Column("message", String(36), ForeignKey(messages.c.id), primary_key=True),
    Column("whom", String(4), nullable=False),
    Column("at", String(24), nullable=False),
)

_insert = Prepared(insert(calls))
_drop = Prepared(delete(calls).where(calls.c.message == bindparam("which")))
_ids = values("ids")
_of = Foreseen(select(calls).select_from(_ids.join(calls, calls.c.message == _ids.c.value)))
_here = members.c.room == bindparam("in_room"), members.c.username != bindparam("who"), members.c.gone.is_(False)
_count = select(func.count(type_=Integer).label("people")).where(*_here)
_members = Prepared(_count)
_online = Prepared(_count.where(members.c.username.in_(select(values("online").c.value))))


def called(text: str) -> Whom | None:
    """Return whom a text calls, by the rules of mentions; rights and rooms are not checked."""
    if not _MAYBE.search(text):
        return None
    meant = {name for some in written(text) for name in some}
    return next((word for word in WORDS if word in meant), None)


def _call(db: Connection, room: str, author: str, text: str | None) -> Whom | None:
    """Return whom an author calls with a text in a room."""
    whom = called(text or "") if names.kind(room) == "shared" else None
    return whom if whom and room_rules.may_call(db, room, author) else None


def _allow(act: Act, room: str, text: str, confirmed: bool) -> None:  # noqa: FBT001 - as `Part` declares it
    """Raise `Unconfirmed` if a text calls more than 20 others, unless its author ``confirmed`` that."""
    whom = None if confirmed else _call(act.db, room, act.me.username, text)
    if whom:
        where = {"in_room": room, "who": act.me.username}
        count = _members if whom == "room" else _online
        (found,) = count.all(act.db, where if whom == "room" else {**where, "online": packed(act.server.online())})
        if found["people"] > ASKED_ABOVE:
            raise Unconfirmed(
                f"@{whom} notifies {found['people']:,} people.", field="confirmed", people=found["people"]
            )


def _load(db: Connection, ids: Sequence[str]) -> Mapping[str, Call]:
    return {row.pop("message"): cast(Call, row) for row in _of.all(db, {"ids": packed(ids)})}


def _store(db: Connection, message: Message) -> Call | None:
    """Store whom a message calls; an edit that calls the same people is no other call."""
    known = _load(db, [message["id"]]).get(message["id"]) if message["edited_at"] or message["deleted"] else None
    whom = _call(db, message["room"], message["author"], message["text"])
    if known and known["whom"] == whom:
        return known
    if known:
        _drop.run(db, {"which": message["id"]})
    if whom is None:
        return None
    call = Call(whom=whom, at=message["edited_at"] or message["at"])
    _insert.run(db, {"message": message["id"], **call})
    return call


CALLS = Part(
    "calls",
    Call | None,
    "Whom it mentions besides `mentions`, because its author, an owner or moderator of the room, wrote `@room` or "
    "`@here`, or `null`.",
    None,
    _load,
    _store,
    allow=_allow,
    asks=_of,
    when=("@", "edited", "deleted"),
)
