"""Goes round all sessions: drops those that do not read, and leaves no ghost behind."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from chatrooms.wire import failures
from chatrooms.wire.socket import SLOW, Socket

SECONDS = 0.5
SECONDS_TO_GHOSTS = 30.0
SLICE = 500
LOOKS_FOR_AN_END = 100
"""What ending a session costs, in looks: many that are late at once do not stop the event loop."""


class Patrol:
    """A task that looks at every session twice a second, in slices, and for ghosts every half a minute.

    A ghost is a session that ended so long ago that whatever it waits for (a connect handler) will not come.
    ``haunted`` is called at each look for ghosts, for whoever keeps books about sessions.
    """

    def __init__(self, sockets: dict[str, Socket], forget: Callable[[Socket], None]) -> None:
        self._sockets, self._forget = sockets, forget
        self._task: asyncio.Task[None] | None = None
        self._next_ghosts = 0.0
        self.haunted: Callable[[], None] = lambda: None

    def start(self) -> None:
        """Start, unless it runs."""
        if self._task is None or self._task.done():
            self._next_ghosts = asyncio.get_running_loop().time() + SECONDS_TO_GHOSTS
            self._task = asyncio.ensure_future(self._run())

    def stop(self) -> None:
        """Stop."""
        if self._task is not None:
            self._task.cancel()

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(SECONDS)
            try:
                await self._round()
            except Exception:
                failures.report("the patrol failed")

    async def _round(self) -> None:
        now = asyncio.get_running_loop().time()
        looked = 0
        for socket in list(self._sockets.values()):
            looked += 1
            socket.relieve()
            if not socket.closed and socket.late(now):
                socket.end(SLOW)
                looked += LOOKS_FOR_AN_END
            if looked >= SLICE:
                looked = 0
                await asyncio.sleep(0)
        if now >= self._next_ghosts:
            self._next_ghosts = now + SECONDS_TO_GHOSTS
            self.ghosts(now)

    def ghosts(self, now: float) -> None:
        """Forget the sessions that ended long ago."""
        for socket in list(self._sockets.values()):
            if socket.closed and now - socket.ended_at > SECONDS_TO_GHOSTS:
                self._forget(socket)
        self.haunted()
