"""Hashing of passwords by Argon2id (RFC 9106), with the parameters that OWASP recommends, on a thread of its own."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TYPE_CHECKING, TypeVar

from chatrooms import extras
from chatrooms.fair_queue import FairQueue

if TYPE_CHECKING:
    from argon2 import PasswordHasher

R = TypeVar("R")

WAITING = 100
"""How many of one network address may wait; each waits about 50 ms for those before."""
NICER = 5
"""By how much, so that people who sign in do not wait for ever beside other programs that keep the processor busy."""
BUSY = "Too many people are signing in right now."


class Hashing:
    """One thread for slow work on passwords: network addresses take turns, and no one else waits."""

    def __init__(self) -> None:
        self._queue = FairQueue(1, WAITING, BUSY)
        self._thread: ThreadPoolExecutor | None = None

    async def run(self, network: str, work: Callable[[], R]) -> R:
        """Run ``work`` on the thread; raises `RateLimited` if too many of its address wait already.

        Raises `NotInstalled` without the libraries that it needs.
        """
        extras.require("accounts")
        async with self._queue.turn(network, network):
            self._thread = self._thread or ThreadPoolExecutor(1, "passwords", _go_last)
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def close(self) -> None:
        """Let the thread end after what it does now; the next `run` begins another."""
        if self._thread:
            self._thread.shutdown(wait=False)
            self._thread = None


def _go_last() -> None:
    """Let the event loop and the writer go first for the processor: Linux has priorities of threads."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), min(19, os.getpriority(os.PRIO_PROCESS, 0) + NICER))


def hashed(password: str) -> str:
    """Return the hash of ``password`` to store, with its salt and parameters."""
    return _argon().hash(password)


def matches(hash: str | None, password: str) -> bool:
    """Return whether ``password`` has that hash; without one, take as long as with one."""
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        return _argon().verify(hash or _nobodys(), password) and hash is not None
    except (VerificationError, InvalidHashError):
        return False


def outdated(hash: str) -> bool:
    """Return whether ``hash`` has the parameters of an earlier version."""
    return _argon().check_needs_rehash(hash)


@cache
def _argon() -> PasswordHasher:
    """Return what hashes: 19 MiB for each, and about 50 ms of processor time."""
    from argon2 import PasswordHasher

    return PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


@cache
def _nobodys() -> str:
    return hashed("")
