"""The bus over PostgreSQL: ``LISTEN`` and ``NOTIFY``, on two connections of their own.

PostgreSQL delivers what a transaction notifies when it commits, in order, to all sessions that listen. A pooler between
passes no notifications on: then the bus is silent.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import Any

from sqlalchemy import URL

from chatrooms.pipeline.bus import Listener
from chatrooms.pipeline.bus.carried import SECONDS_TO_CONNECT, Take
from chatrooms.pipeline.bus.database_clock import DatabaseClock
from chatrooms.pipeline.bus.envelopes import Receiver, Sender
from chatrooms.pipeline.bus.messages import Message
from chatrooms.storage.facts import Facts

CHANNEL = "chatrooms"

_PUBLISH = "SELECT count(pg_notify(%s, each)) FROM unnest(CAST(%s AS text[])) AS each"


class PostgreSQLCarrier:
    """The connections of one node to the database at ``url``; all nodes hear everything."""

    def __init__(self, url: URL) -> None:
        from psycopg import Error

        self.errors: tuple[type[Exception], ...] = (Error,)
        self._conninfo = url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._publishing: Any = None

    @property
    def number(self) -> int:
        """The number of the last envelope."""
        return self._sender.number

    def begin(self, facts: Facts, node: str, clock: DatabaseClock) -> None:
        """Speak for this node of the database with these facts and this clock."""
        self._sender, self._receiver = Sender(facts, node, clock), Receiver(facts, node, clock)

    async def publish(self, messages: Sequence[Message]) -> None:
        """Publish messages, and connect before that if need be."""
        if self._publishing is None:
            self._publishing = await self._connect()
            await self._publishing.execute("SET synchronous_commit = off")
        await self._publishing.execute(_PUBLISH, [CHANNEL, self._sender.pack(messages)])

    async def close(self) -> None:
        """Close the connection that publishes."""
        publishing, self._publishing = self._publishing, None
        if publishing is not None:
            await publishing.close()

    def skip(self) -> None:
        """Let the others notice that messages are missing."""
        self._sender.skip()

    def follow(self, rooms: Collection[str]) -> None:
        """Do nothing: all nodes hear everything."""

    def unfollow(self, is_needless: Callable[[str], bool]) -> None:
        """Do nothing."""

    async def listen(self, take: Take, listener: Listener) -> None:
        """Pass on what comes until the connection is lost."""
        async with asyncio.timeout(SECONDS_TO_CONNECT):
            connection = await self._connect()
        try:
            async with asyncio.timeout(SECONDS_TO_CONNECT):
                await connection.execute(f"LISTEN {CHANNEL}")
            await self._hear(connection, partial(take, self._receiver), listener)
        finally:
            await connection.close()

    async def _connect(self) -> Any:
        from psycopg import AsyncConnection

        return await AsyncConnection.connect(
            self._conninfo,
            autocommit=True,
            prepare_threshold=None,
            connect_timeout=int(SECONDS_TO_CONNECT),
            application_name="chatrooms bus",
        )

    async def _hear(self, connection: Any, take: Callable[[bytes], None], listener: Listener) -> None:
        loop, lost = asyncio.get_running_loop(), asyncio.Event()
        watched = os.dup(connection.fileno())  # the driver closes its own once the connection is lost

        def readable() -> None:
            """Take all notifications that have come."""
            try:
                connection.pgconn.consume_input()
                while notification := connection.pgconn.notifies():
                    take(notification.extra)
            except self.errors:
                loop.remove_reader(watched)
                lost.set()

        loop.add_reader(watched, readable)
        listener.miss()
        try:
            await lost.wait()
        finally:
            loop.remove_reader(watched)
            os.close(watched)
