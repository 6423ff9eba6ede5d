"""What searches cost in PostgreSQL: by the marks of rooms, which decides how these are looked for, and in all."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import Connection, text

from chatrooms.pipeline.act import Act
from chatrooms.pipeline.charges import MOST_COUNTED

SECONDS_TO_COMPARE = 15e-9
"""How long PostgreSQL takes to compare a message with the mark of a room, about."""
SECONDS_OF_ONE = 0.05
"""Beyond a usual search, so much time counts as one more: less than that of this process, as others share in it."""

_POSTED = text(
    "SELECT (SELECT SUM(posted) FROM rooms WHERE name = ANY(CAST(:rooms AS text[]))), (SELECT MAX(key) FROM messages)"
)


class Cost(NamedTuple):
    """The seconds that it takes to look for rooms by their marks: among all messages, and for each key."""

    whole: float
    each: float


def of(db: Connection, rooms: Collection[str]) -> Cost:
    """Return what the marks of rooms cost: PostgreSQL compares all of them with each message in one of these rooms.

    That takes long for many rooms with many messages, and these are soon found by their names, in going through all
    that has the rest. Few are not: then, marks are better. SQLite has no such choice.
    """
    if db.dialect.name == "sqlite":
        return Cost(0, 0)
    posted, newest = db.execute(_POSTED, {"rooms": list(rooms)}).one()
    whole = len(rooms) * float(posted or 0) * SECONDS_TO_COMPARE
    return Cost(whole, whole / (newest or 1))


def charge(act: Act, seconds: float) -> None:
    """Count ``seconds`` beyond those of a usual search as more searches.

    That is what the database worked for the caller meanwhile, or they waited for others who make it work.
    """
    more = min(int(seconds / SECONDS_OF_ONE), MOST_COUNTED)
    if more > 0 and not act.me.host and act.db.dialect.name == "postgresql":
        act.rates.charge("search", act.me.username, act.me.network, more)
