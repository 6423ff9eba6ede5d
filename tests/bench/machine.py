"""The machine that runs the benchmark."""

from __future__ import annotations

import os
import platform
import subprocess
import sysconfig
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median
from tempfile import TemporaryFile

import orjson
import psutil

from tests.bench.cores import Cores
from tests.bench.peers import NODE, OLDEST_NODE
from tests.services.node import node

NODE_PACKAGES = ("socket.io", "better-sqlite3")
PACKAGES = ("python-socketio", "python-engineio", "uvicorn", "websockets", "uvloop", "orjson", "sqlalchemy")
SYNCS = 200
PAGE = 4096


def description(cores: Cores, scratch: Path) -> dict[str, str]:
    """Return a description of this machine, by heading."""
    return {
        "Processor": f"{_model()}, {psutil.cpu_count()} cores seen, {_memory()} GiB memory",
        "Cores used": f"server on {_core(cores.server)}, load on {_core(cores.load)}",
        "Kernel": f"{platform.system()} {platform.release()}",
        "Disk": f"{_sync(scratch):.0f} µs for a write of 4 KiB and `fdatasync`, median",
        "Python": f"{python()}; {', '.join(_versions())}",
        "Node": _node(),
        "SQLite": _sqlite(),
        "Load at the start": " ".join(f"{load:.2f}" for load in os.getloadavg()),
        "Date": time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()),
    }


def python() -> str:
    """Return which build of Python this is: the same code differs by a fifth between them.

    Whether it was built with profile-guided optimisation is what `sysconfig` tells; Debian's build has it without.
    """
    options = str(sysconfig.get_config_var("CONFIG_ARGS") or "")
    asked = {"PGO": "--enable-optimizations" in options, "LTO": "--with-lto" in options}
    built = f"{platform.python_build()[1]}, {platform.python_compiler()}"
    configured = " and ".join(f"{'with' if on else 'without'} {what}" for what, on in asked.items())
    return f"{platform.python_implementation()} {platform.python_version()} ({built}), configured {configured}"


def _model() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")


def _memory() -> int:
    return round(psutil.virtual_memory().total / 2**30)


def _core(number: int | None) -> str:
    return "any core" if number is None else f"core {number}"


def _versions() -> list[str]:
    return [f"{package} {_version(package)}" for package in PACKAGES]


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "absent"


def _node() -> str:
    found = subprocess.run([node(OLDEST_NODE), "--version"], capture_output=True, text=True, check=True).stdout.strip()
    return ", ".join([found, *(f"{name} {_node_version(name)}" for name in NODE_PACKAGES)])


def _node_version(name: str) -> str:
    package = NODE / "node_modules" / name / "package.json"
    return str(orjson.loads(package.read_bytes())["version"]) if package.is_file() else "absent"


def _sqlite() -> str:
    import sqlite3

    return f"{sqlite3.sqlite_version}, WAL, synchronous=FULL"


def _sync(directory: Path) -> float:
    """Return the microseconds until a page is on disk."""
    with TemporaryFile(dir=directory) as file:
        return 1e6 * median(_written(file.fileno()) for _ in range(SYNCS))


def _written(file: int) -> float:
    before = time.perf_counter()
    os.write(file, bytes(PAGE))
    os.fdatasync(file)
    return time.perf_counter() - before
