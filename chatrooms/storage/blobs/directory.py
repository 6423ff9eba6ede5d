"""Whole files in a folder of the data directory, readable by its owner only."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import BinaryIO

from chatrooms.settings import OURS
from chatrooms.storage.files import FILE, FOLDER, make_private_folder

FOLDERS = 2
"""The first characters of a key are the name of the folder that its file is in, so that no folder has too many."""
PIECE = 4 * 1024 * 1024
"""How many bytes are copied at once."""
UNFINISHED = ".part"
"""Added to the name of a copy until it is whole."""


class Directory:
    """A folder in the data directory ``data``, made when it is first needed."""

    patience = 0.0

    def __init__(self, folder: Path, data: Path) -> None:
        self._folder, self._data = folder, data

    def put(self, key: str, file: Path, moved: Callable[[], None]) -> None:
        """Store the file at a path: the same file under a second name where possible, otherwise a copy.

        What is stored already goes only when what replaces it is whole: another process may have stored it, and have
        removed the file at the path, which then raises ``FileNotFoundError``.
        """
        try:
            self._put(key, file, moved)
        except FileNotFoundError:
            if not file.exists():
                raise
            self._put(key, file, moved)  # the last file beside it was removed at that moment, and its folder with it

    def _put(self, key: str, file: Path, moved: Callable[[], None]) -> None:
        target = self._path(key)
        make_folder(target.parent, self._data)
        try:
            os.link(file, target)
        except FileNotFoundError:
            raise
        except FileExistsError:
            if not target.samefile(file):
                copy(file, target, moved)
        except OSError:  # another or a simple file system
            copy(file, target, moved)
        sync(target)
        sync(target.parent)

    def read(self, key: str, start: int, size: int) -> bytes:
        """Return ``size`` bytes from ``start``; raises ``FileNotFoundError``."""
        with self._path(key).open("rb") as file:
            file.seek(start)
            return file.read(size)

    def size(self, key: str) -> int:
        """Return how many bytes a file has; raises ``FileNotFoundError``."""
        return self._path(key).stat().st_size

    def remove(self, key: str) -> None:
        """Remove a file, if it is there, and its folder, if it is empty then."""
        path = self._path(key)
        path.unlink(missing_ok=True)
        with suppress(OSError):
            path.parent.rmdir()

    def _path(self, key: str) -> Path:
        return self._folder / key[:FOLDERS] / key


def make_folder(folder: Path, data: Path) -> None:
    """Create a private folder below the data directory, and those that it is in.

    Raises ``NotADirectoryError`` where there cannot be one: ``FileNotFoundError`` would mean that a file is gone.
    """
    if folder.is_dir():
        return
    try:
        make_private_folder(data, OURS)
        missing = [each for each in (*reversed(folder.parents), folder) if data in each.parents]
        for each in missing:
            each.mkdir(mode=FOLDER, exist_ok=True)
            sync(each.parent)
    except FileNotFoundError as error:
        raise NotADirectoryError(errno.ENOTDIR, "the data directory cannot be made", str(data)) from error


def sync(path: Path) -> None:
    """Write what the system keeps in memory of a file or folder to the disk."""
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def copy(file: Path, target: Path, moved: Callable[[], None]) -> None:
    """Copy a file durably, piece by piece; what is at ``target`` is whole at any time."""
    part = target.with_name(target.name + UNFINISHED)
    try:
        with file.open("rb") as source, _private(part) as copy:
            for piece in iter(partial(source.read, PIECE), b""):
                copy.write(piece)
                copy.flush()
                os.fsync(copy.fileno())
                moved()
        part.rename(target)
    except OSError:
        part.unlink(missing_ok=True)
        with suppress(OSError):
            part.parent.rmdir()
        raise


def _private(file: Path) -> BinaryIO:
    return os.fdopen(os.open(file, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, FILE), "wb")
