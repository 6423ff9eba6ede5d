"""What a server may be made with, and where it may be put."""

from __future__ import annotations

import aiohttp
import pytest
import socketio

from chatrooms.wire import Server
from tests.servers import serving
from tests.wire.client import connected
from tests.wire.program import until

TRANSPORTS = [["polling"], ["websocket"]]


async def test_a_server_is_an_application_by_itself(protocols):
    server = Server()
    server.on("connect", lambda sid, environ: None)
    async with serving(server, lifespan="on") as url, connected(url) as client:
        assert client.connected
        await server.emit("news", 1)
        await until(lambda: client.heard)
    assert server.eio.ending


@pytest.mark.parametrize("allowed", TRANSPORTS)
async def test_a_server_may_have_one_transport(protocols, allowed):
    server = Server(transports=allowed)
    other = next(each for each in TRANSPORTS if each != allowed)
    async with serving(server) as url:
        async with connected(url, transports=allowed) as client:
            assert client.transport() == allowed[0]
        with pytest.raises(socketio.exceptions.ConnectionError):
            async with connected(url, transports=other):
                pass
        await server.shutdown()


def test_a_hook_has_one_place():
    server = Server(occupied=print)
    server.use(vacated=print)
    for taken in ("occupied", "vacated"):
        with pytest.raises(ValueError, match=f"the hook {taken} is set already"):
            server.use(**{taken: repr})


async def test_a_server_may_offer_no_upgrade(start):
    _, raw = await start(allow_upgrades=False)
    session = await raw.open()
    assert session.handshake["upgrades"] == []
    with pytest.raises(aiohttp.WSServerHandshakeError):
        await raw.websocket(session.sid)


REFUSED = {
    "client_manager": socketio.AsyncManager(),
    "async_mode": "aiohttp",
    "json": object(),
    "serializer": "msgpack",
    "always_connect": True,
    "cookie": "io",
    "http_compression": True,
    "compression_threshold": 100,
    "monitor_clients": False,
    "ping_interval": (25, 5),
    "ping_timeout": 0,
    "transports": ["webtransport"],
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_supported_is_refused_in_words(name):
    with pytest.raises(ValueError, match=rf"^{name}=.*[:.] .+\.$"):
        Server(**{name: REFUSED[name]})


def test_what_nobody_knows_is_refused():
    with pytest.raises(TypeError, match="'ping_intervall'"):
        Server(ping_intervall=5)


def test_what_asks_for_nothing_new_is_accepted():
    server = Server(
        client_manager=None,
        async_mode="asgi",
        json=None,
        serializer="default",
        cookie=None,
        always_connect=False,
        http_compression=False,
        monitor_clients=True,
        engineio_logger=False,
        max_http_buffer_size=5000,
        logger=False,
        async_handlers=True,
        transports=None,
    )
    assert server.limits.packet == 5000


@pytest.mark.parametrize("act", ["attach", "instrument"])
def test_what_is_not_there_says_so(act):
    with pytest.raises(NotImplementedError, match=r"\."):
        getattr(Server(), act)(None)


def test_hooks_are_given_to_the_constructor_or_to_use():
    def first(why):
        return why

    server = Server(malformed=first)
    server.use(timed_out={"message": "later"})
    assert (server.hooks.malformed, server.hooks.timed_out) == (first, {"message": "later"})
    with pytest.raises(AttributeError):
        server.use(malfromed=first)
