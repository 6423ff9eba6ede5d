"""Small applications that host a chat, each as its developers would write it, under the servers that they would use."""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp

from tests import databases
from tests.processes import PATIENCE, environment

SECONDS_TO_START = 90
"""How long a program may take on a busy machine until it serves; frameworks import much."""
TOP = Path(__file__).parents[2]
_address = re.compile(rb"unning on (http://[\d.]+:\d+)")
"""Where a server says where it is: uvicorn, or Werkzeug."""


@asynccontextmanager
async def program(data: Path, *command: str, **env: str) -> AsyncIterator[str]:
    """Run a server in a process of its own, as ``python -m``; yield its URL, and end it in order."""
    await databases.put_into(data)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", *command),
        cwd=TOP,
        env=environment(data, **{"DATA": str(data), "CHATROOMS_PREVIEWS": "false"} | env),
        stderr=asyncio.subprocess.PIPE,
    )
    lines = asyncio.Queue[bytes]()
    reading = asyncio.create_task(_read(process.stderr, lines))
    try:
        async with asyncio.timeout(SECONDS_TO_START):
            while not (found := _address.search(line := await lines.get())):
                assert line, "the program ended before it was running"
        yield found[1].decode()
        process.terminate()
        await asyncio.wait_for(process.wait(), PATIENCE)
        await reading
        said = b"".join(lines.get_nowait() for _ in range(lines.qsize()))
        assert b"Traceback" not in said, said.decode()
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
        reading.cancel()


async def _read(stream: asyncio.StreamReader, lines: asyncio.Queue[bytes]) -> None:
    """Read until the end, so that the process never waits for it; an empty line is the end."""
    while line := await stream.readline():
        lines.put_nowait(line)
    lines.put_nowait(b"")


def uvicorn(app: str, port: int = 0) -> tuple[str, ...]:
    """Return the command that serves an application of this folder, at a free port unless you give one."""
    return "uvicorn", f"tests.hosts.{app}", "--port", str(port)


@asynccontextmanager
async def visitor() -> AsyncIterator[aiohttp.ClientSession]:
    """Open a browser without a screen, which keeps cookies."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        yield session


async def got(session: aiohttp.ClientSession, method: str, url: str, **how: object) -> tuple[int, str]:
    """Return the status and the text of an answer."""
    async with session.request(method, url, **how) as response:
        return response.status, await response.text()


def cookies(session: aiohttp.ClientSession) -> dict[str, str]:
    """Return the cookies of a browser, as headers of a socket."""
    return {"Cookie": "; ".join(f"{cookie.key}={cookie.value}" for cookie in session.cookie_jar)}
