"""An application for those who break the rules of HTTP, under our protocols, and what such clients do."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit

from chatrooms.cli.serve import uvicorn_options
from tests import servers
from tests.wire.raw import PATIENCE

GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


class Application:
    """Answers ``/`` with the requests so far; ``/read`` with what it has read of the body; ``/large`` with ``size``."""

    def __init__(self) -> None:
        self.requests, self.size = 0, 50_000_000
        self.headers: list[tuple[bytes, bytes]] = []
        self.left = asyncio.Event()
        self.go_on = asyncio.Event()

    async def __call__(self, scope, receive, send) -> None:
        self.requests += 1
        answer = b"%d" % self.requests
        if scope["type"] == "websocket":
            await self.chat(receive, send)
            return
        if scope["path"] == "/wait":
            await self.go_on.wait()
        if scope["path"] == "/read":
            answer = b"read %d" % await self.read(receive)
            self.headers = scope["headers"]
        body = b"x" * self.size if scope["path"] == "/large" else answer
        headers = [(b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})
        if scope["path"] == "/large":
            while (await receive())["type"] != "http.disconnect":
                pass
            self.left.set()

    async def read(self, receive) -> int:
        size = 0
        while True:
            event = await receive()
            if event["type"] == "http.disconnect":
                self.left.set()
                return size
            size += len(event["body"])
            if not event["more_body"]:
                return size

    async def chat(self, receive, send) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        while (event := await receive())["type"] == "websocket.receive":
            await send({"type": "websocket.send", "text": str(len(event.get("text") or event.get("bytes") or ""))})
        self.left.set()


CLOSED = 7
"""The state of a TCP connection, as Linux numbers them."""


class Client:
    """A TCP connection of a client that may do anything."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def send(self, *data: bytes) -> int:
        """Send until the server has enough; gives how much it took."""
        sent = 0
        with suppress(ConnectionError):
            for each in data:
                self.writer.write(each)
                await self.writer.drain()
                sent += len(each)
        return sent

    def cut(self) -> bool:
        """Whether the server has reset the connection, read or not."""
        sock = self.writer.get_extra_info("socket")
        return sock is None or sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] == CLOSED

    async def end(self) -> None:
        """Reset the connection."""
        self.writer.transport.abort()
        with suppress(ConnectionError):
            await self.writer.wait_closed()

    async def all(self) -> bytes:
        """Read to the end."""
        got = b""
        with suppress(ConnectionError):
            while chunk := await asyncio.wait_for(self.reader.read(65536), PATIENCE):
                got += chunk
        return got

    async def answer(self) -> tuple[int, bytes]:
        """Status and body of the next answer."""
        async with asyncio.timeout(PATIENCE):
            head = await self.reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0] or 0)
            return int(head.split()[1]), await self.reader.readexactly(length)

    async def ask(self, *data: bytes) -> bytes:
        """Send, then read to the end."""
        reading = asyncio.ensure_future(self.all())
        await self.send(*data)
        return await reading


@asynccontextmanager
async def serving(application, monkeypatch, **options) -> AsyncIterator:
    """A server; gives what connects clients."""
    monkeypatch.setattr("tests.servers.options", uvicorn_options() | options)
    clients = []

    async def connect(**how) -> Client:
        clients.append(Client(*await asyncio.open_connection(host.hostname, host.port, **how)))
        return clients[-1]

    async with servers.serving(application) as url:
        host = urlsplit(url)
        try:
            yield connect
        finally:
            for client in clients:
                await client.end()
