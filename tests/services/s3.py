"""A real server of S3's protocol (moto's), and a door before it that can fail as servers do."""

from __future__ import annotations

import asyncio
import urllib.request
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from urllib.parse import urlsplit

from moto.server import ThreadedMotoServer

ANSWERS = {
    "full": b"HTTP/1.1 507 Insufficient Storage\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
    "503": b"HTTP/1.1 503 Slow Down\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
}


@contextmanager
def bucket() -> Iterator[str]:
    """Start a server with the bucket ``files``, and return its address."""
    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    urllib.request.urlopen(urllib.request.Request(f"{endpoint}/files", method="PUT")).close()
    yield endpoint
    server.stop()


def variables(endpoint: str) -> dict[str, str]:
    """Return the variables by which the server's library finds it."""
    return {
        "AWS_ENDPOINT": endpoint,
        "AWS_ACCESS_KEY_ID": "x",
        "AWS_SECRET_ACCESS_KEY": "y",
        "AWS_REGION": "us-east-1",
    }


class Door:
    """Passes requests on to a server, or fails: it is ``full``, answers ``503``, is ``gone``, or never answers."""

    def __init__(self, endpoint: str) -> None:
        self._to = urlsplit(endpoint)
        self.failing, self.url = "", ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve a connection."""
        try:
            if self.failing in ANSWERS:
                await reader.readuntil(b"\r\n\r\n")
                writer.write(ANSWERS[self.failing])
                await writer.drain()
                writer.write_eof()
                while await reader.read(2**16):
                    pass
            elif self.failing == "silent":
                while await reader.read(2**16):
                    pass
            elif not self.failing:
                await self._pass_on(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass on one request, so that the next one meets whatever is the case then."""
        head = await reader.readuntil(b"\r\n\r\n")
        there, back = await asyncio.open_connection(self._to.hostname, self._to.port)
        back.write(head.replace(b"\r\n", b"\r\nConnection: close\r\n", 1))
        sending = asyncio.create_task(_pump(reader, back))
        await _pump(there, writer)
        sending.cancel()
        back.close()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while piece := await reader.read(2**16):
        writer.write(piece)
        await writer.drain()


@asynccontextmanager
async def door(endpoint: str) -> AsyncIterator[Door]:
    """Start a door to a server."""
    made = Door(endpoint)
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield made
    finally:
        server.close()
