"""Turns of callers at the readers: how many of their queries run at once, and what each costs them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from typing import Any, Self, TypeVar
from weakref import WeakValueDictionary

from sqlalchemy import Connection

from chatrooms.wire.networks import circles

T = TypeVar("T")

AT_ONCE = 2
"""How many queries run at once per network address, or IPv6 /48, or per person if there is none."""


class Slots:
    """The slots of callers: those of one network address wait for each other instead of delaying others.

    All networks of an IPv6 /48 share those of one address, because one customer can have them.
    """

    def __init__(self) -> None:
        self._of: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()

    def of(self, whom: str) -> asyncio.Semaphore:
        """Return the semaphore of a caller, by `Caller.whom`."""
        return self._of.setdefault(circles(whom)[-1], asyncio.Semaphore(AT_ONCE))


class Turn:
    """A caller's turn, with one of their slots; ``charge`` is called with the seconds of processor time that it took.

    It lasts until the reader's thread is done, even if the caller has disconnected or got no answer in time: otherwise
    they could keep all threads busy, for nothing.
    """

    def __init__(self, slot: asyncio.Semaphore, charge: Callable[[float], None]) -> None:
        self._slot, self._charge = slot, charge
        self._loop = asyncio.get_running_loop()
        self._lasts, self._seconds = False, 0.0

    async def __aenter__(self) -> Self:
        await self._slot.acquire()
        return self

    async def __aexit__(self, *_error: object) -> None:
        if not self._lasts:
            self._slot.release()

    def timed(self, query: Callable[[Connection], T]) -> Callable[[Connection], T]:
        """Return ``query`` so that its time is measured."""

        def run(db: Connection) -> T:
            begun = time.thread_time()
            try:
                return query(db)
            finally:
                self._seconds = time.thread_time() - begun

        return run

    def last(self, running: Future[Any]) -> None:
        """Last until ``running`` has ended, or is cancelled before it begins."""
        self._lasts = True
        running.add_done_callback(self._ended)

    def _ended(self, _running: Future[Any]) -> None:
        with suppress(RuntimeError):  # the event loop was closed in the meantime
            self._loop.call_soon_threadsafe(self._end)

    def _end(self) -> None:
        self._slot.release()
        self._charge(self._seconds)
