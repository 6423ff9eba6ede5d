"""The HTTP door: commands as ``POST /api/<command>``, the client in the browser, and the documents."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import Lifespan

from chatrooms import trace
from chatrooms.doors.answers import Success, failed, refusal_of, refusal_response, response
from chatrooms.doors.body import read
from chatrooms.doors.callers import Callers
from chatrooms.doors.own_events import OwnEvents
from chatrooms.doors.signed_out import SignedOut
from chatrooms.errors import Internal, MethodNotAllowed, NotFound
from chatrooms.identity.gate import Gate
from chatrooms.identity.handshake import Handshake
from chatrooms.pipeline.pipeline import Pipeline


class HttpDoor:
    """Serves everything that is reached by HTTP, save for Socket.IO's own polling; ``routes`` are those of others."""

    def __init__(
        self,
        callers: Callers,
        pipeline: Pipeline,
        gate: Gate,
        *,
        own: OwnEvents,
        routes: Iterable[BaseRoute],
    ) -> None:
        self._callers, self._pipeline, self._gate = callers, pipeline, gate
        self._own = own
        self._others = tuple(routes)

    def app(self, lifespan: Lifespan[Starlette]) -> Starlette:
        """Return the ASGI application, which runs ``lifespan``."""
        handlers: dict[Any, Any] = {HTTPException: _http_error, Exception: _http_error}
        return Starlette(routes=self._routes(), lifespan=lifespan, exception_handlers=handlers)

    def _routes(self) -> list[BaseRoute]:
        return [
            Route("/api/{command}", self._command, methods=["POST"]),
            *SignedOut(self._callers, self._gate, self._pipeline.entries).routes(),
            *self._others,
        ]

    async def _command(self, request: Request) -> Response:
        name = request.path_params["command"]
        with trace.of(command=name if name in self._pipeline.names else ""):
            return await self._answer(name, request)

    async def _answer(self, name: str, request: Request) -> Response:
        handshake = self._callers.handshake(request)
        if self._pipeline.entries.has(name):
            return await self._enter(name, request, handshake)
        try:
            if name in self._own:
                caller = await self._callers.identify(handshake)
                result = await self._own.run(name, await read(request), caller)
            else:
                caller = await self._callers.recognize(handshake)
                result = await self._pipeline.run(name, await read(request), caller)
            return _success(result)
        except Exception as error:
            return refusal_response(refusal_of(error, "command failed"))

    async def _enter(self, name: str, request: Request, handshake: Handshake) -> Response:
        try:
            browser = self._gate.browser(handshake)
            entered = _success(await self._pipeline.entries.run(name, await read(request), browser))
        except Exception as error:
            return refusal_response(refusal_of(error, "command failed"))
        for cookie in browser.cookies:
            entered.set_cookie(
                cookie.name,
                cookie.value,
                max_age=cookie.max_age,
                path=cookie.path,
                secure=cookie.secure,
                httponly=True,
                samesite="lax",
            )
        return entered


def _success(result: Any) -> Response:
    answer: Success = {"ok": True, "result": result}
    return response(answer)


async def _http_error(request: Request, error: Exception) -> Response:
    """Return Starlette's own refusals (no such path, no such method) and what fails, in our shape."""
    if not isinstance(error, HTTPException):
        return refusal_response(Internal())
    kind = MethodNotAllowed if error.status_code == MethodNotAllowed.status else NotFound
    answer = failed(kind(path=request.scope["path"][:200]))
    return response(answer, error.status_code, error.headers or {})
