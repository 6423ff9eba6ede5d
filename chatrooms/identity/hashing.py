"""Hashing of passwords by Argon2id (RFC 9106), with the parameters that OWASP recommends, on a thread of its own."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from chatrooms.errors import RateLimited

R = TypeVar("R")

WAITING = 100
"""How many people of one network address may wait for the thread; each waits about 50 ms for those before."""
SECONDS_TO_RETRY = 5

_argon = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
"""19 MiB for each hash, and about 50 ms of processor time."""


class Hashing:
    """One thread for slow work on passwords: network addresses take turns, and no one else waits."""

    def __init__(self) -> None:
        self._waiting: dict[str, deque[tuple[Callable[[], Any], asyncio.Future[Any]]]] = {}
        self._thread: ThreadPoolExecutor | None = None
        self._working: asyncio.Task[None] | None = None

    async def run(self, network: str, work: Callable[[], R]) -> R:
        """Run ``work`` on the thread; raises `RateLimited` if too many of its address wait already."""
        mine = self._waiting.setdefault(network, deque())
        if len(mine) >= WAITING:
            raise RateLimited("Too many people are signing in right now.", retry_after=SECONDS_TO_RETRY)
        done: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        mine.append((work, done))
        if self._working is None:
            self._working = asyncio.create_task(self._work())
        return await done

    async def _work(self) -> None:
        self._thread = self._thread or ThreadPoolExecutor(1, "passwords")
        while self._waiting:
            network, mine = next(iter(self._waiting.items()))
            del self._waiting[network]
            work, done = mine.popleft()
            if mine:
                self._waiting[network] = mine  # behind all other addresses
            if not done.done():
                await self._do(self._thread, work, done)
        self._working = None

    @staticmethod
    async def _do(thread: ThreadPoolExecutor, work: Callable[[], Any], done: asyncio.Future[Any]) -> None:
        try:
            result = await asyncio.get_running_loop().run_in_executor(thread, work)
        except asyncio.CancelledError:
            done.cancel()
            raise
        except Exception as error:
            if not done.done():
                done.set_exception(error)
        else:
            if not done.done():
                done.set_result(result)

    def close(self) -> None:
        """Cancel what still waits."""
        if self._working:
            self._working.cancel()
        for mine in self._waiting.values():
            for _, done in mine:
                done.cancel()
        self._waiting, self._working = {}, None
        if self._thread:
            self._thread.shutdown(wait=False, cancel_futures=True)
            self._thread = None


def hashed(password: str) -> str:
    """Return the hash of ``password`` to store, with its salt and parameters."""
    return _argon.hash(password)


def matches(hash: str | None, password: str) -> bool:
    """Return whether ``password`` has that hash; without one, take as long as with one."""
    try:
        return _argon.verify(hash or _nobodys(), password) and hash is not None
    except (VerificationError, InvalidHashError):
        return False


def outdated(hash: str) -> bool:
    """Return whether ``hash`` has the parameters of an earlier version."""
    return _argon.check_needs_rehash(hash)


@cache
def _nobodys() -> str:
    return hashed("")
