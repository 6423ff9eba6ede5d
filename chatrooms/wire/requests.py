"""A request as the Engine.IO protocol sees it, and the answers that it gets."""

from __future__ import annotations

import asyncio
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

import orjson
from starlette.types import Message as Event
from starlette.types import Receive, Scope, Send

EXTENSION = "chatrooms.wire"
PLAIN = b"text/plain; charset=UTF-8"
JSON = b"application/json"
MAX_FIELDS = 100


@dataclass(frozen=True)
class Response:
    """An answer over HTTP."""

    status: int
    body: bytes
    type: bytes = PLAIN


def _refusal(code: int, message: str, status: int = 400) -> Response:
    return Response(status, orjson.dumps({"code": code, "message": message}), JSON)


OK = Response(200, b"ok")
PREFLIGHT = Response(200, b"")
UNKNOWN_TRANSPORT = _refusal(0, "Transport unknown")
UNKNOWN_SID = _refusal(1, "Session ID unknown")
TOO_MANY_FIELDS = _refusal(3, f"More than {MAX_FIELDS} query fields")
BAD_METHOD = _refusal(2, "Bad handshake method")
BAD_REQUEST = _refusal(3, "Bad request")
UNSUPPORTED = _refusal(5, "Unsupported protocol version")
FORBIDDEN = _refusal(4, "Pages of that origin may not use this server", 403)
TOO_LARGE = _refusal(3, "Payload too large", 413)
ENDING = _refusal(4, "The server is ending", 503)
CROWDED = _refusal(4, "Too many sessions from this address", 503)
LARGE_HEAD = _refusal(3, "Header fields too large", 431)


TOO_MANY: dict[str, str] = {}
"""A query with more fields than are read."""


class Gone(Exception):
    """The client left in the middle of a request."""


class TooLarge(Exception):
    """The body of a request is larger than it may be."""


class Request:
    """What an ASGI server hands in: an HTTP request or a WebSocket."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scope, self.receive, self.send = scope, receive, send
        self.websocket: bool = scope["type"] == "websocket"
        self.method: str = scope.get("method", "GET")
        self.query = _query(scope)
        self.sid = self.query.get("sid")
        self.exchange: Any = scope.get("extensions", {}).get(EXTENSION)
        self.cors: list[tuple[bytes, bytes]] = []

    def header(self, name: bytes) -> str | None:
        """Return the value of a header, joined by commas if there are several; ``name`` is in lower case."""
        values = [value for key, value in self.scope["headers"] if key == name]
        return b",".join(values).decode("latin-1") if values else None

    @property
    def address(self) -> str:
        """The network address of the client; empty if the server does not know it."""
        client = self.scope.get("client")
        return client[0] if client else ""

    @property
    def head(self) -> int:
        """The bytes of the header fields and the target."""
        fields = sum(len(name) + len(value) for name, value in self.scope["headers"])
        return fields + len(self.scope["path"]) + len(self.scope.get("query_string", b""))

    def refusal(self, transports: Container[str], largest_head: int) -> Response | None:
        """Return why this is no request of the protocol by one of these transports; None if it is one.

        Only a request that opens a session may not have a head of more than ``largest_head`` bytes.
        """
        if self.query is TOO_MANY:
            return TOO_MANY_FIELDS
        if self.query.get("transport") not in transports:
            return UNKNOWN_TRANSPORT
        if self.query.get("EIO") != "4":
            return UNSUPPORTED
        if self.websocket != (self.query["transport"] == "websocket") or "j" in self.query:
            return BAD_REQUEST
        if self.method not in ("GET", "POST") or (self.method == "POST" and self.sid is None):
            return BAD_METHOD
        return LARGE_HEAD if self.sid is None and self.head > largest_head else None

    async def body(self, limit: int) -> str:
        """Return the text of the body; raises `Gone`, `TooLarge` or ``UnicodeDecodeError``."""
        if announced(self.scope) > limit:
            raise TooLarge
        body, more = b"", True
        while more:
            event = await self.receive()
            if event["type"] == "http.disconnect":
                raise Gone
            body += event.get("body", b"")
            more = event.get("more_body", False)
            if len(body) > limit:
                raise TooLarge
        return body.decode()

    async def gone(self) -> None:
        """Wait until the client has left or its request was answered."""
        while (await self.receive())["type"] != "http.disconnect":
            pass

    async def left(self) -> bool:
        """Return whether the client has left already."""
        if self.exchange:
            return bool(self.exchange.gone)
        gone = asyncio.ensure_future(self.gone())
        await asyncio.sleep(0)
        gone.cancel()
        return gone.done()

    async def respond(self, response: Response) -> None:
        """Answer the request; of a WebSocket, that rejects the handshake."""
        if self.websocket and "websocket.http.response" not in self.scope.get("extensions", {}):
            await self.send({"type": "websocket.close", "code": 1008})
            return
        kind = "websocket.http.response" if self.websocket else "http.response"
        headers = [(b"content-type", response.type), (b"cache-control", b"no-store"), *self.cors]
        if not self.websocket:  # uvicorn before 0.52 adds a second one to the refusal of a WebSocket
            headers.append((b"content-length", str(len(response.body)).encode()))
        start: Event = {"type": f"{kind}.start", "status": response.status, "headers": headers}
        await self.send(start)
        await self.send({"type": f"{kind}.body", "body": response.body})


class Environ(Mapping[str, Any]):
    """The environment that connect handlers of python-socketio receive, made from the scope when it is read."""

    __slots__ = ("_method", "_scope")

    def __init__(self, request: Request) -> None:
        self._scope, self._method = request.scope, request.method

    def __getitem__(self, key: str) -> Any:
        return self._scope if key == "asgi.scope" else self._all()[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())

    def _all(self) -> dict[str, Any]:
        scope = self._scope
        host, port = scope.get("client") or ("", 0)
        served, at = scope.get("server") or ("asgi", 0)
        environ = {
            "asgi.scope": scope,
            "REQUEST_METHOD": self._method,
            "SCRIPT_NAME": scope.get("root_path", ""),
            "PATH_INFO": scope["path"],
            "QUERY_STRING": scope.get("query_string", b"").decode("latin-1"),
            "REMOTE_ADDR": host,
            "REMOTE_PORT": str(port),
            "SERVER_NAME": served,
            "SERVER_PORT": str(at),
            "SERVER_PROTOCOL": f"HTTP/{scope.get('http_version', '1.1')}",
            "wsgi.url_scheme": scope.get("scheme", "http"),
        }
        return _with_headers(environ, scope)


def announced(scope: Scope) -> int:
    """Return the ``Content-Length`` of a request, 0 if it has none.

    Check it before the body is read: reading sends ``100 Continue`` to a client that waits for it (RFC 9110, 10.1.1).
    """
    lengths = [value for name, value in scope["headers"] if name == b"content-length"]
    return int(lengths[0]) if lengths and lengths[0].isdigit() else 0


def _query(scope: Scope) -> dict[str, str]:
    try:
        fields = parse_qsl(scope.get("query_string", b"").decode("latin-1"), max_num_fields=MAX_FIELDS)
    except ValueError:
        return TOO_MANY
    return dict(reversed(fields))  # of a field given twice, the first counts


def _with_headers(environ: dict[str, Any], scope: Scope) -> dict[str, Any]:
    for name, value in scope["headers"]:
        key = name.decode("latin-1").upper().replace("-", "_")
        key = key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"
        text = value.decode("latin-1")
        environ[key] = f"{environ[key]},{text}" if key in environ else text
    return environ
