"""The readers of a database: queries on several threads, each in one snapshot."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from typing import Any, TypeAlias, TypeVar

from sqlalchemy import URL, Connection
from sqlalchemy.exc import DataError, DBAPIError, SQLAlchemyError

from chatrooms.errors import Internal, Refusal, Unavailable
from chatrooms.lifetime import Lifetime
from chatrooms.storage.daemon_threads import DaemonThreads
from chatrooms.storage.engines import LOOKUPS, READERS, connect
from chatrooms.wire import failures

T = TypeVar("T")
Begun: TypeAlias = Callable[[Future[Any]], None]

QUERY, LOOKUP = 0, 1
BATCH = 256
SECONDS_TO_READ = 30.0
"""How long a query may wait for a thread and its result."""


class Lookup:
    """A query that finds a few rows, and its outcome: `Unavailable` until it is run. Its caller waits for ``done``."""

    __slots__ = ("done", "error", "query", "result")

    def __init__(self, query: Callable[[Connection], Any], done: asyncio.Future[Any]) -> None:
        self.query, self.done = query, done
        self.result: Any = None
        self.error: Exception | None = Unavailable()

    def run(self, connection: Connection) -> None:
        """Run the query; raises database errors, which end the transaction."""
        try:
            self.result, self.error = self.query(connection), None
        except SQLAlchemyError:
            raise
        except Refusal as refusal:
            self.error = refusal
        except Exception:
            failures.report("lookup failed")
            self.error = Internal()

    def answer(self) -> None:
        """Pass the outcome to the caller, if it still waits."""
        if self.done.done():
            return
        if self.error is None:
            self.done.set_result(self.result)
        else:
            self.done.set_exception(self.error)


class Reader:
    """Runs queries for the event loop of its ``lifetime``, while that runs. It connects on first use."""

    def __init__(self, url: URL, lifetime: Lifetime) -> None:
        self._lifetime, self._engine = lifetime, connect(url, writer=False)
        self._threads: tuple[DaemonThreads, DaemonThreads] | None = None
        self._lookups: list[Lookup] = []
        self._task: asyncio.Task[None] | None = None

    async def read(self, query: Callable[[Connection], T], begun: Begun | None = None) -> T:
        """Run ``query`` in one snapshot and return its result; raises `Unavailable`.

        ``begun`` is called with what ends when the thread is done, which can be later than this.
        """
        if not self._lifetime.here:
            return await self._lifetime.call(self.read, query, begun)
        running = self._for(QUERY).submit(self._query, query)
        if begun:
            begun(running)
        try:
            async with asyncio.timeout(SECONDS_TO_READ):
                return await asyncio.wrap_future(running)
        except TimeoutError as error:
            raise Unavailable from error

    async def lookup(self, query: Callable[[Connection], T]) -> T:
        """Run a query that finds a few rows by index: all waiting lookups share one snapshot and a thread of their own.

        The snapshot begins after the call. Raises `Unavailable`, and the refusals of the query.
        """
        if not self._lifetime.here:
            return await self._lifetime.call(self.lookup, query)
        loop = asyncio.get_running_loop()
        lookup = Lookup(query, loop.create_future())
        self._lookups.append(lookup)
        if self._task is None:
            self._task = loop.create_task(self._run())
        result: T = await lookup.done
        return result

    def open(self) -> None:
        """Start the threads."""
        self._lookups, self._task = [], None
        self._threads = DaemonThreads(READERS, "reader"), DaemonThreads(LOOKUPS, "lookup")

    async def finish(self, seconds: float) -> bool:
        """Finish the waiting lookups, refuse those not done within ``seconds``; return whether all were done."""
        if self._task is None:
            return True
        _, late = await asyncio.wait({self._task}, timeout=seconds)
        for task in late:
            task.cancel()
            await asyncio.wait({task})
        return not late

    async def close(self, seconds: float) -> bool:
        """Finish the queries, then end the threads; return whether that took less than ``seconds``."""
        threads, self._threads = self._threads, None
        if threads is None:
            return True
        ended = await asyncio.gather(*(each.close(seconds) for each in threads))
        closing = DaemonThreads(1, "closing")  # once no query has a connection, which would outlive its pool
        closing.submit(self._engine.dispose)
        return all([*ended, await closing.close(seconds if all(ended) else 0)])

    async def _run(self) -> None:
        batch: list[Lookup] = []
        try:
            while self._lookups:
                batch, self._lookups = self._lookups[:BATCH], self._lookups[BATCH:]
                with suppress(TimeoutError):
                    async with asyncio.timeout(SECONDS_TO_READ):
                        await asyncio.wrap_future(self._for(LOOKUP).submit(self._look_up, batch))
                for lookup in batch:
                    lookup.answer()
        finally:
            self._task, rest, self._lookups = None, self._lookups, []
            for lookup in (*batch, *rest):
                lookup.answer()

    def _query(self, query: Callable[[Connection], T]) -> T:
        try:
            return self._transact(query)
        except Refusal:
            raise
        except Exception as error:
            failures.report("read failed")
            refusal = Unavailable() if isinstance(error, SQLAlchemyError) else Internal()
        raise refusal  # outside of the handler, so that its context does not quote values

    def _transact(self, query: Callable[[Connection], T]) -> T:
        """Run ``query`` in a transaction; once more on another connection if the first is lost, perhaps while idle."""
        try:
            with self._engine.begin() as connection:
                return query(connection)
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
        with self._engine.begin() as connection:
            return query(connection)

    def _look_up(self, batch: list[Lookup]) -> None:
        """Run lookups in one transaction, and those after one with impossible values in another."""
        waiting = deque(batch)
        while waiting:
            try:
                self._transact(partial(_run, waiting))
            except DataError:
                failures.report("lookup failed")
                if waiting:
                    waiting.popleft()
            except Exception:
                failures.report("lookup failed")
                return

    def _for(self, which: int) -> DaemonThreads:
        """Return the threads for queries or for lookups; raises `Unavailable`."""
        if self._threads is None:
            raise Unavailable
        return self._threads[which]


def _run(waiting: deque[Lookup], connection: Connection) -> None:
    while waiting:
        waiting[0].run(connection)
        waiting.popleft()
