"""Keeps Python's collector of cycles from stopping the event loop when there is much that lives long.

What survives a full collection, such as thousands of sockets, is set aside (`gc.freeze`), so that the next one goes
through what is new alone. What is set aside goes by reference counts when it is done with; cycles in it are looked for
only when it has doubled and is large, since that stops everything for a while.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Iterator
from contextlib import contextmanager

FULL = 2
THRESHOLDS = (1000, 10, 2)
"""A full collection after 20,000 new containers: some milliseconds."""
SECONDS_TO_LOOK = 60.0
LEEWAY = 500_000
"""Containers that are set aside beyond twice those of the last thorough collection: some 50 MB."""


@contextmanager
def collected_in_parts(seconds_to_look: float = SECONDS_TO_LOOK, leeway: int = LEEWAY) -> Iterator[None]:
    """Collect like this as long as the event loop runs."""
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
        self._thorough()

    def collected(self, phase: str, info: dict[str, int]) -> None:
        if phase == "stop" and info["generation"] == FULL:
            gc.freeze()

    def stop(self) -> None:
        self._timer.cancel()

    def _thorough(self) -> None:
        gc.unfreeze()
        gc.collect()
        gc.freeze()
        gc.collect()  # of nothing: the next comes when a quarter as much as was found now has survived
        self._most = 2 * gc.get_freeze_count() + self._leeway
        self._timer = self._loop.call_later(self._seconds_to_look, self._look)

    def _look(self) -> None:
        if gc.get_freeze_count() > self._most:
            self._thorough()
        else:
            self._timer = self._loop.call_later(self._seconds_to_look, self._look)
