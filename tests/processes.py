"""Run the real command in a separate process, and end it by its process id."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

PATIENCE = 30
NOT_OURS = ("CHATROOMS_", "XDG_", "PYTEST_CURRENT_TEST")
"""What begins the names of variables that a program does not get; NiceGUI does not run under pytest."""


@dataclass
class Process:
    """A running ``chatrooms serve``."""

    url: str
    process: asyncio.subprocess.Process
    port: int

    async def end(self, with_signal: int = signal.SIGTERM) -> int:
        """Send a signal, wait for the end, and return the exit status."""
        if self.process.returncode is None:
            self.process.send_signal(with_signal)
        return await asyncio.wait_for(self.process.wait(), PATIENCE)


def environment(home: Path, **more: str) -> dict[str, str]:
    """Return an environment with an empty home and without our settings."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(NOT_OURS)}
    return kept | {"HOME": str(home), "CHATROOMS_PREVIEWS": "false", "CHATROOMS_REQUESTS": "false"} | more


async def chatrooms(home: Path, *args: str, **env: str) -> tuple[int, str, str]:
    """Run a ``chatrooms`` command to its end; return its exit status, output and errors."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "chatrooms",
        *args,
        env=environment(home, **env),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await asyncio.wait_for(process.communicate(), PATIENCE)
    return process.returncode, out.decode(), err.decode()


@asynccontextmanager
async def started(data: Path, *args: str, port: int = 0, **env: str) -> AsyncIterator[Process]:
    """Start a server process and wait until it prints its address; kill it at the end."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "chatrooms", "serve", "--port", str(port), "--data", str(data), *args),
        env=environment(data, **env),
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        line = (await asyncio.wait_for(process.stdout.readline(), PATIENCE)).decode()
        url = re.search(r"http://\S+?(?=/?$)", line.strip())[0]
        yield Process(url, process, int(url.rpartition(":")[2]))
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
