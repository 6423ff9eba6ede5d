"""However abruptly a client ends, nothing of it stays."""

from __future__ import annotations

import asyncio
import gc
import weakref

import pytest

from chatrooms.wire import last_answers, reaper
from tests.wire.program import until
from tests.wire.raw import PATH, frame, receive_until, reset, send

MANY = 80
AT_ONCE = 40


async def bad_packet(raw):
    sock = await raw.bare_websocket()
    await send(sock, frame("nonsense"))
    await receive_until(sock, b"\x88")
    sock.close()


async def broken_frame(raw):
    sock = await raw.bare_websocket()
    await send(sock, b"\xff\xff\xff\xff")
    sock.close()


async def reset_websocket(raw):
    reset(await raw.bare_websocket())


async def bad_payload(raw):
    session = await raw.join()
    assert (await session.post("nonsense"))[0] == 400


async def reset_poll(raw):
    session = await raw.join()
    sock = await raw.bare()
    await send(sock, f"GET {PATH}?EIO=4&transport=polling&sid={session.sid} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    await until(lambda: raw.waiting(session.sid))
    reset(sock)


async def leave_while_connecting(raw):
    ws = await raw.websocket()
    await ws.send('40{"slow":0.2}')
    await ws.close()


async def reset_while_connecting(raw):
    session = await raw.open()
    body = '40{"slow":0.2}'
    sock = await raw.bare()
    query = f"EIO=4&transport=polling&sid={session.sid}"
    head = f"POST {PATH}?{query} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n"
    await send(sock, (head + body).encode())
    await until(lambda: raw.connecting(session.sid))
    reset(sock)


async def close_while_connecting(raw):
    session = await raw.open()
    posting = asyncio.create_task(session.post('40{"slow":0.2}'))
    await until(lambda: raw.connecting(session.sid))
    await session.post("1")
    await posting


async def leave_while_upgrading(raw):
    session = await raw.join()
    ws = await raw.websocket(session.sid)
    await ws.send("2probe")
    await ws.read()
    await ws.ws.close()
    await session.post("1")


async def leave_right_after_upgrading(raw):
    session = await raw.join()
    ws = await raw.websocket(session.sid)
    await ws.send("2probe")
    await ws.send("5")
    await ws.ws.close()


@pytest.fixture(autouse=True)
def _forgetful(monkeypatch):
    """The last answer of a session, which its client may fetch after the end, is soon forgotten."""
    monkeypatch.setattr(last_answers, "SECONDS_TO_FETCH", 0.1)


ENDS = [
    bad_packet,
    broken_frame,
    reset_websocket,
    bad_payload,
    reset_poll,
    leave_while_connecting,
    reset_while_connecting,
    close_while_connecting,
    leave_while_upgrading,
    leave_right_after_upgrading,
]


@pytest.mark.slow
@pytest.mark.parametrize("end", ENDS)
async def test_many_abrupt_disconnects_leave_nothing_behind(start, end, caplog, capfd):
    program, raw = await start()
    raw.connecting = lambda sid: sid in program.server._connecting
    raw.waiting = lambda sid: program.server.eio.sockets[sid].transport.waited_for
    before = len(asyncio.all_tasks())
    for _ in range(MANY // AT_ONCE):
        await asyncio.gather(*(end(raw) for _ in range(AT_ONCE)))
    await program.empty()
    assert len(program.left) == len(program.came)
    await until(lambda: len(asyncio.all_tasks()) <= before + 5, 3)
    assert "Traceback" not in caplog.text + capfd.readouterr().out


async def test_a_session_whose_connect_handler_hangs_is_removed(program, raw, monkeypatch):
    monkeypatch.setattr(reaper, "SECONDS_TO_FORGET", 0.0)
    ws = await raw.websocket()
    await ws.send('40{"slow":0.5}')
    await until(lambda: program.server.manager.members("all"))
    await program.server.close(ws.handshake["sid"])
    await ws.closed()
    assert program.server.manager.members("all")
    program.server.eio.reaper.sweep(asyncio.get_running_loop().time() + 60)
    assert not program.server.manager.members("all")
    assert not program.server.environ


async def test_a_session_known_to_the_manager_alone_is_forgotten(program):
    await program.server.manager.pre_connect("nobody", "/")
    program.server.environ["nobody"] = {}
    program.server.eio.reaper.sweep(0.0)
    await program.empty()


async def test_an_ended_session_is_freed_without_the_garbage_collector(program, raw, protocols):
    gc.collect()
    gc.disable()
    try:
        sock = await raw.bare_websocket()
        (socket,) = program.server.eio.sockets.values()
        kept = [weakref.ref(socket), weakref.ref(socket.transport)]
        del socket
        sock.close()
        await program.empty()
        await until(lambda: not any(each() for each in kept), tell=lambda: [gc.get_referrers(each()) for each in kept])
        assert [each() for each in kept] == [None, None]
    finally:
        gc.enable()
