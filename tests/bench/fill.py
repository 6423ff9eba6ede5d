"""Rooms full of messages, written straight into a SQLite file of ours."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from chatrooms.clock import now

ROOM = """
INSERT INTO rooms (name, title, topic, access, created_by, created_at, archived, rev, counter, posted)
VALUES (:room, '', '', 'open', :owner, :now, 0, 1, :size + 2, :size)
"""
MEMBER = """
INSERT INTO members (room, username, role, since, gone, rev, person_rev)
VALUES (:room, :owner, 'owner', :now, 0, 2, (SELECT counter FROM rooms WHERE name = :owner))
"""
PERSON = "UPDATE rooms SET counter = counter + 1 WHERE name = :owner"
MESSAGES = """
WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < :size)
INSERT INTO messages (id, room, seq, rev, number, author, text, at, deleted)
SELECT printf('%08x-0000-4000-8000-%012d', :salt, n), :room, n + 2, n + 2, n, :owner,
       printf('%-80s', 'message ' || n), :now, 0
FROM numbers
"""


def fill(directory: Path, sizes: dict[str, int], owner: str) -> None:
    """Create rooms with a number of messages by ``owner``, and sync to disk once at the end."""
    database = sqlite3.connect(directory / "chatrooms.sqlite3")
    try:
        database.execute("PRAGMA synchronous = OFF")
        database.execute("PRAGMA cache_size = -500000")
        for salt, (room, size) in enumerate(sizes.items()):
            given = {"room": room, "size": size, "owner": owner, "now": now(), "salt": salt}
            with database:
                for statement in (ROOM, PERSON, MEMBER, MESSAGES):
                    database.execute(statement, given)
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        database.close()


PEOPLE = """
WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < :count),
words(n, first, last) AS (
    SELECT n, :names ->> ('$[' || (n % 20) || ']'), :names ->> ('$[' || (n / 20 % 20) || ']') || n FROM numbers
)
INSERT INTO {table} SELECT {columns} FROM words
"""
NAMES = (
    '["ada", "ben", "cara", "dan", "eva", "finn", "gina", "hugo", "ida", "jon", "kim", "lea", "max", "nora", '
    '"otto", "pia", "quin", "rosa", "sam", "tina"]'
)
OF_PEOPLE = {
    "rooms (name, title, topic, access, created_by, created_at, archived, rev, counter, posted)": (
        "first || '.' || last, '', '', 'personal', 'system', :now, 0, 1, 3, 0"
    ),
    "users (username, skeleton, name, about, words, created_at, rev)": (
        "first || '.' || last, n, first, '', ' ' || first || '.' || last || ' ' || first, :now, 1"
    ),
    "members (room, username, role, since, gone, rev, person_rev)": (
        "'#lobby', first || '.' || last, 'member', :now, 0, n + 1, 2"
    ),
}

ROOMS = """
INSERT INTO rooms (name, title, topic, access, created_by, created_at, archived, rev, counter, posted, members)
VALUES (:room, :room, '', 'open', :owner, :now, 0, 3, 3, 0, 2)
"""
MEMBERS = """
INSERT INTO members (room, username, role, since, gone, rev, person_rev)
VALUES (:room, :person, 'member', :now, 0, :rev, (SELECT counter FROM rooms WHERE name = :person))
"""
READS = """
INSERT INTO reads (username, room, seq, number, rev)
VALUES (:person, :room, 0, 0, (SELECT counter FROM rooms WHERE name = :person))
"""
TALK = """
WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < :count)
INSERT INTO messages (id, room, seq, rev, number, author, text, at, deleted)
SELECT lower(hex(randomblob(4)) || '-0000-4000-8000-' || hex(randomblob(6))), name, counter + n, counter + n,
       posted + n, created_by, printf('%-40s', 'message ' || n), :now, 0
FROM rooms CROSS JOIN numbers WHERE access = 'open' AND name != '#lobby'
"""
COUNT = """
UPDATE rooms SET counter = counter + :count, posted = posted + :count WHERE access = 'open' AND name != '#lobby'
"""


def belong(database: sqlite3.Connection, rooms: list[str], *people: str) -> None:
    """Create rooms of the last of these people, to which all of them belong and which they have not read."""
    for room in rooms:
        given = {"room": room, "owner": people[-1], "now": now()}
        database.execute(ROOMS, given)
        for rev, person in enumerate(people, 2):
            database.execute("UPDATE rooms SET counter = counter + 1 WHERE name = ?", (person,))
            database.execute(MEMBERS, {**given, "person": person, "rev": rev})
            database.execute(READS, {**given, "person": person})
    database.commit()


def crowd(database: sqlite3.Connection, count: int) -> None:
    """Add so many people with usual names, who all belong to the lobby."""
    for table, columns in OF_PEOPLE.items():
        database.execute(PEOPLE.format(table=table, columns=columns), {"count": count, "names": NAMES, "now": now()})
    database.execute("UPDATE rooms SET members = members + ?1, counter = counter + ?1 WHERE name = '#lobby'", (count,))
    database.commit()


def talk(database: sqlite3.Connection, count: int) -> None:
    """Post so many messages of its owner in each open room but the lobby."""
    for statement in (TALK, COUNT):
        database.execute(statement, {"count": count, "now": now()})
    database.commit()
