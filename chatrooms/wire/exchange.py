"""One HTTP request and its answer, for an application that watches and ends them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from chatrooms.wire.unsent import cut_off

if TYPE_CHECKING:
    from chatrooms.wire.http_protocol import HttpProtocol


def nothing() -> None:
    """Do nothing."""


class Exchange:
    """One HTTP request and its answer on a connection that may serve others before and after."""

    __slots__ = ("_protocol", "cycle", "ending")

    def __init__(self, protocol: HttpProtocol, cycle: RequestResponseCycle) -> None:
        self._protocol, self.cycle = protocol, cycle
        self.ending: Callable[[], None] = nothing

    @property
    def gone(self) -> bool:
        """Return whether the client left before it was answered."""
        return self.cycle.disconnected

    def buffered(self) -> int:
        """Return how many bytes of the answer wait in the transport."""
        return self._protocol.transport.get_write_buffer_size() if self._current() else 0

    def abort(self) -> None:
        """Cut off a client that does not read the answer."""
        if self._current():
            cut_off(self._protocol.transport)

    def leave(self) -> None:
        """Tell the application that the client does not wait for the answer any more."""
        if not self.cycle.response_complete:
            self.cycle.disconnected = True
        self.cycle.message_event.set()

    def _current(self) -> bool:
        return self._protocol.exchange is self
