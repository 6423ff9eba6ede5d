"""The plain handshake is what websockets would accept, and answered the same way."""

from __future__ import annotations

import asyncio
from http import HTTPStatus

import pytest
from hypothesis import given
from hypothesis import strategies as some
from websockets.http11 import Request
from websockets.server import ServerProtocol

from chatrooms.wire import handshake
from tests.servers import running

KEY = b"dGhlIHNhbXBsZSBub25jZQ=="
ACCEPT = b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
"""Of RFC 6455, section 1.3."""
PLAIN = (
    (b"host", b"chat.example.org"),
    (b"upgrade", b"websocket"),
    (b"connection", b"Upgrade"),
    (b"sec-websocket-key", KEY),
    (b"sec-websocket-version", b"13"),
)
OURS = b"http://chat.example.org"
DEFLATE = (b"sec-websocket-extensions", b"permessage-deflate; client_max_window_bits")
names = some.sampled_from(
    [name for name, _ in PLAIN]
    + [b"sec-websocket-protocol", b"content-length", b"transfer-encoding", b"cookie", b"origin"]
)
VERSIONS, CONNECTIONS = (b"13", b"8", b"13 "), (b"Upgrade", b"keep-alive", b"keep-alive, UPGRADE")
UPGRADES = (b"websocket", b"WebSocket", b"websocket, h2c")
KEYS = (KEY, KEY[:-1], KEY + b"=", b"AAAA", b"&" + KEY[1:])
values = some.sampled_from([*VERSIONS, *UPGRADES, *CONNECTIONS, *KEYS, b"", b"0", b"chunked"])


def other(**changed):
    """Return a plain handshake with other values of some fields; without those that are None."""
    changed = {name.replace("_", "-").encode(): value for name, value in changed.items()}
    return [(name, changed.get(name, value)) for name, value in PLAIN if changed.get(name, value) is not None]


def by_websockets(fields):
    """Return what websockets answers, or None if it refuses."""
    request = b"".join(b"%s: %s\r\n" % field for field in fields)
    protocol = ServerProtocol()
    protocol.receive_data(b"GET /socket.io/ HTTP/1.1\r\n%s\r\n" % request)
    asked = next(iter(protocol.events_received()), None)
    if not isinstance(asked, Request):
        return None
    response = protocol.accept(asked)
    if response.status_code != HTTPStatus.SWITCHING_PROTOCOLS:
        return None
    return response.headers["Sec-WebSocket-Accept"].encode()


def test_the_answer_is_that_of_the_standard():
    assert handshake.answer(PLAIN, extensible=True) == ACCEPT


@pytest.mark.parametrize(
    "fields",
    [
        other(connection=b"keep-alive, Upgrade"),
        other(connection=b"UPGRADE"),
        other(upgrade=b"WebSocket"),
        [*PLAIN, (b"cookie", b"a=1"), (b"cookie", b"b=2")],
    ],
)
def test_what_differs_without_a_meaning_is_plain(fields):
    assert handshake.answer(fields, extensible=True) == by_websockets(fields) == ACCEPT


def test_extensions_are_for_websockets_where_there_are_any():
    assert handshake.answer([*PLAIN, DEFLATE], extensible=False) == ACCEPT
    assert handshake.answer([*PLAIN, DEFLATE], extensible=True) is None


def test_a_subprotocol_is_for_websockets():
    assert handshake.answer([*PLAIN, (b"sec-websocket-protocol", b"chat")], extensible=False) is None


@given(some.lists(some.tuples(names, values), max_size=4), some.sets(some.sampled_from(range(len(PLAIN)))))
def test_nothing_is_accepted_that_websockets_refuses(more, left_out):
    fields = [field for index, field in enumerate(PLAIN) if index not in left_out] + more
    answer = handshake.answer(fields, extensible=False)
    assert answer is None or answer == by_websockets(fields)


async def spoken(url, request):
    """Return the first bytes that come back after ``request``."""
    host, port = url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(request)
    begun = await reader.readuntil(b"\r\n\r\n")
    writer.close()
    return begun


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        (PLAIN, HTTPStatus.SWITCHING_PROTOCOLS),
        ([*PLAIN, DEFLATE], HTTPStatus.SWITCHING_PROTOCOLS),
        ([*PLAIN, (b"sec-websocket-protocol", b"chat")], HTTPStatus.SWITCHING_PROTOCOLS),
        (other(sec_websocket_key=None), HTTPStatus.BAD_REQUEST),
        (other(sec_websocket_key=b"AAAA"), HTTPStatus.BAD_REQUEST),
        (other(sec_websocket_version=b"8"), HTTPStatus.BAD_REQUEST),
        ([*PLAIN, (b"sec-websocket-key", KEY)], HTTPStatus.BAD_REQUEST),
        ([*PLAIN, (b"origin", b"https://elsewhere.example")], HTTPStatus.FORBIDDEN),
        ([*PLAIN, (b"origin", OURS), (b"origin", b"https://elsewhere.example")], HTTPStatus.BAD_REQUEST),
        ([*PLAIN, (b"origin", OURS + b" \t")], HTTPStatus.SWITCHING_PROTOCOLS),
    ],
)
async def test_a_server_answers_plain_and_other_handshakes(tmp_path, fields, status):
    async with running(tmp_path) as server:
        lines = b"".join(b"%s: %s\r\n" % field for field in fields)
        target = b"/socket.io/?EIO=4&transport=websocket&a=%C3%A9"
        answered = await spoken(server.url, b"GET %s HTTP/1.1\r\n%s\r\n" % (target, lines))
    assert answered.startswith(b"HTTP/1.1 %d " % status)
    assert (b"sec-websocket-accept: " + ACCEPT.lower() in answered.lower()) == (status == 101)


async def test_a_request_of_http_1_0_asks_for_no_websocket(tmp_path):
    async with running(tmp_path) as server:
        lines = b"".join(b"%s: %s\r\n" % field for field in PLAIN)
        answered = await spoken(server.url, b"GET /healthz HTTP/1.0\r\n%s\r\n" % lines)
    assert answered.startswith(b"HTTP/1.1 200 ")
