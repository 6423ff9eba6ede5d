"""Unhandled exceptions: log where they came from, respond with 500, and raise nothing to the server.

A response that says that something is wrong here has the id of its request, by which the log is searched.

The server would log the exception's text, and perhaps the values of variables; see `wire.failures`.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import orjson
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from chatrooms import trace
from chatrooms.doors.answers import failed
from chatrooms.errors import Internal
from chatrooms.wire import failures

REQUEST_ID = "X-Request-ID"
INTERNAL_ERROR = 1011
"""RFC 6455, section 7.4.1."""


class ServerErrors:
    """ASGI middleware around everything else."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Call the application; if it fails before a response has started, send one. A lifespan may raise."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        begun = False
        request = trace.request_id(Headers(raw=scope["headers"]).get(REQUEST_ID, ""))

        async def sending(message: Any) -> None:
            nonlocal begun
            begun = True
            if message.get("status", 0) >= Internal.status:
                message.setdefault("headers", [])
                MutableHeaders(scope=message)[REQUEST_ID] = request
            await send(message)

        with trace.of(request=request):
            try:
                await self._app(scope, receive, sending)
            except ClientDisconnect:
                return
            except Exception:
                failures.report("a request failed")
                await _end(scope, receive, sending, begun=begun)


async def _end(scope: Scope, receive: Receive, send: Send, *, begun: bool) -> None:
    """End a failed request. If an HTTP response has started, leave it incomplete; the server then cuts it off."""
    with suppress(Exception):  # the client may have left
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": INTERNAL_ERROR})
        elif not begun:
            body = orjson.dumps(failed(Internal()))
            await Response(body, Internal.status, media_type="application/json")(scope, receive, send)
