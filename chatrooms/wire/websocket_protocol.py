"""uvicorn's WebSocket with its transport in reach: written to without a task, cut off without waiting."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable
from typing import Any

from uvicorn.protocols.utils import ClientDisconnected, get_client_addr, get_path_with_query_string
from websockets.protocol import State

from chatrooms.wire import frames, handshake, outgoing
from chatrooms.wire.connection_limits import Slot
from chatrooms.wire.exchange import nothing
from chatrooms.wire.flow import tune
from chatrooms.wire.limits import SECONDS_TO_CLOSE
from chatrooms.wire.message import Bundle, Hurry
from chatrooms.wire.receive_queue import discard
from chatrooms.wire.requests import EXTENSION
from chatrooms.wire.unsent import Unsent, cut_off
from chatrooms.wire.websocket_reader import Session, WebSocketReader

KERNEL_BUFFER = 32 * 1024  # Linux takes twice that, and 4 MiB by default
HIGH_WATER = 64 * 1024
"""Bytes that may wait for a client that keeps up."""

ACCEPTED = '%s - "WebSocket %s" [accepted]'
"""What uvicorn logs."""

log = logging.getLogger("uvicorn.error")


class WebSocketProtocol(WebSocketReader):
    """uvicorn's sans-I/O WebSocket, which an Engine.IO session can write frames to and receive messages from.

    An application that has called `attach` returns: the connection goes on, without a task while nothing arrives.
    """

    drained: Callable[[], None] = staticmethod(nothing)
    slot: Slot | None = None
    _fuse: asyncio.TimerHandle | None = None
    _full = _closed = False
    _hurry = Hurry.SOON
    _size = _space = 0

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._collected: list[bytes] = []

    @property
    def ready(self) -> bool:
        """Return whether the transport's buffer is below its high-water mark."""
        return not self._full

    def use(self, *, drained: Callable[[], None], noise: Callable[[], None]) -> None:
        """Call ``drained`` when a client keeps up again, and ``noise`` for each frame that is of no use."""
        self.drained, self.noise = drained, noise

    def attach(self, session: Session) -> None:
        """Have ``session`` receive the messages, one after another, instead of giving them to the application."""
        self._session, self._attached = session, True
        self.queue.forward(self._work_on)
        self.read_on()

    def carry(self, bundle: Bundle) -> bool:
        """Collect messages for one write, mostly a round later; return False if the client does not keep up.

        All that is collected is written with messages that go out now, and as soon as more may not wait for the client.
        """
        frames = bundle.frames
        if not self._collected:
            if self._full or self.close_sent or self.transport.is_closing():
                return False
            if bundle.hurry is Hurry.NOW:
                self.transport.write(frames)
                return True
            self._space = HIGH_WATER - self.transport.get_write_buffer_size()
            self._write_later(bundle.hurry)
        elif bundle.hurry is Hurry.NOW:
            self._space = 0
        elif bundle.hurry > self._hurry:
            self._write_later(bundle.hurry)
        self._collected.append(frames)
        self._size += len(frames)
        if self._size > self._space:
            self.write_collected()
        return True

    def _write_later(self, hurry: Hurry) -> None:
        self._hurry = hurry
        self._outgoing.add(self, hurry)

    def buffered(self) -> int:
        """Return how many bytes were collected or written, and have not left."""
        return self._size + self.transport.get_write_buffer_size()

    def write_collected(self) -> int:
        """Write what is collected, before anything else is; return its bytes."""
        size = self._size
        if size:
            frames = self._collected[0] if len(self._collected) == 1 else b"".join(self._collected)
            self._collected.clear()
            self._size = 0
            if not self.transport.is_closing():
                self.transport.write(frames)
        return size

    def write(self, frames: bytes) -> None:
        """Send whole frames."""
        self.write_collected()
        if not self.close_sent and not self.transport.is_closing():
            self.transport.write(frames)

    def finish(self, code: int) -> None:
        """Send a close frame; cut off a client that has not answered `SECONDS_TO_CLOSE` later."""
        if not self.handshake_complete or self.close_sent or self.transport.is_closing():
            return
        self.write_collected()
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
        self.transport.set_write_buffer_limits(HIGH_WATER)
        self._outgoing = outgoing.of(self.loop)
        self._unsent = Unsent(self.transport, self.loop)
        tune(transport, socket.SOL_SOCKET, socket.SO_SNDBUF, KERNEL_BUFFER)

    async def receive(self) -> Any:
        """Return the next event; read on when there is no other."""
        event = await self.queue.get()
        if not self.queue:
            self.loop.call_soon(self.read_on)
        return event

    def handle_ping(self) -> None:
        """Answer, unless the client does not read: it need not get every pong (RFC 6455, section 5.5.3)."""
        pong = b"".join(self.conn.data_to_send())
        if not self._full:
            self.transport.write(pong)

    def send_receive_event_to_app(self) -> None:
        """Hand on a message that websockets' protocol has read."""
        data, self.frames = b"".join(self.frames), []
        self._message(data, text=self.curr_msg_data_type == "text")

    def eof_received(self) -> None:
        """Write what is collected before the transport closes."""
        self.write_collected()
        super().eof_received()

    def shutdown(self) -> None:
        """End; that rejects a handshake, and what the application answers to it later is not sent."""
        if self.handshake_complete and self.conn.state is not State.OPEN:
            self.close_sent = True  # by websockets' protocol, which refuses to send a second close frame
        self.write_collected()
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
            self.write_collected()
            self.transport.close()
        if not self.disconnected:
            self._fuse = self._fuse or self.loop.call_later(SECONDS_TO_CLOSE, self.abort)

    async def send(self, message: Any) -> None:
        """Send an event of ASGI; raises ``ClientDisconnected`` once the connection has ended, for any reason."""
        if self.close_sent and not self._closed:
            raise ClientDisconnected
        self._closed = self._closed or message["type"] in ("websocket.close", "websocket.http.response.start")
        if self._accept and message["type"] == "websocket.accept" and not self.handshake_complete:
            await self._answer(message)
            return
        await super().send(message)
        if message["type"] == "websocket.accept" and not self.conn.extensions:
            del self.request, self.response
            self._read_frames()
        if message["type"] == "websocket.http.response.body" and not message.get("more_body"):
            self.handshake_complete = True  # uvicorn would call a refusal an error

    async def _answer(self, message: Any) -> None:
        """Accept a plain handshake; raises ``ClientDisconnected``."""
        await self.writable.wait()
        if self.disconnected:
            raise ClientDisconnected
        if log.isEnabledFor(logging.INFO):
            log.info(ACCEPTED, get_client_addr(self.scope), get_path_with_query_string(self.scope))
        if not self.transport.is_closing():
            self.handshake_complete = True
            fields = (*self.default_headers, *message.get("headers", ()))
            self.transport.write(handshake.response(self._accept, fields, message.get("subprotocol")))
            del self._accept
            self.start_keepalive()
        self._read_frames()

    def _read_frames(self) -> None:
        """Read what comes after the handshake."""
        self._reader, self._conn = frames.FrameReader(self.config.ws_max_size), None
        self.loop.call_soon(self.read_on)

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
        self._collected.clear()
        self._size = 0
        self._unsent.stop()
        if self.slot:
            self.slot.release()
        self.drained = self.noise = nothing
        if self._attached:
            self.queue.forward(discard)
            self._session = None
        if self._fuse:
            self._fuse.cancel()
