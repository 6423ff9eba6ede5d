"""When an object runs and on which event loop, and calls to it from other threads and loops."""

from __future__ import annotations

import asyncio
import concurrent.futures
import inspect
import threading
from collections.abc import Callable, Coroutine
from typing import Any, Generic, ParamSpec, TypeVar
from weakref import WeakSet

P = ParamSpec("P")
T = TypeVar("T")

SECONDS_TO_LOOK = 0.5
"""How often a caller on another thread checks that the event loop it waits for is still running."""


class NotRunning(RuntimeError):
    """The object was not started, has ended, or its event loop has stopped."""


class AlreadyRunning(RuntimeError):
    """The object was started and has not ended."""


class WouldBlock(RuntimeError):
    """A blocking call was made on the thread that has to do the work."""


_all: WeakSet[Lifetime] = WeakSet()
_all_changing = threading.Lock()


def require_free_thread() -> None:
    """Raise `WouldBlock` on a thread whose event loop runs a chat, before a call that waits for one elsewhere."""
    loop = _current()
    with _all_changing:
        is_busy = loop is not None and any(each.loop is loop for each in _all)
    if is_busy:
        raise WouldBlock("This thread runs the event loop of a chat, which would stand still: await the call instead.")


class Lifetime:
    """The time between the start and the end of an object that belongs to one event loop.

    Calls outside of it raise `NotRunning` with the message ``absent``. Calls from other threads and event loops run on
    the object's own loop.
    """

    def __init__(self, absent: str) -> None:
        self._absent = absent
        self._changing = threading.Lock()
        self._begun: asyncio.AbstractEventLoop | None = None
        self.loop: asyncio.AbstractEventLoop | None = None
        """The event loop on which calls are allowed now."""
        with _all_changing:
            _all.add(self)

    def begin(self) -> None:
        """Bind to the running event loop; raises `AlreadyRunning` unless `end` was called since the last time."""
        with self._changing:
            if self._begun is not None and not self._begun.is_closed():
                raise AlreadyRunning(
                    "The chat is already running: give its lifespan to one application only, or create two chats."
                )
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
        """Return whether the caller is on the event loop that this runs on; raises `NotRunning`."""
        return self._loop() is asyncio.get_running_loop()

    async def call(self, work: Callable[P, Coroutine[Any, Any, T]], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run ``work`` on this object's event loop and await it from any other; raises `NotRunning`.

        Cancelling the call cancels the work.
        """
        if self.here:
            return await work(*args, **kwargs)
        remote = _RemoteCall(self._loop(), work(*args, **kwargs), self._absent)
        waiting = asyncio.wrap_future(remote.future)
        try:
            while not waiting.done():
                await asyncio.wait({waiting}, timeout=SECONDS_TO_LOOK)
                remote.check()
        finally:
            waiting.cancel()
        return remote.result()

    def call_sync(self, work: Callable[P, Coroutine[Any, Any, T]], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run ``work`` from a thread and wait for the result; raises `WouldBlock` on the event loop's own thread."""
        loop = self._loop()
        if _current() is loop:
            raise WouldBlock("This thread runs the event loop that has to do the work: await the coroutine instead.")
        remote = _RemoteCall(loop, work(*args, **kwargs), self._absent)
        try:
            while not remote.future.done():
                concurrent.futures.wait({remote.future}, timeout=SECONDS_TO_LOOK)
                remote.check()
        finally:
            remote.future.cancel()
        return remote.result()

    def _loop(self) -> asyncio.AbstractEventLoop:
        loop = self.loop
        if loop is None or not loop.is_running():
            raise NotRunning(self._absent)
        return loop


class _RemoteCall(Generic[T]):
    """A coroutine submitted to the event loop of another thread."""

    def __init__(self, loop: asyncio.AbstractEventLoop, work: Coroutine[Any, Any, T], absent: str) -> None:
        self._loop, self._work, self._absent = loop, work, absent
        try:
            self.future = asyncio.run_coroutine_threadsafe(work, loop)
        except RuntimeError:  # the loop was closed in the meantime
            work.close()
            raise NotRunning(absent) from None

    def check(self) -> None:
        """Raise `NotRunning` if the loop stopped first, because nothing would ever resolve the future."""
        if self.future.done() or self._loop.is_running():
            return
        if inspect.getcoroutinestate(self._work) == inspect.CORO_CREATED:
            self._work.close()
        raise NotRunning(self._absent)

    def result(self) -> T:
        """Return or raise the outcome; a coroutine that its stopping loop cancelled raises `NotRunning`."""
        try:
            return self.future.result(timeout=0)
        except concurrent.futures.CancelledError:
            raise NotRunning(self._absent) from None


def _current() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
