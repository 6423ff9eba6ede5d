"""The response to requests and sockets while the chat is not running."""

from __future__ import annotations

import logging

import orjson
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from chatrooms.doors.answers import failed
from chatrooms.errors import Unavailable
from chatrooms.lifetime import Lifetime, NotRunning

ABSENT = "The chat is not running: give lifespan=chat.lifespan to your application, the outermost one"
ELSEWHERE = "The chat runs on a different event loop than this request: serve both on the loop of the chat's lifespan"
ALIVE = "/healthz"
"""Passes even without the chat: it only reports that the process is alive."""
TRY_AGAIN_LATER = 1013

log = logging.getLogger("chatrooms.app")


class OnlyWhileRunning:
    """ASGI middleware that rejects requests with 503 unless the chat is running."""

    def __init__(self, app: ASGIApp, lifetime: Lifetime) -> None:
        self._app, self._lifetime = app, lifetime
        self._logged = ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Call the application or reject the request; a lifespan is always passed on."""
        reason = "" if scope["type"] == "lifespan" or path(scope) == ALIVE else self._reason()
        if not reason:
            await self._app(scope, receive, send)
            return
        if reason != self._logged:
            self._logged = reason
            log.error("%s (every request is refused with 503 until then)", reason)
        await _refuse(Unavailable(reason), scope, receive, send)

    def _reason(self) -> str:
        try:
            return "" if self._lifetime.here else ELSEWHERE
        except NotRunning:
            return ABSENT


def path(scope: Scope) -> str:
    """Return the path of a request, relative to where the chat is mounted."""
    found: str = scope.get("path", "")
    return found.removeprefix(scope.get("root_path", ""))


async def _refuse(refusal: Unavailable, scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket" and "websocket.http.response" not in scope.get("extensions", {}):
        await send({"type": "websocket.close", "code": TRY_AGAIN_LATER, "reason": "not running"})
        return
    body = orjson.dumps(failed(refusal))
    await Response(body, refusal.status, media_type="application/json")(scope, receive, send)
