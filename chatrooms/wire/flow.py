"""Bounds of what is read and written ahead of a connection."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable

from uvicorn.protocols.http.flow_control import FlowControl

HIGH_WATER = 16 * 1024
UNSENT_IN_KERNEL = 128 * 1024
NOTSENT_LOWAT = getattr(socket, "TCP_NOTSENT_LOWAT", None)  # not on every system


def tune(transport: asyncio.BaseTransport, level: int, option: int, value: int) -> None:
    """Set an option of a TCP socket: by default kernels buffer megabytes, which hides that a client does not read."""
    sock = transport.get_extra_info("socket")
    if sock is not None and sock.family in (socket.AF_INET, socket.AF_INET6):
        sock.setsockopt(level, option, value)


class Flow(FlowControl):
    """uvicorn's flow control, for a protocol that must first parse what it has read already.

    Writing is paused from `HIGH_WATER` on until the client's system has taken everything.
    """

    def __init__(self, transport: asyncio.Transport, resumed: Callable[[], object]) -> None:
        super().__init__(transport)
        self._resumed = resumed
        transport.set_write_buffer_limits(HIGH_WATER, 0)
        if NOTSENT_LOWAT is not None:
            tune(transport, socket.IPPROTO_TCP, NOTSENT_LOWAT, UNSENT_IN_KERNEL)

    def resume_reading(self) -> None:
        """Let the protocol go on, unless it never had to wait."""
        if self.read_paused:
            self.read_paused = False
            self._resumed()
