"""Checkpoints of SQLite: its write-ahead log is copied into the database beside the writer, which does not wait for it.

A checkpoint of another connection does not copy what is committed meanwhile, but the log starts over only once all of
it was copied. So when it is long, the writer's thread copies the little that is left.
"""

from __future__ import annotations

from threading import Thread
from typing import Any

from sqlalchemy import URL, Engine

from chatrooms.storage.engines import connect
from chatrooms.wire import failures

WRITES = 12_000
"""Writes after which the log is copied; each changes a page at least, often one that others changed too."""
LONG = 16_000
"""Pages of 4 KiB in the log, after which it is to start over."""


class Checkpoints:
    """Copies the log of a database by a connection of its own; for the writer's thread."""

    def __init__(self, url: URL) -> None:
        self._engine = connect(url, writer=True)
        self._writes = 0
        self._is_long = False
        self._thread: Thread | None = None

    def committed(self, count: int) -> None:
        """Note a transaction of ``count`` writes, and copy the log if it is time for that."""
        self._writes += count
        if self._is_long:
            self._is_long = False
            _copy(self._engine)
        if self._writes >= WRITES and not (self._thread and self._thread.is_alive()):
            self._writes = 0
            self._thread = Thread(target=self._copy_beside, name="checkpoint", daemon=True)
            self._thread.start()

    def end(self) -> None:
        """Finish."""
        if self._thread:
            self._thread.join()
        self._engine.dispose()

    def _copy_beside(self) -> None:
        try:
            self._is_long = _copy(self._engine) >= LONG
        except Exception:
            failures.report("a checkpoint failed")


def _copy(engine: Engine) -> int:
    """Copy as much of the log as nobody reads; return how many pages it has."""
    with engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        _, pages, _ = driver.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
    return int(pages)
