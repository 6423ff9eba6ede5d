"""`Database`: ``read()``, ``lookup()``, and ``change()`` with group commit; independent of chat.

The process has one writer. It commits all waiting work as one transaction, each in its own savepoint, so that one
refusal does not affect the others. While a commit is written to disk, the next batch gathers: the busier the server,
the larger the batch.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, make_url
from sqlalchemy.exc import SQLAlchemyError

from chatrooms.errors import Internal, Refusal, Unavailable
from chatrooms.lifetime import Lifetime
from chatrooms.storage import server_lock
from chatrooms.storage.batches import Batches, Lookup
from chatrooms.storage.engines import READERS, connect
from chatrooms.storage.migrations import migrate
from chatrooms.storage.threads import Threads
from chatrooms.storage.writes import Locks, Write, lock, run
from chatrooms.wire import failures

T = TypeVar("T")

BATCH = 256
WAITING = 10_000
SECONDS_TO_READ = 30.0
"""How long a query may wait for a thread and its result."""
SECONDS_TO_CLOSE = 5.0
"""How long closing waits for unfinished work."""


class Database:
    """A database with many readers and one writer, between `open` and `close`.

    Without ``alone``, no lock keeps a second server out.

    It belongs to the event loop that opened it; calls from other loops and threads run there too. Calls while it is not
    open raise `NotRunning`. It can be opened again on any loop, even after `open` failed.
    """

    def __init__(self, url: str, *, alone: bool = True) -> None:
        self.url = make_url(url)
        self._committed: Callable[[Sequence[Any]], Awaitable[None]] | None = None
        self._alone = alone
        self._lifetime = Lifetime("The database is not open: call this between its open() and its close().")
        self._last: _Store | None = None

    def on_commit(self, handler: Callable[[Sequence[Any]], Awaitable[None]]) -> None:
        """Register what is awaited with the results of each committed batch.

        Batches come in the order of their commits, each before those who asked for it are answered.
        """
        self._committed = handler

    async def open(self) -> None:
        """Create or migrate the tables and start the threads.

        Raises `AlreadyRunning`, `Busy`, or ``SQLAlchemyError``.
        """
        self._lifetime.begin()
        try:
            await self._let_go()  # left over if the event loop was closed before the database
            self._last = _Store(self.url, self._tell, alone=self._alone)
            await self._last.open()
        except BaseException:
            self._last = None
            self._lifetime.end()
            raise
        self._lifetime.ready()

    async def close(self) -> None:
        """Finish the accepted work, then release everything; without effect if it is not open.

        If the database hangs, stop waiting after a few seconds; it is released when it responds, or with the process.
        """
        if self._lifetime.running:
            await self._lifetime.call(self._close)

    async def read(self, query: Callable[[Connection], T]) -> T:
        """Run ``query`` on a reader's thread in one snapshot and return its result; raises `Unavailable`."""
        if not self._lifetime.here:
            return await self._lifetime.call(self.read, query)
        return await self._store.read(query)

    async def lookup(self, query: Callable[[Connection], T]) -> T:
        """Run a query that finds a few rows by index: all waiting lookups share one snapshot and one thread.

        The snapshot begins after the call.
        """
        if not self._lifetime.here:
            return await self._lifetime.call(self.lookup, query)
        result: T = await self._store.lookups.add(Lookup(query))
        return result

    async def change(self, work: Callable[[Connection], T], locks: Locks = lambda _: ()) -> T:
        """Run ``work`` on the writer's thread and return its result, once it is on disk and ``committed`` was awaited.

        ``locks`` names what the work changes: no two works with a name in common overlap, in any process. An exception
        in ``work`` undoes its changes and is raised here. Raises `Unavailable` if the database cannot be written.
        """
        if asyncio.get_running_loop() is not self._lifetime.loop:
            return await self._lifetime.call(self.change, work, locks)
        if len(self._store.writes) >= WAITING:
            raise Unavailable
        result: T = await self._store.writes.add(Write(work, locks))
        return result

    @property
    def _store(self) -> _Store:
        if self._last is None:
            raise LookupError("no database is open")
        return self._last

    async def _close(self) -> None:
        try:
            await self._store.finish()
        finally:
            self._lifetime.stop()
            try:
                await self._let_go()
            finally:
                self._lifetime.end()

    async def _let_go(self) -> None:
        last, self._last = self._last, None
        if last is not None:
            await last.close()

    async def _tell(self, batch: list[Write]) -> None:
        results = [write.result for write in batch if write.error is None]
        if self._committed and results:
            try:
                await self._committed(results)
            except Exception:
                failures.report("broadcasting failed")


class _Store:
    """An open database: its connections, its threads, and the work that waits for them."""

    def __init__(self, url: URL, tell: Callable[[list[Write]], Awaitable[None]], *, alone: bool) -> None:
        self._url, self._tell, self._alone = url, tell, alone
        self._writer, self._reader = connect(url, writer=True), connect(url, writer=False)
        self._write_thread, self._read_threads = Threads(1, "writer"), Threads(READERS, "reader")
        self._release: Callable[[], None] = _nothing
        self._patience = SECONDS_TO_CLOSE
        self.writes: Batches[Write] = Batches("write", BATCH, self._write)
        self.lookups: Batches[Lookup] = Batches("read", BATCH, self._look_up)

    async def open(self) -> None:
        try:
            await self._on(self._write_thread, self._take)
        except BaseException:
            await self.close()
            raise

    async def finish(self) -> None:
        """Do the waiting work, for at most `SECONDS_TO_CLOSE`."""
        self._patience = SECONDS_TO_CLOSE
        for batches in (self.writes, self.lookups):
            if not await batches.finish(self._patience):
                self._patience = 0

    async def close(self) -> None:
        """Release everything, on the writer's thread after all its work: no other server may write before that."""
        self._write_thread.submit(self._let_go)
        for threads in (self._read_threads, self._write_thread):
            if not await threads.close(self._patience):
                self._patience = 0
        if not self._patience:
            logging.getLogger(__name__).error("the database does not respond; closing without it")

    async def read(self, query: Callable[[Connection], T]) -> T:
        try:
            async with asyncio.timeout(SECONDS_TO_READ):
                return await self._on(self._read_threads, self._query, query)
        except TimeoutError as error:
            raise Unavailable from error

    async def _look_up(self, batch: list[Lookup]) -> None:
        await self._on(self._read_threads, self._query_all, batch)

    async def _write(self, batch: list[Write]) -> None:
        await self._on(self._write_thread, self._commit, batch)
        await self._tell(batch)

    def _take(self) -> None:
        if self._alone:
            self._release = server_lock.take(self._url)
        migrate(self._writer)

    def _let_go(self) -> None:
        try:
            self._reader.dispose()
            self._writer.dispose()
        finally:
            self._release()

    def _commit(self, batch: list[Write]) -> None:
        try:
            with self._writer.begin() as connection:
                held = lock(connection, batch)
                for write in batch:
                    run(write, connection, held)
        except Exception:
            failures.report("commit failed")
            for write in batch:
                write.error = write.error or Unavailable()

    def _query(self, query: Callable[[Connection], T]) -> T:
        try:
            with self._reader.begin() as connection:
                return query(connection)
        except Refusal:
            raise
        except Exception as error:
            failures.report("read failed")
            refusal = Unavailable() if isinstance(error, SQLAlchemyError) else Internal()
        raise refusal  # outside of the handler, so that its context does not quote values

    def _query_all(self, batch: list[Lookup]) -> None:
        try:
            with self._reader.begin() as connection:
                for lookup in batch:
                    _look_up(lookup, connection)
        except Exception:
            failures.report("lookup failed")
            for lookup in batch:
                lookup.error = Unavailable()

    async def _on(self, threads: Threads, work: Callable[..., T], *args: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(threads, work, *args)


def _nothing() -> None:
    return None


def _look_up(lookup: Lookup, connection: Connection) -> None:
    """Run one lookup; a database error ends the batch."""
    try:
        lookup.result = lookup.query(connection)
    except SQLAlchemyError:
        raise
    except Exception:
        failures.report("lookup failed")
        lookup.error = Internal()
