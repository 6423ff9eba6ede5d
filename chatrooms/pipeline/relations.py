"""What people are to each other: whether they share a room, and whether one has blocked the other.

A message that was acknowledged reaches all people of its conversation, so one to a person who has blocked its author is
refused, not swallowed. The author learns it only by trying, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Boolean, Connection, bindparam, or_, select

from chatrooms import names
from chatrooms.errors import Forbidden
from chatrooms.pipeline.act import Caller
from chatrooms.storage.expressions import packed, values
from chatrooms.storage.own_tables import blocks
from chatrooms.storage.statements import Prepared
from chatrooms.storage.tables import members, rooms

_mine, _theirs = members.alias(), members.alias()
_together = Prepared(
    select(_mine.c.room)
    .where(
        _mine.c.username == bindparam("me"),
        _theirs.c.username == bindparam("other"),
        _mine.c.room == _theirs.c.room,
        _mine.c.room == rooms.c.name,
        _mine.c.room != bindparam("besides"),
        _mine.c.gone.is_(False),
        _theirs.c.gone.is_(False),
        _mine.c.request.is_(None),
        _theirs.c.request.is_(None),
        _theirs.c.added.is_(False) | bindparam("even_added", type_=Boolean),
        or_(rooms.c.access != "open", _mine.c.invited_by == bindparam("other"), bindparam("even_open", type_=Boolean)),
    )
    .limit(1)
)
_between = Prepared(select(blocks.c.username).where(blocks.c.pair == bindparam("pair"), blocks.c.gone.is_(False)))
_blockers = Prepared(
    select(blocks.c.username).where(
        blocks.c.blocked == bindparam("author"),
        blocks.c.gone.is_(False),
        blocks.c.username.in_(select(values("people").c.value)),
    )
)


def acquainted(
    db: Connection, me: str, other: str, *, besides: str = "", even_added: bool = False, even_open: bool = True
) -> bool:
    """Return whether two people share a room other than ``besides``, or a conversation that both have accepted.

    A room to which anybody but the application added the other person does not count before they have written there,
    ``even_added`` aside: no one is acquainted by what others do. Unless ``even_open``, a room that anybody can join
    does not count either, whatever is written in it, but for one to which the other person invited this one.
    """
    given = {"me": me, "other": other, "besides": besides, "even_added": even_added, "even_open": even_open}
    return _together.one(db, given) is not None


def blocking(db: Connection, me: str, other: str) -> set[str]:
    """Return which of two people have blocked the other."""
    return {row["username"] for row in _between.all(db, {"pair": names.conversation(me, other)})}


def blockers(db: Connection, author: str, people: Iterable[str]) -> set[str]:
    """Return those of some people who have blocked ``author``."""
    return {row["username"] for row in _blockers.all(db, {"author": author, "people": packed(people)})}


def blocked(db: Connection, by: str, people: Iterable[str]) -> set[str]:
    """Return those of some people whom a person has blocked."""
    theirs = blocks.c.username == by, blocks.c.gone.is_(False), blocks.c.blocked.in_(people)
    return set(db.scalars(select(blocks.c.blocked).where(*theirs)))


def require_unblocked(db: Connection, me: Caller, room: str) -> None:
    """Raise `Forbidden` if one of the two people of a conversation, or of one with threads, has blocked the other."""
    for other in names.people(names.base(room)):
        by = set() if me.host or other == me.username else blocking(db, me.username, other)
        if me.username in by:
            raise Forbidden("You have blocked this person. Unblock them to write to them.")
        if by:
            raise Forbidden("This person does not receive messages from you.")


def require_welcome(db: Connection, me: Caller, people: Iterable[str]) -> None:
    """Raise `Forbidden` if one of some people has blocked the caller, who would add them to a room or conversation."""
    if not me.host and blockers(db, me.username, people):
        raise Forbidden("You can't add this person.")
