"""The thread of the writer: it opens the database, then commits batches until the end."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import ExitStack, suppress
from queue import Empty, SimpleQueue
from threading import Event, Thread

from sqlalchemy import URL
from sqlalchemy.exc import SQLAlchemyError

from chatrooms.errors import Unavailable
from chatrooms.storage import fitness, server_lock
from chatrooms.storage.batches import Batches
from chatrooms.storage.checkpoints import Checkpoints
from chatrooms.storage.disk import Disk
from chatrooms.storage.engines import connect
from chatrooms.storage.lost_commits import Unknown
from chatrooms.storage.migrations import migrate
from chatrooms.storage.place import Moved
from chatrooms.storage.server_lock import Busy
from chatrooms.storage.writes import Write
from chatrooms.wire import failures

log = logging.getLogger(__name__)

Todo = tuple[list[Write], asyncio.Future[list[Write]]]

SECONDS_TO_LOOK = 2.0
"""How often an idle writer makes sure that it still has PostgreSQL's lock."""
SECONDS_BETWEEN = 0.01
"""How long it rests if all writes of a batch wait for what other transactions hold."""


class WriterThread:
    """The thread with the writing connection, which keeps other servers out as long as it lives.

    ``lost`` is called on it when another server has locked the database, which PostgreSQL allows after a restart. From
    then on it writes nothing.

    It is a daemon, so that a write that hangs on a dead disk does not keep the process from exiting.
    """

    def __init__(self, url: URL, lost: Callable[[Busy], None], disk: Disk, *, alone: bool, shared: bool) -> None:
        self._url, self._lost, self._alone, self._shared = url, lost, alone, shared
        self._disk = disk
        self._batches: SimpleQueue[Todo | None] = SimpleQueue()
        self._ending = Event()
        self.opened: Future[None] = Future()
        self._ended: Future[None] = Future()
        for future in (self.opened, self._ended):
            future.set_running_or_notify_cancel()  # from now on, nobody who waits for it can cancel it
        Thread(target=self._live, name="writer", daemon=True).start()

    def commit(self, batch: list[Write], loop: asyncio.AbstractEventLoop) -> asyncio.Future[list[Write]]:
        """Commit the beginning of ``batch``; the future's result is what there was no time for."""
        done: asyncio.Future[list[Write]] = loop.create_future()
        self._batches.put((batch, done))
        return done

    async def end(self, seconds: float) -> bool:
        """Finish the batches, release everything, and end; return whether it took less than ``seconds``."""
        self._batches.put(None)
        self._ending.set()
        _, late = await asyncio.wait({asyncio.wrap_future(self._ended)}, timeout=seconds)
        return not late

    def _live(self) -> None:
        with ExitStack() as ending:
            ending.callback(self._ended.set_result, None)
            try:
                fitness.require(self._url)
                engine = connect(self._url, writer=True)
                if self._alone:
                    ending.callback(server_lock.take(engine, shared=self._shared))
                ending.callback(engine.dispose)
                self._migrate()
                checkpoints = Checkpoints(self._url) if engine.dialect.name == "sqlite" else None
                if checkpoints:
                    ending.callback(checkpoints.end)
            except BaseException as error:
                self.opened.set_exception(error)
                return
            batches = Batches(engine, self._ending, self._disk)
            ending.callback(batches.close)
            self.opened.set_result(None)
            while todo := self._next(batches):
                batch, done = todo
                rest = self._commit(batches, batch)
                with suppress(RuntimeError):  # the loop was closed before the database
                    done.get_loop().call_soon_threadsafe(_resolve, done, rest)
                if checkpoints:
                    checkpoints.committed(len(batch) - len(rest))
                del batch, done, rest, todo  # otherwise they live until the next batch

    def _migrate(self) -> None:
        """Migrate the database by a connection of its own, which PostgreSQL lets take as long as it needs."""
        engine = connect(self._url, writer=True, patient=True)
        try:
            migrate(engine)
        finally:
            engine.dispose()

    def _next(self, batches: Batches) -> Todo | None:
        """Wait for a batch, or the end; meanwhile keep the lock."""
        seconds = SECONDS_TO_LOOK if self._alone and self._url.get_backend_name() != "sqlite" else None
        while True:
            try:
                return self._batches.get(timeout=seconds)
            except Empty:
                self._keep_lock(batches)

    def _keep_lock(self, batches: Batches) -> None:
        for _ in range(2):  # a new session, if the one before is gone, takes the lock
            try:
                batches.look()
            except Busy as busy:
                self._lost(busy)
            except SQLAlchemyError:
                continue  # the next look, or the next write, finds whether PostgreSQL is back
            return

    def _commit(self, batches: Batches, batch: list[Write]) -> list[Write]:
        """Run the writes of one transaction until its time is up, and return the rest."""
        try:
            rest = batches.commit(batch)
        except Busy as busy:
            self._lost(busy)
        except Moved as moved:
            log.error("%s", moved)  # noqa: TRY400 - what happened is no fault of the program
        except Unknown:
            log.warning("PostgreSQL no longer knows what became of a commit; its commands are answered unavailable")
        except BaseException:  # whatever it is, the thread has to go on
            failures.report("commit failed")
        else:
            if all(write.waits for write in batch[: len(batch) - len(rest)]):
                time.sleep(SECONDS_BETWEEN)
            return rest
        for write in batch:
            write.waits, write.error = False, write.error or Unavailable()
        return []


def _resolve(done: asyncio.Future[list[Write]], rest: list[Write]) -> None:
    if not done.done():
        done.set_result(rest)
