"""What a feature tells the doors of files that people upload and download over HTTP."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from chatrooms.pipeline.chat import Chat
from chatrooms.pipeline.commands import Caller
from chatrooms.storage.blobs import Blobs


@dataclass(frozen=True)
class Incoming:
    """An upload: its ``owner``, its ``length`` in bytes, when it ``expires``, and whether it is ``complete``."""

    id: str
    owner: str
    length: int
    expires: str
    complete: bool


@dataclass(frozen=True)
class Outgoing:
    """A file to send: its ``key`` in the store and its ``size``, None if only the store knows it.

    Only an ``inline`` one is shown by browsers.
    """

    key: str
    name: str
    type: str
    size: int | None
    inline: bool


@dataclass(frozen=True)
class Contents:
    """The functions of the feature.

    ``incoming`` returns an upload, whoever asks; ``outgoing`` a file in a size, such as ``small``, or in full, if the
    caller may have it. Both return None otherwise. ``finish`` makes an upload complete whose bytes are all there, and
    may run again; ``give_up`` removes one, and returns whether it could.
    """

    incoming: Callable[[Connection, str], Incoming | None]
    outgoing: Callable[[Connection, Caller, str, str], Outgoing | None]
    finish: Callable[[Chat, str], Coroutine[Any, Any, None]]
    give_up: Callable[[Chat, str], Awaitable[bool]]


async def size_of(blobs: Blobs, file: Outgoing) -> int:
    """Return the size of a file."""
    return await blobs.run(blobs.store.size, file.key) if file.size is None else file.size
