"""How many sessions there may be of an address, how large their requests, and how long they may take to join."""

from __future__ import annotations

import logging

import aiohttp
import pytest

from chatrooms.wire.connection_limits import listed
from chatrooms.wire.session_limits import SessionLimits
from tests.wire.program import until
from tests.wire.raw import PATH, Raw

OPEN = {"EIO": 4, "transport": "polling"}


async def test_an_address_has_so_many_sessions_whatever_carries_them(start, caplog):
    program, raw = await start(sessions=SessionLimits(3))
    sessions = [await raw.open(), await raw.join(), await raw.join_websocket()]
    for _ in range(5):
        assert (await raw.request("GET", **OPEN))[0] == 503
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await raw.websocket()
        assert refused.value.status in (503, 403)  # with uvicorn's own protocols before 0.52
    assert len([line for line in caplog.records if line.levelno == logging.WARNING]) == 1  # the others are counted
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(local_addr=("127.0.0.2", 0))) as other:
        await Raw(raw.url, other).open()
    await sessions[1].post("1")
    await until(lambda: len(program.server.eio.sockets) == 3)
    await raw.join()
    await sessions[2].close()
    await until(lambda: len(program.server.eio.sockets) == 3)
    await raw.join()


async def test_an_upgrade_is_no_further_session(start):
    _, raw = await start(sessions=SessionLimits(1))
    session = await raw.join()
    ws = await raw.websocket(session.sid)
    await ws.send("2probe")
    assert await ws.read() == "3probe"
    await ws.send("5")
    await ws.send('421["echo",1]')
    assert await ws.read() == "431[1]"


async def test_addresses_may_be_exempt(start):
    _, raw = await start(sessions=SessionLimits(1, listed("127.0.0.0/8")))
    assert len({(await raw.open()).sid for _ in range(5)}) == 5


async def test_the_head_of_a_request_that_opens_a_session_has_a_limit(start):
    program, raw = await start()
    size = program.server.limits.head
    headers = {f"x-{number}": "x" * (size // 8) for number in range(9)}
    async with raw.http.get(raw.url + PATH, params=OPEN, headers=headers) as answer:
        assert answer.status == 431
    with pytest.raises(aiohttp.WSServerHandshakeError):
        await raw.http.ws_connect(f"{raw.url}{PATH}?EIO=4&transport=websocket", headers=headers)
    assert not any(program.traces().values())


async def test_a_session_that_polls_and_does_not_join_ends(start):
    program, raw = await start(join_timeout=0.3, ping_interval=0.1)
    session = await raw.open()
    heard = []
    while "1" not in heard:
        status, body = await session.get()
        if status != 200:
            break
        heard += body.split("\x1e")
        if "2" in heard:
            await session.post("3")
    await program.empty()


async def test_only_the_last_leaving_counts_for_the_time_to_join(start):
    program, raw = await start()
    ws = await raw.websocket()
    expecting = program.server._expecting
    (first,) = expecting.values()
    for _ in range(3):
        await ws.send("40")
        assert (await ws.read()).startswith("40")
        assert first.cancelled()
        assert not expecting
        await ws.send("41")
        await until(lambda: expecting)
        (first,) = expecting.values()
    await ws.close()
    await program.empty()
    assert not expecting
    assert first.cancelled()
