"""The contents of files that people share: unfinished uploads on this machine's disk, and a store for whole files.

A store is a folder or, with an extra, S3. What hangs or fails there delays nothing else, nor the exit of the process:
each call has a thread of its own and a deadline.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from secrets import token_hex
from typing import ParamSpec, Protocol, TypeVar

from chatrooms.errors import NoSpace, NotFound, Unavailable
from chatrooms.fair_queue import FairQueue
from chatrooms.once import Once
from chatrooms.settings import FILES, Settings
from chatrooms.storage.blobs.directory import Directory
from chatrooms.storage.blobs.progress import Progress
from chatrooms.storage.blobs.spool import Spool
from chatrooms.storage.daemon_threads import apart

P = ParamSpec("P")
T = TypeVar("T")

SECONDS = 20.0
"""How long one step in the store may take, such as reading a piece, and how long a file may make no progress."""
AT_ONCE = 8
"""How many steps of uploads this machine's disk takes at a time, and the store quick ones, such as reading a piece."""
OF_ONE = 4
"""How many of the store's one address has at a time."""
PUTS, PUTS_OF_ONE = 8, 2
"""How many files are stored at a time, and how many of one address: that can take hours, if the store is far away."""
MOST_WAITING = 1000
BUSY = "Too many files are being stored or loaded. Wait a moment."
PIECE = 256 * 1024
"""How many bytes of a file are read at once."""
RESERVE = 256 * 1024 * 1024
"""Free bytes of the disk that are left to the database and everything else."""
UNAVAILABLE = "The server can't store or load files right now. Try again."
FULL = (errno.ENOSPC, errno.EDQUOT)

log = logging.getLogger(__name__)


class Store(Protocol):
    """Where whole files are, under random keys; its methods block, and raise ``OSError``.

    Storing a file may make no progress for ``patience`` seconds, if that is more than `SECONDS`.
    """

    patience: float

    def put(self, key: str, file: Path, moved: Callable[[], None]) -> None:
        """Store a copy of the file at a path, durably, before it returns; storing it again is allowed.

        ``moved`` is called whenever a part is stored; what it raises ends that, and leaves nothing.
        """

    def read(self, key: str, start: int, size: int) -> bytes:
        """Return ``size`` bytes from ``start``; raises ``FileNotFoundError``."""

    def size(self, key: str) -> int:
        """Return how many bytes a file has; raises ``FileNotFoundError``."""

    def remove(self, key: str) -> None:
        """Remove a file, if it is there."""


class Blobs:
    """The uploads and the store of one chat, for its event loop.

    What the store does has turns, address by address: ``whom`` is the one for which it does something, or a person, and
    empty for the server itself. All methods raise `Unavailable` if the disk or the store fails or takes too long, and
    `NoSpace` if it is full.
    """

    def __init__(self, settings: Settings) -> None:
        folder = settings.data / FILES
        self.spool = Spool(folder / "uploads", settings.data)
        self.store: Store = _remote(settings.file_store) if settings.file_store else Directory(folder, settings.data)
        self._suffix = token_hex(8)
        self._disk = FairQueue(AT_ONCE, MOST_WAITING, BUSY)
        self._turns = FairQueue(AT_ONCE, MOST_WAITING, BUSY, of_one=OF_ONE)
        self._puts = FairQueue(PUTS, MOST_WAITING, BUSY, of_one=PUTS_OF_ONE)
        self._once = Once(log)
        self._problems: dict[str, str] = {}

    def own_key(self, id: str) -> str:
        """Return the key under which an upload is stored by this process alone, which has content of its own."""
        return f"{id}.{self._suffix}"

    def degraded(self) -> dict[str, str]:
        """Return why ``files`` cannot be shared or loaded, from a failure on until one was; empty if they can."""
        found = [f"{problem}: people cannot {what} them" for what, problem in self._problems.items()]
        return {"files": "; ".join(found)} if found else {}

    async def run(self, work: Callable[P, T], *args: P.args, **how: P.kwargs) -> T:
        """Return what a method of `spool` returns."""
        with self._failing("share"):
            async with asyncio.timeout(SECONDS):
                return await self._disk.run("", "", partial(_apart, partial(work, *args, **how)))

    async def ask(self, whom: str, work: Callable[P, T], *args: P.args, **how: P.kwargs) -> T:
        """Return what a quick method of `store` returns."""
        with self._failing("load"):
            async with asyncio.timeout(SECONDS):
                answer = await self._turns.run(whom, whom, partial(_apart, partial(work, *args, **how)))
        self._problems.pop("load", None)
        return answer

    async def put(self, whom: str, key: str, file: Path) -> None:
        """Store a copy of a file, which may take as long as it makes progress."""
        moving = Progress()

        def put() -> Awaitable[None]:
            moving.note()
            return _apart(partial(self.store.put, key, file, moving.note))

        with self._failing("share"):
            await moving.follow(self._puts.run(whom, whom, put), max(SECONDS, self.store.patience))
        self._problems.pop("share", None)

    @contextmanager
    def _failing(self, what: str) -> Iterator[None]:
        try:
            yield
        except TimeoutError as error:
            self._problems[what] = "their store does not respond"
            self._once.warn("the store of files does not respond")
            raise Unavailable(UNAVAILABLE) from error
        except FileNotFoundError as error:
            raise NotFound("This file is gone.") from error
        except OSError as error:
            reason = error.strerror or type(error).__name__
            self._problems[what] = f"their store fails ({reason})"
            self._once.warn("the store of files fails: %s", reason)
            if error.errno in FULL:
                raise NoSpace("The server has no space left for files.") from error
            raise Unavailable(UNAVAILABLE) from error

    async def read(self, whom: str, key: str, start: int, size: int) -> AsyncIterator[bytes]:
        """Yield ``size`` bytes of a stored file from ``start``, in pieces."""
        end = start + size
        while start < end:
            piece = await self.ask(whom, self.store.read, key, start, min(PIECE, end - start))
            if not piece:
                raise NotFound("This file is gone.")
            yield piece
            start += len(piece)

    async def require_space(self, size: int) -> None:
        """Raise `NoSpace` if storing ``size`` more bytes would leave too little of the disk for everything else."""
        free = await self.run(self._free)
        if free < RESERVE:
            self._problems["share"] = f"the disk of the data directory has {free >> 20} MiB left"
        if free < size + RESERVE:
            raise NoSpace("The server has no space left for files.")

    def _free(self) -> int:
        return shutil.disk_usage(self.spool.made()).free


def _apart(work: Callable[[], T]) -> Awaitable[T]:
    return asyncio.wrap_future(apart(work, "chatrooms-files"))


def _remote(url: str) -> Store:
    from chatrooms.storage.blobs.s3 import S3

    return S3(url)
