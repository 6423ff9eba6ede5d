"""The time by the database's clock, by which nodes date what they send: their own clocks need not agree."""

from __future__ import annotations

import math
import time

from sqlalchemy import Connection, text

from chatrooms.storage.reader import Reader


class DatabaseClock:
    """How far the database's clock is ahead of this process's, which nobody sets.

    Its ``id`` is that of no other database, and of no copy of this one, however that was made: when PostgreSQL was
    started, which no two have in common, with the numbers of the database and of a table in it. So it is another one
    after each start of PostgreSQL.
    """

    def __init__(self) -> None:
        self._ahead = -math.inf
        self.id = ""

    def now(self) -> float:
        """Return the seconds since 1970 by the database's clock; before `ask`, a time at which nothing is new."""
        return time.monotonic() + self._ahead

    async def ask(self, reader: Reader) -> None:
        """Ask the database for its time and its id. Raises `Unavailable`."""
        begun = time.monotonic()
        at, self.id = await reader.lookup(asked)
        self.take(at, begun, time.monotonic())

    def take(self, at: float, asked: float, answered: float) -> None:
        """Take the time of an answer; a slow one says little, so the estimate moves no further than it has to."""
        self._ahead = min(max(self._ahead, at - answered), at - asked)


def asked(db: Connection) -> tuple[float, str]:
    """Return the time in seconds since 1970, and the id of the clock."""
    at, *numbers = db.execute(_ASK).one()
    return float(at), " ".join(map(str, numbers))


_ASK = text(
    "SELECT extract(epoch FROM clock_timestamp()), extract(epoch FROM pg_postmaster_start_time()), oid,"
    " to_regclass('facts')::oid FROM pg_database WHERE datname = current_database()"
)
