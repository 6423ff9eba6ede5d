"""Favorites: on all devices of a person, and for nobody else."""

from __future__ import annotations

import pytest

from tests.people import Refused


async def test_a_favorite_is_one_on_all_devices_and_for_no_one_else(person, alice, bob):
    phone = await person("alice", token=alice.token)
    row = (await alice.run("room.favorite", room="#lobby"))["membership"]
    assert row["favorite"]
    change = await phone.hears(lambda _, data: any(row["favorite"] for row in data.get("memberships", ())))
    assert change["memberships"] == [row]
    assert (await alice.run("room.favorite", room="#lobby"))["membership"] == row, "again has no effect"
    await bob.settled()
    assert not any(row["favorite"] for row in bob.rows("memberships"))
    assert not (await phone.run("room.unfavorite", room="#lobby"))["membership"]["favorite"]


async def test_a_conversation_can_be_a_favorite_once_it_has_a_message(alice, bob):
    with pytest.raises(Refused, match="not_found"):
        await alice.run("room.favorite", room="alice+bob")
    await alice.say("bob", "hi")
    assert (await alice.run("room.favorite", room="alice+bob"))["membership"]["favorite"]
