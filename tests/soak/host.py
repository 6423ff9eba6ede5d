"""``chatrooms serve`` that answers, on its own pipe, how many are in it and how late its event loop was.

    python -m tests.soak.host serve --port 0 ...
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import chatrooms.serve
from chatrooms import cli
from chatrooms.app import Chatrooms

BEAT = 0.005


class Heart:
    """Beats in the event loop. What is late because other processes have the core is not held against the loop."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self.late: list[float] = []
        self._last, self._queued = self._loop.time(), _queued()
        self._loop.call_later(BEAT, self._beat)

    def worst(self) -> dict[str, float]:
        """The worst lateness in milliseconds, and its 99th percentile, since last asked."""
        late, self.late = sorted(self.late) or [0.0], []
        return {"worst": late[-1] * 1000, "p99": late[int(len(late) * 0.99)] * 1000}

    def _beat(self) -> None:
        now, queued = self._loop.time(), _queued()
        waited = queued - self._queued
        self.late.append(max(0.0, now - self._last - BEAT - waited))
        self._last, self._queued = now, queued
        self._loop.call_later(BEAT, self._beat)


class Probed(Chatrooms):
    """The chat with a probe. With ``SOAK_SLOW`` seconds, people are believed by name, after that time."""

    def __init__(self, settings: Any) -> None:
        super().__init__(settings, authenticate=_slowly if "SOAK_SLOW" in os.environ else None)

    @asynccontextmanager
    async def lifespan(self, _app: Any = None) -> AsyncIterator[None]:
        async with super().lifespan():
            answering = asyncio.create_task(self._answer(Heart()))
            yield
            answering.cancel()

    async def _answer(self, heart: Heart) -> None:
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
        while await reader.readline():
            print(json.dumps(self._counts() | heart.worst()), flush=True)

    def _counts(self) -> dict[str, float]:
        server, manager = self._server, self._server.manager
        return {
            "sockets": len(server.eio.sockets),
            "sessions": len(manager.sessions()),
            "members": sum(len(inside) for inside in manager.rooms.get("/", {}).values()),
            "environments": len(server.environ),
            "connecting": len(server._connecting),
            "tasks": len(asyncio.all_tasks()),
        }


async def _slowly(handshake: Any) -> str:
    await asyncio.sleep(float(os.environ["SOAK_SLOW"]))
    return handshake.auth["username"]


def _queued() -> float:
    """Seconds that this thread was ready to run and had no core (proc(5), /proc/[pid]/schedstat)."""
    try:
        return int(Path("/proc/thread-self/schedstat").read_text().split()[1]) / 1e9
    except OSError:
        return 0.0


if __name__ == "__main__":
    chatrooms.serve.Chatrooms = Probed
    cli.main()
