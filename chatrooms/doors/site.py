"""The address at which people reach the server, which proxies in between may have changed (the setting `url`)."""

from __future__ import annotations

import logging
from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from chatrooms.addresses import Hosts
from chatrooms.doors.allowed_hosts import host_of
from chatrooms.once import Once

log = logging.getLogger(__name__)

ELSEWHERE = "the chat is mounted at %s, but its links lead to %s: let `url` end with the path of the mount"


class Site:
    """ASGI middleware that makes each request what the browser sent to ``url``.

    So the rest of the server does not depend on what the proxy passes on: whether it removes the path's prefix, and
    which host and scheme it names. Names in ``others`` stay as they are. Within an application that mounts the chat,
    the mount decides about the path, unless it is the end of that of ``url``: then the proxy has removed the beginning,
    save for ``others``, by which people may reach the application without the proxy.
    So the path is the mount or that of ``url``, even where clients choose the mount, as in ``Mount("/{team}", chat)``.
    """

    def __init__(self, app: ASGIApp, url: str, others: Hosts) -> None:
        self._app, self._url, self._others = app, url, others
        parts = urlsplit(url)
        self._host, self._root = parts.netloc.encode(), parts.path.rstrip("/")
        self._once = Once(log)
        self._schemes = {"http": parts.scheme, "websocket": parts.scheme.replace("http", "ws")}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Call the application; redirect the bare prefix to the page."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if self._root and scope["type"] == "http" and scope["path"] == self._root and not scope.get("root_path"):
            await RedirectResponse(self._url, HTTPStatus.PERMANENT_REDIRECT)(scope, receive, send)
            return
        await self._app(self._as_sent(scope), receive, send)

    def _as_sent(self, scope: Scope) -> Scope:
        sent = {**scope, "scheme": self._schemes[scope["type"]]}
        mount = scope.get("root_path", "").rstrip("/")
        if host_of(scope) not in self._others:
            others = [field for field in scope["headers"] if field[0] != b"host"]
            sent["headers"] = [*others, (b"host", self._host)]
        elif mount:
            return sent
        if self._root != mount and self._root.endswith(mount) and mount[:1] in ("", "/"):
            kept = not mount and scope["path"].startswith(f"{self._root}/")
            path = scope["path"] if kept else self._root + scope["path"].removeprefix(mount)
            sent |= {"root_path": self._root, "path": path}
        elif self._root != mount:
            self._once.warn(ELSEWHERE, mount, self._url)
        return sent
