"""What a host application hears: its handlers of new messages run beside everything else, in order within each room."""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, cast

from chatrooms import names
from chatrooms.events import Change, Event
from chatrooms.storage.rows import Message
from chatrooms.wire import failures

log = logging.getLogger(__name__)

OnMessage = Callable[[Message], Awaitable[object]]
"""What a host application does with a new message."""

AT_ONCE = 16
"""How many rooms a handler works for at once."""
MAX_WAITING = 10_000
"""How many messages wait for a handler; it misses those beyond."""


class Hearing:
    """The handlers of new messages, and what they have not handled yet."""

    def __init__(self) -> None:
        self._ears: list[_Ear] = []

    def add(self, handler: OnMessage, room: str | None) -> None:
        """Have ``handler`` called for each new message, or only for those in ``room`` and its threads."""
        require_coroutine(handler)
        self._ears.append(_Ear(handler, room))

    def take(self, events: Sequence[Event]) -> None:
        """Have the new messages among committed events heard, except those of the application itself."""
        for event in events if self._ears else ():
            if isinstance(event, Change):
                for row in event.rows.get("messages", ()):
                    if _is_new(event, row):
                        self._hear(cast(Message, dict(row)))

    def _hear(self, message: Message) -> None:
        for ear in self._ears:
            if ear.room in (None, message["room"], names.base(message["room"])):
                ear.hear(message)

    async def close(self) -> None:
        """Cancel the calls that have not returned, and forget what waits."""
        await asyncio.gather(*(ear.close() for ear in self._ears))


def require_coroutine(handler: Callable[..., Any]) -> None:
    """Raise ``TypeError`` unless ``handler`` is a coroutine function."""
    if not inspect.iscoroutinefunction(handler):
        raise TypeError(f"{handler!r} must be a coroutine function: async def.")


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
        if self._count >= MAX_WAITING:
            self._miss()
            return
        self._count += 1
        if queue := self._waiting.get(message["room"]):
            queue.append(message)
            return
        self._waiting[message["room"]] = deque([message])
        task = asyncio.create_task(self._work(message["room"]))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    def _miss(self) -> None:
        if not self._misses:
            log.error("a handler of on_message misses messages: %d wait for it", MAX_WAITING)
        self._misses = True

    async def _work(self, room: str) -> None:
        queue = self._waiting[room]
        async with self._turn:
            while queue:
                await self._call(queue[0])
                queue.popleft()
                self._count -= 1
        self._misses = False
        del self._waiting[room]

    async def _call(self, message: Message) -> None:
        try:
            await self._handler(message)
        except Exception:
            failures.report("on_message failed")

    async def close(self) -> None:
        running = set(self._running)
        for task in running:
            task.cancel()
        if running:
            await asyncio.wait(running, timeout=1)
        self._waiting.clear()
        self._count = 0
