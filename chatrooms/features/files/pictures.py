"""Pictures: decoded in a process of their own (`decoder`), few at a time, with less right to the processor."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import orjson

from chatrooms.features.files import decoder
from chatrooms.features.files.kinds import PICTURES

SECONDS = 40.0
"""How long decoding may take, besides waiting for others."""
AT_ONCE = max(1, min(3, (os.cpu_count() or 1) - 1))
LONGEST_ANSWER = 64 * 1024

log = logging.getLogger(__name__)

_turns: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()
"""The processors belong to the machine, so all chats of an event loop take turns."""


async def decode(picture: Path, folder: Path, kind: str) -> dict[str, Any] | None:
    """Write copies of a picture into ``folder``: ``full``, ``large`` and ``small``; return what to know of them.

    Return None for what cannot be decoded within the limits, whatever it claims to be.
    """
    loop = asyncio.get_running_loop()
    async with _turns.setdefault(loop, asyncio.Semaphore(AT_ONCE)):
        arguments = (str(picture), str(folder), *PICTURES[kind])
        process = await asyncio.create_subprocess_exec(
            *_program(),
            *arguments,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=_environment(),
            limit=LONGEST_ANSWER,
        )
        try:
            async with asyncio.timeout(SECONDS):
                out, _ = await process.communicate()
        except TimeoutError:
            log.info("a picture takes too long to decode")
            return None
        finally:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    if process.returncode != 0:
        return None
    about: dict[str, Any] = orjson.loads(out)
    return about


@cache
def _program() -> Sequence[str]:
    """Return the command, which does not look for modules beside the program."""
    return sys.executable, "-P", decoder.__file__


def _environment() -> dict[str, str]:
    """Return what the process needs of the environment, which may hold secrets."""
    return {name: value for name in ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH") if (value := os.environ.get(name))}
