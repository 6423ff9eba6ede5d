"""A write that waits for the writer, and the transaction that it runs in."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, IntegrityError

from chatrooms import trace
from chatrooms.errors import Internal, Refusal, Unavailable
from chatrooms.storage import ahead, locks
from chatrooms.storage.ahead import Ahead
from chatrooms.storage.engines import CHANGES
from chatrooms.storage.locks import Elsewhere, Locks
from chatrooms.storage.statements import Asked
from chatrooms.wire import failures

Done = Callable[[Any, Exception | None], None]

PASSING = frozenset({"40001", "40P01", locks.LOCK_NOT_AVAILABLE})
"""Errors that another attempt need not meet: of serialization, a deadlock, a lock that somebody holds for long."""
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

    @property
    def runs(self) -> bool:
        """Return whether it has neither failed nor waits for another batch."""
        return self.error is None and not self.waits

    def run(self, transaction: Transaction) -> None:
        """Do the work and keep its outcome; raises a database error if the connection is lost."""
        try:
            transaction.require(self.locks)
            self.result = self.work(transaction.connection)
        except Refusal as refusal:
            self.error = refusal
        except Elsewhere:
            self._wait()
        except DBAPIError as error:
            if error.connection_invalidated:
                raise
            self._fail(error)
        except Exception:
            self._report()
            self.error = Internal()

    def _fail(self, error: DBAPIError) -> None:
        if getattr(error.orig, "sqlstate", None) in PASSING:
            self._wait()
            return
        self._report()
        self.failure = error
        self.error = Internal() if isinstance(error, IntegrityError) else Unavailable()

    def _report(self) -> None:
        with trace.of(**self._doing):
            failures.report("command failed")

    def _wait(self) -> None:
        """Wait for another batch, but not for ever."""
        now = time.monotonic()
        self._until = self._until or now + SECONDS_TO_PASS
        if now < self._until:
            self.waits = True
        else:
            self.error = Unavailable()

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


class Transaction:
    """The transaction of a batch, and in PostgreSQL its locks and its ``id``.

    ``changes`` returns something that differs once the transaction has changed more rows, or has to be undone. With
    ``patience`` it waits for locks, save for those of ``busy``, which it updates; raises a database error if it waited
    in vain.
    """

    def __init__(self, connection: Connection, batch: Iterable[Write], busy: set[int], *, patience: bool) -> None:
        self.connection = connection
        self.id: str | None = None
        driver: Any = connection.connection.driver_connection
        self._held: set[int] | None = None
        self._missed: set[int] = set()
        if connection.dialect.name == "sqlite":
            self.changes: Callable[[], Any] = lambda: (driver.total_changes, driver.in_transaction)
            return
        self.changes = lambda: (getattr(driver, CHANGES, 0), driver.info.transaction_status)
        self._lock(batch, busy, patience=patience)

    def _lock(self, batch: Iterable[Write], busy: set[int], *, patience: bool) -> None:
        """Take the locks, and read ahead what the writes will ask, in one round trip."""
        ahead.forget(self.connection)  # what the transaction before has read
        names: dict[str, None] = {}
        asked: list[Asked] = []
        for write in batch:
            found = _names(self.connection, write)
            names.update(dict.fromkeys(found))
            asked += write.ahead(found)
        keys = locks.keys_of(names)
        wanted = keys - busy if patience else set()
        tried = keys - wanted
        _, (row,) = ahead.read(self.connection, locks.begin(wanted), [] if tried else asked)
        self.id = row["transaction"]
        free = locks.attempted(self.connection, tried)
        self._held, self._missed = wanted | free, tried - free
        busy.difference_update(free)
        busy.update(self._missed)

    def wrote(self) -> None:
        """Note that a write was done; what was read ahead may not hold any more."""
        if self._held is not None:
            ahead.written(self.connection)

    def require(self, names: Locks) -> None:
        """Have these locks; raises `Elsewhere`."""
        if self._held is not None:
            locks.require(self.connection, locks.keys_of(names(self.connection)), self._held, self._missed)


def _names(connection: Connection, write: Write) -> list[str]:
    """Return what a write changes; if that fails, it fails again in `Transaction.require`, for this write alone."""
    try:
        return list(write.locks(connection))
    except DBAPIError:
        raise  # nothing more can be done in this transaction
    except Exception:
        return []
