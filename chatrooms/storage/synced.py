"""Which rows of the tables clients receive, and how they are found since a rev."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    Table,
    and_,
    bindparam,
    case,
    func,
    null,
    or_,
    select,
    union_all,
)

from chatrooms.storage.expressions import Base
from chatrooms.storage.own_tables import blocks, bookmarks, follows, inbox
from chatrooms.storage.tables import is_message, members, messages, reads, rooms, users

COUNTED = 1000
"""Beyond so many messages after a read position nothing is counted."""

_read = Base(reads.c.room)
_member = (
    select(members.c.room)
    .where(members.c.room == _read, members.c.username == reads.c.username, members.c.gone.is_(False))
    .correlate(reads)
)
_belongs = or_(_read == reads.c.username, _member.exists())
_room = select(rooms.c.counter).where(rooms.c.name == reads.c.room, _belongs).correlate(reads)
_few = select(rooms.c.posted - reads.c.number <= COUNTED).where(rooms.c.name == reads.c.room, _belongs).correlate(reads)
_blocked = select(blocks.c.blocked).where(blocks.c.username == reads.c.username, blocks.c.gone.is_(False))


def _others(*more: ColumnElement[bool]) -> ColumnElement[int]:
    """Count the messages after a read position that are its person's own, deleted, or so.

    A message without text is deleted: `deleted` stands behind the text, which SQLite would have to read first.
    """
    after = messages.c.room == reads.c.room, messages.c.seq > reads.c.seq, is_message
    found = or_(messages.c.author == reads.c.username, messages.c.text.is_(None), *more)
    return select(func.count()).where(*after, found).correlate(reads).scalar_subquery()


_of_blocked = _blocked.where(blocks.c.blocked == messages.c.author).correlate(reads, messages).exists()
_counted = case((_blocked.correlate(reads).exists(), _others(_of_blocked)), else_=_others())
# Who has blocked nobody is counted without a look at each author.
uncounted: ColumnElement[int | None] = case((_few.scalar_subquery(), _counted), else_=null())
"""How many messages after a read position are not unread; null beyond `COUNTED` messages."""
_room_rev = func.coalesce(_room.scalar_subquery(), 0)
_newest = select(messages.c.at).where(messages.c.room == rooms.c.name, is_message)
_posted_at = _newest.order_by(messages.c.seq.desc()).limit(1)


@dataclass(frozen=True)
class Synced:
    """A table whose rows are sent in changes.

    A client that has to reset a room still gets all rows of a ``whole`` table. The rows of a ``personal`` table are
    sent only in personal rooms; with False, only in other rooms. ``computed`` columns are not stored. Of the rows that
    changed since the rev that a client has, the parameter ``known``, it gets those that are ``needed``. ``born`` is the
    rev at which a row was added, of a table whose index of revs has only the rows that changed since.
    """

    table: Table
    room: ColumnElement[str]
    rev: ColumnElement[int]
    columns: tuple[str, ...]
    whole: bool = True
    personal: bool | None = None
    computed: tuple[ColumnElement[Any], ...] = ()
    needed: tuple[ColumnElement[bool], ...] = ()
    born: ColumnElement[int] | None = None

    def select(self) -> Select[Any]:
        """Return a query for the rows as clients receive them, with the ``rev`` of the room that they are sent in."""
        return select(*self.selected)

    @property
    def selected(self) -> tuple[ColumnElement[Any], ...]:
        """Return the columns of rows as clients receive them."""
        return (*(self.table.c[column] for column in self.columns), self.rev.label("rev"), *self.computed)

    def ways(self, known: ColumnElement[int]) -> list[tuple[list[ColumnElement[bool]], ColumnElement[int]]]:
        """Return conditions for rows that changed after ``known``, each with the rev; a row meets one of them."""
        if self.born is None:
            return [([self.rev > known], self.rev)]
        return [
            ([self.born > known, self.rev == self.born], self.born),
            ([self.rev > known, self.rev > self.born], self.rev),
        ]

    def newer(self) -> Select[Any]:
        """Return a query for the first ``limit`` rows of ``room`` that changed after the rev ``known``, by rev."""
        found = self.select().where(self.room == bindparam("room"), *self.needed)
        ways = [_first(found.where(*where), rev) for where, rev in self.ways(bindparam("known"))]
        if len(ways) == 1:
            return ways[0]
        both = union_all(*(select(way.subquery()) for way in ways)).subquery()
        return _first(select(both), both.c.rev)


def _first(found: Select[Any], order: ColumnElement[int]) -> Select[Any]:
    return found.order_by(order).limit(bindparam("limit", type_=Integer))


MESSAGE = (
    *("id", "room", "seq", "number", "author", "kind", "text", "data", "at"),
    *("edited_at", "text_rev", "deleted", "reply_to"),
)
MEMBER = ("room", "username", "role", "since", "gone")
MEMBERSHIP = (*MEMBER, "closed", "favorite", "invited_by", "muted", "muted_until", "request")
RULES = ("posting", "threading", "inviting", "calling", "slow")
ROOM = (
    *("name", "title", "topic", "access", "created_by", "created_at", "archived", "picture", "posted", "members"),
    *RULES,
)
READ = ("username", "room", "seq", "number", "seen_rev")
ITEM = ("id", "kind", "room", "message", "seq", "by", "at", "read", "gone")
BOOKMARK = ("message", "room", "seq", "at", "gone")
FOLLOW = ("username", "room", "message", "at", "gone")
BLOCK = ("blocked", "at", "gone")
USER = ("username", "name", "about", "picture", "created_at", "role")

SYNCED: dict[str, Synced] = {
    "rooms": Synced(
        rooms,
        rooms.c.name,
        rooms.c.rev,
        ROOM,
        computed=(_posted_at.correlate(rooms).scalar_subquery().label("posted_at"),),
    ),
    "users": Synced(users, users.c.username, users.c.rev, USER, personal=True),
    "memberships": Synced(members, members.c.username, members.c.person_rev, MEMBERSHIP, personal=True),
    "members": Synced(members, members.c.room, members.c.rev, MEMBER, whole=False, personal=False),
    "reads": Synced(
        reads,
        reads.c.username,
        reads.c.rev,
        READ,
        personal=True,
        computed=(uncounted.label("uncounted"), _room_rev.label("room_rev")),
    ),
    "inbox": Synced(
        inbox,
        inbox.c.username,
        inbox.c.rev,
        ITEM,
        personal=True,
        # A client that never had an item needs it only while it is unread.
        needed=(or_(and_(inbox.c.read.is_(False), inbox.c.gone.is_(False)), inbox.c.born <= bindparam("known")),),
    ),
    "bookmarks": Synced(bookmarks, bookmarks.c.username, bookmarks.c.rev, BOOKMARK, personal=True),
    "follows": Synced(follows, follows.c.username, follows.c.rev, FOLLOW, personal=True),
    "blocks": Synced(blocks, blocks.c.username, blocks.c.rev, BLOCK, personal=True),
    "messages": Synced(messages, messages.c.room, messages.c.rev, MESSAGE, whole=False, born=messages.c.seq),
}
