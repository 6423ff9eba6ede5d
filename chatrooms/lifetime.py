"""From when to when something runs and on which event loop, and how to call it from other threads and loops."""

from __future__ import annotations

import asyncio
import concurrent.futures
import inspect
import threading
from collections.abc import Callable, Coroutine
from typing import Any, Generic, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

SECONDS_TO_LOOK = 0.5
"""How often a caller on another thread makes sure that the event loop it waits for still runs."""


class NotRunning(RuntimeError):
    """It has not been started, has ended, or its event loop has stopped."""


class AlreadyRunning(RuntimeError):
    """It has been started and has not ended yet."""


class WouldBlock(RuntimeError):
    """A call that waits was made on the very thread that has to do the work."""


class Lifetime:
    """The time between the start and the end of something that belongs to one event loop.

    ``absent`` is the sentence of the `NotRunning` that every call outside of this time raises. Calls from other
    threads and event loops are carried over to the loop.
    """

    def __init__(self, absent: str) -> None:
        self._absent = absent
        self._changing = threading.Lock()
        self._begun: asyncio.AbstractEventLoop | None = None
        self.loop: asyncio.AbstractEventLoop | None = None
        """The event loop on which calls are allowed now."""

    def begin(self) -> None:
        """Take the running event loop; raises `AlreadyRunning` from here on until `end`."""
        with self._changing:
            if self._begun is not None and not self._begun.is_closed():
                raise AlreadyRunning("This runs already. Make a second object to run two at a time.")
            self._begun = asyncio.get_running_loop()
            self.loop = None

    def ready(self) -> None:
        """Allow calls."""
        self.loop = self._begun

    def stop(self) -> None:
        """Allow no more calls."""
        self.loop = None

    def end(self) -> None:
        """Allow the next `begin`, on any event loop."""
        self.loop = self._begun = None

    @property
    def running(self) -> bool:
        """Whether calls are allowed now."""
        return self.loop is not None and self.loop.is_running()

    @property
    def here(self) -> bool:
        """Whether the caller is on the event loop that this runs on; raises `NotRunning`."""
        return self._loop() is asyncio.get_running_loop()

    async def call(self, work: Callable[P, Coroutine[Any, Any, T]], *args: P.args, **kwargs: P.kwargs) -> T:
        """Await ``work`` on the event loop that this runs on, whichever the caller's is; raises `NotRunning`.

        Cancelling the call cancels the work.
        """
        if self.here:
            return await work(*args, **kwargs)
        errand = _Errand(self._loop(), work(*args, **kwargs), self._absent)
        waiting = asyncio.wrap_future(errand.future)
        try:
            while not waiting.done():
                await asyncio.wait({waiting}, timeout=SECONDS_TO_LOOK)
                errand.check()
        finally:
            waiting.cancel()
        return errand.result()

    def call_sync(self, work: Callable[P, Coroutine[Any, Any, T]], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do the same from a thread and wait for the result; raises `WouldBlock` on the event loop's own thread."""
        loop = self._loop()
        if _current() is loop:
            raise WouldBlock("This thread runs the event loop that has to do the work: await the coroutine instead.")
        errand = _Errand(loop, work(*args, **kwargs), self._absent)
        try:
            while not errand.future.done():
                concurrent.futures.wait({errand.future}, timeout=SECONDS_TO_LOOK)
                errand.check()
        finally:
            errand.future.cancel()
        return errand.result()

    def _loop(self) -> asyncio.AbstractEventLoop:
        loop = self.loop
        if loop is None or not loop.is_running():
            raise NotRunning(self._absent)
        return loop


class _Errand(Generic[T]):
    """A coroutine that was sent to the event loop of another thread."""

    def __init__(self, loop: asyncio.AbstractEventLoop, work: Coroutine[Any, Any, T], absent: str) -> None:
        self._loop, self._work, self._absent = loop, work, absent
        try:
            self.future = asyncio.run_coroutine_threadsafe(work, loop)
        except RuntimeError:  # the loop was closed meanwhile
            work.close()
            raise NotRunning(absent) from None

    def check(self) -> None:
        """Raise `NotRunning` if the loop stopped before it was done: nobody would ever resolve the future."""
        if self.future.done() or self._loop.is_running():
            return
        if inspect.getcoroutinestate(self._work) == inspect.CORO_CREATED:
            self._work.close()
        raise NotRunning(self._absent)

    def result(self) -> T:
        """Return what it returned, raise what it raised. What ends with its loop is cancelled, which is not us."""
        try:
            return self.future.result(timeout=0)
        except concurrent.futures.CancelledError:
            raise NotRunning(self._absent) from None


def _current() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
