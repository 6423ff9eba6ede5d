"""Loud members: their broadcasts have a budget, and slow readers miss changes but stay connected."""

from __future__ import annotations

import pytest

from chatrooms.pipeline.addressing import BEYOND
from tests.people import Refused, connect
from tests.servers import running

LARGE = "x" * 10_000


@pytest.fixture
async def loud(tmp_path):
    """Connect alice and bob from the same address, which may broadcast 10 KB per hour."""
    async with (
        running(tmp_path, rate_broadcast="10/hour") as server,
        connect(server.url, "alice") as alice,
        connect(server.url, "bob") as bob,
    ):
        yield alice, bob


LOUD = {
    "message.post": {"room": "#lobby", "text": LARGE},
    "signal": {"to": "#lobby", "type": "x", "data": LARGE},
}


@pytest.mark.parametrize("command", LOUD)
async def test_an_address_that_broadcasts_too_much_has_to_wait(loud, command):
    alice, bob = loud
    await alice.say("#lobby", LARGE)
    with pytest.raises(Refused, match="rate_limited") as refused:
        await bob.run(command, **LOUD[command])
    assert refused.value.details["retry_after"] > 1
    assert len((await bob.run("history", room="#lobby"))["messages"]) == 1
    assert not alice.signals("x")


async def test_a_member_who_missed_changes_receives_one_after_a_gap(own_server, person):
    alice = await person("alice")
    (sid,) = own_server.chat.sockets_in("alice")
    server = own_server.chat._server
    socket = server.eio.sockets[server.manager.eio_sid_from_sid(sid, "/")]
    socket._missed = {("#lobby",), ("alice", "bob")}
    socket.relieve()
    await alice.settled()
    gaps = [data for _, data in alice.heard if data.get("rev") == BEYOND]
    assert sorted(gap["room"] for gap in gaps) == ["#lobby", "alice+bob"] and all(len(gap) == 2 for gap in gaps)
