"""Full clients whose changes are all checked against the promises."""

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
    """A client, the changes it received, and the violations in them."""

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
        """Check every change, forever."""
        async for change in self.stream:
            if isinstance(change, asyncio.Event):
                change.set()
                continue
            self.wrong += self.reader.hear(change)
            rows = change.rows("messages")
            self.messages += len(rows)
            self.heard += [(time.monotonic(), row["room"], row["rev"]) for row in rows if row["room"][0] == "#"]

    async def catch_up(self) -> None:
        """Sync, and check all changes up to then."""
        await self.client.sync()
        judged = asyncio.Event()
        self.stream.push(judged)
        await judged.wait()

    def lose(self, chance: random.Random, share: float) -> None:
        """Drop a share of all acknowledgements, except those of joining."""
        self.faults.lost_acks = lambda data: chance.random() < share and bool(data)

    async def run(self, command: str, **params: Any) -> Any:
        """Run a command and record its result; return None if it was refused or its outcome is unknown."""
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
        if result.get("read"):
            self.acks_read(result["read"])
        if command == "room.create":
            self.doors.entered(result["room"]["name"], name, asked_at)
        elif command in ENTERING:
            self.doors.entered(result["member"]["room"], name, asked_at, result["member"]["rev"])
        elif command in LEAVING:
            self.doors.left(result["member"]["room"], name, result["member"]["rev"])

    def acks_read(self, row: Row) -> None:
        """Check the marks: an acknowledged one may be behind another, but not the one stored at the end."""
        marks = self.reader.marks
        marks[row["room"]] = max(marks.get(row["room"], 0), row["seq"])

    def outside(self) -> list[str]:
        """Return what was received outside of a membership."""
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
