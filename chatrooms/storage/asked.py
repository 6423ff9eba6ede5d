"""Work that a caller on the event loop waits for."""

from __future__ import annotations

import asyncio
from typing import Any


class Asked:
    """Work whose outcome is ``result`` or ``error``; ``done`` is what the caller waits for."""

    __slots__ = ("done", "error", "result")

    def __init__(self, done: asyncio.Future[Any]) -> None:
        self.done = done
        self.result: Any = None
        self.error: Exception | None = None

    def answer(self) -> None:
        """Pass the outcome to the caller, if it still waits."""
        if self.done.done():
            return
        if self.error is None:
            self.done.set_result(self.result)
        else:
            self.done.set_exception(self.error)
