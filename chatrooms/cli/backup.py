"""A copy of a database, complete and consistent, beside servers that go on writing."""

from __future__ import annotations

import os
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from sqlalchemy import URL

from chatrooms.cli.opening import Unable, opening_existing
from chatrooms.cli.shown import location
from chatrooms.settings import Settings
from chatrooms.storage.blobs.directory import UNFINISHED
from chatrooms.storage.files import FILE

OURS = ["prepare_threshold"]
"""What a database URL says to its driver alone."""


def copy(settings: Settings, to: Path) -> str:
    """Copy the database to the new file ``to``, and return where it is; raises `Unable`."""
    with opening_existing(settings) as url:
        if os.path.lexists(to):
            raise Unable(f"{to} exists already; a copy needs a new file")
        try:
            _copy(url, to)
        except (OSError, sqlite3.Error) as error:
            raise Unable(f"{to} cannot be written: {getattr(error, 'strerror', None) or error}") from error
        return location(url)


def _copy(url: URL, to: Path) -> None:
    part = to.with_name(to.name + UNFINISHED)
    if os.path.lexists(part):
        raise Unable(f"{part} exists: a backup writes it now, or was interrupted; then remove it")
    os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, FILE))
    try:
        if url.get_backend_name() == "sqlite":
            _copy_in_one_step(Path(url.database or ""), part)
        else:
            _dump(url, part)
        part.rename(to)
    except BaseException:
        for suffix in ("", "-journal"):
            part.with_name(part.name + suffix).unlink(missing_ok=True)
        raise


def _dump(url: URL, part: Path) -> None:
    """Let PostgreSQL's own program write a dump; it gets the password where no other account can see it."""
    shown = url.set(drivername="postgresql")._replace(password=None).difference_update_query(OURS)
    command = ["pg_dump", "--format=custom", f"--file={part}", f"--dbname={shown.render_as_string()}"]
    secret = {"PGPASSWORD": str(url.password)} if url.password else {}
    try:
        done = subprocess.run(  # noqa: S603 - a fixed program, without a shell
            command, env=os.environ | secret, stderr=subprocess.PIPE, text=True, check=False
        )
    except FileNotFoundError as error:
        raise Unable(
            "pg_dump is missing: install PostgreSQL's client programs, of the version of its server"
        ) from error
    if done.returncode:
        raise Unable(" ".join(done.stderr.split()))


def _copy_in_one_step(database: Path, part: Path) -> None:
    """Copy all pages in one transaction, and check the copy; raises `Unable` if it is damaged.

    In several steps, SQLite would begin anew whenever another process commits between two of them.
    """
    url = f"{database.absolute().as_uri()}?mode=rw"
    with closing(sqlite3.connect(url, uri=True)) as source, closing(sqlite3.connect(part)) as copied:
        source.backup(copied)
        if copied.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
            raise Unable(f"the copy would be damaged, and so may be {database}")
