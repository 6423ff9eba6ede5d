"""Runs handlers in tasks, beside each other."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from chatrooms.wire import failures


class Workers:
    """Runs work of clients in tasks, up to ``most`` at the same time for each client."""

    def __init__(self, start: Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]], most: int) -> None:
        self._start, self._most = start, most
        self._busy: dict[str, set[asyncio.Task[None]]] = {}

    async def run(self, client: str, work: Coroutine[Any, Any, None]) -> None:
        """Start ``work``, as soon as fewer than ``most`` of the client are running."""
        try:
            while len(busy := self._busy.setdefault(client, set())) >= self._most:
                await asyncio.wait(busy, return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            work.close()
            raise
        task = self._start(_reported(work))
        busy.add(task)
        task.add_done_callback(lambda done: self._done(client, done))
        await asyncio.sleep(0)  # it begins: what it sends to a slow client counts before the next event is received

    def _done(self, client: str, task: asyncio.Task[None]) -> None:
        self._busy[client].discard(task)
        if not self._busy[client]:
            del self._busy[client]


async def _reported(work: Coroutine[Any, Any, None]) -> None:
    try:
        await work
    except Exception:
        failures.report("a handler failed")
