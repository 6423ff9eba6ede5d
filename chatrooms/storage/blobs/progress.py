"""The progress of work that may take long, but not stand still."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine
from typing import Any


class Progress:
    """When work last moved on; it has all the time until it begins."""

    def __init__(self) -> None:
        self._at: float | None = None
        self._given_up = False

    def note(self) -> None:
        """Note that it moves on, from any thread; raises ``OSError`` once nobody waits for it any more."""
        if self._given_up:
            raise OSError("it took too long")
        self._at = time.monotonic()

    async def follow(self, work: Coroutine[Any, Any, None], seconds: float) -> None:
        """Wait for ``work``; raises ``TimeoutError`` if it does not move on for some seconds."""
        working, left = asyncio.create_task(work), seconds
        try:
            while left > 0:
                await asyncio.wait([working], timeout=left)
                if working.done():
                    return working.result()
                left = seconds if self._at is None else self._at + seconds - time.monotonic()
        finally:
            self._given_up = True
            working.cancel()
        raise TimeoutError
