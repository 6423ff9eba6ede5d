"""Ends connections whose clients do not read what they were sent."""

from __future__ import annotations

import asyncio
import random
import socket
import struct

SECONDS_TO_READ = 10.0
"""At most; each connection has up to a tenth less, so that many that stop at once are not cut off at once."""
LEAST_READ = 8192
"""Bytes that a client has to read in `SECONDS_TO_READ` while more waits for it."""
NO_LINGER = struct.pack("ii", 1, 0)


def cut_off(transport: asyncio.Transport) -> None:
    """Reset a connection: otherwise the kernel would keep what was sent, and try to deliver it for minutes.

    Do not call it once the connection is lost: the file descriptor may belong to another one by then.
    """
    sock = transport.get_extra_info("socket")
    if sock is not None:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
    transport.abort()


class Unsent:
    """Cuts off a connection whose client does not read, between `watch` and `stop`."""

    __slots__ = ("_loop", "_size", "_timer", "_transport")

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport, self._loop = transport, loop
        self._timer: asyncio.TimerHandle | None = None
        self._size = 0

    def watch(self) -> None:
        """Begin to watch; nothing may be written until `stop`, unless the transport is closing."""
        if self._timer is None:
            self._size = self._transport.get_write_buffer_size()
            self._timer = self._loop.call_later(SECONDS_TO_READ * random.uniform(0.9, 1), self._check)  # noqa: S311 - spread

    def stop(self) -> None:
        """Stop: the client has read, or is gone."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _check(self) -> None:
        self._timer = None
        if self._size - self._transport.get_write_buffer_size() < LEAST_READ:
            cut_off(self._transport)
        else:
            self.watch()
