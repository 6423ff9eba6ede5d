"""Crowds of people and rooms, written straight into the SQLite file of a test's server."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from chatrooms import clock, names

ROOM = """
INSERT INTO rooms (name, title, topic, access, created_by, created_at, archived, rev, counter, posted, members)
VALUES (?, ?, '', ?, ?, ?, 0, 1, 1, 0, ?)
"""
PERSON = "INSERT INTO users (username, skeleton, name, about, words, created_at, rev) VALUES (?, ?, ?, '', ?, ?, 1)"
MEMBER = """
INSERT INTO members (room, username, role, since, gone, rev, person_rev) VALUES (?, ?, 'member', ?, 0, ?, ?)
"""
READ = "INSERT INTO reads (username, room, seq, number, rev) VALUES (?, ?, 0, 0, ?)"
COUNTER = "UPDATE rooms SET counter = counter + 1 WHERE name = ? RETURNING counter"


def people_in_lobby(data: Path, people: Iterable[tuple[str, str]]) -> None:
    """Add people, given as username and display name, to the lobby."""
    now = clock.now()
    with closing(sqlite3.connect(data / "chatrooms.sqlite3")) as database, database:
        [rev] = database.execute(COUNTER, ["#lobby"]).fetchone()
        for username, name in people:
            database.execute(ROOM, [username, "", "personal", username, now, 0])
            database.execute(PERSON, [username, username, name, names.words(username, name), now])
            database.execute(MEMBER, ["#lobby", username, now, rev, 1])
        count = "SELECT count(*) FROM members WHERE room = '#lobby' AND NOT gone"
        database.execute(f"UPDATE rooms SET rev = ?, members = ({count}) WHERE name = '#lobby'", [rev])


def rooms_of(data: Path, username: str, rooms: Iterable[tuple[str, str]]) -> None:
    """Create rooms, given as name and title, with one member, who exists."""
    now = clock.now()
    with closing(sqlite3.connect(data / "chatrooms.sqlite3")) as database, database:
        for name, title in rooms:
            [rev] = database.execute(COUNTER, [username]).fetchone()
            database.execute(ROOM, [name, title, "open", username, now, 1])
            database.execute(MEMBER, [name, username, now, 1, rev])
            database.execute(READ, [username, name, rev])
