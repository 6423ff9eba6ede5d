"""What a client may send over HTTP is bounded: in bytes, in number, in what it may say."""

from __future__ import annotations

import asyncio

import pytest

from chatrooms.wire.http_protocol import CHUNKS, PIECE, HttpProtocol
from tests.wire.raw import handshake
from tests.wire.strangers import GET, Application, serving

KIB = 1024
MIB = KIB * KIB
HEAD = b"GET / HTTP/1.1\r\nHost: x\r\n"
POST = b"POST /read HTTP/1.1\r\nHost: x\r\n"
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"


@pytest.fixture
def application() -> Application:
    return Application()


@pytest.fixture
async def connect(application, monkeypatch):
    async with serving(application, monkeypatch) as connected:
        yield connected


ENDLESS = {
    "fields": (HEAD, b"a:b\r\n" * 200, 431),
    "a name": (HEAD, b"a" * KIB, 431),
    "a value": (HEAD + b"a: ", b"a" * KIB, 431),
    "long values": (HEAD, b"a: " + b"b" * 2 * KIB + b"\r\n", 431),
    "white space before a value": (HEAD + b"a:", b" " * KIB, 431),
    "a target": (b"GET /", b"a" * KIB, 414),
    "a query": (b"GET /?", b"a=b&" * KIB, 414),
    "empty lines": (b"", b"\r\n" * KIB, 431),
    "an extension of a chunk": (CHUNKED + b"1;", b"a" * KIB, 413),
    "extensions of chunks": (CHUNKED, b"1;" + b"a" * KIB + b"\r\nx\r\n", 413),
    "trailers": (CHUNKED + b"0\r\n", b"a:b\r\n" * 200, 431),
    "a trailer": (CHUNKED + b"0\r\na: ", b"a" * KIB, 413),
    "a trailer after many chunks": (CHUNKED + b"1\r\nx\r\n" * 10_000 + b"0\r\na: ", b"a" * KIB, 413),
    "the head of a handshake": (handshake("/").removesuffix(b"\r\n"), b"a:b\r\n" * 200, 431),
}


@pytest.mark.parametrize("name", ENDLESS)
async def test_what_has_no_end_is_refused_early(connect, name):
    start, more, status = ENDLESS[name]
    client = await connect()
    answer = await client.ask(start, *[more] * (100 * KIB // len(more)))
    assert answer.startswith(b"HTTP/1.1 %d " % status)
    assert b"connection: close" in answer


@pytest.mark.parametrize("name", ENDLESS)
async def test_who_goes_on_sending_is_cut_off(connect, name):
    start, more, _ = ENDLESS[name]
    client = await connect()
    pieces = [more] * (64 * MIB // len(more))
    assert await client.send(start, *pieces) < 32 * MIB  # what the kernel holds, besides what was read
    await client.all()


async def test_a_head_as_large_as_allowed_is_answered(connect):
    client = await connect()
    fields = b"".join(b"f%d: %s\r\n" % (number, b"v" * 620) for number in range(98))
    for _ in range(3):
        await client.send(HEAD + fields + b"\r\n")
        assert (await client.answer())[0] == 200


async def test_a_connection_with_thousands_of_requests_is_served(connect, application):
    client = await connect()
    for number in range(1, 3000):
        await client.send(HEAD + b"cookie: " + b"c" * 200 + b"\r\n\r\n")
        assert await client.answer() == (200, b"%d" % number)


async def test_small_chunks_are_read_in_turns(connect, monkeypatch):
    """Of a body in many chunks, one round of the event loop parses some: it delays nobody else."""
    turns, take = list[int](), HttpProtocol._take_turn

    def count(protocol: HttpProtocol) -> None:
        before = protocol._measure.chunks
        take(protocol)
        turns.append(protocol._measure.chunks - before)

    monkeypatch.setattr(HttpProtocol, "_take_turn", count)
    client = await connect()
    await client.send(CHUNKED, b"1\r\nx\r\n" * 20_000, b"0\r\n\r\n")
    assert await client.answer() == (200, b"read 20000")
    assert sum(turns) > 10_000 and max(turns) <= CHUNKS + PIECE


@pytest.mark.parametrize("chunk", [b"1\r\nx\r\n", b"400\r\n" + b"x" * KIB + b"\r\n", b"1;a=b\r\nx\r\n"])
async def test_a_body_in_chunks_of_any_size_is_read(connect, chunk):
    client, count = await connect(), 3 * MIB // len(chunk)
    size = count * chunk.count(b"x")
    await client.send(CHUNKED, *[chunk * 100] * (count // 100), chunk * (count % 100), b"0\r\nt: 1\r\n\r\n")
    assert await client.answer() == (200, b"read %d" % size)


async def test_a_trailer_is_no_field_of_the_head(connect, application):
    client = await connect()
    await client.send(CHUNKED + b"1\r\nx\r\n0\r\nx-forwarded-for: 9.9.9.9\r\n\r\n")
    assert (await client.answer())[0] == 200
    assert [name for name, _ in application.headers] == [b"host", b"transfer-encoding"]


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400),
        (b"GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", 400),
        (b"GET / HTTP/2.0\r\nHost: x\r\n\r\n", 505),
        (b"GET / HTTP/0.9\r\nHost: x\r\n\r\n", 505),
        (b"GET / HTTP/1.2\r\nHost: x\r\n\r\n", 400),
        (b"nonsense\r\n\r\n", 400),
        (b"GET /\xff HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (b"CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (POST + b"Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcde", 400),
        (POST + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
        (POST + b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n", 400),
        (POST + b"Content-Length : 4\r\n\r\nabcd", 400),
        (POST + b"Content-Length: +4\r\n\r\nabcd", 400),
        (POST + b"a: b\r\n c: d\r\n\r\n", 400),
        (POST + b"a: b\nc: d\r\n\r\n", 400),
        (CHUNKED + b"0x1\r\nx\r\n0\r\n\r\n", 400),
        (CHUNKED + b"1\r\nxx\r\n0\r\n\r\n", 400),
        (handshake("/").removesuffix(b"\r\n") + b"Content-Length: 5\r\n\r\n", 400),
        (handshake("/").removesuffix(b"\r\n") + b"Transfer-Encoding: chunked\r\n\r\n", 400),
        (handshake("/").removesuffix(b"\r\n") + b"Cookie: " + b"c" * 9000 + b"\r\n\r\n", 431),
        (handshake("/").replace(b"Host: localhost\r\n", b""), 400),
        (handshake("/\xff"), 400),
    ],
    ids=repr,
)
async def test_what_breaks_the_rules_is_refused_and_the_end(connect, request_, status, caplog, capfd):
    client = await connect()
    answer = await client.ask(request_ + GET)
    assert answer.startswith(b"HTTP/1.1 %d " % status)
    assert answer.count(b"HTTP/1.1") == 1
    assert not caplog.records
    assert "Traceback" not in "".join(capfd.readouterr())


@pytest.mark.parametrize("request_", [b"GET / HTTP/1.0\r\n\r\n", b"HEAD / HTTP/1.1\r\nHost:\r\n\r\n", GET])
async def test_what_keeps_the_rules_is_answered(connect, request_):
    client = await connect()
    await client.send(request_)
    assert (await client.reader.readline()).startswith(b"HTTP/1.1 200 ")


async def test_requests_after_an_upgrade_that_is_not_made_are_answered(connect):
    client = await connect()
    await client.send(HEAD + b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n\r\n" + GET)
    assert [await client.answer(), await client.answer()] == [(200, b"1"), (200, b"2")]


async def test_requests_sent_ahead_are_answered_in_order_a_few_at_a_time(connect, application, monkeypatch):
    client = await connect()
    await client.send(GET.replace(b"/", b"/wait", 1) + GET * 5000)
    while not application.requests:
        await asyncio.sleep(0)
    application.go_on.set()
    assert [(await client.answer())[1] for _ in range(5001)] == [b"%d" % number for number in range(1, 5002)]


async def test_a_handshake_before_an_answer_is_refused(connect, application):
    client = await connect()
    await client.send(GET.replace(b"/", b"/wait", 1) + handshake("/"))
    assert await client.all() == b""
    assert application.requests <= 1
    application.go_on.set()


async def test_frames_sent_with_the_handshake_arrive(connect):
    client = await connect()
    await client.send(handshake("/") + b"\x81\x83\0\0\0\0abc")
    await client.reader.readuntil(b"\r\n\r\n")
    assert await asyncio.wait_for(client.reader.readexactly(3), 10) == b"\x81\x013"


async def test_the_rest_of_a_body_that_nobody_needs_is_read_if_it_is_small(connect):
    client = await connect()
    request = POST.replace(b"/read", b"/") + b"Content-Length: 50000\r\n\r\n"
    await client.send(request)
    assert (await client.answer())[0] == 200
    await client.send(b"x" * 50_000 + GET)
    assert await client.answer() == (200, b"2")


async def test_the_rest_of_a_body_that_nobody_needs_is_not_read_if_it_is_large(connect):
    client = await connect()
    await client.send(POST.replace(b"/read", b"/") + b"Content-Length: 99999999\r\n\r\n")
    assert (await client.answer())[0] == 200
    assert await client.send(*[b"x" * KIB] * 64 * KIB) < 32 * MIB
    assert await client.all() == b""


async def test_who_was_answered_instead_of_asked_for_the_body_is_left(connect):
    client = await connect()
    await client.send(POST.replace(b"/read", b"/") + b"Expect: 100-continue\r\nContent-Length: 5\r\n\r\n")
    assert (await client.answer())[0] == 200
    assert await client.all() == b""
