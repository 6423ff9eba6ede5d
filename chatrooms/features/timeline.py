"""Events in a room's timeline: what happened there, besides messages, in the form of messages without a number.

The commands that change a room for everyone record an event in the same transaction. Events are not numbered, so they
are never unread, move no read position, and mention and notify no one; a room keeps its place in lists by its messages.

What people do all the time is not recorded: joining the chat, which adds everyone to the lobby, creating a room or
beginning a conversation, unpinning, and everything that concerns one person alone.
"""

from __future__ import annotations

from uuid import uuid4

from sqlalchemy import insert

from chatrooms.pipeline.commands import Act
from chatrooms.pipeline.feature import Feature
from chatrooms.storage.rows import EventData, Message
from chatrooms.storage.tables import messages


def record(act: Act, room: str, kind: str, text: str, data: EventData | None = None) -> None:
    """Record that the caller did something in ``room``, and broadcast it; ``text`` is an English sentence about it.

    A command can do this once for each room, because the event gets its rev there as ``seq``, and in a room in which it
    posts no message. Raises `RateLimited`.
    """
    if not act.me.host:
        act.rates.record(room, act.me.username)
    rev = act.changes.rev(room)
    row: Message = {
        "id": str(uuid4()),
        "room": room,
        "seq": rev,
        "rev": rev,
        "number": None,
        "author": act.me.username,
        "kind": kind,
        "text": text,
        "data": data,
        "at": act.now,
        "edited_at": None,
        "deleted": False,
        "reply_to": None,
    }
    act.db.execute(insert(messages).values(row))
    row.update(act.blank)  # type: ignore[typeddict-item] # parts are keys of their own
    act.changes.add(room, "messages", row)


FEATURE = Feature()
