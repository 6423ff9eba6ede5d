"""Raw HTTP and WebSockets, for clients that disconnect at any point."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from typing import Self

import orjson

from tests.bench.frames import UPGRADE, cut, frame
from tests.soak.wire import join

HOST = "127.0.0.1"
PATIENCE = 30
LINGER = struct.pack("ii", 1, 0)


class Raw:
    """A TCP connection to the server."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int) -> None:
        self.reader, self.writer, self.port = reader, writer, port
        self._rest = b""

    @classmethod
    async def open(cls, port: int) -> Self:
        """Connect."""
        return cls(*await asyncio.open_connection(HOST, port), port)

    def reset(self) -> None:
        """End the connection with RST; unsent data is lost."""
        self.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER)
        self.writer.transport.abort()

    async def upgrade(self, sid: str = "") -> None:
        """Upgrade to a WebSocket, for a session if there is one."""
        request = UPGRADE.format(host=HOST, port=self.port)
        which = f"websocket&sid={sid} HTTP" if sid else "websocket HTTP"
        self.writer.write(request.replace("websocket HTTP", which).encode())
        head = await self._within(self.reader.readuntil(b"\r\n\r\n"))
        if b" 101 " not in head:
            raise ConnectionError(head[:200])

    def say(self, *payloads: bytes) -> None:
        """Send frames in one write."""
        self.writer.write(b"".join(map(frame, payloads)))

    async def hear(self, start: bytes) -> bytes:
        """Return the next frame with this prefix."""
        while True:
            for _, _, body, end in cut(self._rest):
                payload, self._rest = self._rest[body:end], self._rest[end:]
                if payload.startswith(start):
                    return payload
                break
            else:
                more = await self._within(self.reader.read(65536))
                if not more:
                    raise ConnectionError("closed")
                self._rest += more

    async def joined(self, username: str) -> None:
        """Connect by WebSocket and wait for the welcome."""
        await self.upgrade()
        await self.hear(b"0")
        self.say(join(username))
        await self.hear(b'42["welcome"')

    def ask(self, method: str, sid: str = "", body: bytes = b"") -> None:
        """Send an HTTP request of the polling transport."""
        query = f"EIO=4&transport=polling{'&sid=' + sid if sid else ''}"
        where = f"{method} /socket.io/?{query} HTTP/1.1\r\nHost: {HOST}:{self.port}\r\n"
        self.writer.write(f"{where}Content-Length: {len(body)}\r\n\r\n".encode() + body)

    async def answer(self) -> bytes:
        """Return the body of the response to the oldest open request."""
        head = await self._within(self.reader.readuntil(b"\r\n\r\n"))
        size = next(int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        body = await self._within(self.reader.readexactly(size))
        if b" 200 " not in head[:20]:
            raise ConnectionError(head[:20] + body)
        return body

    async def session(self) -> str:
        """Open a polling session and return its id."""
        self.ask("GET")
        return orjson.loads((await self.answer())[1:])["sid"]

    async def polling(self, username: str) -> str:
        """Connect by polling, wait for the welcome, and return the session's id."""
        sid = await self.session()
        self.ask("POST", sid, join(username))
        await self.answer()
        heard = b""
        while b'["welcome"' not in heard:
            self.ask("GET", sid)
            heard += await self.answer()
        return sid

    async def closed(self) -> None:
        """Wait until the server has closed."""
        with contextlib.suppress(OSError):
            while await self._within(self.reader.read(65536)):
                pass

    @staticmethod
    async def _within(work):
        return await asyncio.wait_for(work, PATIENCE)
