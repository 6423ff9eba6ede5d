"""The time by the database's clock, by which nodes date what they send: their own clocks need not agree."""

from __future__ import annotations

import math
import time

from sqlalchemy import Connection, extract, func, select

from chatrooms.storage.reader import Reader


class DatabaseClock:
    """How far the database's clock is ahead of this process's, which nobody sets."""

    def __init__(self) -> None:
        self._ahead = -math.inf

    def now(self) -> float:
        """Return the seconds since 1970 by the database's clock; before `ask`, a time at which nothing is new."""
        return time.monotonic() + self._ahead

    async def ask(self, reader: Reader) -> None:
        """Ask the database for its time. Raises `Unavailable`."""
        asked = time.monotonic()
        at = await reader.lookup(_time)
        self.take(at, asked, time.monotonic())

    def take(self, at: float, asked: float, answered: float) -> None:
        """Take the time of an answer; a slow one says little, so the estimate moves no further than it has to."""
        self._ahead = min(max(self._ahead, at - answered), at - asked)


def _time(db: Connection) -> float:
    return float(db.execute(_ASK).scalar_one())


_ASK = select(extract("epoch", func.clock_timestamp()))
