"""How many may connect, from one address and in all."""

from __future__ import annotations

import asyncio
import logging
import resource
import socket
from contextlib import AsyncExitStack

import pytest
import uvicorn
from hypothesis import given
from hypothesis import strategies as st

from chatrooms.cli.serve import uvicorn_options
from chatrooms.wire import descriptors
from chatrooms.wire.connection_limits import ConnectionLimits, exempt, listed
from chatrooms.wire.http_protocol import HttpProtocol
from chatrooms.wire.listener import Listener
from tests.processes import started
from tests.wire.program import until
from tests.wire.raw import handshake
from tests.wire.strangers import GET, Application, Client

NOBODY = listed("")


class Door:
    """Connection limits with a listener behind them, on a socket of this machine."""

    def __init__(self, application: Application, limits: ConnectionLimits, stack: AsyncExitStack) -> None:
        self.limits, self._stack = limits, stack
        self._config = uvicorn.Config(application, lifespan="off", **uvicorn_options())
        self._state = uvicorn.Server(self._config).server_state
        self._listening = socket.create_server(("127.0.0.1", 0))
        listener = Listener(self._listening, limits, self._protocol)
        stack.callback(self._listening.close)
        stack.push_async_callback(listener.close)
        stack.push_async_callback(until, lambda: not self._state.connections and not self._state.tasks)
        stack.callback(application.go_on.set)

    def _protocol(self, slot) -> HttpProtocol:
        protocol = HttpProtocol(self._config, self._state, {})
        protocol.slot = slot
        return protocol

    async def connect(self, address: str = "127.0.0.2") -> Client:
        port = self._listening.getsockname()[1]
        client = Client(*await asyncio.open_connection("127.0.0.1", port, local_addr=(address, 0)))
        self._stack.push_async_callback(client.end)
        return client


@pytest.fixture
async def door():
    async with AsyncExitStack() as stack:
        yield lambda total=100, each=100, exempt=NOBODY: Door(
            Application(), ConnectionLimits(total, each, exempt), stack
        )


async def answered(client: Client) -> bool:
    await client.send(GET)
    return (await client.answer())[0] == 200


async def test_an_address_has_so_many_connections_and_more_when_some_have_gone(door, caplog):
    door = door(each=3)
    clients = [await door.connect() for _ in range(3)]
    assert all([await answered(client) for client in clients])
    for _ in range(5):
        assert (await (await door.connect()).all()).startswith(b"HTTP/1.1 503 ")
    assert await answered(await door.connect("127.0.0.3"))
    clients[0].writer.close()
    await until(lambda: door.limits.acquired == 3, tell=lambda: door.limits.__dict__)
    assert await answered(await door.connect())
    warnings = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert len(warnings) == 1  # the others are counted
    assert "connections" in warnings[0].getMessage()


async def test_a_websocket_keeps_the_place_of_the_request_that_it_was(door):
    door = door(each=1)
    client = await door.connect()
    await client.send(handshake("/"))
    await client.reader.readuntil(b"\r\n\r\n")
    assert (await (await door.connect()).all()).startswith(b"HTTP/1.1 503 ")
    client.writer.transport.abort()
    await until(lambda: not door.limits.acquired)
    assert await answered(await door.connect())


async def test_proxies_are_not_counted(door):
    door = door(each=1, exempt=listed("127.0.0.9, 10.0.0.0/8"))
    clients = [await door.connect("127.0.0.9") for _ in range(5)]
    assert all([await answered(client) for client in clients])


@pytest.mark.parametrize(
    "sent",
    [b"", b"GET", GET, b"POST /read HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n"],
    ids=["silent", "half a header", "idle", "no body"],
)
async def test_who_keeps_the_server_waiting_makes_room_for_others(door, sent):
    door = door(total=20)
    waiting = [await door.connect() for _ in range(20)]
    for client in waiting:
        await client.send(sent)
    await until(lambda: len(door.limits.waiting) == 20)
    for _ in range(30):
        assert await answered(await door.connect())
    assert door.limits.acquired <= 20


async def test_who_waits_for_the_server_keeps_the_place(door):
    door = door(total=2)
    waiting = await door.connect()
    await waiting.send(handshake("/"))
    await waiting.reader.readuntil(b"\r\n\r\n")
    asking = await door.connect()
    await asking.send(GET.replace(b"/", b"/wait", 1))
    await until(lambda: not door.limits.waiting)
    assert (await (await door.connect()).all()).startswith(b"HTTP/1.1 503 ")
    await waiting.send(b"\x81\x83\0\0\0\0abc")
    assert await waiting.reader.readexactly(3) == b"\x81\x013"


@given(st.lists(st.tuples(st.sampled_from("abc"), st.booleans()), max_size=60))
def test_what_is_counted_is_what_is_there(steps):
    limits, slots = ConnectionLimits(10, 4, NOBODY), []
    for address, comes in steps:
        if comes:
            slot = limits.acquire(address)
            here = [each for each, _ in slots].count(address)
            assert (slot is None) == (here == 4 or len(slots) == 10)
            slots += [(address, slot)] if slot else []
        elif slots:
            _, slot = slots.pop(0)
            slot.release()
            slot.release()
        assert limits.acquired == len(slots)


def test_networks_of_one_customer_have_more_than_one_but_not_without_end():
    limits = ConnectionLimits(1000, 2, NOBODY)
    of_one = [limits.acquire(f"2001:db8:1:1::{number}") for number in range(3)]
    assert [slot is not None for slot in of_one] == [True, True, False]
    more = [limits.acquire(f"2001:db8:1:{number:x}::1") for number in range(2, 50)]
    assert sum(slot is not None for slot in more) == 30
    assert limits.acquire("2001:db8:2::1") and limits.acquire("192.0.2.1")
    more[0].release()
    assert limits.acquire("2001:db8:1:ffff::1") and not limits.acquire("2001:db8:1:ffff::1")


@pytest.mark.parametrize(
    ("proxies", "address", "found"),
    [
        ("127.0.0.1", "127.0.0.1", True),
        ("127.0.0.1", "127.0.0.2", False),
        ("127.0.0.1", "::ffff:127.0.0.1", True),
        ("10.0.0.0/8, ::1", "10.1.2.3", True),
        ("10.0.0.0/8, ::1", "::1", True),
        ("*", "192.0.2.1", True),
        ("", "192.0.2.1", False),
        ("proxy.example", "192.0.2.1", False),
        ("127.0.0.1", "", False),
    ],
)
def test_proxies_are_found_by_address_and_network(proxies, address, found):
    assert listed(proxies)(address) is found


@pytest.mark.parametrize("proxies", ["", "10.0.0.0/8", "*"])
@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "::ffff:127.0.0.1"])
def test_this_machine_is_exempt_because_a_proxy_may_be_on_it(proxies, address):
    assert exempt(proxies)(address)
    assert exempt(proxies)("192.0.2.1") is (proxies == "*")


def test_descriptors_are_raised_and_some_are_kept(monkeypatch):
    limits = [(1024, 4096)]
    monkeypatch.setattr(resource, "getrlimit", lambda _what: limits[-1])
    monkeypatch.setattr(resource, "setrlimit", lambda _what, new: limits.append(new))
    assert descriptors.for_connections() == 4096 - descriptors.KEPT
    assert limits[-1] == (4096, 4096)


@pytest.mark.parametrize(("soft", "left"), [(1024, 924), (128, 64), (resource.RLIM_INFINITY, 1 << 20)])
def test_a_limit_that_cannot_be_raised_holds(monkeypatch, soft, left):
    def refuse(_what, _new) -> None:
        raise ValueError

    monkeypatch.setattr(resource, "getrlimit", lambda _what: (soft, resource.RLIM_INFINITY))
    monkeypatch.setattr(resource, "setrlimit", refuse)
    assert descriptors.for_connections() == left


async def test_the_command_counts_connections_of_an_address(tmp_path):
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(started(tmp_path, "--connections", "2"))

        async def connect(address: str) -> Client:
            client = Client(*await asyncio.open_connection("127.0.0.1", server.port, local_addr=(address, 0)))
            stack.push_async_callback(client.end)
            return client

        for address in ("127.0.0.2", "127.0.0.2", *["127.0.0.1"] * 5):  # the last is this machine
            await (client := await connect(address)).send(GET.replace(b"/", b"/healthz", 1))
            assert (await client.answer())[0] == 200
        assert (await (await connect("127.0.0.2")).all()).startswith(b"HTTP/1.1 503 ")
