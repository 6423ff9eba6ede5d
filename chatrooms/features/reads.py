"""How far each person has read each room; sent to all of their tabs.

Everybody has a read position in each room that they belong to, from the moment they do. What is unread follows from it
and from the room's number of messages, so posting a message writes nothing here.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from pydantic import Field
from sqlalchemy import Connection, bindparam, func, insert, select, update
from typing_extensions import TypedDict

from chatrooms.errors import NotFound
from chatrooms.pipeline import access
from chatrooms.pipeline.access import Here
from chatrooms.pipeline.commands import Act, Caller, Params, change
from chatrooms.pipeline.feature import Feature
from chatrooms.storage.rows import Read
from chatrooms.storage.statements import Prepared
from chatrooms.storage.tables import SYNCED, messages, reads
from chatrooms.types import MAX_SEQ, AnyRoom, Seq


class Mark(Params):
    """A place in a room."""

    room: AnyRoom
    seq: Seq = Field(description="Everything up to this `seq` was read.")


class OneRead(TypedDict):
    """The read position as it is now."""

    read: Read


_here = Prepared(
    SYNCED["reads"].select().where(reads.c.username == bindparam("username"), reads.c.room == bindparam("room"))
)


def find(db: Connection, username: str, room: str) -> Read | None:
    """Return how far ``username`` has read ``room``; None if they never belonged to it."""
    return cast(Read | None, _here.one(db, {"username": username, "room": room}))


def begin(act: Act, room: str, username: str) -> None:
    """Start the read position of somebody who now belongs to ``room``: nothing posted before is unread for them.

    What this command posts comes after it.
    """
    seq, number = _last_message(act.db, room, MAX_SEQ)
    row = _store(act, username, room, seq, number)
    act.changes.add(username, "reads", {**row, "uncounted": 0, "room_rev": act.changes.rev(room) - 1})


def _myself(_db: Connection, me: Caller, _p: Mark) -> Iterable[str]:
    return (me.username,)


@change("read.mark", may=access.member, locks=_myself, repeatable=True, method="mark_read")
def mark(act: Act, p: Mark, here: Here) -> OneRead:
    """Mark a room as read up to a message. A mark never goes backwards."""
    if not here.exists:
        raise NotFound("Nobody has posted anything there yet.", field="room")
    username = act.me.username
    before = find(act.db, username, p.room)
    seq, number = _last_message(act.db, p.room, p.seq)
    if before and before["seq"] >= seq:
        return {"read": before}
    _store(act, username, p.room, seq, number)
    row = cast(Read, find(act.db, username, p.room))
    act.changes.add(username, "reads", row)
    return {"read": row}


def _store(act: Act, username: str, room: str, seq: int, number: int) -> dict[str, Any]:
    row = {"username": username, "room": room, "seq": seq, "number": number, "rev": act.changes.rev(username)}
    where = (reads.c.username == username, reads.c.room == room)
    if act.db.execute(update(reads).where(*where).values(row)).rowcount == 0:
        act.db.execute(insert(reads).values(row))
    return row


def _last_message(db: Connection, room: str, seq: int) -> tuple[int, int]:
    """Return the ``seq`` and number of the last message up to ``seq``: nobody can read ahead of what was posted."""
    newest = select(func.max(messages.c.seq)).where(messages.c.room == room, messages.c.seq <= seq)
    found = db.execute(
        select(messages.c.seq, messages.c.number).where(
            messages.c.room == room, messages.c.seq == newest.scalar_subquery()
        )
    ).one_or_none()
    return (found.seq, found.number) if found else (0, 0)


FEATURE = Feature(commands=(mark,))
