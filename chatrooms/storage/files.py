"""Private files and folders, because they hold people's messages."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path

FOLDER, FILE = 0o700, 0o600
OTHERS = stat.S_IRWXG | stat.S_IRWXO
SHARED = stat.S_ISVTX | stat.S_IWOTH
"""The mode bits of a folder that everyone may use, such as ``/tmp``."""


def make_private_folder(folder: Path, ours: str | tuple[str, ...]) -> None:
    """Create ``folder`` with access for its owner only.

    An existing folder keeps its mode, because other programs may need it. The exception is our own folder that holds
    only what has names that begin with ``ours``: earlier versions of chatrooms left it readable by others.
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
    """Create ``file``, or change an existing one, to be accessible by its owner only.

    Do not open an existing file: closing it would release all of this process's SQLite locks on it. Do not set the
    umask either: it belongs to the whole process.

    What root creates belongs to the owner of its folder, so that root can run commands for the server's account.
    """
    with suppress(FileExistsError):
        created = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, FILE)
        try:
            if hasattr(os, "geteuid") and os.geteuid() == 0:
                folder = file.absolute().parent.stat()
                os.fchown(created, folder.st_uid, folder.st_gid)
        finally:
            os.close(created)
    close_to_others(file)


def close_to_others(path: Path) -> None:
    """Remove access for others, if ``path`` exists and we own it."""
    with suppress(FileNotFoundError, PermissionError):
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & OTHERS:
            path.chmod(mode & ~OTHERS)


def _only_ours(folder: Path, ours: str | tuple[str, ...]) -> bool:
    found = folder.stat()
    names = [entry.name for entry in folder.iterdir()]
    return (
        found.st_uid == os.geteuid()
        and not found.st_mode & SHARED
        and bool(names)
        and all(name.startswith(ours) for name in names)
    )
