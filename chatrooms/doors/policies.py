"""What the host application decides of people's commands: its functions are asked before a command runs."""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from typing import Any

from chatrooms.coroutines import makes_coroutines
from chatrooms.doors import handlers
from chatrooms.doors.handlers import IdOf
from chatrooms.errors import Forbidden, Refusal, Unavailable
from chatrooms.fair_queue import FairQueue
from chatrooms.pipeline.act import Caller
from chatrooms.pipeline.questions import Kind
from chatrooms.wire import failures

SECONDS_TO_ANSWER = 5.0
AT_ONCE, WAITING = 8, 16
"""How many are asked at once, and how many questions of one person may wait: network addresses take turns."""
BUSY = "You do too much at once."
REASONS: Mapping[Kind, str] = {
    "create": "You can't create this room here.",
    "write": "You can't write to this person here.",
}

Decide = Callable[[str, str], Awaitable[bool] | bool]
"""Gets a user's id, and a room's name or the other user's id; returns whether they may. It can also raise a `Refusal`.

A plain function runs in a thread.
"""

log = logging.getLogger("chatrooms.host")


class Policies:
    """The functions of the application; all that decide the same have to allow it, and one that fails does not."""

    def __init__(self, id_of: IdOf) -> None:
        self._id_of = id_of
        self.decides: dict[Kind, list[Decide]] = {}
        """The functions, by what they decide."""
        self._queue = FairQueue(AT_ONCE, WAITING, BUSY)
        self._threads: ThreadPoolExecutor | None = None

    def add(self, kind: Kind, decide: Decide) -> None:
        """Have a function asked; raises ``TypeError`` unless it takes what `Decide` takes."""
        try:
            inspect.signature(decide).bind("the user's id", "the subject")
        except TypeError:
            raise TypeError(
                f"{decide!r} must take the id of a user, and what they want to create or write to."
            ) from None
        self.decides.setdefault(kind, []).append(decide)

    async def require(self, kind: Kind, me: Caller, about: Iterable[str]) -> None:
        """Raise `Forbidden`, or a function's own `Refusal`, unless all allow it; `Unavailable` if one is too slow."""
        mine = await self._id_of(me.username)
        for each in about:
            subject = await self._id_of(each) if kind == "write" else each
            for decide in self.decides[kind]:
                async with self._queue.turn(me.whom, me.username):
                    is_allowed = await self._asked(decide, mine, subject)
                if not is_allowed:
                    raise Forbidden(REASONS[kind])

    async def close(self) -> None:
        """Let the threads end after what they do now; the next question begins others."""
        if self._threads:
            self._threads.shutdown(wait=False)
            self._threads = None

    async def _asked(self, decide: Decide, mine: str, subject: str) -> bool:
        try:
            async with asyncio.timeout(SECONDS_TO_ANSWER):
                return await handlers.call(self._awaitable(decide), mine, subject) is True
        except TimeoutError:
            log.error("%r did not answer within %g s", decide, SECONDS_TO_ANSWER)  # noqa: TRY400 - it says where
            raise Unavailable from None
        except Refusal:
            raise
        except Exception:
            failures.report(f"{decide!r} failed")
            return False

    def _awaitable(self, decide: Decide) -> Callable[..., Awaitable[Any]]:
        if makes_coroutines(decide):
            return decide
        self._threads = threads = self._threads or ThreadPoolExecutor(AT_ONCE, "deciding")

        async def in_thread(*given: str) -> Any:
            decided = partial(copy_context().run, decide, *given)
            answer = await asyncio.get_running_loop().run_in_executor(threads, decided)
            return await answer if inspect.isawaitable(answer) else answer  # a decorator's function hides what it calls

        return in_thread
