"""uvicorn's WebSocket with its transport in reach: written to without a task, cut off without a wait."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable, Coroutine
from http import HTTPStatus
from typing import Any

from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.protocol import OPEN, SERVER, Protocol

from chatrooms.wire import frames
from chatrooms.wire.exchange import nothing
from chatrooms.wire.flow import tune
from chatrooms.wire.gate import Seat
from chatrooms.wire.inbox import Event, Inbox, ignore
from chatrooms.wire.limits import AHEAD, LARGE, SECONDS_TO_CLOSE
from chatrooms.wire.message import Bundle
from chatrooms.wire.refusal import refusal
from chatrooms.wire.requests import EXTENSION
from chatrooms.wire.unsent import Unsent, cut_off

NOT_UTF8 = 1007
SLICE = 4096
KERNEL_BUFFER = 32 * 1024  # Linux takes twice that, and 4 MiB if nothing is said

log = logging.getLogger("uvicorn.error")
quiet = logging.getLogger("chatrooms.wire.websockets")
quiet.setLevel(logging.WARNING)  # below it websockets logs what is in a frame


class WebSocketProtocol(WebSocketsSansIOProtocol):
    """uvicorn's sans-I/O WebSocket that an Engine.IO socket may write frames to, and be called by.

    An application that has called `attach` returns: the connection goes on without a task until either side ends it.

    After the handshake, messages of one text frame are read here; everything else is given to the protocol of
    websockets, frame by frame, and that is made anew when it is needed.
    """

    drained: Callable[[], None] = staticmethod(nothing)
    seat: Seat | None = None
    _fuse: asyncio.TimerHandle | None = None
    _unread: bytes | memoryview = b""
    _begun: bytearray | None = None
    _missing = 0
    _splitting = _fragmented = _early = _full = _closed = False
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
        if not self.disconnected:
            cut_off(self.transport)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Let the kernel take in little, so that a client that does not read is noticed."""
        super().connection_made(transport)
        self.transport.set_write_buffer_limits()
        self._unsent = Unsent(self.transport, self.loop)
        tune(transport, socket.SOL_SOCKET, socket.SO_SNDBUF, KERNEL_BUFFER)

    def data_received(self, data: bytes) -> None:
        """Take in a slice in each round of the loop: a client that sends many small packets holds up nobody else."""
        if not self.handshake_initiated:
            self._shake_hands(data)
        elif not self.transport.is_closing():
            self._unread = b"".join((self._unread, data)) if self._unread else data
            self._take_slice()

    def _shake_hands(self, request: bytes) -> None:
        """Take in the whole request; what websockets does not understand is refused, and never waited for."""
        if self.transport.is_closing():
            return
        super().data_received(request)
        if not self.handshake_initiated:
            self.handshake_complete = self.close_sent = True
            self.transport.write(b"".join(self.conn.data_to_send()) or refusal(HTTPStatus.BAD_REQUEST))
            self.end()

    def _take_slice(self) -> None:
        """Take in little, but of a large frame all that has come: it is looked at when it is whole."""
        size = max(SLICE, self._missing)
        if len(self._unread) > size:
            unread = memoryview(self._unread)
            data, self._unread = bytes(unread[:size]), unread[size:]
        else:
            data, self._unread = bytes(self._unread), b""
        self._take(data)
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
        if self._unread and not self.transport.is_closing():
            self._take_slice()
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
            self._early = True
            super().data_received(data)
            return
        if self._begun is not None:
            self._begun += data
            self._missing -= len(data)
            if self._missing > 0:
                return
            data, self._begun = bytes(self._begun), None
        place = self._split(data)
        if place < len(data):
            frame = frames.locate(data, place)
            self._begun, self._missing = bytearray(data[place:]), frame.end - len(data) if frame else 1

    def _split(self, data: bytes) -> int:
        """Take in the whole frames in ``data``; return where the first one begins that is not whole."""
        place = 0
        while (frame := frames.locate(data, place)) and frame.end - frame.body <= self.config.ws_max_size:
            if frame.end > len(data) or self.transport.is_closing():
                return place
            if frame.whole_text and not self._fragmented:
                self._message(frames.unmasked(data, frame), text=True)
            else:
                self._fragmented = frame.opens or (self._fragmented and not frame.completes)
                super().data_received(data[place : frame.end])
            place = frame.end
        if frame:
            super().data_received(data[place:])
            place = len(data)
        return place

    def handle_ping(self) -> None:
        """Answer, but not a client that does not read: it need not get every pong (RFC 6455, section 5.5.3)."""
        pong = b"".join(self.conn.data_to_send())
        if not self._full:
            self.transport.write(pong)

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
        if len(self.queue) >= AHEAD or (self.queue and len(data) >= LARGE):
            self.pause()

    def shutdown(self) -> None:
        """End; a handshake is refused by that, and what the application answers to it then is not sent."""
        super().shutdown()
        if not self.handshake_complete:
            self.disconnected = True

    async def run_asgi(self) -> None:
        """Run the application, then make sure that the connection ends, unless it attached itself."""
        extended: Any = self.scope
        extended.setdefault("extensions", {})[EXTENSION] = self
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
        """Send an event of ASGI; raises ``ClientDisconnected`` once the connection has ended, however it did."""
        if self.close_sent and not self._closed:
            raise ClientDisconnected
        self._closed = self._closed or message["type"] in ("websocket.close", "websocket.http.response.start")
        await super().send(message)
        if message["type"] == "websocket.accept" and not (self._early or self.conn.extensions):
            self._splitting, self._conn = True, None
            del self.request, self.response
        if message["type"] == "websocket.http.response.body" and not message.get("more_body"):
            self.handshake_complete = True  # uvicorn would call a refusal an error

    def pause_writing(self) -> None:
        """The transport's buffer is full."""
        super().pause_writing()
        self._full = True
        self._unsent.watch()

    def resume_writing(self) -> None:
        """Go on with what waits."""
        super().resume_writing()
        self._full = False
        self._unsent.stop()
        self.drained()

    def connection_lost(self, exc: Exception | None) -> None:
        """Let go of everything."""
        super().connection_lost(exc)
        self._unsent.stop()
        if self.seat:
            self.seat.leave()
        self.drained = nothing
        if self.queue.hear:
            self.queue.hear = ignore
        if self._fuse:
            self._fuse.cancel()
