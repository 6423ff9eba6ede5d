"""A database whose clock the test sets, with a message to react to."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, func, select

from chatrooms import clock
from chatrooms.storage.tables import jobs
from tests.direct import LOBBY, Direct

AT = "2026-01-01T12:00:00.000Z"
THUMB, HEART, PARTY = "👍", "❤️", "🎉"
OWN = "reaction"


class Later(Direct):
    """A database whose clock the test sets; alice and others are in the lobby."""

    def __init__(self, *others: str) -> None:
        super().__init__()
        self.at = AT
        self.now = lambda: self.at
        for name in ("alice", *others):
            self.join(name)
        self.posted = self.run("alice", "message.post", {"room": LOBBY, "text": "x" * 200})[0]["message"]

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.at = clock.moved(self.at, timedelta(seconds=seconds))

    def react(self, who: str, what: str = THUMB, *, how: str = "add") -> tuple[Any, list[dict[str, Any]]]:
        """Add or remove a reaction; return the result and the changes."""
        return self.run(who, f"reaction.{how}", {"id": self.posted["id"], "emoji": what})

    def work(self) -> list[dict[str, Any]]:
        """Run the jobs that are due, except those of the inbox, and return their changes."""
        with self.engine.begin() as db:
            db.execute(delete(jobs).where(jobs.c.kind.startswith("inbox.")))
            due = db.scalar(select(func.min(jobs.c.due_at)))
        return asyncio.run(self.run_jobs()) if due and due <= self.at else []

    def row(self) -> dict[str, Any]:
        """Return the message as a new client gets it."""
        return self.run("alice", "history", {"room": LOBBY})[0]["messages"][-1]

    def reactions(self) -> list[tuple[str, int, list[str]]]:
        """Return the message's reactions."""
        return [(each["emoji"], each["count"], each["people"]) for each in self.row()["reactions"]]


async def hears_reactions(person, wanted):
    """Wait for a message with such reactions: each an emoji with its people."""
    change = await person.hears(
        lambda _, data: any(
            [(each["emoji"], each["people"]) for each in m["reactions"]] == wanted for m in data.get("messages", ())
        )
    )
    return change["messages"][-1]
