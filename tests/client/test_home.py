"""A client is used on the event loop that started it; elsewhere it says so at once, and it goes on."""

from __future__ import annotations

import asyncio
import subprocess
import sys

import pytest

from chatrooms.client import Bot, Client
from chatrooms.client.outbox import Outbox
from tests.client.waiting import change_saying
from tests.people import PATIENCE


async def elsewhere(work) -> None:
    """Do something on another event loop, in a thread, which is refused at once."""
    with pytest.raises(RuntimeError, match="on the event loop that started it"):
        await asyncio.to_thread(asyncio.run, in_time(work))


async def in_time(work):
    return await asyncio.wait_for(work, PATIENCE)


async def test_every_call_from_another_loop_says_what_to_do_and_the_client_goes_on(join, tmp_path):
    alice = await join("alice")
    changes, sending = alice.changes(), alice.send("#lobby", "mine")
    (tmp_path / "a").write_text("a")
    for work in (
        alice.post("#lobby", "x"),
        alice.me(),
        alice.run("room.join", room="#lobby"),
        alice.upload(tmp_path / "a"),
        alice.watch(["bob"]),
        alice.open_thread("x"),
        alice.close_thread("x"),
        alice.sync(),
        anext(changes),
        alice.close(),
    ):
        await elsewhere(work)
    with pytest.raises(RuntimeError, match="run_coroutine_threadsafe"):
        await asyncio.to_thread(alice.send, "#lobby", "x")
    await change_saying(changes, "mine")
    loop = asyncio.get_running_loop()
    as_told = asyncio.to_thread(lambda: asyncio.run_coroutine_threadsafe(alice.post("#lobby", "y"), loop).result())
    assert (await as_told)["number"] == (await sending)["number"] + 1


async def waited_for(sending):
    return await sending


async def test_one_whose_waiter_is_gone_does_not_end_the_outbox():
    outbox, sent = Outbox(None, ""), []

    async def deliver(message):
        sent.append(message.text)
        return message.params()

    async def add():
        message = outbox.add("#lobby", "of a loop that was closed", id=None)
        message._done.add_done_callback(print)  # as somebody who waits does

    await asyncio.to_thread(asyncio.run, add())
    good = outbox.add("#lobby", "good", id=None)
    await elsewhere(waited_for(good))
    sending = asyncio.create_task(outbox.keep_sending(deliver))
    assert (await asyncio.wait_for(waited_for(good), PATIENCE))["text"] == "good"
    assert sent == ["of a loop that was closed", "good"]
    sending.cancel()


async def test_a_client_whose_loop_was_closed_starts_on_another_and_is_closed_there(own_server):
    alice = Client(own_server.url, username="alice")

    async def forgotten() -> None:
        await alice.__aenter__()

    async def again() -> int:
        await asyncio.wait_for(alice.close(), PATIENCE)
        async with alice:
            return (await alice.post("#lobby", "on another loop"))["number"]

    await asyncio.to_thread(asyncio.run, forgotten())
    assert await asyncio.to_thread(asyncio.run, again()) == 1


FORGOTTEN = """
import asyncio
from chatrooms.client import Client
from tests.client.faults import Faults

faults = Faults()
faults.online.clear()
alice = Client("http://127.0.0.1:1", username="alice", outbox={outbox!r}, socket=faults.socket)
changes = [alice.changes(), alice.changes()]

async def begin():
    alice.start()
    left = [asyncio.ensure_future({waiting}) for each in changes]
    await asyncio.sleep(0.01)
    return left

async def again():
    alice.start()
    assert [[change async for change in each] for each in changes] == [[], []]
    await alice.close()

loop = asyncio.new_event_loop()
left = loop.run_until_complete(begin())
loop.close()
asyncio.run(asyncio.wait_for(again(), 20))
"""
"""A program that closes the loop of a client while something waits."""


@pytest.mark.slow
@pytest.mark.parametrize("waiting", ["alice.post('bob', 'x')", "alice.run('room.list')", "alice.sync()", "anext(each)"])
def test_a_client_whose_loop_was_closed_while_something_waited_starts_on_another(tmp_path, waiting):
    program = FORGOTTEN.format(outbox=str(tmp_path / "outbox"), waiting=waiting)
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr


async def test_a_reply_that_would_wait_for_itself_says_so():
    bot = Bot("http://127.0.0.1:1", username="echo")
    bot.start()
    try:
        with pytest.raises(RuntimeError, match="would wait for itself"):
            bot.reply_sync({"id": "x", "room": "#lobby"}, "x")
    finally:
        await bot.close()
