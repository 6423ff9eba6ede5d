"""Who receives events, and whose sockets they move."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from chatrooms import names
from chatrooms.events import Align, Change, Event
from chatrooms.types import MAX_SEQ

MOVING = frozenset({"memberships", "follows"})
"""The tables of a person's own room that decide which rooms their sockets are in."""
BEYOND = MAX_SEQ
"""A rev that no room reaches: every client takes a change of this rev for one after a gap, and calls `sync`."""


@lru_cache(maxsize=10_000)
def receiving(room: str) -> tuple[str, ...]:
    """Return the Socket.IO rooms whose sockets receive all of a change or signal of ``room``."""
    people = names.recipients(room)
    return (*people, *map(names.reading, people)) if names.kind(room) == "conversation" else people


def moved_by(event: Event) -> Iterator[str]:
    """Yield whose sockets an event moves into or out of rooms, if they have any."""
    if isinstance(event, Align):
        yield event.username
    elif isinstance(event, Change):
        yield from (row["username"] for row in event.rows.get("members", ()))
        if not MOVING.isdisjoint(event.rows):
            yield event.room
