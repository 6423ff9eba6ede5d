"""Threads that never hold up the end of the process.

Python joins the threads of a `ThreadPoolExecutor` before it exits: one write that hangs in a dead disk would keep a
server that was asked to end from ending.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor, Future
from queue import SimpleQueue
from threading import Thread
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class Threads(Executor):
    """``count`` daemon threads that do what is submitted, in order."""

    def __init__(self, count: int, name: str) -> None:
        self._waiting: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._ended: list[Future[None]] = [Future() for _ in range(count)]
        for number, ended in enumerate(self._ended):
            Thread(target=self._work, args=(ended,), name=f"{name}-{number}", daemon=True).start()

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Call ``fn`` on one of the threads."""
        future: Future[T] = Future()

        def call() -> None:
            if future.set_running_or_notify_cancel():
                _resolve(future, fn, *args, **kwargs)

        self._waiting.put(call)
        return future

    async def close(self, seconds: float) -> bool:
        """Let the threads end once they have done what was submitted; return whether they did within ``seconds``."""
        for _ in self._ended:
            self._waiting.put(None)
        _, late = await asyncio.wait([asyncio.wrap_future(ended) for ended in self._ended], timeout=seconds)
        return not late

    def _work(self, ended: Future[None]) -> None:
        while (call := self._waiting.get()) is not None:
            call()
            del call  # or it would live on, with all that it refers to, until the next one comes
        ended.set_result(None)


def _resolve(future: Future[T], fn: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> None:
    try:
        result = fn(*args, **kwargs)
    except BaseException as error:
        future.set_exception(error)
    else:
        future.set_result(result)
