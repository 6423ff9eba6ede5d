"""The names that the server answers to, so that a page cannot reach it by a name of its own (DNS rebinding)."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from chatrooms.addresses import is_number
from chatrooms.doors.running import path
from chatrooms.once import Once

log = logging.getLogger(__name__)

PROBES = ("/healthz", "/readyz")
"""What orchestrators ask for by address."""
REJECTED = "a request for the host %s was rejected: the settings `url` and `hosts` allow %s"


class Hosts:
    """The names in the setting `hosts`; ``*.example.org`` stands for all names below example.org."""

    def __init__(self, listed: Iterable[str]) -> None:
        self.listed = tuple(listed)
        self._domains = tuple(host[1:] for host in self.listed if host.startswith("*."))

    def __contains__(self, name: str) -> bool:
        return name in self.listed or name.endswith(self._domains)


class AllowedHosts:
    """ASGI middleware that rejects requests for other names than ``hosts`` and that of ``url`` with 421.

    Without either it allows all. With ``url`` it allows IP addresses too, which a proxy may use. Ports do not matter.
    """

    def __init__(self, app: ASGIApp, hosts: Hosts, url: str = "") -> None:
        self._app, self._hosts = app, hosts
        self._site = normalized(urlsplit(url).netloc)
        self._once = Once(log)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Call the application if the name is allowed."""
        if scope["type"] == "lifespan" or self._allows(scope):
            await self._app(scope, receive, send)
            return
        allowed = ", ".join(filter(None, (self._site, *self._hosts.listed)))
        self._once.warn(REJECTED, Headers(scope=scope).get("host", ""), allowed)
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008, "reason": "host"})
            return
        refusal = PlainTextResponse("This server does not serve that host name.", HTTPStatus.MISDIRECTED_REQUEST)
        await refusal(scope, receive, send)

    def _allows(self, scope: Scope) -> bool:
        if not (self._site or self._hosts.listed) or path(scope) in PROBES:
            return True
        name = host_of(scope)
        return name in self._hosts or name == self._site or (bool(self._site) and is_number(name))


def host_of(scope: Scope) -> str:
    """Return the name that a request is for."""
    return normalized(Headers(scope=scope).get("host", ""))


def normalized(host: str) -> str:
    """Return the name in a ``Host`` header, without a port and a trailing dot, in lower case."""
    name = host.strip().lower()
    if name.startswith("["):
        return name.partition("]")[0] + "]"
    return name.partition(":")[0].removesuffix(".")
