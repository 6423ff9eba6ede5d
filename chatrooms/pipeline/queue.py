"""What wakes the runner of jobs."""

from __future__ import annotations

import asyncio
from contextlib import suppress


class Queue:
    """Wakes the runner when a job was enqueued."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Start over, possibly on another event loop."""
        self._news = asyncio.Event()

    def wake(self) -> None:
        """Wake the runner."""
        self._news.set()

    async def wait(self, seconds: float) -> None:
        """Wait until woken, at most ``seconds``."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._news.wait()
        self._news.clear()
