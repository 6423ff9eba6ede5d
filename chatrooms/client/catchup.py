"""Catch-up: fetch missed changes after connecting, at a gap, and periodically, as a lost last change leaves no gap.

No request or response grows with the number of rooms: all rooms are fetched in pages by name, and a gap is filled by a
request for its room alone.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Iterable
from itertools import accumulate, takewhile
from typing import Any

from chatrooms.client.changes import Change
from chatrooms.client.connection import Connection
from chatrooms.client.errors import Refused
from chatrooms.client.home import wake
from chatrooms.client.state import State

PAGE = 100
REVS_BYTES = 64 * 1024
OPEN_BYTES = 16 * 1024
"""Bytes of names in a request, which may be at most 128 KiB."""
MAX_OPEN = 100

log = logging.getLogger("chatrooms.client")


class Catchup:
    """Calls ``sync``, one request at a time, on demand and every ``every`` seconds."""

    def __init__(self, connection: Connection, state: State, every: float) -> None:
        self._connection, self._state, self._every = connection, state, every
        self._wanted = asyncio.Event()
        self._rooms: set[str] = set()
        self._all = False
        self._next: asyncio.Future[None] = _promise()
        self._running = self._next

    def want(self, room: str | None = None) -> asyncio.Future[None]:
        """Fetch a room soon, or all rooms; the future is done once everything that exists now has been fetched."""
        if room is None:
            self._all = True
        else:
            self._rooms.add(room)
        self._wanted.set()
        return self._next

    async def keep(self) -> None:
        """Catch up whenever necessary, forever."""
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
        """Raise ``error`` in the callers that wait."""
        for promise in (self._running, self._next):
            self._fail(promise, error)

    async def _due(self) -> None:
        try:
            async with asyncio.timeout(self._every):
                await self._wanted.wait()
        except TimeoutError:
            self._all = True

    async def catch_up(self, rooms: Iterable[str] = ()) -> None:
        """Fetch the changes of these rooms and our own; without ``rooms``, of all."""
        left = set(rooms) or await self._pages()
        while left:
            left = await self._some(sorted(left))

    async def _pages(self) -> set[str]:
        """Fetch all rooms; return those to fetch again: their page of history may be newer, or they are threads."""
        after: str | None = ""
        again: set[str] = set()
        while after is not None:
            names = self._state.names(after)
            covered = names[: _fitting(names, REVS_BYTES)]
            until = covered[-1] if len(covered) < len(names) else None
            first = after == ""
            asked = [self._state.username, *covered] if first else covered
            more = {"newest": self._state.newest()} if first else {}
            try:
                caught = await self._ask(asked, after=after, until=until, **more)
            except Refused as refused:
                if refused.code != "diverged":
                    raise
                self._state.distrust()
                continue
            again.update(filter(self._state.holds, caught["reset"]), caught["behind"])
            after = caught["until"]
        return again.union(self._state.missing(), self._state.opened)

    async def _some(self, rooms: list[str]) -> set[str]:
        """Fetch as many of these rooms as fit into a request; return those left for the next one."""
        covered = rooms[: min(_fitting(rooms, OPEN_BYTES), MAX_OPEN)]
        caught = await self._ask([self._state.username, *covered], after="", until="", open=covered)
        left = rooms if caught["more"] else rooms[len(covered) :]
        return {*left, *filter(self._state.holds, caught["reset"]), *self._state.missing()}

    async def _ask(self, rooms: list[str], **where: Any) -> Any:
        """Fetch and apply the changes of these rooms; add the threads that we are ``behind`` in."""
        asked = {room: self._state.rev(room) for room in rooms}
        caught = await self._insist("sync", revs=asked, **where)
        heads = [data for data in caught["changes"] if data["room"] in caught["heads"]]
        for data in caught["changes"]:
            if data["room"] not in caught["heads"]:
                await self._take(data, asked.get(data["room"], 0), reset=data["room"] in caught["reset"])
        behind = [data["room"] for data in heads if self._state.behind(Change.from_wire(data))]
        for read in caught["reads"]:
            self._state.take_read(read)
        return {**caught, "behind": behind}

    async def _take(self, data: dict[str, Any], asked: int, *, reset: bool) -> None:
        if not reset:
            self._state.catch_up(Change.from_wire(data), asked)
            return
        try:
            data = {**data, **await self._page(data["room"])}
        except Refused as refused:
            log.info("loading a room was refused: %s", refused.code)
        else:
            self._state.catch_up(Change.from_wire(data, reset=True), asked)

    async def _page(self, room: str) -> dict[str, Any]:
        """Return the newest page of messages and all members, to replace the room in one step."""
        messages = (await self._insist("history", room=room, limit=PAGE))["messages"]
        if room == self._state.username or "/" in room:
            return {"messages": messages}
        members: list[Any] = []
        more = True
        while more:
            after = members[-1]["username"] if members else ""
            page = await self._insist("room.members", room=room, after=after)
            members, more = members + page["members"], page["more"]
        return {"messages": messages, "members": members}

    async def _insist(self, command: str, **params: Any) -> Any:
        return await self._connection.insist(command, params)

    @staticmethod
    def _fail(promise: asyncio.Future[None], error: Exception) -> None:
        if not promise.done():
            wake(promise.set_exception, error)
            promise.exception()


def _fitting(names: list[str], size: int) -> int:
    """Return how many of the names, with their revs, fit into ``size`` bytes of a request; at least one."""
    sizes = accumulate(len(json.dumps(name)) + 16 for name in names)
    return max(1, sum(1 for _ in takewhile(lambda total: total <= size, sizes)))


def _promise() -> asyncio.Future[None]:
    return asyncio.get_running_loop().create_future()
