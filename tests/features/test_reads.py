"""Read positions: how far each person has read in each room."""

from __future__ import annotations

import pytest

from tests.people import Refused


async def test_a_read_position_only_moves_forward_and_reaches_all_tabs(person, alice):
    tab = await person("alice", token=alice.token)
    said = [await alice.say("#lobby", f"{number}") for number in range(4)]
    read = (await alice.run("read.mark", room="#lobby", seq=said[2]["seq"]))["read"]
    assert (read["seq"], read["number"]) == (said[2]["seq"], 3)
    back = (await alice.run("read.mark", room="#lobby", seq=said[0]["seq"]))["read"]
    assert back == read
    ahead = (await alice.run("read.mark", room="#lobby", seq=10_000))["read"]
    assert (ahead["seq"], ahead["number"]) == (said[3]["seq"], 4)
    await tab.settled()
    assert [row["number"] for row in tab.rows("reads")] == [3, 4]


async def test_a_read_position_is_private(alice, bob):
    message = await alice.say("#lobby", "hi")
    await alice.run("read.mark", room="#lobby", seq=message["seq"])
    await bob.settled()
    assert bob.rows("reads") == []


async def test_messages_from_before_joining_are_not_unread(alice, bob):
    await alice.run("room.create", name="#den")
    said = [await alice.say("#den", f"{number}") for number in range(3)]
    await bob.run("room.join", room="#den")
    await bob.settled()
    assert [(row["room"], row["seq"], row["number"]) for row in bob.rows("reads")] == [("#den", said[2]["seq"], 3)]


async def test_a_conversation_without_messages_cannot_be_marked_as_read(person, alice):
    await person("bob")
    with pytest.raises(Refused, match="not_found"):
        await alice.run("read.mark", room="alice+bob", seq=1)
