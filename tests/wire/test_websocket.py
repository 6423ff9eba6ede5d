"""Engine.IO by WebSocket alone."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest

from chatrooms.wire import fastpath
from chatrooms.wire.limits import MAX_PACKET
from chatrooms.wire.pacing import REQUESTS_AT_ONCE
from chatrooms.wire.websocket_reader import NOT_UTF8, SLICE
from tests.wire.program import until
from tests.wire.raw import PATH, frame, handshake, receive_until, send

MANY = 10_000


async def test_the_handshake_offers_no_upgrade(start):
    _, raw = await start(ping_interval=0.3, ping_timeout=0.2)
    handshake = (await raw.websocket()).handshake
    assert handshake.pop("sid")
    assert handshake == {"upgrades": [], "pingInterval": 300, "pingTimeout": 200, "maxPayload": MAX_PACKET}


@pytest.mark.parametrize(
    "query",
    [
        {"transport": "websocket"},
        {"EIO": "3", "transport": "websocket"},
        {"EIO": "4"},
        {"EIO": "4", "transport": "abc"},
        {"EIO": "4", "transport": "polling"},
        {"EIO": "4", "transport": "websocket", "sid": "unknown"},
    ],
)
async def test_a_connection_that_is_none_of_the_protocol_is_refused(program, raw, protocols, query, caplog):
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await raw.websocket(**query)
    assert refused.value.status == 400
    assert not program.server.eio.sockets
    assert protocols == "plain" or not caplog.records  # uvicorn's own calls a refusal an error


async def test_messages_come_and_go(raw):
    ws = await raw.join_websocket()
    await ws.send('421["echo",{"a":[1]}]')
    assert await ws.read() == '431[{"a":[1]}]'


async def test_binary_data_goes_out_as_it_is(program, raw):
    ws = await raw.join_websocket()
    await program.server.emit("data", b"\x01\x02", to="all")
    assert await ws.read() == '451-["data",{"_placeholder":true,"num":0}]'
    assert await ws.read() == b"\x01\x02"


@pytest.mark.parametrize("size", [100, 125, 126, 65_535, 65_536, 100_000])
async def test_messages_of_any_size_arrive_whole(program, raw, size):
    ws = await raw.join_websocket()
    await program.server.emit("n", "é" * (size // 2), to="all")
    assert await ws.read() == f'42["n","{"é" * (size // 2)}"]'


@pytest.mark.parametrize("packet", ["abc", "", "2", "7", "9", "2probe", "bnot base64", "4" + "x" * MAX_PACKET])
async def test_a_bad_packet_ends_the_connection(program, raw, packet, protocols):
    ws = await raw.join_websocket()
    await ws.send(packet)
    old = {1006} if protocols == "plain" and fastpath.missing() else set()  # old versions close without a code
    assert await ws.closed() in ({1009, *old} if len(packet) > MAX_PACKET else {1002})
    await program.empty()


async def test_a_packet_that_is_too_large_ends_the_connection_with_the_code_for_that(start):
    program, raw = await start(max_http_buffer_size=1000)
    for packet in ('42["note","' + "x" * 1000 + '"]', '42["note","' + "é" * 500 + '"]', b"x" * 1001):
        ws = await raw.join_websocket()
        assert ws.handshake["maxPayload"] == 1000
        await ws.send(packet)
        assert await ws.closed() == 1009
    await program.empty()


async def test_text_that_is_not_utf_8_ends_the_connection(program, raw, protocols, caplog):
    sock = await raw.bare_websocket()
    await send(sock, b"\x81\x82\0\0\0\0\xff\xfe")
    await receive_until(sock, NOT_UTF8.to_bytes(2, "big"))
    await program.empty()
    sock.close()
    assert protocols == "plain" or not caplog.records  # uvicorn's own logs a traceback


async def test_many_small_packets_hold_up_nobody(program, raw, protocols):
    sock, most, before = await raw.bare_websocket(), 0, 0
    await send(sock, frame('42["note",1]') * MANY)
    while len(program.heard) < MANY:
        await asyncio.sleep(0)
        most, before = max(most, len(program.heard) - before), len(program.heard)
    slices = most <= SLICE / len(frame('42["note",1]')) + 1
    assert slices or protocols == "plain"  # uvicorn's own takes in at once what has come
    sock.close()


async def test_pings_come_and_pongs_keep_the_connection(start):
    _, raw = await start(ping_interval=0.1, ping_timeout=0.2)
    ws = await raw.websocket()
    for _ in range(4):
        assert await ws.read() == "2"
        await ws.send("3")


async def test_a_connection_that_does_not_answer_pings_ends(start):
    program, raw = await start(ping_interval=0.1, ping_timeout=0.1)
    ws = await raw.join_websocket()
    assert await ws.read() == "2"
    await ws.closed()
    await program.empty()
    assert program.left[0][1] == "ping timeout"


async def test_a_close_packet_closes(program, raw):
    ws = await raw.join_websocket()
    await ws.send("1")
    assert await ws.closed() == 1000
    await program.empty()
    assert program.left[0][1] == "client disconnect"


async def test_a_closed_connection_has_left(program, raw):
    ws = await raw.join_websocket()
    await ws.close()
    await program.empty()
    assert program.left[0][1] == "transport close"


async def test_what_was_said_before_the_server_closes_arrives(program, raw):
    ws = await raw.join_websocket()
    await program.server.emit("last", "word", to="all")
    await program.server.disconnect(program.came[0])
    assert [await ws.read(), await ws.read(), await ws.read()] == ['42["last","word"]', "41", None]
    await program.empty()


async def test_closing_does_not_wait_for_a_running_handler(program, raw):
    ws = await raw.join_websocket()
    await ws.send('42["slow",60]')
    await until(lambda: program.slowly)
    await program.server.close(ws.handshake["sid"])
    assert await ws.closed() == 1000
    assert program.server._workers._busy
    program.awake.set()
    await program.empty()


async def test_the_handlers_of_one_client_run_in_order_if_that_is_asked_for(start):
    program, raw = await start(async_handlers=False)
    ws = await raw.join_websocket()
    await ws.send('42["slow",0.1]')
    for number in range(20):
        await ws.send(f'42["note",{number}]')
    await until(lambda: len(program.heard) == 20)
    assert program.heard == list(range(20))


async def test_clients_whose_handshakes_come_in_one_round_of_the_loop_are_all_served(raw):
    sockets = [await raw.bare() for _ in range(2 * REQUESTS_AT_ONCE)]
    await raw.request("GET", EIO=4, transport="polling")  # so that all of them are accepted
    for each in sockets:
        assert each.send(handshake(f"{PATH}?EIO=4&transport=websocket"))
    for each in sockets:
        await receive_until(each, b'"maxPayload"')
        await send(each, frame("40"))
    for each in sockets:
        await receive_until(each, b'40{"sid"')
        each.close()
