"""Finds out what was missed: at each connect, at a gap, and from time to time, as a lost last event leaves no gap.

Neither a question nor an answer grows with the number of rooms: all of them are asked for in pages by name, and a gap
is filled by a question about its room alone.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Iterable
from itertools import accumulate
from typing import Any

from chatrooms.client.changes import Change
from chatrooms.client.connection import Connection
from chatrooms.client.errors import Refused
from chatrooms.client.state import State

PAGE = 100
REVS_BYTES = 64 * 1024
OPEN_BYTES = 16 * 1024
"""Bytes of names in a question, of which 128 KiB are the most that a server takes."""
MAX_OPEN = 100

log = logging.getLogger("chatrooms.client")


class Catchup:
    """Asks ``sync``, one question at a time, when wanted and every ``every`` seconds."""

    def __init__(self, connection: Connection, state: State, every: float) -> None:
        self._connection, self._state, self._every = connection, state, every
        self._wanted = asyncio.Event()
        self._rooms: set[str] = set()
        self._all = False
        self._next: asyncio.Future[None] = _promise()
        self._running = self._next

    def want(self, room: str | None = None) -> asyncio.Future[None]:
        """Ask about a room soon, or about all; what is returned is done when all that there is now was taken in."""
        if room is None:
            self._all = True
        else:
            self._rooms.add(room)
        self._wanted.set()
        return self._next

    async def keep(self) -> None:
        """Catch up whenever it is time, for ever."""
        while True:
            await self._due()
            self._running, self._next = self._next, _promise()
            rooms = set() if self._all else self._rooms
            self._all, self._rooms = False, set()
            self._wanted.clear()
            try:
                await self.catch_up(rooms)
            except Refused as refused:
                log.warning("sync was refused: %s", refused.code)
                self._fail(self._running, refused)
            else:
                self._connection.steady()
                self._running.set_result(None)

    def end(self, error: Exception) -> None:
        """Let those who wait have ``error``."""
        for promise in (self._running, self._next):
            self._fail(promise, error)

    async def _due(self) -> None:
        try:
            async with asyncio.timeout(self._every):
                await self._wanted.wait()
        except TimeoutError:
            self._all = True

    async def catch_up(self, rooms: Iterable[str] = ()) -> None:
        """Take in what is new in these rooms and in our own, or in all if none are named."""
        left = set(rooms) or await self._pages()
        while left:
            left = await self._some(sorted(left))

    async def _pages(self) -> set[str]:
        """Ask about all rooms; return those that have to be asked about again: a page of history may be newer."""
        after: str | None = ""
        reset: set[str] = set()
        while after is not None:
            names = self._state.names(after)
            covered = names[: _fitting(names, REVS_BYTES)]
            until = covered[-1] if len(covered) < len(names) else None
            asked = [self._state.username, *covered] if after == "" else covered
            caught = await self._ask(asked, after=after, until=until)
            reset.update(caught["reset"])
            after = caught["until"]
        return reset.union(self._state.missing())

    async def _some(self, rooms: list[str]) -> set[str]:
        """Ask about as many of these rooms as fit into a question; return those to ask about in the next one."""
        covered = rooms[: min(_fitting(rooms, OPEN_BYTES), MAX_OPEN)]
        caught = await self._ask([self._state.username, *covered], after="", until="", open=covered)
        left = rooms if caught["more"] else rooms[len(covered) :]
        return {*left, *caught["reset"], *self._state.missing()}

    async def _ask(self, rooms: list[str], **where: Any) -> Any:
        """Ask for what is new in these rooms, and take the answer in."""
        asked = {room: self._state.rev(room) for room in rooms}
        caught = await self._insist("sync", revs=asked, **where)
        for told in caught["changes"]:
            await self._take(told, asked.get(told["room"], 0), reset=told["room"] in caught["reset"])
        for read in caught["reads"]:
            self._state.take_read(read)
        return caught

    async def _take(self, told: dict[str, Any], asked: int, *, reset: bool) -> None:
        if not reset:
            self._state.catch_up(Change.told(told), asked)
            return
        try:
            told = {**told, **await self._page(told["room"])}
        except Refused as refused:
            log.info("a room to start anew was refused: %s", refused.code)
        else:
            self._state.catch_up(Change.told(told, reset=True), asked)

    async def _page(self, room: str) -> dict[str, Any]:
        """The newest page of messages, and all members: read before the room is replaced, so that it is never half."""
        messages = (await self._insist("history", room=room, limit=PAGE))["messages"]
        if room == self._state.username:
            return {"messages": messages}
        members: list[Any] = []
        more = True
        while more:
            after = members[-1]["username"] if members else ""
            page = await self._insist("room.members", room=room, after=after)
            members, more = members + page["members"], page["more"]
        return {"messages": messages, "members": members}

    async def _insist(self, command: str, **params: Any) -> Any:
        return await self._connection.insist(command, params, patient=True)

    @staticmethod
    def _fail(promise: asyncio.Future[None], error: Exception) -> None:
        if not promise.done():
            promise.set_exception(error)
            promise.exception()


def _fitting(names: list[str], size: int) -> int:
    """Return how many of the names, at least one, are ``size`` bytes in a question, each with its rev."""
    sizes = accumulate(len(json.dumps(name)) + 16 for name in names)
    return max(1, sum(total <= size for total in sizes))


def _promise() -> asyncio.Future[None]:
    return asyncio.get_running_loop().create_future()
