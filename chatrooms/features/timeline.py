"""Events in a room's timeline: what happened there, besides messages, in the form of messages without a number.

The commands that change a room for everyone record an event in the same transaction. Events are not numbered, so they
are never unread, move no read position, and mention and notify no one; a room keeps its place in lists by its messages.

What people do all the time is not recorded: joining the chat, which adds everyone to the lobby, creating a room or
beginning a conversation, and everything that concerns one person alone.
"""

from __future__ import annotations

import orjson
from sqlalchemy import bindparam, insert

from chatrooms import ids
from chatrooms.pipeline import text_rate
from chatrooms.pipeline.act import Act
from chatrooms.pipeline.feature import Feature
from chatrooms.storage.rows import EventData, EventKind, Message
from chatrooms.storage.statements import Prepared
from chatrooms.storage.synced import MESSAGE
from chatrooms.storage.tables import messages

_columns = (*MESSAGE, "rev")
_insert = Prepared(insert(messages).values({column: bindparam(column) for column in _columns}))


def record(act: Act, room: str, kind: EventKind, text: str, data: EventData | None = None) -> None:
    """Record that the caller did something in ``room``, and broadcast it; ``text`` is an English sentence about it.

    A command can do this once for each room, because the event gets its rev there as ``seq``, and in a room in which it
    posts no message. Raises `RateLimited`.
    """
    if not act.me.host:
        about = data or EventData()
        act.rates.record(room, act.me.username, about.get("username") or about.get("message") or "")
        text_rate.count(act, text)
    rev = act.changes.rev(room)
    row: Message = {
        "id": ids.new(),
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
        "text_rev": None,
        "deleted": False,
        "reply_to": None,
    }
    _insert.run(act.db, {**row, "data": None if data is None else orjson.dumps(data).decode()})
    row.update(act.server.blank)  # type: ignore[typeddict-item] # parts are keys of their own
    act.changes.add(room, "messages", row)


FEATURE = Feature()
