"""Our server with a probe of its event loop's longest iteration.

A callback that schedules itself again runs once in each round of the loop. The largest distance between two runs, in
seconds of the clock and in seconds of the loop's thread on a processor, is kept in the file ``BENCH_WATCH`` as two
doubles, which the benchmark reads and sets to zero. A round is everything that was due at once: no single step is
longer. The clock counts waiting for other threads and other processes, too.
"""

from __future__ import annotations

import asyncio
import mmap
import os
import struct
import time
from pathlib import Path

import uvloop

PAIR = struct.Struct("dd")
_new_event_loop = uvloop.new_event_loop


class Watch:
    """The file, seen from the server."""

    def __init__(self, loop: asyncio.AbstractEventLoop, path: Path) -> None:
        with path.open("r+b") as file:
            self._shared = mmap.mmap(file.fileno(), PAIR.size)
        self._loop = loop
        self._before = (time.perf_counter(), time.thread_time())

    def round(self) -> None:
        """Note how long the round took that ends here."""
        now = (time.perf_counter(), time.thread_time())
        longest = PAIR.unpack(self._shared[:])
        took = [at - before for at, before in zip(now, self._before, strict=True)]
        if took[0] > longest[0] or took[1] > longest[1]:
            self._shared[:] = PAIR.pack(*map(max, took, longest))
        self._before = now
        self._loop.call_soon(self.round)


def watched_loop() -> asyncio.AbstractEventLoop:
    """uvloop, watched."""
    loop = _new_event_loop()
    loop.call_soon(lambda: Watch(loop, Path(os.environ["BENCH_WATCH"])).round())
    return loop


if __name__ == "__main__":
    uvloop.new_event_loop = watched_loop
    from chatrooms.cli import main

    main()
