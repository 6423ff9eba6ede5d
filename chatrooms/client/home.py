"""The event loop on which a client was started, and on which alone it can be used."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

ELSEWHERE = (
    "A client is used on the event loop that started it. From another thread, write "
    "`asyncio.run_coroutine_threadsafe(client.post(…), loop).result()`; on another loop, use another client."
)


class Home:
    """The loop on which this was made."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()

    @property
    def gone(self) -> bool:
        """Return whether the loop was closed, and all that ran on it has ended."""
        return self.loop.is_closed()

    def here(self) -> bool:
        """Return whether this is called on the loop."""
        try:
            return asyncio.get_running_loop() is self.loop
        except RuntimeError:
            return False

    def require(self) -> None:
        """Raise ``RuntimeError``, with what to do, unless this is called on the loop."""
        if not self.here():
            raise RuntimeError(ELSEWHERE)


def wake(waker: Callable[..., object], *given: object) -> None:
    """Call what wakes tasks; those of a loop that was closed never wake again, and need not be told anything."""
    with suppress(RuntimeError):
        waker(*given)
