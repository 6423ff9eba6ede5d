"""What one server asks of PostgreSQL, and what it does when that, or the network to it, fails."""

from __future__ import annotations

import asyncio
import random
import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from types import SimpleNamespace

import psycopg
import pytest
from sqlalchemy import Connection, make_url, text, update
from sqlalchemy.exc import DBAPIError

from chatrooms import ids
from chatrooms.errors import Internal, Unavailable
from chatrooms.pipeline.act import Caller
from chatrooms.storage import batches, engines, fitness, writes
from chatrooms.storage.database import Database
from chatrooms.storage.fitness import Found, Unfit
from chatrooms.storage.locks import key
from chatrooms.storage.statements import Prepared, together
from chatrooms.storage.tables import rooms
from tests.people import PATIENCE, connect
from tests.servers import running
from tests.services.postgres import connect as connect_to_postgres
from tests.storage.between import between
from tests.storage.test_writer import adding, stored


@pytest.fixture
async def proxy(postgres_database):
    async with between(postgres_database) as proxy:
        yield proxy


@pytest.fixture
async def database(proxy):
    database = Database(proxy.url)
    await database.open()
    yield database
    await database.close()


@pytest.fixture
async def administrator(postgres_database):
    """Return a session with the database besides that of the server."""
    url = make_url(postgres_database).set(drivername="postgresql").render_as_string(hide_password=False)
    async with await psycopg.AsyncConnection.connect(url) as session:
        yield session


@pytest.fixture
def in_one_batch(database, monkeypatch):
    """Return a function that runs writes in one batch; each is its arguments for `Writer.change`."""
    monkeypatch.setattr(batches, "SECONDS_TO_WORK", 60)

    async def run(*given):
        return await asyncio.gather(*(database.writer.change(*each) for each in given), return_exceptions=True)

    return run


def locking(*names):
    return lambda _db: names


async def until(condition):
    async with asyncio.timeout(PATIENCE):
        while not await condition():
            await asyncio.sleep(0.01)


async def has(database, names):
    return await database.reader.read(stored) == names


async def holding(administrator, key):
    await administrator.execute("SELECT pg_advisory_xact_lock(%s)", (key,))


# Round trips


@pytest.fixture
async def talking(proxy, tmp_path):
    async with (
        running(tmp_path, database=proxy.url) as server,
        connect(server.url, "alice") as alice,
        connect(server.url, "bob") as bob,
    ):
        yield server.chat, alice, bob


@pytest.mark.slow
@pytest.mark.parametrize("room", ["#lobby", "bob"])
async def test_a_lone_message_takes_three_round_trips(talking, proxy, room):
    _, alice, _ = talking
    await alice.say(room, "The first one begins the conversation.")
    took = []
    for number in range(10):
        before = proxy.writing.turns
        await alice.say(room, str(number))
        took.append(proxy.writing.turns - before)
    assert min(took) == 3, took


@pytest.mark.slow
async def test_each_message_of_a_batch_takes_one_round_trip(talking, proxy, monkeypatch):
    monkeypatch.setattr(batches, "SECONDS_TO_WORK", 60)
    chat, alice, bob = talking
    await bob.say("alice", "begun")
    await alice.say("bob", "answered")
    took = []
    for _ in range(5):
        before, posting = sum(way.turns for way in proxy.ways if way.writes), []
        for number in range(20):
            post = {"room": ("#lobby", "alice+bob")[number % 2], "text": str(number)}
            posting.append(asyncio.get_running_loop().create_future())
            chat._pipeline.begin("message.post", post, Caller("alice"), partial(answer, posting[-1]))
        await asyncio.gather(*posting)
        took.append(sum(way.turns for way in proxy.ways if way.writes) - before)
    assert min(took) == 20 + 2, took  # with the locks and the commit


def answer(future, result, error):
    future.set_exception(error) if error else future.set_result(result)


@pytest.mark.slow
async def test_a_page_of_a_sync_takes_three_round_trips_in_its_transaction(talking, proxy):
    _, alice, _ = talking
    await alice.say("bob", "begun")
    for number in range(20):
        await alice.run("room.create", name=f"#room{number}")
        message = await alice.say(f"#room{number}", "hello")
        await alice.run("reaction.add", id=message["id"], emoji="👍")
    took = []
    for _ in range(10):
        before = reading(proxy)
        page = await alice.run("sync", revs={}, after="#")
        took.append(reading(proxy) - before)
    assert len(page["changes"]) >= 20 and page["until"] is None
    assert min(took) == 3 + 2, took  # with those that begin and end the transaction


def reading(proxy):
    return sum(way.turns for way in proxy.ways if not way.writes)


# What a batch goes on without


async def test_a_batch_goes_on_without_a_room_that_somebody_holds(database, administrator, in_one_batch):
    await holding(administrator, key("#held"))
    waiting = asyncio.create_task(in_one_batch((adding("#held"), locking("#held")), (adding("#a"), locking("#a"))))
    await until(lambda: has(database, ["#a"]))
    assert not waiting.done()
    await administrator.rollback()
    assert await waiting == ["#held", "#a"]


async def test_a_room_that_somebody_holds_for_long_is_refused(database, administrator, in_one_batch, monkeypatch):
    monkeypatch.setattr(writes, "SECONDS_TO_PASS", 0)
    await holding(administrator, key("#held"))
    held, other = await in_one_batch((adding("#held"), locking("#held")), (adding("#a"), locking("#a")))
    assert isinstance(held, Unavailable) and other == "#a"
    assert await database.reader.read(stored) == ["#a"]


def renaming(name):
    return lambda db: db.execute(update(rooms).where(rooms.c.name == name).values(title="changed")).rowcount


async def test_a_batch_goes_on_without_a_row_that_somebody_holds(database, administrator, in_one_batch):
    await database.writer.change(adding("#held"))
    await administrator.execute("SELECT name FROM rooms FOR UPDATE")
    works = ((adding("#b"), "#b"), (renaming("#held"), "#held"), (adding("#c"), "#c"))
    waiting = asyncio.create_task(in_one_batch(*((work, locking(name)) for work, name in works)))
    await until(lambda: has(database, ["#b", "#c", "#held"]))
    await administrator.rollback()
    assert await waiting == ["#b", 1, "#c"]


@pytest.mark.parametrize("state", ["40P01", "40001"])
async def test_what_fails_in_passing_is_tried_again_and_harms_no_one(database, in_one_batch, state):
    failed = []

    def fails_once(db):
        adding("#again")(db)
        if not failed:
            failed.append(state)
            db.exec_driver_sql(f"DO $$ BEGIN RAISE EXCEPTION 'passing' USING ERRCODE = '{state}'; END $$")
        return "#again"

    assert await in_one_batch((adding("#a"),), (fails_once,), (adding("#b"),)) == ["#a", "#again", "#b"]
    assert await database.reader.read(stored) == ["#a", "#again", "#b"]


@pytest.mark.parametrize(
    ("statement", "refusal"), [("SELECT 1 / 0", Internal), ("SELECT CAST('x' AS tsvector) FROM gone", Unavailable)]
)
async def test_a_statement_that_cannot_work_fails_alone(database, in_one_batch, statement, refusal):
    wrong = lambda db: db.exec_driver_sql(statement)  # noqa: E731
    a, failed, b = await in_one_batch((adding("#a"),), (wrong,), (adding("#b"),))
    assert (a, type(failed), b) == ("#a", refusal, "#b")


# Connections that are lost


async def test_a_connection_that_ended_while_it_was_idle_costs_nobody_a_refusal(database, proxy):
    await database.writer.change(adding("#a"))
    await database.reader.read(stored)
    proxy.cut()
    await asyncio.sleep(0.05)
    assert await database.writer.change(adding("#b")) == "#b"
    assert await asyncio.gather(*(database.reader.read(stored) for _ in range(6))) == [["#a", "#b"]] * 6
    assert await database.reader.lookup(stored) == ["#a", "#b"]


def test_a_connection_that_postgresql_ends_among_several_statements_is_not_used_again(postgres_database, caplog):
    """At some moments psycopg neither leaves its pipeline nor notices that the connection is closed."""
    engine, administrator = (engines.connect(make_url(postgres_database), writer=writer) for writer in (False, True))
    ended, dice = text("SELECT pg_terminate_backend(:id)"), random.Random(1)
    several = [(Prepared(text("SELECT generate_series(1, 200)")), {})] * 5

    def end(id: int) -> None:
        time.sleep(dice.random() / 100)
        with administrator.begin() as db:
            db.execute(ended, {"id": id})

    def go_on_until_it_ends(db: Connection) -> None:
        while True:
            together(db, several)

    with ThreadPoolExecutor(1) as other:
        for _ in range(150):
            with engine.connect() as db:
                ending = other.submit(end, db.scalar(text("SELECT pg_backend_pid()")))
                with pytest.raises(DBAPIError):
                    go_on_until_it_ends(db)
                assert db.invalidated
            ending.result()
    assert "reset" not in caplog.text
    engine.dispose()
    administrator.dispose()


async def test_a_commit_whose_answer_is_lost_is_looked_up_and_broadcast_once(database, proxy):
    told = []

    async def committed(results):
        told.extend(results)

    await database.writer.change(adding("#a"))
    database.writer.on_commit(committed)
    proxy.lose_a_commit()
    assert await database.writer.change(adding("#b")) == "#b"
    assert told == ["#b"]
    assert await database.reader.read(stored) == ["#a", "#b"]


async def test_a_commit_that_never_arrived_is_done_again(database, proxy):
    calls, loop = [], asyncio.get_running_loop()

    async def cut():
        proxy.writing.cut()

    def work(db):
        calls.append("#b")
        if len(calls) == 1:
            asyncio.run_coroutine_threadsafe(cut(), loop).result()
        return adding("#b")(db)

    await database.writer.change(adding("#a"))
    assert await database.writer.change(work) == "#b"
    assert await database.reader.read(stored) == ["#a", "#b"]


async def test_of_another_history_no_outcome_is_believed(database, proxy):
    def elsewhere(db):
        db.info["chatrooms_history"] = "another cluster, or another timeline"
        return adding("#b")(db)

    await database.writer.change(adding("#a"))
    proxy.lose_a_commit()
    with pytest.raises(Unavailable):
        await database.writer.change(elsewhere)


@pytest.mark.slow
async def test_others_hear_a_message_whose_commit_had_no_answer(talking, proxy):
    _, alice, bob = talking
    await alice.say("#lobby", "before")
    proxy.lose_a_commit()
    message = await alice.say("#lobby", "in doubt", id=ids.new())
    assert await bob.hears_text("in doubt") == message
    await alice.say("#lobby", "after")
    await bob.hears_text("after")
    assert bob.texts("#lobby")[-3:] == ["before", "in doubt", "after"]


async def test_a_server_that_stands_still_in_its_transaction_does_not_hold_up_others(database, postgres_database):
    other = Database(postgres_database, alone=False)
    await other.open()
    calls, gate = [], threading.Event()

    def stands_still(db):
        calls.append(adding("#b")(db))
        if len(calls) == 1:
            gate.wait(10)
        return "#b"

    first = asyncio.create_task(database.writer.change(stands_still, locking("#b")))
    await until(lambda: asyncio.sleep(0, bool(calls)))
    assert await other.writer.change(adding("#a"), locking("#b")) == "#a"
    gate.set()
    assert await first == "#b" and len(calls) == 2
    assert await database.reader.read(stored) == ["#a", "#b"]
    await other.close()


# What a database has to be


@pytest.fixture
def made(postgres_url):
    """Return a function that makes an empty database, and drop it afterwards."""
    names = []

    def make(options):
        name = f"test_{ids.new().replace('-', '')}"
        with connect_to_postgres(make_url(postgres_url)) as server:
            server.execute(f"CREATE DATABASE {name} TEMPLATE template0 {options}".encode())
        names.append(name)
        return make_url(postgres_url).set(database=name).render_as_string(hide_password=False)

    yield make
    with connect_to_postgres(make_url(postgres_url)) as server:
        for name in names:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@pytest.mark.parametrize("encoding", ["LATIN1", "SQL_ASCII"])
@pytest.mark.slow
async def test_a_database_that_cannot_store_everything_is_not_used(made, encoding):
    database = Database(made(f"ENCODING {encoding} LOCALE 'C'"))
    with pytest.raises(Unfit, match=f"encoding {encoding}.*--encoding=UTF8"):
        await database.open()


async def test_a_database_that_is_read_only_is_not_used(postgres_database, administrator):
    name = make_url(postgres_database).database
    await administrator.execute(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on'.encode())
    await administrator.commit()
    with pytest.raises(Unfit, match="read only"):
        await Database(postgres_database).open()


def test_a_standby_is_not_used():
    assert "standby" in fitness.reason(Found(160_000, "UTF8", recovers=True, is_read_only=True, pid=1))
    assert fitness.reason(Found(160_000, "UTF8", recovers=False, is_read_only=False, pid=1)) == ""


@pytest.mark.parametrize(
    ("here", "said"),
    [(100, ""), (102, ""), (98, ""), (400, "300 s ahead of"), (40, "60 s behind that of the database")],
)
def test_a_clock_that_differs_is_named(here, said):
    found = fitness.clock_reason(100, here)
    assert said in found and bool(said) == bool(found)


async def test_a_server_with_another_clock_says_so_at_its_start(postgres_database, monkeypatch, caplog):
    monkeypatch.setattr(fitness, "time", SimpleNamespace(time=lambda: time.time() - 3600))
    await asyncio.to_thread(fitness.require, make_url(postgres_database))
    (line,) = [record.getMessage() for record in caplog.records if "clock" in record.getMessage()]
    assert re.search(r"3(599|600|601) s behind", line)


@pytest.fixture
async def other_role(administrator):
    """Make a role that can connect to databases, as those of other programs; drop it at the end."""
    await administrator.execute("CREATE ROLE another_program LOGIN")
    await administrator.commit()
    yield
    await administrator.execute("DROP ROLE another_program")
    await administrator.commit()


async def test_a_postgresql_without_roles_of_other_programs_gets_no_warning(postgres_database, caplog):
    fitness.require(make_url(postgres_database))
    assert caplog.messages == []


async def test_a_database_that_every_role_can_connect_to_is_named_until_that_is_revoked(
    postgres_database, administrator, other_role, caplog
):
    url = make_url(postgres_database)
    fitness.require(url)
    (said,) = caplog.messages
    revoke = said[said.index("REVOKE") :]
    assert revoke == f"REVOKE CONNECT ON DATABASE {url.database} FROM PUBLIC"
    await administrator.execute(revoke.encode())
    await administrator.commit()
    caplog.clear()
    fitness.require(url)
    assert caplog.messages == []


COLLATIONS = """
SELECT count(*) FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_collation l ON l.oid = a.attcollation
WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND a.attnum > 0
AND l.collname NOT IN ('C', 'POSIX') AND c.relname <> 'alembic_version'
"""


async def test_texts_are_compared_by_bytes_whatever_the_database_was_created_for(made):
    url = made("ENCODING UTF8 LOCALE_PROVIDER icu ICU_LOCALE 'en' LOCALE 'C'")
    names = ["#B", "#a", "#ab", "#a-b", "#a_b", "#é", "#z"]
    database = Database(url)
    await database.open()
    for name in names:
        await database.writer.change(adding(name))
    assert await database.reader.read(stored) == sorted(names)
    assert await database.reader.read(lambda db: db.exec_driver_sql(COLLATIONS).scalar()) == 0
    await database.close()


@pytest.mark.parametrize("_time", range(3))
async def test_two_servers_that_start_at_once_create_the_tables_once(postgres_database, _time):
    both = [Database(postgres_database, alone=False) for _ in range(2)]
    await asyncio.gather(*(database.open() for database in both))
    await both[0].writer.change(adding("#a"))
    assert await both[1].reader.read(stored) == ["#a"]
    for database in both:
        await database.close()


async def test_a_process_that_stalls_while_it_creates_the_tables_loses_nothing(postgres_database, monkeypatch):
    def stalls(connection):
        connection.exec_driver_sql(engines.BEGIN)
        time.sleep(0.2)

    monkeypatch.setitem(engines.WRITER, "idle_in_transaction_session_timeout", "50ms")
    monkeypatch.setattr(engines, "_begin", stalls)
    database = Database(postgres_database)
    await database.open()
    assert await database.reader.read(stored) == []
    await database.close()


@pytest.mark.parametrize(("given", "used"), [("none", None), ("0", 0), ("7", 7)])
async def test_the_url_can_say_when_statements_are_prepared(postgres_database, given, used):
    database = Database(postgres_database + f"&prepare_threshold={given}", alone=False)
    await database.open()
    assert await database.writer.change(lambda db: db.connection.driver_connection.prepare_threshold) == used
    await database.close()


async def test_a_silent_network_is_noticed_and_a_close_does_not_wait_for_it(database, proxy):
    limits = await database.writer.change(lambda db: db.connection.driver_connection.info.get_parameters())
    assert limits["tcp_user_timeout"] == "10000" and limits["connect_timeout"] == "5"
    proxy.flows.clear()
    writing = asyncio.create_task(database.writer.change(adding("#a")))
    await asyncio.sleep(0)
    async with asyncio.timeout(PATIENCE):
        await database.close()
        with pytest.raises(Unavailable):
            await writing
    proxy.flows.set()
