"""Everything changed since these revs; generic over the tables that are marked in `tables`."""

from __future__ import annotations

from typing import Annotated, Any, cast

from pydantic import Field
from sqlalchemy import Connection, select
from typing_extensions import TypedDict

from chatrooms import names
from chatrooms.features.messages.loading import load
from chatrooms.pipeline import access
from chatrooms.pipeline.commands import Act, Params, query
from chatrooms.pipeline.feature import Feature
from chatrooms.storage.rows import Change, many
from chatrooms.storage.tables import SYNCED, Synced, members, messages, rooms
from chatrooms.types import MAX_BYTES, Seq, size_of

LIMIT = 200
MAX_ROWS = 2000


class Sync(Params):
    """The rev up to which the caller knows each room; rooms that are not named start from 0."""

    revs: dict[Annotated[str, Field(max_length=400)], Seq] = Field(
        default_factory=dict,
        max_length=10_000,
        description="The `rev` that you know of each room; rooms that are not named start from 0.",
    )


class Caught(TypedDict):
    """What is new.

    A room in ``reset`` is too far behind: its change has no messages and no members, they are taken anew by `history`
    and `room.members`. ``more`` says that there are further rooms; ask again with the new revs.
    """

    changes: list[Change]
    reset: list[str]
    more: bool


@query("sync", may=access.anyone, aligned=True)
def sync(act: Act, p: Sync, _: None) -> Caught:
    """Return everything that changed since these revs in your own room and all rooms that you belong to."""
    caught: Caught = {"changes": [], "reset": [], "more": False}
    rows = size = 0
    for room, head in _heads(act.db, act.me.username):
        known = p.revs.get(room, 0)
        if known == head:
            continue
        if rows >= MAX_ROWS:
            caught["more"] = True
            break
        change, reset = _since(act, room, head, known)
        rows += sum(len(part) for part in change.values() if isinstance(part, list))
        size += said(change.get("messages", []))
        if caught["changes"] and size > MAX_BYTES:
            caught["more"] = True
            break
        caught["changes"].append(change)
        caught["reset"] += [room] if reset else []
    return caught


def _heads(db: Connection, username: str) -> list[tuple[str, int]]:
    """The newest rev of every room the person belongs to, their own first."""
    belongs = select(members.c.room).where(members.c.username == username, members.c.gone.is_(False))
    found = select(rooms.c.name, rooms.c.counter).where(rooms.c.name.in_(belongs) | (rooms.c.name == username))
    return sorted(((row.name, row.counter) for row in db.execute(found)), key=lambda head: head[0] != username)


def _since(act: Act, room: str, head: int, known: int) -> tuple[Change, bool]:
    """What is newer than ``known``; a client that is ahead of us (a restored backup) starts anew."""
    ahead = known > head
    known = 0 if ahead else known
    personal = names.kind(room) == "personal"
    marked = {table: at for table, at in SYNCED.items() if at.personal in (None, personal)}
    change: Change = {"room": room, "rev": head}
    partial = {table: _rows(act, at, room, known, LIMIT + 1) for table, at in marked.items() if not at.whole}
    reset = ahead or any(map(_too_many, partial.values()))
    whole = {table: _rows(act, at, room, 0 if reset else known) for table, at in marked.items() if at.whole}
    told = whole if reset else whole | partial
    return cast(Change, change | {table: rows for table, rows in told.items() if rows}), reset


def said(rows: list[Any]) -> int:
    """How many bytes the words of these messages are."""
    return sum(size_of(row.get("text")) for row in rows)


def _too_many(rows: list[Any]) -> bool:
    return len(rows) > LIMIT or said(rows) > MAX_BYTES


def _rows(act: Act, at: Synced, room: str, known: int, limit: int | None = None) -> list[Any]:
    found = at.select().where(at.room == room, at.rev > known).order_by(at.rev).limit(limit)
    return load(act, found) if at.table is messages else many(dict[str, Any], act.db.execute(found))


FEATURE = Feature(commands=(sync,))
