"""The host application's handlers of sockets that come and go: they run in tasks, few at a time for one person."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any
from weakref import WeakValueDictionary

from chatrooms.doors import handlers
from chatrooms.doors.handlers import IdOf
from chatrooms.errors import RateLimited
from chatrooms.identity.handshake import Handshake
from chatrooms.wire.tally import Tally

Connected = Callable[[str, Mapping[str, Any]], Awaitable[object]]
"""What a host application does when a socket has connected: gets the username and the handshake's ``auth``."""
OnConnect = Callable[[str, Handshake], Awaitable[object]]
"""The same with the id of the user and the whole handshake."""
OnDisconnect = Callable[[str], Awaitable[object]]
"""What a host application does when a socket has disconnected: gets the id of the user."""

log = logging.getLogger(__name__)

AT_ONCE = 16
"""How many of these calls run at once for one person."""
RETRY_AFTER = 5


class ConnectionHandlers:
    """The handlers, and their calls that have not returned: one for each connection, `AT_ONCE` for each person."""

    def __init__(self, id_of: IdOf, connected: Connected | None) -> None:
        self._id_of = id_of
        self._came: list[OnConnect] = []
        self._went: list[OnDisconnect] = []
        self._connected = connected
        self._turns: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()
        self._running: dict[asyncio.Task[None], tuple[str, str]] = {}
        self._tally = Tally(log)

    def on_connect(self, handler: OnConnect) -> None:
        """Have ``handler`` called for each socket that has connected."""
        handlers.require_coroutine(handler, "the user's id", "the handshake")
        self._came.append(handler)

    def on_disconnect(self, handler: OnDisconnect) -> None:
        """Have ``handler`` called for each socket that was connected and has disconnected."""
        handlers.require_coroutine(handler, "the user's id")
        self._went.append(handler)

    def require_room(self, username: str, connection: str) -> None:
        """Raise `RateLimited` if there can be no other call for this person or this connection now."""
        running = list(self._running.values())
        theirs = sum(name == username for name, _ in running)
        if theirs >= AT_ONCE or (connection and any(each == connection for _, each in running)):
            self._tally.note(logging.WARNING, "sockets are rejected until calls of on_connect or on_disconnect return")
            raise RateLimited(retry_after=RETRY_AFTER)

    def begin(self, username: str, connection: str, handshake: Handshake) -> None:
        """Call the handlers for a socket that has connected; nothing waits for them."""
        if self._came or self._connected:
            self._start(username, connection, partial(self._greet, username, handshake))

    def end(self, username: str) -> None:
        """Call the handlers for a socket that has disconnected; nothing waits for them."""
        if self._went:
            self._start(username, "", partial(self._part, username))

    def _start(self, username: str, connection: str, calls: Callable[[], Awaitable[None]]) -> None:
        task = asyncio.create_task(self._in_turn(username, calls))
        self._running[task] = (username, connection)
        task.add_done_callback(self._running.pop)

    async def close(self) -> None:
        """Cancel the calls."""
        await handlers.cancel(self._running)

    async def _in_turn(self, username: str, calls: Callable[[], Awaitable[None]]) -> None:
        async with self._turns.setdefault(username, asyncio.Semaphore(AT_ONCE)):  # for sockets that connect together
            await calls()

    async def _greet(self, username: str, handshake: Handshake) -> None:
        if self._connected:
            await handlers.run("on_connect", self._connected, username, handshake.auth)
        if self._came:
            user = await self._id_of(username)
            for handler in self._came:
                await handlers.run("on_connect", handler, user, handshake)

    async def _part(self, username: str) -> None:
        user = await self._id_of(username)
        for handler in self._went:
            await handlers.run("on_disconnect", handler, user)
