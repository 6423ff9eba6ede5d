"""`Database`: one `Writer`, several threads of a `Reader`, and when they run; independent of chat."""

from __future__ import annotations

import logging

from sqlalchemy import make_url

from chatrooms.lifetime import Lifetime
from chatrooms.storage.reader import Reader
from chatrooms.storage.writer import Writer

SECONDS_TO_CLOSE = 5.0
"""How long closing waits for unfinished work."""


class Database:
    """A database with many readers and one writer, between `open` and `close`.

    With ``alone``, a lock keeps others out, except those that have PostgreSQL ``shared``, if this one has, too; without
    it, nothing does.

    It belongs to the event loop that opened it; calls from other loops and threads run there too. Calls while it is not
    open raise `NotRunning`. It can be opened again on any loop, even after `open` failed.
    """

    def __init__(self, url: str, *, alone: bool = True, shared: bool = False) -> None:
        self.url = make_url(url)
        self._lifetime = Lifetime("The database is not open: call this between its open() and its close().")
        self.writer = Writer(self.url, self._lifetime, alone=alone, shared=shared)
        self.reader = Reader(self.url, self._lifetime)

    @property
    def is_shared(self) -> bool:
        """Return whether several servers can use the database."""
        return self.url.get_backend_name() == "postgresql"

    async def open(self) -> None:
        """Create or migrate the tables and start the threads.

        Raises `AlreadyRunning`, `Busy`, `Unfit` if a chat cannot use it as it is, or ``SQLAlchemyError``.
        """
        self._lifetime.begin()
        try:
            await self._let_go()  # left over if the event loop was closed before the database
            self.reader.open()
            await self.writer.open()
        except BaseException:
            try:
                await self._let_go()
            finally:
                self._lifetime.end()
            raise
        self._lifetime.ready()

    async def close(self) -> None:
        """Finish the accepted work, then release everything; without effect if it is not open.

        If the database hangs, stop waiting after a few seconds; it is released when it responds, or with the process.
        """
        if self._lifetime.running:
            await self._lifetime.call(self._close)

    async def _close(self) -> None:
        patience = SECONDS_TO_CLOSE
        try:
            for finish in (self.writer.finish, self.reader.finish):
                if not await finish(patience):
                    patience = 0
        finally:
            self._lifetime.stop()
            try:
                await self._let_go(patience)
            finally:
                self._lifetime.end()

    async def _let_go(self, patience: float | None = None) -> None:
        """End the threads; the writer's last, because another server may write then."""
        patience = SECONDS_TO_CLOSE if patience is None else patience
        for close in (self.reader.close, self.writer.close):
            if not await close(patience):
                patience = 0
        if not patience:
            logging.getLogger(__name__).error("the database does not respond; closing without it")
