"""Jobs of several nodes: each runs at one of them, and at another one if that ends."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import AsyncExitStack

from sqlalchemy import func, select, update

from chatrooms import Chatrooms, Settings, clock
from chatrooms.errors import Unavailable
from chatrooms.features import FEATURES
from chatrooms.pipeline import leases
from chatrooms.pipeline.chat import NOBODY
from chatrooms.pipeline.feature import Feature
from chatrooms.pipeline.jobs import JobKind, enqueue
from chatrooms.storage.tables import jobs
from tests.people import PATIENCE
from tests.servers import QUICK

COUNT = 100


class Log:
    """A kind of job that counts its runs by key."""

    def __init__(self, **how) -> None:
        self.runs: Counter[str] = Counter()
        self.kind = JobKind("test.log", self._run, **how)

    async def _run(self, _chat, job) -> None:
        self.runs[job.key] += 1
        await asyncio.sleep(0.001)

    async def until(self, count: int) -> None:
        async with asyncio.timeout(PATIENCE):
            while sum(self.runs.values()) < count:
                await asyncio.sleep(0.01)


async def ask(chat: Chatrooms, kind: JobKind, *keys: str) -> None:
    await chat._pipeline.change(lambda act: [enqueue(act, kind, key) for key in keys], NOBODY)


async def unfinished(chat: Chatrooms) -> int:
    found = select(func.count()).where(jobs.c.kind == "test.log", jobs.c.done_at.is_(None))
    return await chat._db.reader.read(lambda db: db.scalar(found))


async def test_each_job_runs_once_at_one_of_the_nodes(tmp_path, created_database):
    log = Log()
    settings = Settings(data=tmp_path, database=created_database, **QUICK)
    chats = [Chatrooms(settings, features=(*FEATURES, Feature(jobs=(log.kind,)))) for _ in range(2)]
    async with AsyncExitStack() as stack:
        for chat in chats:
            await stack.enter_async_context(chat.lifespan())
        for number in range(COUNT):
            await asyncio.gather(*(ask(chat, log.kind, f"{index} {number}") for index, chat in enumerate(chats)))
        await log.until(2 * COUNT)
        async with asyncio.timeout(PATIENCE):
            while await unfinished(chats[0]):
                await asyncio.sleep(0.01)
    assert set(log.runs.values()) == {1} and len(log.runs) == 2 * COUNT


async def test_a_job_that_is_leased_to_a_node_runs_elsewhere_once_the_lease_is_over(tmp_path, created_database):
    log = Log()
    settings = Settings(data=tmp_path, database=created_database, **QUICK)
    chat = Chatrooms(settings, features=(*FEATURES, Feature(jobs=(log.kind,))))

    def lease(until: str):
        def work(act) -> None:
            act.db.execute(update(jobs).where(jobs.c.key == "leased").values(leased_until=until))

        return work

    async with chat.lifespan():
        await chat._pipeline.change(lambda act: (enqueue(act, log.kind, "leased"), lease("9999")(act)), NOBODY)
        await ask(chat, log.kind, "free")
        await log.until(1)
        assert log.runs == {"free": 1}
        await chat._pipeline.change(lease(clock.ago(seconds=1)), NOBODY)
        await ask(chat, log.kind, "wakes the runner")
        await log.until(3)
    assert set(log.runs.values()) == {1}


async def test_a_job_runs_even_if_the_database_failed_when_a_node_wanted_to_lease_it(
    tmp_path, created_database, monkeypatch
):
    log, failed, take = Log(at_once=1), [], leases.take

    def fails_first(db, ids):
        ours = db.scalars(select(jobs.c.id).where(jobs.c.kind == log.kind.name, jobs.c.id.in_(ids))).all()
        if ours and not failed:
            failed.extend(ours)
            raise Unavailable
        return take(db, ids)

    monkeypatch.setattr(leases, "take", fails_first)
    settings = Settings(data=tmp_path, database=created_database, **QUICK)
    chat = Chatrooms(settings, features=(*FEATURES, Feature(jobs=(log.kind,))))
    async with chat.lifespan():
        await ask(chat, log.kind, "leased later")
        await log.until(1)
    assert failed
