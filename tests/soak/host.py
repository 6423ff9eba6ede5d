"""``chatrooms serve`` that answers, on its own pipe, how many are in it and how late its event loop was.

python -m tests.soak.host serve --port 0 ...
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
import threading
import time
import traceback
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import chatrooms.cli.serve
from chatrooms import cli
from chatrooms.app import Chatrooms

BEAT = 0.005
LOOK = 0.01
LATE = 0.04
CALLS = 6


class Heart:
    """Beats in the event loop, and tells for how long it worked on between two beats.

    ``worked`` is processor time of the loop's thread, so that busy neighbours are not held against it; ``late`` is by
    the clock, less the time for which that thread was ready to run and had no core.
    """

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self.late: list[float] = []
        self.worked = 0.0
        self._last, self._queued, self._used = self._loop.time(), _queued(), time.thread_time()
        self.places: Counter[str] = Counter()
        self._loop.call_later(BEAT, self._beat)
        threading.Thread(target=self._look, args=(threading.get_ident(),), daemon=True).start()

    def beats(self) -> dict[str, Any]:
        """The worst in milliseconds, the 99th percentile, and where the loop was when it was late, since last asked."""
        late, self.late = sorted(self.late) or [0.0], []
        worked, self.worked = self.worked, 0.0
        places, self.places = self.places.most_common(3), Counter()
        found = {"worked": worked, "late": late[-1], "p99": late[int(len(late) * 0.99)]}
        return {what: 1000 * seconds for what, seconds in found.items()} | {"places": places}

    def _beat(self) -> None:
        now, queued, used = self._loop.time(), _queued(), time.thread_time()
        self.late.append(max(0.0, now - self._last - BEAT - (queued - self._queued)))
        self.worked = max(self.worked, used - self._used)
        self._last, self._queued, self._used = now, queued, used
        self._loop.call_later(BEAT, self._beat)

    def _look(self, thread: int) -> None:
        """Look where the loop is whenever it is late; in a thread of its own."""
        while True:
            time.sleep(LOOK)
            if self._loop.time() - self._last > LATE:
                with contextlib.suppress(AttributeError):  # the frames of a running thread change while they are read
                    calls = traceback.extract_stack(sys._current_frames()[thread])
                    self.places[" > ".join(f"{Path(call.filename).name}:{call.lineno}" for call in calls[-CALLS:])] += 1


class Probed(Chatrooms):
    """The chat with a probe. With ``SOAK_SLOW`` seconds, people are believed by name, after that time."""

    def __init__(self, settings: Any) -> None:
        if "SOAK_SLOW" in os.environ:  # an application writes its own log
            super().__init__(settings.model_copy(update={"log_level": "info"}), authenticate=_slowly)
        else:
            super().__init__(settings)

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
            print(json.dumps(self._counts() | heart.beats()), flush=True)

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
    chatrooms.cli.serve.Chatrooms = Probed
    cli.main()
