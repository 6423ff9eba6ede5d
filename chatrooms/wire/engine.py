"""The Engine.IO server: which request belongs to which session (Engine.IO protocol, revision 4).

Where python-socketio's server calls python-engineio's, it calls this; the names and what they mean are the same.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import orjson

from chatrooms.wire import failures
from chatrooms.wire.connection_limits import Slot
from chatrooms.wire.crowd import Crowd
from chatrooms.wire.ending import CLOSED_BY_SERVER, RESTART, SLOW, Ending
from chatrooms.wire.last_answers import LastAnswers
from chatrooms.wire.limits import Limits
from chatrooms.wire.message import Bundle, Message
from chatrooms.wire.origins import Origins
from chatrooms.wire.polling import Polling, last_answer
from chatrooms.wire.reaper import Reaper
from chatrooms.wire.requests import (
    BAD_REQUEST,
    CROWDED,
    ENDING,
    FORBIDDEN,
    PREFLIGHT,
    UNKNOWN_SID,
    Environ,
    Request,
    Response,
)
from chatrooms.wire.session_limits import SessionLimits
from chatrooms.wire.socket import CLOSED, CaughtUp, Receiver, Socket, Transport
from chatrooms.wire.websocket import WebSocket, websocket

SECONDS_TO_END = 5.0
SLICE = 200


class Engine:
    """All sessions, by their ids.

    ``opened`` is called with the id and the environment of a new session, ``closed`` with the id and the reason of one
    that ended; ``received`` is called with a session and a message. ``caught_up`` is what `Socket` calls, ``swept``
    what `Reaper` calls. ``sessions`` limits the sessions of each network address, whatever carries them.
    """

    async_mode = "asgi"

    def __init__(
        self,
        *,
        ping: tuple[float, float],
        limits: Limits,
        sessions: SessionLimits | None = None,
        origins: Origins,
        transports: tuple[str, ...],
        allow_upgrades: bool,
        logger: Any,
        opened: Callable[[str, Environ], None],
        received: Receiver,
        closed: Callable[[str, str], Awaitable[None]],
        caught_up: CaughtUp,
        swept: Callable[[], None],
        **_: Any,
    ) -> None:
        self.ping_interval, self.ping_timeout = ping
        self.limits, self.origins, self.transports = limits, origins, transports
        self.allow_upgrades = allow_upgrades and "websocket" in transports
        self.sockets: dict[str, Socket] = {}
        self._sessions = sessions or SessionLimits(exempt=lambda _address: True)
        self.ending = self._rejected_origin = False
        self._everyone, self._last_answers = Crowd(), LastAnswers()
        self.reaper = Reaper(self.sockets, self._everyone, self._forget, swept)
        self._opened, self._received, self._closed, self._caught_up = opened, received, closed, caught_up
        self._logger = logging.getLogger("engineio.server") if isinstance(logger, bool) else logger
        self.endings: Counter[str] = Counter()
        """How many sessions have ended, by the name of the `Ending`."""
        self._tasks: set[asyncio.Task[None]] = set()

    def on(self, event: str, handler: Any) -> None:
        """Ignore a handler of python-socketio's server: what it would do is done by the constructor's arguments."""

    async def handle_request(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve an HTTP request or a WebSocket."""
        request = Request(scope, receive, send)
        self.reaper.start()
        refusal = self._refusal(request)
        socket = self.sockets.get(request.sid) if request.sid else None
        if request.websocket and refusal is None:
            await self._websocket(request, socket)
            return
        response = refusal or await self._polling(request, socket)
        if response is not None:
            await request.respond(response)

    def generate_id(self) -> str:
        """Return an unguessable id: 128 random bits, as text."""
        return secrets.token_urlsafe(16)

    def _refusal(self, request: Request) -> Response | None:
        if not self.origins.allow(request):
            level = logging.INFO if self._rejected_origin else logging.ERROR  # any client can cause as many as it likes
            self._logger.log(level, "pages of %.200r may not use this server", request.header(b"origin"))
            self._rejected_origin = True
            return FORBIDDEN
        request.cors = self.origins.headers(request)
        if request.cors and request.method == "OPTIONS":
            return PREFLIGHT
        if refusal := request.refusal(self.transports, self.limits.head):
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

    async def disconnect(self, sid: str | None = None) -> None:
        """End one session, or all; never waits for a client."""
        for socket in [self.sockets.get(sid)] if sid is not None else list(self.sockets.values()):
            if socket is not None:
                socket.end(CLOSED_BY_SERVER)

    async def shutdown(self) -> None:
        """End all sessions, within `SECONDS_TO_END`.

        Polls are answered at once and WebSockets closed with 1012, and clients reconnect.
        New sessions are refused.
        """
        self.ending = True
        self.reaper.stop()
        for number, socket in enumerate(list(self.sockets.values())):
            socket.end(RESTART)
            if number % SLICE == SLICE - 1:
                await asyncio.sleep(0)
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=SECONDS_TO_END)
        self._last_answers.clear()

    def begin(self) -> None:
        """Accept new sessions, after a `shutdown` too."""
        self.ending = False

    def start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run ``work`` in a task of its own."""
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def start_background_task(self, target: Callable[..., Coroutine[Any, Any, Any]], *args: Any, **kwargs: Any) -> Any:
        """Run a coroutine function in a task; return the task."""
        return self.start(target(*args, **kwargs))

    async def sleep(self, seconds: float = 0) -> None:
        """Sleep."""
        await asyncio.sleep(seconds)

    def create_event(self) -> asyncio.Event:
        """Return an event for `Server.call`."""
        return asyncio.Event()

    def transport(self, sid: str) -> str:
        """Return the name of a session's transport; raises ``KeyError`` if the session is gone."""
        return self._socket(sid).transport.name

    async def get_session(self, sid: str | None) -> dict[str, Any]:
        """Return what is kept for a session; raises ``KeyError`` if it is gone."""
        return self._socket(sid).session

    def _socket(self, sid: str | None) -> Socket:
        socket = self.sockets.get(sid) if sid else None
        if socket is None:
            raise KeyError("Session not found")
        return socket

    async def _polling(self, request: Request, socket: Socket | None) -> Response | None:
        if request.sid is None:
            slot = self._sessions.acquire(request.address)
            if slot is None:
                return CROWDED
            polling = Polling(self._new_socket(slot))
            self._open(polling.socket, polling, request)
            return await polling.get(request)
        if socket is None or socket.closed:
            body = self._last_answers.take(request.sid) if request.method == "GET" else None
            return last_answer(body) if body else UNKNOWN_SID
        if not isinstance(socket.transport, Polling):
            return BAD_REQUEST
        return await (socket.transport.get if request.method == "GET" else socket.transport.post)(request)

    async def _websocket(self, request: Request, socket: Socket | None) -> None:
        await request.receive()
        if request.sid is None:
            await self._open_websocket(request)
        elif socket is None or socket.closed:
            await request.respond(UNKNOWN_SID)
        elif not self.allow_upgrades:
            await request.respond(BAD_REQUEST)
        else:
            await request.send({"type": "websocket.accept"})
            await self._upgrade(request, socket)

    async def _open_websocket(self, request: Request) -> None:
        slot = self._sessions.acquire(request.address)
        if slot is None:
            await request.respond(CROWDED)
            return
        try:
            await request.send({"type": "websocket.accept"})
        except BaseException:
            slot.release()
            raise
        opened = websocket(self._new_socket(slot), request)
        self._open(opened.socket, opened, request)
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

    def _new_socket(self, slot: Slot) -> Socket:
        return Socket(
            self.generate_id(),
            (self.ping_interval, self.ping_timeout),
            self.limits,
            slot=slot,
            everyone=self._everyone,
            received=self._received,
            ended=self._ended,
            caught_up=self._caught_up,
        )

    def _open(self, socket: Socket, transport: Transport, request: Request) -> None:
        socket.transport = transport
        self.sockets[socket.sid] = socket
        self._opened(socket.sid, Environ(request))
        socket.send(Bundle([Message(b"0" + orjson.dumps(self._handshake(socket)))]))

    def _handshake(self, socket: Socket) -> dict[str, Any]:
        return {
            "sid": socket.sid,
            "upgrades": ["websocket"] if self.allow_upgrades and not socket.upgraded else [],
            "pingInterval": round(self.ping_interval * 1000),
            "pingTimeout": round(self.ping_timeout * 1000),
            "maxPayload": self.limits.packet,
        }

    def _ended(self, socket: Socket, ending: Ending) -> None:
        transport = socket.transport
        self.endings[ending.name] += 1
        if ending.patient and isinstance(transport, Polling) and not transport.waited_for:
            self._last_answers.keep(socket.sid, transport.last_answer or b"")
        self.start(self._leave(socket, ending))

    async def _leave(self, socket: Socket, ending: Ending) -> None:
        try:
            await self._closed(socket.sid, ending.reason)
        except Exception:
            failures.report("a disconnect handler failed")
        finally:
            self._forget(socket)

    def _forget(self, socket: Socket) -> None:
        self.sockets.pop(socket.sid, None)
        socket.slot.release()
        socket.transport = CLOSED
