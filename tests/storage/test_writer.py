"""Group commit: works are committed together, succeed or fail separately, and are broadcast in order."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select, text
from sqlalchemy.exc import OperationalError

from chatrooms.errors import Internal, NotFound, Unavailable
from chatrooms.storage import batches
from chatrooms.storage import writer as db_module
from chatrooms.storage.database import Database
from chatrooms.storage.server_lock import Busy
from chatrooms.storage.tables import rooms
from chatrooms.storage.writer import Waiting
from chatrooms.storage.writes import Write

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
    assert await database.writer.change(adding("#a")) == "#a"
    assert await database.reader.read(stored) == ["#a"]


async def test_a_database_error_does_not_log_values(database, caplog):
    await database.writer.change(adding("#secret"))
    with pytest.raises(Internal):
        await database.writer.change(adding("#secret"))
    assert "IntegrityError" in caplog.text
    assert "secret" not in caplog.text and "alice" not in caplog.text


async def test_waiting_works_are_committed_together_and_broadcast_before_they_return(database, monkeypatch):
    monkeypatch.setattr(batches, "SECONDS_TO_WORK", 60)
    told, answered = [], []

    async def committed(results):
        told.append(list(results))
        assert not set(results) & set(answered)

    database.writer.on_commit(committed)
    gate = threading.Event()

    async def post(name):
        answered.append(await database.writer.change(adding(name)))

    first = asyncio.create_task(database.writer.change(lambda _: gate.wait(10) and "first"))
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
        database.writer.change(adding("#a")),
        database.writer.change(half_done),
        database.writer.change(adding("#a")),
        database.writer.change(broken),
        database.writer.change(adding("#b")),
        return_exceptions=True,
    )
    assert [type(outcome) for outcome in outcomes] == [str, NotFound, Internal, Internal, str]
    assert await database.reader.read(stored) == ["#a", "#b"]


WORKS = ("stores", "refuses", "stores and refuses", "repeats", "stores and repeats", "breaks", "stores and breaks")
OUTCOME = {"refuses": NotFound, "repeats": Internal, "breaks": Internal}


class Works:
    """Works that store a name of their own and then fail, or not, and how often each was called."""

    def __init__(self, kinds: list[str]) -> None:
        self.kinds, self.calls = kinds, [0] * len(kinds)

    def work(self, at):
        def run(connection):
            self.calls[at] += 1
            stores, _, fails = self.kinds[at].rpartition(" and ")
            if stores or fails == "stores":
                adding(f"#{at}")(connection)
            if fails == "repeats":
                adding("#taken")(connection)
            if fails == "refuses":
                raise NotFound
            if fails == "breaks":
                raise RuntimeError("a mistake of ours")
            return at

        return run

    def outcome(self, at):
        return OUTCOME.get(self.kinds[at].rpartition(" and ")[2], int)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kinds=st.lists(st.sampled_from(WORKS), min_size=1, max_size=8))
async def test_what_fails_after_it_stored_is_undone_alone_wherever_it_stands(database, monkeypatch, kinds):
    monkeypatch.setattr(batches, "SECONDS_TO_WORK", 60)
    works, told = Works(kinds), []

    async def committed(results):
        told.extend(results)

    await database.writer.change(lambda db: db.execute(delete(rooms)) and adding("#taken")(db))
    database.writer.on_commit(committed)
    outcomes = await asyncio.gather(
        *(database.writer.change(works.work(at)) for at in range(len(kinds))), return_exceptions=True
    )
    assert [type(outcome) for outcome in outcomes] == [works.outcome(at) for at in range(len(kinds))]
    assert told == [at for at, kind in enumerate(kinds) if kind == "stores"]
    assert await database.reader.read(stored) == sorted(["#taken", *(f"#{at}" for at in told)])
    assert all(times == 1 or (works.outcome(at) is int and times == 2) for at, times in enumerate(works.calls))


@pytest.mark.parametrize("kind", ["refuses", "breaks"])
async def test_what_fails_before_it_stored_makes_nothing_run_again(database, kind):
    works = Works(["stores", kind, "stores"])
    await asyncio.gather(*(database.writer.change(works.work(at)) for at in range(3)), return_exceptions=True)
    assert works.calls == [1, 1, 1]


async def test_a_database_error_fails_its_write_alone(database, monkeypatch):
    monkeypatch.setattr(batches, "SECONDS_TO_WORK", 60)
    told = []

    async def committed(results):
        told.extend(results)

    def fails(_):
        raise OperationalError("INSERT", {}, Exception("disk full"))

    database.writer.on_commit(committed)
    outcomes = await asyncio.gather(
        database.writer.change(adding("#a")), database.writer.change(fails), return_exceptions=True
    )
    assert [type(outcome) for outcome in outcomes] == [str, Unavailable]
    assert await database.reader.read(stored) == told == ["#a"]
    assert await database.writer.change(adding("#b")) == "#b"


async def test_readers_see_one_snapshot_and_cannot_write(database):
    await database.writer.change(adding("#a"))
    gate, reading = threading.Event(), threading.Event()

    def twice(connection):
        before = stored(connection)
        reading.set()
        gate.wait(10)
        return before, stored(connection)

    slow = asyncio.create_task(database.reader.read(twice))
    await asyncio.get_running_loop().run_in_executor(None, reading.wait, 10)
    await database.writer.change(adding("#b"))
    gate.set()
    assert await slow == (["#a"], ["#a"])


async def test_a_cancelled_caller_does_not_undo_the_work(database):
    gate = threading.Event()
    first = asyncio.create_task(database.writer.change(lambda _: gate.wait(10)))
    await asyncio.sleep(0)
    impatient = asyncio.create_task(database.writer.change(adding("#a")))
    await asyncio.sleep(0)
    impatient.cancel()
    gate.set()
    await first
    await database.writer.change(adding("#b"))
    assert await database.reader.read(stored) == ["#a", "#b"]


async def test_a_caller_with_much_to_write_waits_and_not_the_others(database, monkeypatch):
    monkeypatch.setattr(batches, "SECONDS_TO_WORK", 0)
    told = []

    async def committed(results):
        told.append(list(results))

    database.writer.on_commit(committed)
    gate = threading.Event()
    works = [("busy", "gate"), *(("busy", n) for n in range(5)), ("other", 0), ("third", 0), ("other", 1)]
    waiting = []
    for whom, what in works:
        work = (lambda _: gate.wait(10) and ("busy", "gate")) if what == "gate" else (lambda _, it=(whom, what): it)
        waiting.append(asyncio.create_task(database.writer.change(work, whom=whom)))
        await asyncio.sleep(0)
    gate.set()
    assert await asyncio.gather(*waiting) == works
    whose = [whom for ((whom, _),) in told]
    assert whose == ["busy", "busy", "other", "third", "busy", "other", "busy", "busy", "busy"]


@given(st.lists(st.sampled_from("abc"), max_size=40), st.lists(st.tuples(st.integers(1, 9), st.integers(0, 9))))
def test_each_callers_writes_are_taken_once_in_order_and_in_turn(callers, takes):
    waiting = Waiting()
    for number, whom in enumerate(callers):
        waiting.add(Write(number, None, whom, None))
    done = []
    for most, kept in [*takes, (100, 100)]:
        left = {write.whom for writes in waiting._of.values() for write in writes}
        batch = waiting.take(most)
        assert len({write.whom for write in batch[: len(left)]}) == min(len(left), len(batch))
        waiting.put_back(batch[kept:])
        done += batch[:kept]
    assert sorted(write.work for write in done) == list(range(len(callers)))
    for whom in "abc":
        mine = [write.work for write in done if write.whom == whom]
        assert mine == sorted(mine)
    assert len(waiting) == 0


async def test_too_much_waiting_work_is_refused_at_once(database, monkeypatch):
    monkeypatch.setattr(db_module, "WAITING", 1)
    gate = threading.Event()
    first = asyncio.create_task(database.writer.change(lambda _: gate.wait(10)))
    await asyncio.sleep(0)
    second = asyncio.create_task(database.writer.change(adding("#a")))
    await asyncio.sleep(0)
    with pytest.raises(Unavailable):
        await database.writer.change(adding("#b"))
    gate.set()
    await asyncio.gather(first, second)


async def test_sqlite_writes_through_to_the_disk(tmp_path):
    database = Database(f"sqlite:///{tmp_path / 'test.sqlite3'}")
    await database.open()
    pragmas = await database.writer.change(
        lambda db: [db.execute(text(f"PRAGMA {name}")).scalar() for name in ("journal_mode", "synchronous")]
    )
    assert pragmas == ["wal", 2]
    await database.close()


async def test_two_servers_do_not_share_one_file(tmp_path):
    url = f"sqlite:///{tmp_path / 'test.sqlite3'}"
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
    await databases[0].writer.change(adding("#a"))

    def count_up(connection):
        counter = connection.scalar(select(rooms.c.counter).where(rooms.c.name == "#a"))
        connection.execute(rooms.update().values(counter=counter + 1))
        return counter + 1

    revs = await asyncio.gather(
        *(database.writer.change(count_up, lambda _: ["#a", "#b"]) for _ in range(50) for database in databases)
    )
    assert sorted(revs) == list(range(2, 102))
    for database in databases:
        await database.close()
