"""A few loud members: what they send to many is budgeted, and a member who reads slowly goes without, but stays."""

from __future__ import annotations

import pytest

from chatrooms.doors.socketio import BEYOND
from tests.people import Refused, connect
from tests.servers import running

LARGE = "x" * 10_000


@pytest.fixture
async def loud(tmp_path):
    """Alice and bob, who have the lobby and an address together, and may send 10 KB to many within an hour."""
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
async def test_those_of_one_address_who_sent_too_much_to_many_have_to_wait_and_nothing_is_done(loud, command):
    alice, bob = loud
    await alice.say("#lobby", LARGE)
    with pytest.raises(Refused, match="rate_limited") as refused:
        await bob.run(command, **LOUD[command])
    assert refused.value.details["retry_after"] > 1
    assert len((await bob.run("history", room="#lobby"))["messages"]) == 1
    assert not alice.signals("x")


async def test_a_member_who_was_left_out_of_changes_gets_one_that_comes_after_a_gap(own_server, person):
    alice = await person("alice")
    (sid,) = own_server.chat.sockets_in("alice")
    server = own_server.chat._server
    socket = server.eio.sockets[server.manager.eio_sid_from_sid(sid, "/")]
    socket._missed = {("#lobby",), ("alice", "bob")}
    socket.relieve()
    await alice.settled()
    gaps = [data for _, data in alice.heard if data.get("rev") == BEYOND]
    assert sorted(gap["room"] for gap in gaps) == ["#lobby", "alice+bob"] and all(len(gap) == 2 for gap in gaps)
