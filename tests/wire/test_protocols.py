"""A connection that asks for nothing is not kept, one that waits for an answer is."""

from __future__ import annotations

import asyncio

import pytest

from chatrooms.serve import uvicorn_options
from tests.wire.raw import PATH, PATIENCE, receive_until, send

REQUEST = f"GET {PATH} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
ANSWERED = b'"Transport unknown"}'


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    monkeypatch.setattr("chatrooms.wire.http_protocol.SECONDS_TO_ASK", 0.2)


@pytest.fixture
def protocols(monkeypatch) -> str:
    """Our own only: uvicorn's have no such deadline."""
    monkeypatch.setattr("tests.servers.options", uvicorn_options())
    return "direct"


async def ended(sock) -> bool:
    return await asyncio.wait_for(asyncio.get_running_loop().sock_recv(sock, 65536), PATIENCE) == b""


@pytest.mark.parametrize("said", [b"", b"\r\n", b"GET", REQUEST[:-2]])
async def test_who_sends_no_whole_header_is_left(raw, said):
    sock = await raw.bare()
    await send(sock, said)
    assert await ended(sock)
    sock.close()


@pytest.mark.parametrize("said", [b"\r\n", b"GET", REQUEST[:-2]])
async def test_who_sends_no_whole_header_after_a_request_is_left_too(raw, said):
    sock = await raw.bare()
    await send(sock, REQUEST)
    await receive_until(sock, ANSWERED)
    await send(sock, said)  # from here on uvicorn would wait for ever
    assert await ended(sock)
    sock.close()


async def test_who_sends_half_a_body_that_nobody_waits_for_is_left(raw):
    sock = await raw.bare()
    await send(sock, REQUEST.replace(b"GET", b"POST").replace(b"\r\n\r\n", b"\r\nContent-Length: 9\r\n\r\n{"))
    await receive_until(sock, ANSWERED)
    await send(sock, b"}")
    assert await ended(sock)
    sock.close()


async def test_who_waits_for_an_answer_is_not_left(start):
    _, raw = await start(ping_interval=0.5, ping_timeout=20.0)
    session = await raw.open()
    assert await session.get() == (200, "2")


async def test_a_websocket_is_not_left(start):
    _, raw = await start(ping_interval=0.5, ping_timeout=20.0)
    ws = await raw.websocket()
    assert await ws.read() == "2"
    await ws.close()
