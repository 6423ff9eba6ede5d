"""The LDAP directory of the settings, asked on threads of its own."""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor

from chatrooms.errors import Unavailable
from chatrooms.fair_queue import FairQueue
from chatrooms.settings import Settings
from chatrooms.wire.tally import Tally

AT_ONCE, WAITING = 4, 20
BUSY = "Too many people are signing in right now."
ABSENT = "Passwords can't be checked right now. Try again later."

log = logging.getLogger(__name__)


class Unreachable(Exception):
    """The directory does not answer as directories do; the message says why, for the log."""


class Directory:
    """Asks the directory, a few times at once; network addresses take turns, and nobody else waits."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._queue = FairQueue(AT_ONCE, WAITING, BUSY)
        self._threads: ThreadPoolExecutor | None = None
        self._tally = Tally(log)

    async def entry_of(self, username: str, password: str, network: str) -> str | None:
        """Return what stands for the entry there that has a name and a password; None if it is another password.

        Raises `Unavailable`, or `RateLimited` if many wait.
        """
        if not self._settings.ldap_url:
            return None
        async with self._queue.turn(network, network):
            self._threads = self._threads or ThreadPoolExecutor(AT_ONCE, "directory")
            loop = asyncio.get_running_loop()
            try:
                return await loop.run_in_executor(self._threads, _ask, self._settings, username, password)
            except Unreachable as error:
                self._tally.note(logging.WARNING, "the directory cannot be used", str(error))
                raise Unavailable(ABSENT) from error

    def close(self) -> None:
        """Let the threads end after what they do now; the next question begins others."""
        if self._threads:
            self._threads.shutdown(wait=False)
            self._threads = None


def _ask(settings: Settings, username: str, password: str) -> str | None:
    from chatrooms.identity.ldap.binding import entry_of

    return entry_of(settings, username, password)
