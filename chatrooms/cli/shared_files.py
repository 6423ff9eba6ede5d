"""A copy of the folder with the files that people shared, beside servers that go on storing and removing some."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from chatrooms.cli.opening import Unable
from chatrooms.settings import FILES, Settings
from chatrooms.storage.blobs.directory import FOLDERS, UNFINISHED, copy
from chatrooms.storage.files import FOLDER

WHOLE = f"{'?' * FOLDERS}/*"
"""Where whole files are; unfinished uploads are in a folder with a longer name."""


def back_up(settings: Settings, to: Path) -> int:
    """Copy the files that the folder ``to`` lacks, or has only in part, and return how many; raises `Unable`."""
    try:
        to.mkdir(mode=FOLDER, exist_ok=True)
        return sum(_copied(file, to) for file in (settings.data / FILES).glob(WHOLE) if file.suffix != UNFINISHED)
    except OSError as error:
        raise Unable(f"{error.filename or to} cannot be copied to {to}: {error.strerror}") from error


def _copied(file: Path, to: Path) -> bool:
    """Copy a file, unless its copy is there, or it was removed meanwhile; return whether it was copied."""
    target = to / file.parent.name / file.name
    target.parent.mkdir(mode=FOLDER, exist_ok=True)
    with suppress(FileNotFoundError):
        if target.stat().st_size == file.stat().st_size:
            return False
    if not file.exists():
        return False
    copy(file, target)
    return True
