"""The runner of jobs: it claims those that are due, runs them beside each other, and retries those that failed."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from functools import cache
from itertools import islice
from typing import Any

import orjson
from sqlalchemy import Connection, Integer, Text, bindparam, cast, false, literal, or_, select, update

from chatrooms import clock
from chatrooms.errors import Refusal, Unavailable
from chatrooms.pipeline import leases
from chatrooms.pipeline.act import Act
from chatrooms.pipeline.chat import NOBODY, Chat
from chatrooms.pipeline.jobs import CAPACITY, Failed, Job, JobKind, arm
from chatrooms.pipeline.wakeup import Wakeup
from chatrooms.storage.expressions import packed, values
from chatrooms.storage.statements import Prepared
from chatrooms.storage.tables import jobs
from chatrooms.wire import failures

log = logging.getLogger(__name__)

SECONDS_TO_RUN = 60.0
LOOKED_AT = 300
"""How many of the jobs that are due it chooses from, so that many of one group do not hide those of others."""
SECONDS_TO_LOOK = 5.0
"""How often to look for jobs that did not wake the runner, such as those of another process."""
SECONDS_TO_GATHER = 0.05
"""How long jobs that are done wait for others, to be finished in one transaction, if none needs their place."""
LONGEST_PAUSE = 3600


class Runner:
    """Runs the jobs of the given kinds.

    It keeps running jobs in memory. If the database is ``shared`` with other servers, they are leased to this one, so
    that another one runs them again should it end.
    """

    def __init__(self, chat: Chat, kinds: Mapping[str, JobKind], wakeup: Wakeup, *, shared: bool) -> None:
        self._chat, self._kinds, self._wakeup, self._shared = chat, kinds, wakeup, shared
        self._due, self._next_due = _queries([name for name, kind in kinds.items() if kind.in_order], shared=shared)
        self._running: dict[int, asyncio.Task[None]] = {}
        self._of_kind: Counter[str] = Counter()
        self._of_group: Counter[tuple[str, Any]] = Counter()
        self._begun: dict[tuple[str, Any], int] = {}
        self._turns = 0
        self._held: list[int] = []
        self._done: list[tuple[Job, Exception | None]] = []
        self._reported: set[str] = set()
        self._look_at = self._renew_at = 0.0
        self._gathering: asyncio.TimerHandle | None = None
        self._is_gathered = False
        self.runs: Counter[tuple[str, str]] = Counter()
        """How many jobs were run, by kind and whether they were ``ok`` or ``failed``."""

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Run jobs inside this context. Jobs that are cancelled at the end run again after the next start."""
        self._wakeup.reset()
        self._running, self._of_kind, self._done, self._look_at = {}, Counter(), [], 0.0
        self._of_group, self._held, self._renew_at = Counter(), [], 0.0
        self._gathering, self._is_gathered = None, False
        task = asyncio.create_task(self._keep_going())
        try:
            yield
        finally:
            unfinished = [task, *self._running.values()]
            for each in unfinished:
                each.cancel()
            await asyncio.gather(*unfinished, return_exceptions=True)
            if self._gathering:
                self._gathering.cancel()
            if self._done:
                with suppress(Refusal):
                    await self._finish()
            if self._shared and self._running:
                with suppress(Refusal):
                    await self._chat.change(lambda act: leases.end(act.db, self._running), NOBODY)

    async def _keep_going(self) -> None:
        while True:
            try:
                await self._chat.change(lambda act: arm(act.db, self._kinds.values()), NOBODY)
                while True:
                    await self._round()
            except Unavailable:
                await asyncio.sleep(1)
            except Exception:
                failures.report("the job runner failed")
                await asyncio.sleep(1)

    async def _round(self) -> None:
        if self._is_gathered:
            await self._finish()
        await self._renew()
        await self._start()
        await self._report_unknown()
        await self._wakeup.wait(await self._seconds_to_next())

    async def _start(self) -> None:
        room = CAPACITY - len(self._running)
        chosen, self._held, is_all = list[Job](), list[int](), False
        while room and not (chosen or is_all):
            due = await self._find()
            chosen, is_all = list(islice(self._chosen(due), room)), len(due) < LOOKED_AT
        mine = await self._claim([job.id for job in chosen]) if self._shared and chosen else None
        for job in chosen:
            if mine is None or job.id in mine:
                self._count(job, 1)
                self._running[job.id] = asyncio.create_task(self._run(job))

    async def _find(self) -> list[Job]:
        """Return jobs that are due and may run, besides those that are held, at most `LOOKED_AT`."""
        wanted = {**self._waiting(), "now": clock.now(), "limit": LOOKED_AT}
        found = await self._chat.lookup(lambda db: self._due.all(db, wanted))
        return [Job(**{**row, "data": orjson.loads(row["data"])}) for row in found]

    def _chosen(self, due: Iterable[Job]) -> Iterator[Job]:
        """Yield the jobs that may run now, besides those that run; groups take turns."""
        of_kind, of_group = self._of_kind.copy(), self._of_group.copy()
        for job in sorted(due, key=self._turn):
            kind, group = self._kinds[job.kind], self._kinds[job.kind].group(job)
            if of_kind[job.kind] >= kind.at_once:
                continue
            if of_group[group] >= kind.at_once_of_one:
                self._held.append(job.id)
                continue
            of_kind[job.kind] += 1
            of_group[group] += 1
            yield job

    def _turn(self, job: Job) -> tuple[int, int]:
        """Return what sorts jobs: how many of a group run, and when one of it last began."""
        group = self._kinds[job.kind].group(job)
        return self._of_group[group], self._begun.get(group, 0)

    def _count(self, job: Job, more: int) -> None:
        """Count a job as running, or no more."""
        group = self._kinds[job.kind].group(job)
        self._of_kind[job.kind] += more
        self._of_group[group] += more
        if more > 0:
            self._turns += 1
            self._begun.pop(group, None)
            self._begun[group] = self._turns
            if len(self._begun) > LOOKED_AT:
                del self._begun[next(iter(self._begun))]

    def _waiting(self) -> dict[str, str]:
        """Return the parameters of the queries for jobs that no one runs and that may run here."""
        return {"kinds": packed(self._open()), "without": packed(map(str, (*self._running, *self._held)))}

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
        except Failed as error:
            failure = error
        except Unavailable as error:
            log.warning("a job of the kind %s waits for the database", job.kind)
            failure = error
        except Exception as error:
            failures.report(f"job {job.kind} failed")
            failure = error
        self.runs[job.kind, "failed" if failure else "ok"] += 1
        self._done.append((job, failure))
        self._finish_soon(job)

    def _finish_soon(self, job: Job) -> None:
        """Have what is done finished: at once if another job may need the place of this one, or else a little later."""
        kind = self._kinds[job.kind]
        is_full = len(self._running) >= CAPACITY or self._of_kind[job.kind] >= kind.at_once
        if is_full or self._held or kind.in_order:
            self._finish_now()
        elif self._gathering is None:
            self._gathering = asyncio.get_running_loop().call_later(SECONDS_TO_GATHER, self._finish_now)

    def _finish_now(self) -> None:
        if self._gathering:
            self._gathering.cancel()
        self._gathering, self._is_gathered = None, True
        self._wakeup.wake()

    async def _finish(self) -> None:
        done = self._done[:CAPACITY]
        await self._chat.change(lambda act: _settle(act, self._kinds, done), NOBODY)
        del self._done[: len(done)]
        self._is_gathered = bool(self._done)
        for job, _ in done:
            del self._running[job.id]
            self._count(job, -1)
        self._of_group = +self._of_group  # without those of which none runs

    async def _seconds_to_next(self) -> float:
        if len(self._running) >= CAPACITY:
            return SECONDS_TO_LOOK
        waiting = self._waiting()
        row = await self._chat.lookup(lambda db: self._next_due.one(db, waiting))
        due = row and row["due_at"]
        return min(SECONDS_TO_LOOK, max(0.0, clock.seconds_until(due))) if due else SECONDS_TO_LOOK


def _queries(in_order: Sequence[str], *, shared: bool) -> tuple[Prepared, Prepared]:
    """Return the queries for jobs that are due, and for when the next one is, of ``kinds`` and ``without`` some.

    A job of a kind that is ``in_order`` waits while one of the kind is unfinished that was enqueued before.
    """
    earlier = jobs.alias()
    before = earlier.c.kind == jobs.c.kind, earlier.c.done_at.is_(None), earlier.c.id < jobs.c.id
    ordered = or_(*(jobs.c.kind == literal(name) for name in in_order)) if in_order else false()
    waiting = [
        jobs.c.done_at.is_(None),
        jobs.c.kind.in_(select(values("kinds").c.value)),
        jobs.c.id.not_in(select(cast(values("without").c.value, Integer))),
        ~(ordered & select(earlier.c.id).where(*before).exists()),
        *([leases.FREE] if shared else []),
    ]
    data = cast(jobs.c.data, Text).label("data")  # PostgreSQL's driver would decode JSON, SQLite's would not
    found = select(jobs.c.id, jobs.c.kind, jobs.c.key, data, jobs.c.attempts).where(*waiting)
    due = found.where(jobs.c.due_at <= bindparam("now")).order_by(jobs.c.due_at, jobs.c.id)
    next_due = select(jobs.c.due_at).where(*waiting).order_by(jobs.c.due_at).limit(1)
    return Prepared(due.limit(bindparam("limit", type_=Integer))), Prepared(next_due)


def _unknown(db: Connection, known: Iterable[str]) -> Sequence[str]:
    waiting = jobs.c.done_at.is_(None), jobs.c.due_at <= clock.now(), jobs.c.kind.not_in(list(known))
    return db.scalars(select(jobs.c.kind).where(*waiting).distinct().order_by(jobs.c.kind)).all()


def _settle(act: Act, kinds: Mapping[str, JobKind], done: Iterable[tuple[Job, Exception | None]]) -> None:
    for job, failure in done:
        kind = kinds[job.kind]
        attempts = 0 if failure is None else job.attempts + 1
        new: dict[str, Any] = {"attempts": attempts, "leased_until": None}
        if kind.every and (failure is None or attempts >= kind.attempts):
            new |= {"attempts": 0, "due_at": clock.later(kind.every)}
        elif failure is None:
            new |= {"done_at": act.now}
        elif attempts >= kind.attempts:
            new |= {"done_at": act.now, "failure": type(failure).__name__}
        else:
            new |= {"due_at": clock.later(timedelta(seconds=min(2**attempts, LONGEST_PAUSE)))}
        _storing(*new).run(act.db, {"job": job.id, **{f"new_{name}": value for name, value in new.items()}})


@cache
def _storing(*names: str) -> Prepared:
    """Return the statement that stores values of these names."""
    new: dict[str, Any] = {name: bindparam(f"new_{name}") for name in names}
    return Prepared(update(jobs).where(jobs.c.id == bindparam("job")).values(new))
