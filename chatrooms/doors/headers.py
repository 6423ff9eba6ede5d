"""Headers of every HTTP response, and those for pages of other origins."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), display-capture=(), geolocation=(), microphone=(self), payment=(), usb=()"),
)

EXPOSED = ("Retry-After", "Upload-Offset", "Upload-Length", "Upload-Expires", "Tus-Resumable", "Content-Range")
"""What pages of other origins may read, besides what they always may."""

HTTPS_ONLY = (b"strict-transport-security", b"max-age=31536000")
"""Browsers then use the name only with https, for a year (RFC 6797)."""


def across_origins(app: ASGIApp, origins: Sequence[str]) -> ASGIApp:
    """Return ``app`` with the headers by which pages of these other origins may use it with cookies."""
    permitted = CORSMiddleware(
        app,
        origins,
        allow_methods=("GET", "HEAD", "POST", "PATCH", "DELETE"),
        allow_headers=("*",),
        allow_credentials=True,
        expose_headers=EXPOSED,
    )
    return _by_origin(permitted) if origins else permitted


def _by_origin(app: ASGIApp) -> ASGIApp:
    """Return ``app`` whose responses say that they differ by origin, also those to pages that name none.

    Otherwise pages of other origins of the same site get what a browser has kept for ours, which they may not use (see
    "CORS protocol and HTTP caches" in Fetch).
    """

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        async def vary(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if "origin" not in headers.get("vary", "").lower():
                    headers.add_vary_header("Origin")
            await send(message)

        await app(scope, receive, vary if scope["type"] == "http" else send)

    return answer


class SecurityHeaders:
    """ASGI middleware that adds `HEADERS` to each response that does not set them itself, and with https `HTTPS_ONLY`.

    A chat that is mounted, or at a path of ``url``, leaves the name's policy to whatever has the rest of it.
    """

    def __init__(self, app: ASGIApp, url: str = "") -> None:
        self._app = app
        self._site = urlsplit(url) if url else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Call the application, and add the headers to the start of the response."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        headers = (*HEADERS, HTTPS_ONLY) if self._is_site(scope) else HEADERS

        async def add(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = {name.lower() for name, _ in message["headers"]}
                added = [header for header in headers if header[0] not in own]
                message = {**message, "headers": [*message["headers"], *added]}
            await send(message)

        await self._app(scope, receive, add)

    def _is_site(self, scope: Scope) -> bool:
        """Return whether the chat is a whole site of https, whose name is not the machine's own."""
        if self._site:
            scheme, root, host = self._site.scheme, self._site.path.strip("/"), self._site.hostname or ""
        else:
            scheme, root = scope.get("scheme", ""), scope.get("root_path", "")
            host = Headers(raw=scope["headers"]).get("host", "").partition(":")[0]
        return scheme == "https" and not root and not host.endswith("localhost")
