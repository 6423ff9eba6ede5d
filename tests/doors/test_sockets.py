"""What one person, and one handshake, may take of the server."""

from __future__ import annotations

import json

import aiohttp

from chatrooms.doors import socketio as door
from chatrooms.wire.requests import CROWDED
from tests.people import connect
from tests.servers import GENEROUS, running
from tests.wire.raw import Raw

MANY = 250


async def test_the_auth_of_a_handshake_has_a_limit_and_is_not_kept(own_server):
    async with connect(own_server.url, "alice", auth={"username": "alice", "for host": "x" * 8000}) as alice:
        await alice.settled()
        (sid,) = own_server.chat.sockets_in("alice")
        assert (await own_server.chat._server.get_session(sid)).keys() == {"caller", "opened"}
    many = {f"{number:x}": 0 for number in range(5000)}
    async with aiohttp.ClientSession() as http:
        for auth in ({"username": "bob", "x": "x" * door.MAX_AUTH}, many | {"username": "bob"}, [0.1] * 5000):
            session = await Raw(own_server.url, http).open()
            await session.post("40" + json.dumps(auth))
            answer = (await session.get())[1]
            assert answer.startswith("44")
            assert '"code":"invalid"' in answer
            assert '"field":"auth"' in answer
    assert not own_server.chat.sockets_in("bob")


async def test_a_person_has_so_many_sockets_and_more_when_some_have_gone(own_server, monkeypatch):
    monkeypatch.setattr(door, "MAX_SOCKETS", 3)
    async with aiohttp.ClientSession() as http, connect(own_server.url, "alice") as alice:
        raw, proof = Raw(own_server.url, http), {"token": alice.token}
        second, third = await raw.join(proof), await raw.join_websocket(proof)
        for _ in range(3):
            refused = await raw.open()
            await refused.post('40{"token":"' + alice.token + '"}')
            answer = (await refused.get())[1]
            assert answer.startswith("44")
            assert '"code":"rate_limited"' in answer
            assert '"retry_after":10' in answer
        assert len(own_server.chat.sockets_in("alice")) == 3
        await alice.settled()
        await second.post("1")
        await raw.join(proof)
        await third.close()


ELSEWHERE = {"X-Forwarded-For": "203.0.113.7"}
"""Another machine's address, because this one may have any number of sessions."""


async def test_the_sessions_of_one_address_spend_nobody_else_s_budget(tmp_path):
    """With all sessions that an address may have in the room, a person can post the longest messages at their rate."""
    rates = {"rate_broadcast": "100000/5 seconds", "rate_post": "120/minute;15/second", "rate_join": GENEROUS}
    async with (
        running(tmp_path, connections=MANY, guests="claim", **rates) as server,
        connect(server.url, "victim", headers=ELSEWHERE) as victim,
        aiohttp.ClientSession(headers=ELSEWHERE) as http,
    ):
        raw = Raw(server.url, http)
        for number in range(MANY - 1):
            await raw.join({"username": f"guest{number // door.MAX_SOCKETS}", "claim": f"{number // 50}" * 43})
        assert await raw.request("GET", EIO=4, transport="polling") == (503, CROWDED.body.decode())
        assert len(server.chat.sockets_in("#lobby")) == MANY
        for number in range(10, 25):
            await victim.say("#lobby", str(number) * 5000)


async def test_the_id_of_a_session_cannot_be_guessed(own_server):
    async with aiohttp.ClientSession() as http:
        raw = Raw(own_server.url, http)
        opened = [(await raw.request("GET", EIO=4, transport="polling"))[1] for _ in range(20)]
    ids = {json.loads(answer[1:])["sid"] for answer in opened}
    assert len(ids) == 20 and min(map(len, ids)) * 6 >= 128
