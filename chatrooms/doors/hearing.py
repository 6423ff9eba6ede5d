"""What a host application hears: its handlers of new messages run beside everything else, in order within each room."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from chatrooms import names
from chatrooms.doors import handlers
from chatrooms.events import Change, Event

if TYPE_CHECKING:
    from chatrooms.client.rows import Message

log = logging.getLogger(__name__)

OnMessage: TypeAlias = "Callable[[Message], Awaitable[object]]"
"""What a host application does with a new message."""

AT_ONCE = 16
"""How many rooms a handler works for at once."""
MAX_WAITING = 10_000
"""How many messages wait for a handler; it misses those beyond."""
MAX_OF_ROOM = 1000
"""How many of these are of one room."""


class Hearing:
    """The handlers of new messages, and what they have not handled yet."""

    def __init__(self) -> None:
        self._ears: list[_Ear] = []

    def add(self, handler: OnMessage, room: str | None) -> None:
        """Have ``handler`` called for each new message, or only for those in ``room`` and its threads."""
        handlers.require_coroutine(handler)
        self._ears.append(_Ear(handler, room))

    def take(self, events: Sequence[Event]) -> None:
        """Have the new messages among committed events heard, except those of the application itself."""
        for event in events if self._ears else ():
            if isinstance(event, Change):
                for row in event.rows.get("messages", ()):
                    if _is_new(event, row):
                        self._hear(cast("Message", dict(row)))

    def _hear(self, message: Message) -> None:
        for ear in self._ears:
            if ear.room in (None, message["room"], names.base(message["room"])):
                ear.hear(message)

    async def close(self) -> None:
        """Cancel the calls that have not returned, and forget what waits."""
        await asyncio.gather(*(ear.close() for ear in self._ears))


def _is_new(change: Change, row: Any) -> bool:
    is_message = row["number"] is not None and not row["deleted"]
    return is_message and row["seq"] == change.rev and row["author"] != names.APPLICATION


class _Ear:
    """One handler, and the messages that wait for it by room."""

    def __init__(self, handler: OnMessage, room: str | None) -> None:
        self.room = room
        self._handler = handler
        self._waiting: dict[str, deque[Message]] = {}
        self._count = 0
        self._turn = asyncio.Semaphore(AT_ONCE)
        self._running: set[asyncio.Task[None]] = set()
        self._misses = False

    def hear(self, message: Message) -> None:
        room = message["room"]
        if self._count >= MAX_WAITING or len(self._waiting.get(room, ())) >= MAX_OF_ROOM:
            self._miss()
            return
        self._count += 1
        if room in self._waiting:
            self._waiting[room].append(message)
            return
        self._waiting[room] = deque([message])
        task = asyncio.create_task(self._work(room))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    def _miss(self) -> None:
        if not self._misses:
            log.error("a handler of on_message misses messages: too many wait for it")
        self._misses = True

    async def _work(self, room: str) -> None:
        queue = self._waiting[room]
        try:
            while queue:
                async with self._turn:  # for each call, so that busy rooms and others take turns
                    await handlers.run("on_message", self._handler, queue[0])
                queue.popleft()
                self._count -= 1
        finally:
            self._count -= len(queue)
            self._misses = False
            self._waiting.pop(room, None)

    async def close(self) -> None:
        await handlers.cancel(self._running)
        self._waiting.clear()
