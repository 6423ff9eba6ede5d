"""A chat outside of its lifespan, and calls from other threads and event loops: they work, or fail with a hint."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

import aiohttp
import httpx2
import pytest
import socketio.exceptions
from sqlalchemy import text
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from chatrooms import AlreadyRunning, Chatrooms, NotRunning, Settings, WouldBlock
from chatrooms.errors import NotFound, Unavailable
from chatrooms.storage import database as db_module
from chatrooms.storage import server_lock, writer
from chatrooms.storage.database import Database
from chatrooms.storage.server_lock import Busy
from tests.doors import get, post
from tests.people import Person, connect, leave
from tests.servers import QUICK, serving

PATIENCE = 20
WHAT_TO_DO = "lifespan=chat.lifespan"


@pytest.fixture
def chat(tmp_path) -> Chatrooms:
    return Chatrooms(Settings(data=tmp_path, **QUICK))


def elsewhere(work):
    """Run a coroutine function on a new event loop in a new thread."""
    return asyncio.wait_for(asyncio.to_thread(asyncio.run, work()), PATIENCE)


async def texts(chat) -> list[str]:
    return await chat._db.reader.read(lambda db: list(db.scalars(text("SELECT text FROM messages ORDER BY seq"))))


async def works(chat) -> None:
    """Call everything that a host can call, from the loop's own thread, another thread, and another loop."""

    async def over_there():
        await chat.post("#lobby", "from another loop")
        await chat.signal("#lobby", "greeting")
        await chat.emit("mine", {}, to="#lobby")
        assert (await chat.run("user.get", {"username": "system"}, username="system"))["user"]

    await chat.post("#lobby", "here")
    await asyncio.wait_for(asyncio.to_thread(chat.post_sync, "#lobby", "from a thread"), PATIENCE)
    await elsewhere(over_there)
    assert set(await texts(chat)) >= {"here", "from a thread", "from another loop"}


CALLS = {
    "post": lambda chat: chat.post("#lobby", "hi"),
    "post as a person": lambda chat: chat.post("#lobby", "hi", author="alice"),
    "signal": lambda chat: chat.signal("#lobby", "greeting"),
    "emit": lambda chat: chat.emit("mine", {}, to="#lobby"),
    "run": lambda chat: chat.run("user.me", {}, username="alice"),
    "drain": lambda chat: chat.drain(),
    "read": lambda chat: chat._db.reader.read(lambda _: None),
    "lookup": lambda chat: chat._db.reader.lookup(lambda _: None),
    "change": lambda chat: chat._db.writer.change(lambda _: None),
    "post_sync": lambda chat: asyncio.to_thread(chat.post_sync, "#lobby", "hi"),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
async def test_a_call_outside_of_the_lifespan_raises_at_once(chat, call):
    with pytest.raises(NotRunning):
        await call(chat)
    async with chat.lifespan():
        await works(chat)
    with pytest.raises(NotRunning):
        await call(chat)
    async with chat.lifespan():
        await chat.post("#lobby", "again")


async def test_not_running_says_what_to_do_and_is_a_runtime_error(chat):
    with pytest.raises(RuntimeError, match=WHAT_TO_DO):
        await chat.post("#lobby", "hi")
    with pytest.raises(RuntimeError, match=WHAT_TO_DO):
        chat.post_sync("#lobby", "hi")
    assert chat.sockets_in("#lobby") == []


async def test_post_sync_raises_on_the_chats_own_thread(chat):
    async with chat.lifespan():
        with pytest.raises(WouldBlock, match="await"):
            chat.post_sync("#lobby", "hi")
        await works(chat)


async def test_an_exception_is_raised_in_the_calling_thread(chat):
    async with chat.lifespan():
        with pytest.raises(NotFound):
            await asyncio.to_thread(chat.post_sync, "zebedee", "hi")
        with pytest.raises(NotFound):
            await elsewhere(lambda: chat.post("zebedee", "hi"))


async def test_threads_can_run_a_loop_for_each_post_while_others_post(chat):
    # `asyncio.run` in a thread ends its loop, with all tasks, after each post.
    async with chat.lifespan():
        done = asyncio.Event()

        async def go_on() -> int:
            posted = 0
            while not done.is_set():
                await chat.post("#lobby", "here")
                posted += 1
            return posted

        here = asyncio.create_task(go_on())
        threads = [
            asyncio.to_thread(lambda: [asyncio.run(chat.post("#lobby", "there")) for _ in range(20)]) for _ in range(5)
        ]
        await asyncio.wait_for(asyncio.gather(*threads), PATIENCE)
        done.set()
        posted = await here
        assert sorted(await texts(chat)) == ["here"] * posted + ["there"] * 100


@pytest.mark.parametrize("posts", [400, pytest.param(3000, marks=pytest.mark.slow)])
async def test_threads_post_while_the_loop_does(chat, posts):
    async with chat.lifespan():
        with ThreadPoolExecutor(40) as threads:
            loop = asyncio.get_running_loop()
            there = [loop.run_in_executor(threads, chat.post_sync, "#lobby", str(n)) for n in range(posts)]
            here = [asyncio.create_task(chat.post("#lobby", str(n))) for n in range(posts, posts + 100)]
            await asyncio.wait_for(asyncio.gather(*there, *here), PATIENCE)
        assert sorted(map(int, await texts(chat))) == list(range(posts + 100))


async def test_a_second_lifespan_is_refused_and_the_first_continues(chat):
    async with chat.lifespan():
        with pytest.raises(AlreadyRunning):
            await chat.lifespan().__aenter__()
        with pytest.raises(AlreadyRunning):
            await elsewhere(chat.lifespan().__aenter__)
        await works(chat)


async def test_a_chat_that_could_not_start_starts_once_it_can(chat, tmp_path):
    async with Chatrooms(Settings(data=tmp_path, **QUICK)).lifespan():
        with pytest.raises(Busy):
            await chat.lifespan().__aenter__()
        with pytest.raises(NotRunning):
            await chat.post("#lobby", "hi")
    async with chat.lifespan():
        await works(chat)


async def test_a_start_with_a_locked_database_releases_everything(tmp_path, chat):
    async with chat.lifespan():
        pass
    with sqlite3.connect(tmp_path / "chatrooms.sqlite3") as other:
        ((newest,),) = other.execute("SELECT version_num FROM alembic_version").fetchall()
    other.execute("UPDATE alembic_version SET version_num = '9999'")
    other.commit()
    with pytest.raises(Exception, match="newer"):
        await chat.lifespan().__aenter__()
    other.execute("UPDATE alembic_version SET version_num = ?", (newest,))
    other.commit()
    other.close()
    async with chat.lifespan():
        await works(chat)


async def test_a_cancelled_start_releases_the_database(chat, monkeypatch):
    reached, go_on, take = threading.Event(), threading.Event(), server_lock.take

    def slow(url, **how):
        release = take(url, **how)
        reached.set()
        go_on.wait(PATIENCE)
        return release

    monkeypatch.setattr(server_lock, "take", slow)
    starting = asyncio.create_task(chat.lifespan().__aenter__())
    await asyncio.to_thread(reached.wait, PATIENCE)
    starting.cancel()
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await starting
    async with chat.lifespan():
        await works(chat)


def end(loop):
    """Cancel the tasks of a loop, also those that begin meanwhile, and close it."""
    while tasks := asyncio.all_tasks(loop):
        for task in tasks:
            task.cancel()
        loop.run_until_complete(asyncio.wait(tasks))
    loop.close()


async def test_a_chat_whose_loop_ended_under_it_can_be_started_again(chat):
    # The lifespan did not end: its loop was stopped and closed, as a test runner may do.
    loop, lifespan = asyncio.new_event_loop(), chat.lifespan()

    def abandon():
        loop.run_until_complete(lifespan.__aenter__())

    await asyncio.to_thread(abandon)
    with pytest.raises(NotRunning):
        await asyncio.to_thread(chat.post_sync, "#lobby", "to a loop that stands still")
    with pytest.raises(NotRunning):
        await chat.post("#lobby", "to a loop that stands still")
    await asyncio.to_thread(end, loop)
    async with chat.lifespan():
        await works(chat)


async def test_a_waiting_thread_is_released_when_the_loop_stops(chat):
    ready, posting, stopped, over = (threading.Event() for _ in range(4))
    lifespan = chat.lifespan()

    async def hang(_batch):
        posting.set()
        await asyncio.Event().wait()

    async def until_somebody_waits():
        chat._db.writer.on_commit(hang)
        ready.set()
        async with asyncio.timeout(PATIENCE):
            while not posting.is_set():
                await asyncio.sleep(0)

    def run():
        loop = asyncio.new_event_loop()
        loop.run_until_complete(lifespan.__aenter__())
        loop.run_until_complete(until_somebody_waits())
        stopped.set()
        over.wait(PATIENCE)
        end(loop)

    def post_once_it_runs():
        ready.wait(PATIENCE)
        chat.post_sync("#lobby", "hi")

    running = asyncio.create_task(asyncio.to_thread(run))
    with pytest.raises(NotRunning):
        await asyncio.wait_for(asyncio.to_thread(post_once_it_runs), PATIENCE)
    assert stopped.is_set()
    over.set()
    await running
    chat._db.writer.on_commit(chat._pipeline._committed)
    async with chat.lifespan():
        await works(chat)


async def test_a_cancelled_task_of_the_writer_leaves_the_chat_usable(chat):
    async with chat.lifespan():
        begun, go_on = threading.Event(), threading.Event()
        waiting = asyncio.create_task(chat._db.writer.change(lambda _: begun.set() or go_on.wait(PATIENCE)))
        behind = asyncio.create_task(chat.post("#lobby", "behind it"))
        await asyncio.to_thread(begun.wait, PATIENCE)
        chat._db.writer._task.cancel()
        for refused in (waiting, behind):
            with pytest.raises(Unavailable):
                await refused
        go_on.set()
        await works(chat)


async def test_a_failed_lookup_or_broadcast_leaves_the_chat_usable(chat):
    class Odd(BaseException):
        pass

    def breaks(_):
        raise Odd

    async with chat.lifespan():
        for call in (chat._db.reader.lookup, chat._db.writer.change):
            with pytest.raises((Unavailable, Odd)):
                await asyncio.wait_for(call(breaks), PATIENCE)
        await works(chat)


async def test_callers_of_a_hanging_write_are_refused_and_the_writer_recovers(chat, monkeypatch):
    go_on = threading.Event()
    async with chat.lifespan():
        monkeypatch.setattr(writer, "SECONDS_TO_ANSWER", 0.1)
        with pytest.raises(Unavailable):
            await chat._db.writer.change(lambda _: go_on.wait(PATIENCE))
        with pytest.raises(Unavailable):
            await chat.post("#lobby", "while it hangs")
        writing = chat._db.writer._task
        go_on.set()
        await writing
        monkeypatch.undo()
        await works(chat)


async def test_a_hanging_write_does_not_block_the_end(chat, monkeypatch, caplog):
    monkeypatch.setattr(db_module, "SECONDS_TO_CLOSE", 0.1)
    go_on = threading.Event()
    async with chat.lifespan():
        hung = asyncio.create_task(chat._db.writer.change(lambda _: go_on.wait(PATIENCE)))
        await asyncio.sleep(0)
    with pytest.raises(Unavailable):
        await hung
    assert "does not respond" in caplog.text
    with pytest.raises(Busy):
        await chat.lifespan().__aenter__()
    go_on.set()


async def test_a_database_without_a_chat_has_the_same_lifetime(tmp_path):
    database = Database(f"sqlite:///{tmp_path / 'test.sqlite3'}")
    await database.close()
    for call in (database.reader.read, database.reader.lookup, database.writer.change):
        with pytest.raises(NotRunning, match="open"):
            await call(lambda _: 1)
    for _ in range(2):
        await database.open()
        with pytest.raises(AlreadyRunning):
            await database.open()
        for call in (database.reader.read, database.reader.lookup, database.writer.change):
            assert await call(lambda _: 1) == await elsewhere(lambda call=call: call(lambda _: 1)) == 1
        await database.close()


@asynccontextmanager
async def forgotten(chat):
    """Return an application that mounts the chat without its lifespan."""
    async with serving(Starlette(routes=[Mount("/chat", chat)]), lifespan="on") as url:
        yield url


async def test_without_the_lifespan_every_request_is_refused_and_one_line_is_logged(chat, caplog):
    async with forgotten(chat) as url:
        for _ in range(3):
            status, answer, _ = await post(url, "/chat/api/message.post", {"room": "#lobby", "text": "hi"})
            assert (status, answer["ok"], answer["error"]["code"]) == (503, False, "unavailable")
            assert WHAT_TO_DO in answer["error"]["message"]
        for path in ("/chat/", "/chat/readyz", "/chat/api/nothing"):
            assert (await get(url, path))[0] == 503
        assert (await get(url, "/chat/healthz"))[0] == 200
    assert [WHAT_TO_DO in record.message for record in caplog.records if record.levelno >= logging.ERROR] == [True]


@pytest.mark.parametrize("transport", ["websocket", "polling"])
async def test_without_the_lifespan_a_socket_is_refused(chat, transport):
    async with forgotten(chat) as url:
        person = Person(url, "alice")
        with pytest.raises(socketio.exceptions.ConnectionError):
            await person.client.connect(url, transports=[transport], socketio_path="chat/socket.io")
        await leave(person)
        async with aiohttp.ClientSession() as http:
            with pytest.raises(aiohttp.WSServerHandshakeError) as refusal:
                await http.ws_connect(f"{url}/chat/socket.io/?EIO=4&transport=websocket")
            assert refusal.value.status in (403, 503)


async def test_a_test_client_without_the_lifespan_is_refused(chat):
    transport = httpx2.ASGITransport(chat)
    async with httpx2.AsyncClient(transport=transport, base_url="http://test") as client:
        assert (await client.post("/api/user.me", json={})).status_code == 503
        async with chat.lifespan():
            assert (await client.post("/api/user.me", json={})).status_code == 401


async def test_a_request_on_another_loop_than_the_chats_is_refused(chat):
    async with chat.lifespan():
        answer = await asyncio.to_thread(TestClient(chat).post, "/api/user.me", json={})
        assert (answer.status_code, "event loop" in answer.json()["error"]["message"]) == (503, True)
        await works(chat)


def test_starlettes_test_client_runs_it_again_and_again(chat):
    for _ in range(2):
        with TestClient(chat) as client:
            assert client.get("/readyz").status_code == 200
            assert chat.post_sync("#lobby", "from the test's own thread")["room"] == "#lobby"


async def test_a_chat_that_was_refused_at_first_serves_after_it_started(chat):
    async with forgotten(chat) as url:
        assert (await get(url, "/chat/readyz"))[0] == 503
        async with chat.lifespan():
            assert (await get(url, "/chat/readyz"))[0] == 200
            async with connect(url, "alice", path="chat") as alice:
                await alice.say("#lobby", "hi")
        assert (await get(url, "/chat/readyz"))[0] == 503
