"""`sync`: the changes since the revs that a client has, in pages of rooms; generic over the tables in `SYNCED`.

The caller's own room and the open ones come first, then the others, ordered by the bytes of their names. The caller's
own room has one or two rows for every room they belong to, so it is sent in pieces ordered by `rev`, and no other room
follows before it is complete.
"""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import Annotated, Any, NamedTuple, cast

from pydantic import Field
from sqlalchemy import ColumnElement, Connection, Integer, bindparam, select, tuple_
from typing_extensions import TypedDict

from chatrooms.errors import Diverged
from chatrooms.features import reads
from chatrooms.features.messages.loading import with_parts
from chatrooms.pipeline import access
from chatrooms.pipeline.commands import Act, Params, query
from chatrooms.pipeline.feature import Feature
from chatrooms.storage.rows import Change, Message, Read
from chatrooms.storage.statements import Prepared
from chatrooms.storage.tables import SYNCED, Synced, members, messages, rooms
from chatrooms.types import CLEAN, MAX_SEQ, Id, Seq, size_of

LIMIT = 200
"""The most new messages, or members, of a room; a client that is further behind reloads the room."""
MAX_ROWS = 2000
"""The most rows in one response."""
PIECE_ROWS = 500
"""The most rows of each table in one piece of the caller's own room."""
MAX_ROOMS = 2000
"""The most rooms that one response covers."""
MAX_NEWEST = 50
"""The most rooms whose newest message a client names."""
MAX_BYTES = 240 * 1024
"""The most bytes of JSON in the changes of one response, which stays below 256 KiB as a whole."""
LARGEST_ROOM = 192 * 1024
"""The most bytes of JSON in one room's rows; a client that is further behind reloads the room."""

Row = dict[str, Any]
RoomName = Annotated[str, Field(max_length=400, pattern=CLEAN)]


_newer = {
    table: Prepared(
        at.select()
        .where(at.room == bindparam("room"), at.rev > bindparam("known"), *at.needed)
        .order_by(at.rev)
        .limit(bindparam("limit", type_=Integer))
    )
    for table, at in SYNCED.items()
}


class Newest(Params):
    """The newest message that a client has of a room."""

    seq: Seq
    id: Id


class Sync(Params):
    """The caller's rev of each room to return; a room without one starts from 0."""

    revs: dict[RoomName, Seq] = Field(
        default_factory=dict, max_length=10_000, description="The revs that you have, by room; the default is 0."
    )
    after: RoomName | None = Field(
        None, description="Return rooms after this name; start with an empty one. If omitted, `revs` must be complete."
    )
    until: RoomName | None = Field(None, description="Return no rooms after this name.")
    open: list[RoomName] = Field(
        default_factory=list, max_length=100, description="Rooms to return first, such as the one on screen."
    )
    newest: dict[RoomName, Newest] = Field(
        default_factory=dict,
        max_length=MAX_NEWEST,
        description="The newest message that you have in the rooms that were used last, to notice a restored backup.",
    )


class SyncPage(TypedDict):
    """The changes of the rooms up to ``until``, or of all the rest if it is null.

    For a room in ``reset`` you are too far behind: discard what you have of it. Its change has no messages and members;
    get them with `history` and `room.members`. If ``more`` is true, the response is incomplete: call again with the new
    revs. ``reads`` are your read positions in the rooms of ``changes``, counted anew as of their revs. ``epoch`` is
    that of the `welcome`.
    """

    changes: list[Change]
    reads: list[Read]
    reset: list[str]
    more: bool
    until: str | None
    epoch: str


class RoomChange(NamedTuple):
    """A change that brings a client to its ``rev``; ``whole`` is false if more pieces follow."""

    change: Change
    reset: bool = False
    whole: bool = True
    read: Read | None = None


class Head(NamedTuple):
    """A room and its newest rev."""

    room: str
    rev: int


class Answer:
    """A response, filled with changes up to its maximum size."""

    def __init__(self, act: Act, revs: dict[str, int]) -> None:
        self._act, self._revs = act, revs
        self._rows = self._bytes = 0
        self.changes: list[Change] = []
        self.reads: list[Read] = []
        self.reset: list[str] = []

    def add(self, head: Head) -> bool:
        """Add the changes of a room; return False if some did not fit."""
        known = self._revs.get(head.room, 0)
        if known == head.rev:
            return True
        if self._rows >= MAX_ROWS:
            return False
        part = (_own if head.room == self._act.me.username else _shared)(self._act, head, known)
        size = size_of(part.change) + size_of(part.read) + size_of(head.room)
        if self.changes and self._bytes + size > MAX_BYTES:
            return False
        self._bytes += size
        self._rows += sum(len(rows) for rows in part.change.values() if isinstance(rows, list))
        self.changes.append(part.change)
        self.reads += [part.read] if part.read else []
        self.reset += [head.room] if part.reset else []
        return part.whole


@query("sync", may=access.anyone, aligned=True)
def sync(act: Act, p: Sync, _: None) -> SyncPage:
    """Return the changes since these revs in your own room and the rooms you belong to, a page of rooms at a time.

    Start with an empty ``after``, then pass the ``until`` of each response, until it is null. In ``revs``, give the
    revs of the rooms after ``after`` (and up to ``until`` if you give it); in the first call, also those of your own
    room and the ``open`` ones. With ``newest`` it is rejected as ``diverged`` if a backup was put back: then discard
    what you have of all rooms. Without ``after``, give the revs of all your rooms, and repeat while there is ``more``.
    """
    _require_history(act.db, p.newest)
    answer = Answer(act, p.revs)
    until, more = _fill(answer, act.db, act.me.username, p)
    filled = {"changes": answer.changes, "reads": answer.reads, "reset": answer.reset}
    return cast(SyncPage, filled | {"more": more, "until": until, "epoch": act.epoch})


def _require_history(db: Connection, newest: dict[str, Newest]) -> None:
    """Raise `Diverged` if the database does not have these messages."""
    if not newest:
        return
    columns = (messages.c.room, messages.c.seq)
    at = tuple_(*columns).in_([(room, message.seq) for room, message in newest.items()])
    found = {(row.room, row.seq): row.id for row in db.execute(select(*columns, messages.c.id).where(at))}
    if any(found.get((room, message.seq)) != message.id for room, message in newest.items()):
        raise Diverged


def _fill(answer: Answer, db: Connection, me: str, p: Sync) -> tuple[str | None, bool]:
    """Add the changes that fit; return the last room name covered, and whether there are more."""
    done, name = p.after or "", _by_bytes(db)
    first = [] if done else [_own_head(db, me), *_heads(db, me, name.in_(p.open))]
    if not all(map(answer.add, first)):
        return done, True
    limit = None if p.after is None else MAX_ROOMS
    heads = _heads(db, me, name > done, *([] if p.until is None else [name <= p.until]), limit=limit)
    for head in heads:
        if head not in first and not answer.add(head):
            return done, True
        done = head.room
    cut = limit is not None and len(heads) == limit
    return (done, True) if cut else (p.until, False)


def _own_head(db: Connection, me: str) -> Head:
    return Head(me, db.scalars(select(rooms.c.counter).where(rooms.c.name == me)).one())


def _heads(db: Connection, me: str, *where: ColumnElement[bool], limit: int | None = None) -> list[Head]:
    """Return the rooms on the person's list, without closed conversations, ordered by the bytes of their names."""
    mine = (members.c.username == me, members.c.gone.is_(False), members.c.closed.is_(False))
    listed = select(members.c.room).where(*mine, *where).order_by(_by_bytes(db)).limit(limit).subquery()
    found = select(rooms.c.name, rooms.c.counter).where(rooms.c.name == listed.c.room)
    return [Head(*row) for row in db.execute(found)]


def _by_bytes(db: Connection) -> ColumnElement[str]:
    """Return the membership's room column, compared by bytes, as SQLite does by default."""
    return members.c.room.collate("C") if db.dialect.name == "postgresql" else members.c.room


def _shared(act: Act, head: Head, known: int) -> RoomChange:
    """Return the rows newer than ``known``; reset a client that is ahead of us, after a backup was restored."""
    ahead = known > head.rev
    tables = _tables(personal=False)
    rows = {table: _rows(act, table, head.room, 0 if ahead else known, LIMIT + 1) for table in tables}
    reset = ahead or _too_many(rows) or size_of(rows) > LARGEST_ROOM
    if reset:
        rows = {table: _rows(act, table, head.room, 0) for table, at in tables.items() if at.whole}
    return RoomChange(_change(head.room, head.rev, rows), reset, read=reads.find(act.db, act.me.username, head.room))


def _own(act: Act, head: Head, known: int) -> RoomChange:
    """Return the rows newer than ``known`` in the caller's own room, or the first piece of them.

    A client that is too far behind is reset, as in any other room, if the rows to keep fit into one piece.
    """
    ahead = known > head.rev
    tables = _tables(personal=True)
    kept = {table: at for table, at in tables.items() if at.whole}
    messages = {table: _rows(act, table, head.room, known, LIMIT + 1) for table, at in tables.items() if not at.whole}
    if ahead or _too_many(messages) or size_of(messages) > LARGEST_ROOM:
        rows = {table: _rows(act, table, head.room, 0, PIECE_ROWS) for table in kept}
        if max(map(len, rows.values())) < PIECE_ROWS and size_of(rows) <= LARGEST_ROOM:
            return RoomChange(_change(head.room, head.rev, rows), reset=True)
    return _piece(act, head, 0, kept)._replace(reset=True) if ahead else _piece(act, head, known, tables)


def _piece(act: Act, head: Head, known: int, tables: dict[str, Synced]) -> RoomChange:
    """Return the rows of the next revs after ``known``: as many as fit, but at least one rev."""
    limits = {table: PIECE_ROWS if at.whole else LIMIT + 1 for table, at in tables.items()}
    found = {table: _rows(act, table, head.room, known, limits[table]) for table in tables}
    end = min((rows[-1]["rev"] for table, rows in found.items() if len(rows) == limits[table]), default=head.rev + 1)
    rows = sorted(((row["rev"], table, row) for table in found for row in found[table]), key=itemgetter(0))
    piece: dict[str, list[Row]] = {}
    size, rev = 0, known
    for at, group in groupby((row for row in rows if row[0] < end), key=itemgetter(0)):
        part = list(group)
        size += sum(size_of(row) for _, _, row in part)
        if piece and size > LARGEST_ROOM:
            return RoomChange(_change(head.room, rev, piece), whole=False)
        for _, table, row in part:
            piece.setdefault(table, []).append(row)
        rev = at
    whole = end > head.rev
    return RoomChange(_change(head.room, head.rev if whole else rev, piece), whole=whole)


def _tables(*, personal: bool) -> dict[str, Synced]:
    """Return the tables whose rows a change of a personal room, or of any other, can have."""
    return {table: at for table, at in SYNCED.items() if at.personal in (None, personal)}


def _rows(act: Act, table: str, room: str, known: int, limit: int = MAX_SEQ) -> list[Row]:
    """Return the rows of ``room`` that changed after the rev ``known``, ordered by rev."""
    rows = _newer[table].all(act.db, {"room": room, "known": known, "limit": limit})
    return cast(list[Row], with_parts(act, cast(list[Message], rows))) if table == "messages" else rows


def _too_many(rows: dict[str, list[Row]]) -> bool:
    return any(len(part) > LIMIT for part in rows.values())


def _change(room: str, rev: int, rows: dict[str, list[Row]]) -> Change:
    return cast(Change, {"room": room, "rev": rev} | {table: part for table, part in rows.items() if part})


FEATURE = Feature(commands=(sync,))
