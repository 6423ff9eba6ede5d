"""Reads what a WebSocket's client sends a little at a time, in turn with the others of its network."""

from __future__ import annotations

import logging
from abc import abstractmethod
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.protocol import OPEN, SERVER, Protocol

from chatrooms.wire import frames, pacing
from chatrooms.wire.connection_limits import network
from chatrooms.wire.exchange import nothing
from chatrooms.wire.pacing import Pacer
from chatrooms.wire.refusal import refusal

SLICE = 4096
UNCOUNTED_SLICE = 256
"""Bytes that are read at once where frames are not counted: with an extension, such as compression."""
FIRST_FRAMES, FRAMES = 4, 16
"""Frames that are handled as soon as they come, and at once in each turn after that."""

quiet = logging.getLogger("chatrooms.wire.websockets")
quiet.setLevel(logging.WARNING)  # below it websockets logs what is in a frame


class WebSocketReader(WebSocketsSansIOProtocol):
    """uvicorn's WebSocket, reading in turns.

    After the handshake, text messages of one frame are read here. All other frames are given to the protocol of
    websockets, which is created when it is needed: it takes more memory than everything else of a connection.
    """

    noise: Callable[[], None] = staticmethod(nothing)
    _reader: frames.FrameReader | None = None
    _unread: bytes | memoryview = b""
    _pacer: Pacer | None = None
    _queued = False
    _conn: Protocol | None = None

    @abstractmethod
    def end(self) -> None:
        """End the connection."""

    @abstractmethod
    def _message(self, data: bytes, *, text: bool) -> None:
        """Hand a message on."""

    @property
    def conn(self) -> Any:
        """The protocol of websockets, in the state between two frames."""
        if self._conn is None:
            self._conn = Protocol(SERVER, state=OPEN, max_size=self.config.ws_max_size, logger=quiet)
        return self._conn

    @conn.setter
    def conn(self, value: Protocol) -> None:
        self._conn = value

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
