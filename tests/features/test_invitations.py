"""Invitations: whom anyone can add to a room, and how often."""

from __future__ import annotations

from contextlib import AsyncExitStack

import pytest

from tests.people import Refused, connect
from tests.servers import running


async def test_inviting_strangers_counts_as_beginning_conversations_does(tmp_path):
    async with running(tmp_path, rate_begin="3/hour") as server, AsyncExitStack() as stack:
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


async def test_who_left_a_room_is_brought_back_once_a_day_by_the_same_person(alice, bob, staff):
    await alice.run("room.leave", room=staff)
    await bob.run("room.invite", room=staff, username="alice")
    await alice.run("room.leave", room=staff)
    with pytest.raises(Refused, match="rate_limited") as refusal:
        await bob.run("room.invite", room=staff, username="alice")
    assert "once a day" in str(refusal.value)
    assert 0 < refusal.value.details["retry_after"] <= 86_400
    await bob.run("room.invite", room=staff, username="mallory")


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
