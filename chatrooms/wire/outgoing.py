"""One write for everything that is sent to a WebSocket in a round of the event loop."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from weakref import WeakKeyDictionary

WRITES = 250
"""Sockets that are written to in one round, of those in a hurry and of the others; it takes at most 2 ms for each."""
STEP = 2 * 1024 * 1024
"""Bytes that are written in one round, of each too."""

Write = Callable[[], int]
"""Writes what is collected for a socket and returns its bytes; 0 if there is nothing any more."""


class Outgoing:
    """The sockets of an event loop for which something is collected.

    What only a few sockets receive, such as an acknowledgement, does not wait behind what a whole room receives.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._soon: deque[Write] = deque()
        self._later: deque[Write] = deque()
        self._scheduled = False

    def add(self, write: Write, *, soon: bool) -> None:
        """Call ``write`` in the next round; if many sockets are to be written to, in one of the next rounds."""
        (self._soon if soon else self._later).append(write)
        if not self._scheduled:
            self._scheduled = True
            self._loop.call_soon(self._round)

    def _round(self) -> None:
        try:
            _write(self._soon)
            _write(self._later)
        finally:
            self._scheduled = bool(self._soon or self._later)
            if self._scheduled:
                self._loop.call_soon(self._round)


def _write(waiting: deque[Write]) -> None:
    """Write to the sockets that have waited longest, as many as one round allows."""
    writes, room = WRITES, STEP
    while waiting and writes and room > 0:
        if size := waiting.popleft()():
            writes -= 1
            room -= size


_of: WeakKeyDictionary[asyncio.AbstractEventLoop, Outgoing] = WeakKeyDictionary()


def of(loop: asyncio.AbstractEventLoop) -> Outgoing:
    """Return what all connections of a loop share."""
    return _of.get(loop) or _of.setdefault(loop, Outgoing(loop))
