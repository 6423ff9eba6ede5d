"""Replies: the message that each one replies to, as a part of it, so that clients can show it without loading it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Annotated

from pydantic import Field
from sqlalchemy import Connection, Integer, bindparam, func, select
from typing_extensions import TypedDict

from chatrooms.features.messages.loading import changed, find
from chatrooms.pipeline.chat import NOBODY, Chat
from chatrooms.pipeline.commands import Act, Part
from chatrooms.pipeline.feature import Feature, Row, on
from chatrooms.pipeline.jobs import Job, JobKind, enqueue
from chatrooms.storage.given import packed, values
from chatrooms.storage.rows import Message, Person, Seq
from chatrooms.storage.statements import Prepared
from chatrooms.storage.tables import messages

EXCERPT = 300
"""How many characters of the message are quoted."""
AT_ONCE = 100
"""How many replies one transaction broadcasts again."""


class Quoted(TypedDict):
    """The message that another one replies to, as of reading the reply."""

    id: Annotated[str, Field(description="A UUID.")]
    seq: Seq
    author: Person
    text: Annotated[
        str | None, Field(description=f"The first {EXCERPT} characters of its Markdown source; `null` once deleted.")
    ]


_reply = messages.alias("reply")
_ids = values("ids")
_excerpt = func.substr(messages.c.text, 1, EXCERPT).label("text")
_of = Prepared(
    select(_reply.c.id.label("reply"), messages.c.id, messages.c.seq, messages.c.author, _excerpt).select_from(
        _ids.join(_reply, _reply.c.id == _ids.c.value).join(messages, messages.c.id == _reply.c.reply_to)
    )
)
_replies = Prepared(
    select(messages.c.id)
    .where(messages.c.reply_to == bindparam("message"), messages.c.seq > bindparam("after"), ~messages.c.deleted)
    .order_by(messages.c.seq)
    .limit(bindparam("limit", type_=Integer))
)


def _load(db: Connection, ids: Sequence[str]) -> Mapping[str, Quoted]:
    return {
        row["reply"]: Quoted(id=row["id"], seq=row["seq"], author=row["author"], text=row["text"])
        for row in _of.all(db, {"ids": packed(ids)})
    }


def _store(db: Connection, message: Message) -> Quoted | None:
    if message["reply_to"] is None or message["deleted"]:
        return None
    return _load(db, [message["id"]])[message["id"]]


QUOTED = Part(
    "quoted", Quoted | None, "The message that it replies to; `null` if it is not a reply.", None, _load, _store
)


@on("messages")
def _forget(act: Act, rows: Sequence[Row]) -> None:
    """Enqueue a job for each message that was deleted while replies quote it."""
    for row in rows:
        if row["deleted"] and _replies.one(act.db, {"message": row["id"], "after": 0, "limit": 1}):
            enqueue(act, DELETED, row["id"], {"message": row["id"], "room": row["room"]})


async def _broadcast(chat: Chat, job: Job) -> None:
    after: int | None = 0
    while after is not None:
        again = partial(_broadcast_some, id=job.data["message"], after=after)
        after = await chat.change(again, NOBODY, job.data["room"])


DELETED = JobKind("replies.deleted", _broadcast)
"""Broadcasts the replies to a deleted message again, so that no client goes on to show what it said."""


def _broadcast_some(act: Act, id: str, after: int) -> int | None:
    """Broadcast some of the replies to a message; return the seq of the last one if there may be more."""
    some = _replies.all(act.db, {"message": id, "after": after, "limit": AT_ONCE})
    replies = [reply for row in some if (reply := find(act.db, row["id"]))]
    for reply in replies:
        changed(act, reply)
    return replies[-1]["seq"] if len(some) == AT_ONCE else None


FEATURE = Feature(parts=(QUOTED,), listeners=(_forget,), jobs=(DELETED,))
