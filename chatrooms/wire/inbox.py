"""What an ASGI server has for the application, for one that waits and for one that is called."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

Event = dict[str, Any]


def ignore(_event: Event) -> None:
    """Hear nothing."""


class Inbox:
    """ASGI events for the application: kept until it asks for them or, once it said so, given to ``hear`` at once."""

    __slots__ = ("_events", "_reader", "hear")

    def __init__(self) -> None:
        self.hear: Callable[[Event], None] | None = None
        self._events: list[Event] = []
        self._reader: asyncio.Future[None] | None = None

    def __len__(self) -> int:
        return len(self._events)

    def put_nowait(self, event: Event) -> None:
        """Take in an event."""
        if self.hear:
            self.hear(event)
            return
        self._events.append(event)
        if self._reader and not self._reader.done():
            self._reader.set_result(None)

    def attach(self, hear: Callable[[Event], None]) -> None:
        """From now on give every event to ``hear``, beginning with those that are here."""
        self.hear = hear
        waiting, self._events = self._events, []
        for event in waiting:
            hear(event)

    async def get(self) -> Event:
        """The next event."""
        while not self._events:
            self._reader = asyncio.get_running_loop().create_future()
            await self._reader
        return self._events.pop(0)
