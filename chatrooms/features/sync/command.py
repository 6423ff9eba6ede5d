"""The command `sync` and its response."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import ColumnElement, Integer, Subquery, and_, bindparam, or_, select, union_all
from typing_extensions import TypedDict

from chatrooms import names
from chatrooms.features.messages.loading import Mine, mine
from chatrooms.features.sync import sizes
from chatrooms.features.sync.change import Head, RoomChange
from chatrooms.features.sync.others import changes
from chatrooms.features.sync.own import kept, own
from chatrooms.features.sync.restored import MAX_NEWEST, Newest, require_history
from chatrooms.pipeline import access
from chatrooms.pipeline.act import Act
from chatrooms.pipeline.commands import Params, query
from chatrooms.storage import ahead
from chatrooms.storage.ahead import Foreseen
from chatrooms.storage.expressions import packed, values
from chatrooms.storage.own_tables import follows
from chatrooms.storage.rows import Change, Message, Read
from chatrooms.storage.statements import Asked
from chatrooms.storage.tables import members, rooms
from chatrooms.types import CLEAN, Seq, size_of

RoomName = Annotated[str, Field(max_length=400, pattern=CLEAN)]


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
    heads: bool = Field(
        False,
        description="Return only heads, without messages and members, of rooms that are not `open`.",
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

    Of threads, you get those that you follow, and the ``open`` ones. Those that are not open are always in ``heads``.
    For a room in ``heads``, the change has only the room's row: its messages and members since your rev are missing.
    Keep the rev that you had. Once you need them, call again with that rev and the room in ``open``. Until then, a
    change that follows the head's rev is a new head.
    """

    changes: list[Change]
    reads: list[Read]
    reset: list[str]
    heads: list[str]
    more: bool
    until: str | None
    epoch: str
    mine: Mine


FIRST_BLOCK = 100
LAST = "\U0010ffff"
"""Greater than the name of any room."""

_is_listed = (members.c.username == bindparam("me"), members.c.gone.is_(False), members.c.closed.is_(False))
_is_followed = (
    follows.c.username == bindparam("me"),
    follows.c.gone.is_(False),
    access.belongs(follows.c.username, follows.c.room),
)
_names = select(values("names").c.value)
_of_list = select(rooms.c.name, rooms.c.counter)
_head = Foreseen(_of_list.where(rooms.c.name == bindparam("me")))
_is_open = or_(
    select(members.c.room).where(*_is_listed, members.c.room == rooms.c.name).exists(),
    and_(rooms.c.access == "thread", access.belongs(bindparam("me"), rooms.c.name)),
)
_heads_of = Foreseen(_of_list.where(rooms.c.name.in_(_names), _is_open))


def _block(room: ColumnElement[str], *where: ColumnElement[bool]) -> Subquery:
    """Return the first rooms of a table after a name, which are read from its index."""
    found = select(room).where(*where, room > bindparam("after"), room <= bindparam("until"))
    return found.order_by(room).limit(bindparam("limit", type_=Integer)).subquery()


_blocks = union_all(
    select(_block(members.c.room, *_is_listed)), select(_block(follows.c.room, *_is_followed))
).subquery()
_first = select(_blocks).order_by(_blocks.c.room).limit(bindparam("limit", type_=Integer)).subquery()
_heads_after = Foreseen(_of_list.join(_first, _first.c.room == rooms.c.name))


class Answer:
    """A response, filled with changes up to its maximum size."""

    def __init__(self) -> None:
        self._rows = self._bytes = 0
        self.changes: list[Change] = []
        self.reads: list[Read] = []
        self.reset: list[str] = []
        self.heads: list[str] = []

    def add(self, part: RoomChange) -> bool:
        """Add the change of a room; return False if it did not fit or is not whole."""
        if self._rows >= sizes.MAX_ROWS:
            return False
        size = part.size + size_of(part.read) + (1 + part.is_head) * size_of(part.room)
        if self.changes and self._bytes + size > sizes.MAX_BYTES:
            return False
        self._bytes += size
        self._rows += part.length
        self.changes.append(part.change)
        self.reads += [part.read] if part.read else []
        self.reset += [part.room] if part.reset else []
        self.heads += [part.room] if part.is_head else []
        return part.whole

    def messages(self) -> list[Message]:
        """Return the messages in all changes."""
        return [message for change in self.changes for message in change.get("messages", ())]

    def fitting(self) -> int:
        """Return about how many more rows fit, by the sizes of those that are here."""
        if not self._rows:
            return sizes.FIRST_ROWS
        return 1 + min(sizes.MAX_ROWS - self._rows, (sizes.MAX_BYTES - self._bytes) * self._rows // self._bytes)


def _is_first(p: Sync) -> bool:
    return not p.after


@query("sync", may=access.anyone, aligned=_is_first, scope="read", scoped=True)
def sync(act: Act, p: Sync, _: None) -> SyncPage:
    """Return the changes since these revs in your own room and the rooms you belong to, a page of rooms at a time.

    Start with an empty ``after``, then pass the ``until`` of each response, until it is null. In ``revs``, give the
    revs of the rooms after ``after`` (and up to ``until`` if you give it); in the first call, also those of your own
    room and the ``open`` ones. With ``newest`` it is rejected as ``diverged`` if a backup was put back: then discard
    what you have of all rooms. Without ``after``, give the revs of all your rooms, and repeat while there is ``more``.
    """
    require_history(act.db, p.newest)
    answer = Answer()
    with ahead.reading(act.db, list(_asked_first(act, p))):
        until, more = _fill(answer, act, p)
    return {
        "changes": answer.changes,
        "reads": answer.reads,
        "reset": answer.reset,
        "heads": answer.heads,
        "more": more,
        "until": until,
        "epoch": act.server.epoch,
        "mine": mine(act, answer.messages()),
    }


def _asked_first(act: Act, p: Sync) -> Iterator[Asked]:
    """Yield what every page begins with."""
    done, me = p.after or "", act.me.username
    if not done:
        yield _head, {"me": me}
        yield _heads_of, {"me": me, "names": packed(p.open)}
    yield _heads_after, _block_given(act, done, p.until, _first_block(p))


def _block_given(act: Act, after: str, until: str | None, size: int) -> dict[str, Any]:
    return {"me": act.me.username, "after": after, "until": LAST if until is None else until, "limit": size}


def _first_block(p: Sync) -> int:
    """Return how many rooms are looked for at first."""
    return max(FIRST_BLOCK, min(len(p.revs), sizes.MAX_ROOMS))


def _fill(answer: Answer, act: Act, p: Sync) -> tuple[str | None, bool]:
    """Add the changes that fit; return the last room name covered, and whether there are more."""
    done = p.after or ""
    first = [] if done else _open_heads(act, p.open)
    if not done and not _add_own(answer, act, p):
        return done, True
    for _, part in changes(act, first, p.revs, answer.fitting):
        if part and not answer.add(part):
            return done, True
    limit = None if p.after is None else sizes.MAX_ROOMS
    heads = islice(_heads(act, done, p.until, _first_block(p)), limit)
    count, revs = 0, {**p.revs, **dict(first)}
    for room, part in changes(act, heads, revs, answer.fitting, _all if p.heads else _threads):
        if part and not answer.add(part):
            return done, True
        done, count = room, count + 1
    return (done, True) if count == limit else (p.until, False)


def _all(_room: str) -> bool:
    return True


def _threads(room: str) -> bool:
    return names.kind(room) == "thread"


def _is_for(act: Act, room: str) -> bool:
    """Return whether a room is one of those that a program's key is for."""
    return act.me.scope is None or act.me.scope.has(room)


def _add_own(answer: Answer, act: Act, p: Sync) -> bool:
    """Add the changes of the caller's own room; return False if more pieces follow."""
    me = act.me.username
    (head,) = map(Head._make, _head.tuples(act.db, {"me": me}))
    known = p.revs.get(me, 0)
    return known == head.rev or answer.add(kept(own(act, head, known), act.me))


def _open_heads(act: Act, given: Iterable[str]) -> list[Head]:
    """Return those of these rooms that are on the person's list, and those threads that they may read."""
    rows = _heads_of.tuples(act.db, {"me": act.me.username, "names": packed(given)})
    return sorted(head for head in map(Head._make, rows) if _is_for(act, head.room))


def _heads(act: Act, after: str, until: str | None, size: int) -> Iterator[Head]:
    """Yield the rooms on the person's list after a name, and the threads that they follow, ordered by bytes.

    Closed conversations are not among them. They are read in growing blocks, from ``size`` on, because a response may
    have room for a few, or for all of them.
    """
    while True:
        given = _block_given(act, after, until, size)
        block = sorted(map(Head._make, _heads_after.tuples(act.db, given)))
        yield from (head for head in block if _is_for(act, head.room))
        if len(block) < size:
            return
        after, size = block[-1].room, 2 * size
