"""Programs that read what comes from strangers, each in a process of its own that limits itself."""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import suppress
from typing import cast

LONGEST_ANSWER = 64 * 1024


async def run(program: str, *args: str, given: bytes = b"", seconds: float) -> tuple[int | None, bytes]:
    """Run a program of ours, which reads what is ``given``; return its exit status and what it printed.

    Raises ``TimeoutError`` when it is killed because it takes longer.
    """
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", program, *args),  # without looking for modules beside the program
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env=environment(),
        limit=LONGEST_ANSWER,
    )
    stdin, stdout = cast("asyncio.StreamWriter", process.stdin), cast("asyncio.StreamReader", process.stdout)
    try:
        async with asyncio.timeout(seconds):
            out, _ = await asyncio.gather(stdout.read(), _give(stdin, given))
            await process.wait()
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
    return process.returncode, out


async def _give(stdin: asyncio.StreamWriter, given: bytes) -> None:
    """Write to a program; it need not read it all, and may have ended, for which uvloop raises ``RuntimeError``."""
    with suppress(BrokenPipeError, ConnectionResetError, RuntimeError):
        stdin.write(given)
        await stdin.drain()
    stdin.close()


def environment() -> dict[str, str]:
    """Return what a process needs of the environment, which may hold secrets."""
    return {name: value for name in ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH") if (value := os.environ.get(name))}
