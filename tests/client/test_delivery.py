"""The client under faults: nothing is lost or duplicated, and everything is in order."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

import pytest

from chatrooms.client import Client, Closed, Lagging, Unanswered, connection
from tests.client.faults import first, posted, says
from tests.client.processes import killable
from tests.client.waiting import change_saying, held, next_reset, next_where, stored, texts
from tests.people import PATIENCE
from tests.servers import running

SHORT = 0.3


async def many(server, texts):
    """Post quickly, in order, from within the server."""
    await asyncio.gather(*(server.chat.post("#lobby", text) for text in texts))


async def test_a_message_whose_acknowledgement_was_lost_is_retried_and_stored_once(join, faults):
    alice = await join("alice", socket=faults.socket, timeout=SHORT)
    faults.lost_acks = first(posted)
    row = await alice.post("#lobby", "once")
    assert faults.losses.qsize() == 1
    assert await stored(alice, "#lobby") == [row]
    assert texts(alice, "#lobby") == ["once"]


async def test_a_query_is_retried_after_a_lost_connection_but_a_change_is_not(join, faults):
    alice = await join("alice", socket=faults.socket, timeout=SHORT)
    faults.lost_acks = first(lambda data: True)
    assert (await alice.me())["username"] == "alice"
    faults.lost_acks = first(lambda data: True)
    with pytest.raises(Unanswered):
        await alice.create("#design")
    assert "#design" in alice.memberships


@pytest.mark.parametrize("seconds", [0.05, 60])
async def test_a_change_runs_again_unless_others_had_time_to_undo_it(join, faults, monkeypatch, seconds):
    monkeypatch.setattr(connection, "SECONDS_TO_REPEAT", seconds)
    alice, bob = await join("alice"), await join("bob", socket=faults.socket)
    await alice.create("#again")
    faults.lost_acks = first(lambda data: True)
    joining = asyncio.create_task(bob.run("room.join", room="#again"))
    await faults.losses.get()
    await faults.go_offline()
    await alice.remove("#again", "bob")
    if seconds < 1:
        with pytest.raises(Unanswered):
            await joining
    faults.online.set()
    if seconds > 1:
        await joining
    await bob.sync()
    assert ("#again" in bob.memberships) == (seconds > 1)


async def test_a_client_reconnects_to_a_silent_server(join, faults):
    alice = await join("alice", socket=faults.socket, timeout=SHORT)
    dead = faults.sockets[-1]
    faults.lost_acks = lambda _: len(faults.sockets) == 1
    await alice.post("#lobby", "anybody there?")
    assert faults.sockets[-1] is not dead and not dead.connected
    assert len(await stored(alice, "#lobby")) == 1


async def test_a_lost_change_is_noticed_with_the_next_one_and_both_arrive_in_order(join, faults):
    alice, bob = await join("alice"), await join("bob", socket=faults.socket)
    changes = bob.changes()
    faults.lost_events = first(says("lost"))
    lost, next_one = await alice.post("#lobby", "lost"), await alice.post("#lobby", "next")
    received = []
    while next_one not in received:
        received += (await next_where(changes, lambda change: change.room == "#lobby")).rows("messages")
    assert received == [lost, next_one]
    assert held(bob, "#lobby") == held(alice, "#lobby")


async def test_a_lost_last_change_is_found_by_periodic_syncs(join, faults):
    alice, bob = await join("alice"), await join("bob", socket=faults.socket, sync_every=0.1)
    changes = bob.changes()
    faults.lost_events = first(says("lost"))
    await alice.post("#lobby", "lost")
    await change_saying(changes, "lost")
    assert held(bob, "#lobby") == held(alice, "#lobby")


async def test_an_acknowledgement_of_a_missed_change_makes_the_client_sync(join, faults):
    alice = await join("alice", socket=faults.socket)
    changes = alice.changes()
    faults.lost_events = first(says("mine"))
    row = await alice.post("#lobby", "mine")
    assert (await change_saying(changes, "mine")).rows("messages") == [row]


async def test_every_change_arrives_once_and_in_order_live_or_by_catching_up(join, faults):
    alice, bob = await join("alice"), await join("bob", socket=faults.socket)
    changes = bob.changes()
    for number in range(6):
        await alice.post("#lobby", f"live {number}")
        await faults.go_offline()
        await alice.post("#lobby", f"missed {number}")
        faults.online.set()
    await alice.post("#lobby", "end")
    rows = []
    while not rows or rows[-1]["text"] != "end":
        rows += (await next_where(changes, lambda change: change.room == "#lobby")).rows("messages")
    assert rows == await stored(alice, "#lobby")


async def test_a_client_that_missed_500_messages_resets_the_room_and_continues(own_server, join, faults):
    alice, bob = await join("alice"), await join("bob", socket=faults.socket)
    await alice.post("#lobby", "before")
    await bob.sync()
    changes = bob.changes()
    await faults.go_offline()
    await many(own_server, [f"number {number}" for number in range(500)])
    faults.online.set()
    reset = await next_reset(changes, "#lobby")
    await bob.sync()
    assert texts(bob, "#lobby") == [f"number {number}" for number in range(400, 500)]
    assert reset.rows("messages") == list(bob.rooms["#lobby"].messages.values())
    assert bob.rooms["#lobby"].complete_from == reset.rows("messages")[0]["seq"]
    assert set(bob.rooms["#lobby"].members) == {"alice", "bob"}
    assert bob.rooms["#lobby"].posted == 501
    await alice.post("#lobby", "after")
    assert (await change_saying(changes, "after")).rev == alice.rooms["#lobby"].rev


async def test_an_edit_of_a_message_older_than_the_state_is_reported_but_not_held(own_server, join):
    alice = await join("alice")
    old = await alice.post("#lobby", "old")
    await many(own_server, [f"number {number}" for number in range(250)])
    bob = await join("bob")
    changes = bob.changes()
    await alice.edit(old["id"], "old, mended")
    assert (await change_saying(changes, "old, mended")).rows("messages")[0]["seq"] == old["seq"]
    assert texts(bob, "#lobby") == [f"number {number}" for number in range(150, 250)]


async def test_a_removed_member_forgets_the_room_and_has_all_of_it_when_invited_again(join, faults):
    alice, bob = await join("alice"), await join("bob", socket=faults.socket)
    changes = bob.changes()
    await alice.create("#staff", access="private")
    await alice.invite("#staff", "bob")
    await alice.post("#staff", "welcome")
    await change_saying(changes, "welcome")
    await alice.remove("#staff", "bob")
    await next_where(changes, lambda c: any(m["gone"] for m in c.rows("memberships")))
    assert "#staff" not in bob.rooms and "#staff" not in bob.memberships
    await alice.post("#staff", "behind his back")
    await faults.go_offline()
    await alice.invite("#staff", "bob")
    await alice.remove("#staff", "bob")
    await alice.invite("#staff", "bob")
    faults.online.set()
    await change_saying(changes, "behind his back")
    assert held(bob, "#staff") == held(alice, "#staff")
    assert texts(bob, "#staff") == ["welcome", "behind his back"]


async def test_a_member_removed_while_offline_forgets_the_room_when_back(join, faults):
    alice, bob = await join("alice"), await join("bob", socket=faults.socket)
    await alice.create("#staff", access="private")
    await alice.invite("#staff", "bob")
    await alice.post("#staff", "welcome")
    await bob.sync()
    assert texts(bob, "#staff") == ["welcome"]
    await faults.go_offline()
    await alice.remove("#staff", "bob")
    faults.online.set()
    await bob.sync()
    assert "#staff" not in bob.rooms and "#staff" not in bob.memberships


async def test_a_slow_reader_gets_lagging_and_the_state_is_complete(join):
    alice, bob = await join("alice"), await join("bob", backlog=10)
    changes = bob.changes()
    for number in range(30):
        await alice.post("#lobby", f"number {number}")
    await bob.sync()
    with pytest.raises(Lagging) as lagging:
        await anext(changes)
    assert lagging.value.missed == 30
    assert texts(bob, "#lobby") == [f"number {number}" for number in range(30)]
    await alice.post("#lobby", "goes on")
    assert (await anext(changes)).rows("messages")[0]["text"] == "goes on"


async def test_only_the_newest_messages_are_held(join):
    alice, bob = await join("alice"), await join("bob", keep=10)
    for number in range(30):
        await alice.post("#lobby", f"number {number}")
    await bob.sync()
    assert texts(bob, "#lobby") == [f"number {number}" for number in range(20, 30)]
    assert bob.rooms["#lobby"].complete_from == min(bob.rooms["#lobby"].messages)


@pytest.mark.parametrize(
    "letter",
    [
        "x",
        "\N{GRINNING FACE}",
    ],
)
async def test_catching_up_on_long_messages_works(own_server, join, faults, letter):
    bob = await join("bob", socket=faults.socket)
    await faults.go_offline()
    for _ in range(190):
        await own_server.chat.post("#lobby", letter * 10_000)
    faults.online.set()
    async with asyncio.timeout(PATIENCE):
        await bob.sync()
    held = texts(bob, "#lobby")
    assert 1 <= len(held) <= 190 and set(held) == {letter * 10_000}
    assert max(bob.rooms["#lobby"].messages) == bob.rooms["#lobby"].rev


@pytest.mark.slow
async def test_clients_under_faults_of_all_kinds_end_with_equal_states(tmp_path: Path, faults):
    chance = random.Random(11)
    async with (
        running(tmp_path) as server,
        Client(server.url, username="carol") as carol,
        Client(server.url, username="alice", timeout=SHORT, socket=faults.socket) as alice,
        Client(server.url, username="bob", timeout=SHORT, socket=faults.socket) as bob,
    ):
        faults.lost_acks = faults.lost_events = lambda _: chance.random() < 0.2
        sent = []
        for number in range(60):
            person = chance.choice([alice, bob])
            sent.append(person.send("#lobby", f"number {number}"))
            if chance.random() < 0.3:
                await sent[-1]
            if chance.random() < 0.1:
                await faults.cut()
        rows = [await message for message in sent]
        faults.lost_acks = faults.lost_events = lambda _: False
        for person in (alice, bob, carol):
            await person.sync()
        for room in ("#lobby",):
            assert held(alice, room) == held(bob, room) == held(carol, room)
        found = await stored(carol, "#lobby")
        assert sorted(row["id"] for row in found) == sorted(row["id"] for row in rows)
        assert list(alice.rooms["#lobby"].messages.values()) == found


@pytest.mark.slow
async def test_acknowledged_messages_are_stored_once_and_in_order_through_kills_of_the_server(tmp_path):
    async with (
        killable(tmp_path) as server,
        Client(server.url, username="alice") as alice,
        Client(server.url, username="bob") as bob,
    ):
        sent = [alice.send("#lobby", f"number {number}") for number in range(200)]
        for fatal in (20, 70, 71, 150):
            await sent[fatal]
            await server.restart()
        rows = [await message for message in sent]
        found = await stored(alice, "#lobby")
        assert [row["id"] for row in found] == [message.id for message in sent]
        assert found == rows
        for person in (alice, bob):
            await person.sync()
            assert list(person.rooms["#lobby"].messages.values()) == found


@pytest.mark.slow
async def test_closing_does_not_wait_for_a_server_that_does_not_answer(tmp_path):
    async with killable(tmp_path) as server:
        alice = await Client(server.url, username="alice", timeout=3600).__aenter__()
        unsent = alice.send("#lobby", "never acknowledged")
        server.pause()
        try:
            await asyncio.wait_for(alice.close(), PATIENCE)
            with pytest.raises(Closed):
                await unsent
        finally:
            server.resume()


async def test_a_rate_limited_guest_joins_after_the_wait(tmp_path):
    async with (
        running(tmp_path, rate_join="1/second") as server,
        Client(server.url, username="alice"),
        Client(server.url, username="bob") as bob,
    ):
        assert bob.username == "bob"


async def test_a_lost_connection_is_restored_at_once(join, faults):
    alice = await join("alice", socket=faults.socket)
    for _ in range(5):
        await faults.cut()
        async with asyncio.timeout(PATIENCE):
            await alice.sync()
    assert (await alice.post("#lobby", "here again"))["number"] == 1
