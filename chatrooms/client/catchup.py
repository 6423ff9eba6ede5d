"""Finds out what was missed: at each connect, at a gap, and from time to time, as a lost last event leaves no gap."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from chatrooms.client.changes import Change
from chatrooms.client.connection import Connection
from chatrooms.client.errors import Refused
from chatrooms.client.state import State

PAGE = 100

log = logging.getLogger("chatrooms.client")


class Catchup:
    """Asks ``sync``, one question at a time, when wanted and every ``every`` seconds."""

    def __init__(self, connection: Connection, state: State, every: float) -> None:
        self._connection, self._state, self._every = connection, state, every
        self._wanted = asyncio.Event()
        self._next: asyncio.Future[None] = _promise()
        self._running = self._next

    def want(self) -> asyncio.Future[None]:
        """Ask soon; what is returned is done when everything that there is now has been taken in."""
        self._wanted.set()
        return self._next

    async def keep(self) -> None:
        """Catch up whenever it is time, for ever."""
        while True:
            await self._due()
            self._running, self._next = self._next, _promise()
            self._wanted.clear()
            try:
                await self._catch_up()
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
            return

    async def _catch_up(self) -> None:
        again = True
        while again:
            asked = self._state.revs()
            caught = await self._insist("sync", revs=asked)
            for told in caught["changes"]:
                await self._take(told, asked.get(told["room"], 0), reset=told["room"] in caught["reset"])
            again = caught["more"] or bool(caught["reset"])

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


def _promise() -> asyncio.Future[None]:
    return asyncio.get_running_loop().create_future()
