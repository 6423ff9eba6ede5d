"""uvicorn's HTTP, with requests that are measured and checked while they are parsed."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from chatrooms.wire.measure import Measure
from chatrooms.wire.refusal import Refused

LEFT_OVER = 256 * 1024
"""Bytes of a body that are discarded when the request was answered before they came."""


class HttpParsing(HttpToolsProtocol):
    """The parser's callbacks, which raise `Refused` for what is too large or what a server must not accept."""

    _target = b""
    _left_over = 0

    def __init__(self, *args: Any, **how: Any) -> None:
        super().__init__(*args, **how)
        self._measure = Measure()

    def on_message_begin(self) -> None:
        """Measure a new message."""
        super().on_message_begin()
        self._measure.begin()
        self._target = b""

    def on_url(self, url: bytes) -> None:
        """Add a part of the target."""
        self._measure.target(len(url))
        self._target += url
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Add a field; one of the trailers is dropped, as nothing here reads it (RFC 9110, 6.5.1).

        The parser leaves whitespace at the end of a value, of which it is no part (RFC 9110, 5.5).
        """
        self._measure.field(name)
        if not self._measure.in_body:
            super().on_header(name, value.rstrip(b" \t"))

    def on_headers_complete(self) -> None:
        """Check what a server has to check, then run the application."""
        version, hosts = self.parser.get_http_version(), self._measure.hosts
        if version not in ("1.0", "1.1"):
            raise Refused(HTTPStatus.HTTP_VERSION_NOT_SUPPORTED)
        if hosts > 1 or (not hosts and version == "1.1"):  # RFC 9112, 3.2
            raise Refused(HTTPStatus.BAD_REQUEST)
        if self.parser.should_upgrade() and self._should_upgrade():
            self._check_handshake()
        super().on_headers_complete()
        self._measure.in_body = True

    def _should_upgrade(self) -> bool:
        """Return whether a request asks for a WebSocket, which one of HTTP/1.0 cannot (RFC 9110, 7.8)."""
        return self.parser.get_http_version() == "1.1" and bool(super()._should_upgrade())

    def _check_handshake(self) -> None:
        """Reject a handshake with a body, which may never come, or before the request ahead of it is answered."""
        bodies = [value for name, value in self.headers if name == b"content-length" and value.strip() != b"0"]
        if bodies or any(name == b"transfer-encoding" for name, _ in self.headers) or not self._answered():
            raise Refused(HTTPStatus.BAD_REQUEST)

    def on_chunk_header(self) -> None:
        """Count the size line of a chunk."""
        self._measure.chunk()

    def on_body(self, body: bytes) -> None:
        """Add a part of the body, or discard it if the request was answered without it."""
        self._measure.body(len(body))
        if self.cycle and self.cycle.response_complete:
            self._left_over += len(body)
            if self._left_over > LEFT_OVER:
                raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Measure nothing more of this message."""
        self._measure.end()
        self._left_over = 0
        super().on_message_complete()

    def _answered(self) -> bool:
        """Return whether every request that has come has been answered."""
        return self.cycle is None or self.cycle.response_complete
