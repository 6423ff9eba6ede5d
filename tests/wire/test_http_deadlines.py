"""A client that does not send or read in time is not kept, one that waits for an answer is."""

from __future__ import annotations

import asyncio
import socket
import struct

import pytest

from chatrooms.cli.serve import uvicorn_options
from chatrooms.wire import http_protocol, unsent
from chatrooms.wire.http_protocol import HttpProtocol
from tests.wire.program import until
from tests.wire.raw import PATH, receive_until, send
from tests.wire.strangers import GET, Application, serving

pytestmark = pytest.mark.slow  # they wait for real time

REQUEST = f"GET {PATH} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
ANSWERED = b'"Transport unknown"}'
POST = b"POST /read HTTP/1.1\r\nHost: x\r\n"
LATE = b"HTTP/1.1 408 "


@pytest.fixture
def application() -> Application:
    return Application()


@pytest.fixture
async def connect(application, monkeypatch, impatient):
    async with serving(application, monkeypatch) as connected:
        yield connected


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    monkeypatch.setattr(http_protocol, "SECONDS_TO_ASK", 0.2)
    monkeypatch.setattr(http_protocol, "SECONDS_TO_SEND", 0.2)
    monkeypatch.setattr(http_protocol, "SECONDS_TO_LINGER", 0.2)
    monkeypatch.setattr(unsent, "SECONDS_TO_READ", 0.2)


@pytest.fixture
def protocols(monkeypatch) -> str:
    """Our own only: uvicorn's have no such deadlines."""
    monkeypatch.setattr("tests.servers.options", uvicorn_options())
    return "direct"


@pytest.mark.parametrize("sent", [b"G", b"GET", GET[:-2], GET[:-1]])
async def test_a_header_that_does_not_end_is_refused(connect, sent):
    client = await connect()
    assert (await client.ask(sent)).startswith(LATE)


@pytest.mark.parametrize("sent", [b"G", b"GET", GET[:-2]])
async def test_a_header_that_does_not_end_after_a_request_is_refused_too(connect, sent):
    client = await connect()
    await client.send(GET)
    assert (await client.answer())[0] == 200
    assert (await client.ask(sent)).startswith(LATE)


@pytest.mark.parametrize("sent", [b"", b"\r\n"])
async def test_a_connection_that_asks_nothing_is_closed(connect, sent):
    client = await connect()
    assert await client.ask(sent) == b""


async def test_a_connection_that_asks_nothing_more_is_closed(connect):
    client = await connect()
    await client.send(GET)
    assert (await client.answer())[0] == 200
    assert await client.all() == b""


@pytest.mark.parametrize(
    "sent",
    [
        b"Content-Length: 5\r\n\r\n",
        b"Content-Length: 5\r\n\r\nabcd",
        b"Transfer-Encoding: chunked\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n0\r\na: b\r\n",
        b"Expect: 100-continue\r\nContent-Length: 5\r\n\r\n",
    ],
)
async def test_a_body_that_does_not_end_is_refused(connect, application, sent):
    client = await connect()
    answer = (await client.ask(POST + sent)).removeprefix(b"HTTP/1.1 100 Continue\r\n\r\n")
    assert answer.startswith(LATE)
    await asyncio.wait_for(application.left.wait(), 5)


async def test_a_body_that_comes_by_drops_is_refused(connect, monkeypatch):
    client = await connect()
    reading = asyncio.ensure_future(client.all())
    await client.send(POST + b"Content-Length: 500\r\n\r\n")
    while not reading.done():
        await client.send(b"x")
        await asyncio.sleep(0.01)
    assert reading.result().startswith(LATE)


@pytest.fixture
def checks(monkeypatch) -> list[int]:
    """Where each check found the body, of whether it comes fast enough."""
    found, check = [], HttpProtocol._check_body
    monkeypatch.setattr(HttpProtocol, "_check_body", lambda it, mark: (found.append(mark), check(it, mark)))
    return found


async def test_a_body_that_comes_steadily_is_read(connect, checks, monkeypatch):
    monkeypatch.setattr(http_protocol, "LEAST_SENT", 1000)
    client = await connect()
    await client.send(POST + b"Transfer-Encoding: chunked\r\n\r\n")
    while len(checks) < 3:
        await client.send(b"3e8\r\n" + b"x" * 1000 + b"\r\n")
        await asyncio.sleep(0.02)
    await client.send(b"0\r\n\r\n")
    assert (await client.answer())[0] == 200


async def test_a_body_that_waits_for_the_application_may_take_its_time(connect, application):
    client = await connect()
    sending = asyncio.ensure_future(
        client.send(GET.replace(b"/", b"/wait", 1) + POST + b"Content-Length: 1000000\r\n\r\n", b"x" * 1_000_000)
    )
    assert (await (await connect()).ask(b"G")).startswith(LATE)  # which has waited less
    application.go_on.set()
    assert await client.answer() == (200, b"1")
    assert await client.answer() == (200, b"read 1000000")
    await sending


async def test_who_sends_half_a_body_that_nobody_waits_for_is_left(raw):
    sock = await raw.bare()
    await send(sock, REQUEST.replace(b"GET", b"POST").replace(b"\r\n\r\n", b"\r\nContent-Length: 9\r\n\r\n{"))
    await receive_until(sock, ANSWERED)
    await send(sock, b"}")
    assert await asyncio.get_running_loop().sock_recv(sock, 100) == b""
    sock.close()


@pytest.mark.parametrize("ahead", [1, 30])
@pytest.mark.parametrize("version", [b"1.0", b"1.1"])
async def test_who_does_not_read_answers_is_cut_off(connect, application, ahead, version, caplog):
    client = await connect(limit=1024)
    await client.send(GET.replace(b"/", b"/large", 1).replace(b"1.1", version) * ahead)
    await until(client.cut)
    assert application.requests <= 2
    assert not caplog.records


async def test_who_reads_answers_steadily_is_served(connect, application, monkeypatch):
    monkeypatch.setattr(unsent, "SECONDS_TO_READ", 0.5)
    client = await connect(limit=1024)
    await client.send(GET.replace(b"/", b"/large", 1))
    await client.reader.readuntil(b"\r\n\r\n")
    left = application.size
    while left > 0:
        left -= len(await client.reader.read(1 << 20))
        if left % 100 == 0:
            await asyncio.sleep(0.01)
    assert left == 0


@pytest.mark.parametrize("ahead", [1, 3])
async def test_a_hang_up_within_answers_is_not_logged(connect, application, ahead, caplog, capfd):
    client = await connect(limit=1024)
    await client.send(GET.replace(b"/", b"/large", 1) * ahead)
    await client.reader.readuntil(b"\r\n\r\n")
    sock = client.writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.writer.transport.abort()
    await asyncio.wait_for(application.left.wait(), 10)
    assert not caplog.records
    assert "Traceback" not in "".join(capfd.readouterr())


async def test_who_waits_for_an_answer_is_not_left(start):
    _, raw = await start(ping_interval=0.5, ping_timeout=20.0)
    session = await raw.open()
    assert await session.get() == (200, "2")


async def test_a_websocket_is_not_left(start):
    _, raw = await start(ping_interval=0.5, ping_timeout=20.0)
    ws = await raw.websocket()
    assert await ws.read() == "2"
    await ws.close()
