"""The thread of the writer: it runs the writes of a batch in one transaction.

If a write fails after it changed something, the transaction is undone, and the writes that did not fail run again, each
in a savepoint of its own. That is rare: a write that is not allowed fails before it changes anything.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import ExitStack, suppress
from functools import partial
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any

from sqlalchemy import URL, Connection, Engine, text
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError

from chatrooms.errors import Internal, Refusal, Unavailable
from chatrooms.storage import locks, server_lock
from chatrooms.storage.checkpoints import Checkpoints
from chatrooms.storage.engines import CHANGES, connect
from chatrooms.storage.locks import Locks
from chatrooms.storage.migrations import migrate
from chatrooms.storage.server_lock import Busy
from chatrooms.storage.statements import Prepared
from chatrooms.wire import failures

Done = Callable[[Any, Exception | None], None]
Todo = tuple[list["Write"], asyncio.Future[list["Write"]]]

SECONDS_TO_WORK = 0.02
"""How long a batch works before it commits; what it has not begun by then waits for the next one."""
SECONDS_TO_LOOK = 2.0
"""How often an idle writer makes sure that it still has PostgreSQL's lock."""

_SAVE, _UNDO, _RELEASE = (
    Prepared(text(sql)) for sql in ("SAVEPOINT job", "ROLLBACK TO SAVEPOINT job", "RELEASE SAVEPOINT job")
)


class Write:
    """Work for the writer on behalf of ``whom``, and the names of what it changes.

    ``done`` is called once, with its result and its error.
    """

    __slots__ = ("_done", "error", "locks", "result", "whom", "work")

    def __init__(self, work: Callable[[Connection], Any], locks: Locks, whom: str, done: Done) -> None:
        self.work, self.locks, self.whom = work, locks, whom
        self._done: Done | None = done
        self.result: Any = None
        self.error: Exception | None = None

    def run(self, transaction: Transaction) -> None:
        """Do the work and keep its outcome; a database error is raised and ends the batch."""
        try:
            transaction.require(self.locks)
            self.result = self.work(transaction.connection)
        except Refusal as refusal:
            self.error = refusal
        except Exception as error:
            if isinstance(error, DBAPIError) and not isinstance(error, IntegrityError):
                raise
            failures.report("command failed")
            self.error = Internal()

    def answer(self) -> None:
        """Pass the outcome to the caller."""
        self._call(self.result, self.error)

    def refuse(self) -> None:
        """Pass `Unavailable` to the caller, because it is unknown whether the work was done."""
        self._call(None, Unavailable())

    def _call(self, result: Any, error: Exception | None) -> None:
        done, self._done = self._done, None
        if done:
            try:
                done(result, error)
            except Exception:
                failures.report("answering failed")


class Transaction:
    """The transaction of a batch, and in PostgreSQL its locks.

    ``changes`` returns something that differs once the transaction has changed more rows, or has to be undone.
    """

    def __init__(self, connection: Connection, batch: list[Write]) -> None:
        self.connection = connection
        driver: Any = connection.connection.driver_connection
        if connection.dialect.name == "sqlite":
            self._held: set[int] | None = None
            self.changes: Callable[[], Any] = partial(getattr, driver, "total_changes")
        else:
            self._held = locks.take(connection, [write.locks for write in batch])
            self.changes = lambda: (getattr(driver, CHANGES, 0), driver.info.transaction_status)

    def require(self, names: Locks) -> None:
        """Have these locks; raises `Unavailable`."""
        if self._held is not None:
            locks.require(self.connection, names, self._held)


class WriterThread:
    """The thread with the writing connection, which keeps other servers out as long as it lives.

    ``lost`` is called on it when another server has locked the database, which PostgreSQL allows after a restart. From
    then on it writes nothing.

    It is a daemon, so that a write that hangs on a dead disk does not keep the process from exiting.
    """

    def __init__(self, url: URL, lost: Callable[[Busy], None], *, alone: bool, shared: bool) -> None:
        self._url, self._lost, self._alone, self._shared = url, lost, alone, shared
        self._batches: SimpleQueue[Todo | None] = SimpleQueue()
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
                engine = connect(self._url, writer=True)
                if self._alone:
                    ending.callback(server_lock.take(engine, shared=self._shared))
                ending.callback(engine.dispose)
                migrate(engine)
                checkpoints = Checkpoints(engine) if engine.dialect.name == "sqlite" else None
                if checkpoints:
                    ending.callback(checkpoints.end)
            except BaseException as error:
                self.opened.set_exception(error)
                return
            self.opened.set_result(None)
            while todo := self._next(engine):
                batch, done = todo
                rest = self._commit(engine, batch)
                with suppress(RuntimeError):  # the loop was closed before the database
                    done.get_loop().call_soon_threadsafe(_resolve, done, rest)
                if checkpoints:
                    checkpoints.committed(len(batch) - len(rest))
                del batch, done, rest, todo  # otherwise they live until the next batch

    def _next(self, engine: Engine) -> Todo | None:
        """Wait for a batch, or the end; meanwhile keep the lock."""
        seconds = SECONDS_TO_LOOK if self._alone and engine.dialect.name != "sqlite" else None
        while True:
            try:
                return self._batches.get(timeout=seconds)
            except Empty:
                self._keep_lock(engine)

    def _keep_lock(self, engine: Engine) -> None:
        try:
            engine.connect().close()  # a new session, if the one before is gone, takes the lock
        except Busy as busy:
            self._lost(busy)
        except SQLAlchemyError:
            return  # the next look, or the next write, finds whether PostgreSQL is back

    def _commit(self, engine: Engine, batch: list[Write]) -> list[Write]:
        """Run the writes of one transaction until its time is up, and return the rest."""
        try:
            return _commit(engine, batch)
        except Busy as busy:
            self._lost(busy)
        except BaseException:  # whatever it is, the thread has to go on
            failures.report("commit failed")
        for write in batch:
            write.error = write.error or Unavailable()
        return []


class _Undo(Exception):
    """A write failed after it changed something, and so did the transaction of which it is a part."""


def _commit(engine: Engine, batch: list[Write]) -> list[Write]:
    with suppress(_Undo):
        return _transact(engine, batch, _run_plainly)
    return _transact(engine, batch, _run_in_savepoint)


def _transact(engine: Engine, batch: list[Write], run: Callable[[Write, Transaction], None]) -> list[Write]:
    """Run the writes that have not failed before; those keep their errors."""
    until = time.perf_counter() + SECONDS_TO_WORK
    with engine.begin() as connection:
        transaction = Transaction(connection, batch)
        for done, write in enumerate(batch):
            if done and time.perf_counter() > until:
                return batch[done:]
            if write.error is None:
                run(write, transaction)
    return []


def _run_plainly(write: Write, transaction: Transaction) -> None:
    before = transaction.changes()
    write.run(transaction)
    if write.error is not None and transaction.changes() != before:
        raise _Undo


def _run_in_savepoint(write: Write, transaction: Transaction) -> None:
    connection = transaction.connection
    _SAVE.run(connection, {})
    write.run(transaction)
    if write.error is not None:
        _UNDO.run(connection, {})
    _RELEASE.run(connection, {})


def _resolve(done: asyncio.Future[list[Write]], rest: list[Write]) -> None:
    if not done.done():
        done.set_result(rest)
