"""Pictures: decoded in a process of their own (`decoder`), few at a time, with less right to the processor."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import orjson

from chatrooms import isolated
from chatrooms.errors import Invalid, TooLarge, Unavailable
from chatrooms.fair_queue import FairQueue
from chatrooms.pictures import decoder
from chatrooms.pictures.kinds import PICTURES
from chatrooms.pipeline.contents import MOST_WAITING

SECONDS = 40.0
"""How long decoding may take, besides waiting for others."""
AT_ONCE = max(2, min(3, (os.cpu_count() or 1) - 1))
OF_ONE = AT_ONCE - 1
"""How many are of one address: some that are small take all of `SECONDS`, in which others' pictures must not wait."""
MOST_WRITTEN = AT_ONCE * decoder.LARGEST_FILE
"""The free bytes of the disk that decoding needs: a copy as large as the picture for each; the others are small."""
CRASHES = (-signal.SIGSEGV, -signal.SIGBUS, -signal.SIGABRT, -signal.SIGILL, -signal.SIGFPE)
"""The exit statuses after which trying again would not help."""
BUSY = "Your other pictures are still being processed. Wait a moment."

log = logging.getLogger(__name__)

_queues: WeakKeyDictionary[asyncio.AbstractEventLoop, FairQueue] = WeakKeyDictionary()
"""The processors belong to the machine, so all chats of an event loop have one queue."""


def queue() -> FairQueue:
    """Return the queue for decoding."""
    return _queues.setdefault(asyncio.get_running_loop(), FairQueue(AT_ONCE, MOST_WAITING, BUSY, of_one=OF_ONE))


async def decode(picture: Path, folder: Path, kind: str, how: str = "copies") -> dict[str, Any]:
    """Write pictures made from one into ``folder``, as `decoder` says of each way; return what to know of them.

    Raises `TooLarge` if the limits do not allow that, `Invalid` for what is no picture, whatever it claims to be, and
    `Unavailable` if it took too long or the process failed, which may be different later.
    """
    given = (how, str(picture), str(folder), *PICTURES[kind])
    try:
        status, out = await isolated.run(_program(), *given, seconds=SECONDS)
    except TimeoutError:
        log.info("a picture takes too long to decode")
        raise Unavailable("The server could not process this picture in time. Try again.") from None
    _require(status)
    about: dict[str, Any] = orjson.loads(out)
    return about


def _require(status: int | None) -> None:
    """Raise what the exit status of the decoder means."""
    if status in (decoder.TOO_LARGE, -signal.SIGXCPU):
        raise TooLarge(
            f"This picture is too large. Pictures can have {decoder.MOST_PIXELS // 10**6} million pixels, "
            f"at most {decoder.MOST_OF_SIDE:,} on a side; moving ones "
            f"{decoder.MOST_MOVING_PIXELS // 10**6} million in {decoder.MOST_FRAMES} frames."
        )
    if status in (decoder.CANNOT, *CRASHES):
        raise Invalid("This picture is damaged, or of a kind that this server can't read.")
    if status != 0:
        raise Unavailable("The server could not process this picture. Try again.")


def _program() -> str:
    return decoder.__file__
