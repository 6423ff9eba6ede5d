"""A copy of a SQLite database, complete and consistent, beside a server that goes on writing."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from chatrooms.cli.opening import Unable, opening_existing
from chatrooms.cli.shown import location
from chatrooms.settings import Settings
from chatrooms.storage.files import FILE

UNFINISHED = ".part"
"""Added to the name of a copy until it is complete."""


def copy(settings: Settings, to: Path) -> str:
    """Copy the database to the new file ``to``, and return where it is; raises `Unable`."""
    with opening_existing(settings) as url:
        if url.get_backend_name() != "sqlite":
            raise Unable("this copies SQLite databases only; use pg_dump for PostgreSQL (see the guide to backups)")
        if os.path.lexists(to):
            raise Unable(f"{to} exists already; a copy needs a new file")
        try:
            _copy(Path(url.database or ""), to)
        except (OSError, sqlite3.Error) as error:
            raise Unable(f"{to} cannot be written: {getattr(error, 'strerror', None) or error}") from error
        return location(url)


def _copy(database: Path, to: Path) -> None:
    part = to.with_name(to.name + UNFINISHED)
    os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, FILE))
    try:
        _copy_in_one_step(database, part)
        part.rename(to)
    except BaseException:
        part.unlink()
        raise


def _copy_in_one_step(database: Path, part: Path) -> None:
    """Copy all pages in one transaction, and check the copy; raises `Unable` if it is damaged.

    In several steps, SQLite would begin anew whenever another process commits between two of them.
    """
    url = f"{database.absolute().as_uri()}?mode=rw"
    with closing(sqlite3.connect(url, uri=True)) as source, closing(sqlite3.connect(part)) as copied:
        source.backup(copied)
        if copied.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
            raise Unable(f"the copy would be damaged, and so may be {database}")
