"""Conversations: closing them until the next message, and the limits on starting them."""

from __future__ import annotations

from contextlib import AsyncExitStack
from itertools import combinations, islice

import pytest

from chatrooms.client import Client
from tests.direct import Direct, code
from tests.people import Refused, connect
from tests.servers import running

ROOM = "alice+bob"


@pytest.fixture
def database(either_database: str) -> str:
    return either_database


def closings(person) -> list[tuple[str, bool]]:
    return [(row["room"], row["closed"]) for row in person.rows("memberships")]


async def rooms_of(person) -> set[str]:
    answer = await person.run("sync", revs={}, after="")
    return {change["room"] for change in answer["changes"]}


async def test_a_closed_conversation_leaves_the_list_on_all_tabs_of_that_person_only(person):
    alice, bob = await person("alice"), await person("bob")
    tab = await person("alice", token=alice.token)
    await bob.say("alice", "hi")
    result = await alice.run("room.close", room=ROOM)
    assert (result["membership"]["room"], result["membership"]["closed"]) == (ROOM, True)
    for each in (alice, tab, bob):
        await each.settled()
    assert closings(alice) == closings(tab) == [(ROOM, False), (ROOM, True)]
    assert closings(bob) == [(ROOM, False)]
    assert await rooms_of(alice) == {"alice", "#lobby"} and ROOM in await rooms_of(bob)
    assert all("closed" not in row for row in (await bob.run("room.members", room=ROOM))["members"])


async def test_the_next_message_reopens_it_with_its_read_position(person):
    alice, bob = await person("alice"), await person("bob")
    message = await bob.say("alice", "hi")
    await alice.run("read.mark", room=ROOM, seq=message["seq"])
    await alice.run("room.close", room=ROOM)
    await bob.run("message.edit", id=message["id"], text="hello")
    assert ROOM not in await rooms_of(alice)
    await bob.say("alice", "are you there?")
    assert ROOM in await rooms_of(alice)
    await alice.hears_text("are you there?")
    assert closings(alice) == [(ROOM, False), (ROOM, True), (ROOM, False)]
    (own,) = [c for c in (await alice.run("sync", revs={}))["changes"] if c["room"] == "alice"]
    assert [row["number"] for row in own["reads"] if row["room"] == ROOM] == [1]


async def test_your_own_message_reopens_it_and_closing_twice_keeps_the_rev(person):
    alice = await person("alice")
    await person("bob")
    await alice.say("bob", "hi")
    closed = await alice.run("room.close", room=ROOM)
    assert await alice.run("room.close", room=ROOM) == closed
    await alice.say("bob", "one more thing")
    assert ROOM in await rooms_of(alice)


@pytest.mark.parametrize(("room", "refused"), [("#lobby", "invalid"), ("alice", "invalid"), (ROOM, "not_found")])
def test_only_an_existing_conversation_can_be_closed(room, refused):
    direct = Direct()
    for username in ("alice", "bob"):
        direct.join(username)
    direct.run("alice", "room.join", {"room": "#lobby"})
    assert code(direct, "alice", "room.close", room=room) == refused


async def test_the_python_client_drops_a_closed_conversation_and_gets_it_back(own_server, person):
    bob = await person("bob")
    async with Client(own_server.url, username="alice") as alice:
        first = await bob.say("alice", "hi")
        await alice.sync()
        assert (await alice.close_conversation(ROOM))["closed"]
        await alice.sync()
        assert set(alice.rooms) == {"alice", "#lobby"} == {"alice", *alice.memberships}
        changes = alice.changes()
        await bob.run("message.edit", id=first["id"], text="hello")
        await bob.say("alice", "again")
        async for change in changes:
            if any(message["text"] == "again" for message in change.rows("messages")):
                break
        assert [m["text"] for m in alice.rooms[ROOM].messages.values()] == ["hello", "again"]


async def test_an_address_can_start_twenty_conversations_with_one_person_whose_client_keeps_working(
    tmp_path, either_database
):
    default = {"rate_begin": "20/hour", "rate_begin_address": "120/hour"}
    names = [chr(0xAC00) * 30 + f"{number:02}" for number in range(14)]
    async with running(tmp_path, database=either_database, **default) as server, AsyncExitStack() as stack:
        vera = await stack.enter_async_context(connect(server.url, "vera"))
        guests = [await stack.enter_async_context(connect(server.url, name)) for name in names]
        begun, refused = 0, []
        for number, group in enumerate(islice(combinations(names, 9), 170)):
            sender = next(guest for guest in guests[number % 14 :] + guests if guest.name in group)
            try:
                await sender.say("+".join(sorted(["vera", *group])), "x")
                begun += 1
            except Refused as error:
                refused.append(error)
        assert begun == 20 and {error.code for error in refused} == {"rate_limited"}
        assert all(0 < error.details["retry_after"] <= 180 for error in refused)
        assert (await guests[0].say("#lobby", "other messages pass"))["number"] == 1
        async with Client(server.url, username="vera", token=vera.token) as client:
            assert len(client.memberships) == 21
            assert (await client.post("#lobby", "I am here"))["author"] == "vera"


async def test_the_rate_counts_by_person_too_and_not_messages_in_existing_conversations(tmp_path):
    async with running(tmp_path, rate_begin="4/hour") as server, AsyncExitStack() as stack:
        alice, *_ = [await stack.enter_async_context(connect(server.url, name)) for name in ("alice", "bo", "cy", "di")]
        for _ in range(3):
            for other in ("bo", "cy"):
                await alice.say(other, "hi")
        with pytest.raises(Refused, match="rate_limited"):
            await alice.say("di", "hi")
        await server.chat.post("di", "The host is exempt.")
        assert (await alice.run("history", room="alice+bo"))["messages"][-1]["number"] == 3


@pytest.mark.slow  # 1,500 people join a conversation
@pytest.mark.parametrize("database", [""])  # responses have the same size on either
async def test_a_person_in_153_conversations_with_long_names_can_reconnect(own_server, person):
    names = [chr(0xAC00) * 30 + f"{number:02}" for number in range(12)]
    vera, *guests = [await person(name) for name in ("vera", *names)]
    for group in islice(combinations(names[1:], 8), 153):
        await guests[0].say("+".join(["vera", names[0], *group]), "x")
    async with Client(own_server.url, username="vera", token=vera.token) as client:
        assert len(client.rooms) == 153 + len(["vera", "#lobby"])
        await client.sync()
        for room in [room for room in client.memberships if room != "#lobby"]:
            await client.close_conversation(room)
        await client.sync()
        assert set(client.rooms) == {"vera", "#lobby"}
