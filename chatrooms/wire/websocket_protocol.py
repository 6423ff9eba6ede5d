"""uvicorn's WebSocket with its transport in reach: written to without a task, cut off without waiting."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.protocol import OPEN, SERVER, Protocol

from chatrooms.wire import frames, pacing
from chatrooms.wire.connection_limits import Slot, network
from chatrooms.wire.exchange import nothing
from chatrooms.wire.flow import tune
from chatrooms.wire.limits import AHEAD, LARGE, SECONDS_TO_CLOSE
from chatrooms.wire.message import Bundle
from chatrooms.wire.pacing import Pacer
from chatrooms.wire.receive_queue import Message, ReceiveQueue, discard
from chatrooms.wire.refusal import refusal
from chatrooms.wire.requests import EXTENSION
from chatrooms.wire.unsent import Unsent, cut_off

NOT_UTF8 = 1007
SLICE = 4096
UNCOUNTED_SLICE = 256
"""Bytes that are read at once where frames are not counted: with an extension, such as compression."""
FIRST_FRAMES, FRAMES = 4, 16
"""Frames that are handled as soon as they come, and at once in each turn after that."""
KERNEL_BUFFER = 32 * 1024  # Linux takes twice that, and 4 MiB by default

log = logging.getLogger("uvicorn.error")
quiet = logging.getLogger("chatrooms.wire.websockets")
quiet.setLevel(logging.WARNING)  # below it websockets logs what is in a frame


Receive = Callable[[Message], Awaitable[bool]]
"""Handles a message and returns whether the session goes on."""


class WebSocketProtocol(WebSocketsSansIOProtocol):
    """uvicorn's sans-I/O WebSocket, which an Engine.IO session can write frames to and receive messages from.

    An application that has called `attach` returns: the connection goes on, without a task while nothing arrives.

    After the handshake, text messages of one frame are read here. All other frames are given to the protocol of
    websockets, which is created when it is needed: it takes more memory than everything else of a connection.
    """

    drained: Callable[[], None] = staticmethod(nothing)
    noise: Callable[[], None] = staticmethod(nothing)
    slot: Slot | None = None
    _fuse: asyncio.TimerHandle | None = None
    _reader: frames.FrameReader | None = None
    _receive: Receive | None = None
    _unread: bytes | memoryview = b""
    _pacer: Pacer | None = None
    _queued = _full = _closed = _attached = _working = False
    _conn: Protocol | None = None

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.queue: ReceiveQueue = ReceiveQueue()  # type: ignore[assignment]  # has all that uvicorn calls
        self._messages: list[Message] = []

    @property
    def conn(self) -> Any:
        """The protocol of websockets, in the state between two frames."""
        if self._conn is None:
            self._conn = Protocol(SERVER, state=OPEN, max_size=self.config.ws_max_size, logger=quiet)
        return self._conn

    @conn.setter
    def conn(self, value: Protocol) -> None:
        self._conn = value

    @property
    def ready(self) -> bool:
        """Return whether the transport's buffer is below its high-water mark."""
        return not self._full

    def attach(self, receive: Receive) -> None:
        """Call ``receive`` with each message, one after another, instead of giving them to the application."""
        self._receive, self._attached = receive, True
        self.queue.forward(self._work_on)
        self.read_on()

    def carry(self, bundle: Bundle) -> bool:
        """Send messages in one write if the client keeps up; return whether they were sent."""
        if self._full or self.close_sent or self.transport.is_closing():
            return False
        self.transport.write(bundle.frames)
        return True

    def write(self, frames: bytes) -> None:
        """Send whole frames."""
        if not self.close_sent and not self.transport.is_closing():
            self.transport.write(frames)

    def finish(self, code: int) -> None:
        """Send a close frame; cut off a client that has not answered `SECONDS_TO_CLOSE` later."""
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
        """Keep the kernel's buffer small, so that a client that does not read is noticed."""
        super().connection_made(transport)
        self.transport.set_write_buffer_limits()
        self._unsent = Unsent(self.transport, self.loop)
        tune(transport, socket.SOL_SOCKET, socket.SO_SNDBUF, KERNEL_BUFFER)

    def data_received(self, data: bytes) -> None:
        """Read a little; the rest waits for turns of its network: many small packets delay nobody else.

        What comes before the application has accepted waits until then.
        """
        if not self.handshake_initiated:
            self._shake_hands(data)
        elif not self.transport.is_closing():
            self._unread = b"".join((self._unread, data)) if self._unread else data
            if self.handshake_complete and not self._queued:
                self._take_slice(FIRST_FRAMES)
            else:
                self.pause()

    def _shake_hands(self, request: bytes) -> None:
        """Read the whole request; reject at once what websockets does not understand."""
        if self.transport.is_closing():
            return
        super().data_received(request)
        if not self.handshake_initiated:
            self.handshake_complete = self.close_sent = True
            self.transport.write(b"".join(self.conn.data_to_send()) or refusal(HTTPStatus.BAD_REQUEST))
            self.end()

    def _take_slice(self, most: int) -> None:
        """Read a little, but all that has come of a large frame: it is parsed when it is whole."""
        reader, unread = self._reader, self._unread
        size = max(SLICE, reader.missing) if reader else UNCOUNTED_SLICE
        if len(unread) > size:
            unread = memoryview(unread)
        data = bytes(unread[:size])
        if reader is None:
            self._unread = unread[size:]
            super().data_received(data)
        else:
            pieces = reader.feed(data, most)
            self._unread = unread[len(data) - reader.left :]
            self._take(pieces)
        if self._unread and not self.read_paused:
            self.pause()
            self.loop.call_soon(self.read_on)

    def pause(self) -> None:
        """Read nothing more until `read_on`: the client's system notices that it has to wait."""
        if not self.read_paused:
            self.read_paused = True
            self.transport.pause_reading()

    def read_on(self) -> None:
        """Go on reading, first what has come already, when it is the turn of this connection."""
        if not self.read_paused or self._queued or not self.handshake_complete or self.transport.is_closing():
            return
        if not self._unread:
            self.read_paused = False
            self.transport.resume_reading()
            return
        if self._pacer is None:
            client = self.scope["client"]  # the real one, if it came through a proxy
            self._pacer = pacing.of_slices(self.loop, network(client[0] if client else ""))
        self._queued = True
        self._pacer.call(self._take_turn)

    def _take_turn(self) -> None:
        self._queued = self.read_paused = False
        if not self.transport.is_closing():
            self._take_slice(FRAMES)
            if not self.read_paused and not self.transport.is_closing():
                self.transport.resume_reading()

    async def receive(self) -> Any:
        """Return the next event; read on when there is no other."""
        event = await self.queue.get()
        if not self.queue:
            self.loop.call_soon(self.read_on)
        return event

    def _take(self, pieces: list[frames.Piece]) -> None:
        for frame, whole_text in pieces:
            if self.transport.is_closing():
                return
            if whole_text:
                self._message(frame, text=True)
                continue
            if frames.useless(frame):
                self.noise()
            if not self.close_sent or frames.closes(frame):
                super().data_received(frame)

    def handle_ping(self) -> None:
        """Answer, unless the client does not read: it need not get every pong (RFC 6455, section 5.5.3)."""
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
            message = data.decode() if text else data
        except UnicodeDecodeError:
            self.finish(NOT_UTF8)
            return
        if self._attached:
            self._work_on(message)
            return
        self.queue.put_nowait({"type": "websocket.receive", "text" if text else "bytes": message})
        if len(self.queue) >= AHEAD or len(data) >= LARGE:
            self.pause()

    def _work_on(self, message: Message) -> None:
        """Have a message received in a task that ends when nothing waits; the server waits for it when it stops."""
        self._messages.append(message)
        if not self._working and self._receive:
            self._working = True
            task = self.loop.create_task(self._work(self._receive))
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)
        elif len(self._messages) >= AHEAD or (message and len(message) >= LARGE):
            self.pause()

    async def _work(self, receive: Receive) -> None:
        try:
            while self._messages:
                if not await receive(self._messages.pop(0)):
                    self._messages.clear()
                    self.end()
        finally:
            self._working = False
        self.read_on()

    def shutdown(self) -> None:
        """End; that rejects a handshake, and what the application answers to it later is not sent."""
        super().shutdown()
        if not self.handshake_complete:
            self.disconnected = True

    async def run_asgi(self) -> None:
        """Run the application, then make sure that the connection ends, unless `attach` was called."""
        extended: Any = self.scope
        extended.setdefault("extensions", {})[EXTENSION] = self
        try:
            await self.app(self.scope, self.receive, self.send)
        except ClientDisconnected:
            pass
        except BaseException:
            log.exception("Exception in ASGI application")
        if not self._attached:
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
        """Send an event of ASGI; raises ``ClientDisconnected`` once the connection has ended, for any reason."""
        if self.close_sent and not self._closed:
            raise ClientDisconnected
        self._closed = self._closed or message["type"] in ("websocket.close", "websocket.http.response.start")
        await super().send(message)
        if message["type"] == "websocket.accept" and not self.conn.extensions:
            self._reader, self._conn = frames.FrameReader(self.config.ws_max_size), None
            del self.request, self.response
            self.loop.call_soon(self.read_on)
        if message["type"] == "websocket.http.response.body" and not message.get("more_body"):
            self.handshake_complete = True  # uvicorn would call a refusal an error

    def pause_writing(self) -> None:
        """Note that the transport's buffer is full."""
        super().pause_writing()
        self._full = True
        self._unsent.watch()

    def resume_writing(self) -> None:
        """Send what waits."""
        super().resume_writing()
        self._full = False
        self._unsent.stop()
        self.drained()

    def connection_lost(self, exc: Exception | None) -> None:
        """Release everything; references that go round would keep a connection until the next garbage collection."""
        super().connection_lost(exc)
        self._unsent.stop()
        if self.slot:
            self.slot.release()
        self.drained = self.noise = nothing
        if self._attached:
            self.queue.forward(discard)
            self._receive = None
        if self._fuse:
            self._fuse.cancel()
