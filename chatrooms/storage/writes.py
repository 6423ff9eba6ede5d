"""A write: what the writer is asked to do, and what came of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError

from chatrooms import trace
from chatrooms.errors import Internal, Unavailable
from chatrooms.storage import ahead, locks
from chatrooms.storage.ahead import Ahead
from chatrooms.storage.locks import Locks
from chatrooms.wire import failures

Done = Callable[[Any, Exception | None], None]

PASSING = frozenset({"40001", "40P01", locks.LOCK_NOT_AVAILABLE})
"""Errors that another attempt need not meet: of serialization, a deadlock, a lock that somebody holds for long."""
LASTING = IntegrityError, DataError
"""Errors that every attempt meets, because of what is written."""
TOO_MUCH = "54"
"""The class of PostgreSQL's errors of too much for it, as of a long text: these last, too."""
SECONDS_TO_PASS = 5.0
"""How long a write is tried again because of such an error."""


class Write:
    """Work for the writer on behalf of ``whom``, the names of what it changes, and what it will read first.

    ``done`` is called once, with its result and its error. One that ``waits`` has met an error that passes; ``failure``
    is that of the database by which it failed.
    """

    __slots__ = ("_doing", "_done", "_until", "ahead", "error", "failure", "locks", "result", "waits", "whom", "work")

    def __init__(
        self,
        work: Callable[[Connection], Any],
        locks: Locks,
        whom: str,
        done: Done,
        ahead: Ahead = ahead.nothing,
    ) -> None:
        self.work, self.locks, self.whom, self.ahead = work, locks, whom, ahead
        self._done: Done | None = done
        self._doing = trace.current()
        self._until: float | None = None
        self.result: Any = None
        self.error: Exception | None = None
        self.failure: DBAPIError | None = None
        self.waits = False

    def wait(self) -> None:
        """Wait for another batch, but not for ever."""
        now = time.monotonic()
        self._until = self._until or now + SECONDS_TO_PASS
        if now < self._until:
            self.waits = True
        else:
            self.error = Unavailable()

    def fail(self) -> None:
        """Fail because of a mistake of ours, which is handled now."""
        self._report()
        self.error = Internal()

    def fail_by(self, error: DBAPIError) -> None:
        """Fail because of an error of the database, or wait until it has passed."""
        state = getattr(error.orig, "sqlstate", None) or ""
        if state in PASSING:
            self.wait()
            return
        self._report()
        self.failure = error
        self.error = Internal() if isinstance(error, LASTING) or state.startswith(TOO_MUCH) else Unavailable()

    def _report(self) -> None:
        with trace.of(**self._doing):
            failures.report("command failed")

    def answer(self) -> None:
        """Pass the outcome to the caller."""
        self._call(self.result, self.error)

    def refuse(self) -> None:
        """Pass `Unavailable` to the caller, because it is unknown whether the work was done."""
        self._call(None, Unavailable())

    def _call(self, result: Any, error: Exception | None) -> None:
        done, self._done = self._done, None
        if done:
            try:
                done(result, error)
            except Exception:
                failures.report("answering failed")
