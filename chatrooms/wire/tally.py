"""Logs events that clients can cause at will: the first of a kind, then a count of the others."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter

SECONDS = 60.0


class Tally:
    """Counts by kind what is logged to ``log``. A kind is a text of ours, so that there are few; never input.

    The first of a kind is logged at once. As long as there are more, each ``seconds`` a line says how many. It works in
    any application, whatever its logging; `cli.logs.Repeats` also bounds what libraries log, in the standalone server.
    """

    def __init__(self, log: logging.Logger, seconds: float = SECONDS) -> None:
        self._log, self._seconds = log, seconds
        self._more: Counter[tuple[int, str]] = Counter()
        self._running: dict[tuple[int, str], asyncio.AbstractEventLoop] = {}

    def note(self, level: int, kind: str) -> None:
        """Log ``kind`` or count it; on the event loop."""
        key, loop = (level, kind), asyncio.get_running_loop()
        if self._running.get(key) is loop:
            self._more[key] += 1
        else:
            self._log.log(level, kind)
            self._begin(key, loop)

    def _begin(self, key: tuple[int, str], loop: asyncio.AbstractEventLoop) -> None:
        self._running[key] = loop
        loop.call_later(self._seconds, self._sum_up, key, loop)

    def _sum_up(self, key: tuple[int, str], loop: asyncio.AbstractEventLoop) -> None:
        if self._running.get(key) is not loop:
            return
        more = self._more.pop(key, 0)
        if more:
            level, kind = key
            line = f"{kind}: {more:,} more in {self._seconds:g} s"
            self._log.log(level, line)
            self._begin(key, loop)
        else:
            del self._running[key]
