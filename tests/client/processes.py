"""Servers that can be killed: ``python -m chatrooms`` in a process of its own."""

from __future__ import annotations

import asyncio
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.servers import GENEROUS

LIMITED = ("join", "post", "create", "begin", "begin-address", "signal", "other", "broadcast")
RATES = [f"--rate-{name}={GENEROUS}" for name in LIMITED]


class ServerProcess:
    """A server at ``url`` with its data in ``data``, which can be restarted."""

    def __init__(self, data: Path, *flags: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._command = [
            sys.executable,
            "-m",
            "chatrooms",
            f"--port={self.port}",
            f"--data={data}",
            "--requests=false",
            *RATES,
            *flags,
        ]
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start, and wait until it prints its address."""
        self._process = await asyncio.create_subprocess_exec(*self._command, stdout=asyncio.subprocess.PIPE)
        line = await self._process.stdout.readline()
        assert str(self.port) in line.decode()

    @property
    def pid(self) -> int:
        """The process."""
        return self._process.pid

    async def kill(self) -> None:
        """Kill the process."""
        if self._process and self._process.returncode is None:
            self._process.kill()
            await self._process.communicate()

    async def end(self) -> int:
        """Ask the process to end, as a service manager does, and return its exit status."""
        self._process.terminate()
        await self._process.communicate()
        return self._process.returncode

    def pause(self) -> None:
        """Pause the process, with its connections open."""
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Continue the process."""
        self._process.send_signal(signal.SIGCONT)

    async def restart(self) -> None:
        """Kill the process and start it again."""
        await self.kill()
        await self.start()


@asynccontextmanager
async def killable(data: Path, *flags: str) -> AsyncIterator[ServerProcess]:
    """Start a server; kill it at the end."""
    server = ServerProcess(data, *flags)
    await server.start()
    try:
        yield server
    finally:
        await server.kill()


def free_port() -> int:
    """Return a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
