"""What happens when the bus loses messages, or is gone, and when the database goes back: nothing depends on it."""

from __future__ import annotations

import asyncio
import random
from contextlib import AsyncExitStack

import psycopg
import pytest
from sqlalchemy import make_url

from chatrooms.pipeline.bus.carried import CarriedBus
from chatrooms.pipeline.bus.messages import Beat
from chatrooms.pipeline.chat import NOBODY
from chatrooms.pipeline.nodes import node as node_module
from chatrooms.types import MAX_MISSED
from tests.client.waiting import stored
from tests.nodes.listening import until
from tests.people import PATIENCE
from tests.soak.judge import Doors
from tests.soak.observers import Observer, observing

BUSES = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'chatrooms bus'"


@pytest.fixture
def loses(monkeypatch):
    """Let the buses lose messages but for heartbeats: those of which the given function is true."""
    publish = CarriedBus.publish

    def lose(is_lost):
        def publish_some(self, messages):
            publish(self, [each for each in messages if isinstance(each, Beat) or not is_lost(each)])

        monkeypatch.setattr(CarriedBus, "publish", publish_some)

    return lose


@pytest.fixture
def often(monkeypatch):
    """Compare often."""
    monkeypatch.setattr(node_module, "SECONDS_TO_COMPARE", 0.1)


async def post_on_both(nodes, count: int) -> None:
    """Post messages in the lobby from both nodes at once."""
    texts = [[f"{name} {number}" for number in range(count)] for name in ("first", "second")]
    for pair in zip(*texts, strict=True):
        await asyncio.gather(*(node.chat.post("#lobby", text) for node, text in zip(nodes, pair, strict=True)))


async def test_whatever_the_bus_loses_everyone_receives_all_in_order(nodes, loses, often):
    chance = random.Random(7)
    loses(lambda _: chance.random() < 0.3)
    async with AsyncExitStack() as stack:
        observers = [
            await stack.enter_async_context(observing(Observer(nodes[index % 2].url, name, Doors(), sync_every=3600)))
            for index, name in enumerate(("alice", "bob", "carol"))
        ]
        await post_on_both(nodes, 60)
        rows = await stored(observers[0].client, "#lobby")
        async with asyncio.timeout(PATIENCE):
            while any(each.client.rooms["#lobby"].rev < rows[-1]["rev"] for each in observers):
                await asyncio.sleep(0.01)
        for each in observers:
            assert each.wrong == []
            assert list(each.client.rooms["#lobby"].messages.values()) == rows


async def test_a_bus_that_is_cut_comes_back(nodes, on, created_database):
    alice, bob = await on(0, "alice"), await on(1, "bob")
    await alice.say("#lobby", "before")
    await bob.hears_text("before")
    url = make_url(created_database).set(drivername="postgresql").render_as_string(hide_password=False)
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as administrator:
        await administrator.execute(BUSES)
        await alice.say("#lobby", "while it is gone")
    await bob.hears_text("while it is gone")
    await alice.say("#lobby", "after")
    await bob.hears_text("after")
    assert bob.texts("#lobby") == ["before", "while it is gone", "after"]


async def test_a_removal_that_the_bus_loses_silences_before_anything_later(on, loses, often):
    alice, bob = await on(0, "alice"), await on(1, "bob")
    await alice.run("room.create", name="#secret", access="private")
    await alice.run("room.invite", room="#secret", username="bob")
    await bob.hears(lambda _, data: data.get("memberships"))
    loses(lambda _: True)
    await alice.run("room.remove", room="#secret", username="bob")
    await alice.say("#secret", "he is gone")
    await bob.hears(lambda _, data: any(row["gone"] for row in data.get("memberships", ())))
    await alice.say("bob", "sorry")
    await bob.hears(lambda _, data: any(row["room"] == "alice+bob" for row in data.get("memberships", ())))
    assert "he is gone" not in bob.texts()


async def test_who_comes_into_rooms_that_are_ahead_of_the_bus_misses_nothing_of_them(nodes, on, monkeypatch):
    monkeypatch.setattr(node_module, "SECONDS_TO_COMPARE", 3600)
    alice, bob = await on(0, "alice"), await on(1, "bob")
    await bob.settled()
    late, node = [], nodes[1].chat._node
    hear = node.hear
    monkeypatch.setattr(node, "hear", lambda name, messages: late.extend((name, [each]) for each in messages))
    for room, text in (("#secret", "welcome"), ("#other", "here too")):
        await alice.run("room.create", name=room, access="private")
        await alice.run("room.invite", room=room, username="bob")
        await alice.say(room, text)
    await alice.say("bob", "look there")
    await until(lambda: "look there" in str(late))
    for name, messages in late:
        hear(name, messages)
        await bob.settled()
    for text in ("welcome", "here too", "look there"):
        await bob.hears_text(text)


async def test_a_session_whose_end_the_bus_loses_is_ended_all_the_same(on, loses, often):
    alice = await on(0, "alice")
    tab = await on(1, "alice", token=alice.token)
    loses(lambda _: True)
    (session,) = (await alice.run("session.list"))["sessions"]
    await alice.run("session.revoke", id=session["id"])
    await tab.disconnected()


async def test_clients_start_anew_once_the_database_was_put_back(nodes, on, often):
    bob = await on(1, "bob")
    await bob.say("#lobby", "to be forgotten")
    await nodes[0].chat._pipeline.change(_put_back, NOBODY)
    await bob.disconnected()


def _put_back(act) -> None:
    act.db.exec_driver_sql("UPDATE rooms SET counter = counter - 1 WHERE name = '#lobby'")


async def test_a_room_that_missed_too_much_is_fetched_by_its_clients(nodes, loses, monkeypatch):
    monkeypatch.setattr(node_module, "SECONDS_TO_COMPARE", 3600)
    async with observing(Observer(nodes[1].url, "bob", Doors(), sync_every=3600)) as bob:
        await nodes[0].chat.post("#lobby", "first")
        await bob.client.sync()
        loses(lambda _: True)
        for number in range(MAX_MISSED + 1):
            await nodes[0].chat.post("#lobby", f"missed {number}")
        nodes[1].chat._node.miss()
        async with asyncio.timeout(PATIENCE):
            while bob.client.rooms["#lobby"].posted < MAX_MISSED + 2:
                await asyncio.sleep(0.01)
        assert bob.wrong == []
