"""Fair queueing: slow work, little at a time, address by address, so that no one who queues a lot delays all others."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from chatrooms.errors import RateLimited

SECONDS_TO_RETRY = 5


class FairQueue:
    """Gives ``at_once`` callers a turn at a time; the others wait, address by address, the oldest of each first.

    At most ``waiting`` of each person wait; ``busy`` is what the next one reads.
    """

    def __init__(self, at_once: int, waiting: int, busy: str) -> None:
        self._free, self._most, self._busy = at_once, waiting, busy
        self._waiting: dict[str, deque[tuple[str, asyncio.Future[None]]]] = {}

    @asynccontextmanager
    async def turn(self, network: str, person: str) -> AsyncIterator[None]:
        """Wait for a turn and have it; raises `RateLimited` if the person already waits for several."""
        await self._acquire(network, person)
        try:
            yield
        finally:
            self._release()

    async def _acquire(self, network: str, person: str) -> None:
        if self._free:
            self._free -= 1
            return
        if sum(who == person for queue in self._waiting.values() for who, _ in queue) >= self._most:
            raise RateLimited(self._busy, retry_after=SECONDS_TO_RETRY)
        mine: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(network, deque()).append((person, mine))
        try:
            await mine
        except asyncio.CancelledError:
            if not mine.cancelled():  # it got its turn just before
                self._release()
            raise

    def _release(self) -> None:
        """Give the turn to the next address."""
        while self._waiting:
            network = next(iter(self._waiting))
            queue = self._waiting.pop(network)
            _, next_one = queue.popleft()
            if queue:
                self._waiting[network] = queue  # behind the other addresses
            if not next_one.cancelled():
                next_one.set_result(None)
                return
        self._free += 1
