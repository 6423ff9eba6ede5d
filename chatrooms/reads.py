"""How far each person has read each room; told to all of their tabs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypedDict

from sqlalchemy import Connection, func, insert, select, update

from chatrooms import standing
from chatrooms.commands import Act, Caller, Params, change
from chatrooms.errors import NotFound
from chatrooms.params import MAX_SEQ, AnyRoom, Seq
from chatrooms.tables import SYNCED, Read, messages, one, reads


class Mark(Params):
    """Everything up to ``seq`` was read."""

    room: AnyRoom
    seq: Seq


class OneRead(TypedDict):
    """The read position as it is now."""

    read: Read


def find(db: Connection, username: str, room: str) -> Read | None:
    """How far ``username`` has read ``room``, if ever."""
    found = SYNCED["reads"].select().where(reads.c.username == username, reads.c.room == room)
    return one(Read, db.execute(found))


def begin(act: Act, room: str, username: str) -> None:
    """What was said before somebody came in does not count as unread by them."""
    seq, number = _last_message(act.db, room, MAX_SEQ)
    if number:
        _store(act, username, room, seq, number)


def _myself(_db: Connection, me: Caller, _p: Mark) -> Iterable[str]:
    return (me.username,)


@change("read.mark", locks=_myself)
def mark(act: Act, p: Mark) -> OneRead:
    """Say that a room was read up to a message. A mark never goes backwards."""
    here = standing.find(act.db, act.me, p.room)
    if not here.exists:
        raise NotFound("Nobody has said anything there yet.", field="room")
    before = find(act.db, act.me.username, p.room)
    seq, number = _last_message(act.db, p.room, p.seq)
    if before and before["seq"] >= seq:
        return {"read": before}
    return {"read": _store(act, act.me.username, p.room, seq, number)}


def _store(act: Act, username: str, room: str, seq: int, number: int) -> Read:
    rev = act.changes.rev(username)
    row: Read = {"username": username, "room": room, "seq": seq, "number": number, "rev": rev}
    where = (reads.c.username == username, reads.c.room == room)
    if act.db.execute(update(reads).where(*where).values(row)).rowcount == 0:
        act.db.execute(insert(reads).values(row))
    act.changes.tell(username, "reads", row)
    return row


def _last_message(db: Connection, room: str, seq: int) -> tuple[int, int]:
    """The ``seq`` and number of the last message that is not after ``seq``: one cannot read ahead of what was said."""
    newest = select(func.max(messages.c.seq)).where(messages.c.room == room, messages.c.seq <= seq)
    found = db.execute(
        select(messages.c.seq, messages.c.number).where(
            messages.c.room == room, messages.c.seq == newest.scalar_subquery()
        )
    ).one_or_none()
    return (found.seq, found.number) if found else (0, 0)
