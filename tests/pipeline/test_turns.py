"""A caller's turn at the readers lasts, and is charged, until the thread is done, whoever still waits for it."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest

from chatrooms.errors import NotFound, Unavailable
from chatrooms.lifetime import NotRunning
from chatrooms.pipeline.turn import Turn
from chatrooms.storage import reader
from chatrooms.storage.database import Database
from chatrooms.storage.engines import READERS

PATIENCE = 20


class Caller:
    """Who has one slot, and the seconds that they were charged."""

    def __init__(self, database: Database) -> None:
        self.slot, self.charged, self._reader = asyncio.Semaphore(1), list[float](), database.reader

    async def ask(self, query) -> None:
        async with Turn(self.slot, self.charged.append) as turn:
            await self._reader.read(turn.timed(query), turn.last)

    async def is_free(self) -> bool:
        await asyncio.wait_for(self.slot.acquire(), PATIENCE)
        self.slot.release()
        return True


class Slow:
    """A query that works until it is allowed to end."""

    def __init__(self) -> None:
        self.begun, self.may_end = threading.Event(), threading.Event()

    def __call__(self, _db) -> None:
        self.begun.set()
        until = time.thread_time() + 0.001
        while time.thread_time() < until:
            pass
        self.may_end.wait(PATIENCE)


@pytest.fixture
async def database(tmp_path):
    database = Database(f"sqlite:///{tmp_path / 'test.sqlite3'}")
    await database.open()
    yield database
    await database.close()


async def test_a_query_without_an_answer_in_time_keeps_its_slot_and_is_charged(database, monkeypatch):
    monkeypatch.setattr(reader, "SECONDS_TO_READ", 0.05)
    caller, slow = Caller(database), Slow()
    with pytest.raises(Unavailable):
        await caller.ask(slow)
    assert caller.slot.locked() and not caller.charged
    slow.may_end.set()
    assert await caller.is_free() and caller.charged[0] > 0


async def test_a_query_of_a_caller_who_left_keeps_its_slot_and_is_charged(database):
    caller, slow = Caller(database), Slow()
    asking = asyncio.create_task(caller.ask(slow))
    await asyncio.to_thread(slow.begun.wait, PATIENCE)
    asking.cancel()
    await asyncio.wait({asking})
    assert caller.slot.locked() and not caller.charged
    slow.may_end.set()
    assert await caller.is_free() and caller.charged[0] > 0


async def test_a_query_that_was_not_begun_never_runs(database):
    busy = [Slow() for _ in range(READERS)]
    others = [asyncio.create_task(database.reader.read(slow)) for slow in busy]
    for slow in busy:
        await asyncio.to_thread(slow.begun.wait, PATIENCE)
    caller, late = Caller(database), Slow()
    asking = asyncio.create_task(caller.ask(late))
    while not caller.slot.locked():
        await asyncio.sleep(0)
    asking.cancel()
    assert await caller.is_free() and caller.charged == [0.0]
    for slow in busy:
        slow.may_end.set()
    await asyncio.gather(*others)
    assert not late.begun.is_set()


async def test_lookups_do_not_wait_for_queries(database):
    busy = [Slow() for _ in range(READERS)]
    asking = [asyncio.create_task(database.reader.read(slow)) for slow in busy]
    for slow in busy:
        await asyncio.to_thread(slow.begun.wait, PATIENCE)
    assert await asyncio.wait_for(database.reader.lookup(lambda _: "found"), PATIENCE / 2) == "found"
    for slow in busy:
        slow.may_end.set()
    await asyncio.gather(*asking)


async def test_a_refused_query_is_charged_before_its_answer(database):
    caller = Caller(database)

    def refuse(_db):
        raise NotFound

    with pytest.raises(NotFound):
        await caller.ask(refuse)
    assert not caller.slot.locked() and len(caller.charged) == 1


async def test_a_query_after_the_end_leaves_its_slot(database):
    caller = Caller(database)
    await database.close()
    with pytest.raises(NotRunning):
        await caller.ask(Slow())
    assert not caller.slot.locked()
