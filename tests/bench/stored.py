"""Databases with conversations and rooms that are in use already: made by the application, filled by SQL."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterable
from pathlib import Path

from sqlalchemy import create_engine

from chatrooms.app import Chatrooms
from chatrooms.clock import now
from chatrooms.features.search import index, indexing
from chatrooms.settings import DATABASE, Settings

GENEROUS = "1000000/second"
CONVERSATIONS, ROOMS = "name LIKE '%+%'", "name LIKE '#room%'"
MESSAGES = """
WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < :count)
INSERT INTO messages (id, room, seq, rev, number, author, text, at, deleted)
SELECT printf('%08x-0000-7000-8000-%012x', n, rooms.rowid), name, counter + n, counter + n, posted + n, :author,
       printf('%-80s', 'message ' || n), :now, 0
FROM numbers CROSS JOIN rooms WHERE {which}
"""
KEYED = "SELECT key, room, author, text FROM messages WHERE key >= ? AND key < ? ORDER BY key DESC"
BATCH = 20_000
COUNTED = "UPDATE rooms SET counter = counter + :count, posted = posted + :count WHERE {which}"

ABOVE = """
CREATE TEMPORARY TABLE above AS
SELECT id, room || '/' || seq AS thread, row_number() OVER (ORDER BY id) AS n FROM messages
WHERE room LIKE '#room%' AND instr(room, '/') = 0 LIMIT :count
"""
THREADS = (
    """
    INSERT INTO rooms (name, title, topic, access, created_by, created_at, archived, rev, counter, posted)
    SELECT thread, '', '', 'thread', :owner, :now, 0, 1, 1, 1 FROM above
    """,
    """
    INSERT INTO messages (id, room, seq, rev, number, author, text, at, deleted)
    SELECT printf('%08x-0000-7000-9000-000000000000', n), thread, 1, 1, 1, :owner, 'a reply', :now, 0 FROM above
    """,
    """
    INSERT INTO threads (message, room, replies, last_at, people) SELECT id, thread, 1, :now, json_array(:owner)
    FROM above
    """,
    """
    INSERT INTO follows (username, room, message, at, gone, rev)
    SELECT :owner, thread, id, :now, 0, counter + n FROM above JOIN rooms ON name = :owner
    """,
    """
    INSERT INTO reads (username, room, seq, number, rev)
    SELECT :owner, thread, 0, 0, counter + n FROM above JOIN rooms ON name = :owner
    """,
    "UPDATE rooms SET counter = counter + (SELECT count(*) FROM above) WHERE name = :owner",
    "DROP TABLE above",
)


def converse(directory: Path, pairs: Iterable[tuple[str, str]]) -> None:
    """Let each of these write a message to the other."""
    asyncio.run(_run(directory, [("message.post", one, {"room": other, "text": "hello"}) for one, other in pairs]))


def create(directory: Path, count: int, owner: str) -> None:
    """Create rooms of ``owner``."""
    asyncio.run(_run(directory, [("room.create", owner, {"name": f"#room{number}"}) for number in range(count)]))


def fill(directory: Path, which: str, count: int, author: str) -> None:
    """Store so many messages in each of the rooms ``which``, with ids that begin with the time, as ours do."""
    database = sqlite3.connect(directory / DATABASE)
    try:
        database.execute("PRAGMA synchronous = OFF")
        database.execute("PRAGMA cache_size = -500000")
        with database:
            for statement in (MESSAGES, COUNTED):
                database.execute(statement.format(which=which), {"count": count, "author": author, "now": now()})
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        database.close()
    indexed(directory / DATABASE)


def indexed(file: Path) -> None:
    """Let searches find all messages, so that no job of the server does it while it is measured."""
    engine = create_engine(f"sqlite:///{file}")
    with engine.begin() as db:
        low, high, _ = index.limits(db)
        last = db.exec_driver_sql("SELECT max(key) FROM messages").scalar_one()
    for first in range(high, last + 1, BATCH):
        with engine.begin() as db:
            found = db.exec_driver_sql(KEYED, (first, first + BATCH)).mappings()
            index.put_all(db, [(row["key"], indexing.entry(row)) for row in found])
            index.set_limits(db, low, min(first + BATCH, last + 1))
    with engine.begin() as db:
        while index.merge(db):
            pass
    engine.dispose()


def follow(directory: Path, count: int, owner: str) -> None:
    """Make threads with a reply under so many messages in the rooms of `create`, all followed by ``owner``."""
    database = sqlite3.connect(directory / DATABASE)
    try:
        with database:
            for statement in (ABOVE, *THREADS):
                database.execute(statement, {"count": count, "owner": owner, "now": now()})
    finally:
        database.close()


async def _run(directory: Path, commands: list[tuple[str, str, dict[str, str]]]) -> None:
    chat = Chatrooms(Settings(data=directory, guests="open", requests=False, rate_create=GENEROUS, rate_begin=GENEROUS))
    async with chat.lifespan():
        for name, username, params in commands:
            await chat.run(name, params, username=username)
