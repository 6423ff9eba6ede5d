"""Opening the database of the settings on the command line: each reason why that fails is one line."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from chatrooms.cli.shown import EXAMPLE, location
from chatrooms.errors import Unavailable
from chatrooms.settings import OURS, Settings
from chatrooms.storage.engines import connect
from chatrooms.storage.files import FILE, make_private_folder
from chatrooms.storage.fitness import Unfit
from chatrooms.storage.migrations import HEAD, UNFINISHED, Newer, revision_of
from chatrooms.storage.server_lock import Busy

LITTLE = 1 << 20
"""Bytes; with less free space, SQLite reports some failures as errors of the disk."""


class Unable(Exception):
    """A command cannot do its work; the message is one line with the reason."""


@contextmanager
def opening(settings: Settings) -> Iterator[None]:
    """Check the database, and raise `Unable` if what is done with it inside fails."""
    url = _supported(settings)
    _require_access(url)
    if settings.bus and find_spec("redis") is None:
        raise Unable("bus: Install chatrooms[redis]; from a checkout: pip install '/path/to/it[redis]'")
    try:
        if not settings.database:
            _require_writable(settings.data)
        yield
    except (Busy, Newer, Unfit) as error:
        raise Unable(str(error)) from error
    except Unavailable as error:  # a write failed, which the log has in one line
        full = _full_disk(url, error)
        raise Unable(f"the disk is full: {full}" if full else "the database cannot be written: see above") from error
    except (OSError, SQLAlchemyError) as error:
        raise Unable(_reason(url, error)) from error


@contextmanager
def opening_existing(settings: Settings) -> Iterator[URL]:
    """Do what `opening` does, and yield the database's URL; raises `Unable` if there is no chat in the database."""
    url = _supported(settings)
    _require_access(url)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        raise Unable(f"there is no database: {location(url)} (settings: data, database)")
    with opening(settings):
        if _revision(url) is None:
            raise Unable(f"there is no chat in the database {location(url)} (settings: data, database)")
        yield url


def require_this_version(revision: str | None, which: str) -> None:
    """Raise `Unable` unless the database with this revision is of this version."""
    if revision == UNFINISHED:
        raise Unable(f"the copy into the {which} is not complete: run `chatrooms copy` again, as before")
    if revision and revision > HEAD:
        raise Unable(f"a newer version wrote the {which}: run the `chatrooms` of that version")
    if revision != HEAD:
        raise Unable(f"an older version wrote the {which}: start the server of this version with it first")


def _revision(url: URL) -> str | None:
    engine = connect(url, writer=False)
    try:
        return revision_of(engine)
    finally:
        engine.dispose()


def _supported(settings: Settings) -> URL:
    try:
        url = make_url(settings.database_url)
        driver = url.get_dialect()
    except (ArgumentError, NoSuchModuleError) as error:
        raise Unable(f"database: This is not a database URL, which looks like {EXAMPLE} or sqlite:////FILE") from error
    backend, in_memory = url.get_backend_name(), url.database in (None, "", ":memory:")
    if backend != "postgresql" and (backend != "sqlite" or in_memory):
        raise Unable("the database must be a SQLite file or PostgreSQL")
    if backend == "postgresql" and "@" in f"{url.host}{url.database}":
        raise Unable("database: Write @ as %40 in the name and the password of a database URL")
    try:
        driver.import_dbapi()
    except ImportError as error:
        raise Unable(f"the database cannot be opened: {str(error).splitlines()[0]}. {_advice(url)}") from error
    return url


def _advice(url: URL) -> str:
    if url.get_driver_name() == "psycopg":
        return "Install chatrooms[postgresql]; from a checkout: pip install '/path/to/it[all,postgresql]'"
    return f"chatrooms needs the driver psycopg: {EXAMPLE}"


def _require_access(url: URL) -> None:
    """Raise `Unable` if this account cannot enter the folder of a SQLite database, which may be there or not."""
    file = Path(url.database or "").absolute()
    try:
        if url.get_backend_name() == "sqlite":
            file.exists()
    except PermissionError as error:
        raise Unable(f"this account cannot enter {file.parent}: run the command as the server's account") from error


def _require_writable(data: Path) -> None:
    probe = data / ".writable"
    try:
        make_private_folder(data, OURS)
        probe.touch(FILE)
        probe.unlink()
    except OSError as error:
        raise Unable(f"cannot write in {data}: {error.strerror}") from error


def _reason(url: URL, error: OSError | SQLAlchemyError) -> str:
    if full := _full_disk(url, error):
        return f"the disk is full: {full}"
    if isinstance(error, OSError):
        return _missing_folder(url) or str(error)
    if file := _forbidden(url):
        return f"this account cannot read and write {file}: give it to the server's account, such as by chown"
    return f"the database cannot be opened: {str(error).splitlines()[0]}"


def _missing_folder(url: URL) -> str | None:
    folder = Path(url.database or "").absolute().parent
    is_there = url.get_backend_name() != "sqlite" or folder.is_dir()
    return None if is_there else f"there is no folder {folder} for the database (setting: database)"


def _forbidden(url: URL) -> Path | None:
    """Return the file of a SQLite database if it belongs to another account, such as a backup that root put back."""
    file = Path(url.database or "")
    is_ours = url.get_backend_name() != "sqlite" or not file.exists() or os.access(file, os.R_OK | os.W_OK)
    return None if is_ours else file.absolute()


def _full_disk(url: URL, error: Exception) -> Path | None:
    """Return the folder of a SQLite database if ``error`` comes from its full disk."""
    if url.get_backend_name() != "sqlite":
        return None
    folder = Path(url.database or "").absolute().parent
    name = str(getattr(getattr(error, "orig", None), "sqlite_errorname", ""))
    if name == "SQLITE_FULL" or getattr(error, "errno", None) == errno.ENOSPC:
        return folder
    other = isinstance(error, Unavailable) or name.startswith(("SQLITE_IOERR", "SQLITE_CANTOPEN"))
    return folder if other and shutil.disk_usage(folder).free < LITTLE else None
