"""Limits of a request beside its body: httptools has none."""

from __future__ import annotations

from http import HTTPStatus

from chatrooms.wire.refusal import Refused

MAX_TARGET = 16 * 1024
MAX_FIELDS = 100
MAX_BESIDE = 64 * 1024
"""Bytes of the head, the trailers, and of what chunks have around them beyond `FRAMING`."""
FRAMING = 16
"""Bytes around a chunk that are not counted: its size, in hexadecimal digits, and two ends of lines."""


class Measure:
    """Counts one message; the methods raise `Refused` when it is too much.

    Of bytes, only pieces of the stream are counted, and the one in which a message begins or ends as a whole.
    """

    __slots__ = ("_beside", "_fields", "_target", "begun", "chunks", "hosts", "in_body")

    def __init__(self) -> None:
        self.begin()
        self.begun = self.in_body = False
        self.chunks = 0  # of all messages

    def begin(self) -> None:
        """Count a new message."""
        self.begun = True
        self._beside = self._fields = self._target = self.hosts = 0

    def target(self, size: int) -> None:
        """Count a part of the request's target."""
        self._target += size
        if self._target > MAX_TARGET:
            raise Refused(HTTPStatus.REQUEST_URI_TOO_LONG)

    def field(self, name: bytes) -> None:
        """Count a field of the head or the trailers."""
        self._fields += 1
        self.hosts += name.lower() == b"host"
        if self._fields > MAX_FIELDS:
            raise Refused(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)

    def body(self, size: int) -> None:
        """Count a part of the body as no overhead."""
        self._beside -= size

    def chunk(self) -> None:
        """Count a chunk, but not what it needs around it."""
        self.chunks += 1
        self._beside -= FRAMING

    def end(self) -> None:
        """Forget the message, which is all there."""
        self._beside = 0
        self.begun = self.in_body = False

    def fed(self, size: int) -> None:
        """Count a piece of the stream, after what is in it was counted."""
        self._beside = max(0, self._beside + size)
        if self._beside > MAX_BESIDE:
            status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE if self.in_body else HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
            raise Refused(status)
