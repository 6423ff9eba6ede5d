"""Handling the messages of each room in turn, from the read position on, which moves with each."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from chatrooms.client.backoff import Backoff
from chatrooms.client.changes import Change
from chatrooms.client.client import Client
from chatrooms.client.errors import Closed, Lagging, Refused
from chatrooms.client.rows import Message
from chatrooms.client.streams import Stream

log = logging.getLogger("chatrooms.client.bot")


class Work:
    """The work of a program: ``handle`` gets the messages of others, as long as ``may`` says that it is ours to do."""

    def __init__(self, client: Client, may: Callable[[], bool], handle: Callable[[Message], Awaitable[None]]) -> None:
        self._client, self._may, self._handle = client, may, handle
        self._due: set[str] = set()
        self._done: dict[str, int] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    async def run(self, changes: Stream[Change]) -> None:
        """Handle what is there, and then what comes with ``changes``; returns when the client is closed."""
        self.look_everywhere()
        try:
            await self._follow(changes)
        finally:
            tasks = list(self._tasks.values())
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _follow(self, changes: Stream[Change]) -> None:
        while True:
            try:
                change = await anext(changes, None)
            except Lagging:
                self.look_everywhere()
                continue
            if change is None:
                return
            self._take(change)

    def _take(self, change: Change) -> None:
        if change.reset:
            self._done.pop(change.room, None)  # the server may have been put back to an earlier state
        if change.room == self._client.username:
            self.look_everywhere()
        else:
            self._look(change.room)

    def look_everywhere(self) -> None:
        """Handle what is new in all rooms."""
        for room in self._client.rooms:
            self._look(room)

    def _look(self, room: str) -> None:
        if room == self._client.username or not self._is_new(room):
            return
        self._due.add(room)
        if room not in self._tasks:
            self._tasks[room] = asyncio.create_task(self._work(room))

    def _is_new(self, room: str) -> bool:
        """Return whether there may be messages after the position; of a thread, only once there is a position."""
        state = self._client.rooms.get(room)
        if state is None or ("/" in room and room not in self._client.reads):
            return False
        newest = next(reversed(state.messages), None)
        return self._may() and (newest is None or newest > self._position(room))

    def _position(self, room: str) -> int:
        read = self._client.reads.get(room)
        return max(self._done.get(room, 0), read["seq"] if read else 0)

    async def _work(self, room: str) -> None:
        """Handle a room until nothing is due there; a temporary refusal makes it due again."""
        backoff = Backoff()
        try:
            while room in self._due:
                self._due.discard(room)
                await asyncio.sleep(await self._try(room, backoff))
        finally:
            del self._tasks[room]  # nothing is awaited since the last look at what is due

    async def _try(self, room: str, backoff: Backoff) -> float:
        """Handle what is new in a room, and return the seconds to wait before the next try."""
        try:
            await self._catch_up(room)
        except Closed:
            return 0
        except Refused as refused:
            if refused.temporary:
                self._due.add(room)
                return refused.retry_after + backoff.next()
            log.warning("cannot read %s: %s", room, refused.code)
        return 0

    async def _catch_up(self, room: str) -> None:
        position = self._position(room)
        last = position
        async for message in self._client.iter_history(room, after=position):
            if not self._may():
                break
            last = message["seq"]
            if self._is_ours(message):
                await self._handle(message)
                await self._commit(room, last)
        if last > self._done.get(room, position):
            await self._commit(room, last)

    def _is_ours(self, message: Message) -> bool:
        """Return whether it is a message of somebody else, and not an event or deleted."""
        return message["number"] is not None and not message["deleted"] and message["author"] != self._client.username

    async def _commit(self, room: str, seq: int) -> None:
        """Note that a room is handled up to a message, also where a rate is spent."""
        self._done[room] = seq
        backoff = Backoff()
        while True:
            pause = await self._mark(room, seq, backoff)
            if pause is None:
                return
            await asyncio.sleep(pause)

    async def _mark(self, room: str, seq: int, backoff: Backoff) -> float | None:
        """Mark a room as read; return the seconds to wait before trying again, None if it is done."""
        try:
            await self._client.mark_read(room, seq)
        except Refused as refused:
            if not refused.temporary:
                raise
            return refused.retry_after + backoff.next()
        return None
