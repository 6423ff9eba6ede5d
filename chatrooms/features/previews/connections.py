"""Connections to servers that strangers choose: what they send is read little at a time, so that it holds up nobody.

The library parses all that was read before anything else runs, which is long for thousands of pieces of one byte each,
or of interim responses.
"""

from __future__ import annotations

import asyncio
import math
import ssl
from collections.abc import Iterable
from typing import Any

import httpcore2
import httpx2

AT_ONCE = 4 * 1024
"""How many bytes are parsed at once, which is 10 ms at most."""
BEFORE_CONTENT = 32 * 1024
"""How many bytes a response may have before its content: the headers, and interim responses."""
LEAST = 64
"""How many bytes each piece counts for, at least: inside TLS, it can have a single one."""


class Connection(httpcore2.AsyncNetworkStream):
    """A connection for one request."""

    def __init__(self, inner: httpcore2.AsyncNetworkStream) -> None:
        self._inner = inner
        self._left: float = BEFORE_CONTENT

    def allow_content(self) -> None:
        """Read on without that limit: the caller limits the content."""
        self._left = math.inf

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 - as the library declares it
        """Return what comes next; raises ``ReadError`` if that is too much before the content."""
        if self._left <= 0:
            raise httpcore2.ReadError("the content does not begin")
        piece = await self._inner.read(min(max_bytes, AT_ONCE), timeout)
        self._left -= max(len(piece), LEAST)
        await asyncio.sleep(0)  # inside TLS, many pieces are there at once, and are returned without a pause
        return piece

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109 - as the library declares it
        """Send bytes."""
        await self._inner.write(buffer, timeout)

    async def aclose(self) -> None:
        """End it."""
        await self._inner.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109
    ) -> Connection:
        """Return what is read and written inside of TLS."""
        return Connection(await self._inner.start_tls(ssl_context, server_hostname, timeout))

    def get_extra_info(self, info: str) -> Any:
        """Return what the library wants to know of the socket."""
        return self._inner.get_extra_info(info)


class _Network(httpcore2.AnyIOBackend):
    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> Connection:
        return Connection(await super().connect_tcp(host, port, timeout, local_address, socket_options))


class Direct(httpx2.AsyncHTTPTransport):
    """Connects by these connections, by no proxy, anew for each request."""

    def __init__(self, tls: ssl.SSLContext) -> None:
        super().__init__(verify=tls, trust_env=False)
        # The constructor has no parameter for it.
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=tls, max_connections=1, max_keepalive_connections=0, network_backend=_Network()
        )
