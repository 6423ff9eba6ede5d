"""The bus over PostgreSQL: ``LISTEN`` and ``NOTIFY``, on two connections of their own.

PostgreSQL delivers what a transaction notifies when it commits, in order, to all sessions that listen. What is
published while it is away is lost. A pooler between passes no notifications on: then the bus is silent.
"""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

from sqlalchemy import URL

from chatrooms.once import Once
from chatrooms.pipeline.bus import Listener
from chatrooms.pipeline.bus.database_clock import DatabaseClock
from chatrooms.pipeline.bus.envelopes import OtherVersion, Receiver, Sender
from chatrooms.pipeline.bus.messages import Message
from chatrooms.storage.facts import Facts
from chatrooms.wire import failures

CHANNEL = "chatrooms"
WAITING = 20_000
"""How many messages may wait to be published; when more come, all are dropped."""
AT_ONCE = 1000
"""How many of them one statement publishes."""
SECONDS_TO_CONNECT = 3
SECONDS_TO_PUBLISH = 2.0
SECONDS_TO_END = 0.5
SECONDS_TO_RETRY = 0.3
SILENCE = 4.0
"""After how many seconds without any notification, not even of its own, the listening connection is replaced."""

_PUBLISH = "SELECT count(pg_notify(%s, each)) FROM unnest(CAST(%s AS text[])) AS each"

log = logging.getLogger(__name__)


class PostgreSQLBus:
    """The bus of one node, on the database at ``url``."""

    def __init__(self, url: URL) -> None:
        self._conninfo = url.set(drivername="postgresql").render_as_string(hide_password=False)
        self.node = ""
        """Empty while it does not run."""
        self.clock = DatabaseClock()
        self._waiting: deque[Message] = deque()
        self._heard_at = 0.0

    @asynccontextmanager
    async def running(self, facts: Facts, listener: Listener) -> AsyncIterator[None]:
        """Be connected to the nodes of the database with these facts, inside this context."""
        self.node = secrets.token_hex(4)
        self._sender = Sender(facts, self.node, self.clock)
        self._receiver = Receiver(facts, self.node, self.clock)
        self._listener, self._once = listener, Once(log)
        self._waiting.clear()
        self._news, self._done = asyncio.Event(), asyncio.Event()
        self._done.set()
        self._heard_at = _now()
        listening, publishing = asyncio.create_task(self._listen()), asyncio.create_task(self._publish_all())
        try:
            yield
        finally:
            with suppress(TimeoutError):
                async with asyncio.timeout(SECONDS_TO_END):
                    await self._done.wait()
            for task in (listening, publishing):
                task.cancel()
            await asyncio.gather(listening, publishing, return_exceptions=True)
            self.node = ""

    def publish(self, messages: Sequence[Message]) -> None:
        """Publish messages to the other nodes, soon and without waiting; drop them if too many wait."""
        if not self.node:
            return
        if len(self._waiting) > WAITING:
            self._waiting.clear()
            self._sender.skip()
            self._once.warn("the bus takes too long; other nodes read the database instead")
        self._waiting.extend(messages)
        self._done.clear()
        self._news.set()

    def silent(self) -> float:
        """Return for how many seconds nothing has come over the bus, not even what this node published."""
        return _now() - self._heard_at

    async def _connect(self) -> Any:
        from psycopg import AsyncConnection

        return await AsyncConnection.connect(
            self._conninfo,
            autocommit=True,
            prepare_threshold=None,
            connect_timeout=SECONDS_TO_CONNECT,
            application_name="chatrooms bus",
        )

    async def _listen(self) -> None:
        while True:
            try:
                await self._listen_once()
            except (OSError, _driver_error(), TimeoutError) as error:
                self._once.warn("the bus is away (%s); this node reads the database instead", type(error).__name__)
            await asyncio.sleep(SECONDS_TO_RETRY)

    async def _listen_once(self) -> None:
        """Listen until the connection is lost, or silent for too long."""
        async with asyncio.timeout(SECONDS_TO_CONNECT):
            connection = await self._connect()
        try:
            async with asyncio.timeout(SECONDS_TO_CONNECT):
                await connection.execute(f"LISTEN {CHANNEL}")
            await self._hear(connection)
        finally:
            await connection.close()

    async def _hear(self, connection: Any) -> None:
        loop, lost, begun = asyncio.get_running_loop(), asyncio.Event(), _now()
        watched = os.dup(connection.fileno())  # the driver closes its own once the connection is lost
        loop.add_reader(watched, self._readable, connection, watched, lost)
        self._listener.miss()
        try:
            while not lost.is_set() and min(self.silent(), _now() - begun) < SILENCE:
                with suppress(TimeoutError):
                    async with asyncio.timeout(1):
                        await lost.wait()
            if not lost.is_set():
                self._once.warn("the bus is silent; this node reads the database instead")
        finally:
            loop.remove_reader(watched)
            os.close(watched)

    def _readable(self, connection: Any, watched: int, lost: asyncio.Event) -> None:
        """Take all notifications that have come."""
        try:
            connection.pgconn.consume_input()
            while notification := connection.pgconn.notifies():
                self._heard_at = _now()
                self._take(notification.extra)
        except _driver_error():
            asyncio.get_running_loop().remove_reader(watched)
            lost.set()

    def _take(self, piece: bytes) -> None:
        try:
            parcel = self._receiver.take(piece.decode())
        except OtherVersion:
            self._once.warn("servers of a version that this one cannot hear use the database; both read it instead")
            return
        except (ValueError, TypeError):
            self._once.warn("the bus has messages that no server of this chat has sent; they are ignored")
            return
        if parcel:
            if parcel.messages:
                self._listener.hear(parcel.node, parcel.messages)
            if parcel.missed:
                self._listener.miss()

    async def _publish_all(self) -> None:
        connection: Any = None
        try:
            while True:
                await self._news.wait()
                self._news.clear()
                while self._waiting:
                    some = [self._waiting.popleft() for _ in range(min(AT_ONCE, len(self._waiting)))]
                    connection = await self._publish_some(connection, some)
                self._done.set()
        finally:
            if connection is not None:
                await connection.close()

    async def _publish_some(self, connection: Any, some: Sequence[Message]) -> Any:
        """Publish messages; return the connection, or None if they may be lost, and it with them."""
        try:
            async with asyncio.timeout(SECONDS_TO_PUBLISH):
                if connection is None:
                    connection = await self._connect()
                    await connection.execute("SET synchronous_commit = off")
                await connection.execute(_PUBLISH, [CHANNEL, self._sender.pack(some)])
        except (OSError, _driver_error(), TimeoutError):
            pass
        except Exception:
            failures.report("publishing failed")
        else:
            return connection
        if connection is not None:
            await connection.close()
        await asyncio.sleep(SECONDS_TO_RETRY)
        return None


def _driver_error() -> type[Exception]:
    from psycopg import Error

    return Error


def _now() -> float:
    return asyncio.get_running_loop().time()
