"""The stored rows, read directly from the SQLite file, and the comparison with a client's state."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson

from chatrooms import clock
from chatrooms.client import Client, RoomState
from chatrooms.storage import synced

PINNED_AT = "CASE WHEN NOT deleted THEN (SELECT pins.at FROM pins WHERE message = id) END AS pinned_at"
MENTIONED = "SELECT username FROM mentions WHERE message = id ORDER BY username"
MENTIONS = f"(SELECT json_group_array(username) FROM ({MENTIONED})) AS mentions"
COLUMNS = ", ".join((*synced.MESSAGE, "rev"))
EXCERPT = "'id', q.id, 'seq', q.seq, 'author', q.author, 'text', substr(q.text, 1, 300)"
OF_REPLY = f"SELECT json_object({EXCERPT}) FROM messages AS q WHERE q.id = messages.reply_to AND q.room = messages.room"
QUOTED = f"CASE WHEN NOT deleted THEN ({OF_REPLY}) END AS quoted"
REACTIONS = "coalesce((SELECT reacted.reactions FROM reacted WHERE message = id), '[]') AS reactions"
SUMMARY = "'replies', t.replies, 'last_at', t.last_at, 'people', json(t.people)"
THREAD = f"(SELECT json_object({SUMMARY}) FROM threads AS t WHERE t.message = id AND t.replies > 0) AS thread"
REFERENCE = "SELECT json_object('id', q.id, 'room', q.room, 'seq', q.seq) FROM messages AS q"
OF_ECHO = f"{REFERENCE} WHERE q.id = messages.reply_to AND q.room <> messages.room"
ECHO = f"CASE WHEN NOT deleted THEN ({OF_ECHO}) END AS echo"
FILE = "'id', f.id, 'name', name, 'type', type, 'size', size, 'picture', json(picture), 'duration', duration"
ADDRESS = "'url', 'files/' || f.id || '/' || name"
"""Of names that need no escapes, as those in the tests that read this."""
ATTACHED = "SELECT * FROM files WHERE files.message = messages.id AND NOT gone ORDER BY place"
FILES = f"(SELECT json_group_array(json_object({FILE}, {ADDRESS})) FROM ({ATTACHED}) AS f) AS files"
PREVIEWS = "'[]' AS previews"
"""The servers of the tests that read this load no links."""
CALL = "SELECT json_object('whom', whom, 'at', calls.at) FROM calls"
CALLS = f"({CALL} WHERE calls.message = messages.id AND NOT deleted) AS calls"
GROUPS = "'[]' AS groups"
"""Nobody makes a group in the tests that read this."""
PARTS = (PINNED_AT, MENTIONS, QUOTED, REACTIONS, THREAD, ECHO, FILES, PREVIEWS, CALLS, GROUPS)
MESSAGE = ", ".join((COLUMNS, *PARTS))
BASE = "substr(f.room, 1, instr(f.room || '/', '/') - 1)"
TRUTHS = ("deleted", "gone", "closed", "favorite", "muted", "archived")

Row = dict[str, Any]


class Stored:
    """The tables of the server whose data is in ``data``."""

    def __init__(self, data: Path) -> None:
        self._db = sqlite3.connect(data / "chatrooms.sqlite3", timeout=30)
        self._db.execute("PRAGMA query_only = ON")
        self._db.row_factory = sqlite3.Row

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def messages(self, room: str | None = None, start: int = 0) -> Iterator[Row]:
        """Return the messages of one or all rooms, ordered by room and seq."""
        where = "WHERE (? IS NULL OR room = ?) AND seq >= ? ORDER BY room, seq"
        return self._rows(f"SELECT {MESSAGE} FROM messages {where}", room, room, start)

    def counters(self) -> dict[str, int]:
        """Return the newest rev of each room."""
        return {row["name"]: row["counter"] for row in self._rows("SELECT name, counter FROM rooms")}

    def room(self, name: str) -> Row:
        """Return a room's row as clients receive it."""
        return next(self._rows(f"SELECT {', '.join(synced.ROOM)}, rev FROM rooms WHERE name = ?", name))

    def members(self, room: str) -> dict[str, Row]:
        """Return the members of a room."""
        columns = ", ".join(synced.MEMBER)
        found = self._rows(f"SELECT {columns}, rev FROM members WHERE room = ? AND NOT gone", room)
        return {row["username"]: row for row in found}

    def memberships(self, username: str) -> dict[str, Row]:
        """Return the rooms on a person's list."""
        columns = ", ".join((*synced.MEMBERSHIP, "person_rev AS rev"))
        found = self._rows(f"SELECT {columns} FROM members WHERE username = ? AND NOT gone AND NOT closed", username)
        return {row["room"]: row for row in found}

    def reads(self, username: str) -> dict[str, Row]:
        """Return a person's read positions."""
        found = self._rows(f"SELECT {', '.join(synced.READ)}, rev FROM reads WHERE username = ?", username)
        return {row["room"]: row for row in found}

    def follows(self, username: str) -> dict[str, Row]:
        """Return the threads that a person follows, also in rooms that they left."""
        columns = ", ".join((*synced.FOLLOW, "rev"))
        found = self._rows(f"SELECT {columns} FROM follows WHERE username = ? AND NOT gone", username)
        return {row["room"]: row for row in found}

    def threads(self, username: str) -> set[str]:
        """Return the threads that a person follows, in rooms that they belong to."""
        belongs = f"EXISTS (SELECT 1 FROM members AS m WHERE m.room = {BASE} AND m.username = ?1 AND NOT m.gone)"
        where = f"username = ?1 AND NOT gone AND ({BASE} = ?1 OR {belongs})"
        return {row["room"] for row in self._rows(f"SELECT room FROM follows AS f WHERE {where}", username)}

    def unread(self, username: str, room: str) -> int:
        """How many messages a person has not read, at most 1000, which stands for more."""
        position = self.reads(username)[room]["number"]
        where = "room = ? AND number > ? AND author <> ? AND NOT deleted"
        query = f"SELECT count(*) AS unread FROM messages WHERE {where}"
        after = self.room(room)["posted"] - position
        return 1000 if after > 1000 else next(self._rows(query, room, position, username))["unread"]

    def waits(self) -> bool:
        """Return whether jobs that messages caused still wait: to send one again, or to follow a thread.

        What is due much later is no part of that, such as looking again for the file of an upload that was given up.
        """
        due = "SELECT count(*) AS jobs FROM jobs WHERE done_at IS NULL AND key <> '' AND due_at < ?"
        return next(self._rows(due, clock.later(timedelta(hours=1))))["jobs"] > 0

    def profile(self, username: str) -> Row:
        """Return a person's profile."""
        return next(
            self._rows(
                "SELECT username, name, about, picture, created_at, role, rev FROM users WHERE username = ?", username
            )
        )

    def _rows(self, query: str, *values: Any) -> Iterator[Row]:
        for row in self._db.execute(query, values):
            yield {key: _value(key, row[key]) for key in row.keys()}  # noqa: SIM118 - a sqlite3.Row


def _value(column: str, stored: Any) -> Any:
    if column in {"mentions", "reactions", "files", "previews", "calls", "groups", "data", "quoted", "thread", "echo"}:
        return stored and orjson.loads(stored)
    return bool(stored) if column in TRUTHS else stored


def differences(client: Client, stored: Stored) -> list[str]:
    """Return the differences between a caught-up client and the stored rows."""
    me = client.username
    pairs = {
        "memberships": (dict(client.memberships), stored.memberships(me)),
        "reads": ({room: _stored(row) for room, row in client.reads.items()}, stored.reads(me)),
        "unread": (
            {room: client.unread(room) for room in client.rooms},
            {room: stored.unread(me, room) for room in client.rooms},
        ),
        "profile": (client.profile, stored.profile(me)),
        "follows": (dict(client.follows), stored.follows(me)),
        "rooms": (set(client.rooms), {me, *stored.memberships(me), *stored.threads(me)}),
    }
    found = [f"{me}, {what}: holds {held}, stored {kept}" for what, (held, kept) in pairs.items() if held != kept]
    counters = stored.counters()
    for name, state in client.rooms.items():
        found += [f"{me} in {name}, {line}" for line in _room(state, stored, counters.get(name, 0))]
    return found


def _stored(read: Any) -> Row:
    return {key: value for key, value in read.items() if key not in ("uncounted", "room_rev")}


def _room(state: RoomState, stored: Stored, counter: int) -> Iterator[str]:
    row = stored.room(state.name)
    posted = row.pop("posted")
    held = {key: value for key, value in (state.room or {}).items() if key not in {"posted", "posted_at"}}
    pairs = {
        "rev": (state.rev, counter),
        "posted": (state.posted, posted),
        "room": (held, row),
        "members": (state.members, stored.members(state.name)),
    }
    yield from (f"{what}: holds {held}, stored {kept}" for what, (held, kept) in pairs.items() if held != kept)
    yield from _messages(list(state.messages.values()), list(stored.messages(state.name, state.complete_from)))


def _messages(held: list[Any], kept: list[Row]) -> Iterator[str]:
    if held == kept:
        return
    first = next((pair for pair in zip(held, kept, strict=False) if pair[0] != pair[1]), None)
    yield f"messages: holds {len(held)}, stored {len(kept)}, first difference {first}"
