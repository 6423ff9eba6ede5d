"""Ends sessions whose clients do not read, and forgets those that ended long ago."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from chatrooms.wire import crowd as crowds
from chatrooms.wire import failures
from chatrooms.wire.crowd import Crowd
from chatrooms.wire.ending import SLOW
from chatrooms.wire.socket import Socket

SECONDS = 0.5
SECONDS_TO_FORGET = 30.0
SLICES = 50
LEAST = 100
"""Checks at a stretch, if that makes fewer than so many slices: a third of a millisecond."""
PAUSE = 0.002
"""Seconds between slices, for what is on its way to others."""
CHECKS_PER_END = 100
"""Cost of ending a session, counted in checks: many that are late at once do not block the event loop."""


class Reaper:
    """A task that checks every session twice a second, in slices, measures what waits, and sweeps twice a minute.

    A session normally goes when its disconnect handlers have run. One that ended `SECONDS_TO_FORGET` ago waits for
    something that will not happen, and is forgotten: ``forget`` is called with it, then ``swept`` without arguments.
    """

    def __init__(
        self,
        sockets: dict[str, Socket],
        everyone: Crowd,
        forget: Callable[[Socket], None],
        swept: Callable[[], None],
    ) -> None:
        self._sockets, self._everyone, self._forget, self._swept = sockets, everyone, forget, swept
        self._task: asyncio.Task[None] | None = None
        self._next_sweep = 0.0

    def start(self) -> None:
        """Start, unless it runs."""
        if self._task is None or self._task.done():
            self._next_sweep = asyncio.get_running_loop().time() + SECONDS_TO_FORGET
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
                failures.report("the reaper failed")

    async def _round(self) -> None:
        now = asyncio.get_running_loop().time()
        sockets = list(self._sockets.values())
        most, checked, pause = max(LEAST, len(sockets) // SLICES), 0, PAUSE
        found: list[tuple[Crowd, int]] = []
        for socket in sockets:
            checked += 1
            waiting, crowd = socket.relieve(), socket.slot.crowd
            if waiting or crowd.waiting:
                found.append((crowd, waiting))
            if not socket.closed and socket.late(now):
                socket.end(SLOW)
                checked += CHECKS_PER_END
                pause = 0
            if checked >= most:
                await asyncio.sleep(pause)
                checked, pause = 0, PAUSE
        crowds.measure(found, self._everyone)
        if now >= self._next_sweep:
            self._next_sweep = now + SECONDS_TO_FORGET
            self.sweep(now)

    def sweep(self, now: float) -> None:
        """Forget the sessions that ended long ago."""
        for socket in list(self._sockets.values()):
            if socket.closed and now - socket.ended_at > SECONDS_TO_FORGET:
                self._forget(socket)
        self._swept()
