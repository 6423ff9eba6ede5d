"""What runs again, because another command of its batch failed after it stored something, counts and is told once."""

from __future__ import annotations

import asyncio
import threading

import pytest

from chatrooms.errors import NotFound
from chatrooms.pipeline.commands import APPLICATION
from chatrooms.storage import writer_thread
from tests.people import Refused, connect
from tests.servers import running


@pytest.fixture
async def chat(tmp_path, either_database, monkeypatch):
    monkeypatch.setattr(writer_thread, "SECONDS_TO_WORK", 60)
    limits = {"rate_begin": "2/hour", "rate_begin_address": "2/hour"}
    async with (
        running(tmp_path, database=either_database, **limits) as server,
        connect(server.url, "alice") as alice,
        connect(server.url, "bob") as bob,
        connect(server.url, "carol"),
    ):
        yield server.chat, alice, bob


def fail(act):
    """Store something, then fail."""
    act.changes.rev("#lobby")
    raise NotFound


async def in_one_batch(chat, *commands):
    """Run commands while a write keeps the writer busy, so that they are committed together."""
    gate, is_busy = threading.Event(), threading.Event()
    writer = chat._db.writer
    first = asyncio.create_task(chat._pipeline.change(lambda _: is_busy.set() or gate.wait(10), APPLICATION))
    await asyncio.to_thread(is_busy.wait, 10)
    running = []
    for command in commands:
        waiting = len(writer._waiting)
        running.append(asyncio.create_task(command))
        while len(writer._waiting) == waiting:
            await asyncio.sleep(0.001)
    gate.set()
    await first
    return await asyncio.gather(*running, return_exceptions=True)


@pytest.mark.parametrize("is_first", [True, False])
async def test_a_conversation_that_begins_beside_a_failure_begins_and_counts_once(chat, is_first):
    chat, alice, bob = chat
    beginning = alice.run("message.post", room="bob", text="hello")
    failing = chat._pipeline.change(fail, APPLICATION, "#lobby")
    outcomes = await in_one_batch(chat, *((beginning, failing) if is_first else (failing, beginning)))
    begun, failure = outcomes if is_first else reversed(outcomes)
    assert isinstance(failure, NotFound)
    await bob.hears_text("hello")
    page = await alice.run("history", room="alice+bob")
    assert page["messages"] == [begun["message"]]
    await alice.say("carol", "a second one is allowed")
    with pytest.raises(Refused, match="rate_limited"):
        await alice.say("alice+bob+carol", "and no third")
    assert alice.texts() == ["hello", "a second one is allowed"]
