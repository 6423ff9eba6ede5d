"""What goes out to a WebSocket in a round of the event loop is one write; its order and its bounds stay."""

from __future__ import annotations

import asyncio

import pytest

from chatrooms.cli.serve import uvicorn_options
from chatrooms.wire import manager, outgoing
from chatrooms.wire.limits import Limits
from chatrooms.wire.message import Bundle, Hurry, Message
from chatrooms.wire.outgoing import Outgoing
from chatrooms.wire.websocket_protocol import HIGH_WATER
from tests.wire.program import until
from tests.wire.raw import frame, receive_until, send

KIB = 1024


class Recorder:
    """A transport that notes what is written."""

    def __init__(self, transport) -> None:
        self._transport, self.written = transport, []
        self.noted = list

    def __getattr__(self, name: str):
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        self.written.append(data)
        self.noted()
        self._transport.write(data)


def sockets(program) -> list:
    return list(program.server.eio.sockets.values())


def recorded(socket) -> Recorder:
    """Note what is written to a session's transport from now on."""
    protocol = socket.transport._protocol
    protocol.transport = Recorder(protocol.transport)
    return protocol.transport


@pytest.fixture
def protocols(monkeypatch) -> str:
    """Our own only: another ASGI server writes by itself."""
    monkeypatch.setattr("tests.servers.options", uvicorn_options())
    return "direct"


async def test_all_events_of_a_round_are_one_write_in_their_order(start):
    program, raw = await start()
    ws = await raw.join_websocket()
    transport = recorded(sockets(program)[0])
    for number in range(10):
        await program.server.emit("n", number, to="all", volatile=number % 2 == 1)
    assert not transport.written
    assert [await ws.read() for _ in range(10)] == [f'42["n",{number}]' for number in range(10)]
    assert len(transport.written) == 1


async def test_what_is_collected_counts_as_waiting_at_once(start):
    program, raw = await start()
    await raw.join_websocket()
    (socket,) = sockets(program)
    await until(lambda: socket.waiting() == 0)
    for _ in range(3):
        await program.server.emit("n", "x" * KIB, to="all")
    assert socket.waiting() >= 3 * KIB


@pytest.mark.parametrize("size", [KIB, 30 * KIB, 200 * KIB])
async def test_no_more_waits_in_a_round_than_over_several(start, size):
    """However much is emitted before the loop goes on, only so much is taken in, for a client that does not read."""
    program, raw = await start(limits=Limits(volatile=100 * KIB))
    sock = await raw.bare_websocket(receive_buffer=4096)
    (socket,) = sockets(program)
    for _ in range(2000):
        await program.server.emit("n", "x" * size, to="all", volatile=True)
    assert socket.waiting() <= max(100 * KIB, HIGH_WATER) + size + KIB
    sock.close()


async def test_much_at_once_is_written_before_the_round_ends(start):
    program, raw = await start()
    ws = await raw.join_websocket()
    transport = recorded(sockets(program)[0])
    for number in range(20):
        await program.server.emit("n", [number, "x" * 10 * KIB], to="all")
    assert transport.written and all(len(data) <= HIGH_WATER + 11 * KIB for data in transport.written)
    assert [(await ws.read())[:10].split(",")[1] for _ in range(20)] == [f"[{number}" for number in range(20)]


@pytest.mark.parametrize("kind", ["websocket", "polling"])
async def test_what_was_emitted_before_a_disconnect_arrives_before_the_end(start, kind):
    program, raw = await start()
    client = await (raw.join_websocket() if kind == "websocket" else raw.join())
    await program.server.emit("last", to="all")
    await program.server.eio.disconnect()
    if kind == "websocket":
        assert (await client.read(), await client.read()) == ('42["last"]', None)
    else:
        assert (await client.get())[1].startswith('42["last"]')


@pytest.mark.parametrize("ending", ["close", "eof", "shutdown", "end"])
async def test_what_is_collected_is_written_before_the_connection_ends(start, ending):
    program, raw = await start()
    await raw.join_websocket()
    (socket,) = sockets(program)
    protocol, transport = socket.transport._protocol, recorded(socket)
    await program.server.emit("last", to="all")
    close = b"\x88\x82\0\0\0\0\x03\xe8"
    end = {
        "close": lambda: protocol.data_received(close),
        "eof": protocol.eof_received,
        "shutdown": protocol.shutdown,
        "end": protocol.end,
    }
    end[ending]()
    assert transport.written[0].endswith(b'42["last"]') and not protocol.buffered()


async def test_a_pong_is_sent_after_what_was_emitted_before_the_ping(start):
    program, raw = await start()
    sock = await raw.bare_websocket()
    protocol = sockets(program)[0].transport._protocol
    await program.server.emit("n", 1, to="all")
    protocol.data_received(b"\x89\x80\0\0\0\0")
    found = await receive_until(sock, b"\x8a\0")
    assert found.index(b'42["n",1]') < found.index(b"\x8a\0")
    sock.close()


async def test_a_connection_that_is_lost_keeps_nothing(start):
    program, raw = await start()
    sock = await raw.bare_websocket()
    protocol = sockets(program)[0].transport._protocol
    await program.server.emit("n", 1, to="all")
    protocol.abort()
    await until(lambda: not program.server.eio.sockets)
    assert not protocol._collected and not protocol._size
    sock.close()


async def test_what_a_crowd_receives_is_written_at_once_with_what_was_collected(start, monkeypatch):
    monkeypatch.setattr(manager, "CROWD", 3)
    program, raw = await start()
    people = [await raw.join_websocket() for _ in range(5)]
    transports = [recorded(socket) for socket in sockets(program)]
    await program.server.emit("own", to=program.server.manager.members("all")[-1])
    await program.server.emit("all", to="all")
    assert [len(transport.written) for transport in transports] == [1] * 5
    assert [await people[-1].read() for _ in range(2)] == ['42["own"]', '42["all"]']
    assert [await each.read() for each in people[:-1]] == ['42["all"]'] * 4


class Fake:
    """A socket for which ``size`` bytes are collected."""

    def __init__(self, size: int, noted) -> None:
        self._size, self._noted = size, noted

    def write_collected(self) -> int:
        self._noted()
        return self._size


async def test_sockets_take_turns_a_number_in_each_round(monkeypatch):
    monkeypatch.setattr(outgoing, "WRITES", 4)
    monkeypatch.setattr(outgoing, "STEP", 100)
    shared, rounds, turn = Outgoing(asyncio.get_running_loop()), [], 0
    for size in (1, 1, 1, 0, 1, 1, 60, 60, 1):
        shared.add(Fake(size, lambda: rounds.append(turn)), Hurry.SOON)
    while len(rounds) < 9:
        turn += 1
        await asyncio.sleep(0)
    assert [rounds.count(number) for number in sorted(set(rounds))] == [5, 3, 1]


async def test_a_write_that_fails_stops_no_other():
    loop, done, reported = asyncio.get_running_loop(), [], []
    loop.set_exception_handler(lambda _, context: reported.append(context))
    shared = Outgoing(loop)
    shared.add(Fake(1, lambda: 1 // 0), Hurry.SOON)
    shared.add(Fake(1, lambda: done.append(1)), Hurry.SOON)
    shared.add(Fake(1, lambda: done.append(2)), Hurry.GATHERED)
    await until(lambda: done == [1, 2])
    assert len(reported) == 1


async def test_signals_to_a_crowd_are_gathered_and_go_out_with_what_follows(start, monkeypatch):
    monkeypatch.setattr(outgoing, "SECONDS_TO_GATHER", 0.2)
    monkeypatch.setattr(manager, "CROWD", 1)
    program, raw = await start()
    people = [await raw.join_websocket() for _ in range(2)]
    transports = [recorded(socket) for socket in sockets(program)]
    for number in range(3):
        await program.server.emit("typing", number, to="all", volatile=True)
        await asyncio.sleep(0.01)
    assert not any(transport.written for transport in transports)
    await program.server.emit("own", to=program.server.manager.members("all")[0])
    assert [await people[0].read() for _ in range(4)] == [*(f'42["typing",{n}]' for n in range(3)), '42["own"]']
    assert [await people[1].read() for _ in range(3)] == [f'42["typing",{n}]' for n in range(3)]
    assert [len(transport.written) for transport in transports] == [1, 1]


async def test_an_acknowledgement_goes_out_after_what_its_handler_emitted(start):
    _, raw = await start(async_handlers=False)
    sock = await raw.bare_websocket()
    await send(sock, frame('421["echo",7]') + frame('42["relay","said"]') + frame('422["echo",8]'))
    found = await receive_until(sock, b"432[8]")
    assert found.index(b"431[7]") < found.index(b'"said"') < found.index(b"432[8]")
    sock.close()


async def test_a_message_joins_what_was_collected_for_the_queue_that_follows(start):
    """A client that stops to keep up gets first what was collected, then what was queued."""
    program, raw = await start()
    ws = await raw.join_websocket()
    (socket,) = sockets(program)
    for number in range(300):
        socket.send(Bundle([Message(b'42["n",%d,"%s"]' % (number, b"x" * 2 * KIB))]))
    assert socket.queue
    for number in range(300):
        assert (await ws.read()).startswith(f'42["n",{number},')
