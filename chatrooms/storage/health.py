"""Whether a database can be read and written at present, for those who watch a server."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path

from sqlalchemy import URL, Connection

from chatrooms.errors import Refusal
from chatrooms.storage import fitness
from chatrooms.storage.blobs import RESERVE
from chatrooms.storage.disk import Disk
from chatrooms.storage.migrations import HEAD, revision_in
from chatrooms.storage.reader import Reader

SECONDS = 2.0
"""How long an answer may take."""


async def problems(reader: Reader, write_nothing: Callable[[], Awaitable[dict[str, str]]]) -> dict[str, str]:
    """Return what is wrong with the ``database``, its ``tables`` and its ``writer``; empty if nothing is.

    ``write_nothing`` runs an empty transaction of the writer's, and returns an empty dictionary.
    """
    asked = reader.lookup(_look), write_nothing()
    read, written = await asyncio.gather(*map(_answer, asked, ("database", "writer")))
    return {name: problem for name, problem in {**written, **read}.items() if problem}


def _look(db: Connection) -> dict[str, str]:
    """Return what is wrong with the tables, and why nothing can be written if that is known."""
    unwritable = fitness.reason_in(db)
    return {"tables": _wrong(revision_in(db))} | ({"writer": unwritable} if unwritable else {})


def _wrong(revision: str | None) -> str:
    """Return what is wrong with tables of this revision.

    Those of a newer version may do: while nodes are upgraded one after the other, the first has migrated them already.
    """
    is_newer = revision is not None and revision.isdecimal() and revision > HEAD
    return "" if is_newer or revision == HEAD else f"their revision is {revision}, and this version needs {HEAD}"


async def _answer(asked: Awaitable[dict[str, str]], name: str) -> dict[str, str]:
    """Return what an answer says is wrong, or what is wrong with the one who was asked."""
    try:
        async with asyncio.timeout(SECONDS):
            return await asked
    except TimeoutError:
        return {name: f"it does not answer within {SECONDS:g} s"}
    except Refusal:
        return {name: "it rejects what it is asked; the log has the reason"}


def degraded(url: URL, found: Disk) -> dict[str, str]:
    """Return what is wrong with the ``disk`` of the database, though people can read; empty if nothing is.

    That of PostgreSQL may be another machine's: it is full, or broken, once the writer has ``found`` that.
    """
    if found.problem:
        return {"disk": f"{found.problem}: people can read, but not post"}
    return _nearly_full(url) if url.get_backend_name() == "sqlite" else {}


def _nearly_full(url: URL) -> dict[str, str]:
    try:
        free = shutil.disk_usage(Path(url.database or "").absolute().parent).free
    except OSError as error:
        return {"disk": error.strerror or type(error).__name__}
    if free >= RESERVE:
        return {}
    return {"disk": f"it has {free >> 20} MiB left: people cannot share files, nor post once it is full"}
