"""A batch of writes as one transaction, until it is on the disk or is known not to be.

If a write fails after it changed something, the transaction is undone, and the writes that did not fail run again, each
in a savepoint of its own. That is rare: a write that is not allowed fails before it changes anything. A connection that
is lost is replaced: PostgreSQL may have ended it while it was idle. If it is lost in the middle of a commit, the next
one tells what became of that.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Event
from typing import TypeAlias

from sqlalchemy import Connection, Engine, RootTransaction, text
from sqlalchemy.exc import DBAPIError

from chatrooms.storage import unknown
from chatrooms.storage.disk import Disk
from chatrooms.storage.engines import BEGINS
from chatrooms.storage.locks import LOCK_NOT_AVAILABLE
from chatrooms.storage.statements import Prepared
from chatrooms.storage.unknown import HISTORY, Transacted
from chatrooms.storage.writes import Transaction, Write

SECONDS_TO_WORK = 0.02
"""How long a batch works before it commits; what it has not begun by then waits for the next one."""
CONNECTIONS = 4
"""How many connections a batch is tried with."""
READ_ONLY = "25006"
"""https://www.postgresql.org/docs/current/errcodes-appendix.html"""

_SAVE, _UNDO, _RELEASE = (
    Prepared(text(sql)) for sql in ("SAVEPOINT job", "ROLLBACK TO SAVEPOINT job", "RELEASE SAVEPOINT job")
)


Run: TypeAlias = Callable[[Write, Transaction], None]


class _Undo(Exception):
    """A write failed after it changed something, and so did the transaction of which it is a part."""


class _Aborted(Exception):
    """The connection was lost in a commit, which did not happen."""


class Batches:
    """Commits batches with the writer's ``engine``, until ``ending`` is set; ``disk`` gets to know whether it can."""

    def __init__(self, engine: Engine, ending: Event, disk: Disk) -> None:
        self._engine, self._ending = engine.execution_options(**{BEGINS: True}), ending
        self._disk = disk
        self._busy: set[int] = set()
        """The locks that other transactions have held for long: no batch waits for them again."""

    def commit(self, batch: list[Write]) -> list[Write]:
        """Run the writes of one transaction until its time is up, and return the rest.

        Those that failed have errors, and those that ``waits`` are to be given to another batch. Raises
        ``SQLAlchemyError`` if nothing was stored, `Unknown` if no one can know.
        """
        run, patience, connections = _run_plainly, True, CONNECTIONS
        while True:
            try:
                return self._transact(batch, run, patience=patience)
            except _Undo:
                run = _run_in_savepoint
            except (_Aborted, DBAPIError) as error:
                self._disk.note(error)
                if patience and _sqlstate(error) == LOCK_NOT_AVAILABLE:
                    patience = False
                    continue
                connections -= 1
                if not connections or not _is_lost(error):
                    raise

    def _transact(self, batch: list[Write], run: Run, *, patience: bool) -> list[Write]:
        with self._engine.connect() as connection, connection.begin() as whole:
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
        if changed:
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
            if not unknown.is_stored(self._engine, Transacted(id, history), self._ending):
                raise _Aborted from error


def _run(batch: list[Write], run: Run, transaction: Transaction) -> list[Write]:
    until = time.perf_counter() + SECONDS_TO_WORK
    for done, write in enumerate(batch):
        if done and time.perf_counter() > until:
            return batch[done:]
        if write.runs:
            run(write, transaction)
    return []


def _run_plainly(write: Write, transaction: Transaction) -> None:
    before = transaction.changes()
    write.run(transaction)
    if transaction.changes() != before:
        if not write.runs:
            raise _Undo
        transaction.wrote()


def _run_in_savepoint(write: Write, transaction: Transaction) -> None:
    connection = transaction.connection
    _SAVE.run(connection, {})
    write.run(transaction)
    if not write.runs:
        _UNDO.run(connection, {})
    _RELEASE.run(connection, {})
    transaction.wrote()


def _sqlstate(error: Exception) -> str:
    return str(getattr(getattr(error, "orig", None), "sqlstate", None) or "")


def _is_lost(error: Exception) -> bool:
    return isinstance(error, _Aborted) or bool(getattr(error, "connection_invalidated", False))
