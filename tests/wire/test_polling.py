"""Engine.IO by HTTP long-polling: what the protocol asks, where python-engineio does otherwise."""

from __future__ import annotations

import asyncio
import json

import pytest

from chatrooms.wire.limits import MAX_PACKET, Limits
from chatrooms.wire.requests import MAX_FIELDS
from tests.wire.raw import PATH, expecting, receive_until, reset, send


async def test_the_handshake_gives_its_times_in_milliseconds(start):
    _, raw = await start(ping_interval=0.3, ping_timeout=0.2)
    handshake = (await raw.open()).handshake
    assert handshake.pop("sid")
    assert handshake == {"upgrades": ["websocket"], "pingInterval": 300, "pingTimeout": 200, "maxPayload": MAX_PACKET}


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"EIO": "4"}, 0),
        ({"EIO": "4", "transport": "abc"}, 0),
        ({"EIO": "4", "transport": "webtransport"}, 0),
        ({"transport": "polling"}, 5),
        ({"EIO": "3", "transport": "polling"}, 5),
        ({"EIO": "4", "transport": "polling", "sid": "unknown"}, 1),
        ({"EIO": "4", "transport": "websocket"}, 3),
        ({"EIO": "4", "transport": "polling", "j": "0"}, 3),
    ],
)
async def test_a_request_that_is_none_of_the_protocol_is_refused(raw, query, code):
    status, body = await raw.request("GET", **query)
    assert (status, json.loads(body)["code"]) == (400, code)


async def test_a_query_with_too_many_fields_is_refused_in_words(raw):
    many = {f"field{number}": 1 for number in range(MAX_FIELDS)}
    status, body = await raw.request("GET", EIO=4, transport="polling", **many)
    assert (status, json.loads(body)["message"]) == (400, f"More than {MAX_FIELDS} query fields")
    del many["field0"], many["field1"]
    assert (await raw.request("GET", EIO=4, transport="polling", **many))[0] == 200


async def test_a_poll_right_after_the_client_closed_is_answered_once(program, raw):
    session = await raw.join()
    await session.post("1")
    assert await session.get() == (200, "6")
    assert (await session.get())[0] == 400


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"])
async def test_a_handshake_by_another_method_is_refused(program, raw, method):
    assert (await raw.request(method, EIO=4, transport="polling"))[0] == 400
    assert not program.server.eio.sockets


async def test_another_method_does_not_disturb_a_session(raw):
    session = await raw.join()
    assert (await raw.request("PUT", "4x", EIO=4, transport="polling", sid=session.sid))[0] == 400
    assert await session.post('420["echo",1]') == (200, "ok")
    assert await session.get() == (200, "430[1]")


async def test_a_post_is_answered_with_ok(raw):
    session = await raw.open()
    assert await session.post("40") == (200, "ok")


async def test_several_packets_come_and_go_in_one_payload(raw):
    session = await raw.join()
    assert await session.post("\x1e".join(f'42{n}["echo",{n}]' for n in range(3))) == (200, "ok")
    assert await session.get() == (200, "430[0]\x1e431[1]\x1e432[2]")


async def test_more_packets_than_python_engineio_takes_come_in_one_payload(program, raw):
    session = await raw.join()
    assert await session.post("\x1e".join(f'42["note",{n}]' for n in range(100))) == (200, "ok")
    assert program.heard == list(range(100))


async def test_a_poll_gives_no_more_packets_than_python_engineio_takes(program, raw):
    session = await raw.join()
    for number in range(40):
        await program.server.emit("n", number, to="all")
    counts = [(await session.get())[1].count("\x1e") + 1 for _ in range(3)]
    assert counts == [16, 16, 8]


@pytest.mark.parametrize("body", ["abc", "", "4x\x1e", "2", "7", "9", "bnot base64", b"4\xff\xfe", "\x1e" * 5000])
async def test_a_bad_payload_is_refused_and_ends_the_session(program, raw, body):
    session = await raw.join()
    assert (await session.post(body))[0] == 400
    assert (await session.get())[0] == 400
    await program.empty()


async def test_too_large_a_body_is_refused_and_ends_the_session(program, raw):
    session = await raw.join()
    assert (await session.post("4" * (MAX_PACKET + 1)))[0] == 413
    assert (await session.get())[0] == 400
    await program.empty()


async def test_too_large_a_body_is_not_asked_for(program, raw):
    session = await raw.join()
    path = f"{PATH}?EIO=4&transport=polling&sid={session.sid}"
    assert (await expecting(raw.url, path, MAX_PACKET + 1)).startswith(b"HTTP/1.1 413 ")
    await program.empty()


async def test_too_many_packets_are_refused(start):
    _, raw = await start(limits=Limits(packets=3))
    session = await raw.join()
    assert (await session.post("3\x1e3\x1e3"))[0] == 200
    assert (await session.post("3\x1e3\x1e3\x1e3"))[0] == 400


async def test_two_polls_at_once_end_the_session(program, raw):
    session = await raw.join()
    first = asyncio.create_task(session.get())
    await program.polled_by(session.sid)
    assert (await session.get())[0] == 400
    assert await first == (200, "1")
    assert (await session.get())[0] == 400
    await program.empty()


async def test_two_posts_at_once_end_the_session(start):
    program, raw = await start(async_handlers=False)
    session = await raw.join()
    first = asyncio.create_task(session.post('42["slow",0.3]'))
    await program.posted_to_by(session.sid)
    assert (await session.post("3"))[0] == 400
    assert (await first)[0] == 400
    await program.empty()


async def test_pings_come_and_pongs_keep_the_session(start):
    _, raw = await start(ping_interval=0.1, ping_timeout=0.2)
    session = await raw.open()
    for _ in range(4):
        assert await session.get() == (200, "2")
        assert await session.post("3") == (200, "ok")


@pytest.mark.slow
async def test_a_session_that_does_not_answer_pings_ends_while_it_polls(start):
    program, raw = await start(ping_interval=0.5, ping_timeout=0.5)
    session = await raw.join()
    assert await session.get() == (200, "2")
    assert await session.get() == (200, "1")
    assert (await session.get())[0] == 400
    assert program.left[0][1] == "ping timeout"


async def test_a_session_that_does_not_come_back_ends(start):
    program, raw = await start(ping_interval=0.1, ping_timeout=0.1)
    await raw.join()
    await program.empty()
    assert program.left[0][1] == "ping timeout"


async def test_closing_answers_the_poll_that_waits(program, raw):
    session = await raw.join()
    poll = asyncio.create_task(session.get())
    await program.polled_by(session.sid)
    assert await session.post("1") == (200, "ok")
    assert await poll == (200, "6")
    assert (await session.get())[0] == 400
    await program.empty()
    assert program.left[0][1] == "client disconnect"


async def test_the_server_closing_answers_the_poll_that_waits(program, raw):
    session = await raw.join()
    poll = asyncio.create_task(session.get())
    await program.polled_by(session.sid)
    await program.server.close(session.sid)
    assert await poll == (200, "1")


async def test_the_server_closing_is_told_to_the_next_poll(program, raw):
    session = await raw.join()
    await program.server.disconnect(program.came[0])
    assert await session.get() == (200, "41\x1e1")
    assert (await session.get())[0] == 400


async def test_a_client_that_leaves_in_the_middle_of_a_poll_has_left(program, raw):
    session = await raw.join()
    sock = await raw.bare()
    await send(sock, f"GET {PATH}?EIO=4&transport=polling&sid={session.sid} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    await program.polled_by(session.sid)
    reset(sock)
    await program.empty()
    assert program.left[0][1] == "transport close"


async def test_a_client_that_leaves_in_the_middle_of_a_post_has_left(program, raw):
    session = await raw.join()
    sock = await raw.bare()
    query = f"EIO=4&transport=polling&sid={session.sid}"
    await send(sock, f"POST {PATH}?{query} HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n42".encode())
    await program.posted_to_by(session.sid)
    reset(sock)
    await program.empty()
    assert program.left[0][1] == "transport close"


async def test_a_body_that_does_not_come_ends_the_session(start):
    program, raw = await start(limits=Limits(upgrade=0.2))
    session = await raw.join()
    sock = await raw.bare()
    query = f"EIO=4&transport=polling&sid={session.sid}"
    await send(sock, f"POST {PATH}?{query} HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n42".encode())
    await program.empty()
    assert program.left[0][1] == "transport close"
    sock.close()


async def test_the_handlers_are_told_where_a_client_is(program, raw):
    await raw.join()
    assert program.environ["REMOTE_ADDR"] == program.environ["asgi.scope"]["client"][0] == "127.0.0.1"
    assert program.environ["REMOTE_PORT"] == str(program.environ["asgi.scope"]["client"][1]) != "0"


async def test_binary_data_goes_out_as_base64(program, raw):
    session = await raw.join()
    await program.server.emit("data", {"bytes": b"\x01\x02"}, to="all")
    assert await session.get() == (200, '451-["data",{"bytes":{"_placeholder":true,"num":0}}]\x1ebAQI=')


async def test_answers_are_not_cached(raw):
    sock = await raw.bare()
    await send(sock, f"GET {PATH}?EIO=4&transport=polling HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    assert b"cache-control: no-store" in await receive_until(sock, b"maxPayload")
    sock.close()
