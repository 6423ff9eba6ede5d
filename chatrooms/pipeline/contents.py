"""What a feature tells the doors of files that people upload and download over HTTP."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection

from chatrooms.pipeline.act import Caller
from chatrooms.pipeline.chat import Chat
from chatrooms.settings import Settings
from chatrooms.storage.blobs import Blobs

IDLE = timedelta(hours=1)
"""How long an upload is kept that makes no progress."""
MOST_UNFINISHED = 20
"""How many uploads of a person may be unfinished."""
MOST_WAITING = 3
"""How many pictures of a person may wait to be processed."""


@dataclass(frozen=True)
class Incoming:
    """An upload: its ``owner``, its ``length`` in bytes, when it ``expires``, whether it is ``complete``.

    ``counted`` is how many of its bytes count as arrived, ``progressed`` when the last of them did, or when it began.
    They count for ``shares`` of the space for files, besides all of it.
    """

    id: str
    owner: str
    length: int
    expires: str
    counted: int
    progressed: str
    shares: tuple[str, ...]
    complete: bool


@dataclass(frozen=True)
class Outgoing:
    """A file to send: its ``key`` in the store and its ``size``, None if only the store knows it.

    Only an ``inline`` one is shown by browsers, which keep one that ``lasts``: what its address leads to never changes.
    """

    key: str
    name: str
    type: str
    size: int | None
    inline: bool
    lasts: bool = False


@dataclass(frozen=True)
class Contents:
    """The functions of the feature.

    ``incoming`` returns any upload, or None. ``left`` returns how many bytes are left of all the space and of shares,
    ``arrived`` counts those of an upload, whose number it gets, and returns whether that is still wanted: it may have
    been given up at another server. ``finish`` makes an upload complete whose bytes are all there, for an address, and
    may run again; ``give_up`` removes one, and returns whether it could. ``tidy`` removes from this server's disk what
    no upload needs.
    """

    incoming: Callable[[Connection, str], Incoming | None]
    left: Callable[[Connection, Settings, tuple[str, ...]], Mapping[str, int]]
    arrived: Callable[[Chat, str, int], Awaitable[bool]]
    finish: Callable[[Chat, str, str], Coroutine[Any, Any, None]]
    give_up: Callable[[Chat, str], Awaitable[bool]]
    tidy: Callable[[Chat], Awaitable[None]]


@dataclass(frozen=True)
class Served:
    """What is downloaded from ``/files/<folder>/<id>/<name>``, or without a folder if that is empty.

    ``find`` gets the id, the name and a size, such as ``small``, or an empty one for all of it. It returns the file if
    the caller may have it, or None.
    """

    folder: str
    find: Callable[[Connection, Caller, str, str, str], Outgoing | None]


async def size_of(blobs: Blobs, whom: str, file: Outgoing) -> int:
    """Return the size of a file, for an address."""
    return await blobs.ask(whom, blobs.store.size, file.key) if file.size is None else file.size
