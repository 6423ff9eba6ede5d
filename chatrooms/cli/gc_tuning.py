"""Garbage collection that does not block the event loop when there are many long-lived objects.

Objects that survive a full collection, such as thousands of sockets, are frozen (`gc.freeze`), so that the next one
only visits new objects. Reference counting still frees frozen objects. Cycles among them are only collected once their
number has doubled and is large, because that pauses the process for a while.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Iterator
from contextlib import contextmanager

FULL = 2
THRESHOLDS = (10_000, 1, 1)
"""A young collection, which takes about a millisecond, after 10,000 new containers; a full one after 40,000."""
SECONDS_TO_LOOK = 60.0
LEEWAY = 500_000
"""How many containers may be frozen beyond twice those of the last thorough collection; about 50 MB."""


@contextmanager
def collected_in_parts(seconds_to_look: float = SECONDS_TO_LOOK, leeway: int = LEEWAY) -> Iterator[None]:
    """Collect garbage this way inside the context, on the running event loop."""
    before = gc.get_threshold()
    parts = _Parts(seconds_to_look, leeway)
    gc.set_threshold(*THRESHOLDS)
    gc.callbacks.append(parts.collected)
    try:
        yield
    finally:
        gc.callbacks.remove(parts.collected)
        gc.set_threshold(*before)
        gc.unfreeze()
        parts.stop()


class _Parts:
    def __init__(self, seconds_to_look: float, leeway: int) -> None:
        self._seconds_to_look, self._leeway = seconds_to_look, leeway
        self._loop = asyncio.get_running_loop()
        self._freeze()  # without looking first: what a program imports before it serves leaves hardly any garbage

    def collected(self, phase: str, info: dict[str, int]) -> None:
        if phase == "stop" and info["generation"] == FULL:
            gc.freeze()

    def stop(self) -> None:
        self._timer.cancel()

    def _thorough(self) -> None:
        gc.unfreeze()
        gc.collect()
        self._freeze()

    def _freeze(self) -> None:
        gc.freeze()
        gc.collect()  # resets CPython's count of survivors to 0: the next full collection waits for a quarter of it
        self._most = 2 * gc.get_freeze_count() + self._leeway
        self._timer = self._loop.call_later(self._seconds_to_look, self._look)

    def _look(self) -> None:
        if gc.get_freeze_count() > self._most:
            self._thorough()
        else:
            self._timer = self._loop.call_later(self._seconds_to_look, self._look)
