"""The front door: what every request passes, and the way from there to Socket.IO, commands, files and pages."""

from __future__ import annotations

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from chatrooms.addresses import Hosts
from chatrooms.doors.allowed_hosts import AllowedHosts
from chatrooms.doors.codings import Compressed
from chatrooms.doors.forwarding import ForwardingCheck
from chatrooms.doors.headers import SecurityHeaders, across_origins
from chatrooms.doors.running import OnlyWhileRunning, path
from chatrooms.doors.server_errors import ServerErrors
from chatrooms.doors.site import Site
from chatrooms.doors.snapshot import EMBED, FOLDERS
from chatrooms.identity.pages import Pages
from chatrooms.lifetime import Lifetime
from chatrooms.settings import Settings
from chatrooms.wire.server import Server

SMALLEST = 1000
"""Bytes; a smaller response to a command is not compressed."""
SOCKETS, API, FILES = "/socket.io/", "/api/", ("/uploads/", "/files/")
SCRIPTS = ("/v/", *(f"/{name}/" for name in (*EMBED, *FOLDERS)))
"""The browser client's files, which pages of other origins load as modules."""


class Front:
    """The ASGI application that the chat is; ``http`` serves whatever is not Socket.IO."""

    def __init__(self, settings: Settings, lifetime: Lifetime, pages: Pages, server: Server, http: ASGIApp) -> None:
        self._pages, self._server, self._http = pages, server, http
        compressed = Compressed(http, SMALLEST, level=3)
        self._doors = (
            (SOCKETS, across_origins(self._serve_sockets, settings.origins)),
            (API, across_origins(compressed, settings.origins)),
            ((*FILES, *SCRIPTS), across_origins(http, settings.origins)),
        )
        running = OnlyWhileRunning(ForwardingCheck(self._route), lifetime)
        hosts = Hosts(settings.hosts)
        site = Site(running, settings.url, hosts) if settings.url else running
        self._checked = ServerErrors(SecurityHeaders(AllowedHosts(site, hosts, settings.url), settings.url))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or run the lifespan."""
        await self._checked(scope, receive, send)

    async def _route(self, scope: Scope, receive: Receive, send: Send) -> None:
        at = "" if scope["type"] == "lifespan" else path(scope) + "/"
        door = next((door for begin, door in self._doors if at.startswith(begin)), self._http)
        await door(scope, receive, send)

    async def _serve_sockets(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a Socket.IO request, unless it comes from a page of an origin that is not allowed."""
        if self._pages.trust(scope):
            await self._server.handle_request(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008, "reason": "origin"})
        else:
            await PlainTextResponse("origin not allowed", 403)(scope, receive, send)
