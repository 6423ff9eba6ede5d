"""One write for everything that is sent to a WebSocket in a round of the event loop."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Protocol
from weakref import WeakKeyDictionary

from chatrooms.wire.message import Hurry

WRITES = 250
"""Sockets that are written to in one round, of those in a hurry and of the others; it takes at most 2 ms for each."""
STEP = 2 * 1024 * 1024
"""Bytes that are written in one round, of each too."""
SECONDS_TO_GATHER = 0.02
"""How long what may be left out waits for more, if it goes to a crowd."""


class Collector(Protocol):
    """A socket for which something is collected."""

    def write_collected(self) -> int:
        """Write it, and return its bytes; 0 if there is nothing any more."""


class Outgoing:
    """The sockets of an event loop for which something is collected.

    What only a few sockets receive, such as an acknowledgement, does not wait behind what a whole room receives; and
    what may be left out, such as that somebody types, is gathered: many do so at the same time.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._gathered, self._later, self._soon = deque[Collector](), deque[Collector](), deque[Collector]()
        self._waiting = (self._gathered, self._later, self._soon)  # by `Hurry`
        self._scheduled = False

    def add(self, collector: Collector, hurry: Hurry) -> None:
        """Write to a socket in the next round; if there are many, in one of the next rounds."""
        waiting = self._waiting[hurry]
        waiting.append(collector)
        if len(waiting) == 1:  # otherwise it is scheduled
            self._schedule(hurry)

    def _schedule(self, hurry: Hurry) -> None:
        if hurry is Hurry.GATHERED:
            self._loop.call_later(SECONDS_TO_GATHER, self._release)
        elif not self._scheduled:
            self._scheduled = True
            self._loop.call_soon(self._round)

    def _release(self) -> None:
        self._later.extend(self._gathered)
        self._gathered.clear()
        self._schedule(Hurry.LATER)

    def _round(self) -> None:
        try:
            _write(self._soon)
            _write(self._later)
        finally:
            self._scheduled = False
            if self._soon or self._later:
                self._schedule(Hurry.LATER)


def _write(waiting: deque[Collector]) -> None:
    """Write to the sockets that have waited longest, as many as one round allows."""
    writes, room = WRITES, STEP
    while waiting and writes and room > 0:
        if size := waiting.popleft().write_collected():
            writes -= 1
            room -= size


_of: WeakKeyDictionary[asyncio.AbstractEventLoop, Outgoing] = WeakKeyDictionary()


def of(loop: asyncio.AbstractEventLoop) -> Outgoing:
    """Return what all connections of a loop share."""
    return _of.get(loop) or _of.setdefault(loop, Outgoing(loop))
