"""The HTTP door: commands as ``POST /api/<command>``, joining from a browser, the client, and the documents."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from chatrooms.doors.assets import Assets
from chatrooms.doors.docs import POLICY, Documents
from chatrooms.doors.socketio import answer, refused
from chatrooms.errors import Internal, Invalid, NotFound, TooLarge, Unavailable
from chatrooms.identity import handshake as auth
from chatrooms.identity.gate import Doorkeeper
from chatrooms.identity.handshake import Handshake
from chatrooms.pipeline.pipeline import Pipeline
from chatrooms.settings import Settings
from chatrooms.storage.writer import Database
from chatrooms.wire.packets import parse_json
from chatrooms.wire.requests import announced
from chatrooms.wire.server import MAX_PACKET

SECONDS_A_DAY = 86_400
MAX_DEPTH = 64
"""Levels of nested JSON in the body of a command; commands refuse less, and name the field."""
SECONDS_TO_SEND = 10.0
"""How long sending the body of a command may take."""


class Web:
    """Everything that is reached by HTTP, save for Socket.IO's own polling."""

    def __init__(
        self,
        settings: Settings,
        pipeline: Pipeline,
        doorkeeper: Doorkeeper,
        db: Database,
        *,
        static: Path,
        documents: Documents,
    ) -> None:
        self._settings, self._pipeline, self._doorkeeper, self._db = settings, pipeline, doorkeeper, db
        self._assets = Assets(static, hosted=doorkeeper.hosted)
        self._docs = documents

    def routes(self) -> list[BaseRoute]:
        """What is where."""
        return [
            Route("/healthz", self._alive),
            Route("/readyz", self._ready),
            Route("/openapi.json", self._document(self._docs.openapi)),
            Route("/asyncapi.json", self._document(self._docs.asyncapi)),
            Route("/docs", self._reference),
            Route("/api/session.join", self._join, methods=["POST"]),
            Route("/api/session.leave", self._leave, methods=["POST"]),
            Route("/api/{command}", self._command, methods=["POST"]),
            *self._assets.routes(),
        ]

    async def _alive(self, _request: Request) -> Response:
        return _json({"ok": True})

    async def _ready(self, _request: Request) -> Response:
        try:
            await self._db.read(lambda db: db.exec_driver_sql("SELECT 1 FROM alembic_version").scalar())
        except Unavailable as refusal:
            return _respond(refused(refusal), refusal.status)
        return _json({"ok": True})

    def _document(self, make: Callable[[str, str], dict[str, Any]]) -> Callable[[Request], Awaitable[Response]]:
        async def send(request: Request) -> Response:
            return _json(make(self._settings.name, _here(request)))

        return send

    async def _reference(self, request: Request) -> Response:
        page = self._docs.reference(self._settings.name, _here(request))
        return HTMLResponse(page, headers={"Content-Security-Policy": POLICY})

    async def _command(self, request: Request) -> Response:
        async def run() -> Any:
            caller = await self._doorkeeper.request(self._handshake(request))
            return await self._pipeline.run(request.path_params["command"], await _body(request), caller)

        return await _answered(run())

    async def _join(self, request: Request) -> Response:
        handshake = self._handshake(request)
        token: str | None = None

        async def run() -> Any:
            nonlocal token
            user, token = await self._doorkeeper.join(handshake, await _body(request))
            return {"user": user}

        response = await _answered(run())
        if token is not None:
            self._set_cookie(response, handshake, orjson.loads(response.body)["result"]["user"]["username"], token)
        return response

    async def _leave(self, request: Request) -> Response:
        handshake = self._handshake(request)
        username: str | None = None

        async def run() -> Any:
            nonlocal username
            username = await self._doorkeeper.leave(handshake, await _body(request))
            return {}

        response = await _answered(run())
        if username is not None:
            self._set_cookie(response, handshake, username, "")
        return response

    def _handshake(self, request: Request) -> Handshake:
        return Handshake({}, request.scope, auth.trusted(request.scope, self._settings.origins))

    def _set_cookie(self, response: Response, handshake: Handshake, username: str, token: str) -> None:
        response.set_cookie(
            auth.cookie_name(username, secure=handshake.secure),
            token,
            max_age=self._settings.session_days * SECONDS_A_DAY if token else 0,
            secure=handshake.secure,
            httponly=True,
            samesite="lax",
        )


def _mount(request: Request) -> str:
    """The path that the client is at; `Request.base_url` would be that of the outermost application."""
    return str(request.scope.get("root_path", "")).rstrip("/") + "/"


def _here(request: Request) -> str:
    """The URL that the client is at."""
    return str(request.url.replace(path=_mount(request), query=""))


async def _body(request: Request) -> Any:
    if announced(request.scope) > MAX_PACKET:
        raise TooLarge(limit=MAX_PACKET)
    body = b""
    try:
        async with asyncio.timeout(SECONDS_TO_SEND):
            async for chunk in request.stream():
                body += chunk
                if len(body) > MAX_PACKET:
                    raise TooLarge(limit=MAX_PACKET)
    except (ClientDisconnect, TimeoutError):
        raise Invalid("The end of the body is missing.", field="") from None
    try:
        return parse_json(body.decode() or "{}", MAX_DEPTH)
    except ValueError as error:
        raise Invalid(f"That is not JSON: {error}.", field="") from None


async def _answered(work: Awaitable[Any]) -> Response:
    told, status = await answer(work)
    return _json(told) if told["ok"] else _respond(told, status)


def _respond(told: dict[str, Any], status: int) -> Response:
    retry_after = told["error"]["details"].get("retry_after")
    headers = {"Retry-After": str(retry_after)} if retry_after else {}
    return _json(told, status, headers)


def _json(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(orjson.dumps(value), status, headers, media_type="application/json")


async def http_error(request: Request, error: Exception) -> Response:
    """Starlette's own refusals (no such path, no such method) and what fails, in our shape."""
    if not isinstance(error, HTTPException):
        return _json(refused(Internal()), Internal.status)
    told = refused(NotFound(path=request.scope["path"][:200]))
    return _json(told, error.status_code, dict(error.headers) if error.headers else None)
