"""The changes of shared rooms and conversations, of many at once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from operator import itemgetter
from typing import cast

from sqlalchemy import ColumnElement, Integer, and_, bindparam, func, literal, select

from chatrooms.features.messages.loading import with_parts
from chatrooms.features.sync import sizes
from chatrooms.features.sync.change import Head, RoomChange, Row, change_of, tables, too_many
from chatrooms.pipeline.act import Act
from chatrooms.storage import ahead
from chatrooms.storage.ahead import Foreseen
from chatrooms.storage.expressions import packed, pairs, values
from chatrooms.storage.rows import Message, Read
from chatrooms.storage.statements import Asked, Prepared
from chatrooms.storage.synced import SYNCED, Synced
from chatrooms.storage.tables import reads
from chatrooms.types import size_of

SHARED = tables(personal=False)
WHOLE = tuple(table for table, at in SHARED.items() if at.whole)

_asked = pairs("asked")


def _of_rooms(at: Synced, where: Iterable[ColumnElement[bool]]) -> Foreseen:
    return Foreseen(at.select().select_from(_asked.join(at.table, and_(at.room == _asked.c.key, *where))))


_newer = {table: [_of_rooms(at, where) for where, _ in at.ways(_asked.c.value)] for table, at in SHARED.items()}


def _counted(at: Synced, where: Iterable[ColumnElement[bool]]) -> Prepared:
    """Count the rows of each room, up to a limit, without reading them."""
    few = select(literal(1)).where(at.room == _asked.c.key, *where).limit(bindparam("limit", type_=Integer))
    counted = select(func.count()).select_from(few.correlate(_asked).subquery()).correlate(_asked)
    return Prepared(select(_asked.c.key, counted.scalar_subquery().label("count")).select_from(_asked))


_counts = [
    [_counted(at, where) for where, _ in at.ways(_asked.c.value)] for table, at in SHARED.items() if not at.whole
]
_reads = Foreseen(
    SYNCED["reads"]
    .select()
    .where(reads.c.username == bindparam("me"), reads.c.room.in_(select(values("rooms").c.value)))
)


def changes(
    act: Act,
    heads: Iterable[Head],
    revs: Mapping[str, int],
    fitting: Callable[[], int],
    is_head: Callable[[str], bool] = lambda _room: False,
) -> Iterator[tuple[str, RoomChange | None]]:
    """Yield each room with its rows newer than those that a client has; with None if it has them all.

    Of a room that ``is_head``, only the room's row and the read position are read, whatever the client has. About as
    many rows are read together as are ``fitting``, as some may be read in vain.
    """
    for some in _together(heads, revs, fitting, is_head):
        changed = [head for head in some if revs.get(head.room, 0) != head.rev]
        parts = chain(
            _heads(act, [head for head in changed if is_head(head.room)], revs),
            _changes(act, [head for head in changed if not is_head(head.room)], revs),
        )
        found = {part.room: part for part in parts}
        yield from ((head.room, found.get(head.room)) for head in some)


def _heads(act: Act, heads: Sequence[Head], revs: Mapping[str, int]) -> Iterator[RoomChange]:
    """Return the heads of rooms that changed; a client that is ahead of us is reset."""
    rows, position = _read(act, dict.fromkeys((head.room for head in heads), 0), ("rooms",), [h.room for h in heads])
    for room, rev in heads:
        change = change_of(room, rev, rows[room])
        reset = revs.get(room, 0) > rev
        yield RoomChange(change, size_of(change), reset, read=position.get(room), is_head=True)


def _together(
    heads: Iterable[Head], revs: Mapping[str, int], fitting: Callable[[], int], is_head: Callable[[str], bool]
) -> Iterator[list[Head]]:
    """Yield rooms in groups of about as many rows."""
    some: list[Head] = []
    left = fitting()
    for head in heads:
        some.append(head)
        left -= min(abs(head.rev - revs.get(head.room, 0)), 1 if is_head(head.room) else sizes.LIMIT)
        if left <= 0:
            yield some
            some, left = [], fitting()
    yield some


def _changes(act: Act, heads: Sequence[Head], revs: Mapping[str, int]) -> Iterator[RoomChange]:
    """Return the change of each room; reset a client that is ahead of us, after a backup was restored."""
    known = {head.room: revs.get(head.room, 0) for head in heads}
    beyond = {head.room for head in heads if known[head.room] > head.rev}
    far = {head.room: known[head.room] for head in heads if head.rev - known[head.room] > sizes.LIMIT}
    reset = beyond | _with_too_many(act, far)
    rows, position = _read(act, {room: rev for room, rev in known.items() if room not in reset}, SHARED, known)
    parts = {head.room: change_of(head.room, head.rev, rows.get(head.room, {})) for head in heads}
    sizes_of = {room: size_of(parts[room]) for room in rows}
    reset |= {room for room in rows if too_many(rows[room]) or sizes_of[room] > sizes.LARGEST_ROOM}
    whole = _rows(act, dict.fromkeys(reset, 0), WHOLE)
    parts |= {head.room: change_of(head.room, head.rev, whole[head.room]) for head in heads if head.room in reset}
    sizes_of |= {room: size_of(parts[room]) for room in reset}
    return (RoomChange(parts[room], sizes_of[room], room in reset, read=position.get(room)) for room in known)


def _with_too_many(act: Act, known: Mapping[str, int]) -> set[str]:
    """Return the rooms with more newer rows of a table than a client is to get."""
    if not known:
        return set()
    given = {"asked": packed(known), "limit": sizes.LIMIT + 1}
    crowded = set()
    for counts in _counts:
        total = dict.fromkeys(known, 0)
        for row in (row for count in counts for row in count.all(act.db, given)):
            total[row["key"]] += row["count"]
        crowded |= {room for room, count in total.items() if count > sizes.LIMIT}
    return crowded


def _read(
    act: Act, known: Mapping[str, int], which: Collection[str], rooms: Collection[str]
) -> tuple[dict[str, dict[str, list[Row]]], dict[str, Read]]:
    """Return the rows of rooms newer than their revs in ``known``, and the caller's read positions in ``rooms``."""
    given = {"asked": packed(known)}
    asked: list[Asked] = [(newer, given) for table in which for newer in _newer[table]] if known else []
    with ahead.reading(act.db, [*asked, (_reads, _given(act, rooms))]):
        return _rows(act, known, which), _positions(act, rooms)


def _rows(act: Act, known: Mapping[str, int], which: Iterable[str]) -> dict[str, dict[str, list[Row]]]:
    """Return the rows of rooms newer than their revs in ``known``, by room and table, ordered by rev."""
    found: dict[str, dict[str, list[Row]]] = {room: {table: [] for table in which} for room in known}
    given = {"asked": packed(known)}
    for table in which if known else ():
        rows = [row for newer in _newer[table] for row in newer.all(act.db, given)]
        if table == "messages":
            with_parts(act, cast(list[Message], rows))
        at = SHARED[table]
        rows.sort(key=itemgetter("rev") if at.born is None else itemgetter("rev", str(at.born.key)))
        room = str(at.room.key)
        for row in rows:
            found[row[room]][table].append(row)
    return found


def _positions(act: Act, rooms: Collection[str]) -> dict[str, Read]:
    """Return the caller's read positions by room."""
    if not rooms:
        return {}
    return {row["room"]: cast(Read, row) for row in _reads.all(act.db, _given(act, rooms))}


def _given(act: Act, rooms: Collection[str]) -> dict[str, str]:
    return {"rooms": packed(list(rooms)), "me": act.me.username}
