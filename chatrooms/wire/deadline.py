"""The time by which a client has to send something."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from chatrooms.wire.connection_limits import Slot


class Deadline:
    """At most one deadline of a connection; while it runs, the connection may be cut off to make room."""

    __slots__ = ("_cut", "_loop", "_timer", "slot")

    def __init__(self, loop: asyncio.AbstractEventLoop, cut: Callable[[], None], slot: Slot | None) -> None:
        self._loop, self._cut, self.slot = loop, cut, slot
        self._timer: asyncio.TimerHandle | None = None

    def __bool__(self) -> bool:
        return self._timer is not None

    def set(self, seconds: float, missed: Callable[[], object]) -> None:
        """Call ``missed`` in ``seconds``, unless it is cleared or set anew."""
        if self._timer:
            self._timer.cancel()
        self._timer = self._loop.call_later(seconds, missed)
        if self.slot:
            self.slot.set_waiting(self._cut)

    def clear(self) -> None:
        """Cancel the deadline."""
        if self._timer:
            self._timer.cancel()
            self._timer = None
            if self.slot:
                self.slot.set_busy()
