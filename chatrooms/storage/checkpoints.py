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

OF_TRANSACTION, OF_WRITE = 4.0, 1.5
"""About how many pages of 4 KiB a transaction adds to the log, and each write of it."""
FEW = 8
"""Writes of a transaction when the server has time: then the log is kept short."""
SHORT, LONG = 2_000, 16_000
"""Pages after which the log is copied, and is to start over. To lengthen a file takes longer than to overwrite it."""


class Checkpoints:
    """Copies the log of a database by a connection of its own; for the writer's thread."""

    def __init__(self, url: URL) -> None:
        self._engine = connect(url, writer=True)
        self._added = 0.0
        self._length = 0
        self._thread: Thread | None = None

    def committed(self, count: int) -> None:
        """Note a transaction of ``count`` writes, and copy the log if it is time for that."""
        self._added += OF_TRANSACTION + count * OF_WRITE
        longest = SHORT if count <= FEW else LONG
        if self._length >= longest:
            self._length = 0
            _copy(self._engine)
        if self._added >= longest and not (self._thread and self._thread.is_alive()):
            self._added = 0.0
            self._thread = Thread(target=self._copy_beside, name="checkpoint", daemon=True)
            self._thread.start()

    def end(self) -> None:
        """Finish."""
        if self._thread:
            self._thread.join()
        self._engine.dispose()

    def _copy_beside(self) -> None:
        try:
            self._length = _copy(self._engine)
        except Exception:
            failures.report("a checkpoint failed")


def _copy(engine: Engine) -> int:
    """Copy as much of the log as nobody reads; return how many pages it has."""
    with engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        _, pages, _ = driver.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
    return int(pages)
