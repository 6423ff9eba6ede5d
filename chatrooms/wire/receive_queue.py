"""ASGI events that wait for the application."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, MutableMapping
from typing import Any

Event = MutableMapping[str, Any]


class ReceiveQueue:
    """What uvicorn's protocol uses an ``asyncio.Queue`` for, until a function takes all events."""

    __slots__ = ("_events", "_forward", "_reader")

    def __init__(self) -> None:
        self._forward: Callable[[Event], None] | None = None
        self._events: list[Event] = []
        self._reader: asyncio.Future[None] | None = None

    def __len__(self) -> int:
        return len(self._events)

    def put_nowait(self, event: Event) -> None:
        """Add an event, or forward it."""
        if self._forward:
            self._forward(event)
            return
        self._events.append(event)
        if self._reader and not self._reader.done():
            self._reader.set_result(None)

    def forward(self, receive: Callable[[Event], None]) -> None:
        """Call ``receive`` with the events that wait, and from now on with every event."""
        self._forward = receive
        waiting, self._events = self._events, []
        for event in waiting:
            receive(event)

    async def get(self) -> Event:
        """Remove and return the oldest event; wait until there is one."""
        while not self._events:
            self._reader = asyncio.get_running_loop().create_future()
            await self._reader
        return self._events.pop(0)


def discard(_event: Event) -> None:
    """Ignore an event."""


def packet(event: Event) -> str | bytes | None:
    """Return the message that an event brings; None if it is the end of the connection."""
    if event["type"] != "websocket.receive":
        return None
    text, data = event.get("text"), event.get("bytes")
    return text if isinstance(text, str) else data if isinstance(data, bytes) else ""
