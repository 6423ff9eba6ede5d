"""Unfinished uploads: a file for each, which only grows, so that its size says how much has come."""

from __future__ import annotations

import os
import shutil
import time
from contextlib import suppress
from pathlib import Path

from chatrooms.storage.blobs.directory import make_folder, sync
from chatrooms.storage.files import FILE, FOLDER

MADE = ".made"
"""Added to the id of an upload for the folder of what is made from it."""


class Spool:
    """The uploads in a folder of the data directory, by their ids; its methods block, and raise ``OSError``."""

    def __init__(self, folder: Path, data: Path) -> None:
        self._folder, self._data = folder, data

    def path(self, id: str) -> Path:
        """Return where the upload is."""
        return self._folder / id

    def made(self) -> Path:
        """Return the folder, which is there."""
        make_folder(self._folder, self._data)
        return self._folder

    def size(self, id: str) -> int:
        """Return how many bytes are on the disk, after they are."""
        try:
            sync(self.path(id))
        except FileNotFoundError:
            return 0
        return self.path(id).stat().st_size

    def write(self, id: str, offset: int, data: bytes) -> None:
        """Write bytes, which are on the disk only once `size` was asked.

        They have their place: a call that hung, and was given up, may end beside the one that repeats it.
        """
        path = self.path(id)
        is_new = not path.exists()
        if is_new:
            self.made()
        opened = os.open(path, os.O_CREAT | os.O_WRONLY, FILE)
        try:
            left = memoryview(data)
            while left:
                written = os.pwrite(opened, left, offset)
                left, offset = left[written:], offset + written
        finally:
            os.close(opened)
        if is_new:
            sync(self._folder)

    def begin(self, id: str) -> bytes:
        """Return the first bytes."""
        with self.path(id).open("rb") as file:
            return file.read(4096)

    def beside(self, id: str) -> Path:
        """Return a new, empty folder for what is made from an upload."""
        folder = self._folder / f"{id}{MADE}"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=FOLDER)
        return folder

    def remove(self, id: str) -> None:
        """Remove an upload and what was made from it, if it is there."""
        self.path(id).unlink(missing_ok=True)
        shutil.rmtree(self._folder / f"{id}{MADE}", ignore_errors=True)

    def unchanged(self, seconds: float) -> list[str]:
        """Return the ids of which nothing has changed for some time."""
        changed: dict[str, float] = {}
        with suppress(FileNotFoundError):
            for entry in list(self._folder.iterdir()):
                which = entry.name.removesuffix(MADE)
                with suppress(FileNotFoundError):
                    changed[which] = max(changed.get(which, 0.0), entry.stat().st_mtime)
        return [which for which, at in changed.items() if time.time() - at > seconds]
