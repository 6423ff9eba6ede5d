"""Jobs: work after a commit, stored as a row in the same transaction, run at least once, and retried on failure.

A job must be idempotent, because the process can die after the work and before the row is marked as done. Its ``key``
makes enqueueing idempotent too. So slow work never blocks the writer, and is not lost when the process dies.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, bindparam, delete, func, select, update

from chatrooms import clock, ids
from chatrooms.errors import Refusal, Unavailable
from chatrooms.pipeline import leases
from chatrooms.pipeline.chat import NOBODY, Chat
from chatrooms.pipeline.commands import Act
from chatrooms.pipeline.queue import Queue
from chatrooms.storage.tables import jobs
from chatrooms.storage.upserts import Upsert
from chatrooms.wire import failures

log = logging.getLogger(__name__)

CAPACITY = 100
"""The most jobs that run at once, and that are finished in one transaction."""
SECONDS_TO_RUN = 60.0
SECONDS_TO_LOOK = 5.0
"""How often to look for jobs that did not wake the runner, such as those of another process."""
LONGEST_PAUSE = 3600
DAYS_KEPT = 7
"""How long a finished job is kept; until then, enqueueing the same key again has no effect."""

Conditions = tuple[ColumnElement[bool], ...]

_ROW = ("kind", "key", "data", "due_at", "attempts")
_INSERT = Upsert(
    lambda insert: (
        insert(jobs)
        .values({column: bindparam(f"new_{column}") for column in _ROW})
        .on_conflict_do_nothing(index_elements=["kind", "key"])
    )
)


@dataclass(frozen=True)
class Job:
    """A job: ``data`` is the argument of `enqueue`, ``attempts`` the number of failed attempts."""

    id: int
    kind: str
    key: str
    data: Any
    attempts: int


@dataclass(frozen=True)
class JobKind:
    """How the jobs of one name run.

    ``run`` is awaited with the chat and the job. If it raises, the error is logged and the job is retried with
    exponential backoff, up to ``attempts`` attempts. With ``every``, there is one such job, which runs at that
    interval. Of a feature with a component, ``run`` gets that first. At most ``at_once`` jobs of the kind run at a
    time, so that slow ones leave room to others, and at most ``at_once_of_one`` of those whose data have the same value
    of ``sharing``.
    """

    name: str
    run: Callable[..., Awaitable[None]]
    every: timedelta | None = None
    attempts: int = 12
    at_once: int = CAPACITY
    sharing: str = ""
    at_once_of_one: int = CAPACITY

    def group(self, job: Job) -> tuple[str, Any]:
        """Return what a job shares its turns with."""
        return self.name, job.data.get(self.sharing) if self.sharing else None


def enqueue(act: Act, kind: JobKind, key: str, data: Any = None, *, due: str | None = None) -> None:
    """Enqueue a job to run after this command's commit, or at ``due``, unless one of the same kind and key exists."""
    act.queued = True
    _insert(act.db, kind, key, data, due or act.now)


def schedule(db: Connection, kind: JobKind, key: str, data: Any, due: str) -> None:
    """Enqueue a job from another process, to run at ``due``; a server notices it within `SECONDS_TO_LOOK`."""
    known = jobs.c.kind == kind.name, jobs.c.key == key
    db.execute(update(jobs).where(*known).values(due_at=due))
    _insert(db, kind, key, data, due)


def make_due(db: Connection) -> None:
    """Have a server run all jobs that wait once it starts, also those that are due later."""
    db.execute(update(jobs).where(jobs.c.done_at.is_(None)).values(due_at=clock.now()))


def leave(db: Connection, kind: JobKind, data: Any) -> None:
    """Leave a job for the server, from another process; it looks every few seconds, or when it starts."""
    _insert(db, kind, ids.new(), data, clock.now())


class Runner:
    """Runs the jobs of the given kinds.

    It keeps running jobs in memory. If the database is ``shared`` with other servers, they are leased to this one, so
    that another one runs them again should it end.
    """

    def __init__(self, chat: Chat, kinds: Mapping[str, JobKind], queue: Queue, *, shared: bool) -> None:
        self._chat, self._kinds, self._queue, self._shared = chat, kinds, queue, shared
        self._running: dict[int, asyncio.Task[None]] = {}
        self._of_kind: Counter[str] = Counter()
        self._of_group: Counter[tuple[str, Any]] = Counter()
        self._held: list[int] = []
        self._done: list[tuple[Job, Exception | None]] = []
        self._reported: set[str] = set()
        self._look_at = 0.0
        self.runs: Counter[tuple[str, str]] = Counter()
        """How many jobs were run, by kind and whether they were ``ok`` or ``failed``."""

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Run jobs inside this context. Jobs that are cancelled at the end run again after the next start."""
        self._queue.reset()
        self._running, self._of_kind, self._done, self._look_at = {}, Counter(), [], 0.0
        self._of_group, self._held, self._renew_at = Counter(), [], 0.0
        task = asyncio.create_task(self._keep_going())
        try:
            yield
        finally:
            unfinished = [task, *self._running.values()]
            for each in unfinished:
                each.cancel()
            await asyncio.gather(*unfinished, return_exceptions=True)
            if self._shared and self._running:
                with suppress(Refusal):
                    await self._chat.change(lambda act: leases.end(act.db, self._running), NOBODY)

    async def _keep_going(self) -> None:
        while True:
            try:
                await self._chat.change(self._arm, NOBODY)
                while True:
                    await self._round()
            except Unavailable:
                await asyncio.sleep(1)
            except Exception:
                failures.report("the job runner failed")
                await asyncio.sleep(1)

    async def _round(self) -> None:
        if self._done:
            await self._finish()
        await self._renew()
        await self._start()
        await self._report_unknown()
        await self._queue.wait(await self._seconds_to_next())

    async def _start(self) -> None:
        room = CAPACITY - len(self._running)
        due = await self._chat.lookup(lambda db: _due(db, self._waiting(), room))
        chosen = list(self._chosen(due))
        mine = await self._claim([job.id for job in chosen]) if self._shared and chosen else None
        for job in chosen:
            if mine is None or job.id in mine:
                self._running[job.id] = asyncio.create_task(self._run(job))
            else:
                self._uncount(job)

    def _chosen(self, due: Iterable[Job]) -> Iterator[Job]:
        """Yield the jobs that may run now, and count them as running."""
        self._held = []
        for job in due:
            kind, group = self._kinds[job.kind], self._kinds[job.kind].group(job)
            if self._of_kind[job.kind] >= kind.at_once:
                continue
            if self._of_group[group] >= kind.at_once_of_one:
                self._held.append(job.id)
                continue
            self._of_kind[job.kind] += 1
            self._of_group[group] += 1
            yield job

    def _uncount(self, job: Job) -> None:
        self._of_kind[job.kind] -= 1
        self._of_group[self._kinds[job.kind].group(job)] -= 1

    def _waiting(self, without: Iterable[int] = ()) -> Conditions:
        """Return the conditions of jobs that no one runs and that may run here, ``without`` some."""
        waiting = _waiting(self._open(), [*self._running, *without])
        return (*waiting, leases.FREE) if self._shared else waiting

    async def _claim(self, ids: Sequence[int]) -> set[int]:
        """Lease jobs to this server; return those that no other server has meanwhile."""
        return await self._chat.change(lambda act: leases.take(act.db, ids), NOBODY)

    async def _renew(self) -> None:
        now = asyncio.get_running_loop().time()
        if self._shared and now >= self._renew_at:
            self._renew_at = now + leases.SECONDS / 3
            if running := list(self._running):
                await self._chat.change(lambda act: leases.renew(act.db, running), NOBODY)

    def _open(self) -> list[str]:
        """Return the kinds of which more jobs may run."""
        return [name for name, kind in self._kinds.items() if self._of_kind[name] < kind.at_once]

    async def _report_unknown(self) -> None:
        """Warn once of each kind whose jobs are due but that no feature lists, so that no one can run them."""
        now = asyncio.get_running_loop().time()
        if now < self._look_at:
            return
        self._look_at = now + SECONDS_TO_LOOK
        for kind in await self._chat.lookup(lambda db: _unknown(db, {*self._kinds, *self._reported})):
            self._reported.add(kind)
            log.warning("jobs of the kind %s are waiting, but no feature of this chat runs them", kind)

    async def _run(self, job: Job) -> None:
        failure: Exception | None = None
        try:
            async with asyncio.timeout(SECONDS_TO_RUN):
                await self._kinds[job.kind].run(self._chat, job)
        except Exception as error:
            failures.report(f"job {job.kind} failed")
            failure = error
        self.runs[job.kind, "failed" if failure else "ok"] += 1
        self._done.append((job, failure))
        self._queue.wake()

    async def _finish(self) -> None:
        done = self._done[:CAPACITY]
        await self._chat.change(lambda act: _settle(act, self._kinds, done), NOBODY)
        del self._done[: len(done)]
        for job, _ in done:
            del self._running[job.id]
            self._uncount(job)
        self._of_group = +self._of_group  # without those of which none runs

    async def _seconds_to_next(self) -> float:
        if len(self._running) >= CAPACITY:
            return SECONDS_TO_LOOK
        due = await self._chat.lookup(lambda db: _next_due(db, self._waiting(self._held)))
        return SECONDS_TO_LOOK if due is None else min(SECONDS_TO_LOOK, max(0.0, clock.seconds_until(due)))

    def _arm(self, act: Act) -> None:
        for kind in self._kinds.values():
            if kind.every:
                _insert(act.db, kind, "", None, act.now)


def _insert(db: Connection, kind: JobKind, key: str, data: Any, due: str) -> None:
    row = dict(zip(_ROW, (kind.name, key, orjson.dumps(data).decode(), due, 0), strict=True))
    _INSERT.run(db, {f"new_{column}": value for column, value in row.items()})


def _waiting(kinds: Iterable[str], running: Iterable[int]) -> Conditions:
    return jobs.c.done_at.is_(None), jobs.c.kind.in_(list(kinds)), jobs.c.id.not_in(list(running))


def _due(db: Connection, waiting: Conditions, limit: int) -> list[Job]:
    found = select(jobs).where(*waiting, jobs.c.due_at <= clock.now())
    rows = db.execute(found.order_by(jobs.c.due_at, jobs.c.id).limit(limit))
    return [Job(row.id, row.kind, row.key, row.data, row.attempts) for row in rows]


def waiting(db: Connection) -> dict[str, int]:
    """Return how many jobs of each kind are due and not done, also those that run."""
    due = select(jobs.c.kind, func.count().label("number")).where(
        jobs.c.done_at.is_(None), jobs.c.due_at <= clock.now()
    )
    return {row.kind: row.number for row in db.execute(due.group_by(jobs.c.kind))}


def _unknown(db: Connection, known: Iterable[str]) -> Sequence[str]:
    waiting = jobs.c.done_at.is_(None), jobs.c.due_at <= clock.now(), jobs.c.kind.not_in(list(known))
    return db.scalars(select(jobs.c.kind).where(*waiting).distinct().order_by(jobs.c.kind)).all()


def _next_due(db: Connection, waiting: Conditions) -> str | None:
    due: str | None = db.scalar(select(func.min(jobs.c.due_at)).where(*waiting))
    return due


def _settle(act: Act, kinds: Mapping[str, JobKind], done: Iterable[tuple[Job, Exception | None]]) -> None:
    for job, failure in done:
        kind = kinds[job.kind]
        attempts = 0 if failure is None else job.attempts + 1
        values: dict[str, Any] = {"attempts": attempts, "leased_until": None}
        if kind.every and (failure is None or attempts >= kind.attempts):
            values |= {"attempts": 0, "due_at": clock.later(kind.every)}
        elif failure is None:
            values |= {"done_at": act.now}
        elif attempts >= kind.attempts:
            values |= {"done_at": act.now, "failure": type(failure).__name__}
        else:
            values |= {"due_at": clock.later(timedelta(seconds=min(2**attempts, LONGEST_PAUSE)))}
        act.db.execute(update(jobs).where(jobs.c.id == job.id).values(values))


async def _forget_finished(chat: Chat, _job: Job) -> None:
    """Delete the rows of jobs that finished long ago, in batches."""
    old = select(jobs.c.id).where(jobs.c.done_at < clock.ago(days=DAYS_KEPT)).limit(CAPACITY)

    def remove(act: Act) -> int:
        return act.db.execute(delete(jobs).where(jobs.c.id.in_(old.scalar_subquery()))).rowcount

    while await chat.change(remove, NOBODY) == CAPACITY:
        pass


FORGET = JobKind("jobs.forget", _forget_finished, every=timedelta(hours=1))
