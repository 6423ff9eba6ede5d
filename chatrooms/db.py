"""The engine, ``read()``, ``lookup()``, and ``change()`` with group commit; knows nothing of chat.

One writer per process takes everything that waits and commits it as one transaction, each work in a savepoint of its
own, so that one refusal harms nobody else. While a commit is on the disk the next batch gathers: the busier the
server, the larger the batch.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError

from chatrooms.claim import claim
from chatrooms.errors import Internal, Refusal, Unavailable
from chatrooms.migrations import migrate
from chatrooms.prepared import Prepared
from chatrooms.wire import failures

T = TypeVar("T")
Locks = Callable[[Connection], Iterable[str]]

READERS = 4
BATCH = 256
WAITING = 10_000

_QUIET = logging.getLogger("sqlalchemy.engine.Engine.chatrooms")
_QUIET.setLevel(logging.WARNING)  # below it SQLAlchemy logs the rows that it finds

_SAVE, _UNDO, _RELEASE = (
    Prepared(text(sql)) for sql in ("SAVEPOINT job", "ROLLBACK TO SAVEPOINT job", "RELEASE SAVEPOINT job")
)


@dataclass
class Job:
    """One piece of work that waits for the writer, then its outcome."""

    work: Callable[[Connection], Any]
    locks: Locks
    done: asyncio.Future[Any]
    result: Any = None
    error: Exception | None = None


@dataclass
class Question:
    """What somebody wants to look up, then the answer."""

    query: Callable[[Connection], Any]
    done: asyncio.Future[Any]
    result: Any = None
    error: Exception | None = None


class Database:
    """A database that many read and one writes.

    ``committed`` is awaited with the results of each committed batch, in the order of the commits and before those
    who asked are answered. One that is not ``alone`` leaves it to others to keep out a second server.
    """

    def __init__(
        self, url: str, committed: Callable[[Sequence[Any]], Awaitable[None]] | None = None, *, alone: bool = True
    ) -> None:
        self.url = make_url(url)
        self.committed = committed
        self._alone = alone
        self._release: Callable[[], None] = _nothing
        self._asked: list[Question] = []
        self._looking: asyncio.Task[None] | None = None
        self._waiting: list[Job] = []
        self._writing: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Create or migrate the tables and start the threads; raises `Busy`, or ``SQLAlchemyError``."""
        self._write_thread = ThreadPoolExecutor(1, "writer")
        if self._alone:
            self._release = await self._on(self._write_thread, claim, self.url)
        self._writer = _engine(self.url, writer=True)
        self._reader = _engine(self.url, writer=False)
        self._read_threads = ThreadPoolExecutor(READERS, "reader")
        await self._on(self._write_thread, migrate, self._writer)

    async def close(self) -> None:
        """Finish what was asked for, then let go of everything."""
        for working in filter(None, (self._writing, self._looking)):
            await working
        self._write_thread.shutdown()
        self._read_threads.shutdown()
        self._reader.dispose()
        self._writer.dispose()
        self._release()

    async def read(self, query: Callable[[Connection], T]) -> T:
        """What ``query`` returns, run on a reader's thread in one snapshot; raises `Unavailable`."""
        return await self._on(self._read_threads, self._query, query)

    async def lookup(self, query: Callable[[Connection], T]) -> T:
        """The same for a query that finds a few rows by index: all that wait share one snapshot and one thread.

        It begins after it was asked for, like any other.
        """
        question = Question(query, asyncio.get_running_loop().create_future())
        self._asked.append(question)
        if self._looking is None:
            self._looking = asyncio.create_task(self._look_up())
        result: T = await question.done
        return result

    async def change(self, work: Callable[[Connection], T], locks: Locks = lambda _: ()) -> T:
        """What ``work`` returns, once it is on the disk and told.

        ``locks`` names what the work changes: works of all processes that share a name never overlap. What ``work``
        raises is raised here and its changes are undone; raises `Unavailable` when the database cannot be written.
        """
        if len(self._waiting) >= WAITING:
            raise Unavailable
        job = Job(work, locks, asyncio.get_running_loop().create_future())
        self._waiting.append(job)
        if self._writing is None:
            self._writing = asyncio.create_task(self._write())
        result: T = await job.done
        return result

    async def _look_up(self) -> None:
        while self._asked:
            batch, self._asked = self._asked[:BATCH], self._asked[BATCH:]
            await self._on(self._read_threads, self._query_all, batch)
            for question in batch:
                _answer(question)
        self._looking = None

    async def _write(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:BATCH], self._waiting[BATCH:]
            await self._on(self._write_thread, self._commit, batch)
            await self._tell(batch)
            for job in batch:
                _answer(job)
        self._writing = None

    async def _tell(self, batch: list[Job]) -> None:
        results = [job.result for job in batch if job.error is None]
        if self.committed and results:
            try:
                await self.committed(results)
            except Exception:
                failures.report("telling failed")

    def _commit(self, batch: list[Job]) -> None:
        try:
            with self._writer.begin() as connection:
                held = _lock(connection, batch)
                for job in batch:
                    _run(job, connection, held)
        except Exception:
            failures.report("commit failed")
            for job in batch:
                job.error = job.error or Unavailable()

    def _query(self, query: Callable[[Connection], T]) -> T:
        try:
            with self._reader.begin() as connection:
                return query(connection)
        except Refusal:
            raise
        except Exception as error:
            failures.report("read failed")
            refusal = Unavailable() if isinstance(error, SQLAlchemyError) else Internal()
        raise refusal  # out here, where it has no context that quotes values

    def _query_all(self, batch: list[Question]) -> None:
        try:
            with self._reader.begin() as connection:
                for question in batch:
                    _look_up(question, connection)
        except Exception:
            failures.report("lookup failed")
            for question in batch:
                question.error = Unavailable()

    async def _on(self, threads: ThreadPoolExecutor, work: Callable[..., T], *args: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(threads, work, *args)


def _nothing() -> None:
    return None


def _lock(connection: Connection, batch: list[Job]) -> set[int]:
    """Hold what the batch changes, in one order for all: else two batches could wait for each other.

    SQLite has one writer at a time and needs nothing. A work whose locks fail has its turn to fail in `_run`.
    """
    if connection.dialect.name != "postgresql":
        return set()
    keys: set[int] = set()
    for job in batch:
        with suppress(Exception):
            keys |= _keys(job, connection)
    for key in sorted(keys):
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})
    return keys


def _hold(job: Job, connection: Connection, held: set[int]) -> None:
    """Ask again what the work changes: what it works on may have been made by a work before it.

    A lock that is missing now is not waited for, which would be out of order; the client tries again.
    """
    wanted = _keys(job, connection)
    if connection.dialect.name != "postgresql":
        return
    for key in sorted(wanted - held):
        if not connection.scalar(text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": key}):
            raise Unavailable
        held.add(key)


def _run(job: Job, connection: Connection, held: set[int]) -> None:
    """Do one work; what it raises undoes it alone, save for an error of the database, which ends the batch."""
    _SAVE.run(connection, {})
    try:
        _hold(job, connection, held)
        job.result = job.work(connection)
    except Refusal as refusal:
        job.error = refusal
    except Exception as error:
        if isinstance(error, DBAPIError) and not isinstance(error, IntegrityError):
            raise
        failures.report("command failed")
        job.error = Internal()
    if job.error:
        _UNDO.run(connection, {})
    _RELEASE.run(connection, {})


def _look_up(question: Question, connection: Connection) -> None:
    """Answer one question; an error of the database ends the batch."""
    try:
        question.result = question.query(connection)
    except SQLAlchemyError:
        raise
    except Exception:
        failures.report("lookup failed")
        question.error = Internal()


def _answer(asked: Job | Question) -> None:
    if asked.done.done():
        return
    if asked.error is None:
        asked.done.set_result(asked.result)
    else:
        asked.done.set_exception(asked.error)


def _keys(job: Job, connection: Connection) -> set[int]:
    """The locks of what a work changes, as PostgreSQL wants them."""
    return {_key(name) for name in job.locks(connection)}


def _key(name: str) -> int:
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "big", signed=True)


def _engine(url: Any, *, writer: bool) -> Engine:
    how: dict[str, Any] = {"pool_size": 1 if writer else READERS, "max_overflow": 0}
    how |= {"hide_parameters": True, "logging_name": _QUIET.name.rpartition(".")[2]}
    if url.get_backend_name() != "sqlite":
        isolation = "READ COMMITTED" if writer else "REPEATABLE READ"
        return create_engine(url, **how, pool_pre_ping=True, isolation_level=isolation)
    engine = create_engine(url, **how)

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA busy_timeout = 5000")
        if not writer:
            connection.execute("PRAGMA query_only = ON")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writer else "BEGIN")

    return engine
