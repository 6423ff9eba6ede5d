"""A warning, once, about a proxy that the server does not trust: everybody behind it would share one address."""

from __future__ import annotations

import logging
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

log = logging.getLogger(__name__)

UNTRUSTED = (
    "X-Forwarded-For comes from %s, which the server does not trust, so limits per address count everybody behind it "
    "as one. If that is your proxy, list it in the setting `proxies`; with another ASGI server than `chatrooms serve`, "
    "in the setting that it has for this, such as uvicorn's --forwarded-allow-ips."
)


class ForwardingCheck:
    """ASGI middleware that logs a warning about the first request with an ``X-Forwarded-For`` that was not applied."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._logged = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check the request, and call the application in any case."""
        if not self._logged and scope["type"] != "lifespan" and _ignored(scope):
            self._logged = True
            log.warning(UNTRUSTED, (scope.get("client") or ("a Unix socket",))[0])
        await self._app(scope, receive, send)


def _ignored(scope: Any) -> bool:
    """Return whether the client's address is none of those in the header, one of which a server would have applied."""
    listed = b",".join(value for name, value in scope["headers"] if name == b"x-forwarded-for").strip()
    client = scope.get("client")
    return bool(listed) and not (client and client[0].encode("latin-1", "replace") in listed)
