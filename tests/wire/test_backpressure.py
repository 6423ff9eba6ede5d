"""A client that does not read is dropped, without effect on others, and little is kept for it."""

from __future__ import annotations

import asyncio
import time
from collections import Counter

import pytest

from chatrooms.wire import turns
from chatrooms.wire.limits import Limits
from chatrooms.wire.message import LARGE, Delivery
from chatrooms.wire.session_limits import SessionLimits
from chatrooms.wire.socket import Socket
from tests.wire.program import until
from tests.wire.raw import PATH, frame, send

pytestmark = pytest.mark.slow  # clients have to be late

KIB = 1024
BUFFER = 64 * KIB


async def test_a_websocket_whose_queue_is_too_long_is_dropped(start):
    program, raw = await start(limits=Limits(queued=200 * KIB))
    reader = await raw.join_websocket()
    (reader_sid,) = program.server.manager.members("all")
    sock = await raw.bare_websocket(receive_buffer=4096)
    for number in range(100):
        await program.server.emit("n", [number, "x" * 100 * KIB], to="all")
        assert (await reader.read()).startswith(f'42["n",[{number},')
    await until(lambda: program.server.manager.members("all") == [reader_sid])
    sock.close()


async def test_a_client_whose_queue_is_too_long_is_sent_nothing_more(start):
    program, raw = await start(limits=Limits(queued=200 * KIB))
    program.server.eio.reaper.stop()
    session = await raw.join()
    socket = program.server.eio.sockets[session.sid]
    for _ in range(3):
        await program.server.emit("n", "x" * 100 * KIB, to="all")
    assert not socket.closed
    assert (len(socket.queue), socket.queue.size) == (0, 0)
    await program.server.emit("n", "after a gap", to="all")
    assert not socket.queue
    program.server.eio.reaper.start()
    await program.empty()
    assert program.left[0][1] == "transport error"


async def test_a_poller_whose_queue_is_too_long_is_dropped(start):
    program, raw = await start(limits=Limits(queued=200 * KIB))
    session = await raw.join()
    for _ in range(4):
        await program.server.emit("n", "x" * 100 * KIB, to="all")
    await program.empty()
    assert (await session.get())[0] == 400


async def test_a_websocket_that_does_not_read_in_time_is_dropped(start):
    program, raw = await start(limits=Limits(unread=0.5, queued=64 * KIB * KIB))
    reader, sock = await raw.join_websocket(), await raw.bare_websocket(receive_buffer=4096)
    for _ in range(100):
        await program.server.emit("n", "x" * 64 * KIB, to="all")
        assert await reader.read()
    await until(lambda: len(program.server.eio.sockets) == 1)
    assert program.left[0][1] == "transport error"
    sock.close()


async def test_a_poller_that_does_not_poll_in_time_is_dropped(start):
    program, raw = await start(limits=Limits(unread=0.3))
    await raw.join()
    await program.server.emit("n", 1, to="all")
    await program.empty()
    assert program.left[0][1] == "transport error"


async def test_a_poller_that_does_not_read_its_answers_is_dropped(start):
    program, raw = await start(limits=Limits(unread=0.5))
    session = await raw.join()
    queue = program.server.eio.sockets[session.sid].queue
    for _ in range(9):
        await program.server.emit("n", "x" * 100 * KIB, to="all")
    sock = await raw.bare()
    sock.setsockopt(1, 8, 4096)  # SOL_SOCKET, SO_RCVBUF
    await send(sock, f"GET {PATH}?EIO=4&transport=polling&sid={session.sid} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    await until(lambda: not queue)
    await program.server.emit("n", 1, to="all")
    await program.empty()
    assert program.left[0][1] == "transport error"
    sock.close()


async def test_a_client_that_reads_slowly_but_steadily_stays(start):
    program, raw = await start(limits=Limits(unread=1.0))
    ws = await raw.join_websocket()
    for number in range(100):
        await program.server.emit("n", [number, "x" * 5000], to="all")
    for number in range(100):
        assert (await ws.read()).startswith(f'42["n",[{number},')
        await asyncio.sleep(0.015)
    assert len(program.server.eio.sockets) == 1


async def test_many_clients_that_never_read_are_dropped_and_a_reader_receives_everything(start):
    program, raw = await start(limits=Limits(unread=0.5, queued=256 * KIB))
    reader = await raw.join_websocket()
    never = [await raw.bare_websocket(receive_buffer=4096) for _ in range(40)]
    for _ in range(40):
        await raw.join()
    for number in range(400):
        await program.server.emit("n", [number, "x" * 16 * KIB], to="all")
        assert (await reader.read()).startswith(f'42["n",[{number},')
        if len(program.server.eio.sockets) == 1:
            break
    await until(lambda: len(program.server.eio.sockets) == 1, 5)
    for sock in never:
        sock.close()


class Slow:
    """A client that has read nothing so far, and is sent to until its transport is full."""

    def __init__(self, program, sock) -> None:
        self.program, self._sock = program, sock
        (self.sid,) = program.server.manager.members("all")
        self.socket = program.server.eio.sockets[program.server.manager.eio_sid_from_sid(self.sid, "/")]

    async def stall(self, least: int) -> None:
        """Let more than ``least`` bytes wait."""
        while self.socket.waiting() <= least:
            await self.program.server.emit("n", "x" * 50 * KIB, to="all")

    async def read(self, until: bytes) -> bytes:
        """Read on until this was read."""
        loop, found = asyncio.get_running_loop(), b""
        while until not in found:
            found += await asyncio.wait_for(loop.sock_recv(self._sock, 256 * KIB), 10)
        return found


@pytest.fixture
async def slow(start):
    """A WebSocket that is slow to read, and the program's server that is not."""
    program, raw = await start(limits=Limits(volatile=100 * KIB, skippable=300 * KIB))
    sock = await raw.bare_websocket(receive_buffer=BUFFER)
    yield Slow(program, sock)
    sock.close()


async def test_a_volatile_event_is_left_out_where_much_waits_and_others_stay_in_order(slow):
    server = slow.program.server
    await server.emit("first", to="all", volatile=True)
    await slow.stall(100 * KIB)
    await server.emit("volatile", to="all", volatile=True)
    await server.emit("reliable", to="all")
    await server.emit("last", to="all")
    found = await slow.read(b'42["last"]')
    assert b'"first"' in found and b'"volatile"' not in found
    assert found.index(b'"reliable"') < found.index(b'"last"')
    await until(lambda: slow.socket.waiting() == 0)
    await server.emit("again", to="all", volatile=True)
    await slow.read(b'42["again"]')


async def test_who_was_left_out_of_skippable_events_is_made_known_once_caught_up_and_is_not_closed(slow):
    server, known = slow.program.server, []

    async def caught_up(sid, rooms):
        known.append((sid, rooms))
        await server.emit("missed", to=sid)

    server.use(caught_up=caught_up)
    await slow.stall(300 * KIB)
    waiting = slow.socket.waiting()
    for number in range(30):  # in one round, in which nothing leaves
        events = [("skippable", [number, "x" * 50 * KIB], ["all"])]
        await server.manager.emit_all(events, delivery=Delivery.SKIPPABLE)
    assert slow.socket.waiting() == waiting and not known
    found = await slow.read(b'42["missed"]')
    assert b"skippable" not in found and known == [(slow.sid, {("all",)})]
    await server.manager.emit_all([("skippable", "now", ["all"])], delivery=Delivery.SKIPPABLE)
    await slow.read(b'42["skippable","now"]')
    assert len(known) == 1


async def test_large_events_to_many_are_sent_in_steps_between_which_others_have_their_turn(start, monkeypatch):
    monkeypatch.setattr(turns, "STEP", 100 * KIB)
    program, raw = await start()
    sockets = [await raw.join_websocket() for _ in range(7)]
    turn, sent, loop = 0, Counter(), asyncio.get_running_loop()

    def next_turn():
        nonlocal turn
        turn += 1
        if sum(sent.values()) < len(sockets):
            loop.call_soon(next_turn)

    send = Socket.send
    monkeypatch.setattr(Socket, "send", lambda socket, bundle: (sent.update([turn]), send(socket, bundle)))
    next_turn()
    await program.server.emit("n", "x" * 49 * KIB, to="all")
    assert list(sent.values()) == [2, 2, 2, 1]
    for each in sockets:
        assert (await each.read()).startswith('42["n"')


async def test_many_skippable_events_at_once_leave_no_more_waiting_than_one_bundle_more(slow):
    events = [("n", "x" * 10 * KIB, ["all"]) for _ in range(1000)]
    await slow.program.server.manager.emit_all(events, delivery=Delivery.SKIPPABLE)
    assert slow.socket.waiting() < 300 * KIB + LARGE + 11 * KIB


async def test_a_client_that_does_not_read_is_not_heard_either_until_it_does(start):
    program, raw = await start(limits=Limits(skippable=300 * KIB, handlers=10))
    program.server.on("large", lambda _sid: program.heard.append("asked") or "x" * 100 * KIB)
    sock = await raw.bare_websocket(receive_buffer=BUFFER)
    slow = Slow(program, sock)
    await send(sock, b"".join(frame(f'42{number}["large"]') for number in range(100)))
    await until(lambda: slow.socket.waiting() > 300 * KIB)
    await send(sock, frame('42["note","last"]'))
    asked = len(program.heard)
    assert asked < 100 and slow.socket.waiting() < 500 * KIB
    await slow.read(b"4399[")
    await until(lambda: program.heard[-1] == "last")
    assert len(program.heard) == 101
    sock.close()


@pytest.mark.parametrize(
    ("counted", "limits"),
    [(True, {"together": 1000 * KIB}), (False, {"together": 1000 * KIB}), (False, {"overall": 1000 * KIB})],
    ids=["of one address", "of many", "of many, more than for all"],
)
@pytest.mark.parametrize("protocols", ["direct"], indirect=True)  # of the others, the system keeps as much
async def test_clients_that_do_not_read_leave_little_waiting_together(start, counted, limits):
    some = Limits(skippable=1000 * KIB, crowded=50 * KIB, **limits)
    program, raw = await start(limits=some, sessions=SessionLimits(99, lambda _address: not counted))
    program.server.on("large", lambda _sid: "x" * 100 * KIB)
    socks = [await raw.bare_websocket(receive_buffer=BUFFER) for _ in range(10)]
    clients = list(program.server.eio.sockets.values())
    for sock in socks:
        await send(sock, b"".join(frame(f'42{number}["large"]') for number in range(20)))

    def waiting() -> int:
        return sum(client.waiting() for client in clients)

    if counted or "overall" in limits:
        await until(lambda: all(client._room for client in clients))
        assert 1000 * KIB < waiting() < 1000 * KIB + len(clients) * 200 * KIB
    else:
        await until(lambda: waiting() > 10_000 * KIB)
    loop = asyncio.get_running_loop()
    for number, sock in enumerate(socks):
        found = b""
        while b"4319[" not in found[-101 * KIB :]:
            found += await asyncio.wait_for(loop.sock_recv(sock, 256 * KIB), 10)
        assert all(b"43%d[" % each in found for each in range(20)), number
        sock.close()


async def test_a_client_stays_as_long_as_something_leaves_however_much_waits(start):
    program, raw = await start(limits=Limits(unread=1.0, queued=4000 * KIB))
    sock = await raw.bare_websocket(receive_buffer=BUFFER)
    slow = Slow(program, sock)
    await slow.stall(2000 * KIB)
    loop, begun = asyncio.get_running_loop(), time.monotonic()
    while time.monotonic() - begun < 3.0:
        await loop.sock_recv(sock, 32 * KIB)
        await asyncio.sleep(0.1)
    assert not slow.socket.closed
    sock.close()
