"""chatrooms as people install it: the client's bundles, and a whole wheel, each built once for all workers of a run."""

from __future__ import annotations

import fcntl
import shutil
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from chatrooms.doors import snapshot
from tests.processes import started
from tests.servers import QUICK, RunningServer
from tests.services.chromium import run
from tests.services.node import node, npm

CHECKOUT = Path(__file__).parents[2]
STATIC = CHECKOUT / "static"
SIZES = """
() => performance.getEntries().filter(({entryType}) => ["navigation", "resource"].includes(entryType))
  .map(({encodedBodySize}) => encodedBodySize).reduce((sum, size) => sum + size)
"""
"""JavaScript: the bytes of the page and of what it has loaded, compressed as they are served."""


def install(shared: Path) -> Path:
    """Return the folder with the installed wheel; the first worker builds it, while the others wait."""
    target = shared / "wheel"
    with alone(shared / "wheel.lock"):
        if not (target / "chatrooms").is_dir():
            run(sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(target), str(CHECKOUT))
    return target


def bundle(shared: Path) -> Path:
    """Return a folder with the client's files as a wheel has them; the first worker makes it."""
    target, work = shared / "bundled", shared / "bundling"
    with alone(shared / "bundled.lock"):
        if not target.is_dir():
            if not (STATIC / "node_modules" / "esbuild").is_dir():
                run(*npm(), "ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund", cwd=STATIC)
            run(node(), str(STATIC / "bundle.js"), str(work), cwd=STATIC)
            for name in (snapshot.SERVICE_WORKER, *snapshot.SINGLES):
                shutil.copyfile(STATIC / name, work / name)
            work.rename(target)
    return target


@contextmanager
def alone(lock: Path) -> Iterator[None]:
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@asynccontextmanager
async def serving_wheel(wheel: Path, data: Path) -> AsyncIterator[RunningServer]:
    """Run the installed package; its dependencies are those of the checkout."""
    settings = {f"CHATROOMS_{name.upper()}": str(value) for name, value in QUICK.items()}
    async with started(data, PYTHONPATH=str(wheel), PYTHONSAFEPATH="1", **settings) as process:
        yield RunningServer(process.url, None)
