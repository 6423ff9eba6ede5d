"""Copies of the files that people shared, beside those of the database: each is kept as long as one of these needs it.

Beside a copy of the database, a list names the files that there were before and after it was made. A file that is in
none of the lists is in no database that can be put back, and its copy is removed.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from chatrooms.cli.opening import Unable
from chatrooms.storage.blobs.directory import FOLDERS, UNFINISHED, copy
from chatrooms.storage.files import FILE, FOLDER, make_private_folder

LIST = ".files"
"""Added to the name of a copy of the database for that of its list."""


@contextmanager
def copied_after(to: Path, source: Path, folder: Path) -> Iterator[None]:
    """Copy the files of ``source`` into ``folder`` after the database is copied to ``to`` inside this context.

    Then remove what no copy of a database beside ``to`` needs: it has a list, or the same suffix. Raises `Unable`.
    """
    if folder.resolve() == source.resolve():
        raise Unable(f"--files: {folder} has the files themselves; their copies need another folder")
    try:
        make_private_folder(folder, ())
        with _alone(folder):
            before = _whole(source)
            yield
            present = _whole(source)
            _copy_new(present, source, folder)
            _write_list(to.with_name(to.name + LIST), before | present)
            _remove_unneeded(to, folder)
    except OSError as error:
        raise Unable(f"the files could not be copied to {folder}: {error.strerror or error}") from error


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Wait for other copies into the same folder, which could remove what is copied here before a list names it."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX)
        yield
    finally:
        os.close(opened)


def _names(folder: Path) -> Iterator[str]:
    """Yield the paths of the files below a folder that people shared, not of unfinished uploads; none without it."""
    for path, _, names in os.walk(folder, onerror=_raise_unless_missing):
        yield from filter(_is_shared, (str(Path(path, name).relative_to(folder)) for name in names))


def _whole(folder: Path) -> set[str]:
    """Return the paths of those that are no copies in the making."""
    return {name for name in _names(folder) if not name.endswith(UNFINISHED)}


def _is_shared(path: str) -> bool:
    """Return whether a path is that of a shared file: no other is copied or removed, whatever the folder is."""
    folder, _, file = path.partition("/")
    return len(folder) == FOLDERS and file.startswith(folder)


def _raise_unless_missing(error: OSError) -> None:
    """Raise an error: a folder that cannot be read must not look empty. A server removes those that are."""
    if not isinstance(error, FileNotFoundError):
        raise error


def _copy_new(names: set[str], source: Path, folder: Path) -> None:
    """Copy the files that are not there yet, or not whole; those that were removed meanwhile are left out."""
    for name in sorted(names):
        to = folder / name
        with suppress(FileNotFoundError):
            if to.exists() and to.stat().st_size == (source / name).stat().st_size:
                continue
            to.parent.mkdir(mode=FOLDER, parents=True, exist_ok=True)
            copy(source / name, to, lambda: None)


def _write_list(file: Path, names: set[str]) -> None:
    part = file.with_name(file.name + UNFINISHED)
    with os.fdopen(os.open(part, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, FILE), "w") as written:
        written.writelines(f"{name}\n" for name in sorted(names))
    part.rename(file)


def _remove_unneeded(to: Path, folder: Path) -> None:
    """Remove lists without a database, then files in none of them; nothing while a database has no list yet."""
    lists = {each.name.removesuffix(LIST): each for each in to.parent.glob(f"*{LIST}")}
    for name in lists.keys() - {each.name for each in to.parent.iterdir()} - {to.name}:
        lists.pop(name).unlink()
    if {each.name for each in to.parent.glob(f"*{to.suffix}") if each.is_file()} - lists.keys():
        return
    needed = {name for each in lists.values() for name in each.read_text().splitlines()}
    for name in set(_names(folder)) - needed:
        (folder / name).unlink()
        with suppress(OSError):
            (folder / name).parent.rmdir()
