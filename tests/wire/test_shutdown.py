"""The server says that it ends, and does; clients come back by themselves."""

from __future__ import annotations

import asyncio
import socket

import aiohttp
import pytest
import socketio
import uvicorn

from chatrooms.cli.serve import uvicorn_options
from chatrooms.testing.serving import PromptServer
from chatrooms.wire.protocols import WebSocketProtocol
from tests.servers import serving
from tests.wire.program import Program, until
from tests.wire.raw import PATIENCE

pytestmark = pytest.mark.slow  # they wait for real time

MANY = 100


async def test_all_clients_are_disconnected_at_once(start):
    program, raw = await start()
    sockets = [await raw.join_websocket() for _ in range(MANY)]
    sessions = [await raw.join() for _ in range(MANY)]
    polls = [asyncio.create_task(session.get()) for session in sessions]
    await until(lambda: sum(s.transport.waited_for for s in pollers(program)) == MANY)
    await program.server.shutdown()
    assert {await poll for poll in polls} == {(200, "6")}
    assert {await ws.closed() for ws in sockets} == {1012}
    assert len(program.left) == 2 * MANY
    await program.empty()


def pollers(program):
    return [socket for socket in program.server.eio.sockets.values() if not socket.upgraded]


async def test_new_connections_are_rejected_during_shutdown(program, raw):
    await program.server.shutdown()
    assert (await raw.request("GET", EIO=4, transport="polling"))[0] == 503
    with pytest.raises(aiohttp.WSServerHandshakeError):
        await raw.websocket()
    await program.server.shutdown()


async def test_shutdown_does_not_wait_for_a_handler_that_hangs(program, raw, monkeypatch):
    monkeypatch.setattr("chatrooms.wire.engine.SECONDS_TO_END", 0.2)
    ws = await raw.websocket()
    await ws.send('40{"slow":3}')
    await until(lambda: program.server.manager.members("all"))
    await program.server.shutdown()
    assert program.came == []


async def test_a_handshake_under_way_is_refused_once(caplog, monkeypatch):
    monkeypatch.setattr("tests.servers.options", uvicorn_options())
    arrived, answer = asyncio.Event(), asyncio.Event()
    shutdown = WebSocketProtocol.shutdown

    def answered_meanwhile(protocol):
        answer.set()
        shutdown(protocol)

    async def late(scope, receive, send):
        await receive()
        arrived.set()
        await answer.wait()
        await send({"type": "websocket.close"})

    async with aiohttp.ClientSession() as http:
        async with serving(late) as url:
            connecting = asyncio.create_task(http.ws_connect(url))
            await arrived.wait()
            monkeypatch.setattr(WebSocketProtocol, "shutdown", answered_meanwhile)
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await connecting
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


@pytest.mark.parametrize("transports", [["polling"], ["websocket"]])
async def test_clients_come_back_to_the_next_server(transports):
    first, second = Program(), Program()
    config = uvicorn_options() | {"lifespan": "off", "port": free_port(), "timeout_graceful_shutdown": 3}
    server = uvicorn.Server(uvicorn.Config(first, **config))
    running = asyncio.create_task(server._serve())
    await until(lambda: server.started)
    client = socketio.AsyncClient(reconnection_delay=0.1, randomization_factor=0)
    await client.connect(f"http://127.0.0.1:{config['port']}", transports=transports)
    server.should_exit = True
    await asyncio.wait_for(running, PATIENCE)
    await first.server.shutdown()
    server = uvicorn.Server(uvicorn.Config(second, **config))
    running = asyncio.create_task(server._serve())
    await until(lambda: second.came, 10)
    await client.shutdown()
    await second.server.shutdown()
    server.should_exit = True
    await asyncio.wait_for(running, PATIENCE)
    assert len(second.came) == 1


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


async def test_a_request_on_its_way_is_answered_by_a_server_that_ends():
    async def hello(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"hello"})

    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = PromptServer(uvicorn.Config(hello, lifespan="off", **uvicorn_options()))
        serving = asyncio.create_task(server._serve(sockets=[listening]))
        await until(lambda: server.started)
        reader, writer = await asyncio.open_connection(*listening.getsockname())
        await until(lambda: server.server_state.connections)
        server.told_to_end.set()
        await until(lambda: not server.servers[0].is_serving())
        writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        answer = await reader.read()
        assert answer.startswith(b"HTTP/1.1 200") and b"hello" in answer
        writer.close()
        await serving
