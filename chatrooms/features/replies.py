"""Replies: the message that each one replies to, as a part of it, so that clients can show it without loading it.

A reply is not broadcast again when that message is edited or deleted: the change of that message says it all, and
clients take the quote's text from there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated

from pydantic import Field
from sqlalchemy import Connection, func, select
from typing_extensions import TypedDict

from chatrooms.pipeline.feature import Feature
from chatrooms.pipeline.part import Part
from chatrooms.storage.ahead import Foreseen
from chatrooms.storage.expressions import packed, values
from chatrooms.storage.fields import Person, Seq
from chatrooms.storage.rows import Message
from chatrooms.storage.tables import messages

EXCERPT = 300
"""How many characters of the message are quoted."""


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
_of = Foreseen(
    select(_reply.c.id.label("reply"), messages.c.id, messages.c.seq, messages.c.author, _excerpt)
    .select_from(_ids.join(_reply, _reply.c.id == _ids.c.value).join(messages, messages.c.id == _reply.c.reply_to))
    .where(messages.c.room == _reply.c.room)
)


def _load(db: Connection, ids: Sequence[str]) -> Mapping[str, Quoted]:
    return {
        row["reply"]: Quoted(id=row["id"], seq=row["seq"], author=row["author"], text=row["text"])
        for row in _of.all(db, {"ids": packed(ids)})
    }


def _store(db: Connection, message: Message) -> Quoted | None:
    return _load(db, [message["id"]]).get(message["id"])


QUOTED = Part(
    "quoted",
    Quoted | None,
    "The message of the same room that it replies to; `null` if there is none. When that message changes, its change "
    "alone is sent: take the new text from there, and `null` if it was deleted.",
    None,
    _load,
    _store,
    asks=_of,
    when=("reply",),
)


FEATURE = Feature(parts=(QUOTED,))
