"""Spreads work that many ask for at once over rounds of the event loop."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from weakref import WeakKeyDictionary, WeakValueDictionary

from chatrooms.wire.networks import circles, network

REQUESTS_AT_ONCE = 32
SLICES_AT_ONCE = 4
"""Slices of frames that are read in one round of the event loop, of all connections of a network together."""


class Pacer:
    """Runs at most ``at_once`` pieces of work in each round of the event loop, the others in later rounds, in order."""

    def __init__(self, at_once: int) -> None:
        self._at_once = self._left = at_once
        self._waiting: deque[Callable[[], None]] = deque()
        self._counting = False

    def call(self, work: Callable[[], None]) -> bool:
        """Call ``work`` now, which is the rule, or in a later round; return whether it was now."""
        if not self._counting:
            self._counting = True
            asyncio.get_running_loop().call_soon(self._next)
        if not self._left:
            self._waiting.append(work)
            return False
        self._left -= 1
        work()
        return True

    async def wait(self) -> None:
        """Wait for your turn."""
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.call(lambda: _resolve(turn))
        await turn

    def _next(self) -> None:
        self._left = self._at_once
        while self._waiting and self._left:
            self._left -= 1
            self._waiting.popleft()()
        self._counting = self._left < self._at_once
        if self._counting:
            asyncio.get_running_loop().call_soon(self._next)


_of_slices: WeakKeyDictionary[asyncio.AbstractEventLoop, WeakValueDictionary[str, Pacer]] = WeakKeyDictionary()
_of_requests: WeakKeyDictionary[asyncio.AbstractEventLoop, Pacer] = WeakKeyDictionary()


def of_requests(loop: asyncio.AbstractEventLoop) -> Pacer:
    """Return the pacer that all connections of a loop share, for HTTP requests and handshakes of WebSockets."""
    return _of_requests.get(loop) or _of_requests.setdefault(loop, Pacer(REQUESTS_AT_ONCE))


def of_slices(loop: asyncio.AbstractEventLoop, address: str) -> Pacer:
    """Return the pacer for what the connections of an address have sent and nobody has read yet.

    All networks of an IPv6 /48 share one, because one customer can have them.
    """
    around = circles(network(address))[-1]
    pacers = _of_slices.get(loop) or _of_slices.setdefault(loop, WeakValueDictionary())
    return pacers.get(around) or pacers.setdefault(around, Pacer(SLICES_AT_ONCE))


def _resolve(turn: asyncio.Future[None]) -> None:
    if not turn.done():
        turn.set_result(None)
