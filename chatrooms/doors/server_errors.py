"""What an application does when it fails: it logs where, answers 500, and raises nothing to the server around it.

That one would log the exception with its text, and perhaps with the values of variables; see `wire.failures`.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import orjson
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from chatrooms.doors.answers import failed
from chatrooms.errors import Internal
from chatrooms.wire import failures

INTERNAL_ERROR = 1011
"""RFC 6455, section 7.4.1."""


class ServerErrors:
    """ASGI middleware around everything else."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and answer it if that fails before an answer has begun. The lifespan may fail."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        begun = False

        async def sending(message: Any) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, sending)
        except ClientDisconnect:
            return
        except Exception:
            failures.report("a request failed")
            await _end(scope, receive, send, begun=begun)


async def _end(scope: Scope, receive: Receive, send: Send, *, begun: bool) -> None:
    """End a request that failed. An HTTP answer that has begun stays incomplete, upon which the server cuts it off."""
    with suppress(Exception):  # the client may have left
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": INTERNAL_ERROR})
        elif not begun:
            body = orjson.dumps(failed(Internal()))
            await Response(body, Internal.status, media_type="application/json")(scope, receive, send)
