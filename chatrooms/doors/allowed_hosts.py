"""The names that the server answers to, so that a page cannot reach it by a name of its own (DNS rebinding)."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from chatrooms.doors.running import path

log = logging.getLogger(__name__)

PROBES = ("/healthz", "/readyz")
"""What orchestrators ask for by address."""
SHOWN = 100
"""How many characters of a name that a client chose are logged."""


class AllowedHosts:
    """ASGI middleware that rejects requests to names other than ``hosts`` with 421; without any, it allows all.

    ``*.example.org`` stands for all names below example.org. Ports do not matter.
    """

    def __init__(self, app: ASGIApp, hosts: Iterable[str]) -> None:
        self._app = app
        self._hosts = tuple(hosts)
        self._domains = tuple(host[1:] for host in self._hosts if host.startswith("*."))
        self._logged = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Call the application if the name is allowed."""
        if scope["type"] == "lifespan" or self._allows(scope):
            await self._app(scope, receive, send)
            return
        self._log(scope)
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008, "reason": "host"})
            return
        refusal = PlainTextResponse("This server has another name.", HTTPStatus.MISDIRECTED_REQUEST)
        await refusal(scope, receive, send)

    def _allows(self, scope: Scope) -> bool:
        if not self._hosts or path(scope) in PROBES:
            return True
        name = normalized(Headers(scope=scope).get("host", ""))
        return name in self._hosts or name.endswith(self._domains)

    def _log(self, scope: Scope) -> None:
        if not self._logged:
            self._logged = True
            asked = Headers(scope=scope).get("host", "")[:SHOWN]
            log.warning("a request for %r was rejected: the setting `hosts` allows %s", asked, ", ".join(self._hosts))


def normalized(host: str) -> str:
    """Return the name in a ``Host`` header, without a port and a trailing dot, in lower case."""
    name = host.strip().lower()
    if name.startswith("["):
        return name.partition("]")[0] + "]"
    return name.partition(":")[0].removesuffix(".")
