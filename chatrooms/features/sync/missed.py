"""The changes of rooms since the revs that a node has broadcast: for clients that have any rev from there on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from sqlalchemy import Integer, bindparam, select

from chatrooms import names
from chatrooms.events import Change
from chatrooms.features.messages.loading import with_parts
from chatrooms.features.sync import sizes
from chatrooms.features.sync.change import Row, tables, too_many
from chatrooms.pipeline.act import Act
from chatrooms.storage.expressions import packed, values
from chatrooms.storage.rows import Message
from chatrooms.storage.statements import Prepared
from chatrooms.storage.synced import Synced
from chatrooms.storage.tables import rooms
from chatrooms.types import size_of


def changes(act: Act, known: Mapping[str, int]) -> list[Change]:
    """Return the change of each room since the rev in ``known``, with all rows that changed; bare if they are too many.

    Unlike in a response of ``sync``, no row is left out because a client may not need it: some have newer revs.
    """
    heads: dict[str, int] = dict(_heads.tuples(act.db, {"names": packed(list(known))}))
    behind = [(room, rev, heads.get(room, 0)) for room, rev in known.items()]
    return [_change(act, room, since, rev) for room, since, rev in behind if since != rev]


def _change(act: Act, room: str, since: int, rev: int) -> Change:
    if rev < since or rev - since > sizes.LIMIT:
        return Change(room, rev, since=since, bare=True)
    which = _newer[names.kind(room) == "personal"]
    given = {"room": room, "known": since, "limit": sizes.LIMIT + 1}
    rows = {table: [row for way in ways for row in way.all(act.db, given)] for table, ways in which.items()}
    if too_many(rows):
        return Change(room, rev, since=since, bare=True)
    if found := rows.get("messages"):
        with_parts(act, cast(list[Message], found))
        found.sort(key=lambda row: (row["rev"], row["seq"]))
    if size_of(rows) > sizes.LARGEST_ROOM:
        return Change(room, rev, since=since, bare=True)
    return Change(room, rev, _filled(rows), since=since)


def _filled(rows: Mapping[str, list[Row]]) -> dict[str, list[Mapping[str, Any]]]:
    return {table: list(found) for table, found in rows.items() if found}


def _ways(at: Synced) -> list[Prepared]:
    """Return queries for all rows of ``room`` that changed after the rev ``known``."""
    found, limit = at.select().where(at.room == bindparam("room")), bindparam("limit", type_=Integer)
    return [Prepared(found.where(*where).order_by(rev).limit(limit)) for where, rev in at.ways(bindparam("known"))]


_newer = {personal: {table: _ways(at) for table, at in tables(personal=personal).items()} for personal in (False, True)}
_heads = Prepared(select(rooms.c.name, rooms.c.counter).where(rooms.c.name.in_(select(values("names").c.value))))
