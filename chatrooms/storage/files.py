"""Files and folders that nobody but their owner may read: they hold what people write to each other."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path

FOLDER, FILE = 0o700, 0o600
OTHERS = stat.S_IRWXG | stat.S_IRWXO
SHARED = stat.S_ISVTX | stat.S_IWOTH
"""The marks of a folder that is meant for everybody, such as ``/tmp``."""


def make_private_folder(folder: Path, ours: str) -> None:
    """Create ``folder`` for its owner alone.

    One that is there keeps its mode, as somebody else may need it. Only one of the owner's that holds nothing but files
    whose names begin with ``ours`` is closed to others: earlier versions of chatrooms left it open.
    """
    try:
        folder.mkdir(mode=FOLDER)
    except FileNotFoundError:
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=FOLDER, exist_ok=True)
    except FileExistsError:
        if not folder.is_dir():
            raise
        if _only_ours(folder, ours):
            close_to_others(folder)


def make_private_file(file: Path) -> None:
    """Create ``file`` for its owner alone, or close an existing one to others.

    It is not opened if it exists: closing it again would end SQLite's locks of the whole process. The umask, which is
    the whole process's too, is left as it is.
    """
    with suppress(FileExistsError):
        os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, FILE))
    close_to_others(file)


def close_to_others(path: Path) -> None:
    """Take all rights from others, if ``path`` exists and is ours: another user's files are that user's affair."""
    with suppress(FileNotFoundError, PermissionError):
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & OTHERS:
            path.chmod(mode & ~OTHERS)


def _only_ours(folder: Path, ours: str) -> bool:
    found = folder.stat()
    names = [entry.name for entry in folder.iterdir()]
    return (
        found.st_uid == os.geteuid()
        and not found.st_mode & SHARED
        and bool(names)
        and all(name.startswith(ours) for name in names)
    )
