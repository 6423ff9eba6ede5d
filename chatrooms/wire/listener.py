"""Accepts connections, a few in each round of the event loop: many clients at once do not delay the others."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus

from chatrooms.wire.connection_limits import ConnectionLimits, Slot
from chatrooms.wire.refusal import refusal
from chatrooms.wire.tally import Tally

AT_ONCE = 16
SECONDS_TO_RETRY = 1.0
"""How long no connection is accepted when there are no file descriptors left."""

log = logging.getLogger(__name__)


class Listener:
    """Accepts on a listening socket and hands each connection within the limits to a new protocol.

    asyncio's and uvloop's servers accept all that wait in one round, thousands after a restart.
    """

    def __init__(
        self, listening: socket.socket, limits: ConnectionLimits, protocol: Callable[[Slot], asyncio.Protocol]
    ) -> None:
        self._listening, self._limits, self._protocol = listening, limits, protocol
        self._loop = asyncio.get_running_loop()
        self._connecting: set[asyncio.Task[None]] = set()
        self._retry: asyncio.TimerHandle | None = None
        self._tally = Tally(log)
        listening.setblocking(False)
        self._start()

    async def close(self) -> None:
        """Accept those that wait, and nothing more: others are refused at once, and a proxy tries another server.

        Who is left in the queue of a socket that is closed is cut off, maybe in the middle of a request.
        """
        self._loop.remove_reader(self._listening)
        if self._retry:
            self._retry.cancel()
        with suppress(OSError):  # there are no file descriptors left
            while self._accept_one():
                pass
        self._listening.close()
        await asyncio.gather(*self._connecting)

    def _start(self) -> None:
        self._loop.add_reader(self._listening, self._accept)

    def _accept(self) -> None:
        try:
            for _ in range(AT_ONCE):
                if not self._accept_one():
                    return
        except OSError as error:
            self._tally.note(logging.WARNING, f"cannot accept connections: {error.strerror}")
            self._loop.remove_reader(self._listening)
            self._retry = self._loop.call_later(SECONDS_TO_RETRY, self._start)

    def _accept_one(self) -> bool:
        """Accept a connection; return False if none waits."""
        try:
            connection, peer = self._listening.accept()
        except (BlockingIOError, InterruptedError, ConnectionAbortedError):
            return False
        self._admit(connection, peer[0] if isinstance(peer, tuple) else "")  # a Unix socket's peer has no address
        return True

    def _admit(self, connection: socket.socket, address: str) -> None:
        connection.setblocking(False)
        slot = self._limits.acquire(address)
        if slot is None:
            self._reject(connection, address)
            return
        task = self._loop.create_task(self._hand_over(connection, slot))
        self._connecting.add(task)
        task.add_done_callback(self._connecting.discard)

    def _reject(self, connection: socket.socket, address: str) -> None:
        reason = "too many connections: closed at once (settings: connections, proxies; or ulimit -n)"
        self._tally.note(logging.WARNING, reason, f"from {address or 'a Unix socket'}")
        with suppress(OSError):
            connection.send(refusal(HTTPStatus.SERVICE_UNAVAILABLE))
        connection.close()

    async def _hand_over(self, connection: socket.socket, slot: Slot) -> None:
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            await self._loop.connect_accepted_socket(lambda: self._protocol(slot), connection)
        except OSError:
            connection.close()
            slot.release()
