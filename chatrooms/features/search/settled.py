"""Up to which key messages are settled: with several servers, one with a smaller key can be committed after another."""

from __future__ import annotations

import asyncio

from sqlalchemy import Connection, func, select, text

from chatrooms.pipeline.act import Act
from chatrooms.pipeline.chat import NOBODY, Chat
from chatrooms.storage.tables import messages

LAST = 2**63 - 1
"""The greatest key there can be."""
SECONDS = 1.0
PAUSE = 0.05
"""Seconds between two looks at the transactions that go on; they take a few milliseconds."""

_own = text("SELECT CAST(pg_current_xact_id() AS text)")
_oldest = text("SELECT CAST(pg_snapshot_xmin(pg_current_snapshot()) AS text)")


async def settled(chat: Chat) -> int:
    """Return a key below which no message is still to be committed.

    SQLite has one writer, so that all are settled. In PostgreSQL, a transaction changes a room before it stores a
    message there, and so has its number before the message has its key: once all transactions that had a number when a
    key was the greatest have ended, smaller ones are settled. If one takes long, that is 0.
    """
    if await chat.lookup(_has_one_writer):
        return LAST
    own, key = await chat.change(_newest, NOBODY)
    until = asyncio.get_running_loop().time() + SECONDS
    while await chat.lookup(_first_going) < own:
        if asyncio.get_running_loop().time() > until:
            return 0
        await asyncio.sleep(PAUSE)
    return key


def _newest(act: Act) -> tuple[int, int]:
    """Return the number of this transaction, and a key that is greater than those of all messages that it sees."""
    own = int(act.db.scalars(_own).one())
    return own, (act.db.scalar(select(func.max(messages.c.key))) or 0) + 1


def _first_going(db: Connection) -> int:
    """Return the number of the first transaction that goes on, or of the next one."""
    return int(db.scalars(_oldest).one())


def _has_one_writer(db: Connection) -> bool:
    return db.dialect.name == "sqlite"
