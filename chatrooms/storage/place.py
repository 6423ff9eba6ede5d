"""Whether the file of a SQLite database is still where it was: what is written to one that was replaced would be lost.

SQLite goes on with the file that it has opened, as if nothing had happened, wherever that is.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import URL


class Moved(Exception):
    """The file of the database is another one, or gone; the message says what to do."""


class Place:
    """The path of a database that is open, and which file was there then."""

    def __init__(self, url: URL) -> None:
        self._path = Path(url.database or "").absolute()
        self._opened = self._found()

    def is_lost(self) -> bool:
        """Return whether the path leads to another file, or to none."""
        return self._found() != self._opened

    def moved(self) -> Moved:
        """Return the error that says so."""
        return Moved(
            f"{self._path} was replaced, moved or removed while the server uses it, so nothing is stored any more: "
            "stop the server, put the right file in its place, and start it"
        )

    def _found(self) -> tuple[int, int] | None:
        """Return what tells the file at the path from all others, as SQLite does."""
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_dev, found.st_ino
