"""Databases with conversations and rooms that are in use already: made by the application, filled by SQL."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterable
from pathlib import Path

from chatrooms.app import Chatrooms
from chatrooms.clock import now
from chatrooms.settings import Settings

GENEROUS = "1000000/second"
CONVERSATIONS, ROOMS = "name LIKE '%+%'", "name LIKE '#room%'"
MESSAGES = """
WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < :count)
INSERT INTO messages (id, room, seq, rev, number, author, text, at, deleted)
SELECT printf('%08x-0000-7000-8000-%012x', n, rooms.rowid), name, counter + n, counter + n, posted + n, :author,
       printf('%-80s', 'message ' || n), :now, 0
FROM numbers CROSS JOIN rooms WHERE {which}
"""
COUNTED = "UPDATE rooms SET counter = counter + :count, posted = posted + :count WHERE {which}"


def converse(directory: Path, pairs: Iterable[tuple[str, str]]) -> None:
    """Let each of these write a message to the other."""
    asyncio.run(_run(directory, [("message.post", one, {"room": other, "text": "hello"}) for one, other in pairs]))


def create(directory: Path, count: int, owner: str) -> None:
    """Create rooms of ``owner``."""
    asyncio.run(_run(directory, [("room.create", owner, {"name": f"#room{number}"}) for number in range(count)]))


def fill(directory: Path, which: str, count: int, author: str) -> None:
    """Store so many messages in each of the rooms ``which``, with ids that begin with the time, as ours do."""
    database = sqlite3.connect(directory / "chatrooms.sqlite3")
    try:
        database.execute("PRAGMA synchronous = OFF")
        database.execute("PRAGMA cache_size = -500000")
        with database:
            for statement in (MESSAGES, COUNTED):
                database.execute(statement.format(which=which), {"count": count, "author": author, "now": now()})
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        database.close()


async def _run(directory: Path, commands: list[tuple[str, str, dict[str, str]]]) -> None:
    chat = Chatrooms(Settings(data=directory, guests="open", rate_create=GENEROUS, rate_begin=GENEROUS))
    async with chat.lifespan():
        for name, username, params in commands:
            await chat.run(name, params, username=username)
