"""Hashing of passwords by Argon2id (RFC 9106), with the parameters that OWASP recommends, on a thread of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from chatrooms.errors import RateLimited

R = TypeVar("R")

WAITING = 100
"""How many people may wait for the thread; each waits about 50 ms for everyone before."""
SECONDS_TO_RETRY = 5

_argon = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
"""19 MiB for each hash, and about 50 ms of processor time."""


class Hashing:
    """One thread for slow work on passwords, so that people who sign in wait for each other, and no one else does."""

    def __init__(self) -> None:
        self._thread: ThreadPoolExecutor | None = None
        self._waiting = 0

    async def run(self, work: Callable[[], R]) -> R:
        """Run ``work`` on the thread; raises `RateLimited` if too many wait for it already."""
        if self._waiting >= WAITING:
            raise RateLimited("Too many people are signing in right now.", retry_after=SECONDS_TO_RETRY)
        self._thread = self._thread or ThreadPoolExecutor(1, "passwords")
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)
        finally:
            self._waiting -= 1

    def close(self) -> None:
        """Do nothing of what still waits."""
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
