"""Fresh databases in little time: copies of one that was created once, with statements that were compiled once."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

import sqlalchemy
from sqlalchemy import Engine

from chatrooms.app import Chatrooms
from chatrooms.settings import DATABASE, Settings
from chatrooms.storage import engines

MEMORY = Path("/dev/shm")
ENOUGH_BYTES = 1 << 30

_created: list[bytes] = []
_shared: list[tuple[Engine, dict[Any, Any]]] = []


async def put_into(folder: Path) -> None:
    """Copy the file of a database that a server just created into ``folder``, unless the folder has a database."""
    if not _created:
        with tempfile.TemporaryDirectory() as name:
            async with Chatrooms(Settings(data=Path(name))).lifespan():
                pass
            _keep(Path(name, DATABASE))
    _copy(folder / DATABASE)


def _keep(file: Path) -> None:
    _created.append(file.read_bytes())


def _copy(file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    if not file.exists():
        file.write_bytes(_created[0])


def create_engine(url: Any, **how: Any) -> Engine:
    """Return an engine that shares its compiled statements with all others for SQLite in this process.

    By itself each engine compiles all statements anew, which takes longer than all else that a small server does.
    """
    engine = sqlalchemy.create_engine(url, **how)
    if engine.dialect.name == "sqlite":
        if not _shared:
            _shared.append((sqlalchemy.create_engine("sqlite://"), {}))
            _shared[0][0].connect().close()  # completes the dialect
        first, compiled = _shared[0]
        engine.dialect = first.dialect  # a part of the cache's keys
        engine.update_execution_options(compiled_cache=compiled)
    return engine


def share_statements() -> None:
    """Let the servers of this process use `create_engine`."""
    engines.create_engine = create_engine


def memory() -> Path | None:
    """Return a folder in memory, where nothing waits for a disk, if there is one with enough space."""
    if not MEMORY.is_dir():
        return None
    return MEMORY if shutil.disk_usage(MEMORY).free >= ENOUGH_BYTES else None
