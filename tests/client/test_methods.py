"""Usernames as rooms, and iterators over pages."""

from __future__ import annotations

import pytest

from chatrooms.client import Client, Refused
from tests.client.waiting import next_where
from tests.doors import post


async def test_a_username_means_the_conversation_in_every_method(join):
    alice, bob = await join("alice"), await join("bob")
    row = await alice.post("bob", "Hi")
    signals = bob.signals()
    assert (await alice.history("bob"))["messages"] == [row] == (await bob.history("ALICE"))["messages"]
    assert [member["username"] for member in (await alice.members("bob"))["members"]] == ["alice", "bob"]
    await alice.typing("bob")
    assert (await next_where(signals, lambda s: s.type == "typing")).room == "alice+bob"
    assert (await bob.mark_read("alice", row["seq"]))["room"] == "alice+bob"
    assert [message async for message in bob.iter_history("alice")] == [row]


async def test_your_own_username_in_any_spelling_means_your_own_room(join):
    alice = await join("alice")
    row = await alice.post("alice", "milk")
    for name in ("alice", "Alice", "alice+alice"):
        assert (await alice.history(name))["messages"] == [row]


@pytest.mark.parametrize("room", ["#lobby", "alice+bob", "bob+alice"])
async def test_any_other_room_is_passed_unchanged(join, room):
    alice, _bob = await join("alice"), await join("bob")
    row = await alice.post(room, "Hi")
    assert (await alice.history(room))["messages"] == [row]


@pytest.mark.parametrize("room", ["", "nobody", "~bob", "not a name"])
async def test_the_server_refuses_invalid_rooms(join, room):
    alice = await join("alice")
    with pytest.raises(Refused) as refused:
        await alice.history(room)
    assert refused.value.code in ("invalid", "not_found")


async def test_a_username_can_be_given_before_the_first_connection(own_server, join):
    bob = await join("bob")
    token = (await join("alice")).token
    row = await bob.post("alice", "Hi")
    alice = Client(own_server.url, token=token)
    alice.start()
    try:
        assert not alice.username
        assert (await alice.history("bob"))["messages"] == [row]
    finally:
        await alice.close()


async def test_iterating_over_history_goes_through_all_pages_in_either_direction(own_server, join):
    alice = await join("alice")
    texts = [f"number {number}" for number in range(250)]
    for text in texts:
        await own_server.chat.post("#lobby", text)
    newest_first = [message async for message in alice.iter_history("#lobby")]
    assert [message["text"] for message in newest_first] == texts[::-1]
    oldest_first = [message async for message in alice.iter_history("#lobby", after=0)]
    assert oldest_first == newest_first[::-1]
    later = [message async for message in alice.iter_history("#lobby", after=oldest_first[199]["seq"])]
    assert later == oldest_first[200:]
    assert [message async for message in alice.iter_history("alice")] == []


async def test_iterating_over_people_goes_through_all_pages(own_server, join):
    alice = await join("alice")
    names = [f"guest-{number:03}" for number in range(120)]
    for name in names:
        await post(own_server.url, "/api/session.join", {"username": name})
    assert [user["username"] async for user in alice.iter_users()] == ["alice", *names]
    assert [user["username"] async for user in alice.iter_users(query="guest-00")] == names[:10]
    assert [member["username"] async for member in alice.iter_members("#lobby")] == ["alice", *names]
    assert [member["username"] async for member in alice.iter_members("#lobby", query="guest-11")] == names[110:]
