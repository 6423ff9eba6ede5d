"""A proxy between a server and its PostgreSQL: it counts round trips, and can be as bad as a network."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from sqlalchemy import make_url

WRITES = b"pg_advisory_xact_lock"
"""What only the writer's connection sends."""


class Way:
    """One connection through the proxy; ``turns`` counts how often the client sent something after an answer."""

    def __init__(self, proxy: Between) -> None:
        self._proxy = proxy
        self.turns = 0
        self.writes = False
        self._answered = True
        self._ends: list[asyncio.StreamWriter] = []

    async def pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass on what a client sends, and what PostgreSQL answers."""
        from_postgres, to_postgres = await asyncio.open_unix_connection(self._proxy.socket)
        self._ends = [writer, to_postgres]
        await asyncio.gather(self._pass(reader, to_postgres, self._sent), self._pass(from_postgres, writer, self._got))

    def cut(self) -> None:
        """End the connection on both sides."""
        for end in self._ends:
            end.transport.abort()

    def _sent(self, data: bytes) -> bool:
        self.turns += self._answered
        self._answered = False
        self.writes |= WRITES in data
        return True

    def _got(self, data: bytes) -> bool:
        self._answered = True
        return self._proxy.answers(self, data)

    async def _pass(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, look: Callable[[bytes], bool]
    ) -> None:
        with suppress(OSError):
            while data := await reader.read(1 << 16):
                if look(data):
                    await self._proxy.flows.wait()
                    writer.write(data)
        self.cut()


class Between:
    """The proxy at ``url``. ``answers`` decides whether an answer is passed on; nothing is while ``flows`` is unset."""

    def __init__(self, socket: str) -> None:
        self.socket, self.url = socket, ""
        self.ways: list[Way] = []
        self.flows = asyncio.Event()
        self.flows.set()
        self.answers: Callable[[Way, bytes], bool] = lambda _way, _data: True

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve a client."""
        way = Way(self)
        self.ways.append(way)
        await way.pass_on(reader, writer)

    @property
    def writing(self) -> Way:
        """Return the writer's connection."""
        return [way for way in self.ways if way.writes][-1]

    def lose_a_commit(self) -> None:
        """Lose the next answer that a transaction was committed, and its connection."""

        def answers(way: Way, data: bytes) -> bool:
            if b"COMMIT\0" not in data or not way.writes:
                return True
            self.answers = lambda _way, _data: True
            way.cut()
            return False

        self.answers = answers

    def cut(self) -> None:
        """End all connections, as a firewall does with idle ones."""
        for way in self.ways:
            way.cut()


@asynccontextmanager
async def between(database: str) -> AsyncIterator[Between]:
    """Run a proxy in front of the database."""
    url = make_url(database)
    proxy = Between(str(Path(str(url.query["host"])) / ".s.PGSQL.5432"))
    server = await asyncio.start_server(proxy.connected, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    proxy.url = url.set(host="127.0.0.1", port=port, query={"sslmode": "disable"}).render_as_string(hide_password=False)
    try:
        yield proxy
    finally:
        proxy.cut()
        server.close()
