"""Waking the runner of jobs, which waits until one is enqueued."""

from __future__ import annotations

import asyncio
from contextlib import suppress


class Wakeup:
    """Wakes the runner; the jobs themselves are rows of a table."""

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
