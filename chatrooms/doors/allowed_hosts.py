"""The names that the server answers to, so that a page cannot reach it by a name of its own (DNS rebinding)."""

from __future__ import annotations

import logging
from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from chatrooms.addresses import Hosts, is_number, without_port
from chatrooms.doors.running import path
from chatrooms.once import Once

log = logging.getLogger(__name__)

PROBES = ("/healthz", "/readyz")
"""What orchestrators ask for by address."""
REJECTED = "a request for the host %s was rejected: the settings `url` and `hosts` allow %s"
LOCAL = "localhost and IP addresses alone, because it listens on this machine alone; name others in `url` or `hosts`"


class AllowedHosts:
    """ASGI middleware that rejects requests for other names than ``hosts`` and that of ``url`` with 421.

    Without either it allows all, or if it is ``local``, the names alone that mean this machine to everybody: any other
    is that of a page. With ``url`` it allows IP addresses too, which a proxy may use. Ports do not matter.
    """

    def __init__(self, app: ASGIApp, hosts: Hosts, url: str = "", *, local: bool = False) -> None:
        self._app, self._hosts, self._local = app, hosts, local
        self._site = without_port(urlsplit(url).netloc)
        self._is_named = bool(self._site or hosts.listed)
        self._once = Once(log)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Call the application if the name is allowed."""
        if scope["type"] == "lifespan" or self._allows(scope):
            await self._app(scope, receive, send)
            return
        allowed = ", ".join(filter(None, (self._site, *self._hosts.listed))) if self._is_named else LOCAL
        self._once.warn(REJECTED, Headers(raw=scope["headers"]).get("host", ""), allowed)
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008, "reason": "host"})
            return
        why = "This server does not serve that host name." if self._is_named else f"This server answers to {LOCAL}."
        refusal = PlainTextResponse(why, HTTPStatus.MISDIRECTED_REQUEST)
        await refusal(scope, receive, send)

    def _allows(self, scope: Scope) -> bool:
        if not (self._is_named or self._local) or path(scope) in PROBES:
            return True
        name = host_of(scope)
        if not self._is_named:
            return not name or is_number(name)
        return name in self._hosts or (bool(self._site) and (name == self._site or is_number(name)))


def host_of(scope: Scope) -> str:
    """Return the name that a request is for."""
    return without_port(Headers(raw=scope["headers"]).get("host", ""))
