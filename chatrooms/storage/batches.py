"""Work that waits for the database and is done in batches."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection

from chatrooms.errors import Unavailable

SECONDS_TO_ANSWER = 30.0
"""How long a batch may take before the callers that wait for it get `Unavailable`."""

log = logging.getLogger(__name__)


class Asked:
    """Work that a caller waits for; its outcome is ``result`` or ``error``."""

    def __init__(self) -> None:
        self.result: Any = None
        self.error: Exception | None = None
        self.done: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

    def answer(self) -> None:
        """Pass the outcome to the caller, if it still waits."""
        if self.done.done():
            return
        if self.error is None:
            self.done.set_result(self.result)
        else:
            self.done.set_exception(self.error)

    def refuse(self) -> None:
        """Raise `Unavailable` in the caller, because it is unknown whether the work was done."""
        if not self.done.done():
            self.done.set_exception(Unavailable())


class Lookup(Asked):
    """A lookup for a reader."""

    def __init__(self, query: Callable[[Connection], Any]) -> None:
        super().__init__()
        self.query = query


A = TypeVar("A", bound=Asked)


class Batches(Generic[A]):
    """Batches of one kind of work, on one event loop; ``do`` gets at most ``most`` at a time, in order of arrival.

    No caller waits forever: if ``do`` fails, is cancelled, or takes longer than `SECONDS_TO_ANSWER`, the callers get
    `Unavailable`, and later work is still accepted.
    """

    def __init__(self, what: str, most: int, do: Callable[[list[A]], Awaitable[None]]) -> None:
        self._what, self._most, self._do = what, most, do
        self._waiting: list[A] = []
        self._task: asyncio.Task[None] | None = None
        self._late = False

    def __len__(self) -> int:
        return len(self._waiting)

    async def add(self, asked: A) -> Any:
        """Return or raise the outcome of ``asked``; raises `Unavailable` at once while a batch is late."""
        if self._late:
            raise Unavailable
        self._waiting.append(asked)
        if self._task is None:
            self._task = asyncio.create_task(self._run())
        return await asked.done

    async def finish(self, seconds: float) -> bool:
        """Finish the waiting work and refuse what is not done within ``seconds``; return whether all was done."""
        if self._task is None:
            return True
        _, late = await asyncio.wait({self._task}, timeout=seconds)
        for task in late:
            task.cancel()
            await asyncio.wait({task}, timeout=seconds)
        return not late

    async def _run(self) -> None:
        batch: list[A] = []
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
                await self._in_time(batch)
                for asked in batch:
                    asked.answer()
        finally:
            self._task = None
            self._refuse(batch)

    async def _in_time(self, batch: list[A]) -> None:
        timer = asyncio.get_running_loop().call_later(SECONDS_TO_ANSWER, self._give_up, batch)
        try:
            await self._do(batch)
        finally:
            timer.cancel()
            self._late = False

    def _give_up(self, batch: list[A]) -> None:
        self._late = True
        log.error(
            "the database takes longer than %g s to %s; requests are refused until it answers",
            SECONDS_TO_ANSWER,
            self._what,
        )
        self._refuse(batch)

    def _refuse(self, batch: list[A]) -> None:
        """Refuse everything in the batch and in the queue that has no answer yet."""
        waiting, self._waiting = self._waiting, []
        for asked in (*batch, *waiting):
            asked.refuse()
