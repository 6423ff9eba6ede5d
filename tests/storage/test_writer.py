"""Group commit: works are committed together, succeed or fail separately, and are broadcast in order."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import OperationalError

from chatrooms.errors import Internal, NotFound, Unavailable
from chatrooms.storage import server_lock
from chatrooms.storage import writer as db_module
from chatrooms.storage.server_lock import Busy
from chatrooms.storage.tables import rooms
from chatrooms.storage.writer import Database

ROOM = {
    "title": "",
    "topic": "",
    "access": "open",
    "created_by": "alice",
    "created_at": "2026-01-01T00:00:00.000Z",
    "archived": False,
    "rev": 1,
    "counter": 1,
    "posted": 0,
}


@pytest.fixture
async def database(tmp_path, either_database) -> AsyncIterator[Database]:
    database = Database(either_database or f"sqlite:///{tmp_path / 'test.sqlite3'}")
    await database.open()
    yield database
    await database.close()


def adding(name):
    def work(connection):
        connection.execute(insert(rooms).values(name=name, **ROOM))
        return name

    return work


def stored(connection):
    return list(connection.scalars(select(rooms.c.name).order_by(rooms.c.name)))


async def test_a_change_can_be_read_once_it_returns(database):
    assert await database.change(adding("#a")) == "#a"
    assert await database.read(stored) == ["#a"]


async def test_a_database_error_does_not_log_values(database, caplog):
    await database.change(adding("#secret"))
    with pytest.raises(Internal):
        await database.change(adding("#secret"))
    assert "IntegrityError" in caplog.text
    assert "secret" not in caplog.text and "alice" not in caplog.text


async def test_waiting_works_are_committed_together_and_broadcast_before_they_return(database):
    told, answered = [], []

    async def committed(results):
        told.append(list(results))
        assert not set(results) & set(answered)

    database.on_commit(committed)
    gate = threading.Event()

    async def post(name):
        answered.append(await database.change(adding(name)))

    first = asyncio.create_task(database.change(lambda _: gate.wait(10) and "first"))
    await asyncio.sleep(0)
    rest = [asyncio.create_task(post(f"#{n:02}")) for n in range(20)]
    await asyncio.sleep(0)
    gate.set()
    await asyncio.gather(first, *rest)
    assert told == [["first"], [f"#{n:02}" for n in range(20)]]


async def test_a_refusal_in_a_batch_is_undone_alone(database):
    def half_done(connection):
        adding("#half")(connection)
        raise NotFound

    def broken(connection):
        adding("#broken")(connection)
        raise RuntimeError("a mistake of ours")

    outcomes = await asyncio.gather(
        database.change(adding("#a")),
        database.change(half_done),
        database.change(adding("#a")),
        database.change(broken),
        database.change(adding("#b")),
        return_exceptions=True,
    )
    assert [type(outcome) for outcome in outcomes] == [str, NotFound, Internal, Internal, str]
    assert await database.read(stored) == ["#a", "#b"]


async def test_a_database_error_fails_the_whole_batch_but_not_the_next_one(database):
    told = []

    async def committed(results):
        told.extend(results)

    def fails(_):
        raise OperationalError("INSERT", {}, Exception("disk full"))

    database.on_commit(committed)
    outcomes = await asyncio.gather(database.change(adding("#a")), database.change(fails), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [Unavailable, Unavailable]
    assert await database.read(stored) == told == []
    assert await database.change(adding("#b")) == "#b"


async def test_readers_see_one_snapshot_and_cannot_write(database):
    await database.change(adding("#a"))
    gate, reading = threading.Event(), threading.Event()

    def twice(connection):
        before = stored(connection)
        reading.set()
        gate.wait(10)
        return before, stored(connection)

    slow = asyncio.create_task(database.read(twice))
    await asyncio.get_running_loop().run_in_executor(None, reading.wait, 10)
    await database.change(adding("#b"))
    gate.set()
    assert await slow == (["#a"], ["#a"])


async def test_a_cancelled_caller_does_not_undo_the_work(database):
    gate = threading.Event()
    first = asyncio.create_task(database.change(lambda _: gate.wait(10)))
    await asyncio.sleep(0)
    impatient = asyncio.create_task(database.change(adding("#a")))
    await asyncio.sleep(0)
    impatient.cancel()
    gate.set()
    await first
    await database.change(adding("#b"))
    assert await database.read(stored) == ["#a", "#b"]


async def test_too_much_waiting_work_is_refused_at_once(database, monkeypatch):
    monkeypatch.setattr(db_module, "WAITING", 1)
    gate = threading.Event()
    first = asyncio.create_task(database.change(lambda _: gate.wait(10)))
    await asyncio.sleep(0)
    second = asyncio.create_task(database.change(adding("#a")))
    await asyncio.sleep(0)
    with pytest.raises(Unavailable):
        await database.change(adding("#b"))
    gate.set()
    await asyncio.gather(first, second)


async def test_sqlite_writes_through_to_the_disk(tmp_path):
    database = Database(f"sqlite:///{tmp_path / 'test.sqlite3'}")
    await database.open()
    pragmas = await database.change(
        lambda db: [db.execute(text(f"PRAGMA {name}")).scalar() for name in ("journal_mode", "synchronous")]
    )
    assert pragmas == ["wal", 2]
    await database.close()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_two_servers_do_not_share_one_database(tmp_path, kind, request, monkeypatch):
    monkeypatch.setattr(server_lock, "PATIENCE", "100ms")
    url = f"sqlite:///{tmp_path / 'test.sqlite3'}" if kind == "sqlite" else request.getfixturevalue("postgres_database")
    first = Database(url)
    await first.open()
    with pytest.raises(Busy, match="another server"):
        await Database(url).open()
    await first.close()
    again = Database(url)
    await again.open()
    await again.close()


async def test_two_writers_of_one_room_in_postgresql_take_turns(postgres_database):
    # Two processes would each have a `Database`; no rev may be assigned twice.
    databases = [Database(postgres_database, alone=False) for _ in range(2)]
    for database in databases:
        await database.open()
    await databases[0].change(adding("#a"))

    def count_up(connection):
        counter = connection.scalar(select(rooms.c.counter).where(rooms.c.name == "#a"))
        connection.execute(rooms.update().values(counter=counter + 1))
        return counter + 1

    revs = await asyncio.gather(
        *(database.change(count_up, lambda _: ["#a", "#b"]) for _ in range(50) for database in databases)
    )
    assert sorted(revs) == list(range(2, 102))
    for database in databases:
        await database.close()
