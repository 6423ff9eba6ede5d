"""The one writer of a process: it commits all waiting work as one transaction.

One failure does not affect the others. While a commit is written to disk, the next batch gathers: the busier the
server, the larger the batch. A batch takes one write of each caller in turn and commits when its time is up, so that a
caller with many writes delays its own.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import URL, Connection

from chatrooms import histogram
from chatrooms.errors import Unavailable
from chatrooms.histogram import Histogram
from chatrooms.lifetime import Lifetime
from chatrooms.storage.ahead import Ahead, nothing
from chatrooms.storage.disk import Disk
from chatrooms.storage.locks import Locks
from chatrooms.storage.server_lock import Busy
from chatrooms.storage.writer_thread import WriterThread
from chatrooms.storage.writes import Done, Write
from chatrooms.wire import failures

T = TypeVar("T")
Committed = Callable[[Sequence[Any]], Awaitable[None]]
Lost = Callable[[str], None]

BATCH = 256
WAITING = 10_000
SECONDS_TO_ANSWER = 30.0
"""How long a batch may take before the callers that wait for it get `Unavailable`."""

log = logging.getLogger(__name__)


class Waiting:
    """The writes that wait, each caller's in order."""

    def __init__(self) -> None:
        self._of: OrderedDict[str, deque[Write]] = OrderedDict()
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def add(self, write: Write) -> None:
        """Let ``write`` wait behind the others of its caller."""
        writes = self._of.get(write.whom)
        if writes is None:
            self._of[write.whom] = deque((write,))
        else:
            writes.append(write)
        self._count += 1

    def take(self, most: int) -> list[Write]:
        """Remove and return at most ``most`` writes, one of each caller in turn."""
        taken: list[Write] = []
        while self._of and len(taken) < most:
            whom, writes = self._of.popitem(last=False)
            taken.append(writes.popleft())
            if writes:
                self._of[whom] = writes
        self._count -= len(taken)
        return taken

    def put_back(self, writes: Sequence[Write]) -> None:
        """Return what was taken last to the front."""
        for write in reversed(writes):
            self._of.setdefault(write.whom, deque()).appendleft(write)
            self._of.move_to_end(write.whom, last=False)
        self._count += len(writes)


class Writer:
    """Accepts writes on the event loop of its ``lifetime``, while that runs."""

    def __init__(self, url: URL, lifetime: Lifetime, *, alone: bool, shared: bool) -> None:
        self._url, self._lifetime, self._alone, self._shared = url, lifetime, alone, shared
        self._committed: Committed | None = None
        self._lost: Lost | None = None
        self._waiting = Waiting()
        self._again: list[Write] = []
        self._thread: WriterThread | None = None
        self._task: asyncio.Task[None] | None = None
        self._late = False
        self.disk = Disk()
        self.sizes, self.seconds = Histogram(histogram.COUNTS), Histogram(histogram.SECONDS)
        """How many writes were committed together, and how long that took."""

    @property
    def waiting(self) -> int:
        """How many writes wait."""
        return len(self._waiting) + len(self._again)

    def on_commit(self, handler: Committed) -> None:
        """Register what is awaited with the results of each committed batch.

        Batches come in the order of their commits, each before those who asked for it are answered.
        """
        self._committed = handler

    def on_lost(self, handler: Lost) -> None:
        """Register what is called with the reason if another server has locked the database."""
        self._lost = handler

    def submit(
        self, work: Callable[[Connection], Any], locks: Locks, whom: str, done: Done, ahead: Ahead = nothing
    ) -> None:
        """Run ``work`` on the writer's thread, and call ``done`` once it is on disk and was broadcast; on the loop.

        ``locks`` names what the work changes: no two works with a name in common overlap, in any process. ``whom`` it
        is for takes turns with others. An exception in ``work`` undoes its changes and is passed to ``done``. It may be
        called again, after its changes were undone because another one failed, or because it could not be stored.
        ``ahead`` returns what it will ask, to be read together with what others will.

        Raises `Unavailable` if too much waits; ``done`` gets it if the database cannot be written, or is too late.
        """
        if self._late or len(self._waiting) >= WAITING:
            raise Unavailable
        self._waiting.add(Write(work, locks, whom, done, ahead))
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._run())

    async def change(
        self,
        work: Callable[[Connection], T],
        locks: Locks = lambda _: (),
        whom: str = "",
        ahead: Ahead = nothing,
    ) -> T:
        """Run ``work`` like `submit`, from any thread; return its result, or raise its exception."""
        if not self._lifetime.here:
            return await self._lifetime.call(self.change, work, locks, whom, ahead)
        changed: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self.submit(work, locks, whom, partial(_resolve, changed), ahead)
        return await changed

    async def open(self) -> None:
        """Start the thread, which creates or migrates the tables; raises what that raises."""
        self._waiting, self._again, self._task, self._late = Waiting(), [], None, False
        lose = partial(self._lose, asyncio.get_running_loop())
        self._thread = WriterThread(self._url, lose, self.disk, alone=self._alone, shared=self._shared)
        await asyncio.wrap_future(self._thread.opened)

    async def finish(self, seconds: float) -> bool:
        """Finish the waiting work, refuse what is not done within ``seconds``; return whether all was done."""
        if self._task is None:
            return True
        _, late = await asyncio.wait({self._task}, timeout=seconds)
        for task in late:
            task.cancel()
            await asyncio.wait({task}, timeout=seconds)
        return not late

    async def close(self, seconds: float) -> bool:
        """End the thread once it has done its work; return whether it took less than ``seconds``."""
        thread, self._thread = self._thread, None
        return thread is None or await thread.end(seconds)

    async def _run(self) -> None:
        """Commit what waits, batch by batch; broadcast and answer each."""
        batch: list[Write] = []
        try:
            while batch := self._next():
                await self._in_time(batch)
                for write in batch:
                    write.answer()
        finally:
            self._task = None
            self._refuse(batch)

    def _next(self) -> list[Write]:
        """Return the next batch, with those first that have waited for what other transactions held."""
        again, self._again = self._again, []
        for write in again:
            write.waits = False
        return again + self._waiting.take(max(0, BATCH - len(again)))

    async def _in_time(self, batch: list[Write]) -> None:
        """Commit and broadcast the beginning of a batch; the rest waits again, unless this took too long."""
        assert self._thread  # noqa: S101 - the lifetime runs
        loop = asyncio.get_running_loop()
        timer, begun = loop.call_later(SECONDS_TO_ANSWER, self._give_up, batch), time.perf_counter()
        try:
            rest = await self._thread.commit(batch, loop)
            seconds = time.perf_counter() - begun
            del batch[len(batch) - len(rest) :]
            if not self._late:  # otherwise the rest was refused
                self._waiting.put_back(rest)
                self._again = [write for write in batch if write.waits]
            batch[:] = [write for write in batch if not write.waits]
            self.seconds.note(seconds)
            self.sizes.note(len(batch))
            await self._broadcast(batch)
        finally:
            timer.cancel()
            self._late = False

    async def _broadcast(self, batch: list[Write]) -> None:
        results = [write.result for write in batch if write.error is None]
        if self._committed and results:
            try:
                await self._committed(results)
            except Exception:
                failures.report("broadcasting failed")

    def _give_up(self, batch: list[Write]) -> None:
        self._late = True
        reason = "the database takes longer than %g s to write; requests are refused until it answers"
        log.error(reason, SECONDS_TO_ANSWER)
        self._refuse(batch)

    def _lose(self, loop: asyncio.AbstractEventLoop, busy: Busy) -> None:
        if self._lost:
            with suppress(RuntimeError):  # the loop was closed before the database
                loop.call_soon_threadsafe(self._lost, str(busy))

    def _refuse(self, batch: list[Write]) -> None:
        """Refuse everything in the batch and waiting that has no answer yet."""
        again, self._again = self._again, []
        for write in (*batch, *again, *self._waiting.take(len(self._waiting))):
            write.refuse()


def _resolve(future: asyncio.Future[Any], result: Any, error: Exception | None = None) -> None:
    """Pass an outcome to those who await ``future``, if they still do."""
    if future.done():
        return
    if error is None:
        future.set_result(result)
    else:
        future.set_exception(error)
