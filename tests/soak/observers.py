"""People with the whole client who listen, and whose every reading is judged."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from chatrooms.client import Client, Refused, Unanswered
from tests.client.faults import Faults
from tests.soak.database import Row
from tests.soak.judge import Doors, Reader

KEEP = 3000
BACKLOG = 1_000_000
ENTERING = frozenset({"room.create", "room.join", "room.invite"})
LEAVING = frozenset({"room.leave", "room.remove"})


class Observer:
    """A client, what it heard, and what was wrong with that."""

    def __init__(self, url: str, name: str, doors: Doors, **how: Any) -> None:
        self.name, self.doors, self.faults = name, doors, Faults()
        self.client = Client(
            url, username=name, socket=self.faults.socket, **{"keep": KEEP, "backlog": BACKLOG, "timeout": 1.5} | how
        )
        self.heard: list[tuple[float, str, int]] = []
        self.messages = 0
        self.wrong: list[str] = []
        self.acks: list[Row] = []
        self.reader = Reader(name)
        self.stream = self.client.changes()
        doors.entered("#lobby", name, asked_at=0.0)

    async def listen(self) -> None:
        """Judge whatever is heard, for ever."""
        async for change in self.stream:
            if isinstance(change, asyncio.Event):
                change.set()
                continue
            self.wrong += self.reader.hear(change)
            rows = change.rows("messages")
            self.messages += len(rows)
            self.heard += [(time.monotonic(), row["room"], row["rev"]) for row in rows if row["room"][0] == "#"]

    async def catch_up(self) -> None:
        """Sync, and judge all that the client has told by then."""
        await self.client.sync()
        judged = asyncio.Event()
        self.stream.push(judged)
        await judged.wait()

    def lose(self, chance: random.Random, share: float) -> None:
        """Lose that share of all acknowledgements, except that one was let in."""
        self.faults.lost_acks = lambda data: chance.random() < share and bool(data)

    async def run(self, command: str, **params: Any) -> Any:
        """The result of a command, kept for judgement; None if it was refused or nobody knows."""
        asked_at, name = time.monotonic(), params.get("username", self.name)
        try:
            result = await self.client.run(command, **params)
        except Refused:
            return None
        except Unanswered:
            if command in ENTERING:
                self.doors.entered(params.get("room") or params["name"], name, asked_at)
            return None
        self._note(command, name, asked_at, result)
        return result

    def _note(self, command: str, name: str, asked_at: float, result: Any) -> None:
        if "message" in result:
            self.acks.append(result["message"])
        if "read" in result:
            self.acks_read(result["read"])
        if command == "room.create":
            self.doors.entered(result["room"]["name"], name, asked_at)
        elif command in ENTERING:
            self.doors.entered(result["member"]["room"], name, asked_at, result["member"]["rev"])
        elif command in LEAVING:
            self.doors.left(result["member"]["room"], name, result["member"]["rev"])

    def acks_read(self, row: Row) -> None:
        """A mark that was acknowledged may be behind, as it was overtaken, but what is stored at the end may not."""
        marks = self.reader.marks
        marks[row["room"]] = max(marks.get(row["room"], 0), row["seq"])

    def outside(self) -> list[str]:
        """What was heard outside a membership."""
        return list(self.doors.outside(self.name, self.heard))


@asynccontextmanager
async def observing(observer: Observer) -> AsyncIterator[Observer]:
    """Connected, and listening."""
    listening = asyncio.create_task(observer.listen())
    try:
        async with observer.client:
            yield observer
    finally:
        listening.cancel()
