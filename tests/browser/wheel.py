"""chatrooms as people install it: a wheel, in a folder of its own, built once for all workers of a run."""

from __future__ import annotations

import fcntl
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.processes import started
from tests.servers import QUICK, RunningServer
from tests.services.chromium import run

CHECKOUT = Path(__file__).parents[2]
SIZES = """
() => performance.getEntries().filter(({entryType}) => ["navigation", "resource"].includes(entryType))
  .map(({encodedBodySize}) => encodedBodySize).reduce((sum, size) => sum + size)
"""
"""JavaScript: the bytes of the page and of what it has loaded, compressed as they are served."""


def install(shared: Path) -> Path:
    """Return the folder with the installed wheel; the first worker builds it, while the others wait."""
    target = shared / "wheel"
    with (shared / "wheel.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (target / "chatrooms").is_dir():
            run(sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(target), str(CHECKOUT))
    return target


@asynccontextmanager
async def serving_wheel(wheel: Path, data: Path) -> AsyncIterator[RunningServer]:
    """Run the installed package; its dependencies are those of the checkout."""
    settings = {f"CHATROOMS_{name.upper()}": str(value) for name, value in QUICK.items()}
    async with started(data, PYTHONPATH=str(wheel), PYTHONSAFEPATH="1", **settings) as process:
        yield RunningServer(process.url, None)
