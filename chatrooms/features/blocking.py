"""Blocking people: rows in a person's own room, on all devices; no one else learns of them.

The two can no longer write to each other in their conversation. Whom you have blocked cannot add you to rooms or
conversations, and gives you no items in the inbox. In rooms that you share, clients fold their messages, which are not
unread.
"""

from __future__ import annotations

from functools import partial
from typing import Any, cast

from sqlalchemy import Connection, bindparam, func, insert, select, update
from typing_extensions import TypedDict

from chatrooms import names
from chatrooms.errors import Conflict, Invalid, NotFound
from chatrooms.features import reads as positions
from chatrooms.features.users import Who
from chatrooms.pipeline import people, text_rate
from chatrooms.pipeline.act import Act
from chatrooms.pipeline.chat import NOBODY, Chat
from chatrooms.pipeline.commands import change, own_room
from chatrooms.pipeline.feature import Feature
from chatrooms.pipeline.jobs import Job, JobKind, enqueue
from chatrooms.storage.expressions import Base
from chatrooms.storage.own_rows import Block
from chatrooms.storage.own_tables import blocks
from chatrooms.storage.results import one
from chatrooms.storage.statements import Prepared
from chatrooms.storage.synced import COUNTED, SYNCED
from chatrooms.storage.tables import is_message, members, messages, reads, rooms

MAX_BLOCKS = 1000
COST = 10
AT_ONCE = 5
"""How many read positions one transaction sends again: each takes up to some ms, while other writes wait."""

_theirs = (
    select(messages.c.id)
    .where(messages.c.room == reads.c.room, messages.c.seq > reads.c.seq, is_message)
    .where(messages.c.author == bindparam("author"))
    .correlate(reads)
)
_unread = Prepared(
    select(reads.c.room)
    .join(rooms, rooms.c.name == reads.c.room)
    .join(members, members.c.room == Base(reads.c.room))
    .where(reads.c.username == bindparam("reader"), members.c.username == bindparam("author"))
    .where(rooms.c.posted - reads.c.number <= COUNTED, _theirs.exists())
)
"""Where somebody has not read all messages of another person, among the rooms that both are or were in."""


class OneBlock(TypedDict):
    """Your block of the person as it is now."""

    block: Block


def _another(act: Act, p: Who) -> Block | None:
    """Allow everyone to block any other person."""
    if people.existing(act.db, act.me, p.username) == act.me.username:
        raise Invalid("You can't block yourself.", field="username")
    return _find(act.db, act.me.username, p.username)


def _cost(_p: Who) -> int:
    """Count as many commands, because of the job that follows."""
    return COST


@change("user.block", may=_another, locks=own_room, cost=_cost, repeatable=True, method="block", scope="own")
def block(act: Act, p: Who, before: Block | None) -> OneBlock:
    """Block a person: they can no longer write to you, add you to rooms, or notify you. You can block 1,000.

    They are not told. When they write to you alone, they are refused as ``forbidden``, and so are you until you unblock
    them. In rooms that you share, their messages still come, and clients fold them; they are not unread.
    """
    if before and not before["gone"]:
        return {"block": before}
    mine = blocks.c.username == act.me.username, blocks.c.gone.is_(False)
    if (act.db.scalar(select(func.count()).select_from(blocks).where(*mine)) or 0) >= MAX_BLOCKS:
        raise Conflict(f"You can block at most {MAX_BLOCKS:,} people.", field="username")
    return _put(act, p.username, before, gone=False)


def _blocked(act: Act, p: Who) -> Block:
    """Allow everyone who has blocked the person."""
    found = _find(act.db, act.me.username, p.username)
    if found is None:
        raise NotFound("You have not blocked that person.", field="username")
    return found


@change("user.unblock", may=_blocked, locks=own_room, cost=_cost, repeatable=True, method="unblock", scope="own")
def unblock(act: Act, p: Who, before: Block) -> OneBlock:
    """Unblock a person. Unblocking them again has no effect."""
    return {"block": before} if before["gone"] else _put(act, p.username, before, gone=True)


def _put(act: Act, blocked: str, before: Block | None, *, gone: bool) -> OneBlock:
    text_rate.count(act)
    me = act.me.username
    stored: dict[str, Any] = {"gone": gone, "at": act.now, "rev": act.changes.rev(me)}
    if before:
        act.db.execute(update(blocks).where(blocks.c.username == me, blocks.c.blocked == blocked).values(stored))
    else:
        act.db.execute(
            insert(blocks).values(username=me, blocked=blocked, pair=names.conversation(me, blocked), **stored)
        )
    row = cast(Block, _find(act.db, me, blocked))
    act.changes.add(me, "blocks", row)
    enqueue(act, RECOUNT, f"{me} {blocked} {row['rev']}", {"reader": me, "author": blocked, "rev": row["rev"]})
    return {"block": row}


async def _recount(chat: Chat, job: Job) -> None:
    """Send read positions again, a few at a time: each is counted anew."""
    rooms, me = await chat.scan(partial(_to_recount, **job.data)), job.data["reader"]
    for at in range(0, len(rooms), AT_ONCE):
        await chat.change(partial(positions.recount, username=me, found=rooms[at : at + AT_ONCE]), NOBODY, me)


def _to_recount(db: Connection, reader: str, author: str, rev: int) -> list[str]:
    """Return the rooms where blocking ``author``, or unblocking them, changes what is unread for ``reader``.

    There are none if they have changed it since ``rev``: that has a job of its own.
    """
    block = _find(db, reader, author)
    is_newest = block is not None and block["rev"] == rev
    return [each["room"] for each in _unread.all(db, {"reader": reader, "author": author})] if is_newest else []


RECOUNT = JobKind("blocks.recount", _recount, at_once=2)
"""Sends a person what is unread where somebody writes whom they have blocked, or not any more.

With many rooms, finding and counting that takes longer than anybody's write may wait.
"""


def _find(db: Connection, me: str, blocked: str) -> Block | None:
    found = SYNCED["blocks"].select().where(blocks.c.username == me, blocks.c.blocked == blocked)
    return one(Block, db.execute(found))


FEATURE = Feature(commands=(block, unblock), jobs=(RECOUNT,))
