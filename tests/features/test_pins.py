"""Pinned messages: a part of each message, and a list for each room."""

from __future__ import annotations

import pytest

from chatrooms.features import pins
from chatrooms.types import MAX_BYTES, MAX_TEXT
from tests.people import Refused

pytestmark = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def database(request) -> str:
    return "" if request.param == "sqlite" else request.getfixturevalue("created_database")


async def test_a_pin_is_seen_live_in_history_in_sync_and_in_the_list(person):
    alice, bob = await person("alice"), await person("bob")
    message = await alice.say("#lobby", "keep this")
    assert message["pinned_at"] is None
    pinned = (await bob.run("message.pin", id=message["id"]))["message"]
    live = await alice.hears(lambda _, data: any(m["pinned_at"] for m in data.get("messages", ())))
    history = (await alice.run("history", room="#lobby"))["messages"]
    sync = await alice.run("sync", revs={})
    synced = next(change for change in sync["changes"] if change["room"] == "#lobby")["messages"]
    listed = (await alice.run("room.pins", room="#lobby"))["messages"]
    assert pinned["pinned_at"] and pinned["rev"] > message["rev"]
    assert live["messages"] == history == synced and listed == [pinned]
    assert [(row["kind"], row["author"]) for row in history] == [("text", "alice"), ("pinned", "bob")]


async def test_pinning_twice_and_unpinning_twice_change_nothing(person):
    alice = await person("alice")
    message = await alice.say("#lobby", "x")
    once = await alice.run("message.pin", id=message["id"])
    assert await alice.run("message.pin", id=message["id"]) == once
    undone = await alice.run("message.unpin", id=message["id"])
    assert undone["message"]["pinned_at"] is None
    assert await alice.run("message.unpin", id=message["id"]) == undone


async def test_the_most_recently_pinned_message_comes_first(person):
    alice = await person("alice")
    said = [await alice.say("#lobby", text) for text in "abc"]
    for message in (said[2], said[0]):
        await alice.run("message.pin", id=message["id"])
    assert [m["text"] for m in (await alice.run("room.pins", room="#lobby"))["messages"]] == ["a", "c"]


async def test_many_long_pins_come_in_pages(person):
    alice = await person("alice")
    texts = [chr(ord("a") + number) * MAX_TEXT for number in range(2 + MAX_BYTES // MAX_TEXT)]
    for text in texts:
        await alice.run("message.pin", id=(await alice.say("alice", text))["id"])
    first = await alice.run("room.pins", room="alice")
    rest = await alice.run("room.pins", room="alice", after=first["messages"][-1]["id"])
    assert first["more"] and not rest["more"]
    assert [message["text"] for message in first["messages"] + rest["messages"]] == texts[::-1]
    assert (await alice.run("room.pins", room="alice", after=rest["messages"][-1]["id"]))["messages"] == []


async def test_an_edit_keeps_the_pin_and_deleting_ends_it(person):
    alice = await person("alice")
    message = await alice.say("#lobby", "x")
    await alice.run("message.pin", id=message["id"])
    assert (await alice.run("message.edit", id=message["id"], text="y"))["message"]["pinned_at"]
    assert (await alice.run("message.delete", id=message["id"]))["message"]["pinned_at"] is None
    assert (await alice.run("room.pins", room="#lobby"))["messages"] == []
    with pytest.raises(Refused, match="not_found"):
        await alice.run("message.pin", id=message["id"])


async def test_a_room_can_have_a_hundred_pinned_messages_without_deleted_ones(person):
    alice = await person("alice")
    said = [await alice.say("alice", str(n)) for n in range(102)]
    for message in said[:100]:
        await alice.run("message.pin", id=message["id"])
    with pytest.raises(Refused, match="conflict"):
        await alice.run("message.pin", id=said[100]["id"])
    await alice.run("message.delete", id=said[0]["id"])
    await alice.run("message.pin", id=said[101]["id"])


async def test_one_member_leaves_pins_of_a_shared_room_to_others(person, monkeypatch):
    monkeypatch.setattr(pins, "MAX_OF_ONE", 2)
    alice, bob = await person("alice"), await person("bob")
    await alice.run("room.create", name="den")
    await bob.run("room.join", room="#den")
    said = [(await alice.say(room, "x"))["id"] for room in ["#den"] * 6 + ["bob"] * 3]
    for which in said[:2]:
        await bob.run("message.pin", id=which)
    with pytest.raises(Refused, match="Unpin one of yours first"):
        await bob.run("message.pin", id=said[2])
    for which in said[3:6]:
        await alice.run("message.pin", id=which)
    await bob.run("message.unpin", id=said[0])
    for which in (said[2], *said[6:]):
        await bob.run("message.pin", id=which)


async def test_a_pin_of_another_room_is_as_unknown_as_none(person):
    alice, bob = await person("alice"), await person("bob")
    await bob.run("room.create", name="den", access="private")
    ours, theirs = await alice.say("#lobby", "x"), await bob.say("#den", "y")
    for pinner, message in ((alice, ours), (bob, theirs)):
        await pinner.run("message.pin", id=message["id"])
    for unknown in (theirs["id"], "00000000-0000-4000-8000-000000000000"):
        with pytest.raises(Refused, match="not_found") as refused:
            await alice.run("room.pins", room="#lobby", after=unknown)
        assert refused.value.details == {"field": "after"}


async def test_an_archived_room_keeps_its_pins_and_gets_no_new_ones(person):
    alice = await person("alice")
    await alice.run("room.create", name="den")
    first, second = await alice.say("#den", "a"), await alice.say("#den", "b")
    await alice.run("message.pin", id=first["id"])
    await alice.run("room.archive", room="#den")
    with pytest.raises(Refused, match="archived"):
        await alice.run("message.pin", id=second["id"])
    assert [m["id"] for m in (await alice.run("room.pins", room="#den"))["messages"]] == [first["id"]]
