"""Daemon threads: they never block the exit of the process.

Python joins the threads of a `ThreadPoolExecutor` before it exits, so a write that hangs on a dead disk would keep the
server from exiting.
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


class DaemonThreads(Executor):
    """An executor of ``count`` threads."""

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
        """Finish the submitted work and end the threads; return whether that took less than ``seconds``."""
        for _ in self._ended:
            self._waiting.put(None)
        _, late = await asyncio.wait([asyncio.wrap_future(ended) for ended in self._ended], timeout=seconds)
        return not late

    def _work(self, ended: Future[None]) -> None:
        while (call := self._waiting.get()) is not None:
            call()
            del call  # otherwise it, and all that it refers to, lives until the next call
        ended.set_result(None)


def apart(fn: Callable[[], T], name: str) -> Future[T]:
    """Call ``fn`` on a thread of its own."""
    future: Future[T] = Future()
    Thread(target=_resolve, args=(future, fn), name=name, daemon=True).start()
    return future


def _resolve(future: Future[T], fn: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> None:
    try:
        result = fn(*args, **kwargs)
    except BaseException as error:
        future.set_exception(error)
    else:
        future.set_result(result)
