"""Programs in JavaScript, on Node with socket.io-client."""

from __future__ import annotations

import asyncio
import fcntl
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.services.node import node, npm

STATIC = Path(__file__).parent.parent / "static"
PIPE = asyncio.subprocess.PIPE


@asynccontextmanager
async def running(script: str, *args: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run a module that can import socket.io-client; kill it at the end."""
    await install()
    process = await asyncio.create_subprocess_exec(
        *(node(), "--input-type=module", "-e", script, *args), cwd=STATIC, stdout=PIPE
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def install() -> None:
    """Install the browser's libraries for Node, unless they are there."""
    with (STATIC / "package-lock.json").open() as lock:  # the workers of pytest come here together
        await asyncio.to_thread(fcntl.flock, lock, fcntl.LOCK_EX)
        package = json.loads((STATIC / "package.json").read_text())
        wanted = package["dependencies"] | package["devDependencies"]
        if all((STATIC / "node_modules" / name).is_dir() for name in wanted):
            return
        how = ("ci", "--ignore-scripts", "--no-audit", "--no-fund")
        installing = await asyncio.create_subprocess_exec(*npm(), *how, cwd=STATIC, stdin=asyncio.subprocess.DEVNULL)
        assert await installing.wait() == 0
