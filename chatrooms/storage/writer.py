"""The one writer of a process: it commits all waiting work as one transaction, each write in its own savepoint.

One refusal does not affect the others. While a commit is written to disk, the next batch gathers: the busier the
server, the larger the batch. A batch takes one write of each caller in turn and commits when its time is up, so that a
caller with many writes delays its own.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Future
from contextlib import ExitStack, suppress
from queue import SimpleQueue
from threading import Thread
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, Engine, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from chatrooms.errors import Internal, Refusal, Unavailable
from chatrooms.lifetime import Lifetime
from chatrooms.storage import locks, server_lock
from chatrooms.storage.asked import Asked
from chatrooms.storage.engines import connect
from chatrooms.storage.locks import Locks
from chatrooms.storage.migrations import migrate
from chatrooms.storage.statements import Prepared
from chatrooms.wire import failures

T = TypeVar("T")
Committed = Callable[[Sequence[Any]], Awaitable[None]]

BATCH = 256
WAITING = 10_000
SECONDS_TO_WORK = 0.02
"""How long a batch works before it commits; what it has not begun by then waits for the next one."""
SECONDS_TO_ANSWER = 30.0
"""How long a batch may take before the callers that wait for it get `Unavailable`."""

log = logging.getLogger(__name__)

_SAVE, _UNDO, _RELEASE = (
    Prepared(text(sql)) for sql in ("SAVEPOINT job", "ROLLBACK TO SAVEPOINT job", "RELEASE SAVEPOINT job")
)


class Write(Asked):
    """Work for the writer on behalf of ``whom``, the names of what it changes, and its outcome."""

    __slots__ = ("locks", "whom", "work")

    def __init__(self, work: Callable[[Connection], Any], locks: Locks, whom: str, done: asyncio.Future[Any]) -> None:
        super().__init__(done)
        self.work, self.locks, self.whom = work, locks, whom

    def run(self, connection: Connection, held: set[int]) -> None:
        """Do the work. An exception undoes it alone, but a database error is raised and ends the batch."""
        _SAVE.run(connection, {})
        try:
            if connection.dialect.name == "postgresql":
                locks.require(connection, self.locks, held)
            self.result = self.work(connection)
        except Refusal as refusal:
            self.error = refusal
        except Exception as error:
            if isinstance(error, DBAPIError) and not isinstance(error, IntegrityError):
                raise
            failures.report("command failed")
            self.error = Internal()
        if self.error:
            _UNDO.run(connection, {})
        _RELEASE.run(connection, {})

    def refuse(self) -> None:
        """Raise `Unavailable` in the caller, because it is unknown whether the work was done."""
        if not self.done.done():
            self.done.set_exception(Unavailable())


class Waiting:
    """The writes that wait, each caller's in order."""

    def __init__(self) -> None:
        self._of: OrderedDict[str, deque[Write]] = OrderedDict()
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def add(self, write: Write) -> None:
        """Let ``write`` wait behind the others of its caller."""
        self._of.setdefault(write.whom, deque()).append(write)
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

    def __init__(self, url: URL, lifetime: Lifetime, *, alone: bool) -> None:
        self._url, self._lifetime, self._alone = url, lifetime, alone
        self._committed: Committed | None = None
        self._waiting = Waiting()
        self._thread: _Thread | None = None
        self._task: asyncio.Task[None] | None = None
        self._late = False

    def on_commit(self, handler: Committed) -> None:
        """Register what is awaited with the results of each committed batch.

        Batches come in the order of their commits, each before those who asked for it are answered.
        """
        self._committed = handler

    async def change(self, work: Callable[[Connection], T], locks: Locks = lambda _: (), whom: str = "") -> T:
        """Run ``work`` on the writer's thread and return its result, once it is on disk and was broadcast.

        ``locks`` names what the work changes: no two works with a name in common overlap, in any process. ``whom`` it
        is for takes turns with others. An exception in ``work`` undoes its changes and is raised here. Raises
        `Unavailable` if the database cannot be written, or responds too late.
        """
        loop = asyncio.get_running_loop()
        if loop is not self._lifetime.loop:
            return await self._lifetime.call(self.change, work, locks, whom)
        if self._late or len(self._waiting) >= WAITING:
            raise Unavailable
        write = Write(work, locks, whom, loop.create_future())
        self._waiting.add(write)
        if self._task is None:
            self._task = loop.create_task(self._run())
        result: T = await write.done
        return result

    async def open(self) -> None:
        """Start the thread, which creates or migrates the tables; raises what that raises."""
        self._waiting, self._task, self._late = Waiting(), None, False
        self._thread = _Thread(self._url, alone=self._alone)
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
            while batch := self._waiting.take(BATCH):
                await self._in_time(batch)
                for write in batch:
                    write.answer()
        finally:
            self._task = None
            self._refuse(batch)

    async def _in_time(self, batch: list[Write]) -> None:
        """Commit and broadcast the beginning of a batch; the rest waits again, unless this took too long."""
        assert self._thread  # noqa: S101 - the lifetime runs
        loop = asyncio.get_running_loop()
        timer = loop.call_later(SECONDS_TO_ANSWER, self._give_up, batch)
        try:
            rest = await self._thread.commit(batch, loop)
            del batch[len(batch) - len(rest) :]
            if not self._late:  # otherwise the rest was refused
                self._waiting.put_back(rest)
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

    def _refuse(self, batch: list[Write]) -> None:
        """Refuse everything in the batch and waiting that has no answer yet."""
        for write in (*batch, *self._waiting.take(len(self._waiting))):
            write.refuse()


class _Thread:
    """The thread with the writing connection, which keeps other servers out as long as it lives.

    It is a daemon, so that a write that hangs on a dead disk does not keep the process from exiting.
    """

    def __init__(self, url: URL, *, alone: bool) -> None:
        self._url, self._alone = url, alone
        self._batches: SimpleQueue[tuple[list[Write], asyncio.Future[list[Write]]] | None] = SimpleQueue()
        self.opened: Future[None] = Future()
        self._ended: Future[None] = Future()
        for future in (self.opened, self._ended):
            future.set_running_or_notify_cancel()  # from now on, nobody who waits for it can cancel it
        Thread(target=self._live, name="writer", daemon=True).start()

    async def commit(self, batch: list[Write], loop: asyncio.AbstractEventLoop) -> list[Write]:
        """Commit the beginning of ``batch`` and return what there was no time for."""
        done: asyncio.Future[list[Write]] = loop.create_future()
        self._batches.put((batch, done))
        return await done

    async def end(self, seconds: float) -> bool:
        """Finish the batches, release everything, and end; return whether it took less than ``seconds``."""
        self._batches.put(None)
        _, late = await asyncio.wait({asyncio.wrap_future(self._ended)}, timeout=seconds)
        return not late

    def _live(self) -> None:
        with ExitStack() as ending:
            ending.callback(self._ended.set_result, None)
            try:
                if self._alone:
                    ending.callback(server_lock.take(self._url))
                engine = connect(self._url, writer=True)
                ending.callback(engine.dispose)
                migrate(engine)
            except BaseException as error:
                self.opened.set_exception(error)
                return
            self.opened.set_result(None)
            while todo := self._batches.get():
                batch, done = todo
                rest = _commit(engine, batch)
                with suppress(RuntimeError):  # the loop was closed before the database
                    done.get_loop().call_soon_threadsafe(_resolve, done, rest)
                del batch, done, rest, todo  # otherwise they live until the next batch


def _commit(engine: Engine, batch: list[Write]) -> list[Write]:
    """Run the writes of one transaction until its time is up, and return the rest."""
    until = time.perf_counter() + SECONDS_TO_WORK
    try:
        with engine.begin() as connection:
            postgresql = connection.dialect.name == "postgresql"
            held = locks.take(connection, [write.locks for write in batch]) if postgresql else set()
            for done, write in enumerate(batch):
                if done and time.perf_counter() > until:
                    return batch[done:]
                write.run(connection, held)
    except BaseException:  # whatever it is, the thread has to go on
        failures.report("commit failed")
        for write in batch:
            write.error = write.error or Unavailable()
    return []


def _resolve(done: asyncio.Future[list[Write]], rest: list[Write]) -> None:
    if not done.done():
        done.set_result(rest)
