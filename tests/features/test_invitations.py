"""Invitations: whom anyone can add to a room, and how often."""

from __future__ import annotations

from contextlib import AsyncExitStack

import pytest

from tests.people import Refused, connect
from tests.servers import running


async def test_inviting_strangers_counts_as_beginning_conversations_does(tmp_path):
    async with running(tmp_path, rate_begin="6/hour") as server, AsyncExitStack() as stack:
        names = ("mallory", "ann", "ben", "cleo", "dan")
        mallory, ann, *_ = [await stack.enter_async_context(connect(server.url, name)) for name in names]
        for room in ("#one", "#two"):
            await mallory.run("room.create", name=room, access="private")
        await mallory.say("ann", "hi")
        for name in ("ann", "ben", "cleo"):
            await mallory.run("room.invite", room="#one", username=name)
        await mallory.run("room.invite", room="#two", username="ben")
        for _ in range(2):
            with pytest.raises(Refused, match="rate_limited") as refusal:
                await mallory.run("room.invite", room="#one", username="dan")
            assert refusal.value.details["retry_after"] > 0
        with pytest.raises(Refused, match="rate_limited"):
            await mallory.say("dan", "hi")
        await mallory.run("room.invite", room="#one", username="ben")
        assert [row["room"] for row in ann.rows("memberships")] == ["ann+mallory", "#one"]


async def test_an_address_invites_the_same_stranger_as_often_as_it_begins_conversations(tmp_path):
    async with running(tmp_path, rate_begin="2/hour") as server, AsyncExitStack() as stack:
        names = ("victim", "one", "two", "three")
        _, *others = [await stack.enter_async_context(connect(server.url, name)) for name in names]
        refused = []
        for other in others:
            await other.run("room.create", name=other.name, access="private")
            try:
                await other.run("room.invite", room=other.name, username="victim")
            except Refused as refusal:
                refused.append(refusal.code)
        assert refused == ["rate_limited"]


async def test_who_left_a_room_is_not_pulled_back_but_returns_by_a_link(alice, bob, staff):
    code = (await bob.run("invite.create", room=staff))["invite"]["code"]
    await alice.run("room.leave", room=staff)
    with pytest.raises(Refused, match="This person left the room"):
        await bob.run("room.invite", room=staff, username="alice")
    await bob.run("room.invite", room=staff, username="mallory")
    assert (await alice.run("invite.accept", code=code))["member"]["gone"] is False
    await bob.run("room.remove", room=staff, username="alice")
    with pytest.raises(Refused, match="forbidden"):
        await alice.run("invite.accept", code=code)
    await bob.run("room.invite", room=staff, username="alice")


async def test_who_left_an_open_room_joins_it_again_or_stays_away(alice, bob):
    await bob.run("room.create", name="#open")
    await alice.run("room.join", room="#open")
    await alice.run("room.leave", room="#open")
    with pytest.raises(Refused, match="forbidden"):
        await bob.run("room.invite", room="#open", username="alice")
    await alice.run("room.join", room="#open")
    await bob.run("room.remove", room="#open", username="alice")
    await bob.run("room.invite", room="#open", username="alice")


async def test_who_was_removed_can_be_invited_again_and_again(alice, bob, staff):
    for _ in range(3):
        await bob.run("room.remove", room=staff, username="alice")
        await bob.run("room.invite", room=staff, username="alice")


@pytest.mark.parametrize(
    ("command", "params"),
    [
        ("room.invite", {"room": "#staff", "username": "system"}),
        ("message.post", {"room": "system", "text": "hello"}),
        ("message.post", {"room": "alice+bob+system", "text": "hello"}),
        ("signal", {"to": "system", "type": "x"}),
        ("typing", {"room": "bob+system"}),
    ],
)
async def test_the_application_is_nobody_to_invite_or_write_to(bob, staff, command, params):
    with pytest.raises(Refused, match="not_found"):
        await bob.run(command, **params)


async def test_an_invited_person_learns_who_invited_them_and_one_who_joined_does_not(tmp_path):
    async with running(tmp_path) as server, connect(server.url, "bob") as bob, connect(server.url, "ann") as ann:
        for room in ("#one", "#two"):
            await bob.run("room.create", name=room)
        await bob.run("room.invite", room="#one", username="ann")
        await ann.run("room.join", room="#two")
        listed = await ann.run("sync", revs={})
        rows = {row["room"]: row["invited_by"] for change in listed["changes"] for row in change.get("memberships", [])}
        assert rows == {"#lobby": None, "#one": "bob", "#two": None}
        await ann.run("room.leave", room="#one")
        await ann.run("room.join", room="#one")
        again = await ann.run("sync", revs={})
        rows = {row["room"]: row["invited_by"] for change in again["changes"] for row in change.get("memberships", [])}
        assert rows["#one"] is None
