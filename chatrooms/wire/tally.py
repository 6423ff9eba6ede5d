"""Logs events that clients can cause at will: the first of a kind, then a count of the others."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter

SECONDS = 60.0
SHOWN = 10
"""How many different clients are named for a kind in `SECONDS`, because anybody can come under any name."""
LONGEST_NAME = 32
"""A longer name is no username, and may be a token by mistake, so it is not logged."""


def who(name: object, address: str) -> str:
    """Return the name that a client gave and its address, for the log."""
    return f"{_shown(name)} from {address or 'a Unix socket'}"


def _shown(name: object) -> str:
    if not isinstance(name, str):
        return "no name"
    return repr(name) if len(name) <= LONGEST_NAME else f"a name of {len(name):,} characters"


class Tally:
    """Counts by kind what is logged to ``log``. A kind is a text of ours, so that there are few; never input.

    The first of a kind is logged at once; with ``whom``, such as `who`, the first `SHOWN` different ones. As long as
    there are more, each ``seconds`` a line says how many. It works in any application, whatever its logging;
    `cli.logs.Repeats` also bounds what libraries log, in the standalone server.
    """

    def __init__(self, log: logging.Logger, seconds: float = SECONDS) -> None:
        self._log, self._seconds = log, seconds
        self._more: Counter[tuple[int, str]] = Counter()
        self._running: dict[tuple[int, str], asyncio.AbstractEventLoop] = {}
        self._named: dict[tuple[int, str], set[str]] = {}

    def note(self, level: int, kind: str, whom: str = "") -> None:
        """Log ``kind``, and ``whom`` it concerns, or count it; on the event loop."""
        key, loop = (level, kind), asyncio.get_running_loop()
        if self._running.get(key) is not loop:
            self._begin(key, loop)
        named = self._named[key]
        if whom in named or len(named) >= SHOWN:
            self._more[key] += 1
        else:
            named.add(whom)
            line = f"{kind}: {whom}" if whom else kind
            self._log.log(level, line)

    def _begin(self, key: tuple[int, str], loop: asyncio.AbstractEventLoop) -> None:
        self._running[key], self._named[key] = loop, set()
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
            self._named[key].add("")  # the kind itself was logged
        else:
            del self._running[key], self._named[key]
