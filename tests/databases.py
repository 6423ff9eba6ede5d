"""Fresh databases in little time: copies of one that was created once, with statements that were compiled once."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import sqlalchemy
from sqlalchemy import URL, Dialect, Engine, event

from chatrooms.app import Chatrooms
from chatrooms.settings import DATABASE, Settings
from chatrooms.storage import engines

MEMORY = Path("/dev/shm")
ENOUGH_BYTES = 1 << 30

_created: list[bytes] = []
_shared: dict[tuple[str, Any], tuple[Dialect, dict[Any, Any]]] = {}


async def put_into(folder: Path) -> None:
    """Copy the file of a database that a server just created into ``folder``, unless the folder has a database."""
    if not _created:
        with tempfile.TemporaryDirectory() as name:
            await _create(Path(name), "")
            _keep(Path(name, DATABASE))
    _copy(folder / DATABASE)


def create_in(database: str) -> None:
    """Create the tables of a chat in an empty database of PostgreSQL, whether or not an event loop runs here."""
    with tempfile.TemporaryDirectory() as name, ThreadPoolExecutor(1) as elsewhere:
        elsewhere.submit(asyncio.run, _create(Path(name), database)).result()


async def _create(data: Path, database: str) -> None:
    async with Chatrooms(Settings(data=data, database=database)).lifespan():
        pass


def _keep(file: Path) -> None:
    _created.append(file.read_bytes())


def _copy(file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    if not file.exists():
        file.write_bytes(_created[0])


def create_engine(url: URL, **how: Any) -> Engine:
    """Return an engine that shares its compiled statements with all others of its kind in this process.

    By itself each engine compiles all statements anew, which takes longer than all else that a small server does.
    """
    engine = sqlalchemy.create_engine(url, **how)
    kind = (engine.dialect.name, how.get("isolation_level"))
    if kind in _shared:
        engine.dialect, compiled = _shared[kind]  # the dialect is a part of the cache's keys
        engine.update_execution_options(compiled_cache=compiled)
    else:  # the dialect is complete once it is connected
        event.listen(engine, "connect", lambda *_: _shared.setdefault(kind, (engine.dialect, {})), once=True)
    return engine


def share_statements() -> None:
    """Let the servers of this process use `create_engine`."""
    engines.create_engine = create_engine


def memory() -> Path | None:
    """Return a folder in memory, where nothing waits for a disk, if there is one with enough space."""
    if not MEMORY.is_dir():
        return None
    return MEMORY if shutil.disk_usage(MEMORY).free >= ENOUGH_BYTES else None
