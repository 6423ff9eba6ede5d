"""What waits to be done together, one batch after the other."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection

from chatrooms.errors import Unavailable

Locks = Callable[[Connection], Iterable[str]]

SECONDS_TO_ANSWER = 30.0
"""How long a batch may take until those who wait for it are refused."""

log = logging.getLogger("chatrooms.storage.writer")


class Asked:
    """A piece of work that somebody waits for: its outcome, once there is one, is ``result`` or ``error``."""

    def __init__(self) -> None:
        self.result: Any = None
        self.error: Exception | None = None
        self.done: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

    def answer(self) -> None:
        """Give the outcome to who waits for it, if they still do."""
        if self.done.done():
            return
        if self.error is None:
            self.done.set_result(self.result)
        else:
            self.done.set_exception(self.error)

    def refuse(self) -> None:
        """Answer without an outcome: whether the work was done is not known."""
        if not self.done.done():
            self.done.set_exception(Unavailable())


class Job(Asked):
    """One piece of work that waits for the writer."""

    def __init__(self, work: Callable[[Connection], Any], locks: Locks) -> None:
        super().__init__()
        self.work, self.locks = work, locks


class Question(Asked):
    """What somebody wants to look up."""

    def __init__(self, query: Callable[[Connection], Any]) -> None:
        super().__init__()
        self.query = query


A = TypeVar("A", bound=Asked)


class Batches(Generic[A]):
    """Works of one kind, on one event loop. At most ``most`` at a time are given to ``do``, in the order they came.

    Whatever becomes of ``do``, nobody waits for ever, and the next one that comes is taken: who waits for a batch
    that fails, is cancelled, or takes longer than `SECONDS_TO_ANSWER` gets `Unavailable`.
    """

    def __init__(self, what: str, most: int, do: Callable[[list[A]], Awaitable[None]]) -> None:
        self._what, self._most, self._do = what, most, do
        self._waiting: list[A] = []
        self._task: asyncio.Task[None] | None = None
        self._late = False

    def __len__(self) -> int:
        return len(self._waiting)

    async def add(self, asked: A) -> Any:
        """Return the outcome of ``asked``, or raise it; raises `Unavailable` at once while a batch is late."""
        if self._late:
            raise Unavailable
        self._waiting.append(asked)
        if self._task is None:
            self._task = asyncio.create_task(self._run())
        return await asked.done

    async def finish(self, seconds: float) -> bool:
        """Do what waits, and refuse what is not done within ``seconds``; return whether everything was."""
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
        log.error("the database takes longer than %g s to %s; what comes is refused", SECONDS_TO_ANSWER, self._what)
        self._refuse(batch)

    def _refuse(self, batch: list[A]) -> None:
        """Refuse what has no answer of this batch and of all that waits."""
        waiting, self._waiting = self._waiting, []
        for asked in (*batch, *waiting):
            asked.refuse()
