"""What a request or a socket gets while the chat is not running."""

from __future__ import annotations

import logging

import orjson
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from chatrooms.doors.answers import failed
from chatrooms.errors import Unavailable
from chatrooms.lifetime import Lifetime, NotRunning

ABSENT = "The chat is not running: give your application lifespan=chat.lifespan"
ELSEWHERE = "The chat runs on another event loop than this request came on: serve it by the loop of its lifespan"
ALIVE = "/healthz"
"""Answered even while the chat is not running: the process is alive."""
TRY_AGAIN_LATER = 1013

log = logging.getLogger("chatrooms.app")


class OnlyWhileRunning:
    """An ASGI middleware that passes requests on while the chat runs, and answers them with 503 at any other time."""

    def __init__(self, app: ASGIApp, lifetime: Lifetime) -> None:
        self._app, self._lifetime = app, lifetime
        self._logged = ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it; a lifespan is always passed on."""
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
    """Return the path of a request below the place where the chat is mounted."""
    found: str = scope.get("path", "")
    return found.removeprefix(scope.get("root_path", ""))


async def _refuse(refusal: Unavailable, scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket" and "websocket.http.response" not in scope.get("extensions", {}):
        await send({"type": "websocket.close", "code": TRY_AGAIN_LATER, "reason": "not running"})
        return
    body = orjson.dumps(failed(refusal))
    await Response(body, refusal.status, media_type="application/json")(scope, receive, send)
