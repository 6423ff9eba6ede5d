"""How far each person has read each room; sent to all of their tabs.

Each person has a read position in each room that they belong to, from the moment they join. What is unread follows from
it and from the room's number of messages, so posting a message writes nothing here. It keeps the room's rev, too: what
was edited or deleted later has changed since they read it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple, cast

from pydantic import Field
from sqlalchemy import Connection, bindparam, insert, select, update
from typing_extensions import TypedDict

from chatrooms.errors import NotFound
from chatrooms.pipeline import access
from chatrooms.pipeline.act import Act
from chatrooms.pipeline.commands import Params, change, own_room
from chatrooms.pipeline.feature import Feature
from chatrooms.pipeline.standing import Here
from chatrooms.storage.rows import Read
from chatrooms.storage.statements import Prepared
from chatrooms.storage.synced import SYNCED
from chatrooms.storage.tables import is_message, messages, reads, rooms
from chatrooms.types import MAX_SEQ, AnyRoom, Seq


class Mark(Params):
    """A place in a room."""

    room: AnyRoom
    seq: Seq = Field(description="Everything up to this `seq` was read.")
    rev: int | None = Field(
        None, ge=0, le=MAX_SEQ, description="The revision of the room as you read it; the present one if not given."
    )


class Place(NamedTuple):
    """What a person has read of a room: up to a message, as of a rev."""

    seq: int
    number: int
    seen_rev: int


class OneRead(TypedDict):
    """The read position as it is now."""

    read: Read


_here = Prepared(
    SYNCED["reads"].select().where(reads.c.username == bindparam("username"), reads.c.room == bindparam("room"))
)
_NEW: dict[str, Any] = {name: bindparam(f"new_{name}") for name in ("seq", "number", "seen_rev", "rev")}
_mine = reads.c.username == bindparam("who"), reads.c.room == bindparam("in_room")
_move = Prepared(update(reads).where(*_mine).values(_NEW))
_touch = Prepared(update(reads).where(*_mine).values(rev=bindparam("new_rev")))
_insert = Prepared(insert(reads))
_room_rev = Prepared(select(rooms.c.counter).where(rooms.c.name == bindparam("room")))
_changed = Prepared(
    select(messages.c.id)
    .where(messages.c.room == bindparam("room"), messages.c.rev > messages.c.seq, messages.c.rev > bindparam("after"))
    .where(messages.c.text_rev > bindparam("after"), messages.c.text_rev <= bindparam("until"))
    .limit(1)
)
_last = Prepared(
    select(messages.c.seq, messages.c.number)
    .where(messages.c.room == bindparam("room"), messages.c.seq <= bindparam("seq"), is_message)
    .order_by(messages.c.seq.desc())
    .limit(1)
)


def find(db: Connection, username: str, room: str) -> Read | None:
    """Return how far ``username`` has read ``room``; None if they never belonged to it."""
    return cast(Read | None, _here.one(db, {"username": username, "room": room}))


def begin(act: Act, room: str, username: str) -> None:
    """Start the read position of a new member of ``room``: nothing posted before is unread for them.

    What this command posts comes after it.
    """
    seen = act.changes.rev(room) - 1
    place = Place(*_last_message(act.db, room, MAX_SEQ), seen)
    row = _store(act, username, room, place, known=find(act.db, username, room) is not None)
    act.changes.add(username, "reads", {**row, "uncounted": 0, "room_rev": seen})


def begin_at(act: Act, room: str, username: str, seq: int) -> None:
    """Start the read position of a person in ``room`` at ``seq``, unless there is one."""
    if find(act.db, username, room) is None:
        place = Place(*_last_message(act.db, room, seq), _rev_of(act.db, room))
        _store(act, username, room, place, known=False)
        act.changes.add(username, "reads", cast(Read, find(act.db, username, room)))


@change(
    "read.mark", may=access.member, locks=own_room, repeatable=True, after_end=True, method="mark_read", scope="own"
)
def mark(act: Act, p: Mark, here: Here) -> OneRead:
    """Mark a room as read up to a message, with what was edited and deleted. A mark never goes backwards."""
    if not here.exists:
        raise NotFound("This conversation has no messages yet.", field="room")
    username = act.me.username
    before = find(act.db, username, p.room)
    present = _rev_of(act.db, p.room)
    place = Place(*_last_message(act.db, p.room, p.seq), present if p.rev is None else min(p.rev, present))
    if before:
        had = Place(before["seq"], before["number"], before["seen_rev"])
        place = Place(*map(max, had, place))
        if place.seq == had.seq and not _has_changed(act.db, p.room, had.seen_rev, place.seen_rev):
            return {"read": before}
    _store(act, username, p.room, place, known=before is not None)
    row = cast(Read, find(act.db, username, p.room))
    act.changes.add(username, "reads", row)
    return {"read": row}


def recount(act: Act, username: str, found: Iterable[str]) -> None:
    """Send a person's read positions in some rooms again, because what counts as unread there is different now."""
    for room in found:
        _touch.run(act.db, {"who": username, "in_room": room, "new_rev": act.changes.rev(username)})
        act.changes.add(username, "reads", cast(Read, find(act.db, username, room)))


def _store(act: Act, username: str, room: str, place: Place, *, known: bool) -> dict[str, Any]:
    moved = {**place._asdict(), "rev": act.changes.rev(username)}
    row = {"username": username, "room": room, **moved}
    if known:
        named = {f"new_{name}": value for name, value in moved.items()}
        _move.run(act.db, {"who": username, "in_room": room, **named})
    else:
        _insert.run(act.db, row)
    return row


def _rev_of(db: Connection, room: str) -> int:
    found = _room_rev.one(db, {"room": room})
    return found["counter"] if found else 0


def _has_changed(db: Connection, room: str, after: int, until: int) -> bool:
    """Return whether a message was edited or deleted at a rev of a range."""
    return _changed.one(db, {"room": room, "after": after, "until": until}) is not None


def _last_message(db: Connection, room: str, seq: int) -> tuple[int, int]:
    """Return the ``seq`` and number of the last message up to ``seq``: a mark cannot be ahead of them."""
    found = _last.one(db, {"room": room, "seq": seq})
    return (found["seq"], found["number"]) if found else (0, 0)


FEATURE = Feature(commands=(mark,))
