"""A site that messages link to: a real server on loopback, with answers as bytes, and what it was asked."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from ipaddress import ip_network

Answer = bytes | Callable[[asyncio.StreamWriter], Awaitable[None]]
LOOPBACK = (ip_network("127.0.0.0/8"),)


@dataclass
class Site:
    """A server; ``answers`` are by path, ``asked`` are the requests so far, as text."""

    host: str
    port: int
    scheme: str = "http"
    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    connections: int = 0
    most_connections: int = 0

    def url(self, path: str = "/") -> str:
        return f"{self.scheme}://{self.host}:{self.port}{path}"

    @property
    def paths(self) -> list[str]:
        return [request.split()[1] for request in self.asked]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.most_connections = max(self.most_connections, self.connections)
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            request = (await reader.readuntil(b"\r\n\r\n")).decode()
            self.asked.append(request)
            answer = self.answers.get(request.split()[1], response(b"", status="404 Not Found"))
            if isinstance(answer, bytes):
                writer.write(answer)
            else:
                await answer(writer)
            await writer.drain()
        self.connections -= 1
        writer.close()


def response(body: bytes, kind: str = "text/html", status: str = "200 OK", **headers: str) -> bytes:
    """Return a whole response."""
    more = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n{more}\r\n"
    return head.encode() + body


def page(title: str = "A page", **properties: str) -> bytes:
    """Return the response with a page."""
    metas = "".join(f'<meta property="og:{name}" content="{value}">' for name, value in properties.items())
    return response(f"<html><head><title>{title}</title>{metas}</head><body>text</body></html>".encode())


def redirect(to: str, status: str = "302 Found") -> bytes:
    """Return the response that leads elsewhere."""
    return response(b"", status=status, Location=to)


@asynccontextmanager
async def site(host: str = "127.0.0.1", tls: ssl.SSLContext | None = None) -> AsyncIterator[Site]:
    """Run a site on loopback, which is called ``host``."""
    made = Site(host, 0, "https" if tls else "http")
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0, ssl=tls)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()
