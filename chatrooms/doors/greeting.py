"""Calls the host application's `on_connect` for each socket, in a task, and few at a time for one person."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from weakref import WeakValueDictionary

from chatrooms.errors import RateLimited
from chatrooms.wire import failures

log = logging.getLogger(__name__)

Connected = Callable[[str, Mapping[str, Any]], Awaitable[None]]
"""What a host application does when a socket has connected: gets the username and the handshake's ``auth``."""

AT_ONCE = 16
"""How many of these calls run at once for one person."""
RETRY_AFTER = 5
SECONDS_TO_END = 1.0


class Greeting:
    """The calls that have not returned yet: one for each connection, `AT_ONCE` for each person."""

    def __init__(self, on_connect: Connected | None) -> None:
        self._on_connect = on_connect
        self._turns: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()
        self._running: dict[asyncio.Task[None], tuple[str, str]] = {}

    def require_room(self, username: str, connection: str) -> None:
        """Raise `RateLimited` if there can be no other call for this person or this connection now."""
        running = list(self._running.values())
        theirs = sum(name == username for name, _ in running)
        if theirs >= AT_ONCE or any(each == connection for _, each in running):
            raise RateLimited(retry_after=RETRY_AFTER)

    def begin(self, username: str, connection: str, auth: Mapping[str, Any]) -> None:
        """Call the host application for a socket that has connected; nothing waits for it."""
        if self._on_connect is None:
            return
        task = asyncio.create_task(self._call(self._on_connect, username, auth))
        self._running[task] = (username, connection)
        task.add_done_callback(self._running.pop)

    async def close(self) -> None:
        """Cancel the calls, and give them `SECONDS_TO_END` for it."""
        running = set(self._running)
        for task in running:
            task.cancel()
        if running and (await asyncio.wait(running, timeout=SECONDS_TO_END))[1]:
            log.error("on_connect does not end when it is cancelled; it is left alone")

    async def _call(self, on_connect: Connected, username: str, auth: Mapping[str, Any]) -> None:
        turn = self._turns.setdefault(username, asyncio.Semaphore(AT_ONCE))  # for sockets that connect together
        try:
            async with turn:
                await on_connect(username, auth)
        except Exception:
            failures.report("on_connect failed")
