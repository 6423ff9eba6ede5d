"""uvicorn's protocols with their transports in reach: written to without a task, cut off without a wait.

They pass themselves to the application in the scope's ``extensions``; without them everything works through plain
ASGI, slower, and a client that does not read can be forgotten but not cut off.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable, Coroutine
from typing import Any
from weakref import WeakKeyDictionary

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.protocol import OPEN, SERVER, Protocol

from chatrooms.wire import frames
from chatrooms.wire.inbox import Event, Inbox, ignore
from chatrooms.wire.limits import AHEAD, SECONDS_TO_CLOSE
from chatrooms.wire.message import Bundle
from chatrooms.wire.requests import EXTENSION
from chatrooms.wire.turns import Turns

SECONDS_TO_ASK = 20.0
"""How long a connection may be open, or have been answered, without a whole header."""
NOT_UTF8 = 1007
SLICE = 4096
KERNEL_BUFFER = 32 * 1024  # Linux takes twice that, and 4 MiB if nothing is said
REQUESTS_AT_ONCE = 32
"""Requests over HTTP that are taken in, and WebSockets that are opened, in one round of the event loop."""

log = logging.getLogger("uvicorn.error")
quiet = logging.getLogger("chatrooms.wire.websockets")
quiet.setLevel(logging.WARNING)  # below it websockets logs what is in a frame


_all_turns: WeakKeyDictionary[asyncio.AbstractEventLoop, Turns] = WeakKeyDictionary()


def _turns(loop: asyncio.AbstractEventLoop) -> Turns:
    return _all_turns.get(loop) or _all_turns.setdefault(loop, Turns(REQUESTS_AT_ONCE))


def _nothing() -> None:
    return None


def _extend(scope: Any, extension: object) -> None:
    scope.setdefault("extensions", {})[EXTENSION] = extension


class WebSocketProtocol(WebSocketsSansIOProtocol):
    """uvicorn's sans-I/O WebSocket that an Engine.IO socket may write frames to, and be called by.

    An application that has called `attach` returns: the connection goes on without a task until either side ends it.

    After the handshake, messages of one text frame are read here; everything else is given to the protocol of
    websockets, frame by frame, and that is made anew when it is needed.
    """

    drained: Callable[[], None] = staticmethod(_nothing)
    _fuse: asyncio.TimerHandle | None = None
    _unread = b""
    _begun = b""
    _splitting = _fragmented = _early = _full = False
    _conn: Protocol | None = None

    def __init__(self, *args: Any, **how: Any) -> None:
        super().__init__(*args, **how)
        self.queue: Inbox = Inbox()  # type: ignore[assignment]  # all that is asked of it here

    @property
    def conn(self) -> Any:
        """The protocol of websockets, between two frames."""
        if self._conn is None:
            self._conn = Protocol(SERVER, state=OPEN, max_size=self.config.ws_max_size, logger=quiet)
        return self._conn

    @conn.setter
    def conn(self, value: Protocol) -> None:
        self._conn = value

    @property
    def ready(self) -> bool:
        """Whether the transport's buffer is below its high-water mark."""
        return not self._full

    def attach(self, hear: Callable[[Event], None]) -> None:
        """Have ``hear`` called with every event of ASGI, instead of `receive`."""
        self.queue.attach(hear)
        self.read_on()

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Run ``work`` in a task that the server waits for when it ends."""
        task = self.loop.create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    def carry(self, bundle: Bundle) -> bool:
        """Send messages in one write, whose bytes are the same for everybody, if the client keeps up."""
        if self._full or self.close_sent or self.transport.is_closing():
            return False
        self.transport.write(bundle.frames)
        return True

    def put(self, frames: bytes) -> None:
        """Send whole frames."""
        if not self.close_sent and not self.transport.is_closing():
            self.transport.write(frames)

    def buffered(self) -> int:
        """How many bytes wait in the transport."""
        return self.transport.get_write_buffer_size()

    def finish(self, code: int) -> None:
        """Close politely: a client that does not answer is cut off after a while."""
        if not self.handshake_complete or self.close_sent or self.transport.is_closing():
            return
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": ""})
        self.conn.send_close(code)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        self.loop.call_soon(self.read_on)
        self.close_timer = self.loop.call_later(SECONDS_TO_CLOSE, self.abort)

    def abort(self) -> None:
        """Cut the client off."""
        self.transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Let the kernel take in little, so that a client that does not read is noticed."""
        super().connection_made(transport)
        sock = transport.get_extra_info("socket")
        if sock is not None:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, KERNEL_BUFFER)

    def data_received(self, data: bytes) -> None:
        """Take in a slice in each round of the loop: a client that sends many small packets holds up nobody else."""
        unread = b"" if self.transport.is_closing() else self._unread + data
        self._unread = unread[SLICE:]
        self._take(unread[:SLICE])
        if self._unread and not self.read_paused:
            self.pause()
            self.loop.call_soon(self.read_on)

    def pause(self) -> None:
        """Take in nothing more until `read_on`: the client's system notices that it has to wait."""
        if not self.read_paused:
            self.read_paused = True
            self.transport.pause_reading()

    def read_on(self) -> None:
        """Take in more, and first what has come already."""
        if not self.read_paused:
            return
        self.read_paused = False
        if self._unread:
            self.data_received(b"")
        if not self.read_paused and not self.transport.is_closing():
            self.transport.resume_reading()

    async def receive(self) -> Any:
        """The next event; when there is none, read on."""
        event = await self.queue.get()
        if not self.queue:
            self.loop.call_soon(self.read_on)
        return event

    def _take(self, data: bytes) -> None:
        if not self._splitting:
            self._early = self.handshake_initiated
            super().data_received(data)
            return
        data, place = self._begun + data, 0
        while (frame := frames.locate(data, place)) and frame.end - frame.body <= self.config.ws_max_size:
            if frame.end > len(data) or self.transport.is_closing():
                break
            if frame.whole_text and not self._fragmented:
                self._message(frames.unmasked(data, frame), text=True)
            else:
                self._fragmented = frame.opens or (self._fragmented and not frame.completes)
                super().data_received(data[place : frame.end])
            place = frame.end
        else:
            if frame:
                super().data_received(data[place:])
                place = len(data)
        self._begun = data[place:]

    def send_receive_event_to_app(self) -> None:
        """Hand on a message that websockets' protocol has read."""
        data, self.frames = b"".join(self.frames), []
        self._message(data, text=self.curr_msg_data_type == "text")

    def _message(self, data: bytes, *, text: bool) -> None:
        """Hand a message on; text that is not UTF-8 ends the connection (RFC 6455, section 8.1), and no more."""
        if self.close_sent or self.transport.is_closing():
            return
        try:
            what = {"text": data.decode()} if text else {"bytes": data}
        except UnicodeDecodeError:
            self.finish(NOT_UTF8)
            return
        self.queue.put_nowait({"type": "websocket.receive", **what})
        if len(self.queue) >= AHEAD:
            self.pause()

    def shutdown(self) -> None:
        """End; whoever was shaking hands was refused by that, and what the application answers then is not sent."""
        super().shutdown()
        if not self.handshake_complete:
            self.disconnected = True

    async def run_asgi(self) -> None:
        """Run the application, then make sure that the connection ends, unless it attached itself."""
        _extend(self.scope, self)
        try:
            await self.app(self.scope, self.receive, self.send)
        except ClientDisconnected:
            pass
        except BaseException:
            log.exception("Exception in ASGI application")
        if self.queue.hear is None:
            if not self.disconnected:
                self.send_500_response()
            self.end()

    def end(self) -> None:
        """End the connection: at once, or when the client has answered the closing, but not much later."""
        if self.close_timer is None:
            self.transport.close()
        if not self.disconnected:
            self._fuse = self._fuse or self.loop.call_later(SECONDS_TO_CLOSE, self.abort)

    async def send(self, message: Any) -> None:
        """Send an event of ASGI; a refusal in HTTP completes the handshake, which uvicorn would call an error."""
        await super().send(message)
        if message["type"] == "websocket.accept" and not (self._early or self.conn.extensions):
            self._splitting, self._conn = True, None
            del self.request, self.response
        if message["type"] == "websocket.http.response.body" and not message.get("more_body"):
            self.handshake_complete = True

    def pause_writing(self) -> None:
        """The transport's buffer is full."""
        super().pause_writing()
        self._full = True

    def resume_writing(self) -> None:
        """Go on with what waits."""
        super().resume_writing()
        self._full = False
        self.drained()

    def connection_lost(self, exc: Exception | None) -> None:
        """Let go of everything."""
        super().connection_lost(exc)
        self.drained = _nothing
        if self.queue.hear:
            self.queue.hear = ignore
        if self._fuse:
            self._fuse.cancel()


class Exchange:
    """One HTTP request and its answer on a connection that may serve others before and after."""

    __slots__ = ("_cycle", "_protocol", "ending")

    def __init__(self, protocol: HttpProtocol, cycle: RequestResponseCycle) -> None:
        self._protocol, self._cycle = protocol, cycle
        self.ending: Callable[[], None] = _nothing

    @property
    def gone(self) -> bool:
        """Whether the client left before it was answered."""
        return self._cycle.disconnected

    def buffered(self) -> int:
        """How many bytes of the answer wait in the transport."""
        return self._protocol.transport.get_write_buffer_size() if self._current() else 0

    def abort(self) -> None:
        """Cut off a client that does not read the answer."""
        if self._current():
            self._protocol.transport.abort()

    def _current(self) -> bool:
        return self._protocol.cycle is self._cycle


class HttpProtocol(HttpToolsProtocol):
    """uvicorn's HTTP with each exchange in the scope.

    uvicorn waits for ever for a request that has begun, and for the first one; here its header has a deadline.
    """

    _exchange: Exchange | None = None
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """Begin to wait for a request."""
        super().connection_made(transport)
        self._expect()

    def on_headers_complete(self) -> None:
        """Whoever asks may wait for the answer."""
        self._expect_nothing()
        super().on_headers_complete()

    def on_response_complete(self) -> None:
        """Wait for the next request, unless it is there."""
        super().on_response_complete()
        if self.cycle.response_complete and not self.transport.is_closing():
            self._expect()

    def data_received(self, data: bytes) -> None:
        """Take in a request when it is its turn: a crowd that comes at once holds up nobody else."""
        if not _turns(self.loop).call(lambda: self._take(data)):
            self.transport.pause_reading()

    def _take(self, data: bytes) -> None:
        if not self.transport.is_closing():
            self.transport.resume_reading()
            super().data_received(data)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        self._exchange = Exchange(self, cycle)
        _extend(cycle.scope, self._exchange)
        super()._start_asgi_task(cycle, app)

    def connection_lost(self, exc: Exception | None) -> None:
        """Let go of everything."""
        super().connection_lost(exc)
        self._expect_nothing()
        self._exchange = None

    def shutdown(self) -> None:
        """End, and end what waits on this connection."""
        super().shutdown()
        if self._exchange:
            self._exchange.ending()

    def _expect(self) -> None:
        self._deadline = self.loop.call_later(SECONDS_TO_ASK, self.transport.close)

    def _expect_nothing(self) -> None:
        if self._deadline:
            self._deadline.cancel()
            self._deadline = None
