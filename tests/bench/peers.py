"""The servers to compare, each in a separate process that ends with its ``with`` block."""

from __future__ import annotations

import re
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.bench.cores import Cores
from tests.bench.seed import Seed
from tests.bench.wires import Chatrooms, Peer, Wire
from tests.processes import environment
from tests.services.node import node, npm

HERE = Path(__file__).parent
NODE = HERE / "node"
OLDEST_NODE = (22, 0)
"""What better-sqlite3 needs; the peer that stores nothing runs on the same."""
PATIENCE = 30
GENEROUS = "100000000/second"
"""More than any workload needs, of which one sends a million kilobytes a second, counted for each who receives it."""
RATES = ("join", "post", "text", "create", "begin", "begin-address", "signal", "other", "broadcast")
FLAGS = (
    *("--guests", "open", "--requests", "false", "--port", "0", "--log-level", "warning"),
    *(part for rate in RATES for part in (f"--rate-{rate}", GENEROUS)),
)


@dataclass(frozen=True)
class Running:
    """A server that answers at ``address``."""

    name: str
    pid: int
    address: tuple[str, int]
    wire: Wire
    spawned_at: float


@dataclass(frozen=True)
class Bench:
    """What every workload needs: the cores, people who are known already, a directory for what is stored."""

    cores: Cores
    seed: Seed
    scratch: Path

    @contextmanager
    def server(self, name: str, data: Path | None = None, module: str = "chatrooms", **env: str) -> Iterator[Running]:
        """A server of that name; ours on ``data``, or on a copy of the seed, and as ``module`` runs it."""
        if name == "chatrooms":
            with self.data(data) as kept, self._started(name, _ours(module, kept), kept, **env) as found:
                yield found
        else:
            with self.empty() as kept, self._started(name, _theirs(name, kept), kept, **env) as found:
                yield found

    @contextmanager
    def data(self, given: Path | None = None) -> Iterator[Path]:
        """``given``, or a copy of the seed that is gone afterwards."""
        if given is not None:
            yield given
            return
        directory = self.scratch / "data"
        shutil.rmtree(directory, ignore_errors=True)
        shutil.copytree(self.seed.directory, directory)
        try:
            yield directory
        finally:
            shutil.rmtree(directory, ignore_errors=True)

    @contextmanager
    def empty(self) -> Iterator[Path]:
        """An empty directory that is gone afterwards."""
        with TemporaryDirectory(dir=self.scratch) as directory:
            yield Path(directory)

    @contextmanager
    def _started(self, name: str, command: list[str], home: Path, **env: str) -> Iterator[Running]:
        spawned_at = time.perf_counter()
        with spawned(command, self.cores, HOME=str(home), **env) as process:
            wire = Chatrooms(self.seed.tokens) if name == "chatrooms" else Peer()
            yield Running(name, process.pid, ("127.0.0.1", port(process)), wire, spawned_at)


@contextmanager
def spawned(command: list[str], cores: Cores, **env: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process on the server's core, killed at the end."""
    with cores.for_server():
        process = subprocess.Popen(
            command,
            cwd=HERE.parent.parent,
            env=environment(Path(env.pop("HOME", "/tmp"))) | env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            start_new_session=True,  # Ctrl+C is ours alone to hear
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def install() -> None:
    """Install the Node peers in the versions of the lock file."""
    if not all((NODE / "node_modules" / package).is_dir() for package in ("socket.io", "better-sqlite3")):
        command = [*npm(OLDEST_NODE), "ci", "--ignore-scripts", "--loglevel=error"]
        subprocess.run(command, cwd=NODE, check=True)


def _ours(module: str, directory: Path) -> list[str]:
    return [sys.executable, "-m", module, "serve", "--data", str(directory), *FLAGS]


def _theirs(name: str, directory: Path) -> list[str]:
    if name.startswith("node"):
        stored = [str(directory / "chat.sqlite3")] if name == "node-sqlite" else []
        return [node(OLDEST_NODE), str(NODE / "server.js"), *stored]
    return [sys.executable, "-m", f"tests.bench.servers.{name.replace('-', '_')}"]


def port(process: subprocess.Popen[Any]) -> int:
    """The port in the first line that a server prints."""
    ready, _, _ = select.select([process.stdout], [], [], PATIENCE)
    line = process.stdout.readline().decode() if ready else ""
    found = re.search(r":(\d+)", line)
    if not found:
        raise OSError(f"{process.args} did not start: {line!r}")
    return int(found[1])


def raise_file_limit() -> None:
    """As many sockets as this process may have; servers inherit it."""
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
