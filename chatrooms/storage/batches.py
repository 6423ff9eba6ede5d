"""A batch of writes as one transaction, until it is on the disk or is known not to be.

If a write fails after it changed something, the transaction is undone, and the writes that did not fail run again, each
in a savepoint of its own. That is rare: a write that is not allowed fails before it changes anything. A connection that
is lost is replaced: PostgreSQL may have ended it while it was idle. If it is lost in the middle of a commit, the next
one tells what became of that.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from threading import Event
from typing import Any, TypeAlias

from sqlalchemy import Connection, Engine, RootTransaction, literal, select, text
from sqlalchemy.exc import DBAPIError

from chatrooms.errors import Refusal
from chatrooms.storage import ahead, locks, lost_commits
from chatrooms.storage.disk import Disk
from chatrooms.storage.engines import BEGINS, CHANGES
from chatrooms.storage.locks import Elsewhere
from chatrooms.storage.lost_commits import HISTORY, Transacted
from chatrooms.storage.place import Place
from chatrooms.storage.statements import Asked, Prepared
from chatrooms.storage.writes import Write

SECONDS_TO_WORK = 0.02
"""How long a batch works before it commits; what it has not begun by then waits for the next one."""
CONNECTIONS = 4
"""How many connections a batch is tried with."""
READ_ONLY = "25006"
"""https://www.postgresql.org/docs/current/errcodes-appendix.html"""

_LOOK = Prepared(select(literal(1).label("one")))
_SAVE, _UNDO, _RELEASE = (
    Prepared(text(sql)) for sql in ("SAVEPOINT job", "ROLLBACK TO SAVEPOINT job", "RELEASE SAVEPOINT job")
)


class _Undo(Exception):
    """A write failed after it changed something, and so did the transaction of which it is a part."""


class _Aborted(Exception):
    """The connection was lost in a commit, which did not happen."""


class Batches:
    """Commits batches by one connection of the writer's ``engine``, until ``ending`` is set.

    ``disk`` gets to know whether it can.
    """

    def __init__(self, engine: Engine, ending: Event, disk: Disk) -> None:
        self._engine, self._ending = engine.execution_options(**{BEGINS: True}), ending
        self._disk = disk
        self._place = Place(engine.url) if engine.dialect.name == "sqlite" else None
        self._connection: Connection | None = None
        self._busy: set[int] = set()
        """The locks that other transactions have held for long: no batch waits for them again."""

    def commit(self, batch: list[Write]) -> list[Write]:
        """Run the writes of one transaction until its time is up, and return the rest.

        Those that failed have errors, and those that ``waits`` are to be given to another batch. Raises
        ``SQLAlchemyError`` or `Moved` if nothing was stored, `Unknown` if no one can know.
        """
        self._require_place()
        run, patience, connections = Transaction.run, True, CONNECTIONS
        while True:
            try:
                return self._transact(batch, run, patience=patience)
            except _Undo:
                run = Transaction.run_in_savepoint
            except (_Aborted, DBAPIError) as error:
                self._disk.note(error)
                if patience and _sqlstate(error) == locks.LOCK_NOT_AVAILABLE:
                    patience = False
                    continue
                connections -= 1
                if not connections or not _is_lost(error):
                    raise

    def look(self) -> None:
        """Make sure that the connection is still there; raises ``SQLAlchemyError``."""
        with self._connected() as connection, connection.begin():
            _LOOK.one(connection, {})

    def _require_place(self) -> None:
        """Raise `Moved` if SQLite's file is no longer in its place.

        The log beside it is emptied into the file that it belongs to: whatever is in that place now would get it.
        """
        if self._place and self._place.is_lost():
            if self._connection:
                driver: Any = self._connection.connection.driver_connection
                driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            raise self._place.moved()

    def close(self) -> None:
        """Close the connection."""
        if self._connection:
            self._connection.close()
            self._connection = None

    @contextmanager
    def _connected(self) -> Iterator[Connection]:
        """Keep the connection for the next transaction unless something failed: to take it from a pool is slow."""
        connection = self._connection = self._connection or self._engine.connect()
        is_fine = False
        try:
            yield connection
            is_fine = not connection.invalidated
        finally:
            if not is_fine:
                self.close()

    def _transact(self, batch: list[Write], run: Run, *, patience: bool) -> list[Write]:
        with self._connected() as connection, connection.begin() as whole:
            try:
                transaction = Transaction(connection, batch, self._busy, patience=patience)
                before = transaction.changes()
                rest = _run(batch, run, transaction)
            except DBAPIError as error:
                if _sqlstate(error) == READ_ONLY:
                    connection.invalidate()  # another one may lead to a server that is not
                raise
            changed = transaction.changes() != before
            self._store(connection, whole, transaction.id)
        if changed and self._disk.problem:
            self._disk.wrote()
        for write in batch:
            if write.failure:
                self._disk.note(write.failure)
        return rest

    def _store(self, connection: Connection, whole: RootTransaction, id: str | None) -> None:
        """Commit; raises `_Aborted` if the connection was lost before it happened."""
        history = connection.info.get(HISTORY)
        try:
            whole.commit()
        except DBAPIError as error:
            if id is None or history is None or not error.connection_invalidated:
                raise
            if not lost_commits.is_stored(self._engine, Transacted(id, history), self._ending):
                raise _Aborted from error


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

    def run(self, write: Write) -> None:
        """Do the work of a write and keep its outcome; raises `_Undo` if it changed something and then failed.

        Raises a database error if the connection is lost.
        """
        before = self.changes()
        self._try(write)
        if self.changes() != before:
            if write.error or write.waits:
                raise _Undo
            self._forget_ahead()

    def run_in_savepoint(self, write: Write) -> None:
        """Do the same, and undo what a write changed that failed."""
        _SAVE.run(self.connection, {})
        self._try(write)
        if write.error or write.waits:
            _UNDO.run(self.connection, {})
        _RELEASE.run(self.connection, {})
        self._forget_ahead()

    def _try(self, write: Write) -> None:
        try:
            if self._held is not None:
                locks.require(self.connection, locks.keys_of(write.locks(self.connection)), self._held, self._missed)
            write.result = write.work(self.connection)
        except Refusal as refusal:
            write.error = refusal
        except Elsewhere:
            write.wait()
        except DBAPIError as error:
            if error.connection_invalidated:
                raise
            write.fail_by(error)
        except Exception:
            write.fail()

    def _forget_ahead(self) -> None:
        """Note that a write was done: what was read ahead may not hold any more."""
        if self._held is not None:
            ahead.written(self.connection)


Run: TypeAlias = Callable[[Transaction, Write], None]


def _run(batch: list[Write], run: Run, transaction: Transaction) -> list[Write]:
    """Run the writes of a batch until its time is up, and return the rest."""
    until = time.perf_counter() + SECONDS_TO_WORK
    for done, write in enumerate(batch):
        if done and time.perf_counter() > until:
            return batch[done:]
        if not (write.error or write.waits):
            run(transaction, write)
    return []


def _names(connection: Connection, write: Write) -> list[str]:
    """Return what a write changes; if that fails, it fails again in `Transaction.run`, for this write alone."""
    try:
        return list(write.locks(connection))
    except DBAPIError:
        raise  # nothing more can be done in this transaction
    except Exception:
        return []


def _sqlstate(error: Exception) -> str:
    return str(getattr(getattr(error, "orig", None), "sqlstate", None) or "")


def _is_lost(error: Exception) -> bool:
    return isinstance(error, _Aborted) or bool(getattr(error, "connection_invalidated", False))
