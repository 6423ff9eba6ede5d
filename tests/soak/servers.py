"""Servers that are stopped by process id and restarted, on the same port and directory."""

from __future__ import annotations

import asyncio
import json
import re
import signal
import sys
from pathlib import Path
from typing import Any, Self

import psutil

from tests.client.processes import free_port
from tests.processes import PATIENCE, environment

ROOT = Path(__file__).parents[2]
TAIL = 5
GENEROUS = "1000000/second"
RATES = ("join", "post", "text", "create", "begin", "begin-address", "signal", "other", "broadcast")
FLAGS = (
    *("--guests", "open", "--requests", "false", "--log-level", "warning"),
    *(part for rate in RATES for part in (f"--rate-{rate}", GENEROUS)),
)


class Server:
    """A server with its data in ``data``; ``module`` is what Python runs."""

    def __init__(self, data: Path, *flags: str, module: str = "chatrooms", **env: str) -> None:
        self.data, self.port = data, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = data.parent / f"{data.name}.log"
        self.starts = 0
        options = ("--port", str(self.port), "--data", str(data), *FLAGS, *flags)
        self._command, self._env = (sys.executable, "-m", module, "serve", *options), env
        self._process: asyncio.subprocess.Process

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.end(signal.SIGKILL)

    async def start(self) -> None:
        """Start, and wait until it prints its address."""
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *self._command,
                cwd=ROOT,
                env=environment(self.data.parent, **self._env),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
            )
        self.starts += 1
        line = await asyncio.wait_for(self._process.stdout.readline(), PATIENCE)
        if str(self.port) not in line.decode():
            raise OSError(f"no start: {line!r} {self.log.read_text()[-1000:]}")

    def send(self, number: signal.Signals) -> None:
        """Send a signal, such as to pause, and wait for nothing."""
        self._process.send_signal(number)

    async def end(self, how: signal.Signals, patience: float = PATIENCE) -> int:
        """Send a signal, wait for the end, and return the exit status."""
        if self._process.returncode is None:
            self._process.send_signal(how)
        return await asyncio.wait_for(self._process.wait(), patience)

    async def ask(self) -> dict[str, Any]:
        """The counts of a `tests.soak.host`; the worst lateness since it was last asked."""
        self._process.stdin.write(b"\n")
        async with asyncio.timeout(PATIENCE):
            async for line in self._process.stdout:
                if line.startswith(b"{"):  # other lines are for the console, such as the link for the first owner
                    return json.loads(line)
        raise OSError(f"it ended: {self.log.read_text()[-1000:]}")

    def memory(self) -> float:
        """Return the resident memory in MiB."""
        return psutil.Process(self._process.pid).memory_info().rss / 2**20

    def tracebacks(self) -> list[str]:
        """Return the errors in the log: each line of a failure, and the last lines of each traceback."""
        told = self.log.read_text(errors="replace").splitlines()
        ends = [number for number, line in enumerate(told) if _raised(line)]
        found = [" / ".join(told[max(0, number - TAIL) : number + 1]) for number in ends]
        return found + [line[:2000] for line in told if "level=error" in line or line.startswith("CRITICAL")]


def _raised(line: str) -> bool:
    """Whether this ends a traceback: all other lines of one are indented or headings."""
    return bool(re.match(r"^[\w.]+(Error|Exception|Gone|Exit|Interrupt)\b", line))
