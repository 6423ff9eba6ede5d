"""The Engine.IO server: which request belongs to which session (Engine.IO protocol, revision 4)."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable, Coroutine
from typing import Any

import engineio
import engineio.packet
import orjson

from chatrooms.wire import failures
from chatrooms.wire.limits import Limits
from chatrooms.wire.message import Bundle, Message
from chatrooms.wire.origins import Origins
from chatrooms.wire.packets import Malformed
from chatrooms.wire.patrol import Patrol
from chatrooms.wire.polling import Polling, farewell
from chatrooms.wire.requests import (
    BAD_REQUEST,
    ENDING,
    FORBIDDEN,
    PREFLIGHT,
    UNKNOWN_SID,
    Environ,
    Request,
    Response,
)
from chatrooms.wire.socket import CLOSED_BY_SERVER, NOWHERE, RESTART, SLOW, Ending, Rooms, Socket, Transport
from chatrooms.wire.websocket import WebSocket, websocket

SECONDS_TO_END = 5.0
SECONDS_TO_FETCH_FAREWELL = 5.0
SLICE = 200

quiet = logging.getLogger("chatrooms.wire.socketio")
quiet.setLevel(logging.CRITICAL)  # the libraries below log what is sent, and errors with all that they quote


class Engine(engineio.AsyncServer):  # type: ignore[misc]
    """python-engineio's server with its own sessions and transports; only what python-socketio calls is kept."""

    def __init__(
        self,
        *,
        ping_interval: float,
        ping_timeout: float,
        limits: Limits,
        origins: Origins,
        transports: tuple[str, ...],
        allow_upgrades: bool,
        logger: Any,
        **_: Any,
    ) -> None:
        super().__init__(
            async_mode="asgi",
            ping_interval=ping_interval,
            ping_timeout=ping_timeout,
            max_http_buffer_size=limits.packet,
            monitor_clients=False,
            transports=transports,
            allow_upgrades=allow_upgrades and "websocket" in transports,
            logger=logger,
        )
        self.origins = origins
        self.limits = limits
        self.sockets: dict[str, Socket] = {}
        self.ending = False
        self.caught_up: Callable[[str, set[Rooms]], None] = lambda _sid, _missed: None
        self.patrol = Patrol(self.sockets, self._forget)
        self._farewells: dict[str, bytes] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def handle_request(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve an HTTP request or a WebSocket."""
        request = Request(scope, receive, send)
        self.patrol.start()
        refusal = self._refusal(request)
        socket = self.sockets.get(request.sid) if request.sid else None
        if request.websocket and refusal is None:
            await self._websocket(request, socket)
            return
        response = refusal or await self._polling(request, socket)
        if response is not None:
            await request.respond(response)

    def generate_id(self) -> str:
        """Return an id that nobody can guess: 128 random bits, as text."""
        return secrets.token_urlsafe(16)

    def _refusal(self, request: Request) -> Response | None:
        if not self.origins.allow(request):
            self._log_error_once(f"pages of {request.header(b'origin')!r:.200} may not use this server.", "origin")
            return FORBIDDEN
        request.cors = self.origins.headers(request)
        if request.cors and request.method == "OPTIONS":
            return PREFLIGHT
        if refusal := request.refusal(self.transports):
            return refusal
        return ENDING if self.ending and request.sid is None else None

    def post(self, eio_sid: str | None, bundle: Bundle) -> None:
        """Send messages to a session, if it is still there."""
        socket = self.sockets.get(eio_sid) if eio_sid else None
        if socket is not None:
            socket.send(bundle)

    def drop(self, eio_sid: str) -> None:
        """Cut off a client that does not keep up."""
        if eio_sid in self.sockets:
            self.sockets[eio_sid].end(SLOW)

    async def send(self, sid: str, data: Any) -> None:
        """Send text, bytes or JSON as one message."""
        await self.send_packet(sid, engineio.packet.Packet(engineio.packet.MESSAGE, data=data))

    async def send_packet(self, sid: str, pkt: Any) -> None:
        """Send a packet of python-engineio."""
        encoded = pkt.encode()
        binary = isinstance(encoded, bytes)
        self.post(sid, Bundle([Message(encoded if binary else encoded.encode(), binary=binary)]))

    async def disconnect(self, sid: str | None = None) -> None:
        """End one session, or all; never waits for a client."""
        for socket in [self.sockets.get(sid)] if sid is not None else list(self.sockets.values()):
            if socket is not None:
                socket.end(CLOSED_BY_SERVER)

    async def shutdown(self) -> None:
        """Tell all clients that the server ends, and end their sessions, within `SECONDS_TO_END`.

        Polls are answered at once and WebSockets closed with 1012, upon which clients reconnect by themselves.
        New sessions are refused.
        """
        self.ending = True
        self.patrol.stop()
        for number, socket in enumerate(list(self.sockets.values())):
            socket.end(RESTART)
            if number % SLICE == SLICE - 1:
                await asyncio.sleep(0)
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=SECONDS_TO_END)
        self._farewells.clear()

    def begin(self) -> None:
        """Take in new sessions, after a `shutdown` too."""
        self.ending = False

    def start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run ``work`` in a task of its own."""
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def _get_socket(self, sid: str | None) -> Socket:
        socket = self.sockets.get(sid) if sid else None
        if socket is None:
            raise KeyError("Session not found")
        return socket

    async def _polling(self, request: Request, socket: Socket | None) -> Response | None:
        if request.sid is None:
            polling = Polling(self._socket())
            await self._open(polling.socket, polling, request)
            return await polling.get(request)
        if socket is None or socket.closed:
            body = self._farewells.pop(request.sid, None) if request.method == "GET" else None
            return farewell(body) if body else UNKNOWN_SID
        if not isinstance(socket.transport, Polling):
            return BAD_REQUEST
        return await (socket.transport.get if request.method == "GET" else socket.transport.post)(request)

    async def _websocket(self, request: Request, socket: Socket | None) -> None:
        await request.receive()
        if request.sid is not None and (socket is None or socket.closed):
            await request.respond(UNKNOWN_SID)
            return
        if socket is not None and not self.allow_upgrades:
            await request.respond(BAD_REQUEST)
            return
        await request.send({"type": "websocket.accept"})
        if socket is not None:
            await self._upgrade(request, socket)
            return
        opened = websocket(self._socket(), request)
        await self._open(opened.socket, opened, request)
        await self._listen(opened)

    async def _upgrade(self, request: Request, socket: Socket) -> None:
        better = websocket(socket, request)
        if socket.closed or socket.upgrade or socket.upgraded:
            better.refuse()
            await better.finished()
            return
        socket.upgrade = better
        try:
            upgraded = await better.probe() and not socket.closed
        finally:
            socket.upgrade = None
        if not upgraded:
            better.refuse()
            await better.finished()
            return
        polling, socket.transport = socket.transport, better
        polling.flush()
        better.flush()
        await self._listen(better)

    async def _listen(self, opened: WebSocket) -> None:
        await opened.listen()
        await opened.finished()

    def _socket(self) -> Socket:
        ping = (self.ping_interval, self.ping_timeout)
        return Socket(self.generate_id(), ping, self.limits, self._hear, self._ended, self._relieved)

    async def _open(self, socket: Socket, transport: Transport, request: Request) -> None:
        socket.transport = transport
        self.sockets[socket.sid] = socket
        await self.handlers["connect"](socket.sid, Environ(request))
        socket.send(Bundle([Message(b"0" + orjson.dumps(self._handshake(socket)))]))

    def _handshake(self, socket: Socket) -> dict[str, Any]:
        return {
            "sid": socket.sid,
            "upgrades": ["websocket"] if self.allow_upgrades and not socket.upgraded else [],
            "pingInterval": round(self.ping_interval * 1000),
            "pingTimeout": round(self.ping_timeout * 1000),
            "maxPayload": self.limits.packet,
        }

    async def _hear(self, socket: Socket, data: str | bytes) -> None:
        try:
            await self.handlers["message"](socket.sid, data)
        except Malformed:
            raise
        except Exception:
            failures.report("a handler failed")

    def _relieved(self, socket: Socket, missed: set[Rooms]) -> None:
        self.caught_up(socket.sid, missed)

    def _ended(self, socket: Socket, ending: Ending) -> None:
        transport = socket.transport
        if ending.patient and isinstance(transport, Polling) and not transport.waited_for:
            self._farewells[socket.sid] = transport.farewell or b""
            asyncio.get_running_loop().call_later(SECONDS_TO_FETCH_FAREWELL, self._farewells.pop, socket.sid, None)
        self.start(self._leave(socket, ending))

    async def _leave(self, socket: Socket, ending: Ending) -> None:
        try:
            await self.handlers["disconnect"](socket.sid, ending.reason)
        except Exception:
            failures.report("a disconnect handler failed")
        finally:
            self._forget(socket)

    def _forget(self, socket: Socket) -> None:
        self.sockets.pop(socket.sid, None)
        socket.transport = NOWHERE
