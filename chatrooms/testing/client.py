"""A client that waits for messages."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Any, Self

from chatrooms.client import Change, Client
from chatrooms.client.rows import Message

PATIENCE = 30.0
"""Seconds to wait for a message."""


class ChatClient(Client):
    """A client whose user waits for what others write."""

    def __init__(self, url: str, **how: Any) -> None:
        super().__init__(url, **how)
        self._coming = self.changes()
        self._unread: deque[Message] = deque()
        self._newest: dict[str, int] = {}

    async def __aenter__(self) -> Self:
        await super().__aenter__()
        self._newest = {name: room.rev for name, room in self.rooms.items()}
        return self

    async def next_message(self, timeout: float = PATIENCE) -> Message:  # noqa: ASYNC109 - simpler for tests than a context
        """Return the next message that someone else has posted since you connected; raises ``TimeoutError``."""
        try:
            async with asyncio.timeout(timeout):
                while not self._unread:
                    self._note(await anext(self._coming))
        except TimeoutError:
            raise TimeoutError(f"{self.username} got no message of someone else within {timeout:g} s.") from None
        return self._unread.popleft()

    def _note(self, change: Change) -> None:
        known = self._newest.get(change.room, 0)
        self._newest[change.room] = max(known, change.rev)
        self._unread += [each for each in change.rows("messages") if self._is_new(each, known)]

    def _is_new(self, message: Message, known: int) -> bool:
        return message["seq"] > known and message["number"] is not None and message["author"] != self.username
