"""Live signals between clients, such as typing."""

from __future__ import annotations

import pytest

from tests.people import Refused, connect
from tests.servers import running


async def test_typing_reaches_the_room_only_and_not_too_often(alice, bob, carol):
    await alice.run("room.create", name="#den")
    await bob.run("room.join", room="#den")
    for _ in range(5):
        await alice.run("typing", room="#den")
    await alice.run("typing", room="alice+bob")
    await bob.run("typing", room="#den")
    for each in (alice, bob, carol):
        await each.settled()
    heard = [(signal["room"], signal["from"]) for signal in bob.signals("typing")]
    assert heard == [("#den", "alice"), ("alice+bob", "alice"), ("#den", "bob")]
    assert carol.signals("typing") == []


async def test_that_a_person_stopped_typing_is_not_held_back(alice, bob):
    for stopped in (False, True, False):
        await alice.run("typing", room="#lobby", stopped=stopped)
    await alice.settled()
    await bob.settled()
    assert [signal["data"] for signal in bob.signals("typing")] == [{}, {"stopped": True}]


async def test_a_signal_cannot_open_a_conversation_with_a_stranger(alice, mallory):
    await mallory.run("room.leave", room="#lobby")
    for to in ("alice", "alice+mallory"):
        with pytest.raises(Refused, match="not_found"):
            await mallory.run("signal", to=to, type="boo")
    await mallory.say("alice", "Hello")
    await mallory.run("signal", to="alice+mallory", type="hello")
    await alice.hears(lambda event, data: event == "signal" and data["type"] == "hello")


async def test_typing_reaches_no_stranger_in_a_conversation_that_nobody_began(alice, bob, mallory):
    await mallory.run("room.leave", room="#lobby")
    for room in ("alice+mallory", "alice+bob+mallory"):
        with pytest.raises(Refused, match="not_found"):
            await mallory.run("typing", room=room)
    await mallory.say("alice", "Hello")
    await mallory.run("typing", room="alice+mallory")
    await alice.hears(lambda event, data: event == "signal" and data["type"] == "typing")
    assert [signal["room"] for signal in alice.signals("typing")] == ["alice+mallory"]
    await bob.settled()
    assert bob.signals("typing") == []


async def test_large_signals_use_up_the_rate_sooner(tmp_path):
    async with running(tmp_path, rate_signal="20/minute") as server, connect(server.url, "alice") as alice:
        for _ in range(2):
            await alice.run("signal", to="alice", type="x", data="x" * 60_000)
        with pytest.raises(Refused, match="rate_limited"):
            await alice.run("signal", to="alice", type="x", data="x")
