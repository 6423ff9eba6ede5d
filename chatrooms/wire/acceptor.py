"""Lets connections in, a few in each round of the event loop: a crowd that comes at once holds up nobody."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable

from chatrooms.wire.tally import Tally

AT_ONCE = 16
SECONDS_TO_RETRY = 1.0
"""How long nobody is let in when there are no file descriptors left."""

log = logging.getLogger(__name__)


class Acceptor:
    """Accepts on a listening socket and hands each connection to a new protocol.

    asyncio's and uvloop's servers accept all that wait in one round, thousands after a restart.
    """

    def __init__(self, listening: socket.socket, protocol: Callable[[], asyncio.Protocol]) -> None:
        self._listening, self._protocol = listening, protocol
        self._loop = asyncio.get_running_loop()
        self._coming: set[asyncio.Task[None]] = set()
        self._retry: asyncio.TimerHandle | None = None
        self._tally = Tally(log)
        listening.setblocking(False)
        self._start()

    def close(self) -> None:
        """Let nobody in any more."""
        self._loop.remove_reader(self._listening)
        if self._retry:
            self._retry.cancel()

    def _start(self) -> None:
        self._loop.add_reader(self._listening, self._accept)

    def _accept(self) -> None:
        for _ in range(AT_ONCE):
            try:
                connection, _ = self._listening.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError as error:
                self._tally.note(logging.WARNING, f"cannot accept connections: {error.strerror}")
                self._loop.remove_reader(self._listening)
                self._retry = self._loop.call_later(SECONDS_TO_RETRY, self._start)
                return
            task = self._loop.create_task(self._let_in(connection))
            self._coming.add(task)
            task.add_done_callback(self._coming.discard)

    async def _let_in(self, connection: socket.socket) -> None:
        try:
            connection.setblocking(False)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            await self._loop.connect_accepted_socket(self._protocol, connection)
        except OSError:
            connection.close()
