"""Reads what a WebSocket's client sends a little at a time, in turn with the others of its network."""

from __future__ import annotations

import asyncio
import logging
from abc import abstractmethod
from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from typing import Any, Protocol
from urllib.parse import unquote

import websockets.protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.protocol import OPEN, SERVER

from chatrooms.wire import frames, pacing
from chatrooms.wire.answer import Pending
from chatrooms.wire.exchange import nothing
from chatrooms.wire.limits import AHEAD, LARGE
from chatrooms.wire.pacing import Pacer
from chatrooms.wire.receive_queue import Message, ReceiveQueue
from chatrooms.wire.refusal import refusal

NOT_UTF8 = 1007
SLICE = 4096
UNCOUNTED_SLICE = 256
"""Bytes that are read at once where frames are not counted: with an extension, such as compression."""
FIRST_FRAMES, FRAMES = 4, 16
"""Frames that are handled as soon as they come, and at once in each turn after that."""

quiet = logging.getLogger("chatrooms.wire.websockets")
quiet.setLevel(logging.WARNING)  # below it websockets logs what is in a frame


class Session(Protocol):
    """What receives messages."""

    @property
    def closed(self) -> bool:
        """Whether it has ended and receives no more."""

    def receive(self, message: Message) -> Pending | None:
        """Handle a message; return what the next one has to wait for, if anything."""


class WebSocketReader(WebSocketsSansIOProtocol):
    """uvicorn's WebSocket, reading in turns.

    After the handshake, text messages of one frame are read here. All other frames are given to the protocol of
    websockets, which is created when it is needed: it takes more memory than everything else of a connection.
    """

    noise: Callable[[], None] = staticmethod(nothing)
    _reader: frames.FrameReader | None = None
    _unread: bytes | memoryview = b""
    _pacer: Pacer | None = None
    _session: Session | None = None
    _queued = _attached = _working = False
    _conn: websockets.protocol.Protocol | None = None
    _accept = b""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.queue: ReceiveQueue = ReceiveQueue()  # type: ignore[assignment]  # has all that uvicorn calls
        self._messages: list[Message] = []

    @abstractmethod
    def end(self) -> None:
        """End the connection."""

    @abstractmethod
    def finish(self, code: int) -> None:
        """Send a close frame."""

    @abstractmethod
    def write_collected(self) -> int:
        """Write what is collected, before an answer to a frame is."""

    @property
    def conn(self) -> Any:
        """The protocol of websockets, in the state between two frames."""
        if self._conn is None:
            self._conn = websockets.protocol.Protocol(
                SERVER, state=OPEN, max_size=self.config.ws_max_size, logger=quiet
            )
        return self._conn

    @conn.setter
    def conn(self, value: websockets.protocol.Protocol) -> None:
        self._conn = value

    def data_received(self, data: bytes) -> None:
        """Read a little; the rest waits for turns of its network: many small packets do not delay others.

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

    def begin(self, target: bytes, fields: list[tuple[bytes, bytes]], accept: bytes) -> None:
        """Run the application for a plain handshake, which ``accept`` is the answer to."""
        path, _, query = target.partition(b"?")
        self.handshake_initiated, self._accept = True, accept
        self.scope = {
            "type": "websocket",
            "asgi": {"version": self.asgi_version, "spec_version": "2.4"},
            "http_version": "1.1",
            "scheme": self.scheme,
            "server": self.server,
            "client": self.client,
            "root_path": self.root_path,
            "path": self.root_path + unquote(path.decode("ascii")),
            "raw_path": self.root_path.encode("ascii") + path,
            "query_string": query,
            "headers": fields,
            "subprotocols": [],
            "state": self.app_state.copy(),
            "extensions": {"websocket.http.response": {}},
        }
        self.queue.put_nowait({"type": "websocket.connect"})
        task = self.loop.create_task(self.run_asgi())
        task.add_done_callback(self.on_task_complete)
        self.tasks.add(task)

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
            self.write_collected()
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
            self._pacer = pacing.of_slices(self.loop, client[0] if client else "")
        self._queued = True
        self._pacer.call(self._take_turn)

    def _take_turn(self) -> None:
        self._queued = self.read_paused = False
        if not self.transport.is_closing():
            self._take_slice(FRAMES)
            if not self.read_paused and not self.transport.is_closing():
                self.transport.resume_reading()

    def _take(self, pieces: list[frames.Piece]) -> None:
        for frame, whole_text in pieces:
            if self.transport.is_closing():
                return
            if whole_text:
                self._message(frame, text=True, at_once=True)
                continue
            if frames.useless(frame):
                self.noise()
            closes = frames.closes(frame)
            if not self.close_sent or closes:
                if not self.close_sent and closes:
                    self._conn = None  # forgets the fragments that came: it would close with 1002 (RFC 6455, 5.4)
                self.write_collected()
                super().data_received(frame)

    def _message(self, data: bytes, *, text: bool, at_once: bool = False) -> None:
        """Hand a message on; text that is not UTF-8 ends the connection (RFC 6455, section 8.1), and no more."""
        if self.close_sent or self.transport.is_closing():
            return
        try:
            message = data.decode() if text else data
        except UnicodeDecodeError:
            self.finish(NOT_UTF8)
            return
        if self._attached:
            self._work_on(message, at_once=at_once)
            return
        self.queue.put_nowait({"type": "websocket.receive", "text" if text else "bytes": message})
        if len(self.queue) >= AHEAD or len(data) >= LARGE:
            self.pause()

    def _work_on(self, message: Message, *, at_once: bool = False) -> None:
        """Have a message received, after those before it; ``at_once``, unless uvicorn is in the middle of something."""
        self._messages.append(message)
        if not self._working and self._session:
            self._working = True
            if at_once:
                self._work(self._session)
            else:
                self.loop.call_soon(self._work, self._session)
        elif len(self._messages) >= AHEAD or (message and len(message) >= LARGE):
            self.pause()

    def _work(self, session: Session, _done: Pending | None = None) -> None:
        """Have the session receive what waits; it goes on later with what comes after a message that takes longer."""
        while self._messages and not session.closed:
            if pending := session.receive(self._messages.pop(0)):
                pending.add_done_callback(partial(self._work, session))
                if isinstance(pending, asyncio.Task):  # the server waits for it when it stops
                    self.tasks.add(pending)
                    pending.add_done_callback(self.tasks.discard)
                return
        self._working = False
        if session.closed:
            self._messages.clear()
            self.end()
        self.read_on()
