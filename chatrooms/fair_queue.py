"""Fair queueing: slow work, little at a time, address by address, so that no one who queues a lot delays all others.

The networks of an IPv6 /48, which one customer can have, share the turns of one address.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, TypeVar

from chatrooms.errors import RateLimited
from chatrooms.wire.networks import circles

T = TypeVar("T")

SECONDS_TO_RETRY = 5


class FairQueue:
    """Gives ``at_once`` callers a turn at a time; the others wait, address by address, the oldest of each first.

    At most ``waiting`` of each person wait; ``busy`` is what the next one reads. At most ``of_one`` of an address have
    a turn at a time, if that is given, and half of all of an IPv6 /48, so that there are turns for others however long
    it takes.
    """

    def __init__(self, at_once: int, waiting: int, busy: str, *, of_one: int | None = None) -> None:
        self._free, self._most, self._busy = at_once, waiting, busy
        self._most_having = (of_one, max(of_one, at_once // 2)) if of_one else (at_once, at_once)
        self._having = Counter[str]()
        self._waiting: dict[str, dict[str, deque[tuple[str, asyncio.Future[None]]]]] = {}

    @asynccontextmanager
    async def turn(self, network: str, person: str) -> AsyncIterator[None]:
        """Wait for a turn and have it; raises `RateLimited` if the person already waits for several."""
        await self._acquire(network, person)
        try:
            yield
        finally:
            self._release(network)

    async def run(self, network: str, person: str, work: Callable[[], Awaitable[T]]) -> T:
        """Return what ``work`` returns, for which nobody may wait any more: it has its turn until it ends."""
        async with AsyncExitStack() as turns:
            await turns.enter_async_context(self.turn(network, person))
            working = asyncio.ensure_future(_within(turns.pop_all(), work))
        working.add_done_callback(_noted)
        return await asyncio.shield(working)

    async def _acquire(self, network: str, person: str) -> None:
        if self._free and self._may(network):
            self._take(network)
            return
        waiting = (who for queues in self._waiting.values() for queue in queues.values() for who, _ in queue)
        if sum(who == person for who in waiting) >= self._most:
            raise RateLimited(self._busy, retry_after=SECONDS_TO_RETRY)
        mine: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        around = circles(network)[-1]
        self._waiting.setdefault(around, {}).setdefault(network, deque()).append((person, mine))
        try:
            await mine
        except asyncio.CancelledError:
            if not mine.cancelled():  # it got its turn just before
                self._release(network)
            raise

    def _may(self, network: str) -> bool:
        """Return whether an address, and the networks around it, have less than they may."""
        return all(self._having[each] < most for each, most in zip(circles(network), self._most_having, strict=False))

    def _take(self, network: str) -> None:
        self._free -= 1
        self._having.update(circles(network))

    def _release(self, network: str) -> None:
        """Give the turn to the next address."""
        self._free += 1
        self._having.subtract(circles(network))
        for each in circles(network):
            if not self._having[each]:
                del self._having[each]
        while self._free and (following := self._next()):
            address, mine = following
            if not mine.cancelled():
                self._take(address)
                mine.set_result(None)

    def _next(self) -> tuple[str, asyncio.Future[None]] | None:
        """Take the oldest of the next address that may have a turn; None if there is none."""
        found = ((around, each) for around, queues in self._waiting.items() for each in queues if self._may(each))
        if (following := next(found, None)) is None:
            return None
        around, network = following
        queues = self._waiting.pop(around)
        queue = queues.pop(network)
        _, mine = queue.popleft()
        if queue:
            queues[network] = queue  # behind the other addresses, here and below
        if queues:
            self._waiting[around] = queues
        return network, mine


async def _within(turns: AsyncExitStack, work: Callable[[], Awaitable[T]]) -> T:
    async with turns:
        return await work()


def _noted(working: asyncio.Future[Any]) -> None:
    """Note that work failed, which those know already who waited for it."""
    if not working.cancelled():
        working.exception()
