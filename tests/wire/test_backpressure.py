"""A client that does not read is dropped; nobody else notices, and little is kept for it."""

from __future__ import annotations

import asyncio

import pytest

from chatrooms.wire.limits import Limits
from tests.wire.program import until
from tests.wire.raw import PATH, send

pytestmark = pytest.mark.slow  # clients have to be late

KIB = 1024


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
    program.server.eio.patrol.stop()
    session = await raw.join()
    socket = program.server.eio.sockets[session.sid]
    for _ in range(3):
        await program.server.emit("n", "x" * 100 * KIB, to="all")
    assert not socket.closed
    assert (len(socket.outbox), socket.outbox.size) == (0, 0)
    await program.server.emit("n", "after a gap", to="all")
    assert not socket.outbox
    program.server.eio.patrol.start()
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
    outbox = program.server.eio.sockets[session.sid].outbox
    for _ in range(9):
        await program.server.emit("n", "x" * 100 * KIB, to="all")
    sock = await raw.bare()
    sock.setsockopt(1, 8, 4096)  # SOL_SOCKET, SO_RCVBUF
    await send(sock, f"GET {PATH}?EIO=4&transport=polling&sid={session.sid} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    await until(lambda: not outbox)
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
