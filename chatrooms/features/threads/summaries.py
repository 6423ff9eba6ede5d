"""The summaries of threads: parts of the messages that they are under, and of the messages that refer to a reply."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from chatrooms import names
from chatrooms.features.messages.resending import Resending
from chatrooms.features.threads import stored
from chatrooms.features.threads.stored import Echo, Summary
from chatrooms.pipeline.act import Act
from chatrooms.pipeline.feature import Row, on
from chatrooms.pipeline.part import Part
from chatrooms.storage.rows import Message

SENDING = Resending("threads.send", stored.threads, seconds=2.0)

THREAD = Part(
    "thread",
    Summary | None,
    "The thread under it; `null` if it has no replies there. It is sent at most every 2 seconds.",
    None,
    stored.load,
    survives=True,
    asks=stored.SUMMARIES,
)


def _store_echo(db: Connection, message: Message) -> Echo | None:
    return stored.load_echoes(db, [message["id"]]).get(message["id"])


ECHO = Part(
    "echo",
    Echo | None,
    "The reply in a thread of this room that it refers to, because its author sent it to the room too, or `null`.",
    None,
    stored.load_echoes,
    _store_echo,
    asks=stored.ECHOES,
    when=("reply",),
)


@on("messages", when=("in a thread",))
def summarize(act: Act, rows: Sequence[Row]) -> None:
    """Count replies that were posted or deleted, and have the message above them sent again.

    A message above that was deleted keeps its summary, because a deleted message never changes again.
    """
    for row in rows:
        is_new = row["seq"] == row["rev"]
        if names.kind(row["room"]) != "thread" or not (is_new or row["deleted"]):
            continue
        above = stored.above(act.db, row["room"])
        if above["deleted"]:
            continue
        if is_new:
            stored.add(act.db, above["id"], row)
        else:
            stored.count_again(act.db, above["id"], row["room"])
        SENDING.send_later(act, above)
