"""A command that runs again, because another one of its batch failed after it stored something, takes effect once."""

from __future__ import annotations

import asyncio
import threading

import pytest
from sqlalchemy import update
from sqlalchemy.exc import OperationalError

from chatrooms import clock
from chatrooms.errors import NotFound
from chatrooms.identity import lifetimes, sessions
from chatrooms.pipeline import newcomers, relations
from chatrooms.pipeline.act import APPLICATION
from chatrooms.storage import batches, tables
from tests.people import Refused, connect
from tests.servers import running


@pytest.fixture
async def chat(tmp_path, either_database, monkeypatch):
    monkeypatch.setattr(batches, "SECONDS_TO_WORK", 60)
    limits = {"rate_begin": f"{2 * newcomers.TIMES}/hour", "rate_begin_address": "2/hour"}
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


async def test_what_runs_again_before_it_was_counted_is_counted(chat, monkeypatch):
    """As when PostgreSQL ends the session of a server that has no time for it."""
    chat, alice, _ = chat
    welcome, lost = relations.require_welcome, []

    def lose_once(*args):
        if not lost:
            lost.append(True)
            raise OperationalError("SELECT", {}, ConnectionError("lost"), connection_invalidated=True)
        welcome(*args)

    for number, room in enumerate(("bob", "carol")):
        lost.clear()
        with monkeypatch.context() as patched:
            patched.setattr(relations, "require_welcome", lose_once)
            await alice.say(room, f"conversation {number}")
        assert lost
    with pytest.raises(Refused, match="rate_limited"):
        await alice.say("alice+bob+carol", "and no third")


@pytest.mark.parametrize("is_first", [True, False])
async def test_a_session_that_is_revoked_by_itself_beside_a_failure_ends(chat, is_first):
    chat, alice, _ = chat
    (session,) = (await alice.run("session.list"))["sessions"]
    ending = alice.run("session.revoke", id=session["id"])
    failing = chat._pipeline.change(fail, APPLICATION, "#lobby")
    outcomes = await in_one_batch(chat, *((ending, failing) if is_first else (failing, ending)))
    _, failure = outcomes if is_first else reversed(outcomes)
    assert isinstance(failure, NotFound)
    await alice.disconnected()
    assert not await chat._pipeline.lookup(lambda db: sessions.alive(db, session["id"]))


async def test_that_a_session_is_used_is_noted_beside_a_failure(chat):
    chat, alice, _ = chat
    (session,) = (await alice.run("session.list"))["sessions"]
    long_ago = update(tables.sessions).values(seen_at=clock.ago(days=100))
    await chat._pipeline.change(lambda act: act.db.execute(long_ago) and None, APPLICATION)
    await alice.run("user.me")
    failing = chat._pipeline.change(fail, APPLICATION, "#lobby")
    await in_one_batch(chat, lifetimes._keep(chat._pipeline, None), failing)
    (session,) = (await alice.run("session.list"))["sessions"]
    assert session["seen_at"] > clock.ago(days=1)
