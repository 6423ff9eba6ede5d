"""ASGI events of a WebSocket that wait for the application."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, MutableMapping
from typing import Any

Event = MutableMapping[str, Any]
Message = str | bytes | None
"""A message, or None at the end of the connection."""


class ReceiveQueue:
    """The queue that uvicorn's protocol puts events into, until a function takes their messages."""

    __slots__ = ("_events", "_forward", "_reader")

    def __init__(self) -> None:
        self._forward: Callable[[Message], None] | None = None
        self._events: list[Event] = []
        self._reader: asyncio.Future[None] | None = None

    def __len__(self) -> int:
        return len(self._events)

    def put_nowait(self, event: Event) -> None:
        """Add an event, or forward its message."""
        if self._forward:
            self._forward(packet(event))
            return
        self._events.append(event)
        if self._reader and not self._reader.done():
            self._reader.set_result(None)

    def forward(self, receive: Callable[[Message], None]) -> None:
        """Call ``receive`` with the messages that wait, and from now on with every message."""
        self._forward = receive
        waiting, self._events = self._events, []
        for event in waiting:
            receive(packet(event))

    async def get(self) -> Event:
        """Remove and return the oldest event; wait until there is one."""
        while not self._events:
            self._reader = asyncio.get_running_loop().create_future()
            await self._reader
        return self._events.pop(0)


def discard(_message: Message) -> None:
    """Ignore a message."""


def packet(event: Event) -> Message:
    """Return the message that an event brings."""
    if event["type"] != "websocket.receive":
        return None
    text, data = event.get("text"), event.get("bytes")
    return text if isinstance(text, str) else data if isinstance(data, bytes) else ""
